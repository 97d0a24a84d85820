"""Figures of indicators: tables by dimensions, and the two views of shared workshops."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from kash.attendance.models import Headcount, Slot
from kash.indicators.queries.definitions import Definition, definition_of
from kash.indicators.queries.levels import gained, practised, sat_both, was_told
from kash.indicators.queries.rows import (
    fact_rows,
    funders_of,
    has_facts,
    held_workshops,
    paid_by,
    with_facts,
)
from kash.indicators.rules.figures import (
    UNKNOWN,
    FactRow,
    FigureCell,
    FigureTable,
    SharedRow,
    people_cells,
    row_counts,
    shared_rows,
)
from kash.indicators.rules.keys import INDICATORS, IndicatorKey, Least, check_dimensions
from kash.indicators.rules.periods import Period
from kash.people.models import Group, Organisation, Person
from kash.people.scope import reaches, within_reach
from kash.platform.database import db
from kash.policy import Actor, Reach
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Funder, Workshop

# So many people are asked about one by one; of more, all whom somebody reaches are read.
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

    Counts are of everybody, whoever asks. The people behind a cell are those whom the actor
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
        rows = [row for row in everything if row.workshop in paid]
    if not rows and not _has_data(key, period, funder, asking):
        return table((), FigureCell((), None))
    funders = funders_of(None, asking) if "funder" in names else {}
    if funder is not None:
        # Of what is shared with others only its own line is told.
        funders = {key: [one for one in of if one.funder == funder] for key, of in funders.items()}
    if not INDICATORS[key].people:
        counts = row_counts(rows, names, funders)
        return table(
            [FigureCell(values, count) for values, count in counts.items()],
            FigureCell((), len(rows)),
        )
    # One funder's table shows a person as the whole programme's does.
    seen = people_cells(rows, names, funders, everything)
    everybody = frozenset(row.person for row in rows)
    reach = _visible(actor, everybody, asking)

    def cell(values: tuple[str, ...], people: frozenset[int]) -> FigureCell:
        return FigureCell(values, len(people), people if reach is None else people & reach)

    return table([cell(*one) for one in seen.items()], cell((), everybody))


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
    """Keys of those of some people whom an actor reaches; None if that is everybody."""
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
    return [FigureCell(*one) for one in counts.items()], FigureCell((), len(rows))


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
    found: defaultdict[tuple[str, ...], int] = defaultdict(int)
    total = 0
    for workshop, course, slot, letter, sex, age_band, count in rows:
        if slot != fullest[workshop]:
            continue
        total += count
        values = {"course": course, "group": letter, "sex": sex, "age_band": age_band}
        one = FactRow(0, workshop, period.last, 0, values)
        for place in row_counts([one], names, funders):
            found[place] += count
    return [FigureCell(values, count) for values, count in found.items()], FigureCell((), total)


def shared_views(key: str, period: Period, session: Session | None = None) -> list[SharedRow]:
    """Whole people of each funder, and sums weighted by shares, which add up to all people. Only of
    an indicator that counts people."""
    asking = session or db.session()
    definition = definition_of(key, period.last, asking)
    rows = _rows(key, period, (), definition.least, asking)
    return shared_rows(rows, funders_of({row.workshop for row in rows}, asking))


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


def funders(session: Session | None = None) -> list[tuple[str, str]]:
    """All funders, (public id, name) by their names; one query."""
    named = select(Funder.public_id, Funder.name).order_by(func.lower(Funder.name), Funder.id)
    return list((session or db.session()).execute(named))
