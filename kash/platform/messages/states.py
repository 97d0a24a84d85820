"""The states of a message, and what each outcome of a try makes of it; pure.

due → claimed → accepted | refused | unknown → delivered | failed, and left by a person's hand.
Whatever may have reached the gateway is never tried again by itself: only what certainly did not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Channel(StrEnum):
    """A way by which a message reaches somebody."""

    SMS = "sms"
    EMAIL = "email"


class MessageState(StrEnum):
    """A state of a message."""

    DUE = "due"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"
    FAILED = "failed"
    LEFT = "left"


class TryOutcome(StrEnum):
    """The outcome of a try, as far as the sender can tell."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    # It certainly went to nobody, and may be tried again.
    NOT_SENT = "not_sent"
    # It may have gone.
    UNKNOWN = "unknown"


# A claim that is as old was left by a crash.
CLAIM_LASTS = timedelta(minutes=5)
# For so long a delivery report may settle what is not known.
REPORTS_LAST = timedelta(hours=48)
SHREDDED_AFTER = timedelta(days=90)
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
MOST_ATTEMPTS = len(_PAUSES) + 1
# Codes of this house, beside those of gateways.
TOO_LATE, NO_CONSENT, ADDRESS_CHANGED = "late", "no_consent", "address_changed"
# Of what went to the terminal of the server.
NOBODY_REACHED = "console"


@dataclass(frozen=True)
class Tried:
    """The outcome of a try: `gateway_id` is the gateway's name of the message, `code` its word."""

    outcome: TryOutcome
    code: str = ""
    gateway_id: str = ""


@dataclass(frozen=True)
class Following:
    """The state that follows, and when a message is due again where it is."""

    state: MessageState
    due_at: datetime | None = None


def following(tried: Tried, attempts: int, now: datetime) -> Following:
    """The state that follows a try, after so many `attempts` with this one."""
    if tried.outcome is TryOutcome.NOT_SENT:
        if attempts >= MOST_ATTEMPTS:
            return Following(MessageState.FAILED)
        return Following(MessageState.DUE, now + _PAUSES[max(attempts, 1) - 1])
    return Following(MessageState(tried.outcome.value))


_REPORTED: Mapping[str, MessageState] = {
    "success": MessageState.DELIVERED,
    "delivered": MessageState.DELIVERED,
    "sent": MessageState.ACCEPTED,
    "submitted": MessageState.ACCEPTED,
    "buffered": MessageState.ACCEPTED,
    "queued": MessageState.ACCEPTED,
    "failed": MessageState.FAILED,
    "rejected": MessageState.FAILED,
    "expired": MessageState.FAILED,
    "absentsubscriber": MessageState.FAILED,
    "userinblacklist": MessageState.FAILED,
}
_STOPPED = frozenset({"userinblacklist", "blacklisted", "406"})
# From which states a report leads on, so that what comes twice or late undoes nothing.
_BEFORE: Mapping[MessageState, frozenset[MessageState]] = {
    MessageState.ACCEPTED: frozenset({MessageState.CLAIMED, MessageState.UNKNOWN}),
    MessageState.FAILED: frozenset(
        {MessageState.CLAIMED, MessageState.UNKNOWN, MessageState.ACCEPTED}
    ),
    MessageState.DELIVERED: frozenset(
        {MessageState.CLAIMED, MessageState.UNKNOWN, MessageState.ACCEPTED, MessageState.FAILED}
    ),
}


def state_reported(status: str) -> MessageState | None:
    """The state that a word of a delivery report tells; None for one that tells nothing."""
    return _REPORTED.get(status.strip().lower())


def reported(present: MessageState, told: MessageState) -> MessageState:
    """The state after a report that tells `told`: the present one where it is old or a double."""
    return told if present in _BEFORE[told] else present


def says_stopped(*words: str) -> bool:
    """True if a gateway's code or reason says that the owner of the number wants no messages."""
    return any(word.strip().lower() in _STOPPED for word in words)
