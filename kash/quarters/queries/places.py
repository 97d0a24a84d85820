"""Places and hindrances of lines, between rows and rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from kash.quarters.models import QuarterLine
from kash.quarters.rules.programme import Hindering, Pins, PlannedPlace, QuarterHindrance


def place_of(line: QuarterLine) -> PlannedPlace | None:
    """The place of a line, None while it has none."""
    if line.first is None or line.venue is None or not line.team:
        return None
    return PlannedPlace(line.first, line.venue.public_id, tuple(line.team))


def pins_of(line: QuarterLine) -> Pins:
    """Pins: day, venue and team, as far as a planner fixed them."""
    return Pins(
        line.first if line.pinned_day else None,
        line.venue.public_id if line.pinned_venue and line.venue is not None else None,
        tuple(line.team) if line.pinned_team else (),
    )


def stored(hindrances: Iterable[QuarterHindrance]) -> list[list[Any]]:
    """Hindrances as a row keeps them."""
    return [
        [str(one.kind), one.who, one.what, _written(one.first), _written(one.last), one.number]
        for one in hindrances
    ]


def hindrances_of(line: QuarterLine) -> Sequence[QuarterHindrance]:
    """Hindrances that a row keeps."""
    return [
        QuarterHindrance(Hindering(kind), who, what, _read(first), _read(last), number)
        for kind, who, what, first, last, number in line.hindrances
    ]


def _written(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _read(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
