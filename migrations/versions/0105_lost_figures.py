"""what two people say of figures that a database which was put back may have lost

Revision ID: 0105
Revises: 0103
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0105'
down_revision = '0103'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = kash.platform.database.UtcDateTime(timezone=True)
    op.create_table(
        'release_recovery',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('kind', sa.String(8), nullable=False),
        sa.Column('code', sa.String(24), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('noted', sa.Integer(), nullable=False),
        sa.Column('state', sa.String(12), nullable=False),
        sa.Column('proposed_by', sa.String(16), nullable=False),
        sa.Column('approved_by', sa.String(16), nullable=True),
        sa.Column('approved_for', sa.String(16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column('created_at', moment, nullable=False),
        sa.Column('public_id', sa.String(16), nullable=False),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'returned')", name=op.f('ck_release_recovery_state')
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_release_recovery_two_people'),
        ),
        sa.CheckConstraint(
            "kind in ('code', 'never', 'printed')", name=op.f('ck_release_recovery_kind')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_release_recovery')),
        sa.UniqueConstraint('public_id', name=op.f('uq_release_recovery_public_id')),
    )
    op.create_index(
        'uq_release_recovery_day_proposed',
        'release_recovery',
        ['day'],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    op.drop_table('release_recovery')
