"""tracks, who is enrolled on them, and what was seen of people

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime


def upgrade() -> None:
    op.create_table(
        'track',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('name_sw', sa.String(length=120), nullable=False),
        sa.Column('purpose', sa.String(length=300), nullable=False),
        sa.Column('course_id', sa.Integer(), nullable=True),
        sa.Column('created_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['course_id'], ['course.id'], name=op.f('fk_track_course_id_course')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_track')),
        sa.UniqueConstraint('name', name=op.f('uq_track_name')),
        sa.UniqueConstraint('public_id', name=op.f('uq_track_public_id')),
    )
    op.create_index('ix_track_course_id', 'track', ['course_id'])
    op.create_table(
        'track_version',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('track_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.SmallInteger(), nullable=False),
        sa.Column('tree', sa.JSON(), nullable=False),
        sa.Column('renewal', sa.JSON(), nullable=True),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('returned_because', sa.String(length=500), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=True),
        sa.Column('published_by', sa.String(length=16), nullable=True),
        sa.Column('published_for', sa.String(length=16), nullable=True),
        sa.Column('published_at', _Moment(timezone=True), nullable=True),
        sa.Column('created_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'proposed', 'published')", name=op.f('ck_track_version_state')
        ),
        sa.ForeignKeyConstraint(
            ['track_id'], ['track.id'], name=op.f('fk_track_version_track_id_track')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_track_version')),
        sa.UniqueConstraint('public_id', name=op.f('uq_track_version_public_id')),
        sa.UniqueConstraint('track_id', 'number', name=op.f('uq_track_version_track_id_number')),
    )
    op.create_table(
        'track_enrolment',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('track_id', sa.Integer(), nullable=False),
        sa.Column('version_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('enrolled_by', sa.String(length=16), nullable=False),
        sa.Column('enrolled_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_track_enrolment_person_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['track_id'], ['track.id'], name=op.f('fk_track_enrolment_track_id_track')
        ),
        sa.ForeignKeyConstraint(
            ['version_id'],
            ['track_version.id'],
            name=op.f('fk_track_enrolment_version_id_track_version'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_track_enrolment')),
        sa.UniqueConstraint('public_id', name=op.f('uq_track_enrolment_public_id')),
        sa.UniqueConstraint(
            'track_id', 'person_id', name=op.f('uq_track_enrolment_track_id_person_id')
        ),
    )
    op.create_index('ix_track_enrolment_version_id', 'track_enrolment', ['version_id'])
    op.create_index('ix_track_enrolment_person_id', 'track_enrolment', ['person_id'])
    op.create_table(
        'track_move',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('enrolment_id', sa.Integer(), nullable=False),
        sa.Column('from_id', sa.Integer(), nullable=False),
        sa.Column('to_id', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('moved_by', sa.String(length=16), nullable=False),
        sa.Column('moved_at', _Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['enrolment_id'],
            ['track_enrolment.id'],
            name=op.f('fk_track_move_enrolment_id_track_enrolment'),
        ),
        sa.ForeignKeyConstraint(
            ['from_id'], ['track_version.id'], name=op.f('fk_track_move_from_id_track_version')
        ),
        sa.ForeignKeyConstraint(
            ['to_id'], ['track_version.id'], name=op.f('fk_track_move_to_id_track_version')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_track_move')),
    )
    for column in ('enrolment_id', 'from_id', 'to_id'):
        op.create_index(f'ix_track_move_{column}', 'track_move', [column])
    op.create_table(
        'seen_fact',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('about', sa.String(length=170), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('until', sa.Date(), nullable=True),
        sa.Column('amount', sa.SmallInteger(), nullable=False),
        sa.Column('seen_by', sa.String(length=16), nullable=False),
        sa.Column('entered_by', sa.String(length=16), nullable=False),
        sa.Column('entered_at', _Moment(timezone=True), nullable=False),
        sa.Column('withdrawn_at', _Moment(timezone=True), nullable=True),
        sa.Column('withdrawn_by', sa.String(length=16), nullable=True),
        sa.Column('withdrawn_because', sa.String(length=300), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint('amount between 0 and 100', name=op.f('ck_seen_fact_amount')),
        sa.CheckConstraint(
            "kind in ('practicum', 'outreach', 'oral_test', 'document', 'role')",
            name=op.f('ck_seen_fact_kind'),
        ),
        sa.CheckConstraint('until is null or until >= day', name=op.f('ck_seen_fact_days')),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_seen_fact_person_id_person')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_seen_fact')),
        sa.UniqueConstraint(
            'person_id', 'kind', 'about', 'day', name=op.f('uq_seen_fact_person_id_kind_about_day')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_seen_fact_public_id')),
    )
    op.create_index(
        'ix_seen_fact_kind_about_person_id',
        'seen_fact',
        ['kind', 'about', 'person_id', 'day', 'withdrawn_at', 'amount', 'until'],
    )


def downgrade() -> None:
    for table in ('seen_fact', 'track_move', 'track_enrolment', 'track_version', 'track'):
        op.drop_table(table)
