"""Approval of statements. It is not declared as a part, since it cannot be lent: two people who are
there answer for what leaves. Reasons for which no statement is made or sent. Counting of all that a
statement of a funder and a period may tell, as it stands now. Funders, who get statements. The
sealed part of a frozen figure: how many there truly were, and who they are. Frozen figures as they
are read: by line, each with its definition, and what changed since. The ledger: all figures of
people who are starred that have left, to anybody; funders talk to each other. Statements that
somebody reads: all of them for staff, and what was sent to it for a funder. All that has left to
each funder, and what somebody who has all of it could work out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, exists, false, func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from kash.figures.funders.services import funder_of
from kash.figures.indicators.queries.definitions import (
    Definition,
    definitions_on,
    fact_rows,
    funders_of,
)
from kash.figures.indicators.queries.figures import table_of, value_names
from kash.figures.indicators.rules import (
    FigureTable,
    Period,
    PeriodProblem,
    quarter_holding,
    shared_rows,
    year,
)
from kash.figures.statements import rules
from kash.figures.statements.models import FrozenFigure, Statement
from kash.figures.statements.rules import (
    COMPLETED,
    HEADCOUNT,
    LINES,
    WORKSHOPS,
    Name,
    Place,
    Range,
    StatementLine,
    Who,
)
from kash.figures.statements.solving.solver import name_read
from kash.people.models import Group, Person, PersonMerge
from kash.platform.approvals.approval import Approval
from kash.platform.database import db
from kash.platform.vault import lookup, open_sealed, seal
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.lists import Listing, listing
from kash.policy import Actor, Reach
from kash.workshops.models import Funder

APPROVAL = Approval(
    "statements",
    Statement,
    proposes="statements.make",
    approves="statements.approve",
    label=_l("Statements to funders: approve or send back"),
    waiting=_l("Statements to funders proposed, not approved"),
    own=_l("You froze these figures, so another person must approve them."),
    stands_in=_l("You stand in for the person who froze these figures, so another must approve."),
    waits=("proposed", "approved"),
)


_AT_ONCE = 5_000


@dataclass(frozen=True)
class CountedFigure:
    """A figure as it is now. `count` is None where there is no data; `people` are public ids."""

    line: StatementLine
    place: Place
    count: int | None
    definition: Definition
    label: str = ""
    people: frozenset[str] = frozenset()


def counted(
    funder: str, period: Period, session: Session, *, police_only: bool = False
) -> list[CountedFigure]:
    """All figures of a funder (public id) and a period, in the order of the lines; smallest counts
    too. The number of queries depends on neither people nor stations."""
    reader = _FigureReader(funder, period, session)
    lines = [line for line in LINES if not (police_only and line.starred)]
    return reader.with_public_ids([figure for line in lines for figure in reader.figures(line)])


@dataclass(frozen=True)
class _FoundFigure:
    """A figure with keys of people in place of their public ids."""

    line: StatementLine
    place: Place
    count: int | None
    people: frozenset[int] = frozenset()


@dataclass
class _FigureReader:
    funder: str
    period: Period
    session: Session
    _tables: dict[tuple[str, tuple[str, ...], bool], FigureTable] = field(default_factory=dict)

    def figures(self, line: StatementLine) -> list[_FoundFigure]:
        whole = self._table(line.key, (), supported=line.supported).total
        if whole.count is None:
            return [_FoundFigure(line, (), None)]
        if line.key == WORKSHOPS:
            return [_FoundFigure(line, (), whole.count)]
        if line.key == HEADCOUNT:
            return [_FoundFigure(line, (), self._heads(line))]
        people = self._people(line.key, line.who, supported=line.supported)
        if line.weighted:
            return [_FoundFigure(line, (), self._weighted(line.who))]
        if line.starred and line.by:
            return self._crossed(line, people)
        return [_FoundFigure(line, (), len(people), people), *self._apart(line, people)]

    def _table(self, key: str, by: tuple[str, ...], *, supported: bool) -> FigureTable:
        key_of_table = (key, by, supported)
        if key_of_table not in self._tables:
            funder = self.funder if supported else None
            self._tables[key_of_table] = table_of(
                key, self.period, by, funder=funder, actor=None, session=self.session
            )
        return self._tables[key_of_table]

    @cached_property
    def _police(self) -> frozenset[str]:
        """Letters of the groups of officers."""
        letters = select(Group.letter).where(Group.is_police.is_(True))
        return frozenset(self.session.scalars(letters))

    def _is_of(self, who: Who, letter: str) -> bool:
        return (letter in self._police) == (who is Who.POLICE)

    def _people(self, key: str, who: Who, *, supported: bool) -> frozenset[int]:
        cells = self._table(key, ("group",), supported=supported).cells
        return _all(cell.people for cell in cells if self._is_of(who, cell.values[0]))

    def _heads(self, line: StatementLine) -> int:
        cells = self._table(line.key, ("group",), supported=line.supported).cells
        return sum(cell.count or 0 for cell in cells if self._is_of(line.who, cell.values[0]))

    def _apart(self, line: StatementLine, people: frozenset[int]) -> list[_FoundFigure]:
        figures = []
        for by in line.by:
            for cell in self._table(line.key, by, supported=line.supported).cells:
                those = cell.people & people
                if those:
                    place = tuple(zip(by, cell.values, strict=True))
                    figures.append(_FoundFigure(line, place, len(those), those))
        return figures

    def _crossed(self, line: StatementLine, people: frozenset[int]) -> list[_FoundFigure]:
        table = self._table(line.key, ("sex", "age_band"), supported=line.supported)
        cells = {
            (cell.values[0], cell.values[1]): cell.people & people
            for cell in table.cells
            if cell.people & people
        }
        return [
            _FoundFigure(line, name.place, len(those), those)
            for name, those in sorted(rules.table_of(cells).items())
        ]

    def _weighted(self, who: Who) -> int:
        """The funder's share of all of these people, who may have been at others' workshops too."""
        people = self._people(COMPLETED, who, supported=False)
        rows = fact_rows(COMPLETED, self.period, (), session=self.session)
        rows = [fact for fact in rows if fact.person in people]
        shared = shared_rows(rows, funders_of({fact.workshop for fact in rows}, self.session))
        return next((share.weighted for share in shared if share.funder == self.funder), 0)

    def with_public_ids(self, found: list[_FoundFigure]) -> list[CountedFigure]:
        """The figures, with public ids of people, definitions, and names of stations."""
        ids = self._public_ids(_all(figure.people for figure in found))
        definitions = definitions_on(
            self.period.last,
            tuple(dict.fromkeys(figure.line.key for figure in found)),
            self.session,
        )
        stations = [value for figure in found for name, value in figure.place if name == "station"]
        names = value_names("station", stations, self.session)
        return [
            CountedFigure(
                figure.line,
                figure.place,
                figure.count,
                definitions[figure.line.key],
                "".join(names.get(value, "") for name, value in figure.place if name == "station"),
                frozenset(ids[person] for person in figure.people),
            )
            for figure in found
        ]

    def _public_ids(self, keys: frozenset[int]) -> Mapping[int, str]:
        ordered = sorted(keys)
        by_key: dict[int, str] = {}
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            rows = self.session.execute(
                select(Person.id, Person.public_id).where(Person.id.in_(some))
            )
            by_key |= {key: public_id for key, public_id in rows}  # noqa: C416
        return by_key


def _all(parts: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*parts)


def all_funders() -> Sequence[Funder]:
    """All funders by name."""
    return db.session.scalars(select(Funder).order_by(Funder.name)).all()


_PEOPLE = "statement.people"
_INPUTS = "statement_inputs"


@dataclass(frozen=True)
class SealedPeople:
    """People of a figure by public id, and how many there were on the day of freezing, None without
    data: who is erased since is no longer among them, and counts."""

    count: int | None
    people: frozenset[str] = field(default=frozenset(), repr=False)


def sealed_people(figure: FrozenFigure) -> SealedPeople:
    """The sealed part of a figure. Raises SealError."""
    content = json.loads(
        open_sealed(figure.people_sealed, kind=_PEOPLE, public_id=figure.public_id)
    )
    return SealedPeople(content["count"], frozenset(content["people"]))


def seal_people(figure: FrozenFigure, count: int | None, people: Collection[str]) -> None:
    """Seal them, for a figure that has its public id."""
    content = json.dumps({"count": count, "people": sorted(people)})
    figure.people_sealed = seal(content, kind=_PEOPLE, public_id=figure.public_id)


def inputs_digest(figure: str, count: int | None, people: Collection[str]) -> str:
    """A digest of who was counted and how many in a figure (public id), under a key: without one
    the person who has the paper would try few people until it fits.

    It is of this figure alone. Of equal figures it would be equal, and so tell what a star stands
    for by a number beside it.
    """
    return lookup(json.dumps([figure, count, *sorted(people)]), kind=_INPUTS)


Now = Mapping[tuple[str, Place], int | None]


@dataclass(frozen=True)
class FrozenCell:
    """A figure of a line in a place. `value` is None where it is starred, and where there is no
    data. `since_then` is how many more there are now; None where that is not asked for, or not
    known."""

    place: Place
    label: str
    value: int | None
    starred: bool
    since_then: int | None = None


@dataclass(frozen=True)
class FrozenRow:
    """A line with the words that held when it was frozen; its total is the first of its cells."""

    line: StatementLine
    title: str
    definition: str
    version: int
    cells: tuple[FrozenCell, ...]

    @property
    def total(self) -> FrozenCell:
        """The figure of all."""
        return self.cells[0]

    @property
    def since_then(self) -> int | None:
        """Change of the total."""
        return self.total.since_then

    def by(self, *dimensions: str) -> list[FrozenCell]:
        """The cells that tell people apart in just this way."""
        return [cell for cell in self.cells if tuple(name for name, _ in cell.place) == dimensions]


def figures_of(statement: Statement, *, changes: bool = False) -> list[FrozenRow]:
    """The figures of a statement, in the order of the lines.

    `changes` counts again and says what changed since, also where a figure is starred: only for
    the person who may see the people themselves.
    """
    now = _now(statement) if changes else {}
    rows = []
    for line in LINES:
        figures = [figure for figure in statement.figures if figure.line == line.code]
        if figures:
            first = figures[0]
            cells = tuple(_cell(figure, now) for figure in figures)
            rows.append(FrozenRow(line, first.title, first.definition, first.version, cells))
    return rows


def _cell(figure: FrozenFigure, now: Now) -> FrozenCell:
    since = None
    present = now.get((figure.line, figure.in_place), 0) if now else None
    if present is not None:
        before = sealed_people(figure).count
        since = None if before is None else present - before
    return FrozenCell(figure.in_place, figure.label, figure.value, figure.starred, since)


def _now(statement: Statement) -> Now:
    figures = counted(
        statement.funder.public_id,
        statement.of_days,
        db.session(),
        police_only=statement.police_only,
    )
    return {(figure.line.code, figure.place): figure.count for figure in figures}


# Shares follow from what is told beside them.
_CODES = [line.code for line in LINES if line.starred and not line.weighted]


def last_number(session: Session) -> int:
    """The number of the last statement that left, 0 before the first."""
    return session.scalar(select(func.max(Statement.sent_number))) or 0


def told_by_period(session: Session) -> dict[str, dict[Name, int | None]]:
    """All that was told of each period, by its text: None where it was starred; one query."""
    told: defaultdict[str, dict[Name, int | None]] = defaultdict(dict)
    rows = session.execute(
        select(Statement.period, Funder.public_id, FrozenFigure)
        .join(FrozenFigure.statement)
        .join(Statement.funder)
        .where(Statement.state == "sent", FrozenFigure.line.in_(_CODES))
        .order_by(Statement.sent_number, FrozenFigure.position)
    )
    for period, funder, figure in rows:
        if figure.starred or figure.value is not None:
            told[period][figure.name(funder)] = figure.value
    return dict(told)


def told_in(statement: Statement) -> dict[Name, int | None]:
    """All that a statement tells, or would tell, of people who are starred."""
    funder = statement.funder.public_id
    return {
        figure.name(funder): figure.value
        for figure in statement.figures
        if figure.line in _CODES and (figure.starred or figure.value is not None)
    }


def periods_told(session: Session) -> list[Period]:
    """Periods of which figures of people who are starred have left."""
    rows = session.execute(
        select(Statement.first_day, Statement.last_day)
        .where(Statement.state == "sent", Statement.police_only.is_(False))
        .distinct()
    )
    return sorted(Period(first, last) for first, last in rows)


def programme_as_sent(period: str, session: Session) -> list[FrozenFigure]:
    """The whole programme's figures of people who are starred, as they first left for a period;
    none if they never did."""
    first = session.scalar(
        select(Statement)
        .where(
            Statement.period == period, Statement.state == "sent", Statement.police_only.is_(False)
        )
        .options(selectinload(Statement.figures))
        .order_by(Statement.sent_number)
        .limit(1)
    )
    figures = [] if first is None else first.figures
    return [figure for figure in figures if figure.line in _CODES and not figure.of_line.supported]


def people_as_now(figures: list[FrozenFigure], session: Session) -> dict[Name, frozenset[str]]:
    """People of figures by name, by the public ids that they have now: of two who turned out to be
    one, the one who was kept."""
    survivors = _kept(session)
    return {
        figure.name(""): frozenset(
            survivors.get(person, person) for person in sealed_people(figure).people
        )
        for figure in figures
    }


def _kept(session: Session) -> Mapping[str, str]:
    rows = session.execute(
        select(PersonMerge.gone, Person.public_id)
        .join(Person, Person.id == PersonMerge.kept_id)
        .where(PersonMerge.undone_at.is_(None))
    )
    return {gone: survivor for gone, survivor in rows}  # noqa: C416


_QUARTERS, _YEARS = 8, 3


def decides(actor: Actor) -> bool:
    """True if statements that were not sent, and what lies behind figures, are hers to read."""
    return actor.reach("statements.see") is Reach.ALL


def _readable(actor: Actor) -> Select[Any]:
    statement = select(Statement).join(Statement.funder).options(contains_eager(Statement.funder))
    if decides(actor):
        return statement
    own = funder_of(actor)
    mine = Funder.id == own.id if own is not None else false()
    return statement.where(Statement.state == "sent", mine)


def statements(actor: Actor, *, funder: str = "", state: str = "") -> Listing[Statement]:
    """A page of the statements that somebody reads, of a funder (public id) and in a state or of
    all, the newest period first."""
    readable = _readable(actor)
    if funder:
        readable = readable.where(Funder.public_id == funder)
    if state:
        readable = readable.where(Statement.state == state)
    return listing(
        readable,
        sorts={
            "period": (Statement.first_day, Statement.last_day),
            "funder": Funder.name,
            "sent": Statement.sent_at,
        },
        default_sort="period",
        default_direction="desc",
        key=Statement.id,
    )


def statement(public_id: str, actor: Actor) -> Statement:
    """A statement with its figures. Raises NotFound."""
    readable = _readable(actor).where(Statement.public_id == public_id)
    return one_or_404(db.session.scalar(readable.options(selectinload(Statement.figures))))


def sent_to(funder: str, actor: Actor) -> Sequence[Statement]:
    """All that left to a funder (public id), the newest first."""
    readable = _readable(actor).where(Statement.state == "sent", Funder.public_id == funder)
    return db.session.scalars(readable.order_by(Statement.sent_number.desc())).all()


def last_sent() -> Statement | None:
    """The last statement that left, to anybody."""
    return db.session.scalar(
        select(Statement)
        .where(Statement.state == "sent")
        .order_by(Statement.sent_number.desc())
        .limit(1)
    )


def waiting(actor: Actor) -> Sequence[Statement]:
    """Statements that wait for an actor's approval, the oldest first."""
    wanted = select(Statement).join(Statement.funder).options(contains_eager(Statement.funder))
    return db.session.scalars(wanted.where(APPROVAL.open_to(actor)).order_by(Statement.id)).all()


