"""tokens of programs, and answers that are given again

Revision ID: 0077
Revises: 0085
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0077'
down_revision = '0085'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'api_token',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('connection_id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('purpose', sa.String(length=200), nullable=False),
        sa.Column('days', sa.SmallInteger(), nullable=False),
        sa.Column('agreed_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('fetched_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('expires_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('ended_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('ended_by', sa.String(length=16), nullable=True),
        sa.Column('token_hash', sa.String(length=64), nullable=True),
        sa.Column('window_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('window_leased', sa.SmallInteger(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=False),
        sa.Column('approved_by', sa.String(length=16), nullable=True),
        sa.Column('approved_for', sa.String(length=16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'returned')", name=op.f('ck_api_token_state')
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_api_token_two_people'),
        ),
        sa.CheckConstraint(
            "token_hash is null or state = 'approved'", name=op.f('ck_api_token_agreed_first')
        ),
        sa.CheckConstraint('days between 1 and 366', name=op.f('ck_api_token_days')),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_api_token_account_id_account')
        ),
        sa.ForeignKeyConstraint(
            ['connection_id'], ['connection.id'], name=op.f('fk_api_token_connection_id_connection')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
        sa.UniqueConstraint('public_id', name=op.f('uq_api_token_public_id')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_api_token_token_hash')),
    )
    op.create_index(op.f('ix_api_token_account_id'), 'api_token', ['account_id'])
    op.create_index(op.f('ix_api_token_connection_id'), 'api_token', ['connection_id'])
    op.create_index('ix_api_token_state_created_at', 'api_token', ['state', 'created_at'])
    op.create_table(
        'api_token_scope',
        sa.Column('token_id', sa.Integer(), nullable=False),
        sa.Column('scope', sa.String(length=30), nullable=False),
        sa.Column('last_used_at', UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['token_id'], ['api_token.id'], name=op.f('fk_api_token_scope_token_id_api_token')
        ),
        sa.PrimaryKeyConstraint('token_id', 'scope', name=op.f('pk_api_token_scope')),
    )
    op.create_table(
        'kept_answer',
        sa.Column('token_id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['token_id'], ['api_token.id'], name=op.f('fk_kept_answer_token_id_api_token')
        ),
        sa.PrimaryKeyConstraint('token_id', 'key', name=op.f('pk_kept_answer')),
    )
    op.create_index('ix_kept_answer_made_at', 'kept_answer', ['made_at'])


def downgrade() -> None:
    op.drop_table('kept_answer')
    op.drop_table('api_token_scope')
    op.drop_table('api_token')
