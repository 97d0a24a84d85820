"""keys to which phones encrypt submissions

Revision ID: 0081
Revises: 0080
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0081'
down_revision = '0080'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'submission_key',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('public_key', sa.Text(), nullable=False),
        sa.Column('document_id', sa.BigInteger(), nullable=False),
        sa.Column('made_by', sa.String(length=16), nullable=False),
        sa.Column('made_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['document_id'],
            ['vault_document.id'],
            name=op.f('fk_submission_key_document_id_vault_document'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_submission_key')),
        sa.UniqueConstraint('public_id', name=op.f('uq_submission_key_public_id')),
    )
    op.create_index(op.f('ix_submission_key_document_id'), 'submission_key', ['document_id'])


def downgrade() -> None:
    op.drop_table('submission_key')
