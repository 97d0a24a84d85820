"""Messages decided without web and database: states, the characters of an SMS, and letters."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

ONE_SMS = 160
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
# What people's keyboards and names bring along, each as one sign or more of the alphabet.
_WRITTEN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\t": " ",
        "\u00d7": "x",
        "[": "(",
        "]": ")",
        "{": "(",
        "}": ")",
        "^": "",
        "~": "-",
        "|": "/",
        "\\": "/",
        "€": "EUR",
    }
)


def septets(text: str) -> int | None:
    """The number of septets that a text takes; None if a sign of it is not in the alphabet."""
    if strange_signs(text):
        return None
    return len(text) + sum(sign in _EXTENSION for sign in text)


def strange_signs(text: str) -> str:
    """The signs of a text that no SMS of 160 septets has, each once, in their order."""
    return "".join(
        dict.fromkeys(sign for sign in text if sign not in _BASIC and sign not in _EXTENSION)
    )


def is_one_sms(text: str) -> bool:
    """True if a text is one message of the alphabet."""
    length = septets(text)
    return length is not None and length <= ONE_SMS


def in_alphabet(value: str) -> str:
    """A value in signs that take one septet each, on one line: accents that the alphabet doesn't
    have are left out, and what is in no alphabet near to it becomes a question mark."""
    written = " ".join(value.translate(_WRITTEN).split())
    return "".join(_nearest(sign) for sign in written)


def _nearest(sign: str) -> str:
    if sign in _BASIC:
        return sign
    bare = "".join(
        part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part)
    )
    return bare if bare and all(part in _BASIC for part in bare) else "?"


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


@dataclass(frozen=True)
class CalendarFile:
    """An iCalendar file that goes with a mail; `method` is REQUEST, CANCEL or PUBLISH. It holds one
    event: of more, each has a file of its own (RFC 5546, 2.1.2)."""

    method: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class RenderedMessage:
    """A rendered message, whole: nothing is looked up any more when it goes out.

    `stop_url` is the address that ends such mails, told to mail programs in a header.
    """

    address: str = field(repr=False)
    text: str = field(repr=False)
    subject: str = field(default="", repr=False)
    stop_url: str = field(default="", repr=False)
    calendars: tuple[CalendarFile, ...] = field(default=(), repr=False)

    def written(self) -> str:
        """The request as the outbox keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def request_from(written: str) -> RenderedMessage:
    """The request that `RenderedMessage.written` wrote."""
    values = json.loads(written)
    calendars = values.pop("calendars")
    return RenderedMessage(
        **values, calendars=tuple(CalendarFile(**calendar) for calendar in calendars)
    )


@dataclass(frozen=True)
class OutgoingMessage:
    """A message to be put into the outbox.

    `event` names what it is about, in ids and fixed words. `likeness` is its text without what is
    made anew for each message: to one address the same text about the same event goes once, however
    many people share it. `stop_token` is the secret of its `stop_url`. `due_at` and `last_at` are
    the first and the last moment at which it may go.
    """

    channel: Channel
    event: str
    request: RenderedMessage = field(repr=False)
    address_lookup: str = field(repr=False)
    likeness: str = field(repr=False)
    due_at: datetime
    last_at: datetime | None = None
    stop_token: str = field(default="", repr=False)
