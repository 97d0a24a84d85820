"""Workshops made of what stations need: who comes together, and how many from where. A programme
as a plan of workshops sees it: trainers, venues, days, and workshops wanted. A day is the unit:
whoever or whatever is taken on a day at all is not asked for anything else on it, so that nobody
travels between two events of a day, and no two groups meet at one door. A board on which workshops
are put and taken off: who and what is still free on which days. Days are bits of a number, the
first day of the programme the lowest, so that a trainer, a venue and the stations are asked about
all days of the quarter at once. Quarters of a year, and their days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from kash.planning.clashes.rules import HABIT_DAYS


@dataclass(frozen=True)
class PlacesNeeded:
    """Places that a station needs, and the zone it lies in, if that is known."""

    station: int
    zone: int | None
    people: int


@dataclass(frozen=True)
class Limits:
    """Limits of a workshop: its fewest and most people, how many one station sends at most, and
    the longest way between two stations of one workshop, in minutes."""

    fewest: int
    most: int
    most_from_station: int
    most_minutes: int


@dataclass(frozen=True)
class Bundle:
    """People who come to one workshop, by station, and the zones they come from."""

    people: tuple[tuple[int, int], ...]
    zones: frozenset[int]

    @property
    def size(self) -> int:
        """Number of people."""
        return sum(count for _, count in self.people)

    def joined(self, other: Bundle) -> Bundle:
        """Both as one."""
        return Bundle((*self.people, *other.people), self.zones | other.zones)


@dataclass(frozen=True)
class Bundled:
    """Workshops, the largest first, and the stations left over because they are too few."""

    bundles: tuple[Bundle, ...]
    left_over: tuple[tuple[int, int], ...]


def bundled(
    needs: Sequence[PlacesNeeded], limits: Limits, minutes: Mapping[frozenset[int], int]
) -> Bundled:
    """Workshops for these needs. Stations of one zone come together first, then those that lie
    near, then those of which nobody wrote down how far they lie.

    A station's people are shared out evenly over as many workshops as its limit asks for, so that
    no station is emptied on one day.
    """
    shares = [
        Bundle(((need.station, part),), _zones(need.zone))
        for need in needs
        for part in _parts(need.people, min(limits.most_from_station, limits.most))
    ]
    shares.sort(key=lambda one: (sorted(one.zones), -one.size, one.people))
    found: list[Bundle] = []
    for nearness in range(3):
        found = _joined(shares if nearness == 0 else found, limits, minutes, nearness)
    enough = [one for one in found if one.size >= limits.fewest]
    few = [share for one in found if one.size < limits.fewest for share in one.people]
    return Bundled(
        tuple(sorted(enough, key=lambda one: (-one.size, one.people))), tuple(sorted(few))
    )


def _zones(zone: int | None) -> frozenset[int]:
    return frozenset() if zone is None else frozenset({zone})


def _parts(people: int, most: int) -> list[int]:
    """A number in as few parts as the most allows, as even as can be."""
    if people <= 0:
        return []
    count = -(-people // most)
    least, more = divmod(people, count)
    return [least + (number < more) for number in range(count)]


def _joined(
    bundles: Sequence[Bundle],
    limits: Limits,
    minutes: Mapping[frozenset[int], int],
    nearness: int,
) -> list[Bundle]:
    """The same, with those joined that may be, each with the fullest that has room."""
    found: list[Bundle] = []
    for one in sorted(bundles, key=lambda each: -each.size) if nearness else bundles:
        fitting = [
            place
            for place, other in enumerate(found)
            if _may_join(one, other, limits) and _near(one, other, limits, minutes) <= nearness
        ]
        if fitting:
            place = max(fitting, key=lambda each: found[each].size)
            found[place] = found[place].joined(one)
        else:
            found.append(one)
    return found


def _may_join(one: Bundle, other: Bundle, limits: Limits) -> bool:
    stations = {station for station, _ in one.people}
    return one.size + other.size <= limits.most and stations.isdisjoint(
        station for station, _ in other.people
    )


def _near(one: Bundle, other: Bundle, limits: Limits, minutes: Mapping[frozenset[int], int]) -> int:
    """0 for the same zone, 1 for near ones, 2 where a way is not known, 3 for too far."""
    if one.zones and one.zones == other.zones and len(one.zones) == 1:
        return 0
    ways = [
        minutes.get(frozenset((a, b)), None if a != b else 0)
        for a in one.zones
        for b in other.zones
    ]
    if any(way is not None and way > limits.most_minutes for way in ways):
        return 3
    return 2 if not ways or None in ways else 1


EVERY_DAY = frozenset(range(7))


class Hindering(StrEnum):
    """Kinds of what stands in the way of a workshop."""

    ABSENCE = "absence"
    ENGAGED = "engaged"
    WEEKDAY = "weekday"
    MONTH = "month"
    MAY_LEAD = "may_lead"
    MAY_TEACH = "may_teach"
    NO_LEADER = "no_leader"
    NO_TRAINER = "no_trainer"
    BLOCKED = "blocked"
    BOOKED = "booked"
    SEATS = "seats"
    FAR = "far"
    HABIT = "habit"
    NO_VENUE = "no_venue"
    HOLIDAY = "holiday"
    DAY_OFF = "day_off"
    OUTSIDE = "outside"
    TEAM_LINE = "team_line"
    VENUE_LINE = "venue_line"
    SENT = "sent"
    STATION_LINE = "station_line"


@dataclass(frozen=True)
class QuarterHindrance:
    """One thing that stands in the way: whose it is (a trainer, a venue, a station), what it is
    (an absence, a workshop, a weekday, a month), its days, and how many or much is lacking."""

    kind: Hindering
    who: str = ""
    what: str = ""
    first: date | None = None
    last: date | None = None
    number: int = 0


@dataclass(frozen=True)
class Taken:
    """Days on which somebody or something can't be had, both ends among them, and what for."""

    kind: Hindering
    what: str
    first: date
    last: date


