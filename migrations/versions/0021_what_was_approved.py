"""what an approval of payouts approved, and files for mobile money

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

_STATES = "state in ('outstanding', 'sent', 'paid', 'failed', 'returned', 'changed')"
_STATES_BEFORE = "state in ('outstanding', 'paid', 'failed', 'returned')"


def _states(table: str, states: str) -> None:
    name = op.f(f'ck_{table}_state')
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_='check')
        batch.create_check_constraint(name, states)


def upgrade() -> None:
    op.create_table(
        'payout_file',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('list_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.SmallInteger(), nullable=False),
        sa.Column('count', sa.SmallInteger(), nullable=False),
        sa.Column('total_cents', sa.BigInteger(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('repeats', sa.SmallInteger(), nullable=False),
        sa.Column('made_by', sa.String(length=16), nullable=False),
        sa.Column('made_at', kash.platform.database.UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['list_id'], ['payout_list.id'], name=op.f('fk_payout_file_list_id_payout_list')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_payout_file')),
        sa.UniqueConstraint('list_id', 'number', name=op.f('uq_payout_file_list_id_number')),
        sa.UniqueConstraint('public_id', name=op.f('uq_payout_file_public_id')),
    )
    _states('payout_line', _STATES)
    _states('payout_event', _STATES)
    # Of lists that were approved before nobody can say any more to which phones that was: what is
    # to be sent of them goes back; what is paid in cash is not held up.
    with op.batch_alter_table('payout_line') as batch:
        batch.add_column(sa.Column('cash_digest', sa.String(length=64), nullable=True))
        batch.add_column(sa.Column('mobile_digest', sa.String(length=64), nullable=True))
        batch.add_column(sa.Column('file_id', sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f('fk_payout_line_file_id_payout_file'), 'payout_file', ['file_id'], ['id']
        )
        batch.create_index(op.f('ix_payout_line_file_id'), ['file_id'])


def downgrade() -> None:
    for table in ('payout_line', 'payout_event'):
        rows = sa.table(table, sa.column('state', sa.String))
        for state, before in (('sent', 'outstanding'), ('changed', 'returned')):
            op.execute(rows.update().where(rows.c.state == state).values(state=before))
    with op.batch_alter_table('payout_line') as batch:
        batch.drop_index(op.f('ix_payout_line_file_id'))
        batch.drop_constraint(op.f('fk_payout_line_file_id_payout_file'), type_='foreignkey')
        batch.drop_column('file_id')
        batch.drop_column('mobile_digest')
        batch.drop_column('cash_digest')
    _states('payout_line', _STATES_BEFORE)
    _states('payout_event', _STATES_BEFORE)
    op.drop_table('payout_file')
