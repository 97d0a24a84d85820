"""how many trained people each station is to have

Revision ID: 0054
Revises: 0053
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'coverage_goal',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('wanted', sa.SmallInteger(), nullable=False),
        sa.Column('due_months', sa.SmallInteger(), nullable=False),
        sa.Column('area_id', sa.Integer(), nullable=True),
        sa.Column('set_by', sa.String(length=16), nullable=False),
        sa.Column(
            'set_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            'wanted between 1 and 50', name=op.f('ck_coverage_goal_wanted')
        ),
        sa.CheckConstraint(
            'due_months between 1 and 24', name=op.f('ck_coverage_goal_due_months')
        ),
        sa.ForeignKeyConstraint(
            ['area_id'], ['zone.id'], name=op.f('fk_coverage_goal_area_id_zone')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_coverage_goal')),
        sa.UniqueConstraint('public_id', name=op.f('uq_coverage_goal_public_id')),
    )
    op.create_index('ix_coverage_goal_area_id', 'coverage_goal', ['area_id'])


def downgrade() -> None:
    op.drop_table('coverage_goal')
