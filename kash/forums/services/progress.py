"""Progress of an action: notes with their evidence, another owner or day, and what it changes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.forums.models import (
    Action,
    ActionLink,
    ActionNote,
    AgendaItem,
    Forum,
    ForumMember,
    Meeting,
)
from kash.forums.queries.series import runs
from kash.forums.services.loading import forum_in_reach, forum_run_by
from kash.forums.services.problems import AlreadyClosed, TooManyRows, UnknownChoice, UnknownOwner
from kash.forums.stored_files import ForumFile, forget, store
from kash.platform.vault import audited
from kash.platform.web import Forbidden
from kash.platform.web.errors import one_or_404
from kash.policy import Actor

LINK_KINDS = ("workshop", "session", "station", "service")
# No action has as many; who sends more is no person.
MOST_NOTES = 100
MOST_LINKS = 20


def _action(session: Session, forum: Forum, public_id: str) -> Action:
    return one_or_404(
        session.scalar(
            select(Action)
            .join(AgendaItem, AgendaItem.id == Action.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(Meeting.forum_id == forum.id, Action.public_id == public_id)
        )
    )


def _owns(by: Actor, action: Action) -> bool:
    owner = action.owner
    return (
        owner is not None
        and owner.left_on is None
        and by.person_id is not None
        and owner.person_id == by.person_id
    )


def add_note(forum_id: str, action_id: str, *, text: str, content: bytes = b"", by: Actor) -> str:
    """Write how an action goes, by its owner or whoever runs the forum, with a file as evidence if
    `content` is given; the note's public id.

    Raises NotFound, Forbidden, TooManyRows, MaterialProblem, CleaningBusy and StorageError.
    """
    evidence = store(content) if content else ForumFile("", "", 0)
    with audited("forums.note_added", by) as change:
        session = change.session
        forum = forum_in_reach(session, forum_id, by)
        action = _action(session, forum, action_id)
        own = _owns(by, action)
        if not own and not runs(by, forum.secretary_id):
            raise Forbidden
        there = select(func.count(ActionNote.id)).where(ActionNote.action_id == action.id)
        if (session.scalar(there) or 0) >= MOST_NOTES:
            raise TooManyRows
        note = ActionNote(
            action_id=action.id,
            text=text,
            by_owner=own,
            kind=evidence.kind,
            size=evidence.size,
            created_at=change.now,
        )
        if evidence.public_id:
            note.public_id = evidence.public_id
        session.add(note)
        session.flush()
        change.about(forum.public_id, action.public_id, note.public_id)
        return note.public_id


def remove_note(forum_id: str, action_id: str, note_id: str, *, by: Actor) -> None:
    """Take a note away for good, with its evidence. Raises NotFound and Forbidden."""
    with audited("forums.note_removed", by) as change:
        session = change.session
        forum = forum_in_reach(session, forum_id, by)
        action = _action(session, forum, action_id)
        if not _owns(by, action) and not runs(by, forum.secretary_id):
            raise Forbidden
        note = one_or_404(
            session.scalar(
                select(ActionNote).where(
                    ActionNote.action_id == action.id, ActionNote.public_id == note_id
                )
            )
        )
        filed = bool(note.kind)
        session.delete(note)
        change.about(forum.public_id, action.public_id, note_id)
    if filed:
        forget(note_id)


def hand_over(forum_id: str, action_id: str, *, owner: str, due_on: date | None, by: Actor) -> None:
    """Give an open action to another member (`owner` by public id, empty for nobody yet) and set
    its day, also where the minutes in which it stands are closed.

    Raises NotFound, Forbidden, AlreadyClosed and UnknownOwner.
    """
    with audited("forums.action_handed_over", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        action = _action(session, forum, action_id)
        if action.state != "open":
            raise AlreadyClosed
        seat = None
        if owner:
            seat = session.scalar(
                select(ForumMember).where(
                    ForumMember.forum_id == forum.id, ForumMember.public_id == owner
                )
            )
            # Who has left may keep what she has, but is given nothing new.
            if seat is None or (seat.left_on is not None and seat.id != action.owner_id):
                raise UnknownOwner
        action.owner_id = seat.id if seat is not None else None
        action.due_on = due_on
        change.about(forum.public_id, action.public_id)


def link(forum_id: str, action_id: str, *, kind: str, target: str, by: Actor) -> None:
    """Say that an action changes something elsewhere; once. The caller has found that `target` is
    there and within reach. Raises NotFound, Forbidden, UnknownChoice and TooManyRows."""
    if kind not in LINK_KINDS:
        raise UnknownChoice
    with audited("forums.action_linked", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        action = _action(session, forum, action_id)
        there = [
            (one.kind, one.target)
            for one in session.scalars(select(ActionLink).where(ActionLink.action_id == action.id))
        ]
        if (kind, target) in there:
            change.nothing()
            return
        if len(there) >= MOST_LINKS:
            raise TooManyRows
        session.add(ActionLink(action_id=action.id, kind=kind, target=target))
        change.about(forum.public_id, action.public_id, target)


def unlink(forum_id: str, action_id: str, link_id: str, *, by: Actor) -> None:
    """Take back that an action changes something. Raises NotFound and Forbidden."""
    with audited("forums.action_unlinked", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        action = _action(session, forum, action_id)
        found = one_or_404(
            session.scalar(
                select(ActionLink).where(
                    ActionLink.action_id == action.id, ActionLink.public_id == link_id
                )
            )
        )
        target = found.target
        session.delete(found)
        change.about(forum.public_id, action.public_id, target)
