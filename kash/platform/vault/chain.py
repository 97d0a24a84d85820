"""The audit chain as bytes: one way of writing an entry, and what links it to the one before."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime


def length_prefixed(*parts: str | bytes) -> bytes:
    """Each part after its length, so that no two lists of parts give the same bytes."""
    if len(parts) == 1 and isinstance(parts[0], str):
        only = parts[0].encode()
        return len(only).to_bytes(8, "big") + only
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(8, "big") + part for part in encoded)


_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_BITS = 80


def genesis(key: bytes) -> str:
    """Mac on which the first entry stands."""
    return hmac.new(key, b"genesis", hashlib.sha256).hexdigest()


def first_mirror(key: bytes) -> str:
    """The id of the first mirror: fixed by the key, so that an empty one can't replace it."""
    digest = hmac.new(key, b"first mirror", hashlib.sha256).hexdigest()
    return code_of(digest).replace("-", "").lower()


def entry_mac(
    key: bytes,
    *,
    previous: str,
    seq: int,
    at: datetime,
    actor: str,
    action: str,
    subjects: Sequence[str],
) -> str:
    """The HMAC of an entry, 64 hex characters."""
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    message = length_prefixed(previous, str(seq), moment, actor, action, *subjects)
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def code_of(mac: str) -> str:
    """The short code of an entry for paper: four times four Crockford characters, no number."""
    number = int(mac[: _CODE_BITS // 4], 16)
    characters = [_CROCKFORD[number >> shift & 31] for shift in range(_CODE_BITS - 5, -1, -5)]
    text = "".join(characters)
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def mac_prefix(code: str) -> str | None:
    """The hex that the macs with this code begin with; None if it can't be a code."""
    text = code.upper().translate(str.maketrans("OIL", "011", "- "))
    if len(text) * 5 != _CODE_BITS or any(character not in _CROCKFORD for character in text):
        return None
    number = 0
    for character in text:
        number = number << 5 | _CROCKFORD.index(character)
    return f"{number:0{_CODE_BITS // 4}x}"


def root_subject(root: str) -> str:
    """A root (hexadecimal) as an entry names it: its short code in the form of a public id."""
    return code_of(root).replace("-", "").lower()
