"""tokens stop telling of the community one by one: until when each did

Revision ID: 0101
Revises: 0102
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0101'
down_revision = '0102'
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = kash.platform.database.UtcDateTime(timezone=True)
    op.add_column('api_token', sa.Column('rows_until', moment, nullable=True))
    op.execute(
        'UPDATE api_token SET rows_until = (SELECT max(last_used_at) FROM api_token_scope'
        ' WHERE token_id = api_token.id'
        " AND scope IN ('people.read', 'people.names', 'attendance.read', 'attendance.mark',"
        " 'certificates.read'))"
    )


def downgrade() -> None:
    op.drop_column('api_token', 'rows_until')
