"""Notes of visits, sealed under the server's keys: somebody may have written a name."""

from __future__ import annotations

from kash.platform.vault import open_text, seal
from kash.tracks.models import SupervisionVisit

_NOTE = "supervision_visit.note"


def sealed_note(text: str, public_id: str) -> bytes | None:
    """The note of the visit with this public id, sealed; None if there is none."""
    return seal(text, kind=_NOTE, public_id=public_id) if text else None


def note_of(visit: SupervisionVisit) -> str:
    """The note of a visit; empty if there is none."""
    if visit.note_sealed is None:
        return ""
    return open_text(visit.note_sealed, kind=_NOTE, public_id=visit.public_id)
