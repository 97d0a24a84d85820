"""keys that sign certificates, and what their printed codes hold

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('signing_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key_id', sa.String(length=8), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('private_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('since', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
    sa.Column('until', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    sa.Column('doubted', sa.Boolean(), nullable=False),
    sa.Column('public_id', sa.String(length=16), nullable=False),
    sa.CheckConstraint("state in ('current', 'retired')", name=op.f('ck_signing_key_state')),
    sa.CheckConstraint("state = 'retired' or (until is null and private_sealed is not null)", name=op.f('ck_signing_key_private_half')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_key')),
    sa.UniqueConstraint('key_id', name=op.f('uq_signing_key_key_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signing_key_public_id'))
    )
    op.create_index('uq_signing_key_current', 'signing_key', ['state'], unique=True, sqlite_where=sa.text("state = 'current'"), postgresql_where=sa.text("state = 'current'"))

    op.create_table('published_title',
    sa.Column('title_id', sa.String(length=8), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.PrimaryKeyConstraint('title_id', name=op.f('pk_published_title'))
    )

    op.add_column('certificate', sa.Column('payload', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('certificate') as batch_op:
        batch_op.drop_column('payload')

    op.drop_table('published_title')

    op.drop_index('uq_signing_key_current', table_name='signing_key', sqlite_where=sa.text("state = 'current'"), postgresql_where=sa.text("state = 'current'"))
    op.drop_table('signing_key')
