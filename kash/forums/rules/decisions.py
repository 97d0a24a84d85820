"""Decisions that come back to the agenda, and the printed values before and after them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

Printed = TypeVar("Printed")
CONCLUSIONS = ("worked", "unclear", "not")


@dataclass(frozen=True)
class ReviewedDecision:
    """A decision as its return depends on it: the meeting that took it, the day from which one
    looks again, and when the forum concluded."""

    key: int
    taken_at: datetime
    look_on: date
    concluded_at: datetime | None


def coming_back(
    decisions: Iterable[ReviewedDecision],
    meeting_at: datetime,
    meeting_on: date,
    previous_at: datetime | None,
    as_of: datetime,
) -> list[tuple[int, bool]]:
    """The decisions that come up in a meeting, in order of their days, and whether the forum had
    concluded by then.

    Each comes up in the first meeting on or after its day and in every later one, until something
    is concluded: that is told once, in the meeting after `previous_at`, when the one before was
    recorded as held. `as_of` is now while the meeting is planned, later when it was itself recorded
    as held.
    """
    return [
        (one.key, one.concluded_at is not None and one.concluded_at <= as_of)
        for one in sorted(decisions, key=lambda one: (one.look_on, one.key))
        if one.taken_at < meeting_at
        and one.look_on <= meeting_on
        and (one.concluded_at is None or previous_at is None or one.concluded_at > previous_at)
    ]


def before_and_after(
    printed: Sequence[tuple[date, Printed]], taken_on: date, until: date
) -> tuple[tuple[date, Printed] | None, tuple[date, Printed] | None]:
    """The last value that was printed when a decision was taken, and the last one of after it up to
    a day; None where there is none. `printed` are values by their freeze days, oldest first."""
    before = [each for each in printed if each[0] <= taken_on]
    after = [each for each in printed if taken_on < each[0] <= until]
    return (before[-1] if before else None, after[-1] if after else None)
