"""The people behind a cell of a table, one group at a time. Figures of indicators: tables by
dimensions, and the two views of shared workshops. Totals of several indicators at once, counted by
the database. Indicators of a period beside their targets and the period before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from kash.attendance.models import Headcount, Slot
from kash.certificates.models import Certificate, CertificateBatch
from kash.figures.indicators.models import Completion
from kash.figures.indicators.queries.definitions import (
    Definition,
    TargetFor,
    conditions,
    definition_of,
    definitions_on,
    fact_rows,
    funders_of,
    has_facts,
    held_workshops,
    of_funder,
    paid_by,
    targets_in,
    with_facts,
)
from kash.figures.indicators.queries.levels import gained, practised, sat_both, was_told
from kash.figures.indicators.rules import (
    INDICATORS,
    UNKNOWN,
    FactRow,
    FigureCell,
    FigureTable,
    IndicatorKey,
    Least,
    Period,
    PeriodProblem,
    SharedRow,
    check_dimensions,
    people_cells,
    row_counts,
    shared_rows,
)
from kash.people.models import Group, Organisation, Person
from kash.people.scope import reaches, within_reach
from kash.platform.database import db
from kash.policy import Actor, Reach
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Funder, Workshop

# So many keys go into one statement.
_MOST_KEYS = 30_000


@dataclass(frozen=True)
class BehindCell:
    """The groups of the people behind a cell with how many there are, the one that is shown, and
    its people as a select of name, public id, cadre and ward."""

    counts: dict[str, int]
    letter: str
    people: Select[Any]

    def number(self, letter: str) -> str:
        """How many a group has, as it stands beside its letter."""
        return str(self.counts[letter])


def behind(people: Collection[int], wanted: str) -> BehindCell:
    """People by their keys, one group at a time: the wanted one, or the first that has any. One
    query."""
    keys = sorted(people)[:_MOST_KEYS]
    rows = db.session.execute(
        select(Group.letter, func.count())
        .join(Person, Person.group_id == Group.id)
        .where(Person.id.in_(keys))
        .group_by(Group.letter)
        .order_by(Group.letter)
    )
    counts = {group[0]: group[1] for group in rows}
    letter = wanted if wanted in counts else next(iter(counts), "")
    statement: Any = (
        select(Person.chosen_name, Person.public_id, Person.cadre, Person.ward)
        .join(Group, Group.id == Person.group_id)
        .where(Person.id.in_(keys), Group.letter == letter)
    )
    return BehindCell(counts, letter, statement)


# So many people are asked about one by one; of more, all that somebody reaches are read.
_MOST_NAMED = 5000


def table_of(
    key: str,
    period: Period,
    dimensions: Sequence[str] = (),
    *,
    funder: str | None = None,
    actor: Actor | None,
    session: Session | None = None,
) -> FigureTable:
    """An indicator in a period by dimensions, of all workshops or of those that a funder (public
    id) pays in part. Raises DimensionProblem.

    Counts are of everybody, no matter who asks. The people behind a cell are those that the actor
    reaches; without an actor, which only the programme's own work is, all of them. Cells stand in
    the order of their values; none is 0.
    """
    asking = session or db.session()
    definition = definition_of(key, period.last, asking)
    return table_by(definition, period, dimensions, funder=funder, actor=actor, session=asking)


def table_by(
    definition: Definition,
    period: Period,
    dimensions: Sequence[str] = (),
    *,
    funder: str | None,
    actor: Actor | None,
    session: Session,
) -> FigureTable:
    """The same where its definition is at hand."""
    key, asking, names = definition.key, session, tuple(dimensions)
    check_dimensions(key, names)

    def table(cells: Sequence[FigureCell], total: FigureCell) -> FigureTable:
        ordered = tuple(sorted(cells, key=lambda cell: cell.values))
        if not names:
            ordered = (total,)
        return FigureTable(key, definition.version, definition.text, period, names, ordered, total)

    if key == IndicatorKey.WORKSHOPS:
        return table(*_workshops(period, names, funder, asking))
    if key == IndicatorKey.HEADCOUNT:
        return table(*_heads(period, names, funder, asking))
    everything = _rows(key, period, names, definition.least, asking)
    rows = everything
    if funder is not None:
        paid = set(asking.scalars(paid_by(funder)))
        rows = [fact for fact in everything if fact.workshop in paid]
    if not rows and not _has_data(key, period, funder, asking):
        return table((), FigureCell((), None))
    funders = funders_of(None, asking) if "funder" in names else {}
    if funder is not None:
        # Of what is shared with others only its own line is told.
        funders = {
            key: [paying for paying in of if paying.funder == funder] for key, of in funders.items()
        }
    if not INDICATORS[key].people:
        counts = row_counts(rows, names, funders)
        return table(
            [FigureCell(values, count) for values, count in counts.items()],
            FigureCell((), len(rows)),
        )
    # One funder's table shows a person as the whole programme's does.
    seen = people_cells(rows, names, funders, everything)
    everybody = frozenset(fact.person for fact in rows)
    reach = _visible(actor, everybody, asking)

    def cell(values: tuple[str, ...], people: frozenset[int]) -> FigureCell:
        return FigureCell(values, len(people), people if reach is None else people & reach)

    return table([cell(*paying) for paying in seen.items()], cell((), everybody))


def _rows(
    key: str, period: Period, names: Sequence[str], least: Least, session: Session
) -> list[FactRow]:
    if key == IndicatorKey.GAIN:
        return with_facts(gained(period, session), names, session)
    if key == IndicatorKey.PRACTICE:
        return with_facts(practised(period, session), names, session)
    return fact_rows(key, period, names, least=least, session=session)


def _has_data(key: str, period: Period, funder: str | None, session: Session) -> bool:
    if key == IndicatorKey.GAIN:
        return sat_both(period, funder, session)
    if key == IndicatorKey.PRACTICE:
        return was_told(period, funder, session)
    return bool(session.scalar(select(has_facts(period, funder))))


def _visible(
    actor: Actor | None, people: frozenset[int], session: Session
) -> frozenset[int] | None:
    """Keys of those of some people that an actor reaches; None if that is everybody."""
    if actor is None or Reach.ALL in reaches(actor, "people.see"):
        return None
    if not actor.may("people.see"):
        return frozenset()
    few = len(people) <= _MOST_NAMED
    reached = select(Person.id).where(within_reach(actor, "people.see", few=few))
    if few:
        reached = reached.where(Person.id.in_(people))
    return frozenset(session.connection().execute(reached).scalars().all())


def _workshops(
    period: Period, names: Sequence[str], funder: str | None, session: Session
) -> tuple[list[FigureCell], FigureCell]:
    rows = session.execute(
        select(Workshop.id, Course.public_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(*held_workshops(period, funder))
    ).all()
    if not rows:
        return [], FigureCell((), None)
    facts = [FactRow(0, key, period.last, key, {"course": course}) for key, course in rows]
    funders = funders_of([key for key, _course in rows], session) if "funder" in names else {}
    counts = row_counts(facts, names, funders)
    return [FigureCell(*counted) for counted in counts.items()], FigureCell((), len(rows))


def _heads(
    period: Period, names: Sequence[str], funder: str | None, session: Session
) -> tuple[list[FigureCell], FigureCell]:
    """Heads counted without names. Of each workshop its fullest session counts, since the same
    people come to several; they may be people who are named too, so they are never added to
    these."""
    rows = session.execute(
        select(
            Workshop.id,
            Course.public_id,
            Slot.id,
            Group.letter,
            Headcount.sex,
            Headcount.age_band,
            Headcount.count,
        )
        .select_from(Headcount)
        .join(Slot, Slot.id == Headcount.slot_id)
        .join(Workshop, Workshop.register_id == Slot.register_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .join(Group, Group.id == Headcount.group_id)
        .where(*held_workshops(period, funder))
        .order_by(Slot.id)
    ).all()
    if not rows:
        return [], FigureCell((), None)
    sums: defaultdict[int, defaultdict[int, int]] = defaultdict(lambda: defaultdict(int))
    for workshop, _course, slot, *_kind, count in rows:
        sums[workshop][slot] += count
    fullest = {
        workshop: max(slots, key=lambda slot: (slots[slot], -slot))
        for workshop, slots in sums.items()
    }
    funders = funders_of(list(fullest), session) if "funder" in names else {}
    sums_found: defaultdict[tuple[str, ...], int] = defaultdict(int)
    total = 0
    for workshop, course, slot, letter, sex, age_band, count in rows:
        if slot != fullest[workshop]:
            continue
        total += count
        values = {"course": course, "group": letter, "sex": sex, "age_band": age_band}
        head = FactRow(0, workshop, period.last, 0, values)
        for place in row_counts([head], names, funders):
            sums_found[place] += count
    return [FigureCell(values, count) for values, count in sums_found.items()], FigureCell(
        (), total
    )


def shared_views(key: str, period: Period) -> list[SharedRow]:
    """Whole people of each funder, and sums weighted by shares, which add up to all people. Only of
    an indicator that counts people."""
    asking = db.session()
    definition = definition_of(key, period.last, asking)
    rows = _rows(key, period, (), definition.least, asking)
    return shared_rows(rows, funders_of({fact.workshop for fact in rows}, asking))


def value_names(
    dimension: str, values: Sequence[str], session: Session | None = None
) -> Mapping[str, str]:
    """Names of values that are ids: of courses, funders and stations; one query at most."""
    asking = session or db.session()
    wanted = [value for value in set(values) if value != UNKNOWN]
    named: Mapping[str, Select[str, str]] = {
        "course": select(Course.public_id, Course.name).where(Course.public_id.in_(wanted)),
        "funder": select(Funder.public_id, Funder.name).where(Funder.public_id.in_(wanted)),
        "station": select(Organisation.public_id, Organisation.name).where(
            Organisation.public_id.in_(wanted)
        ),
    }
    if dimension not in named or not wanted:
        return {}
    return {value: name for value, name in asking.execute(named[dimension])}  # noqa: C416


def funders() -> list[tuple[str, str]]:
    """All funders, (public id, name) by their names; one query."""
    named = select(Funder.public_id, Funder.name).order_by(func.lower(Funder.name), Funder.id)
    return list(db.session.execute(named))


# Those whose totals one statement counts; the others take a table.
_COUNTED = (
    IndicatorKey.COMPLETED,
    IndicatorKey.REACHED,
    IndicatorKey.ATTENDANCES,
    IndicatorKey.REFRESHED,
    IndicatorKey.CERTIFIED,
    IndicatorKey.WORKSHOPS,
)


def totals_of(
    keys: Collection[str],
    period: Period,
    *,
    funder: str | None = None,
    definitions: Mapping[str, Definition] | None = None,
) -> dict[str, int | None]:
    """Totals of indicators in a period, by their keys, as `table_of` counts them; None where there
    is no data. Two queries, one where the `definitions` of the period are at hand, and those of a
    table for each that rests on no facts."""
    asking = db.session()
    by = definitions or definitions_on(period.last, tuple(keys), asking)
    counted = {
        key: _total(key, period, by[key].least, funder).label(key)
        for key in keys
        if key in _COUNTED
    }
    has_data = has_facts(period, funder).label("known")
    totals = asking.execute(select(has_data, *counted.values())).one()
    by_key: dict[str, int | None] = {}
    for key in keys:
        if key in counted:
            # Workshops are held, and counted, before there are facts; without either is no 0.
            count = getattr(totals, key)
            by_key[key] = (
                count if count or (totals.known and key != IndicatorKey.WORKSHOPS) else None
            )
        else:
            table = table_by(by[key], period, funder=funder, actor=None, session=asking)
            by_key[key] = table.total.count
    return by_key


def _total(key: str, period: Period, least: Least, funder: str | None) -> ScalarSelect[int]:
    if key == IndicatorKey.WORKSHOPS:
        of_held = held_workshops(period, funder)
        return select(func.count(Workshop.id)).where(*of_held).scalar_subquery()
    counted = conditions(key, period, least)
    if key == IndicatorKey.CERTIFIED:
        return (
            select(func.count(Certificate.person_id.distinct()))
            .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
            .where(*counted, *of_funder(CertificateBatch.workshop_id, funder))
            .scalar_subquery()
        )
    people = func.count(Completion.person_id.distinct())
    return (
        select(func.count() if key == IndicatorKey.ATTENDANCES else people)
        .select_from(Completion)
        .where(*counted, *of_funder(Completion.workshop_id, funder))
        .scalar_subquery()
    )


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator in a period: its count, that of the period before, and what was
    to be reached."""

    definition: Definition
    count: int | None
    before: int | None
    target: int | None

    @property
    def share(self) -> int | None:
        """Whole per cent of the target that were reached."""
        if self.count is None or not self.target:
            return None
        return 100 * self.count // self.target


def indicator_lines(
    keys: Sequence[str], period: Period, funder: str | None = None
) -> list[IndicatorLine]:
    """Indicators of a period, of all workshops or of those that a funder (public id) pays in part,
    each beside its target and the period before."""
    definitions = definitions_on(period.last, tuple(keys))
    counts = totals_of(keys, period, funder=funder, definitions=definitions)
    try:
        earlier = totals_of(keys, period.before, funder=funder)
    except PeriodProblem:
        earlier = dict.fromkeys(keys)
    targets = targets_in(period, funder)
    return [
        IndicatorLine(
            definitions[key], counts[key], earlier[key], targets.get(key, TargetFor()).value
        )
        for key in keys
    ]
