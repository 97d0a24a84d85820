"""people found by name in blocks of ids

Revision ID: 0036
Revises: 0035
"""

from alembic import op

from kash.people.search import BLOCKS_INDEX, install_search

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        install_search(bind)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP INDEX IF EXISTS {BLOCKS_INDEX}")
