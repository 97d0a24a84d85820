"""Free places in time: by how many days an event moves to be in nobody's way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from kash.clashes.rules.engagements import DAY, Engagement, moved_by
from kash.clashes.rules.finding import ScheduleFacts, find_clashes
from kash.clashes.rules.kinds import Clash, ClashKind

_WEEKEND = (5, 6)
# Other days help neither where seats are lacking nor where the hours are too late.
ON_ANY_DAY = frozenset({ClashKind.SEATS, ClashKind.LATE})


def clashes_of(
    wanted: Sequence[Engagement],
    others: Iterable[Engagement],
    around: ScheduleFacts,
    kinds: Collection[ClashKind] = frozenset(ClashKind),
) -> list[Clash]:
    """Clashes that one event (all that is wanted is of it) has among others and by itself; what it
    was before it was changed is no other."""
    events = {one.event for one in wanted}
    if not wanted:
        return []
    beside = [one for one in _that_matter(wanted, others) if one.event not in events]
    found = find_clashes([*wanted, *beside], around, kinds)
    return [clash for clash in found if not events.isdisjoint(clash.events)]


def free_shifts(
    wanted: Sequence[Engagement],
    others: Sequence[Engagement],
    around: ScheduleFacts,
    shifts: Iterable[int],
    kinds: Collection[ClashKind] = frozenset(ClashKind),
) -> list[int]:
    """Those shifts, in days, by which an event moves to where nothing clashes. What lies on no
    weekend is not moved onto one. Kinds that are the same on any day are left out of account."""
    asked = frozenset(kinds) - ON_ANY_DAY
    on_weekends = any(day.weekday() in _WEEKEND for one in wanted for day in one.days())
    free = []
    for shift in shifts:
        moved = [moved_by(one, shift) for one in wanted]
        if not on_weekends and any(
            day.weekday() in _WEEKEND for one in moved for day in one.days()
        ):
            continue
        if not clashes_of(moved, others, around, asked):
            free.append(shift)
    return free


def with_team(wanted: Sequence[Engagement], trainers: Sequence[int]) -> list[Engagement]:
    """The same event taught by others."""
    return [replace(one, trainers=trainers) for one in wanted]


def _that_matter(wanted: Sequence[Engagement], others: Iterable[Engagement]) -> list[Engagement]:
    """Others that can be in the way: those within a day, at the same door, or in a month in which
    one of the trainers has days."""
    first = min(one.starts for one in wanted) - DAY
    last = max(one.ends for one in wanted) + DAY
    venues = {one.venue for one in wanted} - {None}
    trainers = {trainer for one in wanted for trainer in one.trainers}
    months = {(day.year, day.month) for one in wanted for day in one.days()}
    return [
        one
        for one in others
        if one.venue in venues
        or (one.ends > first and one.starts < last)
        or (
            not trainers.isdisjoint(one.trainers)
            and any((day.year, day.month) in months for day in (one.day, one.last_day))
        )
    ]
