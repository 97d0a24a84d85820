"""Keeping the signed copy of a meeting's minutes, and removing it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import Meeting, SignedCopy
from kash.forums.services.life_problems import NotHeldYet
from kash.forums.services.loading import forum_run_by, meeting_in
from kash.forums.stored_files import forget, store
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


def keep_signed_copy(forum_id: str, meeting_id: str, *, content: bytes, by: Actor) -> str:
    """Keep a scan in the place of the one before; its public id. Only the cleaned copy is kept,
    sealed. Raises MaterialProblem, CleaningBusy, StorageError, NotHeldYet, NotFound, Forbidden."""
    made = store(content)
    with audited("forums.signed_copy_kept", by) as change:
        session = change.session
        meeting = meeting_in(session, forum_run_by(session, forum_id, by), meeting_id)
        if meeting.state != "held":
            raise NotHeldYet
        before = _copy_of(session, meeting)
        replaced = before.public_id if before else ""
        if before is not None:
            session.delete(before)
            session.flush()
        session.add(
            SignedCopy(
                public_id=made.public_id,
                meeting_id=meeting.id,
                kind=made.kind,
                size=made.size,
                added_at=change.now,
            )
        )
        change.about(meeting.public_id, made.public_id)
    if replaced:
        forget(replaced)
    return made.public_id


def remove_signed_copy(forum_id: str, meeting_id: str, *, by: Actor) -> None:
    """Delete the signed copy for good. Raises NotFound and Forbidden."""
    with audited("forums.signed_copy_removed", by) as change:
        session = change.session
        meeting = meeting_in(session, forum_run_by(session, forum_id, by), meeting_id)
        kept = one_or_404(_copy_of(session, meeting))
        removed = kept.public_id
        session.delete(kept)
        change.about(meeting.public_id, removed)
    forget(removed)


def _copy_of(session: Session, meeting: Meeting) -> SignedCopy | None:
    return session.scalar(select(SignedCopy).where(SignedCopy.meeting_id == meeting.id))
