"""officers on duty have a number at which their phone rings

Revision ID: 0109
Revises: 0108
"""

import sqlalchemy as sa
from alembic import op

revision = '0109'
down_revision = '0108'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('officer_duty', sa.Column('phone_sealed', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('officer_duty') as batch:
        batch.drop_column('phone_sealed')
