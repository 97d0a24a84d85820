"""places of badges in their list, and revoked certificates found at once

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

_REVOKED = sa.text("revoked_at is not null")


def upgrade() -> None:
    op.add_column('certificate', sa.Column('badge_place', sa.Integer(), nullable=True))
    op.create_index('uq_certificate_badge_place', 'certificate', ['badge_place'], unique=True)
    op.create_index('ix_certificate_revoked_at', 'certificate', ['revoked_at'], sqlite_where=_REVOKED, postgresql_where=_REVOKED)


def downgrade() -> None:
    op.drop_index('ix_certificate_revoked_at', table_name='certificate', sqlite_where=_REVOKED, postgresql_where=_REVOKED)

    op.drop_index('uq_certificate_badge_place', table_name='certificate')
    with op.batch_alter_table('certificate') as batch_op:
        batch_op.drop_column('badge_place')
