"""who was put on a track together, and what waits to be confirmed, is found in an index

Revision ID: 0092
Revises: 0091
"""

import sqlalchemy as sa
from alembic import op

revision = '0092'
down_revision = '0091'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_track_enrolment_track_id_batch',
        'track_enrolment',
        ['track_id', 'batch', 'enrolled_at', 'enrolled_by'],
        sqlite_where=sa.text("batch <> ''"),
        postgresql_where=sa.text("batch <> ''"),
    )
    op.create_index(
        'ix_slot_to_confirm',
        'slot',
        ['starts_at'],
        sqlite_where=sa.text('closed_at is not null and confirmed_at is null'),
        postgresql_where=sa.text('closed_at is not null and confirmed_at is null'),
    )


def downgrade() -> None:
    op.drop_index('ix_slot_to_confirm', table_name='slot')
    op.drop_index('ix_track_enrolment_track_id_batch', table_name='track_enrolment')
