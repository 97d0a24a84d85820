"""When courts sit, as the programme knows it."""

from __future__ import annotations

from kash.holidays.queries import local_days
from kash.incidents.rules.court_days import CourtDays


def court_days() -> CourtDays:
    """Kenyan court days, without the days that the programme added to the holidays."""
    return CourtDays(closed=local_days())
