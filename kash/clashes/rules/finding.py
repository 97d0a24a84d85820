"""Finding of clashes among engagements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from kash.clashes.rules.engagements import DAY, Engagement, pairs_sharing
from kash.clashes.rules.kinds import Clash, ClashKind, SafetyLimits

# Two that lie so many days apart still follow each other in a habit: once a month counts.
HABIT_DAYS = 35


@dataclass(frozen=True)
class DayRange:
    """Days from the first to the last."""

    first: date
    last: date

    def overlaps(self, other: Engagement) -> bool:
        """True if an engagement takes a minute of one of them."""
        return self.first <= other.last_day and other.day <= self.last


@dataclass(frozen=True)
class Blocked:
    """A venue's block: days, and the clock from and up to which it holds on each of them."""

    days: DayRange
    begins: int = 0
    ends: int = DAY

    def overlaps(self, one: Engagement) -> bool:
        """True if an engagement takes a minute of it."""
        if not self.days.overlaps(one):
            return False
        return any(
            one.clock - number * DAY < self.ends and one.ends_clock - number * DAY > self.begins
            for number, day in enumerate(one.days())
            if self.days.first <= day <= self.days.last
        )


@dataclass(frozen=True)
class TeachingLimits:
    """A trainer's teaching days: weekdays (Monday is 0) on which she teaches, and how many days a
    month at most; None for as many as there are."""

    weekdays: frozenset[int] = frozenset(range(7))
    most: int | None = None


@dataclass(frozen=True)
class Room:
    """Room in an event: seats planned, seats that its venue has, and how many are expected."""

    day: date
    expected: int
    planned: int | None = None
    venue_seats: int | None = None

    @property
    def lacking(self) -> int:
        """People, or planned seats, for which there is no room."""
        most = [one for one in (self.planned, self.venue_seats) if one is not None]
        if not most:
            return 0
        wanted = max(self.expected, self.planned or 0)
        return max(0, wanted - min(most))


@dataclass(frozen=True)
class ScheduleFacts:
    """Facts beside engagements: travel in minutes by pairs of zones, holidays, absences and
    teaching days by trainers, blocks by venues, room by events."""

    travel: Mapping[frozenset[int], int] = field(default_factory=dict)
    holidays: Collection[date] = frozenset()
    absences: Mapping[int, Sequence[DayRange]] = field(default_factory=dict)
    teaching: Mapping[int, TeachingLimits] = field(default_factory=dict)
    blocks: Mapping[int, Sequence[Blocked]] = field(default_factory=dict)
    rooms: Mapping[str, Room] = field(default_factory=dict)
    limits: SafetyLimits = field(default_factory=SafetyLimits)

    def minutes_between(self, one: Engagement, other: Engagement) -> int:
        """Minutes from where one is to where the other is; 0 where nobody typed them."""
        if one.zone is None or other.zone is None or one.venue == other.venue:
            return 0
        return self.travel.get(frozenset({one.zone, other.zone}), 0)


def find_clashes(
    engagements: Sequence[Engagement],
    around: ScheduleFacts,
    kinds: Collection[ClashKind] = frozenset(ClashKind),
) -> list[Clash]:
    """Every clash of these kinds, in the order of days; each once for a pair of events and what
    they share, on the first day on which it is."""
    in_order = sorted(engagements, key=lambda one: (one.starts, one.ends))
    found: dict[tuple[object, ...], Clash] = {}
    for finder, told in _FINDERS:
        if told.isdisjoint(kinds):
            continue
        for clash in finder(in_order, around):
            if clash.kind in kinds:
                mark = clash.alike
                before = found.get(mark)
                if before is None or clash.day < before.day:
                    found[mark] = clash
    return sorted(found.values(), key=lambda clash: (clash.day, clash.kind))


