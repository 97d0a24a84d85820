"""How long a session really took: taps at its beginning and end, and what counts of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kash.attendance.rules.conduct import opens_at

# No session takes longer; whoever forgot the end taps it the next morning.
LONGEST = timedelta(hours=12)
SHORTEST = timedelta(minutes=1)
# Two clocks are never quite alike, and what is sent takes a moment.
_TOLERANCE = timedelta(minutes=2)
_ALIKE = timedelta(seconds=10)


class Edge(StrEnum):
    """The beginning or the end of a session."""

    START = "start"
    END = "end"


@dataclass(frozen=True)
class Tap:
    """A tap that was not taken back; `by_hand` if the moment was typed in afterwards."""

    edge: Edge
    at: datetime
    by_hand: bool = False


@dataclass(frozen=True)
class Stretch:
    """From when until when a session was taught; None where nobody said so."""

    start: datetime | None = None
    end: datetime | None = None

    @property
    def minutes(self) -> int | None:
        """Whole minutes between the two; None while one is missing, or if they do not fit."""
        if self.start is None or self.end is None:
            return None
        took = self.end - self.start
        if not SHORTEST <= took <= LONGEST:
            return None
        return (took + timedelta(seconds=30)) // timedelta(minutes=1)


class TimeFault(StrEnum):
    """Fault in a beginning or an end."""

    BEFORE_DOOR = "time_before_door"
    IN_FUTURE = "time_in_future"
    END_FIRST = "time_end_first"
    TOO_LONG = "time_too_long"


def stretch_of(taps: Iterable[Tap]) -> Stretch:
    """Times that count of taps, in whatever order these came: of the beginning the first, of the
    end the last, since two trainers may both have tapped. What was typed by hand goes before any
    tap, the last in the order given before others."""
    kept = list(taps)

    def of(edge: Edge) -> datetime | None:
        typed = [one.at for one in kept if one.edge is edge and one.by_hand]
        if typed:
            return typed[-1]
        tapped = [one.at for one in kept if one.edge is edge]
        return (min if edge is Edge.START else max)(tapped, default=None)

    return Stretch(of(Edge.START), of(Edge.END))


def time_fault(
    taught: Stretch, planned_start: datetime, now: datetime
) -> tuple[TimeFault, Edge] | None:
    """Fault in when a session is said to have been taught, and in which of the two; None if there
    is none.

    It begins once its door opens, as planned, and ends at least a minute and at most twelve hours
    later; neither lies in the future.
    """
    said = [(edge, at) for edge, at in _edges(taught) if at is not None]
    for edge, at in said:
        if at < opens_at(planned_start):
            return TimeFault.BEFORE_DOOR, edge
        if at > now + _TOLERANCE:
            return TimeFault.IN_FUTURE, edge
    if taught.start is not None and taught.end is not None:
        if taught.end - taught.start < SHORTEST:
            return TimeFault.END_FIRST, Edge.END
        if taught.end - taught.start > LONGEST:
            return TimeFault.TOO_LONG, Edge.END
    return None


def _edges(taught: Stretch) -> tuple[tuple[Edge, datetime | None], ...]:
    return (Edge.START, taught.start), (Edge.END, taught.end)


def by_our_clock(at: datetime, clock_ahead: timedelta | None) -> datetime:
    """A moment of a device by our clock, if its own is known to be off by more than seconds."""
    return at if clock_ahead is None or abs(clock_ahead) < _ALIKE else at - clock_ahead
