"""Dated notes beside what was printed and turned out wrong."""

from __future__ import annotations

from sqlalchemy import select

from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.releases.errors import NoteHasFigures
from kash.releases.models import Release, ReleaseNote


def add_note(release: str, text: str, *, by: Actor) -> None:
    """Put a note of today beside a table. Raises NotFound and NoteHasFigures."""
    if any(letter.isnumeric() for letter in text):
        raise NoteHasFigures
    with audited("releases.note_added", by) as change:
        asked = select(Release.id).where(Release.public_id == release)
        found = one_or_404(change.session.scalar(asked))
        day = to_local(change.now).date()
        same = select(ReleaseNote.id).where(
            ReleaseNote.release_id == found, ReleaseNote.day == day, ReleaseNote.text == text
        )
        if change.session.scalar(same) is not None:
            # Sent twice: no note is ever taken away.
            change.nothing()
            return
        note = ReleaseNote(release_id=found, day=day, text=text)
        change.session.add(note)
        change.session.flush()
        change.about(release)
