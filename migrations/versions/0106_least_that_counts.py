"""days of a workshop that somebody came to, and the least of them that an indicator counts from

Revision ID: 0106
Revises: 0105
"""

from collections import defaultdict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0106'
down_revision = '0105'
branch_labels = None
depends_on = None

_INDEX = 'ix_completion_held_on'
_BEFORE = ['held_on', 'minutes', 'percentage', 'person_id', 'workshop_id']
_USUAL = 'Africa/Nairobi'
_LEAST = ('least_days', 'least_workshops')

_COMPLETION = sa.table(
    'completion', *(sa.column(name) for name in ('id', 'workshop_id', 'person_id', 'days'))
)
_WORKSHOP = sa.table('workshop', sa.column('id'), sa.column('register_id'))
_SLOT = sa.table(
    'slot',
    sa.column('id'),
    sa.column('register_id'),
    sa.column('starts_at', UtcDateTime(timezone=True)),
)
_MARK = sa.table('mark', *(sa.column(name) for name in ('slot_id', 'person_id', 'status')))
_STATUS = sa.table('mark_status', sa.column('code'), sa.column('weight'))
_PROGRAMME = sa.table('programme', sa.column('zone'))


def upgrade() -> None:
    op.add_column(
        'completion', sa.Column('days', sa.SmallInteger(), nullable=False, server_default='0')
    )
    _fill(op.get_bind())
    op.drop_index(_INDEX, table_name='completion')
    op.create_index(_INDEX, 'completion', [*_BEFORE[:3], 'days', *_BEFORE[3:]])
    with op.batch_alter_table('indicator_definition') as table:
        for name in _LEAST:
            table.add_column(
                sa.Column(name, sa.SmallInteger(), nullable=False, server_default='1')
            )
            table.create_check_constraint(
                op.f(f'ck_indicator_definition_{name}'), f'{name} between 1 and 60'
            )


def _fill(bind) -> None:
    """Count the days on which each person of a fact has a mark that counts, by the programme's
    clocks."""
    try:
        zone = ZoneInfo(bind.scalar(sa.select(_PROGRAMME.c.zone)) or _USUAL)
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo(_USUAL)
    came = defaultdict(set)
    for workshop, person, starts_at in bind.execute(
        sa.select(_WORKSHOP.c.id, _MARK.c.person_id, _SLOT.c.starts_at)
        .join(_SLOT, _SLOT.c.register_id == _WORKSHOP.c.register_id)
        .join(_MARK, _MARK.c.slot_id == _SLOT.c.id)
        .join(_STATUS, _STATUS.c.code == _MARK.c.status)
        .where(_STATUS.c.weight > 0)
    ):
        came[workshop, person].add(starts_at.astimezone(zone).date())
    facts = bind.execute(
        sa.select(_COMPLETION.c.id, _COMPLETION.c.workshop_id, _COMPLETION.c.person_id)
    ).all()
    days = [
        {'fact': fact, 'number': len(came[workshop, person])}
        for fact, workshop, person in facts
        if (workshop, person) in came
    ]
    if days:
        bind.execute(
            sa.update(_COMPLETION)
            .where(_COMPLETION.c.id == sa.bindparam('fact'))
            .values(days=sa.bindparam('number')),
            days,
        )


def downgrade() -> None:
    with op.batch_alter_table('indicator_definition') as table:
        for name in _LEAST:
            table.drop_constraint(op.f(f'ck_indicator_definition_{name}'), type_='check')
            table.drop_column(name)
    op.drop_index(_INDEX, table_name='completion')
    op.create_index(_INDEX, 'completion', _BEFORE)
    with op.batch_alter_table('completion') as table:
        table.drop_column('days')
