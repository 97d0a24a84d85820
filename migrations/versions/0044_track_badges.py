"""badges of people who fulfilled a track

Revision ID: 0044
Revises: 0043
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "track_badge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("given_at", kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_track_badge_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["track_id"], ["track.id"], name=op.f("fk_track_badge_track_id_track")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["track_version.id"],
            name=op.f("fk_track_badge_version_id_track_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_track_badge")),
        sa.UniqueConstraint(
            "track_id", "person_id", name=op.f("uq_track_badge_track_id_person_id")
        ),
    )
    for column in ("version_id", "person_id"):
        op.create_index(f"ix_track_badge_{column}", "track_badge", [column])


def downgrade() -> None:
    op.drop_table("track_badge")
