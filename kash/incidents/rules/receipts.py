"""Receipts: a code and a second word, which open nothing without each other.

Both first follow from the draft's code and from a token of the page that sends it, so that a page
whose answer was lost is answered once more with the same. The token lives in that page only and is
worth nothing after an hour: from then on, and without the page at once, the draft's code is one
that never was.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from kash.incidents.rules.filing import CODE_LENGTH, code_as_read

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# How long a page that sends is answered with what was sent by it.
TOKEN_HELPS = timedelta(hours=1)
_TOKEN_LENGTH = 28
_MINUTE_DIGITS = 8

SHORTEST_WORD, LONGEST_WORD = 4, 40
_FEWEST_DIFFERENT = 3
# What somebody tries who found a code. Whole words, in their one form.
_TRIED_FIRST = (
    "abcd abcde abcdef asdf asdfgh code codes hapana habari hello iloveyou jambo kash kenya kisumu"
    " letmein mambo message msimbo mysecret myword neno nenola nenosiri nywila openvault passcode"
    " password police polisi qwerty qwertyuiop receipt report ripoti risiti sasa secondword secret"
    " siri siriyangu swali test vault wach welcome word words yangu"
)
_OBVIOUS = frozenset(_TRIED_FIRST.split())


class WordProblem(StrEnum):
    """Why a word cannot be a second word."""

    SHORT = "short"
    LONG = "long"
    DIGITS = "digits"
    CODE = "code"
    OBVIOUS = "obvious"


# --- The token of a page ----------------------------------------------------------------------


def new_token(now: datetime) -> str:
    """A token for a page that is made now: its minute, and 100 random bits."""
    minute = int(now.timestamp()) // 60
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_TOKEN_LENGTH - _MINUTE_DIGITS))
    return f"{minute:0{_MINUTE_DIGITS}x}{random}".upper()


def token_helps(token: str, now: datetime) -> bool:
    """True if what was sent by the page of this token is still shown to whoever holds the page.

    Its minute can be altered, but then another code and another word follow from it.
    """
    if len(token) != _TOKEN_LENGTH or not token.isascii() or not token.isalnum():
        return False
    try:
        minute = int(token[:_MINUTE_DIGITS], 16)
    except ValueError:
        return False
    age = now.timestamp() - minute * 60
    return -60 <= age <= TOKEN_HELPS.total_seconds()


def answered_until(now: datetime) -> datetime:
    """Until when at most a page helps by which something is sent now."""
    return now + TOKEN_HELPS + timedelta(minutes=2)


# --- Code and word ----------------------------------------------------------------------------


def code_from(seed: bytes) -> str:
    """The receipt code that a secret seed of 16 bytes or more makes: 12 characters, 60 bits."""
    number = int.from_bytes(seed[:8], "big")
    return "".join(_ALPHABET[number >> (5 * place) & 31] for place in range(CODE_LENGTH))


def word_from(seed: bytes, words: Sequence[str]) -> str:
    """Two different words of a list, as they are drawn by the rest of the seed."""
    first = int.from_bytes(seed[8:12], "big") % len(words)
    second = (first + 1 + int.from_bytes(seed[12:16], "big") % (len(words) - 1)) % len(words)
    return f"{words[first]} {words[second]}"


def word_as_read(typed: str) -> str:
    """A word in its one form: capitals, spaces, accents and signs make no difference."""
    apart = unicodedata.normalize("NFKD", typed)
    # Some letters are capitals only once they are taken apart, and some come apart only as small.
    while (small := unicodedata.normalize("NFKD", apart.casefold())) != apart:
        apart = small
    return "".join(letter for letter in apart if letter.isalnum())


def problem_with(
    typed: str, *, codes: Collection[str] = (), names: Collection[str] = ()
) -> WordProblem | None:
    """Why what was typed cannot be a second word, None if it can.

    `codes` are her own, and `names` what she is called: whoever finds her code may know them.
    """
    word = word_as_read(typed)
    if len(word) < SHORTEST_WORD:
        return WordProblem.SHORT
    if len(word) > LONGEST_WORD:
        return WordProblem.LONG
    if word.isdigit():
        return WordProblem.DIGITS
    if code_as_read(typed) in {*codes} - {""}:
        return WordProblem.CODE
    hers = {
        part for name in names for part in (word_as_read(name), *map(word_as_read, name.split()))
    }
    if word in _OBVIOUS or word in hers or len(set(word)) < _FEWEST_DIFFERENT:
        return WordProblem.OBVIOUS
    return None
