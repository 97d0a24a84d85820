"""earlier trainings are a fact of a person, and come with any list

Each is told by title, first day and place. The files that they came with are no longer told apart;
of somebody who had some hundred trainings the latest are not kept.

Revision ID: 0110
Revises: 0109
"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0110'
down_revision = '0109'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('person', sa.Column('earlier', sa.String(4000), nullable=False, server_default=''))
    told = defaultdict(list)
    connection = op.get_bind()
    rows = connection.execute(sa.text(
        'select person_id, title, first_day, place from earlier_training order by first_day, id'
    ))
    for person, title, day, place in rows:
        text = ', '.join(part for part in (title, str(day)[:10], place) if part)
        told[person].append(text.replace(';', ','))
    for person, trainings in told.items():
        earlier = '; '.join(dict.fromkeys(trainings))
        if len(earlier) > 4000:
            earlier = earlier[:4000].rpartition('; ')[0]
        connection.execute(
            sa.text('update person set earlier = :earlier where id = :id'),
            {'earlier': earlier, 'id': person},
        )
    op.drop_table('earlier_training')
    op.drop_table('earlier_import')


def downgrade() -> None:
    op.create_table(
        'earlier_import',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('brought_by', sa.String(16), nullable=False),
        sa.Column('brought_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_import')),
        sa.UniqueConstraint('public_id', name=op.f('uq_earlier_import_public_id')),
    )
    op.create_index(op.f('ix_earlier_import_brought_by'), 'earlier_import', ['brought_by'])
    op.create_table(
        'earlier_training',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('import_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('source_key', sa.String(64), nullable=False),
        sa.Column('title', sa.String(200), nullable=False),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.Column('length', sa.Numeric(6, 2), nullable=True),
        sa.Column('length_unit', sa.String(4), nullable=False),
        sa.Column('place', sa.String(200), nullable=False),
        sa.Column('organiser', sa.String(200), nullable=False),
        sa.Column('as_trainer', sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "length_unit in ('', 'hour', 'day', 'week')",
            name=op.f('ck_earlier_training_length_unit'),
        ),
        sa.ForeignKeyConstraint(
            ['import_id'],
            ['earlier_import.id'],
            name=op.f('fk_earlier_training_import_id_earlier_import'),
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_earlier_training_person_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_training')),
        sa.UniqueConstraint(
            'person_id', 'source_key', name=op.f('uq_earlier_training_person_id_source_key')
        ),
    )
    op.create_index(op.f('ix_earlier_training_import_id'), 'earlier_training', ['import_id'])
    with op.batch_alter_table('person') as batch:
        batch.drop_column('earlier')
