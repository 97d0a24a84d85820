"""checklists of tracks, and visits of supervision

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime
_TO = ("track", "track_version", "person", "organisation", "venue", "seen_fact")
_COLUMN = {"track_version": "version_id", "seen_fact": "fact_id"}


def upgrade() -> None:
    op.add_column(
        "track_version",
        sa.Column("checklist", sa.JSON(), nullable=False, server_default="[]"),
    )
    op.create_table(
        "supervision_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("supervisor", sa.String(length=16), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("observed", sa.JSON(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("next_by", sa.String(length=16), nullable=False),
        sa.Column("fact_id", sa.Integer(), nullable=True),
        sa.Column("entered_by", sa.String(length=16), nullable=False),
        sa.Column("entered_at", _Moment(timezone=True), nullable=False),
        sa.Column("withdrawn_at", _Moment(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=16), nullable=True),
        sa.Column("withdrawn_because", sa.String(length=300), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind in ('outreach', 'practicum', 'visit')", name=op.f("ck_supervision_visit_kind")
        ),
        sa.CheckConstraint(
            "next_on is null or next_on > day", name=op.f("ck_supervision_visit_days")
        ),
        *(
            sa.ForeignKeyConstraint(
                [_COLUMN.get(table, f"{table}_id")],
                [f"{table}.id"],
                name=op.f(f"fk_supervision_visit_{_COLUMN.get(table, f'{table}_id')}_{table}"),
            )
            for table in _TO
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_visit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_supervision_visit_public_id")),
    )
    for column in ("version_id", "person_id", "organisation_id", "venue_id", "fact_id"):
        op.create_index(f"ix_supervision_visit_{column}", "supervision_visit", [column])
    op.create_index(
        "ix_supervision_visit_track_id_person_id",
        "supervision_visit",
        ["track_id", "person_id", "day"],
    )
    where = sa.text("next_on is not null and withdrawn_at is null")
    op.create_index(
        "ix_supervision_visit_next_on",
        "supervision_visit",
        ["next_on"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_table("supervision_visit")
    with op.batch_alter_table("track_version") as batch:
        batch.drop_column("checklist")
