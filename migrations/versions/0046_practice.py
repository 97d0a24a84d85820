"""what was told about practice, months after a workshop

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'practice_answer',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('workshop_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('told_by', sa.String(length=8), nullable=False),
        sa.Column('objective', sa.String(length=16), nullable=False),
        sa.Column('often', sa.String(length=1), nullable=False),
        sa.Column('text_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('op_id', sa.String(length=36), nullable=False),
        sa.Column('entered_by', sa.String(length=16), nullable=False),
        sa.Column(
            'given_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "told_by in ('herself', 'peer', 'mentor')", name=op.f('ck_practice_answer_told_by')
        ),
        sa.CheckConstraint(
            "often in ('', 'n', '1', 's', 'x')", name=op.f('ck_practice_answer_often')
        ),
        sa.ForeignKeyConstraint(
            ['workshop_id'], ['workshop.id'], name=op.f('fk_practice_answer_workshop_id_workshop')
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_practice_answer_person_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_answer')),
        sa.UniqueConstraint(
            'workshop_id',
            'person_id',
            'told_by',
            'objective',
            name=op.f('uq_practice_answer_workshop_id_person_id_told_by_objective'),
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_practice_answer_public_id')),
    )
    op.create_index('ix_practice_answer_person_id', 'practice_answer', ['person_id'])


def downgrade() -> None:
    op.drop_table('practice_answer')
