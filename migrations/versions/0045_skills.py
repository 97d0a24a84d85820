"""skills of trainers, and when it was decided that one does not lead yet

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime
_PRESENT = sa.text('ended_on is null')


def upgrade() -> None:
    op.create_table(
        'trainer_skill',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('level', sa.String(length=8), nullable=False),
        sa.Column('since', sa.Date(), nullable=False),
        sa.Column('evidence', sa.String(length=12), nullable=False),
        sa.Column('workshops', sa.JSON(), nullable=False),
        sa.Column('assessed_by', sa.String(length=16), nullable=False),
        sa.Column('assessed_on', sa.Date(), nullable=True),
        sa.Column('note', sa.String(length=300), nullable=False),
        sa.Column('granted_by', sa.String(length=16), nullable=False),
        sa.Column('granted_at', _Moment(timezone=True), nullable=False),
        sa.Column('ended_on', sa.Date(), nullable=True),
        sa.Column('ended_how', sa.String(length=8), nullable=False),
        sa.Column('ended_by', sa.String(length=16), nullable=False),
        sa.Column('ended_because', sa.String(length=300), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "level in ('lead', 'co_teach', 'observe')", name=op.f('ck_trainer_skill_level')
        ),
        sa.CheckConstraint(
            "evidence in ('taught', 'assessed', 'certificate')",
            name=op.f('ck_trainer_skill_evidence'),
        ),
        sa.CheckConstraint(
            "ended_how in ('', 'ended', 'replaced', 'left')",
            name=op.f('ck_trainer_skill_ended_how'),
        ),
        sa.CheckConstraint(
            "(ended_on is null) = (ended_how = '')", name=op.f('ck_trainer_skill_end')
        ),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_trainer_skill_account_id_account')
        ),
        sa.ForeignKeyConstraint(
            ['course_id'], ['course.id'], name=op.f('fk_trainer_skill_course_id_course')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_trainer_skill')),
        sa.UniqueConstraint('public_id', name=op.f('uq_trainer_skill_public_id')),
    )
    op.create_index(
        'uq_trainer_skill_present',
        'trainer_skill',
        ['account_id', 'course_id'],
        unique=True,
        sqlite_where=_PRESENT,
        postgresql_where=_PRESENT,
    )
    op.create_index(
        'ix_trainer_skill_course_id_account_id', 'trainer_skill', ['course_id', 'account_id']
    )
    op.create_index('ix_trainer_skill_account_id', 'trainer_skill', ['account_id'])
    op.create_table(
        'skill_deferral',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('deferred_on', sa.Date(), nullable=False),
        sa.Column('because', sa.String(length=300), nullable=False),
        sa.Column('deferred_by', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_skill_deferral_account_id_account')
        ),
        sa.ForeignKeyConstraint(
            ['course_id'], ['course.id'], name=op.f('fk_skill_deferral_course_id_course')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_skill_deferral')),
    )
    op.create_index(
        'ix_skill_deferral_account_id_course_id', 'skill_deferral', ['account_id', 'course_id']
    )
    op.create_index('ix_skill_deferral_course_id', 'skill_deferral', ['course_id'])


def downgrade() -> None:
    for table in ('skill_deferral', 'trainer_skill'):
        op.drop_table(table)
