"""Quarter or year: figures of people who are starred leave once for the same months, by quarters or
by years, no matter where they go. Beside its quarters a year's table shows who came in which. Names
of the figures that a statement tells about people who are starred where they are few. All of one
period. What was told of a period is a mapping of names to values, None where starred; what is to be
told is one to true counts. Counting of people for a statement, beside those that were counted for
an earlier one of the same period. Knowledge that somebody gains who lays side by side all that was
told of one period, to anyone. It is a system of linear equations over figures: those that were
printed are known, a starred one may be anything that its sums allow. Its tables are sums of people
who each stand in one place, so that ranges of it are ranges of whole numbers too (its matrix is
that of a network). Choosing of what a statement tells of people who are starred where they are few:
as much as may leave beside all that has left, and nothing that could be worked out from it. A table
begins with its small counts starred. As long as anything in it can be narrowed too far, another is
starred beside it. If more than two thirds of it would be stars, a coarser table takes its place, in
the end the total alone. A total below five is left out even where it is nought: alone, a star would
say that somebody is there. The lines of a statement: all that may leave to a funder, and nothing
else. Police officers are public servants on duty and are told exactly. Of everybody else the
programme tells those who completed by sex and age, of all its workshops together, and each funder
how many of them its own workshops brought. The paper of a statement: one JSON document, whose bytes
are the same whenever it is made."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from math import ceil, floor
from typing import Any, NamedTuple, TypeVar

from kash.figures.indicators.rules import Period

KINDS = ("quarter", "year")


def mixed_with(period: Period, left: Iterable[Period]) -> list[Period]:
    """Periods that left and share months with this one, but are not the same; in order."""
    return sorted({one for one in left if one.overlaps(period) and one != period})


COMPLETED = "people_completed"
HEADCOUNT = "headcount"
# Counts from one up to below this are starred, and between the least and the most that a starred
# one may be there lies at least this.
FEWEST = 5

Place = tuple[tuple[str, str], ...]


class Name(NamedTuple):
    """A figure: of an indicator, of the whole programme or with the support of one `funder` (by
    public id), of all or of those who stand in a `place`, as (("sex", "female"),)."""

    indicator: str
    funder: str = ""
    place: Place = ()

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions by which it tells people apart."""
        return tuple(dimension for dimension, _value in self.place)


class Remainder(NamedTuple):
    """A figure that nobody told, but anybody can take from two that were: `whole` less `part`."""

    whole: Name
    part: Name


People = Mapping[Name, frozenset[str]]
Key = TypeVar("Key", bound=Hashable)


def table_of(cells: Mapping[tuple[str, str], frozenset[Key]]) -> dict[Name, frozenset[Key]]:
    """All figures of the programme's table, with its sums and noughts, of people by sex and age
    band."""
    sexes = sorted({sex for sex, _age in cells})
    ages = sorted({age for _sex, age in cells})
    found = {Name(COMPLETED): _all(cells.values())}
    for sex in sexes:
        place = ("sex", sex)
        found[Name(COMPLETED, "", (place,))] = _all(cells.get((sex, age), ()) for age in ages)
        for age in ages:
            both = (place, ("age_band", age))
            found[Name(COMPLETED, "", both)] = frozenset(cells.get((sex, age), ()))
    for age in ages:
        name = Name(COMPLETED, "", (("age_band", age),))
        found[name] = _all(cells.get((sex, age), ()) for sex in sexes)
    return found


def _all(parts: Iterable[Iterable[Key]]) -> frozenset[Key]:
    return frozenset(chain.from_iterable(parts))


def as_frozen(now: People, frozen: People) -> dict[Name, frozenset[str]]:
    """People of each figure. The programme's stay as they were `frozen` when they first left, and
    of a funder's only those are counted who are among them: so that whatever leaves of a period is
    of one day, and no two papers show who came in between."""
    programme = {name: people for name, people in frozen.items() if not name.funder}
    if not programme:
        return dict(now)
    funders = {name: people for name, people in now.items() if name.funder}
    return programme | {
        name: people & programme.get(name._replace(funder=""), people)
        for name, people in funders.items()
    }


Told = Mapping[Name, int | None]
Asked = Name | Remainder
_SLACK = 1e-6


@dataclass(frozen=True)
class Range:
    """Whole numbers that a figure may have for all that is known; `high` is None without an end."""

    low: int
    high: int | None

    @property
    def is_narrow(self) -> bool:
        """True if it holds too few numbers to hide anybody."""
        return self.high is not None and self.high - self.low < FEWEST


@dataclass
class System:
    """A linear system: bounds of its variables, and rows of (variable, factor) that add up to
    nothing. `asked` are the variables whose ranges count."""

    bounds: list[tuple[int, int | None]] = field(default_factory=list)
    rows: list[list[tuple[int, int]]] = field(default_factory=list)
    asked: dict[Asked, int] = field(default_factory=dict)

    def variable(self, low: int, high: int | None) -> int:
        """A new variable between bounds."""
        self.bounds.append((low, high))
        return len(self.bounds) - 1


