"""registers that no second person confirmed are found in their order, whether closed or not

Revision ID: 0096
Revises: 0095
"""

import sqlalchemy as sa
from alembic import op

revision = '0096'
down_revision = '0095'
branch_labels = None
depends_on = None


def _index(name: str, condition: str) -> None:
    op.create_index(
        name,
        'slot',
        ['starts_at'],
        sqlite_where=sa.text(condition),
        postgresql_where=sa.text(condition),
    )


def upgrade() -> None:
    op.drop_index('ix_slot_to_confirm', table_name='slot')
    _index('ix_slot_unconfirmed', 'confirmed_at is null')


def downgrade() -> None:
    op.drop_index('ix_slot_unconfirmed', table_name='slot')
    _index('ix_slot_to_confirm', 'closed_at is not null and confirmed_at is null')
