"""rows of session plans, and keys that outlive copies of a version

Objectives and materials were lines of a text, the method was one text: each line becomes a row, the
method one step of the whole session. Rows of later versions that say the same get the same lineage.

Revision ID: 0038
Revises: 0037
"""

import re
import secrets
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None

_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
_LINES = {
    'why': 300,
    'group_size': 200,
    'leads': 12,
    'room': 300,
    'distress_with': 300,
    'distress_service': 160,
}
_TEXTS = ('preparation', 'no_electricity', 'low_literacy', 'with_15', 'with_60')
_KINDS = "kind in ('objective', 'step', 'key_message', 'hard_moment', 'legal_point', 'material')"


def _new_id() -> str:
    return ''.join(secrets.choice(_ALPHABET) for _ in range(16))


def _lines(text: str) -> list[str]:
    stripped = (re.sub(r'^[\s•*–—-]+', '', line).strip() for line in text.splitlines())
    return [line for line in stripped if line]


def upgrade() -> None:
    op.create_table(
        'plan_row',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('plan_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=12), nullable=False),
        sa.Column('position', sa.SmallInteger(), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('seen', sa.String(length=300), nullable=False),
        sa.Column('amount', sa.String(length=80), nullable=False),
        sa.Column('minutes', sa.SmallInteger(), nullable=True),
        sa.Column('rank', sa.String(length=8), nullable=False),
        sa.Column('method', sa.String(length=12), nullable=False),
        sa.Column('to_do', sa.Text(), nullable=False),
        sa.Column('to_say', sa.Text(), nullable=False),
        sa.Column('said', sa.Text(), nullable=False),
        sa.Column('answer', sa.Text(), nullable=False),
        sa.Column('stop', sa.Text(), nullable=False),
        sa.Column('source', sa.String(length=300), nullable=False),
        sa.Column('checked_on', sa.Date(), nullable=True),
        sa.Column('lineage', sa.String(length=16), nullable=False),
        sa.Column('made_from', sa.JSON(), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(_KINDS, name=op.f('ck_plan_row_kind')),
        sa.ForeignKeyConstraint(
            ['plan_id'], ['session_plan.id'], name=op.f('fk_plan_row_plan_id_session_plan')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_row')),
        sa.UniqueConstraint('public_id', name=op.f('uq_plan_row_public_id')),
    )
    op.create_index(op.f('ix_plan_row_plan_id'), 'plan_row', ['plan_id'])
    with op.batch_alter_table('course_version') as table:
        table.add_column(sa.Column('translates_id', sa.Integer(), nullable=True))
        table.add_column(sa.Column('made_from', sa.JSON(), nullable=False, server_default='{}'))
        table.add_column(
            sa.Column('prerequisites', sa.String(length=200), nullable=False, server_default='')
        )
        for name in ('days', 'group_least', 'group_most'):
            table.add_column(sa.Column(name, sa.SmallInteger(), nullable=True))
        table.create_foreign_key(
            op.f('fk_course_version_translates_id_course_version'),
            'course_version',
            ['translates_id'],
            ['id'],
        )
        table.create_index(op.f('ix_course_version_translates_id'), ['translates_id'])
    for name in ('module', 'session_plan'):
        with op.batch_alter_table(name) as table:
            table.add_column(
                sa.Column('lineage', sa.String(length=16), nullable=False, server_default='')
            )
            table.add_column(
                sa.Column('made_from', sa.JSON(), nullable=False, server_default='{}')
            )
    with op.batch_alter_table('session_plan') as table:
        table.add_column(sa.Column('row_version', sa.Integer(), nullable=False, server_default='1'))
        for name, most in _LINES.items():
            table.add_column(
                sa.Column(name, sa.String(length=most), nullable=False, server_default='')
            )
        for name in _TEXTS:
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=''))
    _move_texts(op.get_bind())
    with op.batch_alter_table('course_version') as table:
        table.alter_column('made_from', existing_type=sa.JSON(), server_default=None)
        table.alter_column('prerequisites', existing_type=sa.String(200), server_default=None)
    with op.batch_alter_table('module') as table:
        table.alter_column('lineage', existing_type=sa.String(16), server_default=None)
        table.alter_column('made_from', existing_type=sa.JSON(), server_default=None)
    with op.batch_alter_table('session_plan') as table:
        table.alter_column('lineage', existing_type=sa.String(16), server_default=None)
        table.alter_column('made_from', existing_type=sa.JSON(), server_default=None)
        table.alter_column('row_version', existing_type=sa.Integer(), server_default=None)
        for name, most in _LINES.items():
            table.alter_column(name, existing_type=sa.String(most), server_default=None)
        for name in _TEXTS:
            table.alter_column(name, existing_type=sa.Text(), server_default=None)
        for name in ('objectives', 'method', 'materials'):
            table.drop_column(name)


class _Lineages:
    """Gives what says the same in two versions of a course one key, and nothing in one version two."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], list[str]] = defaultdict(list)

    def of(self, used: set[str], *said: object) -> str:
        known = self._known[said]
        for lineage in known:
            if lineage not in used:
                used.add(lineage)
                return lineage
        lineage = _new_id()
        known.append(lineage)
        used.add(lineage)
        return lineage


def _move_texts(bind: sa.Connection) -> None:
    tables = sa.MetaData()
    tables.reflect(bind, only=('course_version', 'module', 'session_plan', 'plan_row'))
    version, module = tables.tables['course_version'], tables.tables['module']
    plan, row = tables.tables['session_plan'], tables.tables['plan_row']
    lineages = _Lineages()
    modules = defaultdict(list)
    for each in bind.execute(sa.select(module).order_by(module.c.position, module.c.id)):
        modules[each.version_id].append(each)
    plans = defaultdict(list)
    for each in bind.execute(sa.select(plan).order_by(plan.c.position, plan.c.id)):
        plans[each.module_id].append(each)
    versions = sa.select(version.c.id, version.c.course_id).order_by(
        version.c.course_id, version.c.number
    )
    rows: list[dict[str, object]] = []
    for version_id, course in bind.execute(versions).all():
        used: set[str] = set()
        for one in modules[version_id]:
            its = lineages.of(used, course, 'module', one.title.casefold())
            bind.execute(sa.update(module).where(module.c.id == one.id).values(lineage=its))
            for each in plans[one.id]:
                session = lineages.of(used, course, 'plan', each.title.casefold())
                bind.execute(sa.update(plan).where(plan.c.id == each.id).values(lineage=session))
                rows.extend(_rows_of(each, session, lineages, used))
    for start in range(0, len(rows), 500):
        bind.execute(sa.insert(row), rows[start : start + 500])


def _rows_of(
    plan: sa.Row, session: str, lineages: _Lineages, used: set[str]
) -> list[dict[str, object]]:
    said = [('objective', 'text', line) for line in _lines(plan.objectives)]
    said += [('step', 'to_do', plan.method)] if plan.method.strip() else []
    said += [('material', 'text', line) for line in _lines(plan.materials)]
    made = []
    for position, (kind, column, text) in enumerate(said, 1):
        # A session has one step, so that it is the same step when it says something else.
        same = session if kind == 'step' else text.casefold()
        texts = dict.fromkeys(
            ('text', 'seen', 'amount', 'rank', 'method', 'to_do', 'to_say', 'said', 'answer')
            + ('stop', 'source'),
            '',
        )
        made.append(
            texts
            | {
                'plan_id': plan.id,
                'kind': kind,
                'position': position,
                'minutes': plan.minutes if kind == 'step' else None,
                'checked_on': None,
                'lineage': lineages.of(used, session, kind, same),
                'made_from': {},
                'public_id': _new_id(),
                column: text,
            }
        )
    return made


def downgrade() -> None:
    with op.batch_alter_table('session_plan') as table:
        for name in ('objectives', 'method', 'materials'):
            table.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=''))
    _write_texts(op.get_bind())
    with op.batch_alter_table('session_plan') as table:
        for name in ('objectives', 'method', 'materials'):
            table.alter_column(name, existing_type=sa.Text(), server_default=None)
        for name in ('lineage', 'made_from', 'row_version', *_LINES, *_TEXTS):
            table.drop_column(name)
    with op.batch_alter_table('module') as table:
        table.drop_column('lineage')
        table.drop_column('made_from')
    with op.batch_alter_table('course_version') as table:
        table.drop_index(op.f('ix_course_version_translates_id'))
        table.drop_constraint(
            op.f('fk_course_version_translates_id_course_version'), type_='foreignkey'
        )
        for name in ('translates_id', 'made_from', 'prerequisites', 'days', 'group_least'):
            table.drop_column(name)
        table.drop_column('group_most')
    op.drop_index(op.f('ix_plan_row_plan_id'), 'plan_row')
    op.drop_table('plan_row')


def _write_texts(bind: sa.Connection) -> None:
    tables = sa.MetaData()
    tables.reflect(bind, only=('session_plan', 'plan_row'))
    plan, row = tables.tables['session_plan'], tables.tables['plan_row']
    texts: dict[tuple[int, str], list[str]] = defaultdict(list)
    columns = {'objective': 'objectives', 'step': 'method', 'material': 'materials'}
    for each in bind.execute(sa.select(row).order_by(row.c.position, row.c.id)):
        if each.kind in columns:
            texts[each.plan_id, columns[each.kind]].append(each.text or each.to_do)
    for (plan_id, column), lines in texts.items():
        bind.execute(
            sa.update(plan).where(plan.c.id == plan_id).values({column: '\n'.join(lines)})
        )