def system_of(told: Told) -> System:
    """The system of all that was told of a period."""
    system = System()
    numbers: dict[Name, int] = {}
    for name, value in sorted(told.items()):
        if value is None:
            # A nought is printed in a table, so that a star in it stands for somebody.
            numbers[name] = system.asked[name] = system.variable(int(bool(name.place)), None)
        else:
            numbers[name] = system.variable(value, value)
    for whole, parts in sums(numbers):
        terms = [(numbers[part], 1) for part in parts]
        system.rows.append([*terms, (numbers[whole], -1)])
    for part in sorted(name for name in numbers if name.funder):
        whole = part._replace(funder="")
        if whole not in numbers:
            continue
        rest = system.asked[Remainder(whole, part)] = system.variable(0, None)
        system.rows.append([(numbers[part], 1), (rest, 1), (numbers[whole], -1)])
    return system


def sums(names: Iterable[Name]) -> list[tuple[Name, list[Name]]]:
    """Each figure with those by one dimension more, which add up to it."""
    known = set(names)
    parts: defaultdict[tuple[Name, str], list[Name]] = defaultdict(list)
    for name in sorted(known):
        for dimension in name.dimensions:
            parts[name._replace(place=_without(name.place, dimension)), dimension].append(name)
    return [(whole, found) for (whole, _one), found in parts.items() if whole in known]


def _without(place: Place, dimension: str) -> Place:
    return tuple(pair for pair in place if pair[0] != dimension)


def whole_numbers(low: float, high: float | None) -> Range:
    """The whole numbers between two bounds that a solver found."""
    return Range(ceil(low - _SLACK), None if high is None else floor(high + _SLACK))


def leaks(ranges: Mapping[Asked, Range]) -> list[Asked]:
    """All that was starred and can be narrowed too far, and differences that are known to be a few
    people: in a fixed order."""
    return sorted((asked for asked, found in ranges.items() if _leaks(asked, found)), key=str)


def _leaks(asked: Asked, found: Range) -> bool:
    if isinstance(asked, Name):
        return found.is_narrow
    # One that may be none hides whether there is anybody.
    return found.is_narrow and 1 <= found.low < FEWEST


# Tells the ranges of all that is known from what was told; None if it contradicts itself.
Ranges = Callable[[Told], Mapping[Asked, Range] | None]

SEX, AGE = ("sex",), ("age_band",)
TABLE = (*SEX, *AGE)
# By what a table may tell people apart, the finest first.
LEVELS: tuple[tuple[tuple[str, ...], ...], ...] = ((TABLE, SEX, AGE), (SEX, AGE), (SEX,), (AGE,))
_TOTAL = Name(COMPLETED)


class Contradiction(Exception):
    """All that was told of a period cannot be true together."""


def choose(told: Told, counts: Mapping[Name, int], ranges_of: Ranges) -> dict[Name, int | None]:
    """The figures to tell beside what was `told` of a period; `counts` are true.

    What was told of the programme before is told again, and not counted anew. Raises Contradiction.
    """
    before = {name: value for name, value in told.items() if not name.funder}
    chosen = before if _TOTAL in before else before | _table(told, counts, ranges_of)
    for name in _totals(counts):
        if name not in chosen:
            chosen[name] = _told_total({**told, **chosen}, name, counts[name], ranges_of)
    return chosen


def _table(told: Told, counts: Mapping[Name, int], ranges_of: Ranges) -> dict[Name, int | None]:
    total = counts.get(_TOTAL)
    if total is None:
        return {}
    if total < FEWEST:
        return {_TOTAL: None}
    for level in LEVELS:
        names = [
            name
            for name in sorted(counts)
            if name[:2] == _TOTAL[:2] and name.dimensions in {(), *level}
        ]
        found = starred({name: counts[name] for name in names}, told, ranges_of)
        if found is not None and _says_enough(found, counts, level):
            return found
    return {_TOTAL: total}


def starred(
    counts: Mapping[Name, int], told: Told, ranges_of: Ranges
) -> dict[Name, int | None] | None:
    """A table with stars enough that nothing of it can be narrowed too far beside what was `told`;
    None if there are none that would do. Its total stays."""
    found = {name: None if _is_small(count) else count for name, count in counts.items()}
    while narrow := _choosing_leaks({**told, **found}, ranges_of):
        more = _next_star(narrow, found)
        if more is None:
            return None
        found[more] = None
    return found


def _is_small(count: int) -> bool:
    return 0 < count < FEWEST


def _next_star(narrow: Sequence[Asked], found: Told) -> Name | None:
    """The next to star, None if nothing is left: a cell before a sum of cells, and where it keeps
    company to as many lone stars as it can; of these the smallest."""
    lines = [(whole, *parts) for whole, parts in sums(found)]
    lone = [line for line in lines if sum(found[name] is None for name in line) == 1]
    # Without a lone star it is the sum of several that is too small.
    beside = lone or [line for line in lines if set(line) & set(narrow)]

    def rank(name: Name) -> tuple[int, int, int, Name]:
        company = sum(name in line for line in beside)
        return -len(name.place), -company, found[name] or 0, name

    printed = {name for name, value in found.items() if value and name.place}
    near = printed & set(chain.from_iterable(beside))
    return min(near or printed, key=rank, default=None)


