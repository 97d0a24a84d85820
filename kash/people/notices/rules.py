"""Hours at which a message may reach somebody: never by night, and not outside her own. The way by
which somebody is told, if there is one. Texts with fields: which fields stand in one, what it
becomes, and whether it may go out. A field is written `{title}`. There is nothing else between
braces, and no brace alone."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kash.platform.messages.rules import ONE_SMS, Channel, in_alphabet, septets, strange_signs

FIRST_HOUR, LAST_HOUR = 8, 19


@dataclass(frozen=True)
class MessageHours:
    """Hours of a day on the programme's clock: from the first, until before the last. Nobody's are
    wider than the programme's."""

    first: int = FIRST_HOUR
    last: int = LAST_HOUR

    def __post_init__(self) -> None:
        if not FIRST_HOUR <= self.first < self.last <= LAST_HOUR:
            raise ValueError("hours lie within the programme's")


def allowed_from(local: datetime, hours: MessageHours) -> datetime:
    """The first moment, not before this one, at which a message may go; both on the programme's
    clock, aware."""
    if hours.first <= local.hour < hours.last:
        return local
    begin = local.replace(hour=hours.first, minute=0, second=0, microsecond=0)
    return begin if local.hour < hours.first else begin + timedelta(days=1)


class SayingResult(StrEnum):
    """The result of saying something to somebody; of all but the first two there is no message."""

    QUEUED = "queued"
    ALREADY = "already"
    NOT_AGREED = "not_agreed"
    NO_CONTACT = "no_contact"
    MINOR = "minor"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Recipient:
    """A person as far as it counts here: whether she agreed to messages, is under 18,
    and her ways, with the one that she chose, if any."""

    agreed: bool
    minor: bool
    ways: Collection[Channel]
    chosen: Channel | None = None


def way_to(
    recipient: Recipient, offered: Collection[Channel], set_up: Collection[Channel]
) -> Channel | SayingResult:
    """The channel for somebody, or why there is none.

    What she chose is kept to; else it is an SMS where she has a phone, but never a way that reaches
    nobody while another does.
    """
    if recipient.minor:
        return SayingResult.MINOR
    if not recipient.agreed:
        return SayingResult.NOT_AGREED
    possible = [way for way in (Channel.SMS, Channel.EMAIL) if way in recipient.ways]
    if recipient.chosen is not None:
        possible = [way for way in possible if way is recipient.chosen]
    possible = [way for way in possible if way in offered]
    if not possible:
        return SayingResult.NO_CONTACT
    return next((way for way in possible if way in set_up), possible[0])


_FIELD = re.compile(r"\{([a-z][a-z_]{0,30})\}")
_BRACE = re.compile(r"[{}]")
_CUT = "..."
# What tells the person who reads over her shoulder why somebody takes part, in the languages of
# texts.
_TELLING = (
    "police",
    "polisi",
    "officer",
    "askari",
    "sex work",
    "sex-work",
    "kahaba",
    "makahaba",
    "ukahaba",
    "hiv",
    "ukimwi",
    "violence",
    "ukatili",
    "human rights",
    "haki za binadamu",
)


class TextWrong(StrEnum):
    """A kind of fault of a text."""

    UNKNOWN_FIELDS = "unknown_fields"
    BRACE = "brace"
    STRANGE_SIGNS = "strange_signs"
    TOO_LONG = "too_long"
    TELLS = "tells"


@dataclass(frozen=True)
class TextFault:
    """A fault of a text: which fields, signs or words, or by how many signs it is too long."""

    wrong: TextWrong
    which: str = ""
    over: int = 0


def fields_in(text: str) -> list[str]:
    """The names of fields in a text, each once, in their order."""
    return list(dict.fromkeys(_FIELD.findall(text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its fields filled in; what a value holds is never taken for a field. Raises
    KeyError for a field without a value."""
    return _FIELD.sub(lambda found: values[found[1]], text)


def cut(value: str, most: int) -> str:
    """A value of so many signs at most."""
    return value if len(value) <= most else value[: max(most - len(_CUT), 0)].rstrip() + _CUT


def sms_value(value: str, most: int, *, whole: bool = False) -> str:
    """A value as an SMS has it: one septet a sign, and cut unless it must stay whole."""
    written = in_alphabet(value)
    return written if whole else cut(written, most)


def mail_value(value: str, *, most: int = 300) -> str:
    """A value as a mail has it: on one line, so that a subject stays one."""
    return cut(" ".join(value.split()), most)


def longest(text: str, lengths: Mapping[str, int]) -> str:
    """A text at the longest values of its fields: the widest sign as often as there may be one."""
    return filled(text, {name: "M" * length for name, length in lengths.items()})


def sms_length(text: str, lengths: Mapping[str, int]) -> int | None:
    """Septets of a text at the longest values; None if a sign of it is in no SMS."""
    return septets(longest(text, lengths))


def fault_of(
    text: str, lengths: Mapping[str, int], *, sms: bool, names: Iterable[str] = ()
) -> TextFault | None:
    """The first fault of a text, None if it may go out. `lengths` are those of the fields offered,
    `names` the names of the programme's groups."""
    unknown = [name for name in fields_in(text) if name not in lengths]
    if unknown:
        return TextFault(TextWrong.UNKNOWN_FIELDS, ", ".join(f"{{{name}}}" for name in unknown))
    bare = _FIELD.sub("", text)
    if _BRACE.search(bare):
        return TextFault(TextWrong.BRACE)
    telling = telling_words(bare, names)
    if telling:
        return TextFault(TextWrong.TELLS, telling)
    if not sms:
        return None
    strange = strange_signs(bare)
    if strange:
        return TextFault(TextWrong.STRANGE_SIGNS, " ".join(strange))
    length = sms_length(text, lengths) or 0
    return TextFault(TextWrong.TOO_LONG, over=length - ONE_SMS) if length > ONE_SMS else None


def telling_words(text: str, names: Iterable[str] = ()) -> str:
    """The words of a text that name a group, or why somebody takes part."""
    low = " ".join(text.casefold().split())
    wanted = [*_TELLING, *(name.casefold() for name in names if name.strip())]
    told = [word for word in wanted if re.search(rf"\b{re.escape(word)}s?\b", low)]
    return ", ".join(dict.fromkeys(told))
