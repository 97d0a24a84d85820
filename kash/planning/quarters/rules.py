"""A quarter planned at once: workshops made of what stations need, and a place for each.

A day is the unit: a trainer, a venue or a station that is taken on a day at all is asked for
nothing else on it. Workshops are put one after the other, those with the most people for a
trainer's day first, each on a day of the week that has the fewest so far. What finds no place is
told the nearest obstacle: the cheapest set of hindrances that, gone, lets it be placed. The same
programme always makes the same plan.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from kash.planning.clashes.rules import HABIT_DAYS

EVERY_DAY = frozenset(range(7))
# So many days after the quarter are looked at where it is too short.
DAYS_AFTER = 100
WEEK = 7
MONTHS = 3


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


# How much is asked of people and of the programme if a hindrance is to go. The way home, and no
# habit at one place, protect people and are never given up: there another venue is asked for.
PRICE: Mapping[Hindering, int] = {
    Hindering.ABSENCE: 20,
    Hindering.BLOCKED: 22,
    Hindering.WEEKDAY: 24,
    Hindering.MONTH: 25,
    Hindering.MAY_TEACH: 30,
    Hindering.MAY_LEAD: 36,
    Hindering.SEATS: 38,
    Hindering.ENGAGED: 40,
    Hindering.BOOKED: 40,
    Hindering.NO_VENUE: 44,
    Hindering.NO_TRAINER: 46,
    Hindering.NO_LEADER: 50,
    Hindering.DAY_OFF: 60,
    Hindering.HOLIDAY: 70,
    Hindering.OUTSIDE: 80,
    Hindering.SENT: 100,
    Hindering.STATION_LINE: 150,
    Hindering.TEAM_LINE: 200,
    Hindering.VENUE_LINE: 200,
    Hindering.FAR: 1000,
    Hindering.HABIT: 1000,
}


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


Found = frozenset[QuarterHindrance]


@dataclass(frozen=True)
class Trainer:
    """A trainer: the courses that she may lead and co-teach, her weekdays (0 is Monday), and her
    most days of a month. A trainer who may lead a course may co-teach it."""

    key: str
    leads: frozenset[str] = frozenset()
    teaches: frozenset[str] = frozenset()
    weekdays: frozenset[int] = EVERY_DAY
    most_days: int | None = None


@dataclass(frozen=True)
class OfferedVenue:
    """A venue: its seats and zone, if they are known, and the days on which others than police
    come there at the hour at which workshops of this plan begin."""

    key: str
    seats: int | None = None
    zone: int | None = None
    meets: frozenset[date] = frozenset()


@dataclass(frozen=True)
class PlannedPlace:
    """Day, venue and team of a workshop. The first of the team leads."""

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
    """A workshop that is wanted: its course, how many days it takes, and how many people come from
    which station. A workshop of `police` alone lets nobody wait for anybody else."""

    key: str
    course: str
    days: int
    stations: tuple[tuple[str, int], ...]
    police: bool = False
    pins: Pins = Pins()

    @property
    def people(self) -> int:
        """Number of people who come."""
        return sum(count for _, count in self.stations)


@dataclass(frozen=True)
class QuarterProgramme:
    """All that a plan is made of. `taken` are days on which trainers, venues and stations can't be
    had; `team` is how many trainers teach a workshop. `minutes` are the ways between zones,
    `zones` those of stations, `most_minutes` is how long the way home may take: one that is not
    known is no hindrance. After so many `times` running one place, weekday and hour are a habit; 0
    if the programme doesn't look for that."""

    first: date
    last: date
    trainers: Sequence[Trainer]
    venues: Sequence[OfferedVenue]
    wanted: Sequence[QuarterWorkshop]
    taken: Sequence[QuarterHindrance] = ()
    team: int = 2
    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[date] = frozenset()
    minutes: Mapping[frozenset[int], int] = field(default_factory=dict)
    zones: Mapping[str, int] = field(default_factory=dict)
    most_minutes: int = 120
    times: int = 3

    def way(self, wanted: QuarterWorkshop, venue: OfferedVenue) -> int | None:
        """The longest way of those who come, in minutes; None if none of their ways is known."""
        if venue.zone is None:
            return None
        zones = {self.zones[station] for station, _ in wanted.stations if station in self.zones}
        ways = [
            0 if zone == venue.zone else self.minutes.get(frozenset((zone, venue.zone)))
            for zone in zones
        ]
        return max((way for way in ways if way is not None), default=None)


