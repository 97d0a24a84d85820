"""which clashes of the schedule are told, and which stand in the way

Revision ID: 0056
Revises: 0062
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0056'
down_revision = '0062'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'clash_rule_set',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('weights', sa.JSON(), nullable=False),
        sa.Column('door_minutes', sa.SmallInteger(), nullable=False),
        sa.Column('home_by', sa.SmallInteger(), nullable=False),
        sa.Column('times', sa.SmallInteger(), nullable=False),
        sa.Column('set_by', sa.String(length=16), nullable=False),
        sa.Column(
            'set_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            'door_minutes between 0 and 480', name=op.f('ck_clash_rule_set_door_minutes')
        ),
        sa.CheckConstraint(
            'home_by between 720 and 1439', name=op.f('ck_clash_rule_set_home_by')
        ),
        sa.CheckConstraint('times between 2 and 12', name=op.f('ck_clash_rule_set_times')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_clash_rule_set')),
        sa.UniqueConstraint('public_id', name=op.f('uq_clash_rule_set_public_id')),
    )


def downgrade() -> None:
    op.drop_table('clash_rule_set')
