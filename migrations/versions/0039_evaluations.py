"""evaluations in which nobody can be found

Revision ID: 0039
Revises: 0038
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None

_Moment = kash.platform.database.UtcDateTime


def upgrade() -> None:
    op.create_table(
        'evaluation_form',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('workshop_id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=True),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('asks_group', sa.Boolean(), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=True),
        sa.Column('opened_at', _Moment(timezone=True), nullable=True),
        sa.Column('closes_at', _Moment(timezone=True), nullable=True),
        sa.Column('closed_at', _Moment(timezone=True), nullable=True),
        sa.Column('answered', sa.SmallInteger(), nullable=False),
        sa.Column('on_paper', sa.SmallInteger(), nullable=False),
        sa.Column('left_out', sa.SmallInteger(), nullable=False),
        sa.Column('lost', sa.Boolean(), nullable=False),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('created_by', sa.String(length=16), nullable=False),
        sa.Column('created_at', _Moment(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('draft', 'open', 'closed')", name=op.f('ck_evaluation_form_state')
        ),
        sa.ForeignKeyConstraint(
            ['workshop_id'],
            ['workshop.id'],
            name=op.f('fk_evaluation_form_workshop_id_workshop'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_form')),
        sa.UniqueConstraint('public_id', name=op.f('uq_evaluation_form_public_id')),
    )
    op.create_index('ix_evaluation_form_workshop_id', 'evaluation_form', ['workshop_id'])
    op.create_index(
        'ix_evaluation_form_open',
        'evaluation_form',
        ['closes_at'],
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        'evaluation_question',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('form_id', sa.Integer(), nullable=False),
        sa.Column('position', sa.SmallInteger(), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('texts', sa.JSON(), nullable=False),
        sa.Column('options', sa.JSON(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind in ('scale', 'choice', 'comment')", name=op.f('ck_evaluation_question_kind')
        ),
        sa.ForeignKeyConstraint(
            ['form_id'],
            ['evaluation_form.id'],
            name=op.f('fk_evaluation_question_form_id_evaluation_form'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_question')),
        sa.UniqueConstraint('public_id', name=op.f('uq_evaluation_question_public_id')),
    )
    op.create_index('ix_evaluation_question_form_id', 'evaluation_question', ['form_id'])
    op.create_table(
        'evaluation_box',
        sa.Column('form_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('slots', sa.SmallInteger(), nullable=False),
        sa.Column('piece', sa.Integer(), nullable=False),
        sa.Column('taken', sa.SmallInteger(), nullable=False),
        sa.Column('on_paper', sa.SmallInteger(), nullable=False),
        sa.Column('salt', sa.LargeBinary(), nullable=False),
        sa.Column('seen', sa.LargeBinary(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ['form_id'],
            ['evaluation_form.id'],
            name=op.f('fk_evaluation_box_form_id_evaluation_form'),
        ),
        sa.PrimaryKeyConstraint('form_id', name=op.f('pk_evaluation_box')),
    )
    op.create_table(
        'evaluation_count',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('question_id', sa.Integer(), nullable=False),
        sa.Column('part', sa.String(length=4), nullable=False),
        sa.Column('option', sa.String(length=2), nullable=False),
        sa.Column('count', sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ['question_id'],
            ['evaluation_question.id'],
            name=op.f('fk_evaluation_count_question_id_evaluation_question'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_count')),
        sa.UniqueConstraint(
            'question_id',
            'part',
            'option',
            name=op.f('uq_evaluation_count_question_id_part_option'),
        ),
    )
    op.create_table(
        'evaluation_comment',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('question_id', sa.Integer(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['question_id'],
            ['evaluation_question.id'],
            name=op.f('fk_evaluation_comment_question_id_evaluation_question'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation_comment')),
        sa.UniqueConstraint('public_id', name=op.f('uq_evaluation_comment_public_id')),
    )
    op.create_index('ix_evaluation_comment_question_id', 'evaluation_comment', ['question_id'])


def downgrade() -> None:
    for table in ('comment', 'count', 'box', 'question', 'form'):
        op.drop_table(f'evaluation_{table}')
