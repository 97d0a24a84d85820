"""by which account somebody answered an invitation

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

account = sa.table(
    'account', sa.column('public_id', sa.String), sa.column('person_id', sa.Integer)
)
enrolment = sa.table(
    'enrolment',
    sa.column('person_id', sa.Integer),
    sa.column('answered_at', sa.DateTime),
    sa.column('answered_by', sa.String),
)


def upgrade() -> None:
    with op.batch_alter_table('enrolment') as table:
        table.add_column(
            sa.Column('answered_by', sa.String(length=16), nullable=False, server_default='')
        )
    # Her account of today is the best that is known of answers from before.
    hers = (
        sa.select(account.c.public_id)
        .where(account.c.person_id == enrolment.c.person_id)
        .scalar_subquery()
    )
    op.execute(
        enrolment.update()
        .where(enrolment.c.answered_at.is_not(None))
        .values(answered_by=sa.func.coalesce(hers, ''))
    )
    with op.batch_alter_table('enrolment') as table:
        table.alter_column('answered_by', existing_type=sa.String(16), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('enrolment') as table:
        table.drop_column('answered_by')
