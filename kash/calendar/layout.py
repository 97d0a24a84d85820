"""Layout of the calendar's views: entries put into weeks, and onto days with their sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from kash.calendar.queries.entries import KindEntry
from kash.calendar.rules import DAY, DaySpan, bars_of_week, cells_of_week
from kash.platform.web.calendar_entries import CalendarEntry

HOLIDAY = "holiday"


@dataclass(frozen=True)
class MonthCell:
    """A day of a month: names of holidays, its lanes from the top (see `cells_of_week`), and how
    many things lie on it."""

    day: date
    holidays: tuple[str, ...]
    lanes: Sequence[Any]
    count: int


@dataclass(frozen=True)
class DayItem:
    """An entry on one of its days, the `number`th `of` so many, with its sessions of that day."""

    kind: str
    entry: CalendarEntry
    number: int
    of: int
    sessions: Sequence[CalendarEntry] = ()


@dataclass
class CalendarDay:
    """A day with what lies on it."""

    day: date
    holidays: list[str] = field(default_factory=list)
    things: list[DayItem] = field(default_factory=list)


def weeks_of(span: DaySpan, found: Sequence[KindEntry]) -> list[list[MonthCell]]:
    """The weeks of a month, each of seven cells."""
    holidays = _holidays(found)
    things = [
        (DaySpan(one.entry.first, one.entry.last), one) for one in found if one.kind != HOLIDAY
    ]
    weeks = []
    for number in range(0, (span.last - span.first).days + 1, 7):
        monday = span.first + DAY * number
        cells = cells_of_week(bars_of_week(monday, things))
        weeks.append(
            [
                MonthCell(
                    day, tuple(holidays.get(day, ())), cell, sum(one is not None for one in cell)
                )
                for day, cell in zip(DaySpan(monday, monday + 6 * DAY).days(), cells, strict=True)
            ]
        )
    return weeks


def days_of(span: DaySpan, found: Sequence[KindEntry]) -> list[CalendarDay]:
    """The days of a week or of the agenda. A session stands under the workshop that it belongs to,
    on its own day."""
    holidays = _holidays(found)
    days = {day: CalendarDay(day, list(holidays.get(day, ()))) for day in span.days()}
    parts: dict[tuple[str, date], list[CalendarEntry]] = defaultdict(list)
    for one in found:
        if one.entry.within:
            parts[one.entry.within, one.entry.first].append(one.entry)
    for one in found:
        entry = one.entry
        if one.kind == HOLIDAY or entry.within:
            continue
        all_days = DaySpan(entry.first, entry.last).days()
        for number, day in enumerate(all_days, start=1):
            if day in days:
                sessions = parts.get((entry.key, day), ())
                days[day].things.append(DayItem(one.kind, entry, number, len(all_days), sessions))
    return list(days.values())


def days_to_read(days: Sequence[CalendarDay]) -> list[CalendarDay]:
    """The days of an agenda: the first, which was asked for, and those on which something lies.
    Whatever takes several whole days is read once, on the first of them."""
    first = days[0].day if days else None
    read = [
        replace(
            one,
            things=[
                item
                for item in one.things
                if item.number == 1 or one.day == first or item.entry.starts_at is not None
            ],
        )
        for one in days
    ]
    return [one for number, one in enumerate(read) if not number or one.things or one.holidays]


def _holidays(found: Sequence[KindEntry]) -> dict[date, list[str]]:
    names: dict[date, list[str]] = defaultdict(list)
    for one in found:
        if one.kind == HOLIDAY:
            names[one.entry.first].append(one.entry.title)
    return names
