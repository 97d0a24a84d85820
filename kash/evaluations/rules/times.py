"""Times at which a form may be open."""

from __future__ import annotations

from datetime import datetime, timedelta

LONGEST_OPEN = timedelta(days=3)
# As long as a hall needs at the end of a day, and what the trainer adds with one tap.
USUALLY_OPEN = timedelta(minutes=45)
LONGER = timedelta(minutes=15)


def closing_fits(closes_at: datetime, now: datetime) -> bool:
    """True if a form may be open from now until then."""
    return now < closes_at <= now + LONGEST_OPEN


def takes_answers(state: str, closes_at: datetime | None, now: datetime) -> bool:
    """True if a form takes answers at this moment."""
    return state == "open" and closes_at is not None and now < closes_at


def should_be_closed(state: str, closes_at: datetime | None, now: datetime) -> bool:
    """True if an open form's time is over."""
    return state == "open" and closes_at is not None and closes_at <= now
