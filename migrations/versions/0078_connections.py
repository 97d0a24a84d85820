"""connections with other systems

Revision ID: 0078
Revises: 0075
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0078'
down_revision = '0075'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = UtcDateTime(timezone=True)
    op.create_table(
        'connection',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=20), nullable=False),
        sa.Column('name', sa.String(length=120), nullable=False),
        sa.Column('address', sa.String(length=200), nullable=False),
        sa.Column('processor', sa.String(length=200), nullable=False),
        sa.Column('contract', sa.String(length=200), nullable=False),
        sa.Column('contract_on', sa.Date(), nullable=False),
        sa.Column('country', sa.String(length=80), nullable=False),
        sa.Column('safeguards', sa.Text(), nullable=False),
        sa.Column('settings', sa.JSON(), nullable=False),
        sa.Column('secret', sa.LargeBinary(), nullable=True),
        sa.Column('is_on', sa.Boolean(), nullable=False),
        sa.Column('switched_at', moment, nullable=True),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=False),
        sa.Column('approved_by', sa.String(length=16), nullable=True),
        sa.Column('approved_for', sa.String(length=16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'returned')", name=op.f('ck_connection_state')
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_connection_two_people'),
        ),
        sa.CheckConstraint("not is_on or state = 'approved'", name=op.f('ck_connection_on')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_connection')),
        sa.UniqueConstraint('public_id', name=op.f('uq_connection_public_id')),
    )
    op.create_index(op.f('ix_connection_kind'), 'connection', ['kind'])


def downgrade() -> None:
    op.drop_table('connection')
