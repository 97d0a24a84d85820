"""Sealed texts of this room: what trainers wrote of a session in their own words.

Each reading function raises SealError.
"""

from __future__ import annotations

from kash.platform.vault import open_text, seal
from kash.workshops.models import SessionRecord, StepLeftOut

_NOTES, _NEXT_TIME, _LEFT_OUT = "session.notes", "session.next_time", "session.left_out"


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


def sealed_words(text: str, public_id: str, lineage: str) -> bytes | None:
    """Words on why a step (its lineage) of a record was left out; None if there are none."""
    return seal(text, kind=_LEFT_OUT, public_id=f"{public_id}-{lineage}") if text else None


def words_of(record: SessionRecord, step: StepLeftOut) -> str:
    """Words on why a step was left out, empty if there are none, or none any more."""
    sealed, place = step.words_sealed, f"{record.public_id}-{step.lineage}"
    return open_text(sealed, kind=_LEFT_OUT, public_id=place) if sealed else ""
