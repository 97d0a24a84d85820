"""the workshops that somebody made, what waits or never ended, and renewals are found in an index

Revision ID: 0094
Revises: 0093
"""

import sqlalchemy as sa
from alembic import op

revision = '0094'
down_revision = '0093'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_workshop_created_by', 'workshop', ['created_by'])
    op.create_index(
        'ix_slot_waiting_since',
        'slot',
        ['closed_at'],
        sqlite_where=sa.text('closed_at is not null and confirmed_at is null'),
        postgresql_where=sa.text('closed_at is not null and confirmed_at is null'),
    )
    op.create_index(
        'ix_slot_unended',
        'slot',
        ['starts_at'],
        sqlite_where=sa.text('began_at is not null and ended_at is null'),
        postgresql_where=sa.text('began_at is not null and ended_at is null'),
    )
    op.drop_index('ix_certificate_renews_id', table_name='certificate')
    op.create_index(
        'ix_certificate_renews_id',
        'certificate',
        ['renews_id'],
        sqlite_where=sa.text('renews_id is not null'),
        postgresql_where=sa.text('renews_id is not null'),
    )


def downgrade() -> None:
    op.drop_index('ix_certificate_renews_id', table_name='certificate')
    op.create_index('ix_certificate_renews_id', 'certificate', ['renews_id'])
    op.drop_index('ix_slot_unended', table_name='slot')
    op.drop_index('ix_slot_waiting_since', table_name='slot')
    op.drop_index('ix_workshop_created_by', table_name='workshop')
