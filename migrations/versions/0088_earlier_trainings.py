"""trainings before this programme's records

Revision ID: 0088
Revises: 0087
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0088'
down_revision = '0087'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'earlier_import',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('brought_by', sa.String(length=16), nullable=False),
        sa.Column('brought_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_import')),
        sa.UniqueConstraint('public_id', name=op.f('uq_earlier_import_public_id')),
    )
    op.create_index(op.f('ix_earlier_import_brought_by'), 'earlier_import', ['brought_by'])
    op.create_table(
        'earlier_training',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('import_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('source_key', sa.String(length=64), nullable=False),
        sa.Column('title', sa.String(length=200), nullable=False),
        sa.Column('first_day', sa.Date(), nullable=False),
        sa.Column('last_day', sa.Date(), nullable=False),
        sa.Column('length', sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column('length_unit', sa.String(length=4), nullable=False),
        sa.Column('place', sa.String(length=200), nullable=False),
        sa.Column('organiser', sa.String(length=200), nullable=False),
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


def downgrade() -> None:
    op.drop_table('earlier_training')
    op.drop_table('earlier_import')
