"""people who were put on a track together

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "track_enrolment",
        sa.Column("batch", sa.String(length=16), nullable=False, server_default=""),
    )
    op.create_index(
        "ix_track_enrolment_track_id_enrolled_at", "track_enrolment", ["track_id", "enrolled_at"]
    )


def downgrade() -> None:
    op.drop_index("ix_track_enrolment_track_id_enrolled_at", table_name="track_enrolment")
    with op.batch_alter_table("track_enrolment") as batch:
        batch.drop_column("batch")
