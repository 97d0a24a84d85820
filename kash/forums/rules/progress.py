"""Age of actions, and the days on which their owners are reminded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

SOON = timedelta(days=3)
# Whoever was not reminded within so many days after the day is asked at the next meeting.
LATE = timedelta(days=3)


@dataclass(frozen=True)
class Age:
    """Age of an action: in days, and in meetings that were held since it came up."""

    days: int
    meetings: int


def age_of(raised_on: date, until: date, meetings: Iterable[date]) -> Age:
    """Age of an action on a day: today, or the day on which it was closed. `meetings` are the days
    of all meetings of its forum that were held."""
    held = sum(1 for day in meetings if raised_on < day <= until)
    return Age(max(0, (until - raised_on).days), held)


class Reminder(StrEnum):
    """A reminder of an action: before its day, or after it."""

    SOON = "soon"
    LATE = "late"


def reminder_of(due_on: date, today: date) -> Reminder | None:
    """The reminder that is to go today, None if there is none."""
    if today <= due_on <= today + SOON:
        return Reminder.SOON
    return Reminder.LATE if due_on < today <= due_on + LATE else None
