"""passkeys

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Tries count for minutes only: nothing of them is carried over.
    op.drop_table('sign_in_attempt')
    op.create_table(
        'counted_tries',
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('until', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_counted_tries')),
    )
    op.create_index('ix_counted_tries_until', 'counted_tries', ['until'])
    op.create_table(
        'known_address',
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('address_key', sa.String(length=64), nullable=False),
        sa.Column('used_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_known_address_account_id_account')
        ),
        sa.PrimaryKeyConstraint('account_id', 'address_key', name=op.f('pk_known_address')),
    )
    op.create_index('ix_known_address_used_at', 'known_address', ['used_at'])
    op.create_table(
        'passkey',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('credential_key', sa.String(length=64), nullable=False),
        sa.Column('credential_id', sa.LargeBinary(), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('sign_count', sa.BigInteger(), nullable=False),
        sa.Column('signs_in_alone', sa.Boolean(), nullable=False),
        sa.Column('transports', sa.JSON(), nullable=False),
        sa.Column('created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('last_used_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_passkey_account_id_account')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
        sa.UniqueConstraint('credential_key', name=op.f('uq_passkey_credential_key')),
        sa.UniqueConstraint('public_id', name=op.f('uq_passkey_public_id')),
    )
    op.create_index('ix_passkey_account_id', 'passkey', ['account_id'])
    op.create_table(
        'passkey_challenge',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('purpose', sa.String(length=20), nullable=False),
        sa.Column('challenge', sa.LargeBinary(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=True),
        sa.Column('expires_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_passkey_challenge_account_id_account')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey_challenge')),
        sa.UniqueConstraint('public_id', name=op.f('uq_passkey_challenge_public_id')),
    )
    op.create_index('ix_passkey_challenge_expires_at', 'passkey_challenge', ['expires_at'])
    op.create_index('ix_passkey_challenge_account_id', 'passkey_challenge', ['account_id'])
    op.create_table(
        'second_step_reset',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
        sa.Column('asked_by', sa.String(length=16), nullable=False),
        sa.Column('asked_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('expires_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('outcome', sa.String(length=10), nullable=False),
        sa.Column('decided_by', sa.String(length=16), nullable=False),
        sa.Column('decided_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('', 'approved', 'refused')", name=op.f('ck_second_step_reset_outcome')
        ),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_second_step_reset_account_id_account')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_second_step_reset')),
        sa.UniqueConstraint('public_id', name=op.f('uq_second_step_reset_public_id')),
    )
    op.create_index(
        'ix_second_step_reset_account_id_outcome', 'second_step_reset', ['account_id', 'outcome']
    )
    op.create_index(
        'ix_second_step_reset_outcome_expires_at', 'second_step_reset', ['outcome', 'expires_at']
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('passkey_handle', sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint(
            batch_op.f('uq_account_passkey_handle'), ['passkey_handle']
        )
    with op.batch_alter_table('signed_in_session', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('unfamiliar', sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column('answered_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True)
        )
        batch_op.add_column(sa.Column('kept_form', sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column('kept_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True)
        )


def downgrade() -> None:
    with op.batch_alter_table('signed_in_session', schema=None) as batch_op:
        batch_op.drop_column('kept_at')
        batch_op.drop_column('kept_form')
        batch_op.drop_column('answered_at')
        batch_op.drop_column('unfamiliar')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_account_passkey_handle'), type_='unique')
        batch_op.drop_column('passkey_handle')
    op.drop_table('second_step_reset')
    op.drop_table('passkey_challenge')
    op.drop_table('passkey')
    op.drop_table('known_address')
    op.drop_table('counted_tries')
    op.create_table(
        'sign_in_attempt',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_key', sa.String(length=64), nullable=False),
        sa.Column('client_key', sa.String(length=64), nullable=False),
        sa.Column('at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_attempt')),
    )
    with op.batch_alter_table('sign_in_attempt', schema=None) as batch_op:
        batch_op.create_index('ix_sign_in_attempt_account_key_at', ['account_key', 'at'])
        batch_op.create_index('ix_sign_in_attempt_at', ['at'])
        batch_op.create_index('ix_sign_in_attempt_client_key_at', ['client_key', 'at'])
