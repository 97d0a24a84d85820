"""when a workshop was cancelled, and why a headcount of a locked register was corrected

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'workshop',
        sa.Column('cancelled_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True),
    )
    workshop = sa.table(
        'workshop',
        sa.column('state', sa.String),
        sa.column('cancelled_at', kash.platform.database.UtcDateTime(timezone=True)),
    )
    # When it was is not known any more; what phones made before today is still taken.
    op.execute(
        workshop.update()
        .where(workshop.c.state == 'cancelled')
        .values(cancelled_at=kash.platform.database.utc_now())
    )
    op.add_column(
        'headcount_operation',
        sa.Column('correction', sa.String(length=300), nullable=False, server_default=''),
    )


def downgrade() -> None:
    with op.batch_alter_table('headcount_operation') as table:
        table.drop_column('correction')
    with op.batch_alter_table('workshop') as table:
        table.drop_column('cancelled_at')
