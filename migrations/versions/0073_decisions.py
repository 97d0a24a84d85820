"""papers of meetings, how actions go, and decisions that come back

Revision ID: 0073
Revises: 0072
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0073'
down_revision = '0072'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'agenda_paper',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('item_id', sa.Integer(), nullable=False),
        sa.Column('title', sa.String(length=120), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['item_id'],
            ['agenda_item.id'],
            name=op.f('fk_agenda_paper_item_id_agenda_item'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_paper')),
        sa.UniqueConstraint('public_id', name=op.f('uq_agenda_paper_public_id')),
    )
    op.create_index(op.f('ix_agenda_paper_item_id'), 'agenda_paper', ['item_id'])
    op.create_table(
        'action_note',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('action_id', sa.Integer(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('by_owner', sa.Boolean(), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['action_id'],
            ['action.id'],
            name=op.f('fk_action_note_action_id_action'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_action_note')),
        sa.UniqueConstraint('public_id', name=op.f('uq_action_note_public_id')),
    )
    op.create_index(op.f('ix_action_note_action_id'), 'action_note', ['action_id'])
    op.create_table(
        'action_link',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('action_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('target', sa.String(length=16), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind in ('workshop', 'session', 'station', 'service')",
            name=op.f('ck_action_link_kind'),
        ),
        sa.ForeignKeyConstraint(
            ['action_id'],
            ['action.id'],
            name=op.f('fk_action_link_action_id_action'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_action_link')),
        sa.UniqueConstraint(
            'action_id', 'kind', 'target', name=op.f('uq_action_link_action_id_kind_target')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_action_link_public_id')),
    )
    op.create_index(op.f('ix_action_link_target'), 'action_link', ['target'])
    op.create_table(
        'decision_review',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('decision_id', sa.Integer(), nullable=False),
        sa.Column('expected', sa.Text(), nullable=False),
        sa.Column('look_on', sa.Date(), nullable=False),
        sa.Column('table_key', sa.String(length=20), nullable=False),
        sa.Column('line', sa.String(length=40), nullable=False),
        sa.Column('conclusion', sa.String(length=8), nullable=False),
        sa.Column('found', sa.Text(), nullable=False),
        sa.Column('concluded_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "conclusion in ('', 'worked', 'unclear', 'not')",
            name=op.f('ck_decision_review_conclusion'),
        ),
        sa.CheckConstraint(
            "(conclusion = '') = (concluded_at is null)", name=op.f('ck_decision_review_concluded')
        ),
        sa.CheckConstraint("(table_key = '') = (line = '')", name=op.f('ck_decision_review_line')),
        sa.ForeignKeyConstraint(
            ['decision_id'],
            ['decision.id'],
            name=op.f('fk_decision_review_decision_id_decision'),
            ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_decision_review')),
        sa.UniqueConstraint('decision_id', name=op.f('uq_decision_review_decision_id')),
    )
    op.create_index(op.f('ix_decision_review_look_on'), 'decision_review', ['look_on'])


def downgrade() -> None:
    op.drop_table('decision_review')
    op.drop_table('action_link')
    op.drop_table('action_note')
    op.drop_table('agenda_paper')