def days_of(first: date, days: int) -> list[date]:
    """So many days from one on."""
    return [first + timedelta(days=number) for number in range(days)]


def price(hindrances: Iterable[QuarterHindrance]) -> int:
    """Price of hindrances: every trainer who is missing counts, and a little every day of a month
    that is too many."""
    total = 0
    for hindrance in hindrances:
        total += PRICE[hindrance.kind]
        if hindrance.kind is Hindering.MONTH:
            total += hindrance.number - 1
        elif hindrance.kind is Hindering.NO_TRAINER:
            total += PRICE[hindrance.kind] * (hindrance.number - 1)
    return total


def in_order(hindrances: Iterable[QuarterHindrance]) -> list[QuarterHindrance]:
    """Hindrances by their price, those of one kind by whose they are."""
    return sorted(
        hindrances, key=lambda it: (PRICE[it.kind], it.who, it.what, it.first or date.min)
    )


@dataclass(frozen=True)
class Option:
    """A day for a workshop with the venue and the team that have the least in their way there, and
    all that is in the way; no venue and too small a team if there are none."""

    first: date
    hindrances: Found
    venue: str = ""
    team: tuple[str, ...] = ()


class Board:
    """A programme in which some workshops have their places."""

    def __init__(
        self, programme: QuarterProgramme, places: Mapping[str, PlannedPlace] | None = None
    ) -> None:
        self.programme = programme
        self.places: dict[str, PlannedPlace] = {}
        self.trainers = {trainer.key: trainer for trainer in programme.trainers}
        self.venues = {venue.key: venue for venue in programme.venues}
        self.wanted = {workshop.key: workshop for workshop in programme.wanted}
        self._meets = {venue.key: set(venue.meets) for venue in programme.venues}
        self._taken: defaultdict[tuple[str, date], set[QuarterHindrance]] = defaultdict(set)
        self._load: Counter[str] = Counter()
        self._weeks: Counter[date] = Counter()
        for hindrance in programme.taken:
            self._take(hindrance)
        for key, place in (places or {}).items():
            self.put(key, place)

    def _take(self, hindrance: QuarterHindrance) -> None:
        first, last = hindrance.first or self.programme.first, hindrance.last
        for day in days_of(first, ((last or first) - first).days + 1):
            self._taken[hindrance.who, day].add(hindrance)

    def put(self, key: str, place: PlannedPlace) -> None:
        """Put a workshop where it is held, even if something stands in its way."""
        workshop = self.wanted[key]
        self.places[key] = place
        days = days_of(place.first, workshop.days)
        self._weeks[_week(place.first)] += 1
        for kind, keys in (
            (Hindering.TEAM_LINE, place.team),
            (Hindering.VENUE_LINE, (place.venue,)),
            (Hindering.STATION_LINE, [station for station, _ in workshop.stations]),
        ):
            for taken in keys:
                self._take(QuarterHindrance(kind, taken, key, days[0], days[-1]))
        for trainer in place.team:
            self._load[trainer] += workshop.days
        if not workshop.police:
            self._meets.setdefault(place.venue, set()).update(days)

    def at(self, wanted: QuarterWorkshop, place: PlannedPlace) -> list[QuarterHindrance]:
        """All that stands in the way of a workshop at a place, the gravest last."""
        days = days_of(place.first, wanted.days)
        hindrances = self._days(wanted, days) | self._venue(wanted, place.venue, days)
        for number, trainer in enumerate(place.team):
            hindrances |= self._trainer(wanted, trainer, days, leads=number == 0)
        return in_order(hindrances)

    def place_for(self, wanted: QuarterWorkshop) -> PlannedPlace | None:
        """A place in the week with the fewest workshops; None if there is none."""
        days = [wanted.pins.first] if wanted.pins.first else self._quarter()
        order = sorted(days, key=lambda day: (self._weeks[_week(day)], day))
        option = self._cheapest(wanted, order, below=1)
        return PlannedPlace(option.first, option.venue, option.team) if option else None

    def nearest(self, wanted: QuarterWorkshop) -> Option:
        """The nearest obstacle of a workshop that has no place."""
        days = [wanted.pins.first] if wanted.pins.first else self._quarter(DAYS_AFTER)
        option = self._cheapest(wanted, days)
        if option is None:
            raise ValueError(wanted.key)
        return option

    def _quarter(self, more: int = 0) -> list[date]:
        first = self.programme.first
        return days_of(first, (self.programme.last - first).days + 1 + more)

    def _cheapest(
        self, wanted: QuarterWorkshop, firsts: Iterable[date], below: int = 1_000_000
    ) -> Option | None:
        """The first of the cheapest options, if it costs less than this."""
        best: Option | None = None
        for first in firsts:
            days = days_of(first, wanted.days)
            hindrances = self._days(wanted, days)
            if price(hindrances) >= below:
                continue
            on_venue, venue = self._cheapest_venue(wanted, days)
            if price(hindrances | on_venue) >= below:
                continue
            on_team, team = self._cheapest_team(wanted, days)
            hindrances |= on_venue | on_team
            if price(hindrances) < below:
                best, below = Option(first, hindrances, venue, team), price(hindrances)
                if not below:
                    break
        return best

    def _days(self, wanted: QuarterWorkshop, days: Sequence[date]) -> Found:
        """Hindrances of the days themselves: of the programme, and of the stations."""
        programme, hindrances = self.programme, set[QuarterHindrance]()
        for day in days:
            if day.weekday() not in programme.weekdays:
                hindrances.add(QuarterHindrance(Hindering.DAY_OFF, what=str(day.weekday())))
            if day in programme.holidays:
                hindrances.add(QuarterHindrance(Hindering.HOLIDAY, first=day, last=day))
        if days[-1] > programme.last or days[0] < programme.first:
            hindrances.add(QuarterHindrance(Hindering.OUTSIDE, first=days[0], last=days[-1]))
        for station, _ in wanted.stations:
            hindrances |= self._on(wanted, station, days)
        return frozenset(hindrances)

    def _on(self, wanted: QuarterWorkshop, key: str, days: Sequence[date]) -> set[QuarterHindrance]:
        """Hindrances of a trainer, a venue or a station on these days, but for the workshop itself
        where it has a place."""
        return {
            hindrance
            for day in days
            for hindrance in self._taken.get((key, day), ())
            if hindrance.what != wanted.key
        }

    def _cheapest_venue(self, wanted: QuarterWorkshop, days: Sequence[date]) -> tuple[Found, str]:
        if wanted.pins.venue is not None:
            return self._venue(wanted, wanted.pins.venue, days), wanted.pins.venue
        lacking = QuarterHindrance(Hindering.NO_VENUE, "", "", *_ends(days), wanted.people)
        best: tuple[Found, str] = (frozenset({lacking}), "")
        for key in self._venues_for(wanted):
            hindrances = self._venue(wanted, key, days)
            if price(hindrances) < price(best[0]):
                best = hindrances, key
                if not hindrances:
                    break
        return best

    def _venues_for(self, wanted: QuarterWorkshop) -> list[str]:
        """Venues, the nearest first, the smallest of those at one distance first."""

        def worth(venue: OfferedVenue) -> tuple[bool, int, bool, int, str]:
            way, seats = self.programme.way(wanted, venue), venue.seats
            return way is None, way or 0, seats is None, seats or 0, venue.key

        return [venue.key for venue in sorted(self.programme.venues, key=worth)]

    def _venue(self, wanted: QuarterWorkshop, key: str, days: Sequence[date]) -> Found:
        venue, programme = self.venues.get(key), self.programme
        if venue is None:
            return frozenset({QuarterHindrance(Hindering.NO_VENUE, "", "", *_ends(days))})
        hindrances = self._on(wanted, key, days)
        if venue.seats is not None and venue.seats < wanted.people:
            hindrances.add(QuarterHindrance(Hindering.SEATS, key, number=wanted.people))
        way = programme.way(wanted, venue) or 0
        if way > programme.most_minutes:
            hindrances.add(QuarterHindrance(Hindering.FAR, key, number=way))
        if programme.times and not wanted.police:
            meets = self._meets[key]
            if any(times_running(meets, day) >= programme.times for day in days):
                hindrances.add(QuarterHindrance(Hindering.HABIT, key, "", *_ends(days)))
        return frozenset(hindrances)

    def _cheapest_team(
        self, wanted: QuarterWorkshop, days: Sequence[date]
    ) -> tuple[Found, tuple[str, ...]]:
        """The team with the least in its way: whose members teach least in this plan, and where it
        makes no difference those who may not lead teach beside."""
        if pinned := wanted.pins.team:
            both = [
                self._trainer(wanted, key, days, leads=number == 0)
                for number, key in enumerate(pinned)
            ]
            return frozenset().union(*both), pinned
        beside = {key: self._trainer(wanted, key, days, leads=False) for key in self.trainers}
        ranked = sorted(
            beside,
            key=lambda key: (
                price(beside[key]),
                wanted.course in self.trainers[key].leads,
                self._load[key],
                key,
            ),
        )
        count, options = self.programme.team - 1, []
        for lead in [*sorted(ranked, key=lambda key: (self._load[key], key)), ""]:
            hindrances = set(self._trainer(wanted, lead, days, leads=True))
            team = [
                key
                for key in ranked
                if key != lead and price(beside[key]) <= PRICE[Hindering.NO_TRAINER]
            ][:count]
            hindrances.update(*(beside[key] for key in team))
            if len(team) < count:
                missing = count - len(team)
                hindrances.add(
                    QuarterHindrance(Hindering.NO_TRAINER, "", "", *_ends(days), missing)
                )
            options.append((frozenset(hindrances), (lead, *team)))
            if not hindrances:
                break
        return min(options, key=lambda option: price(option[0]))

    def _trainer(
        self, wanted: QuarterWorkshop, key: str, days: Sequence[date], *, leads: bool
    ) -> Found:
        """Hindrances of a trainer on these days, her skill among them."""
        trainer = self.trainers.get(key)
        if trainer is None:
            kind = Hindering.NO_LEADER if leads else Hindering.NO_TRAINER
            return frozenset({QuarterHindrance(kind, "", "", *_ends(days), 1)})
        hindrances = self._on(wanted, key, days)
        hindrances |= {
            QuarterHindrance(Hindering.WEEKDAY, key, str(day.weekday()))
            for day in days
            if day.weekday() not in trainer.weekdays
        }
        hindrances.update(self._months(wanted, trainer, days))
        if wanted.course not in trainer.leads:
            if leads:
                hindrances.add(QuarterHindrance(Hindering.MAY_LEAD, key, wanted.course))
            elif wanted.course not in trainer.teaches:
                hindrances.add(QuarterHindrance(Hindering.MAY_TEACH, key, wanted.course))
        return frozenset(hindrances)

    def _months(
        self, wanted: QuarterWorkshop, trainer: Trainer, days: Sequence[date]
    ) -> Iterator[QuarterHindrance]:
        """Months of which these days would be too many for a trainer."""
        if trainer.most_days is None:
            return
        for first in sorted({day.replace(day=1) for day in days}):
            taught = sum(
                day.month == first.month
                and any(
                    hindrance.kind in (Hindering.ENGAGED, Hindering.TEAM_LINE)
                    for hindrance in self._on(wanted, trainer.key, [day])
                )
                for day in days_of(first, 31)
            )
            over = taught + sum(day.month == first.month for day in days) - trainer.most_days
            if over > 0:
                yield QuarterHindrance(
                    Hindering.MONTH, trainer.key, f"{first:%Y-%m}", first, number=over
                )


