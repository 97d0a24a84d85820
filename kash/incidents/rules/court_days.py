"""The days on which Kenyan courts sit: not at weekends, not on holidays of the law, nor on days
that the programme added to them. A day that is missing makes a clock end too early, never too
late."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from kash.holidays.rules import is_public_holiday


@dataclass(frozen=True)
class CourtDays:
    """When courts sit, by the clocks of the place. `closed` are days that the programme added."""

    opens: time = time(8)
    closes: time = time(17)
    closed: Collection[date] = field(default=frozenset())

    def sits_on(self, day: date) -> bool:
        """True if a day is an ordinary court day."""
        return day.weekday() < 5 and not is_public_holiday(day) and day not in self.closed

    def next_from(self, day: date) -> date:
        """The first court day on or after a day."""
        while not self.sits_on(day):
            day += timedelta(days=1)
        return day
