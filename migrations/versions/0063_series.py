"""series of workshops and meetings

Revision ID: 0063
Revises: 0066
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0063'
down_revision = '0066'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'series',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('source_id', sa.Integer(), nullable=True),
        sa.Column('forum_id', sa.Integer(), nullable=True),
        sa.Column('repeats', sa.String(length=16), nullable=False),
        sa.Column('first', sa.Date(), nullable=False),
        sa.Column('every', sa.SmallInteger(), nullable=False),
        sa.Column('weekdays', sa.JSON(), nullable=False),
        sa.Column('ordinal', sa.SmallInteger(), nullable=False),
        sa.Column('day', sa.SmallInteger(), nullable=False),
        sa.Column('until', sa.Date(), nullable=True),
        sa.Column('count', sa.SmallInteger(), nullable=True),
        sa.Column('on_holiday', sa.String(length=8), nullable=False),
        sa.Column('created_by', sa.String(length=16), nullable=False),
        sa.Column(
            'created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            '(source_id is null) <> (forum_id is null)', name=op.f('ck_series_one_subject')
        ),
        sa.CheckConstraint(
            "repeats in ('weekly', 'monthly_weekday', 'monthly_day')",
            name=op.f('ck_series_repeats'),
        ),
        sa.CheckConstraint(
            "on_holiday in ('keep', 'skip', 'next', 'before')", name=op.f('ck_series_on_holiday')
        ),
        sa.ForeignKeyConstraint(
            ['source_id'], ['workshop.id'], name=op.f('fk_series_source_id_workshop')
        ),
        sa.ForeignKeyConstraint(
            ['forum_id'], ['forum.id'], name=op.f('fk_series_forum_id_forum')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_series')),
        sa.UniqueConstraint('public_id', name=op.f('uq_series_public_id')),
    )
    op.create_index(op.f('ix_series_source_id'), 'series', ['source_id'])
    op.create_index(op.f('ix_series_forum_id'), 'series', ['forum_id'])
    op.create_table(
        'series_date',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('series_id', sa.Integer(), nullable=False),
        sa.Column('named', sa.Date(), nullable=False),
        sa.Column('workshop_id', sa.Integer(), nullable=True),
        sa.Column('meeting_id', sa.Integer(), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            'workshop_id is null or meeting_id is null', name=op.f('ck_series_date_one_held')
        ),
        sa.ForeignKeyConstraint(
            ['series_id'], ['series.id'], name=op.f('fk_series_date_series_id_series')
        ),
        sa.ForeignKeyConstraint(
            ['workshop_id'], ['workshop.id'], name=op.f('fk_series_date_workshop_id_workshop')
        ),
        sa.ForeignKeyConstraint(
            ['meeting_id'], ['meeting.id'], name=op.f('fk_series_date_meeting_id_meeting')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_series_date')),
        sa.UniqueConstraint('series_id', 'named', name=op.f('uq_series_date_series_id_named')),
        sa.UniqueConstraint('workshop_id', name=op.f('uq_series_date_workshop_id')),
        sa.UniqueConstraint('meeting_id', name=op.f('uq_series_date_meeting_id')),
        sa.UniqueConstraint('public_id', name=op.f('uq_series_date_public_id')),
    )


def downgrade() -> None:
    op.drop_table('series_date')
    op.drop_table('series')