def _ends(days: Sequence[date]) -> tuple[date, date]:
    return days[0], days[-1]


def _week(day: date) -> date:
    return day - timedelta(days=day.weekday())


def times_running(meets: set[date], day: date) -> int:
    """Times running that a place meets on the weekday of a day, that day counted."""
    times = 1
    for step in (-WEEK, WEEK):
        last = at = day
        while abs((at - last).days) < HABIT_DAYS:
            at += timedelta(days=step)
            if at in meets:
                times, last = times + 1, at
    return times


def plan_of(
    programme: QuarterProgramme, before: Mapping[str, PlannedPlace] | None = None
) -> dict[str, PlannedPlace]:
    """Places by the keys of workshops; those that found none are not among them.

    What is fixed as a whole stands where the planner wants it. What still has nothing in its way
    stays where it was `before`, unless something that is fixed in part finds no place beside it.
    """
    ranked = sorted(
        programme.wanted,
        key=lambda it: (-it.people / (it.days * max(1, programme.team)), -it.days, it.key),
    )
    whole = {it.key: it.pins.whole for it in ranked if it.pins.whole is not None}
    partly = [it for it in ranked if it.pins and it.pins.whole is None]
    board = Board(programme, whole)
    _keep(board, before or {})
    _insert(board, partly)
    if before and any(it.key not in board.places for it in partly):
        board = Board(programme, whole)
        _insert(board, partly)
        _keep(board, before)
    _insert(board, ranked)
    return board.places


