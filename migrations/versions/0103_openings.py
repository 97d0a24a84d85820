"""who said that an account belongs to a participant, and openings of records

Revision ID: 0103
Revises: 0104
"""

import sqlalchemy as sa
from alembic import op

revision = '0103'
down_revision = '0104'
branch_labels = None
depends_on = None

_KINDS = "kind IN ('invitation', 'roles', 'link', 'second_step', 'reopening'{more})"


def _kinds(more: str) -> None:
    with op.batch_alter_table('account_request') as table:
        table.drop_constraint(op.f('ck_account_request_kind'), type_='check')
        table.create_check_constraint(
            op.f('ck_account_request_kind'), _KINDS.format(more=more)
        )


def upgrade() -> None:
    _kinds(", 'opening'")
    op.add_column(
        'account', sa.Column('tied_by', sa.String(length=16), nullable=False, server_default='')
    )
    # Who tied an account before is not told anywhere: it counts as one of those behind it.
    op.execute(
        'UPDATE account SET tied_by = COALESCE((SELECT min(b."by") FROM account_backing b'
        " WHERE b.account_id = account.id), '') WHERE person_id IS NOT NULL"
    )
    with op.batch_alter_table('account') as table:
        table.alter_column('tied_by', existing_type=sa.String(length=16), server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM account_request WHERE kind = 'opening'")
    with op.batch_alter_table('account') as table:
        table.drop_column('tied_by')
    _kinds('')
