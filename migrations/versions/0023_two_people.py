"""what takes two people, and who stands behind an account

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

import kash.platform.database

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

MOMENT = kash.platform.database.UtcDateTime(timezone=True)
POWERFUL = ('administrator', 'director', 'documentation', 'custodian')

account = sa.table(
    'account',
    sa.column('id', sa.Integer),
    sa.column('public_id', sa.String),
    sa.column('email_lookup', sa.String),
    sa.column('active', sa.Boolean),
    sa.column('created_at', MOMENT),
    sa.column('settled_at', MOMENT),
)
role = sa.table('account_role', sa.column('account_id', sa.Integer), sa.column('role', sa.String))
invitation = sa.table(
    'invitation',
    sa.column('account_id', sa.Integer),
    sa.column('email_lookup', sa.String),
    sa.column('invited_by', sa.String),
    sa.column('brought_by', sa.String),
    sa.column('founding', sa.Boolean),
    sa.column('used_at', MOMENT),
)
programme = sa.table('programme', sa.column('founded_at', MOMENT))
audit = sa.table(
    'audit_entry',
    sa.column('seq', sa.Integer),
    sa.column('actor', sa.String),
    sa.column('action', sa.String),
    sa.column('subjects', sa.JSON),
)
backing = sa.table(
    'account_backing',
    sa.column('account_id', sa.Integer),
    sa.column('by', sa.String),
    sa.column('at', MOMENT),
)
old = sa.table(
    'second_step_reset',
    sa.column('id', sa.Integer),
    sa.column('public_id', sa.String),
    sa.column('account_id', sa.Integer),
    sa.column('reason_sealed', sa.LargeBinary),
    sa.column('asked_by', sa.String),
    sa.column('asked_at', MOMENT),
    sa.column('expires_at', MOMENT),
    sa.column('outcome', sa.String),
    sa.column('decided_by', sa.String),
    sa.column('decided_at', MOMENT),
)
new = sa.table(
    'account_request',
    sa.column('public_id', sa.String),
    sa.column('kind', sa.String),
    sa.column('account_id', sa.Integer),
    sa.column('email_lookup', sa.String),
    sa.column('digest', sa.String),
    sa.column('reason_sealed', sa.LargeBinary),
    sa.column('asked_by', sa.String),
    sa.column('asked_at', MOMENT),
    sa.column('expires_at', MOMENT),
    sa.column('state', sa.String),
    sa.column('decided_by', sa.String),
    sa.column('decided_at', MOMENT),
)


def upgrade() -> None:
    _make_tables()
    with op.batch_alter_table('programme') as table:
        table.add_column(sa.Column('founded_at', MOMENT, nullable=True))
    with op.batch_alter_table('invitation') as table:
        table.add_column(
            sa.Column('brought_by', sa.String(length=16), nullable=False, server_default='')
        )
        table.add_column(
            sa.Column('founding', sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(
            sa.Column('request_id', sa.String(length=16), nullable=False, server_default='')
        )
        table.add_column(
            sa.Column('code_hash', sa.String(length=64), nullable=False, server_default='')
        )
    op.add_column('account', sa.Column('settled_at', MOMENT, nullable=True))
    op.execute(account.update().values(settled_at=account.c.created_at))
    with op.batch_alter_table('account') as table:
        table.alter_column('settled_at', existing_type=MOMENT, nullable=False)
    op.execute(invitation.update().values(brought_by=invitation.c.invited_by))
    _move_resets()
    _write_down_who_brought_whom()


def _make_tables() -> None:
    op.create_table(
        'account_request',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=True),
        sa.Column('email_lookup', sa.String(length=64), nullable=False),
        sa.Column('content_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
        sa.Column('asked_by', sa.String(length=16), nullable=False),
        sa.Column('asked_at', MOMENT, nullable=False),
        sa.Column('expires_at', MOMENT, nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('decided_by', sa.String(length=16), nullable=False),
        sa.Column('decided_at', MOMENT, nullable=True),
        sa.Column('answer_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('code_sealed', sa.LargeBinary(), nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invitation', 'roles', 'link', 'second_step', 'reopening')",
            name=op.f('ck_account_request_kind'),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'agreed', 'done', 'declined', 'withdrawn', 'changed')",
            name=op.f('ck_account_request_state'),
        ),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_account_request_account_id_account')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_account_request')),
        sa.UniqueConstraint('public_id', name=op.f('uq_account_request_public_id')),
    )
    with op.batch_alter_table('account_request') as table:
        table.create_index('ix_account_request_account_id_state', ['account_id', 'state'])
        table.create_index('ix_account_request_state_expires_at', ['state', 'expires_at'])
        table.create_index('ix_account_request_asked_by_state', ['asked_by', 'state'])
    op.create_table(
        'account_backing',
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('by', sa.String(length=16), nullable=False),
        sa.Column('at', MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_account_backing_account_id_account')
        ),
        sa.PrimaryKeyConstraint('account_id', 'by', name=op.f('pk_account_backing')),
    )
    op.create_table(
        'account_notice',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=24), nullable=False),
        sa.Column('request_id', sa.String(length=16), nullable=False),
        sa.Column('at', MOMENT, nullable=False),
        sa.Column('seen_at', MOMENT, nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_account_notice_account_id_account')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_account_notice')),
        sa.UniqueConstraint('public_id', name=op.f('uq_account_notice_public_id')),
    )
    with op.batch_alter_table('account_notice') as table:
        table.create_index('ix_account_notice_account_id_seen_at', ['account_id', 'seen_at'])


def _move_resets() -> None:
    """Lost second steps become requests. One that waits has no digest: it goes back when somebody
    agrees, and is asked for again under the new rule."""
    state = sa.case(
        (old.c.outcome == '', 'waiting'),
        (old.c.outcome == 'approved', 'done'),
        (old.c.decided_by == old.c.asked_by, 'withdrawn'),
        else_='declined',
    )
    columns = [
        old.c.public_id,
        sa.literal('second_step'),
        old.c.account_id,
        sa.literal(''),
        sa.literal(''),
        old.c.reason_sealed,
        old.c.asked_by,
        old.c.asked_at,
        old.c.expires_at,
        state,
        old.c.decided_by,
        old.c.decided_at,
    ]
    names = [column.name for column in new.columns]
    op.execute(new.insert().from_select(names, sa.select(*columns).order_by(old.c.id)))
    op.drop_table('second_step_reset')


def _write_down_who_brought_whom() -> None:
    """The oldest of each powerful role in use count as founders, as they would had they joined
    under this rule; of the others, who invited them and who changed their roles stands behind."""
    connection, now = op.get_bind(), kash.platform.database.utc_now()
    ids = {row.public_id: row.id for row in connection.execute(sa.select(account))}
    holders = connection.execute(
        sa.select(role.c.role, account.c.id, account.c.active)
        .join(account, account.c.id == role.c.account_id)
        .where(role.c.role.in_(POWERFUL))
        .order_by(account.c.created_at, account.c.id)
    ).all()
    founders: set[int] = set()
    for powerful in POWERFUL:
        # The first even if she is a founder by another role: else the next, whom she may have
        # invited, would count as independent of her.
        first = (row.id for row in holders if row.role == powerful and row.active)
        founders.update(list(first)[:1])
    if any(row.role == 'director' for row in holders):
        op.execute(programme.update().values(founded_at=now))
    else:
        op.execute(
            invitation.update()
            .where(invitation.c.used_at.is_(None), invitation.c.account_id.is_(None))
            .values(founding=True)
        )
    found: set[tuple[int, str]] = set()
    for row in connection.execute(
        sa.select(account.c.id, invitation.c.invited_by)
        .join(invitation, invitation.c.email_lookup == account.c.email_lookup)
        .where(invitation.c.used_at.is_not(None), invitation.c.account_id.is_(None))
    ):
        found.add((row.id, row.invited_by))
    held: dict[int, set[str]] = {}
    for row in holders:
        held.setdefault(row.id, set()).add('role:' + row.role)
    for row in connection.execute(
        sa.select(audit.c.actor, audit.c.subjects).where(
            audit.c.action == 'accounts.roles_changed'
        )
    ):
        whose = next((ids[one] for one in row.subjects if one in ids), None)
        if whose is not None and held.get(whose, set()) & set(row.subjects):
            found.add((whose, row.actor))
    rows = [
        {'account_id': one, 'by': by, 'at': now}
        for one, by in sorted(found)
        if one not in founders and by in ids and ids[by] != one
    ]
    if rows:
        connection.execute(backing.insert(), rows)


def downgrade() -> None:
    op.create_table(
        'second_step_reset',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('reason_sealed', sa.LargeBinary(), nullable=False),
        sa.Column('asked_by', sa.String(length=16), nullable=False),
        sa.Column('asked_at', MOMENT, nullable=False),
        sa.Column('expires_at', MOMENT, nullable=False),
        sa.Column('outcome', sa.String(length=10), nullable=False),
        sa.Column('decided_by', sa.String(length=16), nullable=False),
        sa.Column('decided_at', MOMENT, nullable=True),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('', 'approved', 'refused')", name=op.f('ck_second_step_reset_outcome')
        ),
        sa.ForeignKeyConstraint(
            ['account_id'], ['account.id'], name=op.f('fk_second_step_reset_account_id_account')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_second_step_reset')),
        sa.UniqueConstraint('public_id', name=op.f('uq_second_step_reset_public_id')),
    )
    with op.batch_alter_table('second_step_reset') as table:
        table.create_index('ix_second_step_reset_account_id_outcome', ['account_id', 'outcome'])
        table.create_index('ix_second_step_reset_outcome_expires_at', ['outcome', 'expires_at'])
    outcome = sa.case(
        (new.c.state.in_(('waiting', 'agreed')), ''),
        (new.c.state == 'done', 'approved'),
        else_='refused',
    )
    names = [column.name for column in old.columns if column.name != 'id']
    op.execute(
        old.insert().from_select(
            names,
            sa.select(
                new.c.public_id,
                new.c.account_id,
                new.c.reason_sealed,
                new.c.asked_by,
                new.c.asked_at,
                new.c.expires_at,
                outcome,
                new.c.decided_by,
                new.c.decided_at,
            ).where(new.c.kind == 'second_step', new.c.account_id.is_not(None)),
        )
    )
    for name in ('account_request', 'account_backing', 'account_notice'):
        op.drop_table(name)
    with op.batch_alter_table('account') as table:
        table.drop_column('settled_at')
    with op.batch_alter_table('invitation') as table:
        for name in ('brought_by', 'founding', 'request_id', 'code_hash'):
            table.drop_column(name)
    with op.batch_alter_table('programme') as table:
        table.drop_column('founded_at')
