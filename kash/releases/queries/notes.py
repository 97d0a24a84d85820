"""Notes beside what was printed."""

from __future__ import annotations

from sqlalchemy import select

from kash.platform.database import db
from kash.releases.models import Release, ReleaseNote


def notes_of(*releases: str) -> dict[str, list[ReleaseNote]]:
    """Notes by the public id of their release, oldest first; of all if none are named."""
    asked = select(Release.public_id, ReleaseNote).join(
        Release, Release.id == ReleaseNote.release_id
    )
    if releases:
        asked = asked.where(Release.public_id.in_(releases))
    found: dict[str, list[ReleaseNote]] = {}
    for release, note in db.session.execute(asked.order_by(ReleaseNote.id)):
        found.setdefault(release, []).append(note)
    return found
