"""wishes that somebody be erased

Revision ID: 0083
Revises: 0076
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0083'
down_revision = '0076'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'erasure_request',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=True),
        sa.Column('grounds', sa.String(length=8), nullable=False),
        sa.Column('asked_on', sa.Date(), nullable=False),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('asked_by', sa.String(length=16), nullable=False),
        sa.Column('asked_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('decided_by', sa.String(length=16), nullable=True),
        sa.Column('decided_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('told', sa.JSON(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('waiting', 'done', 'refused', 'withdrawn')",
            name=op.f('ck_erasure_request_state'),
        ),
        sa.CheckConstraint(
            "grounds in ('wish', 'quiet', 'wrong')", name=op.f('ck_erasure_request_grounds')
        ),
        sa.CheckConstraint(
            "(decided_at is null) = (state = 'waiting')",
            name=op.f('ck_erasure_request_decided'),
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_erasure_request_person_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure_request')),
        sa.UniqueConstraint('public_id', name=op.f('uq_erasure_request_public_id')),
    )
    op.create_index(
        op.f('ix_erasure_request_person_id'), 'erasure_request', ['person_id']
    )
    op.create_index(op.f('ix_erasure_request_asked_by'), 'erasure_request', ['asked_by'])
    op.create_index(
        'ix_erasure_request_state_due_on', 'erasure_request', ['state', 'due_on', 'id']
    )


def downgrade() -> None:
    op.drop_table('erasure_request')
