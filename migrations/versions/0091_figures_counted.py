"""figures counted where they lie

Revision ID: 0091
Revises: 0090
"""

import sqlalchemy as sa
from alembic import op

revision = '0091'
down_revision = '0090'
branch_labels = None
depends_on = None

# All that is asked of days and of stations, so that counting reads nothing else.
WIDENED = (
    (
        'ix_completion_completed_on',
        'completion',
        ['completed_on', 'workshop_id'],
        ['completed_on', 'met', 'refresher', 'group_id', 'person_id', 'workshop_id'],
    ),
    (
        'ix_completion_held_on',
        'completion',
        ['held_on', 'workshop_id'],
        ['held_on', 'minutes', 'percentage', 'person_id', 'workshop_id'],
    ),
    (
        'ix_posting_organisation_id_until',
        'posting',
        ['organisation_id', 'until'],
        ['organisation_id', 'until', 'person_id'],
    ),
    ('ix_slot_register_id', 'slot', ['register_id'], ['register_id', 'confirmed_at']),
)


def upgrade() -> None:
    with_one = sa.text("cadre <> ''")
    op.create_index(
        'ix_person_with_cadre',
        'person',
        ['group_id', 'cadre', 'sort_name'],
        sqlite_where=with_one,
        postgresql_where=with_one,
    )
    for name, table, _before, columns in WIDENED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, before, _columns in WIDENED:
        op.drop_index(name, table_name=table)
        op.create_index(name, table, before)
    op.drop_index('ix_person_with_cadre', table_name='person')
