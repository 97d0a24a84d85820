"""Aids to read printed lines. They are made of printed values alone, so they tell nothing more.

A value of None reads "few". Numbers here are approximate by their nature: none of them was counted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import sqrt

from kash.releases.rules.tables import ROUNDED_TO, SIXTHS, TablePlan
from kash.releases.rules.throwing import printed as as_printed

# Nineteen times in twenty, to both sides and to one.
_TWO_SIDED, _ONE_SIDED = 1.96, 1.64
_ROUNDING = (ROUNDED_TO**2 - 1) / 12
# Below so many cases in a table, or so far off, a share says nothing.
_LEAST_TOTAL, _MOST_OFF = 40, 0.25
# A die is away from its middle by more than so many times its sides once in 10^10 throws.
_FAR = 25


class Trend(StrEnum):
    """Word for four printed values of a line."""

    FALLING = "falling"
    RISING = "rising"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class PrintedShare:
    """Share of a line in its table, from 0 to 1, and how far off it may be."""

    part: float
    within: float


@dataclass(frozen=True)
class PrintedDifference:
    """Difference of two printed values of a line, and how far off it may be by dice, rounding and
    what comes and goes by itself. It is `clear` if it is larger than that."""

    by: float
    within: float

    @property
    def clear(self) -> bool:
        """True if more changed than dice and chance explain."""
        return abs(self.by) > self.within


def value(printed: int | None, floor: int) -> float:
    """A printed value as a number: "few" is half the floor."""
    return floor / 2 if printed is None else printed


def trend(four: Sequence[int | None], table: TablePlan) -> Trend:
    """Word for the newest four printed values of a line, oldest first: it is said wrongly once in
    twenty times if nothing changes."""
    if len(four) != 4:
        return Trend.CANNOT_TELL
    values = [value(one, table.floor) for one in four]
    slope = sum(weight * one for weight, one in zip((1.5, 0.5, -0.5, -1.5), values, strict=True))
    off = _ONE_SIDED * sqrt(5 * (sum(values) / 4 + _spread(table)))
    if slope > off:
        return Trend.FALLING
    return Trend.RISING if slope < -off else Trend.CANNOT_TELL


def share(lines: Mapping[str, int | None], code: str, table: TablePlan) -> PrintedShare | None:
    """Share of one line in its table; None if the lines are too thin to say."""
    values = {one: value(said, table.floor) for one, said in lines.items()}
    total = sum(values.values())
    if total < _LEAST_TOTAL:
        return None
    part = values[code] / total
    others = part * part * (len(values) - 1)
    within = _TWO_SIDED * sqrt(_spread(table) * ((1 - part) ** 2 + others)) / total
    return PrintedShare(part, within) if within < _MOST_OFF else None


def difference(before: int | None, after: int | None, table: TablePlan) -> PrintedDifference:
    """Difference from one printed value of a line to a later one of a window as long."""
    earlier, later = value(before, table.floor), value(after, table.floor)
    return PrintedDifference(
        later - earlier, _TWO_SIDED * sqrt(earlier + later + 2 * _spread(table))
    )


def _spread(table: TablePlan) -> float:
    """Variance of a line by its dice and by rounding, in cases."""
    return 2 * table.die * (table.die - 1) / table.unit**2 + _ROUNDING


@lru_cache(maxsize=512)
def range_of(printed: int | None, table: TablePlan) -> tuple[int, int]:
    """From how many to how many cases a printed value means, nine times in ten: a printed 40 of
    four-sided dice means 32 to 48. Without a word on what was likely before."""
    middle = (table.floor if printed is None else printed) * table.unit
    first = max(0, middle - table.floor * table.unit - _FAR * table.die)
    counted = range(first, middle + _FAR * table.die)
    lowest, highest = _drawn_from(printed, table)
    weights = [_below(highest - n, table) - _below(lowest - 1 - n, table) for n in counted]
    whole, sum_so_far, low = sum(weights), 0.0, None
    for n, weight in zip(counted, weights, strict=True):
        sum_so_far += weight
        if low is None and sum_so_far >= whole / 20:
            low = n
        if sum_so_far >= whole * 19 / 20:
            break
    return _whole(low or 0, table), _whole(n, table)


def _drawn_from(printed: int | None, table: TablePlan) -> tuple[int, int]:
    """The least and the greatest number, in units, that is printed so."""
    if printed is None:
        return -_FAR * table.die * 4, table.floor * table.unit - 1
    near = range((printed - ROUNDED_TO) * table.unit, (printed + ROUNDED_TO) * table.unit)
    same = [y for y in near if as_printed(y, table.floor, table.unit) == printed]
    return (same[0], same[-1]) if same else (printed * table.unit, printed * table.unit)


def _below(k: int, table: TablePlan) -> float:
    """Likelihood that the dice add k or less."""
    a = (table.die - 1) / table.die
    return a**-k / (1 + a) if k < 0 else 1 - a ** (k + 1) / (1 + a)


def _whole(units: int, table: TablePlan) -> int:
    return (2 * units + table.unit) // (2 * table.unit) if table.unit == SIXTHS else units
