"""proposals for a quarter, and their lines

Revision ID: 0058
Revises: 0063
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0058'
down_revision = '0063'
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime


def upgrade() -> None:
    op.create_table(
        'quarter_proposal',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('first', sa.Date(), nullable=False),
        sa.Column('last', sa.Date(), nullable=False),
        sa.Column('weekdays', sa.JSON(), nullable=False),
        sa.Column('day_starts_at', sa.Time(), nullable=False),
        sa.Column('day_ends_at', sa.Time(), nullable=False),
        sa.Column('trainers', sa.SmallInteger(), nullable=False),
        sa.Column('most_minutes', sa.SmallInteger(), nullable=False),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('made_by', sa.String(length=16), nullable=False),
        sa.Column('made_at', _Moment(timezone=True), nullable=False),
        sa.Column('planned_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint('last >= first', name=op.f('ck_quarter_proposal_days')),
        sa.CheckConstraint(
            'day_ends_at > day_starts_at', name=op.f('ck_quarter_proposal_hours')
        ),
        sa.CheckConstraint(
            'trainers between 1 and 9', name=op.f('ck_quarter_proposal_trainers')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_quarter_proposal')),
        sa.UniqueConstraint('public_id', name=op.f('uq_quarter_proposal_public_id')),
    )
    op.create_table(
        'quarter_line',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('proposal_id', sa.Integer(), nullable=False),
        sa.Column('version_id', sa.Integer(), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=False),
        sa.Column('days', sa.SmallInteger(), nullable=False),
        sa.Column('people', sa.SmallInteger(), nullable=False),
        sa.Column('stations', sa.JSON(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('first', sa.Date(), nullable=True),
        sa.Column('venue_id', sa.Integer(), nullable=True),
        sa.Column('team', sa.JSON(), nullable=False),
        sa.Column('pinned_day', sa.Boolean(), nullable=False),
        sa.Column('pinned_venue', sa.Boolean(), nullable=False),
        sa.Column('pinned_team', sa.Boolean(), nullable=False),
        sa.Column('hindrances', sa.JSON(), nullable=False),
        sa.Column('possible_from', sa.Date(), nullable=True),
        sa.Column('workshop_id', sa.Integer(), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('open', 'rejected', 'accepted')", name=op.f('ck_quarter_line_state')
        ),
        sa.CheckConstraint('days between 1 and 60', name=op.f('ck_quarter_line_days')),
        sa.CheckConstraint('people > 0', name=op.f('ck_quarter_line_people')),
        sa.ForeignKeyConstraint(
            ['proposal_id'],
            ['quarter_proposal.id'],
            name=op.f('fk_quarter_line_proposal_id_quarter_proposal'),
        ),
        sa.ForeignKeyConstraint(
            ['version_id'],
            ['course_version.id'],
            name=op.f('fk_quarter_line_version_id_course_version'),
        ),
        sa.ForeignKeyConstraint(
            ['group_id'],
            ['people_group.id'],
            name=op.f('fk_quarter_line_group_id_people_group'),
        ),
        sa.ForeignKeyConstraint(
            ['venue_id'], ['venue.id'], name=op.f('fk_quarter_line_venue_id_venue')
        ),
        sa.ForeignKeyConstraint(
            ['workshop_id'], ['workshop.id'], name=op.f('fk_quarter_line_workshop_id_workshop')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_quarter_line')),
        sa.UniqueConstraint('public_id', name=op.f('uq_quarter_line_public_id')),
        sa.UniqueConstraint('workshop_id', name=op.f('uq_quarter_line_workshop_id')),
    )
    op.create_index(
        'ix_quarter_line_proposal_id_first', 'quarter_line', ['proposal_id', 'first']
    )
    for column in ('version_id', 'venue_id'):
        op.create_index(op.f(f'ix_quarter_line_{column}'), 'quarter_line', [column])


def downgrade() -> None:
    op.drop_table('quarter_line')
    op.drop_table('quarter_proposal')
