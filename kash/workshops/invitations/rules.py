"""Rules of sign-ups: when a link takes names, how many more, and what a decision may be."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

MOST_ROWS = 200
MOST_STATIONS = 40
ROWS_SHOWN = 10
# A link that lies about in a drawer must not open anything.
LONGEST_DAYS = 60
# What nobody decided on is shredded so long after the link ended, or the workshop.
UNDECIDED_KEPT = timedelta(days=30)


class LinkKind(StrEnum):
    """Purpose of a link."""

    QUOTA = "quota"
    OPEN = "open"


class LinkStand(StrEnum):
    """How a link stands: only an open one takes names."""

    OPEN = "open"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OVER = "over"


def stand_of(
    now: datetime,
    today: date,
    *,
    expires_at: datetime,
    withdrawn: bool,
    cancelled: bool,
    ends_on: date,
) -> LinkStand:
    """How a link stands now."""
    if withdrawn:
        return LinkStand.WITHDRAWN
    if cancelled or ends_on < today:
        return LinkStand.OVER
    return LinkStand.OPEN if now < expires_at else LinkStand.EXPIRED


def rows_left(most_rows: int, entered: int) -> int:
    """How many more a link takes. One who was declined is counted on: a place that falls free again
    would tell the person who holds the link that somebody was known, or not wanted."""
    return max(0, most_rows - entered)


class SignUpDecision(StrEnum):
    """Decision on somebody who was put down."""

    NEW = "new"
    SAME = "same"
    DECLINE = "decline"


def read_decision(sent: str) -> tuple[SignUpDecision, str] | None:
    """A decision as a page sends it: "new", "decline", "same:" with who she is (a public id); None
    for later and for what no page sends."""
    kind, _, person = sent.partition(":")
    if kind == SignUpDecision.SAME and person:
        return SignUpDecision.SAME, person[:16]
    if kind in (SignUpDecision.NEW, SignUpDecision.DECLINE) and not person:
        return SignUpDecision(kind), ""
    return None


class Bulk(StrEnum):
    """One decision for all that stand on the page."""

    NONE = ""
    ACCEPT = "accept"
    DECLINE = "decline"


def in_bulk(bulk: Bulk, *, likely: bool) -> tuple[SignUpDecision, str] | None:
    """Decision by a button for all on a row for which nothing was chosen. One who may be known
    already is never taken for somebody new so."""
    if bulk is Bulk.DECLINE:
        return SignUpDecision.DECLINE, ""
    return (SignUpDecision.NEW, "") if bulk is Bulk.ACCEPT and not likely else None
