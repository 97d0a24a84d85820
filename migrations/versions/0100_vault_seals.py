"""public keys of the vault have seals, and a last member's half can be withheld

Revision ID: 0100
Revises: 0099
"""

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0100'
down_revision = '0099'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Compartments are sealed when they are first listed, members once their words were compared.
    op.add_column('vault_compartment', sa.Column('seal', sa.LargeBinary(), nullable=True))
    op.add_column('vault_wrap', sa.Column('seal', sa.LargeBinary(), nullable=True))
    op.add_column('vault_member', sa.Column('withheld_at', UtcDateTime(timezone=True), nullable=True))
    op.add_column('vault_member', sa.Column('removal_asked_by', sa.String(16), nullable=True))
    op.add_column('vault_member', sa.Column('removal_asked_at', UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('vault_member', 'removal_asked_at')
    op.drop_column('vault_member', 'removal_asked_by')
    op.drop_column('vault_member', 'withheld_at')
    op.drop_column('vault_wrap', 'seal')
    op.drop_column('vault_compartment', 'seal')
