"""signed consent forms that were counted and put away together

Revision ID: 0032
Revises: 0031
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'consent_batch',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('forms', sa.SmallInteger(), nullable=False),
        sa.Column('kept_at', sa.String(length=120), nullable=False),
        sa.Column('recorded_by', sa.String(length=16), nullable=False),
        sa.Column('recorded_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint('forms > 0', name=op.f('ck_consent_batch_forms')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_consent_batch')),
        sa.UniqueConstraint('public_id', name=op.f('uq_consent_batch_public_id')),
    )
    with op.batch_alter_table('consent') as table:
        table.add_column(sa.Column('batch_id', sa.Integer(), nullable=True))
        table.create_foreign_key(
            op.f('fk_consent_batch_id_consent_batch'), 'consent_batch', ['batch_id'], ['id']
        )
        table.create_index(op.f('ix_consent_batch_id'), ['batch_id'])


def downgrade() -> None:
    with op.batch_alter_table('consent') as table:
        table.drop_index(op.f('ix_consent_batch_id'))
        table.drop_constraint(op.f('fk_consent_batch_id_consent_batch'), type_='foreignkey')
        table.drop_column('batch_id')
    op.drop_table('consent_batch')
