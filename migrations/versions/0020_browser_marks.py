"""browsers that an account is known by

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = kash.platform.database.UtcDateTime(timezone=True)
    op.create_table(
        'browser_mark',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('device', sa.String(length=40), nullable=False),
        sa.Column('session_id', sa.String(length=16), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.Column('used_at', moment, nullable=False),
        sa.Column('expires_at', moment, nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_browser_mark_account_id_account')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_browser_mark')),
        sa.UniqueConstraint('public_id', name=op.f('uq_browser_mark_public_id')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_browser_mark_token_hash')),
    )
    with op.batch_alter_table('browser_mark') as table:
        table.create_index('ix_browser_mark_account_id_used_at', ['account_id', 'used_at'])
        table.create_index('ix_browser_mark_expires_at', ['expires_at'])


def downgrade() -> None:
    op.drop_table('browser_mark')
