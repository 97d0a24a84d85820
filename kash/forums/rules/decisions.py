"""Decisions that come back to the agenda, and the printed values before and after them. Actions
that are carried from one meeting into the next. Age of actions, and the days on which their owners
are reminded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
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
        (decision.key, decision.concluded_at is not None and decision.concluded_at <= as_of)
        for decision in sorted(decisions, key=lambda decision: (decision.look_on, decision.key))
        if decision.taken_at < meeting_at
        and decision.look_on <= meeting_on
        and (
            decision.concluded_at is None
            or previous_at is None
            or decision.concluded_at > previous_at
        )
    ]


def before_and_after(
    printed: Sequence[tuple[date, Printed]], taken_on: date, until: date
) -> tuple[tuple[date, Printed] | None, tuple[date, Printed] | None]:
    """The last value that was printed when a decision was taken, and the last one of after it up to
    a day; None where there is none. `printed` are values by their freeze days, oldest first."""
    before = [value for value in printed if value[0] <= taken_on]
    after = [value for value in printed if taken_on < value[0] <= until]
    return (before[-1] if before else None, after[-1] if after else None)


@dataclass(frozen=True)
class OpenedAction:
    """An action as its carrying over depends on it: when it came up, and when it was closed."""

    key: int
    raised_at: datetime
    state: str
    closed_at: datetime | None


def state_at(state: str, closed_at: datetime | None, moment: datetime) -> str:
    """The state an action had at a moment."""
    return "open" if closed_at is None or closed_at > moment else state


def arising(
    actions: Iterable[OpenedAction],
    meeting_at: datetime,
    previous_at: datetime | None,
    as_of: datetime,
) -> list[tuple[int, str]]:
    """The actions that come up under matters arising, in order of age, with their state.

    These are the ones raised in an earlier meeting and still open when the meeting before this one
    was recorded as held (`previous_at`): what was closed since is told once, as closed. `as_of` is
    now while the meeting is planned, later the moment at which it was itself recorded as held.
    """
    return [
        (action.key, state_at(action.state, action.closed_at, as_of))
        for action in sorted(actions, key=lambda action: (action.raised_at, action.key))
        if action.raised_at < meeting_at
        and (action.closed_at is None or previous_at is None or action.closed_at > previous_at)
    ]


SOON = timedelta(days=3)
# A person who was not reminded within so many days after the day is asked at the next meeting.
LATE = timedelta(days=3)


@dataclass(frozen=True)
class Age:
    """Age of an action: in days, and in meetings that were held since it came up."""

    days: int
    meetings: int


def age_of(raised_on: date, until: date, meetings: Iterable[date]) -> Age:
    """Age of an action on a day: today, or the day on which it was closed. `meetings` are the days
    of all meetings of its forum that were held."""
    count = sum(1 for day in meetings if raised_on < day <= until)
    return Age(max(0, (until - raised_on).days), count)


class Reminder(StrEnum):
    """A reminder of an action: before its day, or after it."""

    SOON = "soon"
    LATE = "late"


def reminder_of(due_on: date, today: date) -> Reminder | None:
    """The reminder that is to go today, None if there is none."""
    if today <= due_on <= today + SOON:
        return Reminder.SOON
    return Reminder.LATE if due_on < today <= due_on + LATE else None
