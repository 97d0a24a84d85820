"""signed copies of minutes

Revision ID: 0074
Revises: 0073
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0074'
down_revision = '0073'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'signed_copy',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('meeting_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('added_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['meeting_id'], ['meeting.id'], name=op.f('fk_signed_copy_meeting_id_meeting')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_signed_copy')),
        sa.UniqueConstraint('meeting_id', name=op.f('uq_signed_copy_meeting_id')),
        sa.UniqueConstraint('public_id', name=op.f('uq_signed_copy_public_id')),
    )


def downgrade() -> None:
    op.drop_table('signed_copy')
