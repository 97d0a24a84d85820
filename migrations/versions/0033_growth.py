"""lists that stay quick among many people

Revision ID: 0033
Revises: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_person_changed_at', 'person', ['changed_at'])
    op.create_index('ix_person_ward', 'person', ['ward'])
    op.create_index(
        'ix_person_minor_seen_at',
        'person',
        ['minor', 'minor_seen_at', 'sort_name', 'id'],
    )
    op.drop_index('ix_person_minor', 'person')
    op.create_index('ix_posting_organisation_id_until', 'posting', ['organisation_id', 'until'])
    op.drop_index('ix_posting_organisation_id', 'posting')


def downgrade() -> None:
    op.create_index('ix_posting_organisation_id', 'posting', ['organisation_id'])
    op.drop_index('ix_posting_organisation_id_until', 'posting')
    op.create_index('ix_person_minor', 'person', ['minor'])
    op.drop_index('ix_person_minor_seen_at', 'person')
    op.drop_index('ix_person_ward', 'person')
    op.drop_index('ix_person_changed_at', 'person')
