"""The public holidays of Kenya.

Public Holidays Act, cap. 110, schedule, as amended in 2024. A holiday on a Sunday is kept on the
Monday after it. Idd-ul-Fitr and Idd-ul-Azha follow the moon and single days are gazetted at short
notice: a programme adds those itself, with their source.

The list stands here because the library of the world's holidays takes 20 MB in each process.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from dateutil.easter import easter

FIRST_YEAR, LAST_YEAR = 2000, 2199
_SUNDAY = 6


class PublicHoliday(StrEnum):
    """A holiday of the law."""

    NEW_YEAR = "new_year"
    GOOD_FRIDAY = "good_friday"
    EASTER_MONDAY = "easter_monday"
    LABOUR = "labour"
    MADARAKA = "madaraka"
    MAZINGIRA = "mazingira"
    MASHUJAA = "mashujaa"
    JAMHURI = "jamhuri"
    CHRISTMAS = "christmas"
    BOXING = "boxing"


_FIXED = {
    (1, 1): PublicHoliday.NEW_YEAR,
    (5, 1): PublicHoliday.LABOUR,
    (6, 1): PublicHoliday.MADARAKA,
    (10, 10): PublicHoliday.MAZINGIRA,
    (10, 20): PublicHoliday.MASHUJAA,
    (12, 12): PublicHoliday.JAMHURI,
    (12, 25): PublicHoliday.CHRISTMAS,
    (12, 26): PublicHoliday.BOXING,
}


@dataclass(frozen=True)
class KeptHoliday:
    """A holiday as it is kept; `instead` is True for the day after a Sunday on which it fell."""

    which: PublicHoliday
    instead: bool = False


@lru_cache(maxsize=64)
def public_holidays(year: int) -> Mapping[date, KeptHoliday]:
    """The public holidays of a year by their day, those kept instead of a Sunday included."""
    fixed = {date(year, month, day): which for (month, day), which in _FIXED.items()}
    good_friday = easter(year) - timedelta(days=2)
    kept = {day: KeptHoliday(which) for day, which in fixed.items()}
    kept[good_friday] = KeptHoliday(PublicHoliday.GOOD_FRIDAY)
    kept[good_friday + timedelta(days=3)] = KeptHoliday(PublicHoliday.EASTER_MONDAY)
    for day, which in sorted(fixed.items()):
        if day.weekday() == _SUNDAY:
            instead = day + timedelta(days=1)
            while instead in kept:
                instead += timedelta(days=1)
            kept[instead] = KeptHoliday(which, instead=True)
    return MappingProxyType(dict(sorted(kept.items())))


def is_public_holiday(day: date) -> bool:
    """True if a day is a holiday of the law."""
    return day in public_holidays(day.year)
