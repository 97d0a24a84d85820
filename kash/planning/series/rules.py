"""Dates of a series, from a rule that a person chose by controls.

dateutil makes the dates of the rule; what happens to one that falls on a day on which nobody works
is decided here. A day of the month that a month does not have is its last.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from dateutil import rrule

MOST_DATES = 60
MOST_EVERY = 12
LONGEST = timedelta(days=3 * 366)
LAST = -1
_WEEKDAYS = (rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA, rrule.SU)
_SATURDAY = 5


class Repeats(StrEnum):
    """Kind of a rule: days of a week, a weekday of the month, or a day of the month."""

    WEEKLY = "weekly"
    MONTHLY_WEEKDAY = "monthly_weekday"
    MONTHLY_DAY = "monthly_day"


class OnHoliday(StrEnum):
    """Ways of a date that falls on a public holiday."""

    KEEP = "keep"
    SKIP = "skip"
    NEXT = "next"
    BEFORE = "before"


class PatternFault(StrEnum):
    """Fault of a rule of which no dates can be made."""

    NO_END = "no_end"
    ENDS_BEFORE = "ends_before"
    TOO_LONG = "too_long"
    NO_WEEKDAY = "no_weekday"
    NO_DATE = "no_date"


@dataclass(frozen=True)
class Pattern:
    """A rule: its dates are `every` so many weeks or months from `first` on, until a day or until
    there are so many (`count`).

    `weekdays` (Monday is 0) are those of a week; `ordinal` (1 to 4, or LAST) and the first of
    `weekdays` say which weekday of a month; `day` (1 to 31, or LAST) is a day of the month.
    """

    repeats: Repeats
    first: date
    every: int = 1
    weekdays: tuple[int, ...] = ()
    ordinal: int = 1
    day: int = 1
    until: date | None = None
    count: int | None = None
    on_holiday: OnHoliday = OnHoliday.KEEP


@dataclass(frozen=True)
class PlannedDate:
    """A date of a series: the one that its rule `named`, and the `day` on which it is held, None if
    it is left out. They differ where the first is a holiday."""

    named: date
    day: date | None


def pattern_fault(pattern: Pattern) -> PatternFault | None:
    """Fault of a rule, None if it has dates."""
    if pattern.until is None and pattern.count is None:
        return PatternFault.NO_END
    if pattern.until is not None and pattern.until < pattern.first:
        return PatternFault.ENDS_BEFORE
    if pattern.repeats is not Repeats.MONTHLY_DAY and not pattern.weekdays:
        return PatternFault.NO_WEEKDAY
    named = _named(pattern)
    if len(named) > MOST_DATES or any(day - pattern.first > LONGEST for day in named):
        return PatternFault.TOO_LONG
    return None if named else PatternFault.NO_DATE


def dates_of(pattern: Pattern, is_holiday: Callable[[date], bool]) -> list[PlannedDate]:
    """The dates of a rule without a fault, in the order in which the rule names them.

    A date that gives way goes to the next working day after or before it, and to no day on which
    another of the series is held.
    """
    named = _named(pattern)
    taken = {day for day in named if not is_holiday(day)}
    dates = []
    for day in named:
        if day in taken or pattern.on_holiday is OnHoliday.KEEP:
            dates.append(PlannedDate(day, day))
        elif pattern.on_holiday is OnHoliday.SKIP:
            dates.append(PlannedDate(day, None))
        else:
            step = timedelta(days=1 if pattern.on_holiday is OnHoliday.NEXT else -1)
            other = _working_day(day, step, is_holiday, taken)
            taken.add(other)
            dates.append(PlannedDate(day, other))
    return dates


def _working_day(
    day: date, step: timedelta, is_holiday: Callable[[date], bool], taken: Collection[date]
) -> date:
    other = day + step
    while other.weekday() >= _SATURDAY or is_holiday(other) or other in taken:
        other += step
    return other


def _named(pattern: Pattern) -> list[date]:
    """The dates that the rule names, no more than one beyond the most."""
    begins = datetime.combine(pattern.first, time())
    until = datetime.combine(pattern.until, time()) if pattern.until is not None else None
    chosen = [_WEEKDAYS[weekday] for weekday in sorted(set(pattern.weekdays))]
    rule = rrule.rrule
    if pattern.repeats is Repeats.WEEKLY:
        recurrence = rule(
            rrule.WEEKLY, begins, pattern.every, until=until, byweekday=chosen, wkst=rrule.MO
        )
    elif pattern.repeats is Repeats.MONTHLY_WEEKDAY:
        recurrence = rule(
            rrule.MONTHLY,
            begins.replace(day=1),
            pattern.every,
            until=until,
            byweekday=chosen[0](pattern.ordinal),
        )
    else:
        # Of the days up to the one that is wanted, the last that the month has.
        highest = 31 if pattern.day == LAST else pattern.day
        recurrence = rule(
            rrule.MONTHLY,
            begins.replace(day=1),
            pattern.every,
            until=until,
            bymonthday=range(min(highest, 28), highest + 1),
            bysetpos=LAST,
        )
    most = MOST_DATES + 1 if pattern.count is None else min(pattern.count, MOST_DATES + 1)
    days: list[date] = []
    for moment in recurrence:
        if moment.date() < pattern.first:
            continue
        if len(days) == most:
            break
        days.append(moment.date())
    return days
