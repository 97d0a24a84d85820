"""what the people of a workshop are told

Revision ID: 0067
Revises: 0065
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0067'
down_revision = '0065'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'announcement',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('workshop_id', sa.Integer(), nullable=False),
        sa.Column('told', sa.JSON(), nullable=False),
        sa.Column('held', sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            'held_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True
        ),
        sa.Column('changes', sa.SmallInteger(), nullable=False),
        sa.Column('remind_first', sa.SmallInteger(), nullable=True),
        sa.Column('remind_second', sa.SmallInteger(), nullable=True),
        sa.Column('thank_after', sa.SmallInteger(), nullable=True),
        sa.Column('begun_by', sa.String(length=16), nullable=False),
        sa.Column(
            'begun_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column(
            'ended_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True
        ),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            'remind_first between 1 and 60', name=op.f('ck_announcement_remind_first')
        ),
        sa.CheckConstraint(
            'remind_second between 1 and 60', name=op.f('ck_announcement_remind_second')
        ),
        sa.CheckConstraint(
            'thank_after between 1 and 60', name=op.f('ck_announcement_thank_after')
        ),
        sa.ForeignKeyConstraint(
            ['workshop_id'], ['workshop.id'], name=op.f('fk_announcement_workshop_id_workshop')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement')),
        sa.UniqueConstraint('public_id', name=op.f('uq_announcement_public_id')),
        sa.UniqueConstraint('workshop_id', name=op.f('uq_announcement_workshop_id')),
    )
    op.create_index(op.f('ix_announcement_ended_at'), 'announcement', ['ended_at'])


def downgrade() -> None:
    op.drop_table('announcement')
