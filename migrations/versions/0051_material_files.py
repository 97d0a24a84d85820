"""files of materials

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0051'
down_revision = '0050'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'material_file',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=8), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column(
            'created_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False
        ),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_material_file')),
        sa.UniqueConstraint('public_id', name=op.f('uq_material_file_public_id')),
    )
    op.create_index('ix_material_file_sha256', 'material_file', ['sha256'])
    with op.batch_alter_table('plan_row') as batch:
        batch.add_column(
            sa.Column('used', sa.String(length=8), nullable=False, server_default='')
        )
        batch.add_column(
            sa.Column('file', sa.String(length=16), nullable=False, server_default='')
        )
        batch.create_index('ix_plan_row_file', ['file'])


def downgrade() -> None:
    with op.batch_alter_table('plan_row') as batch:
        batch.drop_index('ix_plan_row_file')
        batch.drop_column('file')
        batch.drop_column('used')
    op.drop_table('material_file')
