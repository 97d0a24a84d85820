"""Counts of cases by place and month, before and after a workshop reached the place's officers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

MONTHS = 24


class TrendCase(NamedTuple):
    """A case as trends count it: its day, whether police did it, and the key of its place; None if
    nobody knows where."""

    day: date
    police: bool
    place: str | None


@dataclass(frozen=True)
class CountedPlace:
    """A place: a station, or the stations of one ward, since cases that others did have a ward and
    no station. `reached_on` is the day from which its officers had been in a workshop."""

    key: str
    name: str
    reached_on: date | None = None


class BeforeAfter(NamedTuple):
    """Cases of a place before and after its workshop: those that police did, and all others."""

    police_before: int
    police_after: int
    others_before: int
    others_after: int

    @property
    def tells(self) -> bool:
        """True if police and others, before and after, all have something: else the place can't
        tell whether the one changed beside the other."""
        police = self.police_before + self.police_after
        before = self.police_before + self.others_before
        total = sum(self)
        return 0 < police < total and 0 < before < total


@dataclass(frozen=True)
class TrendMonths:
    """Whole months, by the first day of each and the day after the last: the month that runs is
    not over, and would look like a fall."""

    starts: tuple[date, ...]
    end: date

    def month_of(self, day: date) -> int | None:
        """The position of a day's month; None outside."""
        if not self.starts[0] <= day < self.end:
            return None
        first = self.starts[0]
        return (day.year - first.year) * 12 + day.month - first.month

    @property
    def days(self) -> list[int]:
        """Days of each month."""
        ends = [*self.starts[1:], self.end]
        return [(end - start).days for start, end in zip(self.starts, ends, strict=True)]

    def shares_after(self, reached_on: date | None) -> list[float]:
        """Share of each month that lies after a day."""
        if reached_on is None:
            return [0.0] * len(self.starts)
        shares = []
        for start, days in zip(self.starts, self.days, strict=True):
            before = (reached_on - start).days + 1
            shares.append(1 - min(max(before, 0), days) / days)
        return shares


def window(today: date, months: int = MONTHS) -> TrendMonths:
    """The last whole months before a day."""
    count = today.year * 12 + today.month - 1
    starts = tuple(date(at // 12, at % 12 + 1, 1) for at in range(count - months, count))
    return TrendMonths(starts, date(today.year, today.month, 1))


def by_month(
    cases: Iterable[TrendCase], keys: Sequence[str], within: TrendMonths, *, police: bool
) -> list[list[int]]:
    """Cases of each place in each month: those that police did, or all others."""
    rows = {key: [0] * len(within.starts) for key in keys}
    for one in cases:
        month = within.month_of(one.day)
        if one.police is police and month is not None and one.place in rows:
            rows[one.place][month] += 1
    return [rows[key] for key in keys]


def before_and_after(
    cases: Iterable[TrendCase], places: Iterable[CountedPlace], within: TrendMonths
) -> dict[str, BeforeAfter]:
    """Counts of each place that a workshop reached within the window, by key. Its last day still
    belongs to the time before."""
    reached = {
        one.key: one.reached_on
        for one in places
        if one.reached_on is not None and within.month_of(one.reached_on) is not None
    }
    found = {key: Counter[tuple[bool, bool]]() for key in reached}
    for case in cases:
        if case.place in found and within.month_of(case.day) is not None:
            found[case.place][case.police, case.day > reached[case.place]] += 1
    return {
        key: BeforeAfter(
            count[True, False], count[True, True], count[False, False], count[False, True]
        )
        for key, count in found.items()
    }


def days_between(days: Iterable[date], within: TrendMonths) -> list[int]:
    """Days from each case within the window to the next one; none on the same day is 0."""
    known = sorted(day for day in days if within.month_of(day) is not None)
    return [(later - day) // timedelta(days=1) for day, later in pairwise(known)]


def places_of(
    stations: Iterable[tuple[str, str, str, date | None]],
) -> tuple[list[CountedPlace], Mapping[str, str], Mapping[str, str]]:
    """Places by name, from stations as (id, name, ward, day of its workshop); with them the place
    of each station by its id, and of each ward by its name in small letters.

    Stations of one ward are one place, reached once the first of them was.
    """
    by_ward: dict[str, list[tuple[str, str, date | None]]] = {}
    for station, name, ward, reached in stations:
        by_ward.setdefault(ward.strip().casefold() or f"?{station}", []).append(
            (station, name, reached)
        )
    places: list[CountedPlace] = []
    of_station: dict[str, str] = {}
    of_ward: dict[str, str] = {}
    for ward, there in by_ward.items():
        names = sorted((name for _station, name, _reached in there), key=str.casefold)
        key = min(station for station, _name, _reached in there)
        days = [reached for _station, _name, reached in there if reached is not None]
        places.append(CountedPlace(key, " · ".join(names), min(days, default=None)))
        of_station |= dict.fromkeys((station for station, _name, _reached in there), key)
        if not ward.startswith("?"):
            of_ward[ward] = key
    return sorted(places, key=lambda one: one.name.casefold()), of_station, of_ward
