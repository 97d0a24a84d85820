"""Stays of trained people at stations: over time, how long they were seen, and where they went."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kash.coverage.rules.leaving import MassTransfer, Orders
from kash.coverage.rules.pace import Watched
from kash.coverage.rules.spells import Spells


@dataclass(frozen=True, slots=True)
class StationStay:
    """A posting of a person at a station, from a day on and up to another, on which she left."""

    person: int
    station: int
    since: date
    until: date | None = None


def month_ends(today: date, months: int) -> list[date]:
    """The last days of so many months before this one, and today."""
    first = today.replace(day=1)
    found = [today]
    for _month in range(months):
        last = first - timedelta(days=1)
        found.append(last)
        first = last.replace(day=1)
    return found[::-1]


def held_by_day(
    stays: Iterable[StationStay], spells: Mapping[int, Spells], days: Sequence[date]
) -> dict[int, list[int]]:
    """How many people whose training held were at each station on each of these days, which are in
    order."""
    changes: defaultdict[int, list[int]] = defaultdict(lambda: [0] * (len(days) + 1))
    for stay in stays:
        for since, until in spells.get(stay.person, ()):
            first = bisect_left(days, max(since, stay.since))
            after = len(days)
            if until is not None:
                after = bisect_left(days, until + timedelta(days=1))
            if stay.until is not None:
                after = min(after, bisect_left(days, stay.until))
            if first < after:
                changes[stay.station][first] += 1
                changes[stay.station][after] -= 1
    found = {}
    for station, steps in changes.items():
        total, line = 0, []
        for step in steps[:-1]:
            total += step
            line.append(total)
        found[station] = line
    return found


def watched(
    stays: Iterable[StationStay],
    spells: Mapping[int, Spells],
    orders: Orders,
    since: date,
    today: date,
) -> dict[int, Watched]:
    """How long trained people were watched at each station since a day, and how many of them left
    other than by a mass transfer. Somebody is watched from the day on which she was trained: that
    she had not left before says nothing."""
    days: defaultdict[int, int] = defaultdict(int)
    left: defaultdict[int, int] = defaultdict(int)
    for stay in stays:
        hers = spells.get(stay.person)
        if not hers:
            continue
        first = max(stay.since, hers[0][0], since)
        last = today if stay.until is None else min(stay.until, today)
        if last <= first:
            continue
        days[stay.station] += (last - first).days
        if stay.until is not None and stay.until <= today:
            left[stay.station] += orders.of(stay.station, stay.until) is None
    return {station: Watched(left[station], count) for station, count in days.items()}


@dataclass(frozen=True, slots=True)
class Move:
    """A move of trained people on one day: from a station to another (None: nobody knows where),
    how many they are, and the mass transfer that it was part of."""

    day: date
    origin: int
    destination: int | None
    people: int
    transfer: MassTransfer | None


def moves(
    stays: Iterable[StationStay], spells: Mapping[int, Spells], orders: Orders, since: date
) -> list[Move]:
    """Moves since a day of people who had been trained by then, latest first."""
    by_person: defaultdict[int, list[StationStay]] = defaultdict(list)
    for stay in stays:
        if stay.person in spells:
            by_person[stay.person].append(stay)
    counts: defaultdict[tuple[date, int, int | None], int] = defaultdict(int)
    for person, hers in by_person.items():
        hers.sort(key=lambda stay: (stay.since, stay.until or date.max))
        trained = min(first for first, _last in spells[person])
        for position, stay in enumerate(hers):
            if stay.until is None or stay.until < max(since, trained):
                continue
            following = hers[position + 1].station if position + 1 < len(hers) else None
            if following != stay.station:
                counts[stay.until, stay.station, following] += 1
    return [
        Move(day, origin, destination, count, orders.of(origin, day))
        for (day, origin, destination), count in sorted(
            counts.items(),
            key=lambda item: (-item[0][0].toordinal(), item[0][1], -item[1], item[0][2] or 0),
        )
    ]


@dataclass(frozen=True)
class Gone:
    """Number of people who left the stations of an area by moves: to another station in it, out of
    it, and nobody knows where."""

    within: int = 0
    outside: int = 0
    unknown: int = 0

    @property
    def lost(self) -> int:
        """Number of people whom the programme lost."""
        return self.outside + self.unknown


def gone(found: Iterable[Move], inside: Collection[int]) -> Gone:
    """Where people went by these moves; `inside` are the keys of the programme's stations."""
    within = outside = unknown = 0
    for move in found:
        if move.destination is None:
            unknown += move.people
        elif move.destination in inside:
            within += move.people
        else:
            outside += move.people
    return Gone(within, outside, unknown)
