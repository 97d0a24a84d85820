"""search

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

import kash.database
from kash.people.search import drop_search, install_search

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    install_search(op.get_bind())


def downgrade() -> None:
    drop_search(op.get_bind())
