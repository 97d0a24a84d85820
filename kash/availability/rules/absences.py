"""Absences: those that may be written down, and the days that two of them share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# Whoever is away for longer hands over what she holds.
MOST_DAYS = 366
# As long as it is kept after its last day.
KEPT_DAYS = 90
DAYS_AHEAD = 3 * 366


class AbsenceKind(StrEnum):
    """Kind of an absence; seen by whoever it is about and by who plans for all."""

    LEAVE = "leave"
    TRAINING = "training"
    SICK = "sick"
    OTHER = "other"


class SpanFault(StrEnum):
    """Something wrong with days from first to last."""

    ENDS_BEFORE = "ends_before"
    TOO_LONG = "too_long"
    TOO_FAR = "too_far"


@dataclass(frozen=True)
class AbsenceDays:
    """Days from the first to the last, both among them."""

    first: date
    last: date

    def touches(self, other: AbsenceDays) -> bool:
        """True if they have a day in common."""
        return self.first <= other.last and other.first <= self.last


def span_fault(days: AbsenceDays, today: date) -> SpanFault | None:
    """First thing wrong with these days; None if they may be written down.

    What ended longer ago than it would be kept is too far, and so is what nobody plans for yet.
    """
    if days.last < days.first:
        return SpanFault.ENDS_BEFORE
    if (days.last - days.first).days >= MOST_DAYS:
        return SpanFault.TOO_LONG
    if days.last < forgotten_before(today) or days.first > today + timedelta(days=DAYS_AHEAD):
        return SpanFault.TOO_FAR
    return None


def forgotten_before(today: date) -> date:
    """The day before which an absence that has ended is forgotten."""
    return today - timedelta(days=KEPT_DAYS)


def overlapped(days: AbsenceDays, others: Iterable[AbsenceDays]) -> AbsenceDays | None:
    """The earliest of the others that has a day in common with these; None if there is none."""
    return min(
        (one for one in others if days.touches(one)), key=lambda one: one.first, default=None
    )
