"""Requests that come again: known by a key of the sender, and the same only if all of them is."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta

KEPT_FOR = timedelta(days=1)
LONGEST_KEY = 64
# As the draft of the header has it: a text in quotation marks, which most senders leave out.
_KEY = re.compile(r'"?([\x21\x23-\x5b\x5d-\x7e]{8,64})"?')


def read_key(header: str) -> str | None:
    """The key that a header holds, None if it holds none that can be kept."""
    found = _KEY.fullmatch(header.strip())
    return found.group(1) if found else None


def digest_of(path: str, body: bytes) -> str:
    """By what two requests with one key are told apart."""
    return hashlib.sha256(path.encode() + b"\n" + body).hexdigest()
