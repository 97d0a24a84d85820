"""Figures of a subject: needs of stations, how coverage went, at what pace people leave, and where
they went. Values by stations only, so that they can be kept and a plan of workshops made of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kash.coverage.queries.goals import Goal
from kash.coverage.queries.stations import Narrowed, stations_of, stays_of
from kash.coverage.queries.subjects import Subject, trained_in
from kash.coverage.rules.leaving import MassTransfer
from kash.coverage.rules.needs import Station, StationNeed, station_needs
from kash.coverage.rules.pace import Forecast, LeavingPace
from kash.coverage.rules.spells import months_later
from kash.coverage.rules.stays import Move, held_by_day, month_ends, moves, watched
from kash.people.models import Group
from kash.platform.database import db
from kash.platform.web.counted import counted

# So far back leavings say something about the present pace, and lines are drawn.
MONTHS_WATCHED = 36
MONTHS_DRAWN = 24


@dataclass(frozen=True)
class Coverage:
    """Coverage of a subject among a group: the needs of stations, how many trained people were at
    each (by its key) on the days of which figures are drawn, the pace at which they leave, and
    moves and mass transfers of the last three years, latest first."""

    goal: Goal
    today: date
    needs: Sequence[StationNeed]
    days: Sequence[date]
    held: Mapping[int, list[int]]
    pace: LeavingPace[int]
    all_moves: Sequence[Move]
    all_transfers: Sequence[MassTransfer]

    def forecast(self, need: StationNeed) -> Forecast:
        """When a station falls under the wanted number."""
        return self.pace.forecast(need.station.key, need.holds, self.goal.wanted, self.today)

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
        return [one for one in self.all_moves if one.day >= since]

    def transfers(self, since: date) -> list[MassTransfer]:
        """Mass transfers that ended since a day, latest first."""
        return [one for one in self.all_transfers if one.last >= since]


def coverage_of(
    subject: Subject, group: Group, goal: Goal, today: date, *, cadre: str = "", area: str = ""
) -> Coverage:
    """Coverage of a subject among a group. Beside what `trained_in` asks two queries, three if an
    area is asked for."""
    session = db.session()
    trained = trained_in(session, subject, today)
    since = months_later(today, -MONTHS_WATCHED)
    found = stays_of(session, Narrowed(group.id, cadre), trained.spells.keys(), since)
    stays, spells, orders = found.stays, trained.spells, found.orders
    days = month_ends(today, MONTHS_DRAWN)
    return Coverage(
        goal,
        today,
        station_needs(
            stations_of(session, group, found.here, area or goal.area),
            found.posted,
            spells,
            trained.on_the_way,
            today,
            months_later(today, goal.due_months),
        ),
        days,
        held_by_day(stays, spells, days),
        LeavingPace(watched(stays, spells, orders, since, today)),
        moves(stays, spells, orders, date.min),
        sorted(orders.transfers, key=lambda one: (one.last, one.station or 0), reverse=True),
    )


def coverage_now(
    subject: Subject, group: Group, goal: Goal, today: date, *, cadre: str = "", area: str = ""
) -> Coverage:
    """The same for a page, counted once while nothing is written."""
    key = ("coverage", subject, group.id, goal, today, cadre, area)
    return counted(key, lambda: coverage_of(subject, group, goal, today, cadre=cadre, area=area))
