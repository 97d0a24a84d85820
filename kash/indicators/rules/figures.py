"""Figures: rows of facts counted into cells, each person once in a cell however often she came.

What a person is (group, sex, age, rank, station, ward) is taken from the last of her rows that are
counted, so that cells by these add up to the total. By course, by funder, and by new or refresher
she may stand in several cells, and they don't.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TypeVar

from kash.indicators.rules.periods import Period

# In the order in which pages offer them.
DIMENSIONS = (
    "group",
    "course",
    "funder",
    "sex",
    "age_band",
    "cadre",
    "station",
    "ward",
    "refresher",
)
# A person has one value of each of these in a period.
OF_A_PERSON = frozenset({"group", "sex", "age_band", "cadre", "station", "ward"})
NEW, REFRESHER = "new", "refresher"
# The value of whatever is not on record, and of workshops that no funder pays.
UNKNOWN = ""
Key = TypeVar("Key", bound=object)


@dataclass(frozen=True)
class FactRow:
    """One person in one workshop, as a figure counts her. `values` are by dimension, but for
    funders, who are known by workshop."""

    person: int
    workshop: int
    day: date
    order: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class FigureCell:
    """A count of a table. `values` stand in the order of its dimensions. `count` is None where
    there is no data, which is not 0; `people` are keys of persons within the asker's reach."""

    values: tuple[str, ...]
    count: int | None
    people: frozenset[int] = frozenset()


@dataclass(frozen=True)
class FigureTable:
    """An indicator in a period by dimensions, with the definition that held then and its version.
    `total` is the whole, which cells need not add up to; `adds_up` tells if they do."""

    indicator: str
    version: int
    definition: str
    period: Period
    dimensions: tuple[str, ...]
    cells: tuple[FigureCell, ...]
    total: FigureCell = field(default_factory=lambda: FigureCell((), None))

    @property
    def adds_up(self) -> bool:
        """True if the cells add up to the total whatever they hold."""
        return OF_A_PERSON.issuperset(self.dimensions)


@dataclass(frozen=True)
class SharedRow:
    """The two views of one funder: whole people reached with its support, and its share of all of
    them. `funder` is a public id, empty for what the programme carries itself."""

    funder: str
    reached: int
    weighted: int


@dataclass(frozen=True)
class PaidShare:
    """A funder's share of a workshop, in per cent."""

    funder: str
    share: int


Funders = Mapping[int, Sequence[PaidShare]]


def people_cells(
    rows: Sequence[FactRow],
    dimensions: Sequence[str],
    funders: Funders,
    all_rows: Sequence[FactRow] | None = None,
) -> dict[tuple[str, ...], frozenset[int]]:
    """People by the values of dimensions, each once in a cell. What a person is, is taken from the
    last of `all_rows`, where these are more than those that are counted."""
    known = rows if all_rows is None else all_rows
    latest = {row.person: row for row in sorted(known, key=lambda row: (row.day, row.order))}
    found: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    for row in rows:
        for values in _places(row, latest[row.person], dimensions, funders):
            found[values].add(row.person)
    return {values: frozenset(people) for values, people in found.items()}


def row_counts(
    rows: Sequence[FactRow], dimensions: Sequence[str], funders: Funders
) -> dict[tuple[str, ...], int]:
    """Rows by the values of dimensions: attendances, where people count as often as they came. Each
    keeps what she was in its own row."""
    found: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for row in rows:
        for values in _places(row, row, dimensions, funders):
            found[values] += 1
    return dict(found)


def _places(
    row: FactRow, person: FactRow, dimensions: Sequence[str], funders: Funders
) -> list[tuple[str, ...]]:
    """The cells in which a row counts; several only by funder."""
    paying = [one.funder for one in funders.get(row.workshop, ())] or [UNKNOWN]
    places: list[tuple[str, ...]] = [()]
    for name in dimensions:
        if name == "funder":
            places = [(*place, one) for place in places for one in paying]
        else:
            of = person if name in OF_A_PERSON else row
            places = [(*place, of.values.get(name, UNKNOWN)) for place in places]
    return places


def largest_remainder(
    weights: Mapping[str, Fraction], total: int, order: Callable[[str], object] = str
) -> dict[str, int]:
    """Whole numbers nearest to weights that add up to a total, which the weights do too.

    Each is its weight rounded down, and what is left goes to the largest remainders; of equal ones
    to the first in `order`.
    """
    whole = {key: int(weight) for key, weight in weights.items()}
    left = total - sum(whole.values())
    by_remainder = sorted(weights, key=lambda key: (whole[key] - weights[key], order(key)))
    for key in by_remainder[:left]:
        whole[key] += 1
    return whole


def shared_rows(rows: Iterable[FactRow], funders: Funders) -> list[SharedRow]:
    """The two views of shared workshops. Somebody who was in several workshops counts in equal
    parts in each, so that the shares of all funders and of the programme add up to all people."""
    workshops: defaultdict[int, set[int]] = defaultdict(set)
    for row in rows:
        workshops[row.person].add(row.workshop)
    parts = {key: _parts(funders.get(key, ())) for key in set().union(*workshops.values())}
    reached: defaultdict[str, set[int]] = defaultdict(set)
    # Per cent by funder, and by the number of workshops among which a person is divided.
    sums: defaultdict[tuple[str, int], int] = defaultdict(int)
    for person, places in workshops.items():
        for workshop in places:
            for funder, share in parts[workshop].items():
                reached[funder].add(person)
                sums[funder, len(places)] += share
    weights: defaultdict[str, Fraction] = defaultdict(Fraction)
    for (funder, number), share in sums.items():
        weights[funder] += Fraction(share, 100 * number)
    weighted = largest_remainder(weights, len(workshops))
    return [
        SharedRow(funder, len(reached[funder]), weighted[funder])
        for funder in sorted(weighted, key=lambda one: (one == UNKNOWN, one))
        if reached[funder] or weighted[funder]
    ]


def _parts(shares: Sequence[PaidShare]) -> dict[str, int]:
    """Shares of a workshop that make 100 per cent: the programme carries what no funder does."""
    parts = {one.funder: one.share for one in shares}
    own = 100 - sum(parts.values())
    return {**parts, UNKNOWN: own} if own > 0 else parts
