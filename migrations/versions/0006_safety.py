"""safety

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def _moment(name: str, *, empty: bool = False) -> sa.Column:
    return sa.Column(name, kash.platform.database.UtcDateTime(timezone=True), nullable=empty)


def upgrade() -> None:
    with op.batch_alter_table('account') as table:
        table.add_column(_moment('paused_at', empty=True))
    with op.batch_alter_table('certificate_batch') as table:
        table.add_column(sa.Column('approved_for', sa.String(16), nullable=True))
    with op.batch_alter_table('course_version') as table:
        table.add_column(sa.Column('published_for', sa.String(16), nullable=True))
    with op.batch_alter_table('job') as table:
        table.add_column(sa.Column('back', sa.String(200), nullable=False, server_default=''))
    # Not by a batch: a copied table would lose the triggers that guard the trail.
    op.create_index('ix_audit_entry_actor_action_at', 'audit_entry', ['actor', 'action', 'at'])
    op.create_table(
        'breach',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(16), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=True),
        sa.Column('what_sealed', sa.LargeBinary(), nullable=False),
        sa.Column('affected', sa.JSON(), nullable=False),
        sa.Column('unfinished', sa.JSON(), nullable=False),
        _moment('noticed_at'),
        _moment('opened_at'),
        sa.Column('opened_by', sa.String(16), nullable=False),
        _moment('notified_at', empty=True),
        sa.Column('notified_by', sa.String(16), nullable=True),
        _moment('closed_at', empty=True),
        sa.Column('closed_by', sa.String(16), nullable=True),
        sa.Column('reason_sealed', sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_breach')),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_breach_account_id_account')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_breach_public_id')),
    )
    op.create_index('ix_breach_closed_at_noticed_at', 'breach', ['closed_at', 'noticed_at'])
    op.create_index('ix_breach_account_id', 'breach', ['account_id'])
    op.create_table(
        'breach_note',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(16), nullable=False),
        sa.Column('breach_id', sa.Integer(), nullable=False),
        sa.Column('text_sealed', sa.LargeBinary(), nullable=False),
        _moment('at'),
        sa.Column('by', sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_breach_note')),
        sa.ForeignKeyConstraint(
            ['breach_id'], ['breach.id'], name=op.f('fk_breach_note_breach_id_breach')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_breach_note_public_id')),
    )
    op.create_index(op.f('ix_breach_note_breach_id'), 'breach_note', ['breach_id'])
    op.create_table(
        'delegation',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(16), nullable=False),
        sa.Column('absent_id', sa.Integer(), nullable=False),
        sa.Column('stand_in_id', sa.Integer(), nullable=False),
        sa.Column('permissions', sa.JSON(), nullable=False),
        sa.Column('reason', sa.String(200), nullable=False),
        _moment('starts_at'),
        _moment('ends_at'),
        _moment('created_at'),
        _moment('withdrawn_at', empty=True),
        sa.Column('withdrawn_by', sa.String(16), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_delegation')),
        sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_delegation_in_order')),
        sa.ForeignKeyConstraint(
            ['absent_id'], ['account.id'], name=op.f('fk_delegation_absent_id_account')
        ),
        sa.ForeignKeyConstraint(
            ['stand_in_id'], ['account.id'], name=op.f('fk_delegation_stand_in_id_account')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_delegation_public_id')),
    )
    op.create_index('ix_delegation_stand_in_id_ends_at', 'delegation', ['stand_in_id', 'ends_at'])
    op.create_index('ix_delegation_absent_id_ends_at', 'delegation', ['absent_id', 'ends_at'])
    op.create_table(
        'hand_over',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(16), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('lines', sa.JSON(), nullable=False),
        sa.Column('unfinished', sa.JSON(), nullable=False),
        _moment('at'),
        sa.Column('by', sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_over')),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_hand_over_account_id_account')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_hand_over_public_id')),
    )
    op.create_index(op.f('ix_hand_over_account_id'), 'hand_over', ['account_id'])
    op.create_table(
        'access_review',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_id', sa.String(16), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=True),
        _moment('at'),
        sa.Column('by', sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_access_review')),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_access_review_account_id_account')
        ),
        sa.UniqueConstraint('public_id', name=op.f('uq_access_review_public_id')),
    )
    op.create_index('ix_access_review_account_id_at', 'access_review', ['account_id', 'at'])


def downgrade() -> None:
    for table in ('access_review', 'hand_over', 'delegation', 'breach_note', 'breach'):
        op.drop_table(table)
    op.drop_index('ix_audit_entry_actor_action_at', 'audit_entry')
    with op.batch_alter_table('job') as table:
        table.drop_column('back')
    with op.batch_alter_table('course_version') as table:
        table.drop_column('published_for')
    with op.batch_alter_table('certificate_batch') as table:
        table.drop_column('approved_for')
    with op.batch_alter_table('account') as table:
        table.drop_column('paused_at')
