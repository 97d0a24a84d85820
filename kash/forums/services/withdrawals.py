"""Withdrawing a name or a text from locked minutes: it is deleted, and the root still verifies."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kash.attendance.models import RosterEntry
from kash.forums.models import (
    Action,
    ActionNote,
    AgendaItem,
    Decision,
    DecisionReview,
    Forum,
    ForumMember,
    InternalLine,
    ItemConflict,
    Meeting,
    MeetingAnswer,
    MinutesLeaf,
    MinutesRemark,
    NamedLeaf,
    PresenceSpell,
)
from kash.forums.queries.minutes import leaf_rows
from kash.forums.queries.minutes_life import errata_rows
from kash.forums.queries.series import runs
from kash.forums.rules.minutes import NAMES, WITHDRAWABLE, line_digest, said_in
from kash.forums.services.internal_lines import forum_in_reach, item_in, meeting_in
from kash.forums.services.minutes_life import locked_life
from kash.forums.stored_files import forget
from kash.platform.database import after_commit
from kash.platform.vault import audited
from kash.platform.vault.scrubbing import scrub_after_commit
from kash.platform.web import NotFound
from kash.policy import Actor

# What stands in the records of a meeting in place of a text that was withdrawn from its minutes.
_GONE = "…"


def withdraw(forum_id: str, meeting_id: str, leaf_id: str, *, by: Actor) -> None:
    """Withdraw a piece of locked minutes for ever: value and salt are deleted, the root holds.

    A member may withdraw her own name, the person who runs the forum any name and any text. With a
    name go all places where these minutes name her; with an action, wherever the forum's minutes
    carry it. Raises NotFound, also for what is withdrawn already, and NotLocked.
    """
    with audited("forums.leaf_withdrawn", by) as change:
        session = change.session
        forum = forum_in_reach(session, forum_id, by)
        meeting = meeting_in(session, forum, meeting_id)
        locked_life(meeting)
        runs_it = runs(by, forum.secretary_id)
        leaf = session.scalar(
            select(MinutesLeaf).where(
                MinutesLeaf.meeting_id == meeting.id, MinutesLeaf.public_id == leaf_id
            )
        )
        if leaf is None and runs_it:
            change.about(meeting.public_id, _withdraw_erratum(session, meeting, leaf_id))
            return
        if leaf is None or leaf.kind not in WITHDRAWABLE or leaf.value is None:
            raise NotFound
        change.about(meeting.public_id, leaf.public_id)
        seat = leaf.named.member_id if leaf.named else None
        if not runs_it and (seat is None or _person_of(session, seat) != by.person_id):
            raise NotFound
        if seat is not None:
            _withdraw_seats(session, [seat], meeting)
        elif leaf.kind in NAMES:
            _delete([leaf])
        else:
            _withdraw_text(session, forum, meeting, leaf)
        after_commit(scrub_after_commit)


def _person_of(session: Session, member_id: int) -> int | None:
    return session.scalar(select(ForumMember.person_id).where(ForumMember.id == member_id))


def _delete(leaves: Iterable[MinutesLeaf]) -> None:
    for leaf in leaves:
        leaf.value = leaf.salt = None
        leaf.named = None


def _withdraw_seats(
    session: Session, seats: Collection[int], meeting: Meeting | None = None
) -> list[str]:
    """Withdraw the names of seats, in one meeting's minutes or in all; ids of their meetings."""
    wanted = (
        select(MinutesLeaf)
        .join(NamedLeaf, NamedLeaf.leaf_id == MinutesLeaf.id)
        .where(NamedLeaf.member_id.in_(seats))
    )
    if meeting is not None:
        wanted = wanted.where(MinutesLeaf.meeting_id == meeting.id)
    leaves = session.scalars(wanted).all()
    _delete(leaves)
    concerned = {leaf.meeting_id for leaf in leaves}
    # Who has nothing more to do with a task is not kept beside it either.
    closed = session.scalars(
        select(Action)
        .join(AgendaItem, AgendaItem.id == Action.item_id)
        .where(
            Action.owner_id.in_(seats),
            Action.state != "open",
            AgendaItem.meeting_id.in_(concerned),
        )
    )
    for action in closed:
        action.owner_id = None
    _forget_presence(session, seats, concerned)
    return list(
        session.scalars(
            select(Meeting.public_id).where(Meeting.id.in_(concerned)).order_by(Meeting.id)
        )
    )


