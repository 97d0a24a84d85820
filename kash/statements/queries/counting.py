"""Counting of all that a statement of a funder and a period may tell, as it stands now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.indicators.queries.definitions import Definition, definitions_on
from kash.indicators.queries.figures import table_of, value_names
from kash.indicators.queries.rows import fact_rows, funders_of
from kash.indicators.rules.figures import FigureTable, shared_rows
from kash.indicators.rules.periods import Period
from kash.people.models import Group, Person
from kash.statements.rules import counting as rules
from kash.statements.rules.lines import LINES, WORKSHOPS, StatementLine, Who
from kash.statements.rules.names import COMPLETED, HEADCOUNT, Place

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
    return reader.with_public_ids([one for line in lines for one in reader.figures(line)])


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
        asked = (key, by, supported)
        if asked not in self._tables:
            funder = self.funder if supported else None
            self._tables[asked] = table_of(
                key, self.period, by, funder=funder, actor=None, session=self.session
            )
        return self._tables[asked]

    @cached_property
    def _police(self) -> frozenset[str]:
        """Letters of the groups of officers."""
        asked = select(Group.letter).where(Group.is_police.is_(True))
        return frozenset(self.session.scalars(asked))

    def _is_of(self, who: Who, letter: str) -> bool:
        return (letter in self._police) == (who is Who.POLICE)

    def _people(self, key: str, who: Who, *, supported: bool) -> frozenset[int]:
        cells = self._table(key, ("group",), supported=supported).cells
        return _all(cell.people for cell in cells if self._is_of(who, cell.values[0]))

    def _heads(self, line: StatementLine) -> int:
        cells = self._table(line.key, ("group",), supported=line.supported).cells
        return sum(cell.count or 0 for cell in cells if self._is_of(line.who, cell.values[0]))

    def _apart(self, line: StatementLine, people: frozenset[int]) -> list[_FoundFigure]:
        found = []
        for by in line.by:
            for cell in self._table(line.key, by, supported=line.supported).cells:
                those = cell.people & people
                if those:
                    place = tuple(zip(by, cell.values, strict=True))
                    found.append(_FoundFigure(line, place, len(those), those))
        return found

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
        rows = [row for row in rows if row.person in people]
        shared = shared_rows(rows, funders_of({row.workshop for row in rows}, self.session))
        return next((one.weighted for one in shared if one.funder == self.funder), 0)

    def with_public_ids(self, found: list[_FoundFigure]) -> list[CountedFigure]:
        """The figures, with public ids of people, definitions, and names of stations."""
        ids = self._public_ids(_all(one.people for one in found))
        definitions = definitions_on(
            self.period.last, tuple(dict.fromkeys(one.line.key for one in found)), self.session
        )
        stations = [value for one in found for name, value in one.place if name == "station"]
        names = value_names("station", stations, self.session)
        return [
            CountedFigure(
                one.line,
                one.place,
                one.count,
                definitions[one.line.key],
                "".join(names.get(value, "") for name, value in one.place if name == "station"),
                frozenset(ids[person] for person in one.people),
            )
            for one in found
        ]

    def _public_ids(self, keys: frozenset[int]) -> Mapping[int, str]:
        ordered = sorted(keys)
        found: dict[int, str] = {}
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            rows = self.session.execute(
                select(Person.id, Person.public_id).where(Person.id.in_(some))
            )
            found |= {key: public_id for key, public_id in rows}  # noqa: C416
        return found


def _all(parts: Iterable[frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*parts)
