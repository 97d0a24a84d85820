"""Rules of a workshop's report: gains that may be told, and sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kash.assessments.evaluations.rules import FEWEST
from kash.assessments.rules.results import Gain


def may_be_told(gain: Gain) -> bool:
    """True if a gain comes from so many people that it tells of nobody alone."""
    return gain.people >= FEWEST


def tenths_of(count: int, total: int) -> int:
    """Share of a count, in per cent to the nearest ten: it does not tell how many there were."""
    return 10 * ((20 * count + total) // (2 * total)) if total else 0


@dataclass(frozen=True)
class Times:
    """Minutes of sessions together: of those that were timed what was planned and what they took,
    and how many of all were timed."""

    planned: int
    taught: int
    timed: int
    sessions: int


def times_together(sessions: Sequence[tuple[int, int | None]]) -> Times:
    """Sum up sessions, each with its planned minutes and those it took, None if nobody said so."""
    timed = [(planned, taught) for planned, taught in sessions if taught is not None]
    return Times(
        planned=sum(planned for planned, _ in timed),
        taught=sum(taught for _, taught in timed),
        timed=len(timed),
        sessions=len(sessions),
    )


@dataclass(frozen=True)
class Objectives:
    """How many objectives were reached, in part or not taught, and of how many nobody said so."""

    reached: int
    partly: int
    not_taught: int
    unsaid: int


def objectives_together(said: Iterable[str]) -> Objectives:
    """Count objectives, each by the word that is kept of it, "" where nobody said so."""
    counted = Counter(said)
    return Objectives(counted["reached"], counted["partly"], counted["not_taught"], counted[""])
