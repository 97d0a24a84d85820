"""Absences: those that may be written down, and the days that two of them share. Minutes between
zones, where not each pair was typed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations

# A person who is away for longer hands over what she holds.
MOST_DAYS = 366
# As long as it is kept after its last day.
KEPT_DAYS = 90
DAYS_AHEAD = 3 * 366


class AbsenceKind(StrEnum):
    """Kind of an absence; seen by the person who is away and by those who plan for all."""

    LEAVE = "leave"
    TRAINING = "training"
    SICK = "sick"
    OTHER = "other"


@dataclass(frozen=True)
class AbsenceDays:
    """Days from the first to the last, both among them."""

    first: date
    last: date

    def touches(self, other: AbsenceDays) -> bool:
        """True if they have a day in common."""
        return self.first <= other.last and other.first <= self.last


def days_fault(days: AbsenceDays, today: date) -> str:
    """First thing wrong with these days: "order", "long" or "far"; empty if they may be written
    down.

    What ended longer ago than it would be kept is too far, and so is what nobody plans for yet.
    """
    if days.last < days.first:
        return "order"
    if (days.last - days.first).days >= MOST_DAYS:
        return "long"
    far = days.last < forgotten_before(today) or days.first > today + timedelta(days=DAYS_AHEAD)
    return "far" if far else ""


def forgotten_before(today: date) -> date:
    """The day before which an absence that has ended is forgotten."""
    return today - timedelta(days=KEPT_DAYS)


def overlapped(days: AbsenceDays, others: Iterable[AbsenceDays]) -> AbsenceDays | None:
    """The earliest of the others that has a day in common with these; None if there is none."""
    touching = (other for other in others if days.touches(other))
    return min(touching, key=lambda other: other.first, default=None)


def minutes_of_all(
    zones: Collection[int], typed: Mapping[int, int], within: Mapping[int, int | None]
) -> dict[frozenset[int], int]:
    """Minutes between each pair of these zones of which any are known: of both, the longer.

    What was typed for a zone goes before what was typed for the areas in which it lies, the
    narrowest first. `within` maps a zone to the one in which it lies. Nothing is known of two that
    lie in one area for which alone it was typed.
    """
    areas = {zone: _area(zone, typed, within) for zone in zones}
    return {
        frozenset((zone, other)): max(typed.get(areas[zone], 0), typed.get(areas[other], 0))
        for zone, other in combinations(areas, 2)
        if areas[zone] != areas[other]
    }


def _area(zone: int, typed: Mapping[int, int], within: Mapping[int, int | None]) -> int:
    """The narrowest area for which minutes were typed; 0 if there is none."""
    passed: set[int] = set()
    area: int | None = zone
    while area is not None and area not in passed:
        if area in typed:
            return area
        passed.add(area)
        area = within.get(area)
    return 0
