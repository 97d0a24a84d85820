"""who is there at a meeting, and whether it is quorate

Revision ID: 0070
Revises: 0068
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0070'
down_revision = '0068'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = kash.platform.database.UtcDateTime(timezone=True)
    op.create_table(
        'forum_term',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('member_id', sa.Integer(), nullable=False),
        sa.Column('office', sa.String(length=120), nullable=False),
        sa.Column('begins_on', sa.Date(), nullable=False),
        sa.Column('ends_on', sa.Date(), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            'ends_on is null or ends_on >= begins_on', name=op.f('ck_forum_term_days')
        ),
        sa.ForeignKeyConstraint(
            ['member_id'],
            ['forum_member.id'],
            name=op.f('fk_forum_term_member_id_forum_member'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_term')),
        sa.UniqueConstraint('public_id', name=op.f('uq_forum_term_public_id')),
    )
    op.create_index(op.f('ix_forum_term_member_id'), 'forum_term', ['member_id'])
    op.create_index(op.f('ix_forum_term_ends_on'), 'forum_term', ['ends_on'])
    op.create_table(
        'forum_quorum',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('forum_id', sa.Integer(), nullable=False),
        sa.Column('holds_from', sa.Date(), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['forum_id'],
            ['forum.id'],
            name=op.f('fk_forum_quorum_forum_id_forum'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_quorum')),
        sa.UniqueConstraint('public_id', name=op.f('uq_forum_quorum_public_id')),
        sa.UniqueConstraint(
            'forum_id', 'holds_from', name=op.f('uq_forum_quorum_forum_id_holds_from')
        ),
    )
    op.create_table(
        'forum_quorum_group',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('quorum_id', sa.Integer(), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=False),
        sa.Column('share', sa.String(length=12), nullable=False),
        sa.Column('least', sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "share in ('number', 'third', 'half', 'over_half', 'two_thirds', 'all')",
            name=op.f('ck_forum_quorum_group_share'),
        ),
        sa.CheckConstraint(
            'least between 0 and 500', name=op.f('ck_forum_quorum_group_least')
        ),
        sa.ForeignKeyConstraint(
            ['group_id'],
            ['people_group.id'],
            name=op.f('fk_forum_quorum_group_group_id_people_group'),
        ),
        sa.ForeignKeyConstraint(
            ['quorum_id'],
            ['forum_quorum.id'],
            name=op.f('fk_forum_quorum_group_quorum_id_forum_quorum'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_forum_quorum_group')),
        sa.UniqueConstraint(
            'quorum_id', 'group_id', name=op.f('uq_forum_quorum_group_quorum_id_group_id')
        ),
    )
    op.create_index(op.f('ix_forum_quorum_group_group_id'), 'forum_quorum_group', ['group_id'])
    op.create_table(
        'presence_spell',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('entry_id', sa.Integer(), nullable=False),
        sa.Column('arrived_at', moment, nullable=False),
        sa.Column('left_at', moment, nullable=True),
        sa.Column('mark_before', sa.String(length=16), nullable=True),
        sa.Column('noted_by', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            'left_at is null or left_at >= arrived_at', name=op.f('ck_presence_spell_times')
        ),
        sa.ForeignKeyConstraint(
            ['entry_id'],
            ['roster_entry.id'],
            name=op.f('fk_presence_spell_entry_id_roster_entry'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_presence_spell')),
    )
    op.create_index(op.f('ix_presence_spell_entry_id'), 'presence_spell', ['entry_id'])
    op.create_table(
        'meeting_answer',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('meeting_id', sa.Integer(), nullable=False),
        sa.Column('member_id', sa.Integer(), nullable=False),
        sa.Column('answer', sa.String(length=8), nullable=False),
        sa.Column('answered_at', moment, nullable=False),
        sa.Column('answered_by', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "answer in ('yes', 'no', 'unsure')", name=op.f('ck_meeting_answer_answer')
        ),
        sa.ForeignKeyConstraint(
            ['meeting_id'],
            ['meeting.id'],
            name=op.f('fk_meeting_answer_meeting_id_meeting'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['member_id'],
            ['forum_member.id'],
            name=op.f('fk_meeting_answer_member_id_forum_member'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_meeting_answer')),
        sa.UniqueConstraint(
            'meeting_id', 'member_id', name=op.f('uq_meeting_answer_meeting_id_member_id')
        ),
    )
    op.create_index(op.f('ix_meeting_answer_member_id'), 'meeting_answer', ['member_id'])
    op.create_table(
        'item_conflict',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('item_id', sa.Integer(), nullable=False),
        sa.Column('member_id', sa.Integer(), nullable=False),
        sa.Column('declared_at', moment, nullable=False),
        sa.ForeignKeyConstraint(
            ['item_id'],
            ['agenda_item.id'],
            name=op.f('fk_item_conflict_item_id_agenda_item'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['member_id'],
            ['forum_member.id'],
            name=op.f('fk_item_conflict_member_id_forum_member'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_item_conflict')),
        sa.UniqueConstraint(
            'item_id', 'member_id', name=op.f('uq_item_conflict_item_id_member_id')
        ),
    )
    op.create_index(op.f('ix_item_conflict_member_id'), 'item_conflict', ['member_id'])
    op.create_table(
        'decision_presence',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('decision_id', sa.Integer(), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=False),
        sa.Column('noted_at', moment, nullable=False),
        sa.Column('members', sa.SmallInteger(), nullable=False),
        sa.Column('present', sa.SmallInteger(), nullable=False),
        sa.Column('needed', sa.SmallInteger(), nullable=False),
        sa.Column('counted_out', sa.SmallInteger(), nullable=False),
        sa.Column('votes_for', sa.SmallInteger(), nullable=True),
        sa.Column('votes_against', sa.SmallInteger(), nullable=True),
        sa.Column('abstained', sa.SmallInteger(), nullable=True),
        sa.CheckConstraint(
            'present + counted_out <= members', name=op.f('ck_decision_presence_present')
        ),
        sa.CheckConstraint(
            'votes_for + votes_against + abstained <= present',
            name=op.f('ck_decision_presence_votes'),
        ),
        sa.ForeignKeyConstraint(
            ['decision_id'],
            ['decision.id'],
            name=op.f('fk_decision_presence_decision_id_decision'),
            ondelete='CASCADE',
        ),
        sa.ForeignKeyConstraint(
            ['group_id'],
            ['people_group.id'],
            name=op.f('fk_decision_presence_group_id_people_group'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_presence')),
        sa.UniqueConstraint(
            'decision_id', 'group_id', name=op.f('uq_decision_presence_decision_id_group_id')
        ),
    )
    op.create_index(op.f('ix_decision_presence_group_id'), 'decision_presence', ['group_id'])


def downgrade() -> None:
    for table in (
        'decision_presence',
        'item_conflict',
        'meeting_answer',
        'presence_spell',
        'forum_quorum_group',
        'forum_quorum',
        'forum_term',
    ):
        op.drop_table(table)
