"""State of a token, and what it may be given."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kash.policy import GRANTS, Actor, Reach, Role

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
    """True if whoever has these roles may answer for a scope that needs a permission: one that
    reaches more than oneself."""
    granted = GRANTS[permission]
    reaches = {granted[role] for role in set(roles) & ANSWERING if role in granted}
    return bool(reaches - {Reach.SELF})
