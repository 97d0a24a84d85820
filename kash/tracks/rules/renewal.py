"""Renewal: the days whose facts count for it, and how somebody stands who holds a certificate."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kash.tracks.rules.tree import Renewal


@dataclass(frozen=True)
class Window:
    """Days whose facts count, both included; without a first day all that came before counts."""

    since: date | None
    until: date

    def holds(self, day: date) -> bool:
        """True if a day lies within."""
        return (self.since is None or self.since <= day) and day <= self.until


class RenewalState(StrEnum):
    """Standing of somebody whose certificate runs out: it holds and cannot be renewed yet; it can
    be; it has run out and still can be; it has run out for good."""

    HOLDS = "holds"
    OPEN = "open"
    GRACE = "grace"
    LAPSED = "lapsed"


def months_before(day: date, months: int) -> date:
    """The day so many months before another; the last of its month where it has none such."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_later(day: date, months: int) -> date:
    """The day so many months after another; the last of its month where it has none such."""
    return months_before(day, -months)


def months_between(since: date, until: date) -> int:
    """Whole months from one day to a later one; 0 if it is not later."""
    whole = (until.year - since.year) * 12 + until.month - since.month
    while whole > 0 and months_later(since, whole) > until:
        whole -= 1
    return max(whole, 0)


def unbroken(times: Iterable[tuple[date, date | None]]) -> list[tuple[date, date | None]]:
    """Times from a day through another one, or until now (None), of which those that overlap or
    follow each other the next day are one."""
    found: list[tuple[date, date | None]] = []
    for since, until in sorted(times, key=lambda one: (one[0], one[1] or date.max)):
        before = found[-1][1] if found else since - timedelta(days=2)
        if before is None:
            break
        if since <= before + timedelta(days=1):
            found[-1] = found[-1][0], None if until is None else max(before, until)
        else:
            found.append((since, until))
    return found


def window_of(renewal: Renewal, last_day: date) -> Window:
    """The days whose facts count towards the renewal of a certificate with this last day.

    They begin after the day so many months before the last one, and end with the days of grace.
    """
    begins = months_before(last_day, renewal.months) + timedelta(days=1)
    return Window(begins, last_day + timedelta(days=renewal.grace_days))


def renewal_state(renewal: Renewal, last_day: date, today: date) -> RenewalState:
    """Standing of somebody on a day. Her certificate holds through its last day in any case."""
    window = window_of(renewal, last_day)
    if today > window.until:
        return RenewalState.LAPSED
    if today > last_day:
        return RenewalState.GRACE
    return RenewalState.OPEN if window.holds(today) else RenewalState.HOLDS