def _says_enough(
    found: Told, counts: Mapping[Name, int], level: tuple[tuple[str, ...], ...]
) -> bool:
    """True if, by each of its dimensions and by both, at least a third of what is not nought is
    printed."""
    for dimensions in level:
        values = [found[name] for name in found if name.dimensions == dimensions and counts[name]]
        if 3 * sum(value is not None for value in values) < len(values):
            return False
    return True


def _totals(counts: Mapping[Name, int]) -> list[Name]:
    """Totals in the order of their weight to a reader, the programme's before a funder's."""
    order = (COMPLETED, HEADCOUNT)
    names = [name for name in counts if not name.place]
    return sorted(names, key=lambda name: (order.index(name.indicator), name.funder))


def _told_total(told: Told, name: Name, count: int, ranges_of: Ranges) -> int | None:
    if count < FEWEST or _choosing_leaks({**told, name: count}, ranges_of, refuses=False):
        return None
    return count


def _choosing_leaks(told: Told, ranges_of: Ranges, *, refuses: bool = True) -> list[Asked]:
    ranges = ranges_of(told)
    if ranges is not None:
        return leaks(ranges)
    if refuses:
        raise Contradiction
    # Something was corrected since the rest of it left.
    return [_TOTAL]


WORKSHOPS = "workshops_held"


class Who(StrEnum):
    """People who are counted: officers, all others, or nobody, where workshops are."""

    POLICE = "police"
    COMMUNITY = "community"
    NOBODY = "nobody"


@dataclass(frozen=True)
class StatementLine:
    """A line of a statement. `supported` counts the funder's own workshops, else the whole
    programme's; `weighted` is the funder's share of the people. `by` are the ways in which people
    are told apart beside the total."""

    key: str
    who: Who
    supported: bool
    weighted: bool = False
    by: tuple[tuple[str, ...], ...] = ()

    @property
    def starred(self) -> bool:
        """True if people must not be found in it."""
        return self.who is Who.COMMUNITY

    @property
    def code(self) -> str:
        """The line as one word, for a page."""
        whose = "supported" if self.supported else "programme"
        return "-".join((self.key, self.who, whose, *(["weighted"] if self.weighted else [])))

    def name(self, funder: str, place: Place = ()) -> Name:
        """The name of a figure of it, in what was told of a period."""
        return Name(self.key, funder if self.supported else "", place)


_POLICE, _COMMUNITY = Who.POLICE, Who.COMMUNITY
SUPPORTED = (
    StatementLine(WORKSHOPS, Who.NOBODY, supported=True),
    StatementLine(COMPLETED, _POLICE, supported=True, by=(("sex",), ("cadre",), ("station",))),
    StatementLine(COMPLETED, _POLICE, supported=True, weighted=True),
    StatementLine("people_reached", _POLICE, supported=True),
    StatementLine("certified", _POLICE, supported=True),
    StatementLine("refreshed", _POLICE, supported=True),
    StatementLine(COMPLETED, _COMMUNITY, supported=True),
    StatementLine(COMPLETED, _COMMUNITY, supported=True, weighted=True),
    StatementLine(HEADCOUNT, _COMMUNITY, supported=True),
)
PROGRAMME = (
    StatementLine(WORKSHOPS, Who.NOBODY, supported=False),
    StatementLine(COMPLETED, _POLICE, supported=False, by=(("sex",),)),
    StatementLine(
        COMPLETED, _COMMUNITY, supported=False, by=(("sex",), ("age_band",), ("sex", "age_band"))
    ),
)
LINES = SUPPORTED + PROGRAMME
BY_CODE = {line.code: line for line in LINES}


FORMAT = "kash-statement-1"
STARRED = "*"


@dataclass(frozen=True)
class PrintedFigure:
    """A figure as it is told: of a line, in a place, with the definition that held. `value` is None
    where it is starred, and where there is no data. `label` names a place that is an id."""

    line: str
    place: Place
    label: str
    value: int | None
    starred: bool
    title: str
    definition: str
    version: int
    inputs: str


def paper(head: dict[str, Any], figures: Sequence[PrintedFigure]) -> str:
    """The document of a statement; `head` says of what it is and when it left."""
    return json.dumps(
        {"format": FORMAT, **head, "figures": [_written(one) for one in figures]},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def _written(figure: PrintedFigure) -> dict[str, Any]:
    line = BY_CODE[figure.line]
    return {
        "indicator": line.key,
        "of": line.who,
        "supported": line.supported,
        "weighted": line.weighted,
        "place": dict(figure.place),
        "label": figure.label,
        "value": STARRED if figure.starred else figure.value,
        "title": figure.title,
        "definition": figure.definition,
        "version": figure.version,
        "inputs": figure.inputs,
    }


def digest_of(document: str) -> str:
    """A digest that fixes every letter of a document."""
    return hashlib.sha256(document.encode()).hexdigest()
