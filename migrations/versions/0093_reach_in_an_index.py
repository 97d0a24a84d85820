"""who is in whose workshops, and what was put on a track together of late, is found in an index

Revision ID: 0093
Revises: 0092
"""

import sqlalchemy as sa
from alembic import op

revision = '0093'
down_revision = '0092'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        'ix_enrolment_person_id_workshop_id', 'enrolment', ['person_id', 'workshop_id']
    )
    op.drop_index('ix_enrolment_person_id', table_name='enrolment')
    op.drop_index('ix_track_enrolment_track_id_enrolled_at', table_name='track_enrolment')
    op.create_index(
        'ix_track_enrolment_track_id_enrolled_at',
        'track_enrolment',
        ['track_id', 'enrolled_at', 'batch', 'enrolled_by'],
        sqlite_where=sa.text("batch <> ''"),
        postgresql_where=sa.text("batch <> ''"),
    )


def downgrade() -> None:
    op.drop_index('ix_track_enrolment_track_id_enrolled_at', table_name='track_enrolment')
    op.create_index(
        'ix_track_enrolment_track_id_enrolled_at', 'track_enrolment', ['track_id', 'enrolled_at']
    )
    op.create_index('ix_enrolment_person_id', 'enrolment', ['person_id'])
    op.drop_index('ix_enrolment_person_id_workshop_id', table_name='enrolment')
