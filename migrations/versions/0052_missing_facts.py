"""people of whom a fact is missing are found by indexes of their own

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
from alembic import op

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None

_WITHOUT = {
    'sex': "sex = ''",
    'age': "age_band = '' and birth_year is null",
    'ward': "ward = ''",
}


def upgrade() -> None:
    for fact, condition in _WITHOUT.items():
        op.create_index(
            f'ix_person_without_{fact}',
            'person',
            ['group_id', 'sort_name', 'id'],
            sqlite_where=sa.text(condition),
            postgresql_where=sa.text(condition),
        )
    with_phone = sa.text('phone_sealed is not null')
    op.create_index(
        'ix_person_with_phone',
        'person',
        ['group_id', 'sort_name', 'id', 'minor'],
        sqlite_where=with_phone,
        postgresql_where=with_phone,
    )


def downgrade() -> None:
    op.drop_index('ix_person_with_phone', 'person')
    for fact in _WITHOUT:
        op.drop_index(f'ix_person_without_{fact}', 'person')