def _keep(board: Board, before: Mapping[str, PlannedPlace]) -> None:
    for key, place in before.items():
        wanted = board.wanted.get(key)
        if wanted is None or key in board.places:
            continue
        pins = wanted.pins
        pinned = PlannedPlace(
            pins.first or place.first, pins.venue or place.venue, pins.team or place.team
        )
        if pinned == place and not board.at(wanted, place):
            board.put(key, place)


def _insert(board: Board, workshops: Iterable[QuarterWorkshop]) -> None:
    for workshop in workshops:
        if workshop.key not in board.places and (place := board.place_for(workshop)):
            board.put(workshop.key, place)


@dataclass(frozen=True)
class PlacesNeeded:
    """Places that a station needs, and the zone it lies in, if that is known."""

    station: str
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

    people: tuple[tuple[str, int], ...]
    zones: frozenset[int]

    @property
    def size(self) -> int:
        """Number of people."""
        return sum(count for _, count in self.people)


def bundled(
    needs: Sequence[PlacesNeeded], limits: Limits, minutes: Mapping[frozenset[int], int]
) -> tuple[list[Bundle], int]:
    """Workshops for these needs, the largest first, and how many people are left over because they
    are too few. Stations of one zone come together first, then those that lie near, then those of
    which nobody wrote down how far they lie.

    A station's people are shared out evenly over as many workshops as its limit asks for, so that
    no station is emptied on one day.
    """
    most = min(limits.most_from_station, limits.most)
    bundles = [
        Bundle(((need.station, part),), frozenset(() if need.zone is None else (need.zone,)))
        for need in needs
        for part in _parts(need.people, most)
    ]
    bundles.sort(key=lambda it: (sorted(it.zones), -it.size, it.people))
    for nearness in range(3):
        joined: list[Bundle] = []
        for bundle in sorted(bundles, key=lambda it: -it.size) if nearness else bundles:
            fitting = [
                place
                for place, other in enumerate(joined)
                if bundle.size + other.size <= limits.most
                and dict(bundle.people).keys().isdisjoint(dict(other.people))
                and _distance(bundle, other, limits, minutes) <= nearness
            ]
            if fitting:
                place = max(fitting, key=lambda place: joined[place].size)
                other = joined[place]
                joined[place] = replace(
                    other, people=other.people + bundle.people, zones=other.zones | bundle.zones
                )
            else:
                joined.append(bundle)
        bundles = joined
    enough = [bundle for bundle in bundles if bundle.size >= limits.fewest]
    left_over = sum(bundle.size for bundle in bundles if bundle.size < limits.fewest)
    return sorted(enough, key=lambda it: (-it.size, it.people)), left_over


def _parts(people: int, most: int) -> list[int]:
    """A number in as few parts as the most allows, as even as can be."""
    count = -(-max(0, people) // most)
    return [people // count + (number < people % count) for number in range(count)]


def _distance(
    bundle: Bundle, other: Bundle, limits: Limits, minutes: Mapping[frozenset[int], int]
) -> int:
    """0 for the same zone, 1 for near ones, 2 where a way is not known, 3 for too far."""
    if len(bundle.zones) == 1 and bundle.zones == other.zones:
        return 0
    ways = [
        0 if a == b else minutes.get(frozenset((a, b))) for a in bundle.zones for b in other.zones
    ]
    if any(way is not None and way > limits.most_minutes for way in ways):
        return 3
    return 2 if not ways or None in ways else 1


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
