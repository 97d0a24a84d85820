"""Engagements: stretches of time in which an event holds its trainers, its venue and its people.
Kinds of clashes, how much weight the programme gives each, and what can be set of them. Finding of
clashes among engagements. Free places in time: by how many days an event moves to be in nobody's
way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Engagement:
    """A stretch of an event (its public id), from the minute `starts` up to `ends`, which is not in
    it. Both count from one and the same moment; `day` and `clock` (minutes after midnight) are what
    clocks show where the programme is when it starts.

    `trainers`, `people`, `venue` and `zone` are keys. `police` and `community` say who is expected;
    `way_home` is how many minutes the person who has the longest way needs.
    """

    event: str
    starts: int
    ends: int
    day: date
    clock: int
    trainers: Sequence[int] = ()
    venue: int | None = None
    zone: int | None = None
    people: Sequence[int] = ()
    police: bool = False
    community: bool = False
    way_home: int = 0

    def __post_init__(self) -> None:
        if self.ends <= self.starts:
            raise ValueError("an engagement ends after it starts")

    @property
    def ends_clock(self) -> int:
        """When it ends, in minutes after midnight of the day on which it starts."""
        return self.clock + self.ends - self.starts

    @property
    def last_day(self) -> date:
        """The last day of which it takes a minute."""
        clock = self.clock + self.ends - self.starts
        return self.day if clock <= DAY else self.day + timedelta(days=(clock - 1) // DAY)

    def days(self) -> list[date]:
        """Every day of which it takes a minute."""
        if self.clock + self.ends - self.starts <= DAY:
            return [self.day]
        return [
            self.day + timedelta(days=number)
            for number in range((self.last_day - self.day).days + 1)
        ]


def moved_by(one: Engagement, days: int) -> Engagement:
    """The same engagement some days later, or earlier."""
    return replace(
        one,
        starts=one.starts + days * DAY,
        ends=one.ends + days * DAY,
        day=one.day + timedelta(days=days),
    )


Pairs = dict[tuple[int, int], list[int]]


def pairs_sharing(
    engagements: Sequence[Engagement],
    members_of: Callable[[Engagement], Iterable[int]],
    apart: int = 0,
) -> Pairs:
    """Pairs of places in `engagements`, the earlier one first, of different events that share
    members and lie less than `apart` minutes from each other, or across each other; the members
    that each pair shares.

    One sweep in the order of time: of each member it knows the engagement that ends last, and looks
    at others only where that one isn't over. Twenty people in each of 5,000 engagements are 100,000
    looks, nearly all of which end there.
    """
    starts = [engagement.starts for engagement in engagements]
    ends = [engagement.ends for engagement in engagements]
    latest: dict[int, int] = {}
    beside: dict[int, list[int]] = {}
    pairs: Pairs = {}
    for place in sorted(range(len(engagements)), key=starts.__getitem__):
        engagement = engagements[place]
        since, end = starts[place] - apart, ends[place]
        for member in members_of(engagement):
            last = latest.get(member)
            if last is None or ends[last] <= since:
                latest[member] = place
                continue
            still = [other for other in beside.get(member, ()) if ends[other] > since]
            still.append(last)
            for other in still:
                if engagements[other].event != engagement.event:
                    pairs.setdefault((other, place), []).append(member)
            if end > ends[last]:
                latest[member] = place
            else:
                still[-1:] = [place]
            beside[member] = still
    return pairs


class ClashKind(StrEnum):
    """Kinds of clashes: those of people and places first, then those of safety."""

    TRAINER = "trainer"
    TRAVEL = "travel"
    ABSENCE = "absence"
    TEACHING_DAYS = "teaching_days"
    VENUE = "venue"
    BLOCK = "block"
    SEATS = "seats"
    HOLIDAY = "holiday"
    PEOPLE = "people"
    DOOR = "door"
    PATTERN = "pattern"
    LATE = "late"


SAFETY = (ClashKind.DOOR, ClashKind.PATTERN, ClashKind.LATE)
# Kinds whose subjects are trainers, and those whose subject is a venue.
OF_TRAINERS = frozenset(
    {ClashKind.TRAINER, ClashKind.TRAVEL, ClashKind.ABSENCE, ClashKind.TEACHING_DAYS}
)
OF_VENUES = frozenset({ClashKind.VENUE, ClashKind.BLOCK, ClashKind.DOOR, ClashKind.PATTERN})
# Another day mends neither a room that is too small nor an hour that is too late.
ALIKE_ON_ALL_DAYS = frozenset({ClashKind.SEATS, ClashKind.LATE})


class Weight(StrEnum):
    """Weights of a kind: it is not looked for, it is told, or nothing is saved that has it."""

    OFF = "off"
    WARNING = "warning"
    ERROR = "error"


# A refusal would tell the person who enrols somebody that she takes part in something else as well.
NEVER_ERRORS = frozenset({ClashKind.PEOPLE})


def possible_weights(kind: ClashKind) -> tuple[Weight, ...]:
    """Weights that a kind may be given."""
    if kind in NEVER_ERRORS:
        return Weight.OFF, Weight.WARNING
    return tuple(Weight)


@dataclass(frozen=True)
class SafetyLimits:
    """Limits of the safety kinds: minutes that police and community keep between them at one door,
    the clock (minutes after midnight) by which everybody is home, and after how many times one
    place, weekday and hour count as a habit."""

    door_minutes: int = 60
    home_by: int = 18 * 60 + 30
    times: int = 3


@dataclass(frozen=True)
class ClashRules:
    """The programme's rules: weights of the kinds that are no warnings, and limits."""

    weights: Mapping[ClashKind, Weight] = field(default_factory=dict)
    limits: SafetyLimits = field(default_factory=SafetyLimits)

    def weight(self, kind: ClashKind) -> Weight:
        """The weight of a kind; what was never set is a warning."""
        return self.weights.get(kind, Weight.WARNING)

    @property
    def looked_for(self) -> frozenset[ClashKind]:
        """The kinds that are looked for at all."""
        return frozenset(kind for kind in ClashKind if self.weight(kind) is not Weight.OFF)

    @property
    def refused(self) -> frozenset[ClashKind]:
        """The kinds with which nothing is saved."""
        return frozenset(
            kind
            for kind in ClashKind
            if self.weight(kind) is Weight.ERROR and kind not in NEVER_ERRORS
        )


