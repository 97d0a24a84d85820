"""when a session would have ended before it was brought forward at short notice

Revision ID: 0034
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'slot', sa.Column('planned_end', kash.platform.database.UtcDateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    with op.batch_alter_table('slot') as table:
        table.drop_column('planned_end')