def any_decided() -> ColumnElement[bool]:
    """The condition that some were approved and not sent yet, or sent back."""
    return exists().where(Statement.state.in_(("approved", "returned")))


def decided() -> Sequence[Statement]:
    """Statements that were approved and not sent yet, or sent back, the oldest first."""
    wanted = select(Statement).join(Statement.funder).options(contains_eager(Statement.funder))
    return db.session.scalars(
        wanted.where(Statement.state.in_(("approved", "returned"))).order_by(Statement.id)
    ).all()


def periods_to_freeze(today: date) -> list[Period]:
    """Quarters and years that are over, the newest first."""
    periods: list[Period] = []
    try:
        quarter = quarter_holding(today)
        for _time in range(_QUARTERS):
            quarter = quarter.before
            periods.append(quarter)
        periods += [year(today.year - back) for back in range(1, _YEARS + 1)]
    except PeriodProblem:
        pass
    return periods


@dataclass(frozen=True)
class LeftFigure:
    """A figure that left with its statement; `range` is what a star may stand for."""

    statement: Statement
    figure: FrozenFigure
    name: Name
    range: Range | None


@dataclass(frozen=True)
class LeftStatement:
    """A statement that left: each of its figures, of those that are starred with what they may
    stand for."""

    statement: Statement
    lines: tuple[LeftFigure, ...]

    @property
    def told(self) -> int:
        """Figures that it told."""
        return sum(line.figure.value is not None for line in self.lines)

    @property
    def stars(self) -> list[dict[str, Any]]:
        """Stars that can be narrowed at all."""
        return [
            {"name": line.name, "range": line.range}
            for line in self.lines
            if line.range is not None
        ]


