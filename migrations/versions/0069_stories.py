"""stories told at the forum

Revision ID: 0069
Revises: 0071
"""

import sqlalchemy as sa
from alembic import op

revision = '0069'
down_revision = '0071'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'story',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('month', sa.Date(), nullable=False),
        sa.Column('language', sa.String(length=3), nullable=False),
        sa.Column('title', sa.String(length=120), nullable=True),
        sa.Column('text', sa.Text(), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint("language in ('en', 'sw', 'luo')", name=op.f('ck_story_language')),
        sa.CheckConstraint(
            '(text is null) = (title is null)', name=op.f('ck_story_withdrawn')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_story')),
        sa.UniqueConstraint('public_id', name=op.f('uq_story_public_id')),
    )
    op.create_index('ix_story_month_public_id', 'story', ['month', 'public_id'])


def downgrade() -> None:
    op.drop_table('story')
