"""Workshops wanted: what the rules are told of lines, stored or not yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from kash.people.models import Organisation, Zone
from kash.platform.database import db
from kash.quarters.models import QuarterLine
from kash.quarters.queries.places import pins_of
from kash.quarters.rules.programme import Pins, QuarterWorkshop


@dataclass(frozen=True)
class QuarterLineFacts:
    """A workshop that is wanted, stored or not yet: its course by key and public id, its days, and
    how many people come from which station (by public id)."""

    key: str
    course: int
    course_id: str
    days: int
    police: bool
    stations: Sequence[tuple[str, int]]
    pins: Pins = field(default_factory=Pins)

    @property
    def people(self) -> int:
        """Number of people who come."""
        return sum(count for _, count in self.stations)


def facts_of(line: QuarterLine) -> QuarterLineFacts:
    """A stored line as it is wanted."""
    return QuarterLineFacts(
        line.public_id,
        line.version.course_id,
        line.version.course.public_id,
        line.days,
        line.group.is_police,
        stations_of_line(line.stations),
        pins_of(line),
    )


def stations_of_line(stored: Iterable[Sequence[Any]]) -> list[tuple[str, int]]:
    """(station, people) as a line keeps them."""
    return [(str(station), int(count)) for station, count in stored]


def wanted_of(
    lines: Iterable[QuarterLineFacts], trainers: int, zones: Mapping[str, int]
) -> list[QuarterWorkshop]:
    """The workshops that the rules are asked to place, each with so many trainers unless a planner
    fixed others. `zones` are those of stations, as far as they are known."""
    return [
        QuarterWorkshop(
            one.key,
            one.course_id,
            one.days,
            one.people,
            len(one.pins.team) or trainers,
            frozenset(station for station, _ in one.stations),
            frozenset(zones[station] for station, _ in one.stations if station in zones),
            one.police,
            one.pins,
        )
        for one in lines
    ]


def zones_of_stations(stations: Iterable[str]) -> dict[str, int]:
    """Zones of stations (by public id), as far as their place is a zone's name; one query."""
    rows = db.session.execute(
        select(Organisation.public_id, Zone.id)
        .join(Zone, func.lower(Zone.name) == func.lower(func.trim(Organisation.place)))
        .where(Organisation.public_id.in_(sorted(set(stations))))
    )
    return dict(rows.all())
