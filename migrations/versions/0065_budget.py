"""budgets of workshops by funder and code

Revision ID: 0065
Revises: 0058
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0065'
down_revision = '0058'
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime


def upgrade() -> None:
    op.create_table(
        'budget_line',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('workshop_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.SmallInteger(), nullable=False),
        sa.Column('label', sa.String(length=120), nullable=False),
        sa.Column('driver', sa.String(length=12), nullable=False),
        sa.Column('with_trainers', sa.Boolean(), nullable=False),
        sa.Column('unit_cents', sa.BigInteger(), nullable=False),
        sa.Column('from_payouts', sa.Boolean(), nullable=False),
        sa.Column('funder_id', sa.Integer(), nullable=True),
        sa.Column('budget_code', sa.String(length=40), nullable=False),
        sa.Column('spent_cents', sa.BigInteger(), nullable=True),
        sa.Column('frozen', sa.JSON(), nullable=True),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('written_by', sa.String(length=16), nullable=False),
        sa.Column('written_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "driver in ('fixed', 'days', 'invited', 'confirmed', 'attended', 'person_days',"
            " 'trainers')",
            name=op.f('ck_budget_line_driver'),
        ),
        sa.CheckConstraint('unit_cents >= 0', name=op.f('ck_budget_line_unit_cents')),
        sa.CheckConstraint('spent_cents >= 0', name=op.f('ck_budget_line_spent_cents')),
        sa.CheckConstraint(
            'not from_payouts or spent_cents is null', name=op.f('ck_budget_line_spent_once')
        ),
        sa.ForeignKeyConstraint(
            ['workshop_id'], ['workshop.id'], name=op.f('fk_budget_line_workshop_id_workshop')
        ),
        sa.ForeignKeyConstraint(
            ['funder_id'], ['funder.id'], name=op.f('fk_budget_line_funder_id_funder')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_line')),
        sa.UniqueConstraint('public_id', name=op.f('uq_budget_line_public_id')),
    )
    op.create_index(op.f('ix_budget_line_funder_id'), 'budget_line', ['funder_id'])
    op.create_index(
        'ix_budget_line_workshop_id_position', 'budget_line', ['workshop_id', 'position']
    )
    op.create_index(
        'uq_budget_line_workshop_id_payouts',
        'budget_line',
        ['workshop_id'],
        unique=True,
        sqlite_where=sa.text('from_payouts'),
        postgresql_where=sa.text('from_payouts'),
    )
    op.create_table(
        'budget_closing',
        sa.Column('workshop_id', sa.Integer(), nullable=False),
        sa.Column('closed_by', sa.String(length=16), nullable=False),
        sa.Column('closed_at', _Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['workshop_id'],
            ['workshop.id'],
            name=op.f('fk_budget_closing_workshop_id_workshop'),
        ),
        sa.PrimaryKeyConstraint('workshop_id', name=op.f('pk_budget_closing')),
    )


def downgrade() -> None:
    op.drop_table('budget_closing')
    op.drop_table('budget_line')
