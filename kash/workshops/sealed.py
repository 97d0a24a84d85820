"""Sealed texts of this room: what trainers wrote of a session in their own words.

Each reading function raises SealError.
"""

from __future__ import annotations

from kash.platform.vault import open_text, seal
from kash.workshops.models import SessionRecord

_NOTES, _NEXT_TIME = "session.notes", "session.next_time"


def sealed_notes(text: str, public_id: str) -> bytes | None:
    """Notes of the day; None if there are none."""
    return seal(text, kind=_NOTES, public_id=public_id) if text else None


def notes_of(record: SessionRecord) -> str:
    """Notes of the day, empty if there are none, or none any more."""
    sealed = record.notes_sealed
    return open_text(sealed, kind=_NOTES, public_id=record.public_id) if sealed else ""


def sealed_next_time(text: str, public_id: str) -> bytes | None:
    """Wishes for the next time; None if there are none."""
    return seal(text, kind=_NEXT_TIME, public_id=public_id) if text else None


def next_time_of(record: SessionRecord) -> str:
    """Wishes for the next time, empty if there are none, or none any more."""
    sealed = record.next_time_sealed
    return open_text(sealed, kind=_NEXT_TIME, public_id=record.public_id) if sealed else ""
