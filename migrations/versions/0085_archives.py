"""archives that were asked for

Revision ID: 0085
Revises: 0078
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0085'
down_revision = '0078'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'archive_request',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('with_key', sa.Boolean(), nullable=False),
        sa.Column('armour', sa.Text(), nullable=False),
        sa.Column('recipient', sa.String(length=80), nullable=False),
        sa.Column('job', sa.String(length=16), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=False),
        sa.Column('approved_by', sa.String(length=16), nullable=True),
        sa.Column('approved_for', sa.String(length=16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'returned')",
            name=op.f('ck_archive_request_state'),
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_archive_request_two_people'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_archive_request')),
        sa.UniqueConstraint('public_id', name=op.f('uq_archive_request_public_id')),
    )
    op.create_index(
        'uq_archive_request_proposed',
        'archive_request',
        ['state'],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    op.drop_table('archive_request')
