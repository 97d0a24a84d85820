"""registers are confirmed by a second person; corrections have a reason

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('slot') as table:
        table.add_column(
            sa.Column('confirmed_at', kash.platform.database.UtcDateTime(timezone=True), nullable=True)
        )
        table.add_column(sa.Column('confirmed_by', sa.String(length=16), nullable=True))
    with op.batch_alter_table('mark_operation') as table:
        table.add_column(
            sa.Column('correction', sa.String(length=300), nullable=False, server_default='')
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        # It guards this column too; every run of migrations makes it anew.
        op.execute('DROP TRIGGER IF EXISTS mark_operation_refuses_update ON mark_operation')
    with op.batch_alter_table('mark_operation') as table:
        table.drop_column('correction')
    with op.batch_alter_table('slot') as table:
        table.drop_column('confirmed_by')
        table.drop_column('confirmed_at')
