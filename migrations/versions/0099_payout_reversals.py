"""what failed or came back after it was sent takes a second person

Revision ID: 0099
Revises: 0098
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0099'
down_revision = '0098'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'payout_reversal',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('list_id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=False),
        sa.Column('approved_by', sa.String(length=16), nullable=True),
        sa.Column('approved_for', sa.String(length=16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'returned')", name=op.f('ck_payout_reversal_state')
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_payout_reversal_two_people'),
        ),
        sa.ForeignKeyConstraint(
            ['list_id'], ['payout_list.id'], name=op.f('fk_payout_reversal_list_id_payout_list')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_reversal')),
        sa.UniqueConstraint('public_id', name=op.f('uq_payout_reversal_public_id')),
    )
    op.create_index(op.f('ix_payout_reversal_list_id'), 'payout_reversal', ['list_id'])
    op.create_table(
        'payout_reversal_line',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('reversal_id', sa.Integer(), nullable=False),
        sa.Column('line_id', sa.Integer(), nullable=False),
        sa.Column('file_id', sa.Integer(), nullable=True),
        sa.Column('before', sa.String(length=12), nullable=False),
        sa.Column('after', sa.String(length=12), nullable=False),
        sa.Column('means', sa.String(length=8), nullable=False),
        sa.Column('receipt_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "before in ('sent', 'paid')", name=op.f('ck_payout_reversal_line_before')
        ),
        sa.CheckConstraint(
            "after in ('failed', 'returned', 'outstanding')",
            name=op.f('ck_payout_reversal_line_after'),
        ),
        sa.ForeignKeyConstraint(
            ['reversal_id'],
            ['payout_reversal.id'],
            name=op.f('fk_payout_reversal_line_reversal_id_payout_reversal'),
        ),
        sa.ForeignKeyConstraint(
            ['line_id'], ['payout_line.id'], name=op.f('fk_payout_reversal_line_line_id_payout_line')
        ),
        sa.ForeignKeyConstraint(
            ['file_id'], ['payout_file.id'], name=op.f('fk_payout_reversal_line_file_id_payout_file')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_reversal_line')),
        sa.UniqueConstraint('public_id', name=op.f('uq_payout_reversal_line_public_id')),
    )
    for column in ('reversal_id', 'line_id', 'file_id'):
        op.create_index(
            op.f(f'ix_payout_reversal_line_{column}'), 'payout_reversal_line', [column]
        )
    op.add_column('payout_event', sa.Column('approved_by', sa.String(length=16), nullable=True))
    op.add_column('payout_event', sa.Column('checked_by', sa.String(length=16), nullable=True))
    op.create_index(
        'ix_payout_event_unchecked',
        'payout_event',
        ['line_id'],
        sqlite_where=sa.text("state in ('failed', 'outstanding') and checked_by is null"),
        postgresql_where=sa.text("state in ('failed', 'outstanding') and checked_by is null"),
    )


def downgrade() -> None:
    op.drop_index('ix_payout_event_unchecked', table_name='payout_event')
    op.drop_column('payout_event', 'checked_by')
    op.drop_column('payout_event', 'approved_by')
    op.drop_table('payout_reversal_line')
    op.drop_table('payout_reversal')
