"""A programme as a plan of workshops sees it: trainers, venues, days, and workshops wanted.

A day is the unit: whoever or whatever is taken on a day at all is not asked for anything else on
it, so that nobody travels between two events of a day, and no two groups meet at one door.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

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
