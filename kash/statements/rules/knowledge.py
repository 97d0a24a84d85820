"""Knowledge that somebody gains who lays side by side all that was told of one period, to anyone.

It is a system of linear equations over figures: those that were printed are known, a starred one
may be anything that its sums allow. Its tables are sums of people who each stand in one place, so
that ranges of it are ranges of whole numbers too (its matrix is that of a network).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, floor

from kash.statements.rules.names import FEWEST, Name, Place, Remainder

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
