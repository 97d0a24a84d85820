"""receipts that open with a second word only, and the day's quota of reports

Revision ID: 0027
Revises: 0026
"""

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'filing_quota',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.CheckConstraint('id = 1', name=op.f('ck_filing_quota_one')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_filing_quota')),
    )
    with op.batch_alter_table('incident') as table:
        table.add_column(sa.Column('receipt_notes', sa.LargeBinary(), nullable=True))
    # A code alone would tell whoever finds it that there is a report. Nobody has a word for those.
    op.execute('UPDATE incident SET receipt_hash = NULL')


def downgrade() -> None:
    with op.batch_alter_table('incident') as table:
        table.drop_column('receipt_notes')
    op.drop_table('filing_quota')
