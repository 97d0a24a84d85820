"""which work reads or saves a list of people

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'people_list',
        sa.Column('job', sa.String(length=16), nullable=False, server_default=''),
    )


def downgrade() -> None:
    with op.batch_alter_table('people_list') as table:
        table.drop_column('job')
