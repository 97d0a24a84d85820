"""Limits of what a token may ask in a minute, and an address without one that is in use.

Requests are counted in rows of the database, a few at a time: whoever serves a token takes a lease
of so many and counts them down in memory. So all processes together never let through more than the
limit, and a request seldom writes. Requests with a wrong token are counted by the address that they
come from, one by one until the limit: what is refused writes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)
MOST_IN_WINDOW = 600
# Of one address, with tokens that are not in use.
MOST_WRONG = 30
LEASE = 20


@dataclass(frozen=True)
class LeaseWindow:
    """Requests that were leased since a moment."""

    began_at: datetime
    leased: int


def leased(
    window: LeaseWindow | None, now: datetime, most: int = MOST_IN_WINDOW, lease: int = LEASE
) -> tuple[LeaseWindow, int]:
    """The window after another lease, and how many requests that is; none if all are taken."""
    if window is None or not window.began_at <= now < window.began_at + WINDOW:
        window = LeaseWindow(now, 0)
    granted = max(0, min(lease, most - window.leased))
    return LeaseWindow(window.began_at, window.leased + granted), granted


def seconds_left(window: LeaseWindow, now: datetime) -> int:
    """In how many seconds a window ends, at least one."""
    left = window.began_at + WINDOW - now
    return max(1, -(-left // timedelta(seconds=1)))
