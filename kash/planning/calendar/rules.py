"""Rules of the calendar: the days that a view shows, and how bars of several days lie in a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

WEEK = 7
AGENDA_DAYS = 28
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
Thing = TypeVar("Thing")
DAY = timedelta(days=1)


class View(StrEnum):
    """A view of the calendar."""

    MONTH = "month"
    WEEK = "week"
    AGENDA = "agenda"


@dataclass(frozen=True)
class DaySpan:
    """Days from one to another, both among them."""

    first: date
    last: date

    def days(self) -> list[date]:
        """Each of its days."""
        return [self.first + DAY * number for number in range((self.last - self.first).days + 1)]


def within_reach(day: date) -> date:
    """A day, or the nearest one that the calendar can show with the weeks around it."""
    return min(max(day, FIRST_DAY), LAST_DAY)


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - DAY * day.weekday()


def month_of(day: date) -> DaySpan:
    """The month in which a day lies."""
    first = day.replace(day=1)
    following = (first + 31 * DAY).replace(day=1)
    return DaySpan(first, following - DAY)


def shown(view: View, day: date) -> DaySpan:
    """The days that a view shows around a day: whole weeks in a month."""
    if view is View.WEEK:
        return DaySpan(monday_of(day), monday_of(day) + 6 * DAY)
    if view is View.AGENDA:
        return DaySpan(day, day + DAY * (AGENDA_DAYS - 1))
    month = month_of(day)
    return DaySpan(monday_of(month.first), monday_of(month.last) + 6 * DAY)


def turned(view: View, day: date) -> tuple[date, date]:
    """The day that the view before begins at, and that of the next."""
    if view is View.MONTH:
        month = month_of(day)
        return within_reach((month.first - DAY).replace(day=1)), within_reach(month.last + DAY)
    step = DAY * (WEEK if view is View.WEEK else AGENDA_DAYS)
    return within_reach(day - step), within_reach(day + step)


@dataclass(frozen=True)
class Bar(Generic[Thing]):
    """A thing in a week: from which column (0 is Monday), over how many days, in which lane (0 is
    on top), and whether it goes on from the week before and into the next."""

    thing: Thing
    column: int
    days: int
    lane: int
    goes_on_from: bool
    goes_on_to: bool


def bars_of_week(monday: date, things: Sequence[tuple[DaySpan, Thing]]) -> list[Bar[Thing]]:
    """The things of a week, each in a lane that is free on all of its days, the longest first
    among those that begin on one day; in the order in which they are drawn."""
    sunday = monday + 6 * DAY
    found: list[tuple[int, int, int, DaySpan, Thing]] = []
    for order, (span, thing) in enumerate(things):
        if span.first <= sunday and span.last >= monday:
            column = max((span.first - monday).days, 0)
            last = min((span.last - monday).days, WEEK - 1)
            found.append((column, column - last, order, span, thing))
    taken_until: list[int] = []
    bars: list[Bar[Thing]] = []
    for column, back, _order, span, thing in sorted(found, key=lambda one: one[:3]):
        last = column - back
        lane = next((at for at, until in enumerate(taken_until) if until < column), None)
        if lane is None:
            lane = len(taken_until)
            taken_until.append(last)
        else:
            taken_until[lane] = last
        bars.append(
            Bar(thing, column, last - column + 1, lane, span.first < monday, span.last > sunday)
        )
    return bars


def cells_of_week(bars: Sequence[Bar[Thing]]) -> list[list[tuple[Bar[Thing], bool] | None]]:
    """For each day of a week what stands in its lanes from the top: a bar, and True on the day at
    which it is drawn; None for a free lane. Free lanes at the bottom are left out."""
    cells: list[list[tuple[Bar[Thing], bool] | None]] = [[] for _ in range(WEEK)]
    for bar in bars:
        for column in range(bar.column, bar.column + bar.days):
            cell = cells[column]
            cell.extend([None] * (bar.lane + 1 - len(cell)))
            cell[bar.lane] = (bar, column == bar.column)
    return cells
