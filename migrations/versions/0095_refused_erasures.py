"""why somebody is not erased

Revision ID: 0095
Revises: 0094
"""

import sqlalchemy as sa
from alembic import op

revision = '0095'
down_revision = '0094'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'erasure_request',
        sa.Column('refused_reason', sa.Text(), nullable=False, server_default=''),
    )
    with op.batch_alter_table('erasure_request') as table:
        table.alter_column('refused_reason', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('erasure_request') as table:
        table.drop_column('refused_reason')
