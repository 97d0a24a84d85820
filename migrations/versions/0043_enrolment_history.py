"""the states that an enrolment had

Revision ID: 0043
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None

_MANY = 1000


def upgrade() -> None:
    with op.batch_alter_table('enrolment') as batch:
        batch.add_column(sa.Column('history', sa.JSON(), nullable=False, server_default='[]'))
    enrolment = sa.table(
        'enrolment',
        sa.column('id', sa.Integer()),
        sa.column('state', sa.String()),
        sa.column('changed_at', kash.platform.database.UtcDateTime(timezone=True)),
        sa.column('history', sa.JSON()),
    )
    session = op.get_bind()
    last = 0
    while True:
        rows = session.execute(
            sa.select(enrolment.c.id, enrolment.c.state, enrolment.c.changed_at)
            .where(enrolment.c.id > last)
            .order_by(enrolment.c.id)
            .limit(_MANY)
        ).all()
        if not rows:
            break
        session.execute(
            sa.update(enrolment)
            .where(enrolment.c.id == sa.bindparam('row'))
            .values(history=sa.bindparam('told', type_=sa.JSON())),
            [
                {'row': row.id, 'told': [[row.state, row.changed_at.isoformat()]]}
                for row in rows
            ],
        )
        last = rows[-1].id


def downgrade() -> None:
    with op.batch_alter_table('enrolment') as batch:
        batch.drop_column('history')
