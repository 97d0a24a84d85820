"""offers of seats with a deadline, and courses that are to come before others

Revision ID: 0061
Revises: 0059
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0061'
down_revision = '0059'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = kash.platform.database.UtcDateTime(timezone=True)
    with op.batch_alter_table('enrolment') as table:
        table.add_column(sa.Column('offer_until', moment, nullable=True))
        table.add_column(sa.Column('offer_lapsed_at', moment, nullable=True))
        table.create_check_constraint(
            op.f('ck_enrolment_offer'), "offer_until is null or state = 'waiting'"
        )
    op.create_table(
        'earlier_course',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('needs_id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint('course_id <> needs_id', name=op.f('ck_earlier_course_another')),
        sa.ForeignKeyConstraint(
            ['course_id'], ['course.id'], name=op.f('fk_earlier_course_course_id_course')
        ),
        sa.ForeignKeyConstraint(
            ['needs_id'], ['course.id'], name=op.f('fk_earlier_course_needs_id_course')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_course')),
        sa.UniqueConstraint(
            'course_id', 'needs_id', name=op.f('uq_earlier_course_course_id_needs_id')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_earlier_course_public_id')),
    )
    op.create_index('ix_earlier_course_needs_id', 'earlier_course', ['needs_id'])


def downgrade() -> None:
    op.drop_table('earlier_course')
    with op.batch_alter_table('enrolment') as table:
        table.drop_constraint(op.f('ck_enrolment_offer'), type_='check')
        table.drop_column('offer_lapsed_at')
        table.drop_column('offer_until')
