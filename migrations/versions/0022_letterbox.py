"""the letterbox in which filings wait for their hour

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Drafts that lie in rows of their own are brought in by the first minute's chore: what lies in
    # the letterbox is sealed, and a migration holds no keys.
    op.create_table(
        'letterbox',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_letterbox')),
    )


def downgrade() -> None:
    op.drop_table('letterbox')
