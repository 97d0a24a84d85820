"""How long a session takes when it is really taught, from the last times that it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Of so many deliveries: enough to see a spread, few enough to follow what was changed since.
LAST_TIMES = 6
LEAST_MINUTES, MOST_MINUTES = 5, 600
# Timetables go by fives.
_STEP = 5


@dataclass(frozen=True)
class Delivered:
    """The last deliveries of a session plan: the minutes of each, the latest first, one at least.

    `of_last` makes one.
    """

    minutes: tuple[int, ...]

    @property
    def times(self) -> int:
        """How often it was taught, of the last six."""
        return len(self.minutes)

    @property
    def least(self) -> int:
        """Minutes of the shortest."""
        return min(self.minutes)

    @property
    def most(self) -> int:
        """Minutes of the longest."""
        return max(self.minutes)

    @property
    def median(self) -> int:
        """Minutes of the one in the middle; between two, the whole minute above their mean."""
        ordered = sorted(self.minutes)
        low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]
        return (low + high + 1) // 2


def of_last(minutes: Sequence[int]) -> Delivered | None:
    """The last deliveries of those given, the latest first; None if it was never taught."""
    return Delivered(tuple(minutes[:LAST_TIMES])) if minutes else None


def minutes_to_plan(planned: int, delivered: Delivered | None) -> int:
    """How long a session is to be laid out if it is to be as it was delivered: the median, up to
    the next five minutes; as planned if it was never taught."""
    if delivered is None:
        return planned
    return min(max(-(-delivered.median // _STEP) * _STEP, LEAST_MINUTES), MOST_MINUTES)


@dataclass(frozen=True)
class WholeTime:
    """Time of several sessions: as planned, and as taught, where what was never taught counts as
    planned. `taught` are how many of the `sessions` were."""

    planned: int
    delivered: int
    taught: int
    sessions: int


def whole_time(sessions: Iterable[tuple[int, Delivered | None]]) -> WholeTime:
    """Time of sessions together, each with its planned minutes and its last deliveries."""
    every = list(sessions)
    return WholeTime(
        planned=sum(planned for planned, _ in every),
        delivered=sum(planned if took is None else took.median for planned, took in every),
        taught=sum(took is not None for _, took in every),
        sessions=len(every),
    )
