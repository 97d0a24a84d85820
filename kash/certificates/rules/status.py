"""The list by which anyone tells, without asking about a certificate, whether it was revoked.

Each publication draws a salt of its own. An entry is eleven bytes: the first eight of SHA-256 over
salt and serial, then the day and the class of reason, hidden under the next three. Whoever holds a
serial finds its entry and reads it; whoever does not, reads nothing. The rest up to a fixed number
of entries is random and looks the same, and all of it is in order of its bytes: so the length tells
nothing, and two publications, however soon after each other, have nothing in common.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

LEAST_ENTRIES = 256
STATUS_SALT_BYTES = 16
ENTRY_BYTES = 11
_TAG_BYTES = 8
_FIRST_DAY = date(2000, 1, 1)
# By their place: only ever added to at the end.
STATUS_CLASSES = (
    "other",
    "wrong_name",
    "wrong_record",
    "duplicate",
    "withdrawn_by_holder",
    "conduct",
    "replaced",
)


@dataclass(frozen=True)
class Revoked:
    """A revoked certificate: its serial, the day, and the class of the reason."""

    serial: str
    day: date
    reason_class: str


def entries_published(revoked: int) -> int:
    """How long a list with so many revoked certificates is: 256, or the next power of two."""
    length = LEAST_ENTRIES
    while length < revoked:
        length *= 2
    return length


def status_entries(
    salt: bytes, revoked: Iterable[Revoked], random_bytes: Callable[[int], bytes]
) -> bytes:
    """All entries of one publication, joined. `random_bytes` is the system's source."""
    entries = {_entry(salt, one) for one in revoked}
    length = entries_published(len(entries))
    while len(entries) < length:
        entries.add(random_bytes(ENTRY_BYTES))
    return b"".join(sorted(entries))


def _entry(salt: bytes, revoked: Revoked) -> bytes:
    digest = _digest(salt, revoked.serial)
    days = min(max((revoked.day - _FIRST_DAY).days, 0), 0xFFFF)
    reason = revoked.reason_class
    number = STATUS_CLASSES.index(reason) if reason in STATUS_CLASSES else 0
    hidden = _hidden(digest, days.to_bytes(2, "big") + bytes([number]))
    return digest[:_TAG_BYTES] + hidden


def _digest(salt: bytes, serial: str) -> bytes:
    return hashlib.sha256(salt + serial.encode()).digest()


def _hidden(digest: bytes, content: bytes) -> bytes:
    mask = digest[_TAG_BYTES:ENTRY_BYTES]
    return bytes(one ^ other for one, other in zip(content, mask, strict=True))


def find_revoked(salt: bytes, entries: bytes, serial: str) -> Revoked | None:
    """Revocation of a serial by a list, as the page on the phone reads it; None if there is
    none."""
    digest = _digest(salt, serial)
    for start in range(0, len(entries), ENTRY_BYTES):
        entry = entries[start : start + ENTRY_BYTES]
        if entry[:_TAG_BYTES] == digest[:_TAG_BYTES]:
            content = _hidden(digest, entry[_TAG_BYTES:])
            day = _FIRST_DAY + timedelta(days=int.from_bytes(content[:2], "big"))
            known = content[2] < len(STATUS_CLASSES)
            return Revoked(serial, day, STATUS_CLASSES[content[2] if known else 0])
    return None
