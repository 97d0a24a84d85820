"""what an approval of certificates approved

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Of batches that were approved before, only what was asked before is asked at issuing.
    op.add_column('certificate_batch', sa.Column('approved', sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('certificate_batch') as table:
        table.drop_column('approved')
