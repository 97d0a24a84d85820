"""the life of minutes: circulated, confirmed and locked

Revision ID: 0072
Revises: 0069
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0072'
down_revision = '0069'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'minutes_life',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('meeting_id', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column(
            'circulated_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True
        ),
        sa.Column('circulated_by', sa.String(length=16), nullable=True),
        sa.Column('remarks_until', sa.Date(), nullable=True),
        sa.Column('confirmed_in_id', sa.Integer(), nullable=True),
        sa.Column(
            'locked_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True
        ),
        sa.Column('root', sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'circulated', 'locked')", name=op.f('ck_minutes_life_state')
        ),
        sa.CheckConstraint(
            "(state = 'locked') = (root <> '')", name=op.f('ck_minutes_life_root')
        ),
        sa.ForeignKeyConstraint(
            ['confirmed_in_id'],
            ['meeting.id'],
            name=op.f('fk_minutes_life_confirmed_in_id_meeting'),
        ),
        sa.ForeignKeyConstraint(
            ['meeting_id'], ['meeting.id'], name=op.f('fk_minutes_life_meeting_id_meeting')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_life')),
        sa.UniqueConstraint('meeting_id', name=op.f('uq_minutes_life_meeting_id')),
    )
    op.create_index(op.f('ix_minutes_life_confirmed_in_id'), 'minutes_life', ['confirmed_in_id'])
    op.create_table(
        'minutes_remark',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('item_id', sa.Integer(), nullable=False),
        sa.Column('member_id', sa.Integer(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('answer', sa.Text(), nullable=False),
        sa.Column(
            'written_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'taken', 'declined')", name=op.f('ck_minutes_remark_state')
        ),
        sa.CheckConstraint(
            "(state = 'open') = (answer = '')", name=op.f('ck_minutes_remark_answer')
        ),
        sa.ForeignKeyConstraint(
            ['item_id'], ['agenda_item.id'], name=op.f('fk_minutes_remark_item_id_agenda_item')
        ),
        sa.ForeignKeyConstraint(
            ['member_id'],
            ['forum_member.id'],
            name=op.f('fk_minutes_remark_member_id_forum_member'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_remark')),
        sa.UniqueConstraint('public_id', name=op.f('uq_minutes_remark_public_id')),
    )
    op.create_index(op.f('ix_minutes_remark_item_id'), 'minutes_remark', ['item_id'])
    op.create_index(op.f('ix_minutes_remark_member_id'), 'minutes_remark', ['member_id'])
    op.create_table(
        'minutes_leaf',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('meeting_id', sa.Integer(), nullable=False),
        sa.Column('place', sa.SmallInteger(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('value', sa.Text(), nullable=True),
        sa.Column('salt', sa.String(length=32), nullable=True),
        sa.Column('about', sa.String(length=16), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            '(value is null) = (salt is null)', name=op.f('ck_minutes_leaf_withdrawn')
        ),
        sa.ForeignKeyConstraint(
            ['meeting_id'], ['meeting.id'], name=op.f('fk_minutes_leaf_meeting_id_meeting')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_leaf')),
        sa.UniqueConstraint(
            'meeting_id', 'place', name=op.f('uq_minutes_leaf_meeting_id_place')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_minutes_leaf_public_id')),
    )
    op.create_table(
        'named_leaf',
        sa.Column('leaf_id', sa.Integer(), nullable=False),
        sa.Column('member_id', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['leaf_id'],
            ['minutes_leaf.id'],
            name=op.f('fk_named_leaf_leaf_id_minutes_leaf'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['member_id'],
            ['forum_member.id'],
            name=op.f('fk_named_leaf_member_id_forum_member'),
        ),
        sa.PrimaryKeyConstraint('leaf_id', name=op.f('pk_named_leaf')),
    )
    op.create_index(op.f('ix_named_leaf_member_id'), 'named_leaf', ['member_id'])
    op.create_table(
        'minutes_erratum',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('meeting_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.SmallInteger(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('root', sa.String(length=64), nullable=False),
        sa.Column('value', sa.Text(), nullable=True),
        sa.Column('salt', sa.String(length=32), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            '(value is null) = (salt is null)', name=op.f('ck_minutes_erratum_withdrawn')
        ),
        sa.ForeignKeyConstraint(
            ['meeting_id'], ['meeting.id'], name=op.f('fk_minutes_erratum_meeting_id_meeting')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_minutes_erratum')),
        sa.UniqueConstraint(
            'meeting_id', 'number', name=op.f('uq_minutes_erratum_meeting_id_number')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_minutes_erratum_public_id')),
    )


def downgrade() -> None:
    op.drop_table('minutes_erratum')
    op.drop_table('named_leaf')
    op.drop_table('minutes_leaf')
    op.drop_table('minutes_remark')
    op.drop_table('minutes_life')
