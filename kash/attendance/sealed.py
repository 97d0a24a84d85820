"""Sealed texts of this room, and how each is read again. Nothing else names these kinds.

Each reading function raises SealError.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from kash.attendance.models import HeldItem, RegisterNote, Signature
from kash.attendance.rules.pads import Sent, Unreadable, read_operation
from kash.platform.vault import open_sealed, open_text, seal

_HELD, _NOTE, _SIGNATURE, _KEY = (
    "held.operation", "register.note", "register.signature", "pad.key",
)  # fmt: skip

Strokes = Sequence[Sequence[tuple[int, int]]]


def sealed_key(private: bytes, public_id: str) -> bytes:
    """The private half of a key of the server, for its row."""
    return seal(private, kind=_KEY, public_id=public_id)


def private_half(public_id: str, sealed: bytes) -> bytes:
    """The private half of a key of the server."""
    return open_sealed(sealed, kind=_KEY, public_id=public_id)


def sealed_operation(plaintext: bytes, public_id: str) -> bytes:
    """Seal an operation that waits for a decision, as the phone wrote it."""
    return seal(plaintext, kind=_HELD, public_id=public_id)


def sent_of(item: HeldItem) -> Sent | None:
    """The operation that waits, read; None if it can't be, or was decided."""
    if item.operation_sealed is None:
        return None
    plaintext = open_sealed(item.operation_sealed, kind=_HELD, public_id=item.public_id)
    try:
        _kind, sent = read_operation(plaintext, item.pad.public_id, item.device_sequence)
    except Unreadable:
        return None
    return sent


def sealed_note(text: str, public_id: str) -> bytes:
    """A note from the door."""
    return seal(text, kind=_NOTE, public_id=public_id)


def note_text(note: RegisterNote) -> str:
    """Text of a note."""
    return open_text(note.text_sealed, kind=_NOTE, public_id=note.public_id)


def sealed_strokes(strokes: Strokes, public_id: str) -> bytes:
    """A signature."""
    written = json.dumps(strokes, separators=(",", ":"))
    return seal(written, kind=_SIGNATURE, public_id=public_id)


def strokes_of(signature: Signature) -> Strokes:
    """A signature's strokes, each of points."""
    written = open_text(signature.strokes_sealed, kind=_SIGNATURE, public_id=signature.public_id)
    return [[(x, y) for x, y in stroke] for stroke in json.loads(written)]