def _of_trainers(engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    longest = max(around.travel.values(), default=0)
    for (first, later), trainers in pairs_sharing(
        engagements, lambda one: one.trainers, longest
    ).items():
        one, other = engagements[first], engagements[later]
        gap = other.starts - one.ends
        events, day = (one.event, other.event), other.day
        shared = tuple(sorted(trainers))
        if gap < 0:
            yield Clash(day, ClashKind.TRAINER, events, shared)
        elif gap < (needed := around.minutes_between(one, other)):
            yield Clash(day, ClashKind.TRAVEL, events, shared, needed)


def _of_people(engagements: Sequence[Engagement], _around: ScheduleFacts) -> Iterator[Clash]:
    for (first, later), people in pairs_sharing(engagements, lambda one: one.people).items():
        one, other = engagements[first], engagements[later]
        twice = tuple(sorted(set(people)))
        events = (one.event, other.event)
        yield Clash(other.day, ClashKind.PEOPLE, events, twice, len(twice))


def _of_venues(engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    for (first, later), venues in pairs_sharing(
        engagements, _venue_of, around.limits.door_minutes
    ).items():
        one, other = engagements[first], engagements[later]
        gap = other.starts - one.ends
        events = (one.event, other.event)
        if gap < 0:
            yield Clash(other.day, ClashKind.VENUE, events, (venues[0],))
        if (one.police and other.community) or (one.community and other.police):
            yield Clash(other.day, ClashKind.DOOR, events, (venues[0],), max(gap, 0))


def _venue_of(one: Engagement) -> Iterable[int]:
    return () if one.venue is None else (one.venue,)


def _of_days(engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    home_by = around.limits.home_by
    for one in engagements:
        events = (one.event,)
        for day in one.days():
            if day in around.holidays:
                yield Clash(day, ClashKind.HOLIDAY, events)
        for trainer in one.trainers:
            away = around.absences.get(trainer, ())
            if away and any(days.overlaps(one) for days in away):
                yield Clash(one.day, ClashKind.ABSENCE, events, (trainer,))
        if one.venue is not None:
            blocks = around.blocks.get(one.venue, ())
            if blocks and any(blocked.overlaps(one) for blocked in blocks):
                yield Clash(one.day, ClashKind.BLOCK, events, (one.venue,))
        home = one.ends_clock + one.way_home
        if home > home_by:
            yield Clash(one.day, ClashKind.LATE, events, (), home)


def _of_teaching_days(engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    months: defaultdict[tuple[int, int], list[Engagement]] = defaultdict(list)
    for one in engagements if around.teaching else ():
        for day in one.days():
            weekday, month = day.weekday(), _month(day)
            for trainer in one.trainers:
                teaching = around.teaching.get(trainer)
                if teaching is None:
                    continue
                if teaching.most is not None:
                    months[(trainer, month)].append(one)
                if weekday not in teaching.weekdays:
                    yield Clash(day, ClashKind.TEACHING_DAYS, (one.event,), (trainer,))
    for (trainer, month), taught in months.items():
        most = around.teaching[trainer].most
        days = {day for one in taught for day in one.days() if _month(day) == month}
        if most is not None and len(days) > most:
            events = tuple(dict.fromkeys(one.event for one in taught))
            first_beyond = sorted(days)[most]
            yield Clash(first_beyond, ClashKind.TEACHING_DAYS, events, (trainer,), len(days))


def _month(day: date) -> int:
    return day.year * 12 + day.month


def _of_rooms(_engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    for event, room in around.rooms.items():
        if room.lacking:
            yield Clash(room.day, ClashKind.SEATS, (event,), (), room.lacking)


def _of_habits(engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    """The same venue, weekday and hour so many times running, each within a month of the one
    before. What only police come to lets nobody wait for anybody else."""
    habits: defaultdict[tuple[int, int, int], list[Engagement]] = defaultdict(list)
    for one in engagements:
        if one.venue is not None and (one.community or not one.police):
            habits[(one.venue, one.day.weekday(), one.clock // 60)].append(one)
    for (venue, _weekday, _hour), alike in habits.items():
        if len(alike) < around.limits.times:
            continue
        for run in _runs(sorted({one.day for one in alike})):
            if len(run) >= around.limits.times:
                days = set(run)
                events = tuple(dict.fromkeys(one.event for one in alike if one.day in days))
                day = run[around.limits.times - 1]
                yield Clash(day, ClashKind.PATTERN, events, (venue,), len(run))


def _runs(days: Sequence[date]) -> Iterator[list[date]]:
    if not days:
        return
    run = [days[0]]
    for before, day in pairwise(days):
        if (day - before).days > HABIT_DAYS:
            yield run
            run = []
        run.append(day)
    yield run


_FINDERS: tuple[
    tuple[Callable[[Sequence[Engagement], ScheduleFacts], Iterator[Clash]], frozenset[ClashKind]],
    ...,
] = (
    (_of_trainers, frozenset({ClashKind.TRAINER, ClashKind.TRAVEL})),
    (_of_people, frozenset({ClashKind.PEOPLE})),
    (_of_venues, frozenset({ClashKind.VENUE, ClashKind.DOOR})),
    (
        _of_days,
        frozenset({ClashKind.HOLIDAY, ClashKind.ABSENCE, ClashKind.BLOCK, ClashKind.LATE}),
    ),
    (_of_teaching_days, frozenset({ClashKind.TEACHING_DAYS})),
    (_of_rooms, frozenset({ClashKind.SEATS})),
    (_of_habits, frozenset({ClashKind.PATTERN})),
)
