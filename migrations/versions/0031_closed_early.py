"""why a register was closed before its session should have ended

Revision ID: 0031
Revises: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('slot') as table:
        table.add_column(
            sa.Column('early_reason', sa.String(length=300), nullable=False, server_default='')
        )
    with op.batch_alter_table('slot') as table:
        table.alter_column('early_reason', existing_type=sa.String(300), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('slot') as table:
        table.drop_column('early_reason')
