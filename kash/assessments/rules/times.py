"""Times of a test: until when an answer counts, and which of two answers stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

# A hall may have no network until evening: what was given in time still counts when it comes.
ARRIVES_WITHIN = timedelta(hours=48)
# A slow phone still shows the test when it has just closed.
GRACE = timedelta(minutes=1)
LEAST_MINUTES, MOST_MINUTES = 5, 60 * 24 * 31


# After a quarter of a year; half a year later nobody tells any more what the workshop did.
FOLLOW_UP_AFTER, FOLLOW_UP_UNTIL = timedelta(days=85), timedelta(days=180)


def follow_up_days(today: date) -> tuple[date, date]:
    """Between which last days of workshops the same questions are due once more."""
    return today - FOLLOW_UP_UNTIL, today - FOLLOW_UP_AFTER


def is_months_later(ended_on: date, today: date) -> bool:
    """True if a workshop is asked about what stayed and what changed by now."""
    return today - ended_on >= FOLLOW_UP_AFTER


class Moment(StrEnum):
    """Moments of a test."""

    BEFORE = "before"
    AFTER = "after"
    FOLLOW_UP = "follow_up"


class AnsweringState(StrEnum):
    """Stand of a test."""

    NOT_OPENED = "not_opened"
    OPEN = "open"
    CLOSED = "closed"


def stand_of(
    opens_at: datetime | None, closes_at: datetime | None, now: datetime
) -> AnsweringState:
    """Where a test stands now."""
    if opens_at is None or closes_at is None or now < opens_at:
        return AnsweringState.NOT_OPENED
    return AnsweringState.OPEN if now < closes_at else AnsweringState.CLOSED


def given_moment(device_time: datetime, sent_at: datetime, received_at: datetime) -> datetime:
    """When an answer was given by the server's clock. A phone's clock may be wrong by years: only
    how long ago the phone says it was is believed, never a moment to come."""
    return received_at - max(timedelta(0), sent_at - device_time)


def is_late(
    given_at: datetime, opens_at: datetime | None, closes_at: datetime | None, received_at: datetime
) -> bool:
    """True if an answer from a phone does not count: given before opening or after closing, or
    arriving days after."""
    if opens_at is None or closes_at is None:
        return True
    in_time = opens_at - GRACE <= given_at <= closes_at + GRACE
    return not in_time or received_at > closes_at + ARRIVES_WITHIN


@dataclass(frozen=True, order=True)
class Given:
    """An answer's place in time; the same moment on two phones is told apart by the operation, so
    that every order of arrival ends alike."""

    at: datetime
    op_id: str


def replaces(new: Given, standing: Given | None) -> bool:
    """True if a new answer stands in place of the present one: the one given last does."""
    return standing is None or new > standing
