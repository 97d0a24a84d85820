"""titles of workshops are looked through in the order of days

Revision ID: 0098
Revises: 0097
"""

from alembic import op

revision = '0098'
down_revision = '0097'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_workshop_starts_on_id_title', 'workshop', ['starts_on', 'id', 'title']
    )
    op.drop_index('ix_workshop_starts_on_id', table_name='workshop')


def downgrade() -> None:
    op.create_index('ix_workshop_starts_on_id', 'workshop', ['starts_on', 'id'])
    op.drop_index('ix_workshop_starts_on_id_title', table_name='workshop')
