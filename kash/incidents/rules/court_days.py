"""The days on which Kenyan courts sit: not at weekends, not on public holidays.

Public Holidays Act, cap. 110, schedule, as amended in 2024. A holiday on a Sunday is kept on the
Monday after it. Idd-ul-Fitr follows the moon and single days are gazetted at short notice: a
programme adds those itself. A day that is missing makes a clock end too early, never too late.

The list stands here because the library of the world's holidays takes 45 MB in each process.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import lru_cache

from dateutil.easter import easter

_SUNDAY = 6
_FIXED = ((1, 1), (5, 1), (6, 1), (10, 10), (10, 20), (12, 12), (12, 25), (12, 26))


@lru_cache(maxsize=64)
def public_holidays(year: int) -> frozenset[date]:
    """The public holidays of a year, those that are kept on a Monday included."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    good_friday = easter(year) - timedelta(days=2)
    days = fixed | {good_friday, good_friday + timedelta(days=3)}
    for day in sorted(fixed):
        if day.weekday() == _SUNDAY:
            kept = day + timedelta(days=1)
            while kept in days:
                kept += timedelta(days=1)
            days.add(kept)
    return frozenset(days)


@dataclass(frozen=True)
class CourtDays:
    """When courts sit, by the clocks of the place. `closed` are a programme's further days."""

    opens: time = time(8)
    closes: time = time(17)
    closed: Collection[date] = field(default=frozenset())

    def sits_on(self, day: date) -> bool:
        """True if a day is an ordinary court day."""
        return day.weekday() < 5 and day not in public_holidays(day.year) and day not in self.closed

    def next_from(self, day: date) -> date:
        """The first court day on or after a day."""
        while not self.sits_on(day):
            day += timedelta(days=1)
        return day
