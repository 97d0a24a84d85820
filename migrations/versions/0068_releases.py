"""plans of printed figures, and what was printed

Revision ID: 0068
Revises: 0067
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0068'
down_revision = '0067'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'release_plan',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('year', sa.SmallInteger(), nullable=False),
        sa.Column('tables', sa.JSON(), nullable=False),
        sa.Column('windows', sa.JSON(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('stated_figure', sa.SmallInteger(), nullable=True),
        sa.Column('forum_decision', sa.Text(), nullable=False),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=False),
        sa.Column('approved_by', sa.String(length=16), nullable=True),
        sa.Column('approved_for', sa.String(length=16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column(
            'created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'returned')", name=op.f('ck_release_plan_state')
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_release_plan_two_people'),
        ),
        sa.CheckConstraint('year between 2000 and 2200', name=op.f('ck_release_plan_year')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_release_plan')),
        sa.UniqueConstraint('public_id', name=op.f('uq_release_plan_public_id')),
    )
    for state in ('approved', 'proposed'):
        only = sa.text(f"state = '{state}'")
        op.create_index(
            f'uq_release_plan_year_{state}',
            'release_plan',
            ['year'],
            unique=True,
            sqlite_where=only,
            postgresql_where=only,
        )
    op.create_table(
        'release',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('plan_id', sa.Integer(), nullable=False),
        sa.Column('table_key', sa.String(length=20), nullable=False),
        sa.Column('window', sa.SmallInteger(), nullable=False),
        sa.Column('freeze_on', sa.Date(), nullable=False),
        sa.Column('lines', sa.JSON(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint('"window" between 0 and 3', name=op.f('ck_release_window')),
        sa.ForeignKeyConstraint(
            ['plan_id'], ['release_plan.id'], name=op.f('fk_release_plan_id_release_plan')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_release')),
        sa.UniqueConstraint('public_id', name=op.f('uq_release_public_id')),
        sa.UniqueConstraint(
            'plan_id', 'table_key', 'window', name=op.f('uq_release_plan_id_table_key_window')
        ),
    )
    op.create_table(
        'release_note',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('release_id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['release_id'], ['release.id'], name=op.f('fk_release_note_release_id_release')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_release_note')),
        sa.UniqueConstraint('public_id', name=op.f('uq_release_note_public_id')),
    )
    op.create_index(op.f('ix_release_note_release_id'), 'release_note', ['release_id'])


def downgrade() -> None:
    op.drop_table('release_note')
    op.drop_table('release')
    op.drop_table('release_plan')
