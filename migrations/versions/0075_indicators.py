"""facts of completion, definitions and targets of indicators

Revision ID: 0075
Revises: 0074

Registers that were confirmed before get their facts here. If somebody met what a course asks for is
decided by the application alone (`asked_on` is empty until it was): here only whoever holds a
certificate of that workshop counts.
"""

from datetime import date

import sqlalchemy as sa
from alembic import op

from kash.platform.database import UtcDateTime

revision = '0075'
down_revision = '0074'
branch_labels = None
depends_on = None

_BANDS = (('under18', 0, 17), ('18-24', 18, 24), ('25-34', 25, 34), ('35-44', 35, 44),
          ('45-plus', 45, 110))
_MANY = 1000


def upgrade() -> None:
    op.create_table(
        'completion',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('workshop_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('course_id', sa.Integer(), nullable=False),
        sa.Column('held_on', sa.Date(), nullable=False),
        sa.Column('completed_on', sa.Date(), nullable=False),
        sa.Column('minutes', sa.Integer(), nullable=False),
        sa.Column('percentage', sa.SmallInteger(), nullable=False),
        sa.Column('met', sa.Boolean(), nullable=False),
        sa.Column('refresher', sa.Boolean(), nullable=False),
        sa.Column('group_id', sa.Integer(), nullable=False),
        sa.Column('sex', sa.String(length=8), nullable=False),
        sa.Column('age_band', sa.String(length=8), nullable=False),
        sa.Column('cadre', sa.String(length=80), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=True),
        sa.Column('ward', sa.String(length=120), nullable=False),
        sa.Column('version_id', sa.Integer(), nullable=True),
        sa.Column('asked_on', sa.Date(), nullable=True),
        sa.CheckConstraint(
            'percentage between 0 and 100', name=op.f('ck_completion_percentage')
        ),
        sa.CheckConstraint('completed_on >= held_on', name=op.f('ck_completion_days')),
        sa.ForeignKeyConstraint(
            ['workshop_id'], ['workshop.id'], name=op.f('fk_completion_workshop_id_workshop')
        ),
        sa.ForeignKeyConstraint(
            ['person_id'], ['person.id'], name=op.f('fk_completion_person_id_person')
        ),
        sa.ForeignKeyConstraint(
            ['course_id'], ['course.id'], name=op.f('fk_completion_course_id_course')
        ),
        sa.ForeignKeyConstraint(
            ['group_id'], ['people_group.id'], name=op.f('fk_completion_group_id_people_group')
        ),
        sa.ForeignKeyConstraint(
            ['organisation_id'],
            ['organisation.id'],
            name=op.f('fk_completion_organisation_id_organisation'),
        ),
        sa.ForeignKeyConstraint(
            ['version_id'],
            ['track_version.id'],
            name=op.f('fk_completion_version_id_track_version'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_completion')),
        sa.UniqueConstraint(
            'workshop_id', 'person_id', name=op.f('uq_completion_workshop_id_person_id')
        ),
    )
    op.create_index('ix_completion_completed_on', 'completion', ['completed_on', 'workshop_id'])
    op.create_index('ix_completion_held_on', 'completion', ['held_on', 'workshop_id'])
    op.create_index('ix_completion_course_id_person_id', 'completion', ['course_id', 'person_id'])
    for column in ('person_id', 'group_id', 'organisation_id', 'version_id'):
        op.create_index(op.f(f'ix_completion_{column}'), 'completion', [column])
    never = sa.text('asked_on is null')
    op.create_index(
        'ix_completion_never_asked',
        'completion',
        ['workshop_id'],
        sqlite_where=never,
        postgresql_where=never,
    )
    op.create_table(
        'indicator_definition',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=24), nullable=False),
        sa.Column('version', sa.SmallInteger(), nullable=True),
        sa.Column('from_day', sa.Date(), nullable=False),
        sa.Column('title', sa.String(length=120), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('least_share', sa.SmallInteger(), nullable=False),
        sa.Column('because', sa.Text(), nullable=False),
        sa.Column('approved_at', UtcDateTime(timezone=True), nullable=True),
        sa.Column('state', sa.String(length=12), nullable=False),
        sa.Column('proposed_by', sa.String(length=16), nullable=False),
        sa.Column('approved_by', sa.String(length=16), nullable=True),
        sa.Column('approved_for', sa.String(length=16), nullable=True),
        sa.Column('returned_reason', sa.Text(), nullable=False),
        sa.Column('created_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint(
            "state in ('proposed', 'approved', 'returned')",
            name=op.f('ck_indicator_definition_state'),
        ),
        sa.CheckConstraint(
            'approved_by is null or approved_by <> proposed_by',
            name=op.f('ck_indicator_definition_two_people'),
        ),
        sa.CheckConstraint(
            'least_share between 0 and 100', name=op.f('ck_indicator_definition_least_share')
        ),
        sa.CheckConstraint(
            "(version is null) = (state <> 'approved')",
            name=op.f('ck_indicator_definition_version'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_definition')),
        sa.UniqueConstraint('public_id', name=op.f('uq_indicator_definition_public_id')),
    )
    proposed = sa.text("state = 'proposed'")
    op.create_index(
        'uq_indicator_definition_key_proposed',
        'indicator_definition',
        ['key'],
        unique=True,
        sqlite_where=proposed,
        postgresql_where=proposed,
    )
    op.create_index(
        'uq_indicator_definition_key_version',
        'indicator_definition',
        ['key', 'version'],
        unique=True,
    )
    op.create_table(
        'indicator_target',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('key', sa.String(length=24), nullable=False),
        sa.Column('period', sa.String(length=22), nullable=False),
        sa.Column('funder_id', sa.Integer(), nullable=True),
        sa.Column('group_id', sa.Integer(), nullable=True),
        sa.Column('value', sa.Integer(), nullable=False),
        sa.Column('row_version', sa.Integer(), nullable=False),
        sa.Column('set_by', sa.String(length=16), nullable=False),
        sa.Column('set_at', UtcDateTime(timezone=True), nullable=False),
        sa.Column('public_id', sa.String(length=16), nullable=False),
        sa.CheckConstraint('value >= 0', name=op.f('ck_indicator_target_value')),
        sa.ForeignKeyConstraint(
            ['funder_id'], ['funder.id'], name=op.f('fk_indicator_target_funder_id_funder')
        ),
        sa.ForeignKeyConstraint(
            ['group_id'],
            ['people_group.id'],
            name=op.f('fk_indicator_target_group_id_people_group'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_indicator_target')),
        sa.UniqueConstraint('public_id', name=op.f('uq_indicator_target_public_id')),
    )
    for column in ('funder_id', 'group_id'):
        op.create_index(op.f(f'ix_indicator_target_{column}'), 'indicator_target', [column])
    for name, columns, where in (
        ('all', [], 'funder_id is null and group_id is null'),
        ('funder', ['funder_id'], 'funder_id is not null and group_id is null'),
        ('group', ['group_id'], 'funder_id is null and group_id is not null'),
        ('both', ['funder_id', 'group_id'], 'funder_id is not null and group_id is not null'),
    ):
        op.create_index(
            f'uq_indicator_target_of_{name}',
            'indicator_target',
            ['key', 'period', *columns],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    _fill()


def _fill() -> None:
    """Write the facts of workshops whose registers are all confirmed."""
    connection = op.get_bind()
    tables = sa.MetaData()
    tables.reflect(
        connection,
        only=['workshop', 'course_version', 'slot', 'mark', 'mark_status', 'roster_entry',
              'person', 'posting', 'certificate', 'certificate_batch', 'certificate_rule', 'completion'],
        resolve_fks=False,
    )
    of = tables.tables
    workshop, slot = of['workshop'], of['slot']
    version, completion = of['course_version'], of['completion']
    unconfirmed = slot.alias()
    still_open = sa.exists().where(
        unconfirmed.c.register_id == workshop.c.register_id,
        unconfirmed.c.confirmed_at.is_(None),
    )
    confirmed = connection.execute(
        sa.select(
            workshop.c.id,
            workshop.c.register_id,
            workshop.c.ends_on,
            version.c.course_id,
            sa.func.sum(slot.c.minutes).label('total'),
        )
        .join(version, version.c.id == workshop.c.version_id)
        .join(slot, slot.c.register_id == workshop.c.register_id)
        .where(workshop.c.state == 'planned', ~still_open)
        .group_by(workshop.c.id, workshop.c.register_id, workshop.c.ends_on, version.c.course_id)
        .order_by(workshop.c.ends_on, workshop.c.id)
    ).all()
    met_before: set[tuple[int, int]] = set()
    waiting = []
    for one in confirmed:
        if not one.total:
            continue
        for row in _people(connection, of, one):
            again = (one.course_id, row['person_id']) in met_before
            if row['met']:
                met_before.add((one.course_id, row['person_id']))
            waiting.append({**row, 'refresher': again})
        if len(waiting) >= _MANY:
            connection.execute(completion.insert(), waiting)
            waiting = []
    if waiting:
        connection.execute(completion.insert(), waiting)


def _people(connection, of, one):
    entry, person, posting = of['roster_entry'], of['person'], of['posting']
    slot, mark, status = of['slot'], of['mark'], of['mark_status']
    batch, certificate = of['certificate_batch'], of['certificate']
    rule = of['certificate_rule']
    day = _day(one.ends_on)
    attended = dict(
        connection.execute(
            sa.select(mark.c.person_id, sa.func.sum(slot.c.minutes * status.c.weight))
            .join(slot, slot.c.id == mark.c.slot_id)
            .join(status, status.c.code == mark.c.status)
            .where(slot.c.register_id == one.register_id)
            .group_by(mark.c.person_id)
        ).all()
    )
    earned = dict(
        connection.execute(
            sa.select(
                certificate.c.person_id,
                sa.func.coalesce(certificate.c.version_id, rule.c.requires_id),
            )
            .join(batch, batch.c.id == certificate.c.batch_id)
            .join(rule, rule.c.id == batch.c.rule_id)
            .where(
                batch.c.workshop_id == one.id,
                batch.c.kind != 'renewal',
                certificate.c.serial.is_not(None),
                certificate.c.revoked_at.is_(None),
            )
            .order_by(certificate.c.id)
        ).all()
    )
    posted = dict(
        connection.execute(
            sa.select(posting.c.person_id, posting.c.organisation_id)
            .join(entry, entry.c.person_id == posting.c.person_id)
            .where(
                entry.c.register_id == one.register_id,
                posting.c.since <= day,
                sa.or_(posting.c.until.is_(None), posting.c.until >= day),
            )
            .order_by(posting.c.since, posting.c.id)
        ).all()
    )
    people = connection.execute(
        sa.select(
            person.c.id, person.c.group_id, person.c.sex, person.c.age_band, person.c.birth_year,
            person.c.cadre, person.c.ward,
        )
        .join(entry, entry.c.person_id == person.c.id)
        .where(entry.c.register_id == one.register_id, entry.c.removed_at.is_(None))
        .order_by(person.c.id)
    )
    for found in people:
        minutes = int(attended.get(found.id, 0)) // 100
        yield {
            'workshop_id': one.id,
            'person_id': found.id,
            'course_id': one.course_id,
            'held_on': day,
            'completed_on': day,
            'minutes': minutes,
            'percentage': 100 * minutes // one.total,
            'met': found.id in earned,
            'group_id': found.group_id,
            'sex': found.sex,
            'age_band': found.age_band or _band(found.birth_year, day),
            'cadre': found.cadre,
            'organisation_id': posted.get(found.id),
            'ward': found.ward,
            'version_id': earned.get(found.id),
            'asked_on': None,
        }


def _day(value):
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def _band(birth_year, day):
    if birth_year is None:
        return ''
    turning = day.year - birth_year
    return next((band for band, least, most in _BANDS if least <= turning <= most), '')


def downgrade() -> None:
    op.drop_table('indicator_target')
    op.drop_table('indicator_definition')
    op.drop_table('completion')