@dataclass(frozen=True)
class Trainer:
    """A trainer: the courses that she may lead and co-teach, her weekdays (0 is Monday), her most
    days of a month, and what she is taken by. Whoever may lead a course may co-teach it."""

    key: str
    leads: frozenset[str] = frozenset()
    teaches: frozenset[str] = frozenset()
    weekdays: frozenset[int] = EVERY_DAY
    most_days: int | None = None
    taken: tuple[Taken, ...] = ()


@dataclass(frozen=True)
class OfferedVenue:
    """A venue: its seats and zone, if they are known, what it is taken by, and the days on which
    others than police come there at the hour at which workshops of this plan begin."""

    key: str
    seats: int | None = None
    zone: int | None = None
    taken: tuple[Taken, ...] = ()
    meets: frozenset[date] = frozenset()


@dataclass(frozen=True)
class PlannedPlace:
    """Day, venue and team of a workshop. Whoever leads is the first of the team."""

    first: date
    venue: str
    team: tuple[str, ...]


@dataclass(frozen=True)
class Pins:
    """Day, venue and team, as far as a planner fixed them."""

    first: date | None = None
    venue: str | None = None
    team: tuple[str, ...] = ()

    @property
    def whole(self) -> PlannedPlace | None:
        """The place, if all of it is fixed."""
        if self.first is None or self.venue is None or not self.team:
            return None
        return PlannedPlace(self.first, self.venue, self.team)

    def __bool__(self) -> bool:
        return self.first is not None or self.venue is not None or bool(self.team)


@dataclass(frozen=True)
class QuarterWorkshop:
    """A workshop that is wanted: its course, how many days it takes, how many people come and how
    many trainers teach, and from which stations and zones they come. Where only `police` come it
    lets nobody wait for anybody else."""

    key: str
    course: str
    days: int
    people: int
    trainers: int = 2
    stations: frozenset[str] = frozenset()
    zones: frozenset[int] = frozenset()
    police: bool = False
    pins: Pins = Pins()


@dataclass(frozen=True)
class QuarterProgramme:
    """All that a plan is made of. `minutes` are the ways between zones, `most_minutes` is how long
    the way home may take: one that is not known is no hindrance. After so many `times` running one
    place, weekday and hour are a habit; 0 if the programme doesn't look for that. `sent` are days
    on which stations send people to what is planned already."""

    first: date
    last: date
    trainers: Sequence[Trainer]
    venues: Sequence[OfferedVenue]
    wanted: Sequence[QuarterWorkshop]
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()
    minutes: Mapping[frozenset[int], int] = field(default_factory=dict)
    most_minutes: int = 120
    times: int = 3
    sent: Mapping[str, Sequence[Taken]] = field(default_factory=dict)

    def way(self, wanted: QuarterWorkshop, venue: OfferedVenue) -> int | None:
        """The longest way of those who come, in minutes; None if none of their ways is known."""
        if venue.zone is None:
            return None
        ways = [
            0 if zone == venue.zone else self.minutes.get(frozenset((zone, venue.zone)))
            for zone in wanted.zones
        ]
        return max((way for way in ways if way is not None), default=None)

    def is_far(self, wanted: QuarterWorkshop, venue: OfferedVenue) -> bool:
        """True if somebody would be on her way for too long."""
        way = self.way(wanted, venue)
        return way is not None and way > self.most_minutes


def days_of(first: date, days: int) -> list[date]:
    """So many days from one on."""
    return [first + timedelta(days=number) for number in range(days)]


def may_hold(venue: OfferedVenue, wanted: QuarterWorkshop) -> bool:
    """True if a venue has the seats, or nobody wrote down how many it has."""
    return venue.seats is None or venue.seats >= wanted.people


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


MONTHS = 3


@dataclass(frozen=True, order=True)
class Quarter:
    """A quarter of a year: the year, and its number from 1 to 4."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, MONTHS * (self.number - 1) + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.following.first - timedelta(days=1)

    @property
    def following(self) -> Quarter:
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def code(self) -> str:
        """Code by which a form asks for it."""
        return f"{self.year}-{self.number}"


def quarter_of(day: date) -> Quarter:
    """The quarter in which a day lies."""
    return Quarter(day.year, (day.month - 1) // MONTHS + 1)


def quarters_from(day: date, count: int) -> Iterator[Quarter]:
    """So many quarters, the one of a day first."""
    quarter = quarter_of(day)
    for _ in range(count):
        yield quarter
        quarter = quarter.following
