"""Limits of what a token may ask in a minute, and an address without one that is in use. Requests
are counted in rows of the database, a few at a time: the person who serves a token takes a lease of
so many and counts them down in memory. So all processes together never let through more than the
limit, and a request seldom writes. Requests with a wrong token are counted by the address that they
come from, one by one until the limit: what is refused writes nothing. Pages of lists for programs:
by the id of the last that was read, in the order of ids. Ids are random and never change, so that a
walk through all pages ends, gives nothing twice, and leaves out nothing that stood there from its
beginning to its end; and the order tells nothing. Requests that come again: known by a key of the
sender, and the same only if all of them is. State of a token, and what it may be given."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from kash.policy import GRANTS, Actor, Reach, Role

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


LARGEST_PAGE = 200
USUAL_PAGE = 100
Row = TypeVar("Row")


@dataclass(frozen=True)
class PageCut(Generic[Row]):
    """Rows of a page, and whether there are more after them."""

    rows: Sequence[Row]
    more: bool


def cut(rows: Sequence[Row], limit: int) -> PageCut[Row]:
    """A page of so many, from rows of which one more was asked for."""
    return PageCut(rows[:limit], len(rows) > limit)


KEPT_FOR = timedelta(days=1)
# As the draft of the header has it: a text in quotation marks, which most senders leave out.
_KEY = re.compile(r'"?([\x21\x23-\x5b\x5d-\x7e]{8,64})"?')


def read_key(header: str) -> str | None:
    """The key that a header holds, None if it holds none that can be kept."""
    match = _KEY.fullmatch(header.strip())
    return match.group(1) if match else None


def digest_of(path: str, body: bytes) -> str:
    """By what two requests with one key are told apart."""
    return hashlib.sha256(path.encode() + b"\n" + body).hexdigest()


# For how long a token may be asked for, in days.
PERIODS = (30, 90, 180, 365)
# How long a request waits for the second person, and then for the one who asked to fetch it.
WAITS = timedelta(days=7)
# The roles that may answer for a token: whatever else its account is trusted with stays out.
ANSWERING = frozenset(GRANTS["api.make"])


class TokenStands(StrEnum):
    """State of a token: asked for, agreed to (and not fetched), in use, or over in some way."""

    ASKED = "asked"
    RETURNED = "returned"
    AGREED = "agreed"
    IN_USE = "in_use"
    LAPSED = "lapsed"
    RAN_OUT = "ran_out"
    ENDED = "ended"


OVER = frozenset({TokenStands.RETURNED, TokenStands.LAPSED, TokenStands.RAN_OUT, TokenStands.ENDED})


@dataclass(frozen=True)
class TokenFacts:
    """Facts from which a token's state follows."""

    state: str
    asked_at: datetime
    agreed_at: datetime | None = None
    fetched_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None


def stands_now(facts: TokenFacts, now: datetime) -> TokenStands:
    """State of a token. What was ended is told as such, whatever else became of it."""
    if facts.ended_at is not None:
        return TokenStands.ENDED
    if facts.state == "returned":
        return TokenStands.RETURNED
    if facts.state != "approved" or facts.agreed_at is None:
        return TokenStands.ASKED if now < facts.asked_at + WAITS else TokenStands.LAPSED
    if facts.fetched_at is None:
        return TokenStands.AGREED if now < facts.agreed_at + WAITS else TokenStands.LAPSED
    if facts.expires_at is None or now >= facts.expires_at:
        return TokenStands.RAN_OUT
    return TokenStands.IN_USE


def narrowed(actor: Actor) -> Actor:
    """The account that answers for a token, as the token acts: with the roles alone that may answer
    for one, no session, and nothing that was lent."""
    return Actor(
        public_id=actor.public_id,
        roles=actor.roles & ANSWERING,
        account_id=actor.account_id,
        person_id=None,
        language=actor.language,
    )


def may_have(roles: Collection[Role], permission: str) -> bool:
    """True if the person who has these roles may answer for a scope that needs a permission: one
    that reaches more than oneself."""
    granted = GRANTS[permission]
    reaches = {granted[role] for role in set(roles) & ANSWERING if role in granted}
    return bool(reaches - {Reach.SELF})