@dataclass(frozen=True, slots=True)
class Clash:
    """A clash on a day: the events that it is between (public ids, in the order of time), and the
    keys of what they share or lack: trainers, a venue, or people.

    `number` is what the kind counts: minutes that are needed, or that lie between; days taught;
    people who are expected twice, or without a seat; the clock at which the last is home.
    """

    day: date
    kind: ClashKind
    events: tuple[str, ...]
    subjects: tuple[int, ...] = ()
    number: int = 0

    @property
    def alike(self) -> tuple[object, ...]:
        """Marks by which it is known again, whatever day and number it has after a change. Only a
        holiday is another one on another day."""
        if len(self.events) == 1:
            day = self.day if self.kind is ClashKind.HOLIDAY else None
            return (self.kind, self.events[0], self.subjects, day)
        return (self.kind, frozenset(self.events), self.subjects)


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
        most = [seats for seats in (self.planned, self.venue_seats) if seats is not None]
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
    clashes: dict[tuple[object, ...], Clash] = {}
    for finder, told in _FINDERS:
        if told.isdisjoint(kinds):
            continue
        for clash in finder(in_order, around):
            if clash.kind in kinds:
                mark = clash.alike
                before = clashes.get(mark)
                if before is None or clash.day < before.day:
                    clashes[mark] = clash
    return sorted(clashes.values(), key=lambda clash: (clash.day, clash.kind))


