"""Freeze days of a plan: one in each quarter that is printed, and none that was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from kash.releases.rules.tables import QUARTERS, last_days


def first_day(year: int, quarter: int) -> date:
    """The first day of a quarter, which counts from 1."""
    return date(year, 3 * quarter - 2, 1)


def proposed_days(year: int, today: date) -> tuple[date | None, ...]:
    """The last day of each quarter; None for those that are over today. So a plan that is made in
    the middle of a year begins with the next window."""
    return tuple(day if day > today else None for day in last_days(year))


def wrong_quarter(year: int, days: Sequence[date | None], today: date) -> int | None:
    """The first quarter, from 1, whose freeze day is wrong; None if all are right.

    A day lies in its own quarter and is still to come, and from the first one on no quarter is left
    out: who could leave one out could do so for what the figures show.
    """
    begun = False
    for quarter in range(1, QUARTERS + 1):
        day = days[quarter - 1]
        if day is None:
            if begun:
                return quarter
            continue
        begun = True
        if not first_day(year, quarter) <= day <= last_days(year)[quarter - 1] or day <= today:
            return quarter
    return None if begun else QUARTERS
