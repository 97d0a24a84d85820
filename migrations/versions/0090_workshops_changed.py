"""since when a workshop stands as it does, for programs that ask what is new

Revision ID: 0090
Revises: 0089
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0090'
down_revision = '0089'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = kash.platform.database.UtcDateTime(timezone=True)
    with op.batch_alter_table('workshop') as table:
        table.add_column(sa.Column('changed_at', moment, nullable=True))
    workshop = sa.table('workshop', sa.column('changed_at'), sa.column('created_at'))
    op.execute(workshop.update().values(changed_at=workshop.c.created_at))
    with op.batch_alter_table('workshop') as table:
        table.alter_column('changed_at', existing_type=moment, nullable=False)
        table.create_index('ix_workshop_changed_at', ['changed_at'])


def downgrade() -> None:
    with op.batch_alter_table('workshop') as table:
        table.drop_index('ix_workshop_changed_at')
        table.drop_column('changed_at')
