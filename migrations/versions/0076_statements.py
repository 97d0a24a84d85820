"""statements to funders, and their frozen figures

Revision ID: 0076
Revises: 0081
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0076'
down_revision = '0081'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'statement',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('funder_id', sa.Integer(), nullable=False),
        sa.Column('period', sa.String(length=22), nullable=False),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.Column('police_only', sa.Boolean(), nullable=False),
        sa.Column('frozen_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('document', sa.Text(), nullable=True),
        sa.Column('head_code', sa.String(length=24), nullable=False),
        sa.Column('sent_number', sa.Integer(), nullable=True),
        sa.Column('sent_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('sent_by', sa.String(length=16), nullable=True),
        sa.Column('ranges', sa.JSON(), nullable=True),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=False),
        sa.Column('approved_by', sa.String(length=16), nullable=True),
        sa.Column('approved_for', sa.String(length=16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'proposed', 'approved', 'returned', 'sent')",
            name=op.f('ck_statement_state'),
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_statement_two_people'),
        ),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_number is not null)", name=op.f('ck_statement_sent')
        ),
        sa.ForeignKeyConstraint(
            ['funder_id'], ['funder.id'], name=op.f('fk_statement_funder_id_funder')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_statement')),
        sa.UniqueConstraint('funder_id', 'period', name=op.f('uq_statement_funder_id_period')),
        sa.UniqueConstraint('public_id', name=op.f('uq_statement_public_id')),
        sa.UniqueConstraint('sent_number', name=op.f('uq_statement_sent_number')),
    )
    op.create_index('ix_statement_first_day', 'statement', ['first_day', 'id'])
    op.create_table(
        'frozen_figure',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('statement_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.SmallInteger(), nullable=False),
        sa.Column('line', sa.String(length=60), nullable=False),
        sa.Column('place', sa.JSON(), nullable=False),
        sa.Column('label', sa.String(length=120), nullable=False),
        sa.Column('value', sa.Integer(), nullable=True),
        sa.Column('starred', sa.Boolean(), nullable=False),
        sa.Column('title', sa.String(length=120), nullable=False),
        sa.Column('definition', sa.Text(), nullable=False),
        sa.Column('version', sa.SmallInteger(), nullable=False),
        sa.Column('inputs', sa.String(length=64), nullable=False),
        sa.Column('people_sealed', sa.LargeBinary(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            'value is null or not starred', name=op.f('ck_frozen_figure_starred')
        ),
        sa.ForeignKeyConstraint(
            ['statement_id'], ['statement.id'], name=op.f('fk_frozen_figure_statement_id_statement')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_frozen_figure')),
        sa.UniqueConstraint('public_id', name=op.f('uq_frozen_figure_public_id')),
        sa.UniqueConstraint(
            'statement_id', 'position', name=op.f('uq_frozen_figure_statement_id_position')
        ),
    )


def downgrade() -> None:
    op.drop_table('frozen_figure')
    op.drop_table('statement')
