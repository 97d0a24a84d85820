"""accounts of funders

Revision ID: 0086
Revises: 0077
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0086'
down_revision = '0077'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'funder_account',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('funder_id', sa.Integer(), nullable=False),
        sa.Column('ended_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=False),
        sa.Column('approved_by', sa.String(length=16), nullable=True),
        sa.Column('approved_for', sa.String(length=16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'returned')", name=op.f('ck_funder_account_state')
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_funder_account_two_people'),
        ),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_funder_account_account_id_account')
        ),
        sa.ForeignKeyConstraint(
            ['funder_id'], ['funder.id'], name=op.f('fk_funder_account_funder_id_funder')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_funder_account')),
        sa.UniqueConstraint('public_id', name=op.f('uq_funder_account_public_id')),
    )
    op.create_index('ix_funder_account_account_id', 'funder_account', ['account_id'])
    op.create_index('ix_funder_account_funder_id', 'funder_account', ['funder_id'])
    op.create_index(
        'uq_funder_account_account_id_open',
        'funder_account',
        ['account_id'],
        unique=True,
        sqlite_where=sa.text("ended_at is null and state <> 'returned'"),
        postgresql_where=sa.text("ended_at is null and state <> 'returned'"),
    )


def downgrade() -> None:
    op.drop_table('funder_account')
