"""A board on which workshops are put and taken off: who and what is still free on which days.

Days are bits of a number, the first day of the programme the lowest, so that a trainer, a venue
and the stations are asked about all days of the quarter at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from kash.clashes.rules.finding import HABIT_DAYS
from kash.quarters.rules.programme import (
    Hindering,
    PlannedPlace,
    QuarterProgramme,
    QuarterWorkshop,
    Taken,
    Trainer,
    days_of,
    may_hold,
)

WEEK = 7
# Two that lie so many weeks apart still follow each other in a habit.
HABIT_WEEKS = HABIT_DAYS // WEEK
Month = tuple[int, int]


def month_of(day: date) -> Month:
    """The year and the month of a day."""
    return day.year, day.month


def runs(free: int, days: int) -> int:
    """First days of all runs of so many free days."""
    for _ in range(days - 1):
        free &= free >> 1
    return free


def bits(mask: int) -> Iterator[int]:
    """Places of the bits of a number, the lowest first."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def times_running(meets: int, place: int) -> int:
    """Times running that a place meets on the weekday of a day (its bit), that day counted."""
    return 1 + _times(meets, place, WEEK) + _times(meets, place, -WEEK)


def _times(meets: int, place: int, step: int) -> int:
    times, at, weeks = 0, place, 0
    while weeks < HABIT_WEEKS and at + step >= 0:
        at, weeks = at + step, weeks + 1
        if meets >> at & 1:
            times, weeks = times + 1, 0
    return times


def taught_days(trainer: Trainer) -> frozenset[date]:
    """Days on which a trainer is engaged already, which count against her most days of a month."""
    return frozenset(
        day
        for taken in trainer.taken
        if taken.kind is Hindering.ENGAGED
        for day in days_of(taken.first, (taken.last - taken.first).days + 1)
    )