def left_by_funder() -> Sequence[Any]:
    """All funders by name, each with the number of statements that left to it."""
    return db.session.execute(
        select(Funder.public_id, Funder.name, func.count(Statement.id).label("statements"))
        .outerjoin(Statement, (Statement.funder_id == Funder.id) & (Statement.state == "sent"))
        .group_by(Funder.id)
        .order_by(Funder.name)
    ).all()


def left_to(funder_id: str) -> tuple[Funder, Listing[LeftStatement]]:
    """A funder (public id), and a page of all statements that left to it, the newest first. Raises
    NotFound."""
    funder = get_or_404(db.session, Funder, funder_id)
    ranges = ranges_now()
    sent = listing(
        select(Statement)
        .where(Statement.funder_id == funder.id, Statement.state == "sent")
        .options(selectinload(Statement.figures)),
        sorts={"sent": Statement.sent_number},
        default_sort="sent",
        default_direction="desc",
        key=Statement.id,
    )
    return funder, sent.turned(
        lambda some: [_left(statement, funder_id, ranges) for statement in some]
    )


def _left(statement: Statement, funder: str, known: dict[tuple[str, Name], Range]) -> LeftStatement:
    def line(figure: FrozenFigure) -> LeftFigure:
        name = figure.name(funder)
        range_of_star = known.get((statement.period, name)) if figure.starred else None
        return LeftFigure(statement, figure, name, range_of_star)

    return LeftStatement(statement, tuple(map(line, statement.figures)))


def ranges_now() -> dict[tuple[str, Name], Range]:
    """The ranges of all stars that ever left, by period, as they were worked out before the last
    statement left: nothing left since."""
    last = last_sent()
    written = (last.ranges or {}) if last is not None else {}
    return {
        (period, name_read(name)): Range(low, high)
        for period, ranges in written.items()
        for name, low, high in ranges
    }
