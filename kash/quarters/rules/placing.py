"""A plan of a quarter: workshops put one after the other where there is room, then repaired.

Whatever is fixed as a whole is put first, where the planner wants it, and never moved; then what
is fixed in part, then the rest, those with the most people for a trainer's day first. As long as
something found no place, those that stand in its way are taken off, it is put first and they
after it; the best plan of all is kept. The same programme always makes the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from kash.quarters.rules.board import Board, bits
from kash.quarters.rules.programme import Pins, PlannedPlace, QuarterProgramme, QuarterWorkshop

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
