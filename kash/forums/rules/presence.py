"""Presence at a meeting: who came when and left when, and who therefore is there at a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from zlib import crc32

PRESENT, IN_ATTENDANCE = "present", "in_attendance"
# Marks of whoever is there; only the first counts for the quorum.
HERE = frozenset({PRESENT, IN_ATTENDANCE})
ANSWERS = ("yes", "no", "unsure")
# More often nobody comes and goes in one meeting.
MOST_TIMES = 8


@dataclass(frozen=True)
class TimeThere:
    """A time for which somebody was there; without `left_at` until the end."""

    arrived_at: datetime
    left_at: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        """True if it holds at a moment: from arriving on, and no longer once she left."""
        return self.arrived_at <= moment and (self.left_at is None or moment < self.left_at)


def version_of(spells: Sequence[TimeThere]) -> int:
    """A number of these times that others have not, so that a page can say which it showed."""
    return crc32(repr([(one.arrived_at, one.left_at) for one in spells]).encode()) % 1_000_000_000


def there_at(mark: str | None, spells: Sequence[TimeThere], moment: datetime) -> bool:
    """True if a member is there at a moment.

    The register's mark says whether she came at all, the spells when. Who is marked as present
    without any times was there from the beginning to the end.
    """
    return mark == PRESENT and (not spells or any(spell.covers(moment) for spell in spells))


class SpellFault(StrEnum):
    """Fault of times of presence as they were given."""

    LEFT_FIRST = "left_first"
    OVERLAP = "overlap"
    AHEAD = "ahead"
    LEFT_AHEAD = "left_ahead"
    TOO_MANY = "too_many"


def spell_fault(
    spells: Sequence[TimeThere], opens: datetime, now: datetime
) -> tuple[SpellFault, int] | None:
    """The first fault of times in their order, with the place of the spell that has it.

    `opens` is when people are taken in at the door; nobody was there before, nor later than now.
    """
    before: TimeThere | None = None
    for place, spell in enumerate(spells):
        if place == MOST_TIMES:
            return SpellFault.TOO_MANY, place
        if spell.left_at is not None and spell.left_at <= spell.arrived_at:
            return SpellFault.LEFT_FIRST, place
        if spell.arrived_at < opens or spell.arrived_at > now:
            return SpellFault.AHEAD, place
        if spell.left_at is not None and spell.left_at > now:
            return SpellFault.LEFT_AHEAD, place
        if before is not None and (before.left_at is None or before.left_at > spell.arrived_at):
            return SpellFault.OVERLAP, place
        before = spell
    return None


def arrived(spells: Sequence[TimeThere], moment: datetime) -> tuple[TimeThere, ...]:
    """The spells after somebody came; the same if she is there already."""
    if spells and spells[-1].left_at is None:
        return tuple(spells)
    return (*spells, TimeThere(moment))


def gone(spells: Sequence[TimeThere], moment: datetime, began: datetime) -> tuple[TimeThere, ...]:
    """The spells after somebody left; the same if she was not there.

    Who stands as present without times was there since it `began`.
    """
    if not spells:
        return (TimeThere(min(began, moment), moment),)
    if spells[-1].left_at is not None:
        return tuple(spells)
    return (*spells[:-1], replace(spells[-1], left_at=moment))


def taken_back(spells: Sequence[TimeThere]) -> tuple[TimeThere, ...]:
    """The spells without the last tap: who left is there again, and who came never did."""
    if not spells:
        return ()
    last = spells[-1]
    return (
        tuple(spells[:-1]) if last.left_at is None else (*spells[:-1], replace(last, left_at=None))
    )
