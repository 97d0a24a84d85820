"""lists of people

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

import kash.database

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
