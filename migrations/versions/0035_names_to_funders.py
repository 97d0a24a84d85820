"""community members are not shown to funders by name any more

Revision ID: 0035
Revises: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Withdraw each answer by which somebody who is no officer agreed to it. Answers are added and
    never changed, so that what she was asked stays on record."""
    op.execute(
        sa.text(
            "INSERT INTO consent"
            " (person_id, purpose, answer, text, text_version, recorded_by, recorded_at)"
            " SELECT given.person_id, given.purpose, 'withdrawn', given.text, given.text_version,"
            " 'system', CURRENT_TIMESTAMP"
            " FROM consent AS given"
            " JOIN person ON person.id = given.person_id"
            " JOIN people_group ON people_group.id = person.group_id"
            " WHERE given.purpose = 'funder' AND given.answer = 'given'"
            " AND NOT people_group.is_police"
            " AND NOT EXISTS (SELECT 1 FROM consent AS later WHERE later.id > given.id"
            " AND later.person_id = given.person_id AND later.purpose = 'funder')"
        )
    )


def downgrade() -> None:
    """What was withdrawn stays so."""
