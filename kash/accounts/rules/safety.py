"""Clocks and limits of what protects people: breaches, stand-ins, reviews of access."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

# Data Protection Act 2019, section 43: notice to the Data Commissioner within 72 hours.
NOTICE_WITHIN = timedelta(hours=72)
LONGEST_STAND_IN = 90
REVIEW_EVERY = timedelta(days=90)
UNUSED_AFTER = timedelta(days=90)
OPENINGS_SINCE = timedelta(days=90)


class Affected(StrEnum):
    """Kinds of data that a breach may have shown."""

    NAMES = "names"
    CONTACTS = "contacts"
    ATTENDANCE = "attendance"
    CERTIFICATES = "certificates"
    FORUMS = "forums"
    ACCOUNTS = "accounts"
    CASES = "cases"
    HEALTH = "health"
    IDENTITIES = "identities"
    EVIDENCE = "evidence"
    PAPER = "paper"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class NoticeClock:
    """Until when the notice is due and how it stands. `hours` are whole hours left, or late."""

    due: datetime
    state: str
    hours: int


def breach_clock(
    noticed_at: datetime, now: datetime, notified_at: datetime | None, closed_at: datetime | None
) -> NoticeClock:
    """The 72-hour clock: "notified", "closed" without a notice, "running" or "overdue".

    It stops with the notice, not with the closing of the entry: a late notice stays late.
    """
    due = noticed_at + NOTICE_WITHIN
    stopped = notified_at or closed_at or now
    left = due - stopped
    hours = abs(left) // timedelta(hours=1)
    if notified_at is not None:
        return NoticeClock(due, "notified" if left >= timedelta(0) else "notified late", hours)
    if closed_at is not None:
        return NoticeClock(due, "closed", hours)
    return NoticeClock(due, "running" if left >= timedelta(0) else "overdue", hours)


class DaysFault(StrEnum):
    """Fault in the days of a stand-in."""

    ORDER = "order"
    PAST = "past"
    LONG = "long"


def days_fault(first: date, last: date, today: date) -> DaysFault | None:
    """Fault in standing in from `first` to `last`, both included; None if there is none."""
    if last < first:
        return DaysFault.ORDER
    if last < today:
        return DaysFault.PAST
    if (last - first).days + 1 > LONGEST_STAND_IN:
        return DaysFault.LONG
    return None


def review_is_due(last: datetime | None, since: datetime, now: datetime) -> bool:
    """True if all access should be looked at again; `since` is when the programme began."""
    return now - (last or since) > REVIEW_EVERY


def is_unused(last_seen: datetime | None, created: datetime, now: datetime) -> bool:
    """True if nobody has signed in with an account for `UNUSED_AFTER`."""
    return now - (last_seen or created) > UNUSED_AFTER


class Opening(StrEnum):
    """Opening: a way in which something leaves the system with a person, shown, as a table, or on
    paper."""

    SHOWN = "shown"
    EXPORTED = "exported"
    PRINTED = "printed"


def opening_of(action: str) -> Opening | None:
    """Kind of opening that an action of the trail is; the last word of its name says so."""
    last = action.rpartition("_")[2].rpartition(".")[2]
    if action == "attendance.sheets_made":
        return Opening.PRINTED
    return {
        "shown": Opening.SHOWN,
        "exported": Opening.EXPORTED,
        "printed": Opening.PRINTED,
    }.get(last)


def openings(counted: Iterable[tuple[str, int]]) -> Mapping[Opening, int]:
    """How often each kind occurred, from counts of actions; every kind has a number."""
    totals = dict.fromkeys(Opening, 0)
    for action, count in counted:
        kind = opening_of(action)
        if kind is not None:
            totals[kind] += count
    return totals
