"""Hindrances of a workshop: all of it at a place, or the nearest for one without. Every hindrance
has a price: how much is asked of people and of the programme if it is to go. The nearest obstacle
is the cheapest set of hindrances that, gone, lets the workshop be placed beside all others. What
protects people (the way home, no habit at one place) is never given up: there another venue is
asked for. A plan of a quarter: workshops put one after the other where there is room, then
repaired. Whatever is fixed as a whole is put first, where the planner wants it, and never moved;
then what is fixed in part, then the rest, those with the most people for a trainer's day first. As
long as something found no place, those that stand in its way are taken off, it is put first and
they after it; the best plan of all is kept. The same programme always makes the same plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from random import Random

from kash.planning.clashes.rules import HABIT_DAYS
from kash.planning.quarters.rules.board import (
    Board,
    Hindering,
    Month,
    OfferedVenue,
    Pins,
    PlannedPlace,
    QuarterHindrance,
    QuarterProgramme,
    QuarterWorkshop,
    Trainer,
    bits,
    days_of,
    may_hold,
    month_of,
    taught_days,
)

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
# So many days after the quarter are looked at where it is too short.
DAYS_AFTER = 100

Found = frozenset[QuarterHindrance]
NOTHING: Found = frozenset()


def price(found: Iterable[QuarterHindrance]) -> int:
    """Price of hindrances: every trainer who is missing counts, and a little every day of a month
    that is too many."""
    total = 0
    for one in found:
        total += PRICE[one.kind]
        if one.kind is Hindering.MONTH:
            total += one.number - 1
        elif one.kind is Hindering.NO_TRAINER:
            total += PRICE[one.kind] * (one.number - 1)
    return total


@dataclass(frozen=True)
class Obstacle:
    """The nearest obstacle: from which day a workshop could be held, and what would have to go."""

    first: date
    hindrances: tuple[QuarterHindrance, ...]


class Hindrances:
    """All hindrances of a programme in which some workshops have their places."""

    def __init__(self, programme: QuarterProgramme, places: Mapping[str, PlannedPlace]) -> None:
        self.programme = programme
        self.places = places
        self.trainers = {one.key: one for one in programme.trainers}
        self.venues = {one.key: one for one in programme.venues}
        by_key = {one.key: one for one in programme.wanted}
        self._lines = [(by_key[key], place) for key, place in places.items() if key in by_key]
        self._by_day: dict[tuple[str, date], Found] = {}

    def at(self, wanted: QuarterWorkshop, place: PlannedPlace) -> list[QuarterHindrance]:
        """All that stands in the way of a workshop at a place, the gravest last."""
        days = days_of(place.first, wanted.days)
        found = set(self._days(wanted, days)) | self._venue(wanted, place.venue, days)
        for position, trainer in enumerate(place.team):
            found |= self._trainer(wanted, trainer, days, leads=position == 0)
        return in_order(found)

    def nearest(self, wanted: QuarterWorkshop) -> Obstacle:
        """The nearest obstacle of a workshop without a place. With one that has a place nothing
        would be in the way."""
        best: tuple[int, date, Found] | None = None
        for first in self._firsts(wanted):
            days = days_of(first, wanted.days)
            found = self._days(wanted, days)
            cost = price(found)
            if best is not None and cost >= best[0]:
                continue
            venue = self._cheapest_venue(wanted, days)
            found, cost = found | venue, cost + price(venue)
            if best is not None and cost >= best[0]:
                continue
            found |= self._cheapest_team(wanted, days)
            cost = price(found)
            if best is None or cost < best[0]:
                best = (cost, first, found)
        if best is None:
            raise ValueError(wanted.key)
        return Obstacle(best[1], tuple(in_order(best[2])))

    def _firsts(self, wanted: QuarterWorkshop) -> Sequence[date]:
        if wanted.pins.first is not None:
            return [wanted.pins.first]
        programme = self.programme
        return days_of(programme.first, (programme.last - programme.first).days + 1 + DAYS_AFTER)

    def _days(self, wanted: QuarterWorkshop, days: Sequence[date]) -> Found:
        """Hindrances of the days themselves: of the programme, and of the stations."""
        programme, found = self.programme, set()
        for day in days:
            if day.weekday() not in programme.weekdays:
                found.add(QuarterHindrance(Hindering.DAY_OFF, what=str(day.weekday())))
            if day in programme.holidays:
                found.add(QuarterHindrance(Hindering.HOLIDAY, first=day, last=day))
        if days[-1] > programme.last or days[0] < programme.first:
            found.add(QuarterHindrance(Hindering.OUTSIDE, first=days[0], last=days[-1]))
        for station in wanted.stations:
            for taken in programme.sent.get(station, ()):
                if taken.first <= days[-1] and taken.last >= days[0]:
                    found.add(
                        QuarterHindrance(taken.kind, station, taken.what, taken.first, taken.last)
                    )
        if wanted.stations:
            for other, place in self._lines:
                if other.key != wanted.key and _overlap(other, place, days):
                    found |= {
                        QuarterHindrance(
                            Hindering.STATION_LINE, station, other.key, *_span(other, place)
                        )
                        for station in wanted.stations & other.stations
                    }
        return frozenset(found)

    def _cheapest_venue(self, wanted: QuarterWorkshop, days: Sequence[date]) -> Found:
        if wanted.pins.venue is not None:
            return self._venue(wanted, wanted.pins.venue, days)
        another = frozenset(
            {
                QuarterHindrance(
                    Hindering.NO_VENUE, first=days[0], last=days[-1], number=wanted.people
                )
            }
        )
        found = [self._venue(wanted, one.key, days) for one in self.programme.venues]
        return min([*found, another], key=_cheapness)

    def _venue(self, wanted: QuarterWorkshop, key: str, days: Sequence[date]) -> Found:
        venue = self.venues.get(key)
        if venue is None:
            return frozenset({QuarterHindrance(Hindering.NO_VENUE, first=days[0], last=days[-1])})
        found: set[QuarterHindrance] = set()
        for taken in venue.taken:
            if taken.first <= days[-1] and taken.last >= days[0]:
                found.add(QuarterHindrance(taken.kind, key, taken.what, taken.first, taken.last))
        for other, place in self._lines:
            if place.venue == key and other.key != wanted.key and _overlap(other, place, days):
                found.add(
                    QuarterHindrance(Hindering.VENUE_LINE, key, other.key, *_span(other, place))
                )
        if not may_hold(venue, wanted):
            found.add(QuarterHindrance(Hindering.SEATS, key, number=wanted.people))
        if self.programme.is_far(wanted, venue):
            found.add(
                QuarterHindrance(Hindering.FAR, key, number=self.programme.way(wanted, venue) or 0)
            )
        if self._is_habit(wanted, venue, days):
            found.add(QuarterHindrance(Hindering.HABIT, key, first=days[0], last=days[-1]))
        return frozenset(found)

    def _is_habit(self, wanted: QuarterWorkshop, venue: OfferedVenue, days: Sequence[date]) -> bool:
        times = self.programme.times
        if not times or wanted.police:
            return False
        meets = set(venue.meets) | set(days)
        for other, place in self._lines:
            if place.venue == venue.key and other.key != wanted.key and not other.police:
                meets.update(days_of(place.first, other.days))
        for day in days:
            same = sorted(one for one in meets if one.weekday() == day.weekday())
            at = same.index(day)
            first = last = at
            while first and (same[first] - same[first - 1]).days <= HABIT_DAYS:
                first -= 1
            while last + 1 < len(same) and (same[last + 1] - same[last]).days <= HABIT_DAYS:
                last += 1
            if last - first + 1 >= times:
                return True
        return False

    def _cheapest_team(self, wanted: QuarterWorkshop, days: Sequence[date]) -> Found:
        if wanted.pins.team:
            found: set[QuarterHindrance] = set()
            for position, trainer in enumerate(wanted.pins.team):
                found |= self._trainer(wanted, trainer, days, leads=position == 0)
            return frozenset(found)
        beside = {
            one.key: self._trainer(wanted, one.key, days, leads=False)
            for one in self.programme.trainers
        }
        ranked = sorted(beside, key=lambda key: (price(beside[key]), key))
        best: Found | None = None
        for lead in [*ranked, None]:
            found = set(self._leader(wanted, lead, days))
            others = [beside[key] for key in ranked if key != lead][: wanted.trainers - 1]
            missing = wanted.trainers - 1 - len(others)
            for other in others:
                if price(other) > PRICE[Hindering.NO_TRAINER]:
                    missing += 1
                else:
                    found |= other
            if missing:
                found.add(
                    QuarterHindrance(
                        Hindering.NO_TRAINER, first=days[0], last=days[-1], number=missing
                    )
                )
            if best is None or _cheapness(found) < _cheapness(best):
                best = frozenset(found)
        return best or NOTHING

    def _leader(self, wanted: QuarterWorkshop, key: str | None, days: Sequence[date]) -> Found:
        if key is None:
            return frozenset({QuarterHindrance(Hindering.NO_LEADER, first=days[0], last=days[-1])})
        return self._trainer(wanted, key, days, leads=True)

    def _trainer(
        self, wanted: QuarterWorkshop, key: str, days: Sequence[date], *, leads: bool
    ) -> Found:
        """Hindrances of a trainer on these days, her skill among them."""
        trainer = self.trainers.get(key)
        if trainer is None:
            kind = Hindering.NO_LEADER if leads else Hindering.NO_TRAINER
            return frozenset({QuarterHindrance(kind, first=days[0], last=days[-1], number=1)})
        found = set(self._months(wanted, trainer, days))
        for day in days:
            found |= self._on(trainer, day)
        for other, place in self._lines:
            if key in place.team and other.key != wanted.key and _overlap(other, place, days):
                found.add(
                    QuarterHindrance(Hindering.TEAM_LINE, key, other.key, *_span(other, place))
                )
        if wanted.course not in trainer.leads:
            if leads:
                found.add(QuarterHindrance(Hindering.MAY_LEAD, key, wanted.course))
            elif wanted.course not in trainer.teaches:
                found.add(QuarterHindrance(Hindering.MAY_TEACH, key, wanted.course))
        return frozenset(found)

    def _on(self, trainer: Trainer, day: date) -> Found:
        """Hindrances of a trainer on a day."""
        known = self._by_day.get((trainer.key, day))
        if known is None:
            found = {
                QuarterHindrance(taken.kind, trainer.key, taken.what, taken.first, taken.last)
                for taken in trainer.taken
                if taken.first <= day <= taken.last
            }
            if day.weekday() not in trainer.weekdays:
                found.add(QuarterHindrance(Hindering.WEEKDAY, trainer.key, str(day.weekday())))
            known = self._by_day[(trainer.key, day)] = frozenset(found)
        return known

    @cached_property
    def _taught(self) -> dict[str, dict[Month, int]]:
        """Days on which each trainer teaches already, by month."""
        found: dict[str, dict[Month, int]] = {}
        for trainer in self.programme.trainers:
            hers: dict[Month, int] = {}
            for day in taught_days(trainer):
                hers[month_of(day)] = hers.get(month_of(day), 0) + 1
            found[trainer.key] = hers
        return found

    def _months(
        self, wanted: QuarterWorkshop, trainer: Trainer, days: Sequence[date]
    ) -> set[QuarterHindrance]:
        if trainer.most_days is None:
            return set()
        counts = dict(self._taught[trainer.key])
        for other, place in self._lines:
            if trainer.key in place.team and other.key != wanted.key:
                for day in days_of(place.first, other.days):
                    counts[month_of(day)] = counts.get(month_of(day), 0) + 1
        found = set()
        for month in sorted({month_of(day) for day in days}):
            asked = sum(month_of(day) == month for day in days)
            over = counts.get(month, 0) + asked - trainer.most_days
            if over > 0:
                first = date(*month, 1)
                found.add(
                    QuarterHindrance(
                        Hindering.MONTH, trainer.key, f"{first:%Y-%m}", first, number=over
                    )
                )
        return found


def in_order(found: Iterable[QuarterHindrance]) -> list[QuarterHindrance]:
    """Hindrances by their price, those of one kind by whose they are."""
    return sorted(
        found, key=lambda one: (PRICE[one.kind], one.who, one.what, one.first or date.min)
    )


def _cheapness(found: Iterable[QuarterHindrance]) -> tuple[int, list[str]]:
    """Order of sets of hindrances: by price, and of two alike always the same one first."""
    return price(found), [str(one) for one in in_order(found)]


def _overlap(other: QuarterWorkshop, place: PlannedPlace, days: Sequence[date]) -> bool:
    return place.first <= days[-1] and days_of(place.first, other.days)[-1] >= days[0]


def _span(other: QuarterWorkshop, place: PlannedPlace) -> tuple[date, date]:
    return place.first, days_of(place.first, other.days)[-1]


# Repairs that are tried, shared among the workshops: the more there are, the longer each takes.
# 24 with hardly any room take about half a second.
REPAIRS, MOST_REPAIRS = 48_000, 4_000


@dataclass(frozen=True)
class Plan:
    """Places by the keys of workshops; those that found none are not in it."""

    places: Mapping[str, PlannedPlace]

    def worth(self, wanted: Iterable[QuarterWorkshop]) -> int:
        """Number of people that it trains."""
        return sum(one.people for one in wanted if one.key in self.places)


def plan_of(programme: QuarterProgramme, repairs: int | None = None) -> Plan:
    """A plan with as many people trained as greedy placing and repairs find room for."""
    if repairs is None:
        repairs = min(MOST_REPAIRS, REPAIRS // max(1, len(programme.wanted)))
    return _Planner(programme).plan({}, repairs)


def plan_around(programme: QuarterProgramme, places: Mapping[str, PlannedPlace]) -> Plan:
    """The plan that was there, in which as little is moved as can be: what still has nothing in its
    way stays where it is, and only the rest is placed, as far as there is room."""
    return _Planner(programme).plan(places, 0)


class _Planner:
    def __init__(self, programme: QuarterProgramme) -> None:
        self.programme = programme
        self.board = Board(programme)
        self.by_key = {one.key: one for one in programme.wanted}
        self.places: dict[str, PlannedPlace] = {}
        # Repairs try several ways, and the same ones each time.
        self.random = Random(len(programme.wanted))  # noqa: S311
        whole = [one for one in programme.wanted if one.pins.whole is not None]
        for one in whole:
            if one.pins.whole is not None:
                self._put(one, one.pins.whole)
        partly = [one for one in programme.wanted if one.pins and one.pins.whole is None]
        self.partly = sorted(partly, key=self._urgency)
        self.fixed = frozenset(one.key for one in (*whole, *partly))
        self.movable = [one for one in programme.wanted if not one.pins]

    def _urgency(self, wanted: QuarterWorkshop) -> tuple[float, int, str]:
        """The order in which workshops are put: people for a trainer's day, then the longest."""
        return (-wanted.people / (wanted.days * wanted.trainers), -wanted.days, wanted.key)

    def plan(self, before: Mapping[str, PlannedPlace], repairs: int) -> Plan:
        """The plan, with what stays of the one before."""
        self._keep(before)
        self._insert(self.partly)
        if before and any(one.key not in self.places for one in self.partly):
            # What is fixed goes before what only happens to be there.
            for key in [key for key in self.places if key not in self.fixed]:
                self._take(key)
            self._insert(self.partly)
            self._keep(before)
        # What has no place on an empty board has none on any.
        possible = self._possible()
        self._insert(sorted(self.movable, key=self._urgency))
        best = now = dict(self.places)
        slack = max((one.people for one in possible), default=0)
        for turn in range(repairs):
            waiting = [one for one in possible if one.key not in self.places]
            if not waiting:
                break
            self._repair(waiting)
            # At first a plan may get a little worse, so that it finds the way to a better one.
            allowed = self._worth(now) - slack * (repairs - turn) * self.random.random() / repairs
            if self._worth(self.places) >= allowed:
                now = dict(self.places)
            else:
                self._go_back_to(now)
            if self._worth(now) > self._worth(best):
                best = now
        return Plan(best)

    def _keep(self, before: Mapping[str, PlannedPlace]) -> None:
        """Put what has no place where it was before, if nothing is in its way there."""
        for one in (*self.partly, *self.movable):
            place = before.get(one.key)
            if one.key in self.places or place is None or len(place.team) != one.trainers:
                continue
            if self._place(_pinned(one, place), anywhere=False) == place:
                self._put(one, place)

    def _possible(self) -> list[QuarterWorkshop]:
        """Workshops that have a place beside all that is fixed."""
        there = {key: place for key, place in self.places.items() if key not in self.fixed}
        for key in there:
            self._take(key)
        found = [one for one in self.movable if self._place(one, anywhere=False)]
        for key, place in there.items():
            self._put(self.by_key[key], place)
        return found

    def _worth(self, places: Iterable[str]) -> int:
        return sum(self.by_key[key].people for key in places)

    def _put(self, wanted: QuarterWorkshop, place: PlannedPlace) -> None:
        self.board.put(wanted, place)
        self.places[wanted.key] = place

    def _take(self, key: str) -> None:
        self.board.take(self.by_key[key], self.places.pop(key))

    def _go_back_to(self, places: Mapping[str, PlannedPlace]) -> None:
        for key in [key for key, place in self.places.items() if places.get(key) != place]:
            self._take(key)
        for key, place in places.items():
            if key not in self.places:
                self._put(self.by_key[key], place)

    def _insert(self, waiting: Sequence[QuarterWorkshop], *, anywhere: bool = False) -> None:
        for one in waiting:
            place = None if one.key in self.places else self._place(one, anywhere=anywhere)
            if place is not None:
                self._put(one, place)

    def _repair(self, waiting: Sequence[QuarterWorkshop]) -> None:
        """Take off what stands in the way of one that waits and some others, put it first, then
        all that are off."""
        first = self.random.choice(waiting)
        near = [key for key in self.places if key not in self.fixed and self._meets(first, key)]
        count = min(len(near), self.random.randint(1, 6))
        for key in self.random.sample(near, count):
            self._take(key)
        off = [one for one in self.movable if one.key not in self.places and one is not first]
        if self.random.random() < 0.5:
            self.random.shuffle(off)
        else:
            off.sort(key=self._urgency)
        self._insert([first, *off], anywhere=self.random.random() < 0.5)

    def _meets(self, wanted: QuarterWorkshop, key: str) -> bool:
        """True if a workshop shares trainers, a venue or stations with what a place takes."""
        place, other = self.places[key], self.by_key[key]
        return (
            place.venue in self.board.venues_of[wanted.key]
            or not wanted.stations.isdisjoint(other.stations)
            or any(one in self.board.teaches[wanted.key] for one in place.team)
        )

    def _place(self, wanted: QuarterWorkshop, *, anywhere: bool) -> PlannedPlace | None:
        """The earliest place there is, or one of all; None if there is none."""
        board = self.board
        starts = board.starts(wanted)
        venues = board.venue_starts(wanted, starts)
        starts &= _any(venues.values())
        trainers = board.trainer_starts(wanted, starts)
        leaders = [one for one in self._leaders(wanted) if one in trainers]
        starts &= _any(trainers[one] for one in leaders)
        order = list(bits(starts))
        if anywhere:
            self.random.shuffle(order)
        for place in order:
            team = self._team(wanted, trainers, leaders, place)
            if not team:
                continue
            for venue, free in venues.items():
                if free >> place & 1 and not board.is_habit(wanted, venue, place):
                    return PlannedPlace(board.day(place), venue, team)
        return None

    def _leaders(self, wanted: QuarterWorkshop) -> Sequence[str]:
        leads = self.board.leads[wanted.key]
        return [one for one in wanted.pins.team[:1] if one in leads] if wanted.pins.team else leads

    def _team(
        self,
        wanted: QuarterWorkshop,
        trainers: Mapping[str, int],
        leaders: Sequence[str],
        place: int,
    ) -> tuple[str, ...]:
        """A team that is free from a day on, whoever teaches least first; of those who teach
        beside the leader whoever may lead nothing is asked first. Empty if there is none."""
        board = self.board
        free = [
            one
            for one, starts in trainers.items()
            if starts >> place & 1 and board.has_days_left(one, place, wanted.days)
        ]
        if wanted.pins.team:
            may = board.teaches[wanted.key]
            whole = leaders and all(one in free and one in may for one in wanted.pins.team)
            return wanted.pins.team if whole else ()
        leading = [one for one in leaders if one in free]
        if not leading or len(free) < wanted.trainers:
            return ()
        lead = min(leading, key=lambda one: (board.load[one], one))
        others = sorted(
            (one for one in free if one != lead),
            key=lambda one: (one in leading, board.load[one], one),
        )
        return (lead, *others[: wanted.trainers - 1])


def _pinned(wanted: QuarterWorkshop, place: PlannedPlace) -> QuarterWorkshop:
    """A workshop fixed to a place beside its own pins; to none if these say otherwise."""
    own = wanted.pins
    pins = Pins(own.first or place.first, own.venue or place.venue, own.team or place.team)
    return replace(wanted, pins=pins)


def _any(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found
