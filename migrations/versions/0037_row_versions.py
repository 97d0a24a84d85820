"""what guards against two people saving at once is called a row version

Revision ID: 0037
Revises: 0036
"""

from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

_TABLES = (
    "agenda_item",
    "agenda_template",
    "certificate_design",
    "course_version",
    "mark_status",
    "mediator_duty",
    "meeting",
    "people_list",
    "people_list_person",
    "person",
    "service_entry",
    "sheet_reading",
    "venue",
    "workshop",
    "zone",
)


def _rename(old: str, new: str) -> None:
    # Both engines rename in place: no table is copied, and what is named in triggers follows.
    for table in _TABLES:
        op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")


def upgrade() -> None:
    _rename("edition", "row_version")


def downgrade() -> None:
    _rename("row_version", "edition")
