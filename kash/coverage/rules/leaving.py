"""Leavings of a station: the everyday ones, and mass transfers told apart from them.

An order that moves many at once says nothing about how often people leave otherwise; counted among
the rest it would make a station look as if it emptied every year.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

WITHIN = timedelta(days=7)
MASS_LEAST = 4
MASS_SHARE = 0.3


@dataclass(frozen=True)
class MassTransfer:
    """A transfer of many within a few days: by which station (None: by one order over all of them),
    from which day to which, how many left, and how many were posted there before."""

    station: int | None
    first: date
    last: date
    left: int
    posted: int


class PostedBefore:
    """The number of people posted at a station before a day, from how many came and left when."""

    def __init__(self, came: Mapping[date, int], left: Mapping[date, int]) -> None:
        self._came, self._left = _sums(came), _sums(left)

    def before(self, day: date) -> int:
        """Number of people who had come before a day and not left before it."""
        return _until(self._came, day) - _until(self._left, day)


def _sums(counts: Mapping[date, int]) -> tuple[list[date], list[int]]:
    days = sorted(counts)
    return days, [0, *accumulate(counts[day] for day in days)]


def _until(sums: tuple[list[date], list[int]], day: date) -> int:
    days, totals = sums
    return totals[bisect_left(days, day)]


def mass_transfers(
    left: Mapping[date, int], presence: PostedBefore, station: int | None = None
) -> list[MassTransfer]:
    """Mass transfers of one station, in order; `left` says how many left on which day.

    Seven days in which four or more left, and three in ten of those who were there, are part of
    one; such days that overlap are one transfer.
    """
    days = sorted(day for day, count in left.items() if count > 0)
    sums = _sums({day: left[day] for day in days})
    found: list[tuple[date, date]] = []
    for first in days:
        count = _until(sums, first + WITHIN) - _until(sums, first)
        if count < MASS_LEAST or count < MASS_SHARE * presence.before(first):
            continue
        last = days[bisect_left(days, first + WITHIN) - 1]
        if found and first <= found[-1][1]:
            found[-1] = found[-1][0], max(last, found[-1][1])
        else:
            found.append((first, last))
    return [
        MassTransfer(
            station,
            first,
            last,
            _until(sums, last + timedelta(days=1)) - _until(sums, first),
            presence.before(first),
        )
        for first, last in found
    ]


class Orders:
    """The mass transfers of all stations, to be asked about one leaving."""

    def __init__(self, transfers: Iterable[MassTransfer]) -> None:
        self.transfers = tuple(transfers)
        self._days: dict[int | None, list[MassTransfer]] = {}
        for one in self.transfers:
            self._days.setdefault(one.station, []).append(one)

    def of(self, station: int, day: date) -> MassTransfer | None:
        """The mass transfer that somebody who left a station on a day was part of."""
        for key in (station, None):
            for one in self._days.get(key, ()):
                if one.first <= day <= one.last:
                    return one
        return None
