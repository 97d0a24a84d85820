"""links by which an invitation is answered without an account

Revision ID: 0062
Revises: 0061
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0062'
down_revision = '0061'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = kash.platform.database.UtcDateTime(timezone=True)
    op.create_table(
        'answer_link',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('enrolment_id', sa.Integer(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('made_at', moment, nullable=False),
        sa.Column('expires_at', moment, nullable=False),
        sa.ForeignKeyConstraint(
            ['enrolment_id'],
            ['enrolment.id'],
            name=op.f('fk_answer_link_enrolment_id_enrolment'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_answer_link')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_answer_link_token_hash')),
    )
    op.create_index('ix_answer_link_enrolment_id', 'answer_link', ['enrolment_id'])
    op.create_index('ix_answer_link_expires_at', 'answer_link', ['expires_at'])


def downgrade() -> None:
    op.drop_table('answer_link')
