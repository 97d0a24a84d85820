"""Absences: those that may be written down, and the days that two of them share. Minutes between
zones, where not each pair was typed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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


Minutes = Mapping[frozenset[int], int]


def minutes_between(
    one: int, other: int, typed: Minutes, within: Mapping[int, int | None]
) -> int | None:
    """Minutes from zone to zone; None if nobody typed any.

    What was typed for the two goes first, then what was typed for areas in which they lie, the
    narrowest first. `within` maps a zone to the one in which it lies. A zone is no distance from
    itself, and nothing is known of two that lie in one area between which nothing was typed.
    """
    if one == other:
        return 0
    above_one, above_other = _upwards(one, within), _upwards(other, within)
    # The same whichever of the two is asked first.
    pairs = sorted(
        (step + other_step, max(step, other_step), *sorted((first, second)))
        for step, first in enumerate(above_one)
        for other_step, second in enumerate(above_other)
        if first != second
    )
    for _steps, _step, first, second in pairs:
        minutes = typed.get(frozenset((first, second)))
        if minutes is not None:
            return minutes
    return None


def minutes_of_all(
    zones: Collection[int], typed: Minutes, within: Mapping[int, int | None]
) -> dict[frozenset[int], int]:
    """Minutes of each pair of these zones for which they are known, and of every typed pair."""
    found = dict(typed)
    ordered = sorted(set(zones))
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 :]:
            minutes = minutes_between(one, other, typed, within)
            if minutes is not None:
                found[frozenset((one, other))] = minutes
    return found


def _upwards(zone: int, within: Mapping[int, int | None]) -> list[int]:
    """A zone and those in which it lies, the narrowest first."""
    found: list[int] = []
    above: int | None = zone
    while above is not None and above not in found:
        found.append(above)
        above = within.get(above)
    return found