class Board:
    """A board for a programme, empty at first. Days before the first are held too, as far back as
    a habit of today may have begun; no workshop begins there."""

    def __init__(self, programme: QuarterProgramme) -> None:
        self.programme = programme
        self.base = programme.first - timedelta(days=HABIT_DAYS * max(0, programme.times - 1))
        count = (programme.last - self.base).days + 1
        days = days_of(self.base, count)
        self.open = self._mask(
            day
            for day in days
            if day >= programme.first
            and day.weekday() in programme.weekdays
            and day not in programme.holidays
        )
        self.months = {
            month: self._mask(day for day in days if month_of(day) == month)
            for month in {month_of(day) for day in days}
        }
        self._length = count
        self.free: dict[str, int] = {}
        self.left: dict[str, dict[Month, int]] = {}
        for trainer in programme.trainers:
            hers = self._mask(day for day in days if day.weekday() in trainer.weekdays)
            self.free[trainer.key] = hers & ~self._taken(trainer.taken)
            if trainer.most_days is not None:
                taught = [month_of(day) for day in taught_days(trainer)]
                self.left[trainer.key] = {
                    month: max(0, trainer.most_days - taught.count(month)) for month in self.months
                }
        self.venue_free = {
            venue.key: ~self._taken(venue.taken) & self._all for venue in programme.venues
        }
        # What is held at a venue after the quarter counts as well.
        self.meets = {
            venue.key: sum(1 << self.at(day) for day in venue.meets if day >= self.base)
            for venue in programme.venues
        }
        self.stations = {one: self._taken(taken) for one, taken in programme.sent.items()}
        self.venues_of = {
            wanted.key: [
                venue.key
                for venue in sorted(
                    programme.venues,
                    key=lambda one: (
                        programme.way(wanted, one) is None,
                        programme.way(wanted, one) or 0,
                        one.seats is None,
                        one.seats or 0,
                        one.key,
                    ),
                )
                if may_hold(venue, wanted) and not programme.is_far(wanted, venue)
            ]
            for wanted in programme.wanted
        }
        self.leads = {
            wanted.key: [one.key for one in programme.trainers if wanted.course in one.leads]
            for wanted in programme.wanted
        }
        self.teaches = {
            wanted.key: [
                one.key
                for one in programme.trainers
                if wanted.course in one.leads or wanted.course in one.teaches
            ]
            for wanted in programme.wanted
        }
        self.load = dict.fromkeys(self.free, 0)

    @property
    def _all(self) -> int:
        return (1 << self._length) - 1

    def at(self, day: date) -> int:
        """The place of a day's bit."""
        return (day - self.base).days

    def day(self, place: int) -> date:
        """The day of a bit."""
        return self.base + timedelta(days=place)

    def _mask(self, days: Iterator[date]) -> int:
        return sum(1 << self.at(day) for day in days)

    def _taken(self, taken: Sequence[Taken]) -> int:
        mask = 0
        for one in taken:
            first, last = max(0, self.at(one.first)), min(self._length - 1, self.at(one.last))
            if first <= last:
                mask |= ((1 << (last - first + 1)) - 1) << first
        return mask

    def put(self, wanted: QuarterWorkshop, place: PlannedPlace) -> None:
        """Put a workshop where it is held, whatever stands in its way."""
        self._change(wanted, place, 1)

    def take(self, wanted: QuarterWorkshop, place: PlannedPlace) -> None:
        """Take a workshop off again that was put there, where nothing stood in its way."""
        self._change(wanted, place, -1)

    def _change(self, wanted: QuarterWorkshop, place: PlannedPlace, sign: int) -> None:
        span = self._span(place.first, wanted.days)
        for trainer in place.team:
            if trainer not in self.free:
                continue
            self.free[trainer] = self._changed(self.free[trainer], span, sign)
            self.load[trainer] += sign * wanted.days
            left = self.left.get(trainer)
            if left is not None:
                for month, days in self.months.items():
                    left[month] -= sign * (span & days).bit_count()
        if place.venue in self.venue_free:
            self.venue_free[place.venue] = self._changed(self.venue_free[place.venue], span, sign)
            if not wanted.police:
                self.meets[place.venue] = self._changed(self.meets[place.venue], span, -sign)
        for station in wanted.stations:
            self.stations[station] = self._changed(self.stations.get(station, 0), span, -sign)

    @staticmethod
    def _changed(mask: int, span: int, sign: int) -> int:
        return mask & ~span if sign > 0 else mask | span

    def _span(self, first: date, days: int) -> int:
        place = self.at(first)
        whole = (1 << days) - 1
        return whole << place if place >= 0 else whole >> -place

    def starts(self, wanted: QuarterWorkshop) -> int:
        """First days on which the programme works and the stations send nobody elsewhere."""
        free = self.open
        for station in wanted.stations:
            free &= ~self.stations.get(station, 0)
        starts = runs(free, wanted.days)
        if wanted.pins.first is not None:
            place = self.at(wanted.pins.first)
            starts &= 1 << place if place >= 0 else 0
        return starts

    def venue_starts(self, wanted: QuarterWorkshop, starts: int) -> dict[str, int]:
        """Those of these first days on which each venue can be had."""
        pinned = wanted.pins.venue
        found = {}
        for venue in self.venues_of[wanted.key]:
            if pinned is None or venue == pinned:
                free = starts & runs(self.venue_free[venue], wanted.days)
                if free:
                    found[venue] = free
        return found

    def trainer_starts(self, wanted: QuarterWorkshop, starts: int) -> dict[str, int]:
        """Those of these first days on which each trainer who may teach it is free."""
        found = {}
        for trainer in wanted.pins.team or self.teaches[wanted.key]:
            if trainer in self.free:
                free = starts & runs(self.free[trainer], wanted.days)
                if free:
                    found[trainer] = free
        return found

    def has_days_left(self, trainer: str, place: int, days: int) -> bool:
        """True if a trainer's months have so many days left from a day on."""
        left = self.left.get(trainer)
        if left is None:
            return True
        span = ((1 << days) - 1) << place
        return all((span & mask).bit_count() <= left[month] for month, mask in self.months.items())

    def is_habit(self, wanted: QuarterWorkshop, venue: str, place: int) -> bool:
        """True if a workshop would make a habit of a venue, a weekday and the hour."""
        times = self.programme.times
        if not times or wanted.police:
            return False
        meets = self.meets[venue]
        return any(times_running(meets, day) >= times for day in range(place, place + wanted.days))
