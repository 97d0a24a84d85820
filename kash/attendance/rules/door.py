"""Reading at the door: badges, and the code on the wall that changes all the time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

# A badge says no more than this and the id of its row on one register.
BADGE = "KB1:"
_ENTRY_LENGTH = 16
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_MISREAD = str.maketrans("iluo", "11v0")
# A code on the wall is new every ten seconds, and is taken for three turns more: whoever scans it
# still has to press a button on a slow phone.
TURN = timedelta(seconds=10)
OLD_TURNS = 3
CODE_LENGTH = 6
# People come before it begins.
EARLY = timedelta(minutes=15)


class Met(StrEnum):
    """Outcome of reading a badge or a code."""

    IN = "in"
    ALREADY = "already"
    WRONG_REGISTER = "wrong_register"
    UNKNOWN = "unknown"
    REFUSED = "refused"


def badge_text(entry: str) -> str:
    """Text of a badge's QR, in the letters that take least room."""
    return f"{BADGE}{entry.upper()}"


def badge_entry(text: str) -> str | None:
    """The entry that a badge names, scanned or typed off it; None if it is no badge.

    Dashes and spaces are left out, and letters that no id has are taken for those they look like.
    """
    read = "".join(text.split()).replace("-", "").lower()
    read = read.removeprefix(BADGE.lower()).translate(_MISREAD)
    if len(read) != _ENTRY_LENGTH or not set(read) <= set(_ALPHABET):
        return None
    return read


def badge_shown(entry: str) -> str:
    """A badge's id as it is printed beside its QR: four times four characters."""
    return "-".join(entry[start : start + 4].upper() for start in range(0, _ENTRY_LENGTH, 4))


def turn_at(now: datetime) -> int:
    """Number of the turn of ten seconds in which a moment lies."""
    return int(now.timestamp() // TURN.total_seconds())


def seconds_left(now: datetime) -> float:
    """How long the present turn still lasts."""
    return TURN.total_seconds() - now.timestamp() % TURN.total_seconds()


def turns_taken(now: datetime) -> range:
    """The turns whose codes are taken now."""
    present = turn_at(now)
    return range(present - OLD_TURNS, present + 1)


def short_code(digest: str) -> str:
    """A code to be typed, from at least ten hexadecimal digits of a keyed hash."""
    number = int(digest[:10], 16)
    return "".join(_ALPHABET[number >> 5 * place & 31] for place in range(CODE_LENGTH)).upper()


def read_code(text: str) -> str:
    """A typed or scanned code in its one written form."""
    kept = "".join(text.split()).replace("-", "").lower().translate(_MISREAD)
    return kept[: CODE_LENGTH + 1].upper()


def is_code(text: str) -> bool:
    """True if a text can be a code at all."""
    read = read_code(text)
    return len(read) == CODE_LENGTH and set(read.lower()) <= set(_ALPHABET)


def is_its_time(starts_at: datetime, minutes: int, now: datetime) -> bool:
    """True if people may check themselves into a slot now: a little before it, until its end."""
    return starts_at - EARLY <= now <= starts_at + timedelta(minutes=minutes)


def one_of(code: str, codes: Iterable[str]) -> bool:
    """True if a code is one of those that are taken; every one is compared."""
    found = False
    for each in codes:
        found |= each == code
    return found
