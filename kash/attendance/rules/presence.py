"""Presence: what a person's marks add up to, and which stands where two people turn out to be
one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class SlotTime:
    """A slot as it counts: how long, whether its register is closed, whether it has begun, and on
    which day."""

    slot: int
    minutes: int
    closed: bool
    begun: bool = True
    day: date | None = None


@dataclass(frozen=True)
class MadeMark:
    """A mark as it counts."""

    slot: int
    person: int
    status: str


@dataclass(frozen=True)
class Presence:
    """Presence of one person, by all her marks. `weighted` is in minutes times per cent; `days` are
    those on which any of it counts."""

    weighted: int
    total_minutes: int
    counts: Mapping[str, int]
    days: frozenset[date | None] = frozenset()

    @property
    def minutes(self) -> int:
        """Minutes that count, weighted by status, rounded down."""
        return self.weighted // 100

    @property
    def percentage(self) -> int:
        """The share of the slots that took place that these minutes are, in whole per cent, rounded
        down: as certificates and tracks count it."""
        return 100 * self.minutes // self.total_minutes if self.total_minutes else 0


def took_place(slots: Iterable[SlotTime], marked: Collection[int]) -> list[SlotTime]:
    """The slots that count as held: those closed, and those in which anybody was marked. None does
    before it begins: whoever excused herself for tomorrow has missed nothing yet."""
    return [slot for slot in slots if slot.begun and (slot.closed or slot.slot in marked)]


def presences(
    people: Iterable[int],
    slots: Iterable[SlotTime],
    marks: Iterable[MadeMark],
    weights: Mapping[str, int],
) -> dict[int, Presence]:
    """For each person, minutes and counts over the slots that took place.

    Who has no mark in such a slot was not there. Marks of other people, and marks in slots that
    are not given, count only as a sign that the slot took place.
    """
    made = list(marks)
    held = {slot.slot: slot for slot in took_place(slots, {mark.slot for mark in made})}
    total = sum(slot.minutes for slot in held.values())
    found = {person: Presence(0, total, Counter()) for person in people}
    for mark in made:
        slot = held.get(mark.slot)
        before = found.get(mark.person)
        if slot is None or before is None:
            continue
        found[mark.person] = replace(
            before,
            weighted=before.weighted + slot.minutes * weights[mark.status],
            counts=Counter(before.counts) + Counter({mark.status: 1}),
            days=before.days | {slot.day} if weights[mark.status] else before.days,
        )
    return found


def tally(statuses: Iterable[str | None]) -> dict[str, int]:
    """How often each status stands; who has no mark is counted under ""."""
    return dict(Counter(status or "" for status in statuses))


@dataclass(frozen=True)
class CountedMark:
    """A mark as it stands: what share its status counts, and which operation came last."""

    status: str
    weight: int
    version: int
    operation: int


def standing_mark(one: CountedMark, other: CountedMark) -> tuple[str, int]:
    """The (status, version) that stands where two people in one slot turn out to be one.

    Whoever was seen was there: what counts more of the slot stands, and of two that count alike the
    later. The version is newer than both, so that a mark sent with either is a conflict.
    """
    best = max(one, other, key=lambda said: (said.weight, said.operation))
    return best.status, max(one.version, other.version) + 1