def _forget_presence(session: Session, seats: Collection[int], meetings: Collection[int]) -> None:
    """Delete what lies beside the minutes of meetings about who came when, who had answered and
    who had a conflict of interest. What was counted from it stands with each decision."""
    items = select(AgendaItem.id).where(AgendaItem.meeting_id.in_(meetings))
    session.execute(
        delete(ItemConflict).where(
            ItemConflict.member_id.in_(seats), ItemConflict.item_id.in_(items)
        )
    )
    session.execute(
        delete(MeetingAnswer).where(
            MeetingAnswer.member_id.in_(seats), MeetingAnswer.meeting_id.in_(meetings)
        )
    )
    entries = (
        select(RosterEntry.id)
        .join(Meeting, Meeting.register_id == RosterEntry.register_id)
        .join(ForumMember, ForumMember.person_id == RosterEntry.person_id)
        .where(Meeting.id.in_(meetings), ForumMember.id.in_(seats))
    )
    session.execute(delete(PresenceSpell).where(PresenceSpell.entry_id.in_(entries)))


def withdraw_person(session: Session, person_id: int) -> list[str]:
    """Within another action that erases a person: withdraw her name from all locked minutes and
    delete her remarks; public ids of the meetings concerned."""
    seats = session.scalars(select(ForumMember.id).where(ForumMember.person_id == person_id)).all()
    session.execute(delete(MinutesRemark).where(MinutesRemark.member_id.in_(seats)))
    after_commit(scrub_after_commit)
    return _withdraw_seats(session, seats)


def _withdraw_erratum(session: Session, meeting: Meeting, public_id: str) -> str:
    erratum = next(
        (other for other in errata_rows(meeting.id) if other.public_id == public_id), None
    )
    if erratum is None or erratum.value is None:
        raise NotFound
    erratum.value = erratum.salt = None
    after_commit(scrub_after_commit)
    return erratum.public_id


def _withdraw_text(session: Session, forum: Forum, meeting: Meeting, leaf: MinutesLeaf) -> None:
    gone = said_in(leaf.value) or {}
    text = str(gone.get("text", ""))
    if leaf.kind in ("action", "carried"):
        # An action stands word for word in every minutes that carry it.
        _delete(
            session.scalars(
                select(MinutesLeaf)
                .join(Meeting, Meeting.id == MinutesLeaf.meeting_id)
                .where(
                    Meeting.forum_id == forum.id,
                    MinutesLeaf.about == leaf.about,
                    MinutesLeaf.kind.in_(("action", "carried")),
                    MinutesLeaf.value.is_not(None),
                )
            ).all()
        )
        for action in session.scalars(select(Action).where(Action.public_id == leaf.about)):
            action.text = _GONE
            action.outcome = _GONE if action.outcome else ""
            _delete_notes(session, action)
        return
    _delete([leaf])
    if leaf.kind == "decision":
        for decision in session.scalars(select(Decision).where(Decision.public_id == leaf.about)):
            decision.text = _GONE
            session.execute(
                update(DecisionReview)
                .where(DecisionReview.decision_id == decision.id)
                .values(expected=_GONE, found="")
            )
        return
    _rewrite_item(session, meeting, leaf.about, text if leaf.kind == "internal" else "")


def _delete_notes(session: Session, action: Action) -> None:
    """Delete the notes on an action with their evidence, since they go on telling of it."""
    for note in session.scalars(select(ActionNote).where(ActionNote.action_id == action.id)):
        if note.kind:
            after_commit(partial(forget, note.public_id))
        session.delete(note)


def _rewrite_item(session: Session, meeting: Meeting, item_id: str, internal: str) -> None:
    """Leave under an item only what its leaves still hold. `internal` is an internal line that is
    gone, which may stand in a decision or an action."""
    item = item_in(session, meeting, item_id)
    paragraphs = [
        str(value["text"])
        for leaf in leaf_rows(meeting.id)
        if leaf.about == item_id and leaf.kind in ("paragraph", "internal")
        if (value := said_in(leaf.value)) is not None
    ]
    item.minute = "\n\n".join(paragraphs)
    if not internal:
        return
    digest = line_digest(internal)
    session.execute(
        delete(InternalLine).where(InternalLine.item_id == item.id, InternalLine.digest == digest)
    )
    rows: tuple[Decision | Action, ...] = (*item.decisions, *item.actions)
    for written in rows:
        if digest in {line_digest(line) for line in written.text.splitlines()}:
            written.text = _GONE