def _of_trainers(engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    longest = max(around.travel.values(), default=0)
    for (first, later), trainers in pairs_sharing(
        engagements, lambda event: event.trainers, longest
    ).items():
        earlier, following = engagements[first], engagements[later]
        gap = following.starts - earlier.ends
        events, day = (earlier.event, following.event), following.day
        shared = tuple(sorted(trainers))
        if gap < 0:
            yield Clash(day, ClashKind.TRAINER, events, shared)
        elif gap < (needed := around.minutes_between(earlier, following)):
            yield Clash(day, ClashKind.TRAVEL, events, shared, needed)


def _of_people(engagements: Sequence[Engagement], _around: ScheduleFacts) -> Iterator[Clash]:
    for (first, later), people in pairs_sharing(engagements, lambda event: event.people).items():
        earlier, following = engagements[first], engagements[later]
        twice = tuple(sorted(set(people)))
        events = (earlier.event, following.event)
        yield Clash(following.day, ClashKind.PEOPLE, events, twice, len(twice))


def _of_venues(engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    for (first, later), venues in pairs_sharing(
        engagements, _venue_of, around.limits.door_minutes
    ).items():
        earlier, other = engagements[first], engagements[later]
        gap = other.starts - earlier.ends
        events = (earlier.event, other.event)
        if gap < 0:
            yield Clash(other.day, ClashKind.VENUE, events, (venues[0],))
        if (earlier.police and other.community) or (earlier.community and other.police):
            yield Clash(other.day, ClashKind.DOOR, events, (venues[0],), max(gap, 0))


def _venue_of(one: Engagement) -> Iterable[int]:
    return () if one.venue is None else (one.venue,)


def _of_days(engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    home_by = around.limits.home_by
    for engagement in engagements:
        events = (engagement.event,)
        for day in engagement.days():
            if day in around.holidays:
                yield Clash(day, ClashKind.HOLIDAY, events)
        for trainer in engagement.trainers:
            away = around.absences.get(trainer, ())
            if away and any(days.overlaps(engagement) for days in away):
                yield Clash(engagement.day, ClashKind.ABSENCE, events, (trainer,))
        if engagement.venue is not None:
            blocks = around.blocks.get(engagement.venue, ())
            if blocks and any(blocked.overlaps(engagement) for blocked in blocks):
                yield Clash(engagement.day, ClashKind.BLOCK, events, (engagement.venue,))
        home = engagement.ends_clock + engagement.way_home
        if home > home_by:
            yield Clash(engagement.day, ClashKind.LATE, events, (), home)


def _of_teaching_days(engagements: Sequence[Engagement], around: ScheduleFacts) -> Iterator[Clash]:
    months: defaultdict[tuple[int, int], list[Engagement]] = defaultdict(list)
    for engagement in engagements if around.teaching else ():
        for day in engagement.days():
            weekday, month = day.weekday(), _month(day)
            for trainer in engagement.trainers:
                teaching = around.teaching.get(trainer)
                if teaching is None:
                    continue
                if teaching.most is not None:
                    months[(trainer, month)].append(engagement)
                if weekday not in teaching.weekdays:
                    yield Clash(day, ClashKind.TEACHING_DAYS, (engagement.event,), (trainer,))
    for (trainer, month), taught in months.items():
        most = around.teaching[trainer].most
        days = {day for engagement in taught for day in engagement.days() if _month(day) == month}
        if most is not None and len(days) > most:
            events = tuple(dict.fromkeys(engagement.event for engagement in taught))
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
    for engagement in engagements:
        if engagement.venue is not None and (engagement.community or not engagement.police):
            habits[(engagement.venue, engagement.day.weekday(), engagement.clock // 60)].append(
                engagement
            )
    for (venue, _weekday, _hour), alike in habits.items():
        if len(alike) < around.limits.times:
            continue
        for run in _runs(sorted({engagement.day for engagement in alike})):
            if len(run) >= around.limits.times:
                days = set(run)
                events = tuple(
                    dict.fromkeys(
                        engagement.event for engagement in alike if engagement.day in days
                    )
                )
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
    (_of_days, frozenset({ClashKind.HOLIDAY, ClashKind.ABSENCE, ClashKind.BLOCK, ClashKind.LATE})),
    (_of_teaching_days, frozenset({ClashKind.TEACHING_DAYS})),
    (_of_rooms, frozenset({ClashKind.SEATS})),
    (_of_habits, frozenset({ClashKind.PATTERN})),
)


_WEEKEND = (5, 6)
# Other days help neither where seats are lacking nor where the hours are too late.
ON_ANY_DAY = frozenset({ClashKind.SEATS, ClashKind.LATE})


def clashes_of(
    wanted: Sequence[Engagement],
    others: Iterable[Engagement],
    around: ScheduleFacts,
    kinds: Collection[ClashKind] = frozenset(ClashKind),
) -> list[Clash]:
    """Clashes that one event (all that is wanted is of it) has among others and by itself; what it
    was before it was changed is no other."""
    events = {engagement.event for engagement in wanted}
    if not wanted:
        return []
    beside = [other for other in _that_matter(wanted, others) if other.event not in events]
    clashes = find_clashes([*wanted, *beside], around, kinds)
    return [clash for clash in clashes if not events.isdisjoint(clash.events)]


def free_shifts(
    wanted: Sequence[Engagement],
    others: Sequence[Engagement],
    around: ScheduleFacts,
    shifts: Iterable[int],
    kinds: Collection[ClashKind] = frozenset(ClashKind),
) -> list[int]:
    """Those shifts, in days, by which an event moves to where nothing clashes. What lies on no
    weekend is not moved onto one. Kinds that are the same on any day are left out of account."""
    wanted_kinds = frozenset(kinds) - ON_ANY_DAY
    on_weekends = any(
        day.weekday() in _WEEKEND for engagement in wanted for day in engagement.days()
    )
    free = []
    for shift in shifts:
        moved = [moved_by(engagement, shift) for engagement in wanted]
        if not on_weekends and any(
            day.weekday() in _WEEKEND for engagement in moved for day in engagement.days()
        ):
            continue
        if not clashes_of(moved, others, around, wanted_kinds):
            free.append(shift)
    return free


def with_team(wanted: Sequence[Engagement], trainers: Sequence[int]) -> list[Engagement]:
    """The same event taught by others."""
    return [replace(engagement, trainers=trainers) for engagement in wanted]


def _that_matter(wanted: Sequence[Engagement], others: Iterable[Engagement]) -> list[Engagement]:
    """Others that can be in the way: those within a day, at the same door, or in a month in which
    one of the trainers has days."""
    first = min(engagement.starts for engagement in wanted) - DAY
    last = max(engagement.ends for engagement in wanted) + DAY
    venues = {engagement.venue for engagement in wanted} - {None}
    trainers = {trainer for engagement in wanted for trainer in engagement.trainers}
    months = {(day.year, day.month) for engagement in wanted for day in engagement.days()}
    return [
        other
        for other in others
        if other.venue in venues
        or (other.ends > first and other.starts < last)
        or (
            not trainers.isdisjoint(other.trainers)
            and any((day.year, day.month) in months for day in (other.day, other.last_day))
        )
    ]
