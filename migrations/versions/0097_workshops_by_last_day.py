"""workshops that lie ahead are found by their last day

Revision ID: 0097
Revises: 0096
"""

from alembic import op

revision = '0097'
down_revision = '0096'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_workshop_ends_on', 'workshop', ['ends_on'])


def downgrade() -> None:
    op.drop_index('ix_workshop_ends_on', table_name='workshop')
