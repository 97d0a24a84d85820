"""The clock of an agenda: from when to when each item is planned, and how far the agenda runs over
its meeting's end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class ItemTime:
    """The time of an item; one to which nobody gave any begins and ends at the same moment."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class AgendaClock:
    """The times of all items in order. `ends` is that of the last one, `over` by how many minutes
    it is later than the meeting's end."""

    items: tuple[ItemTime, ...]
    ends: datetime
    over: int


def agenda_clock(begins: datetime, length: int, items: Sequence[int | None]) -> AgendaClock:
    """Times of items one after the other, each given as its minutes; `length` are those that the
    meeting is planned for, 0 if nobody said so: then nothing runs over."""
    times = []
    moment = begins
    for minutes in items:
        after = moment + timedelta(minutes=minutes or 0)
        times.append(ItemTime(moment, after))
        moment = after
    late = moment - (begins + timedelta(minutes=length))
    over = max(0, int(late.total_seconds() // 60)) if length else 0
    return AgendaClock(tuple(times), moment, over)
