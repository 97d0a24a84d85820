"""questions and tests

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('lineage', sa.String(length=16), nullable=False),
    sa.Column('objective', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('retired_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('row_version', sa.Integer(), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("kind in ('single', 'multiple', 'true_false', 'scale', 'short_text')", name=op.f('ck_question_kind')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_question_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question')),
    sa.UniqueConstraint('course_id', 'lineage', name=op.f('uq_question_course_id_lineage')),
    sa.UniqueConstraint('public_id', name=op.f('uq_question_public_id'))
    )
    op.create_table('question_revision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('question_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('language', sa.String(length=8), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('made_from', sa.JSON(), nullable=False),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['question_id'], ['question.id'], name=op.f('fk_question_revision_question_id_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_revision')),
    sa.UniqueConstraint('public_id', name=op.f('uq_question_revision_public_id')),
    sa.UniqueConstraint('question_id', 'number', name=op.f('uq_question_revision_question_id_number'))
    )
    op.create_table('workshop_test',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workshop_id', sa.Integer(), nullable=False),
    sa.Column('moment', sa.String(length=12), nullable=False),
    sa.Column('hall_code', sa.String(length=6), nullable=True),
    sa.Column('opens_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closes_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.String(length=16), nullable=False),
    sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("moment in ('before', 'after', 'follow_up')", name=op.f('ck_workshop_test_moment')),
    sa.CheckConstraint('(opens_at is null) = (closes_at is null)', name=op.f('ck_workshop_test_times')),
    sa.ForeignKeyConstraint(['workshop_id'], ['workshop.id'], name=op.f('fk_workshop_test_workshop_id_workshop')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workshop_test')),
    sa.UniqueConstraint('hall_code', name=op.f('uq_workshop_test_hall_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_workshop_test_public_id')),
    sa.UniqueConstraint('workshop_id', 'moment', name=op.f('uq_workshop_test_workshop_id_moment'))
    )
    op.create_table('asked_question',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('test_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.ForeignKeyConstraint(['revision_id'], ['question_revision.id'], name=op.f('fk_asked_question_revision_id_question_revision')),
    sa.ForeignKeyConstraint(['test_id'], ['workshop_test.id'], name=op.f('fk_asked_question_test_id_workshop_test')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_asked_question')),
    sa.UniqueConstraint('public_id', name=op.f('uq_asked_question_public_id')),
    sa.UniqueConstraint('test_id', 'revision_id', name=op.f('uq_asked_question_test_id_revision_id'))
    )
    with op.batch_alter_table('asked_question', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_asked_question_revision_id'), ['revision_id'], unique=False)

    op.create_table('listed_score',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('test_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('tenths', sa.SmallInteger(), nullable=False),
    sa.Column('entered_by', sa.String(length=16), nullable=False),
    sa.Column('entered_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('tenths between 0 and 1000', name=op.f('ck_listed_score_tenths')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_listed_score_person_id_person')),
    sa.ForeignKeyConstraint(['test_id'], ['workshop_test.id'], name=op.f('fk_listed_score_test_id_workshop_test')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_listed_score')),
    sa.UniqueConstraint('test_id', 'person_id', name=op.f('uq_listed_score_test_id_person_id'))
    )
    with op.batch_alter_table('listed_score', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_listed_score_person_id'), ['person_id'], unique=False)

    op.create_table('answer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('op_id', sa.String(length=36), nullable=False),
    sa.Column('asked_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('chosen', sa.String(length=40), nullable=False),
    sa.Column('text_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('source', sa.String(length=12), nullable=False),
    sa.Column('device', sa.String(length=36), nullable=False),
    sa.Column('entered_by', sa.String(length=16), nullable=False),
    sa.Column('given_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('received_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('stands', sa.Boolean(), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("source in ('phone', 'paper', 'photo', 'read_aloud')", name=op.f('ck_answer_source')),
    sa.CheckConstraint('not (stands and late)', name=op.f('ck_answer_stands')),
    sa.ForeignKeyConstraint(['asked_id'], ['asked_question.id'], name=op.f('fk_answer_asked_id_asked_question')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_answer_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_answer')),
    sa.UniqueConstraint('op_id', name=op.f('uq_answer_op_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_answer_public_id'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_asked_id'), ['asked_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_answer_person_id'), ['person_id'], unique=False)
        batch_op.create_index('uq_answer_stands', ['asked_id', 'person_id'], unique=True, sqlite_where=sa.text('stands'), postgresql_where=sa.text('stands'))

    op.create_table('hand_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('asked_id', sa.Integer(), nullable=False),
    sa.Column('choice', sa.String(length=2), nullable=False),
    sa.Column('hands', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('hands between 0 and 500', name=op.f('ck_hand_count_hands')),
    sa.ForeignKeyConstraint(['asked_id'], ['asked_question.id'], name=op.f('fk_hand_count_asked_id_asked_question')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_count')),
    sa.UniqueConstraint('asked_id', 'choice', name=op.f('uq_hand_count_asked_id_choice'))
    )


def downgrade() -> None:
    op.drop_table('hand_count')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index('uq_answer_stands', sqlite_where=sa.text('stands'), postgresql_where=sa.text('stands'))
        batch_op.drop_index(batch_op.f('ix_answer_person_id'))
        batch_op.drop_index(batch_op.f('ix_answer_asked_id'))

    op.drop_table('answer')
    with op.batch_alter_table('listed_score', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_listed_score_person_id'))

    op.drop_table('listed_score')
    with op.batch_alter_table('asked_question', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_asked_question_revision_id'))

    op.drop_table('asked_question')
    op.drop_table('workshop_test')
    op.drop_table('question_revision')
    op.drop_table('question')
