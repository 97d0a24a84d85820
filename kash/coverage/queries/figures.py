"""Figures of a subject: needs of stations, how coverage went, at what pace people leave, and where
they went. Values only, so that a plan of workshops can be made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from kash.coverage.queries.goals import Goal
from kash.coverage.queries.stations import (
    Narrowed,
    posted_now,
    stations_of,
    stays_of,
)
from kash.coverage.queries.subjects import Subject, Trained, trained_in
from kash.coverage.rules.leaving import MassTransfer, Orders
from kash.coverage.rules.needs import Station, StationNeed, station_needs
from kash.coverage.rules.pace import Forecast, LeavingPace
from kash.coverage.rules.spells import months_later
from kash.coverage.rules.stays import Move, StationStay, held_by_day, month_ends, moves, watched
from kash.people.models import Group
from kash.platform.database import db

# So far back leavings say something about the present pace, and lines are drawn.
MONTHS_WATCHED = 36
MONTHS_DRAWN = 24


def needs_of(
    subject: Subject, group: Group, goal: Goal, today: date, *, cadre: str = "", area: str = ""
) -> list[StationNeed]:
    """Training needs of all stations of a group, by name. Beside what `trained_in` asks two
    queries, three if an area is asked for."""
    session = db.session()
    trained = trained_in(session, subject, today)
    return station_needs(
        stations_of(session, group, area or goal.area),
        posted_now(session, Narrowed(group.id, cadre)),
        trained.spells,
        trained.on_the_way,
        today,
        months_later(today, goal.due_months),
    )


@dataclass(frozen=True)
class Coverage:
    """Coverage of a subject among a group: who is trained, all their stays, the mass transfers, and
    the needs of stations."""

    goal: Goal
    today: date
    trained: Trained
    stays: Sequence[StationStay]
    orders: Orders
    needs: Sequence[StationNeed]

    @cached_property
    def pace(self) -> LeavingPace[int]:
        """The pace at which trained people leave stations."""
        since = months_later(self.today, -MONTHS_WATCHED)
        return LeavingPace(watched(self.stays, self.trained.spells, self.orders, since, self.today))

    def forecast(self, need: StationNeed) -> Forecast:
        """When a station falls under the wanted number."""
        return self.pace.forecast(need.station.key, need.holds, self.goal.wanted, self.today)

    @cached_property
    def days(self) -> list[date]:
        """Days of which the figures are drawn: ends of months, and today."""
        return month_ends(self.today, MONTHS_DRAWN)

    @cached_property
    def held(self) -> Mapping[int, list[int]]:
        """How many trained people were at each station (by its key) on each of these days."""
        return held_by_day(self.stays, self.trained.spells, self.days)

    def line(self, stations: Sequence[Station]) -> list[int]:
        """How many trained people these stations had together on each of these days."""
        lines = [self.held[one.key] for one in stations if one.key in self.held]
        return [sum(counts) for counts in zip(*lines, strict=True)] or [0] * len(self.days)

    def covered(self, stations: Sequence[Station]) -> list[int]:
        """How many of these stations had the wanted number on each of these days."""
        lines = [self.held[one.key] for one in stations if one.key in self.held]
        wanted = self.goal.wanted
        found = [sum(count >= wanted for count in counts) for counts in zip(*lines, strict=True)]
        return found or [0] * len(self.days)

    def moves(self, since: date) -> list[Move]:
        """Moves of trained people since a day, latest first."""
        return moves(self.stays, self.trained.spells, self.orders, since)

    def transfers(self, since: date) -> list[MassTransfer]:
        """Mass transfers that ended since a day, latest first."""
        found = [one for one in self.orders.transfers if one.last >= since]
        return sorted(found, key=lambda one: (one.last, one.station or 0), reverse=True)


def coverage_of(
    subject: Subject,
    group: Group,
    goal: Goal,
    today: date,
    *,
    cadre: str = "",
    area: str = "",
    begun: bool = True,
) -> Coverage:
    """Coverage of a subject among a group. Where nobody asks who has `begun`, those on the way
    count among those without training. Beside what `trained_in` asks two queries, three if an area
    is asked for."""
    session = db.session()
    trained = trained_in(session, subject, today, begun=begun)
    since = months_later(today, -MONTHS_WATCHED)
    found = stays_of(session, Narrowed(group.id, cadre), trained.spells.keys(), since)
    return Coverage(
        goal,
        today,
        trained,
        found.stays,
        found.orders,
        station_needs(
            stations_of(session, group, area or goal.area),
            found.posted,
            trained.spells,
            trained.on_the_way,
            today,
            months_later(today, goal.due_months),
        ),
    )
