"""Presence by group that is kept with each decision, at the moment at which it was taken. Minutes:
what was said, decided and taken on under an item; and what became of it. Papers under the items of
an agenda: brought and removed. Keeping the signed copy of a meeting's minutes, and removing it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from kash.forums.models import (
    Action,
    AgendaItem,
    AgendaPaper,
    Decision,
    DecisionPresence,
    Forum,
    ForumMember,
    Meeting,
    SignedCopy,
)
from kash.forums.queries.meetings import MeetingPresence, attendance_at, conflicted_in
from kash.forums.queries.series import runs
from kash.forums.rules.merging import (
    ROWS_OF_AN_ITEM,
    MinutesChanges,
    TypedMinutesRow,
    WrittenItem,
    row_changes,
)
from kash.forums.services import problems
from kash.forums.services.agenda import items_in_order
from kash.forums.services.internal_lines import (
    NOT_HELD_YET,
    check_numbers_free,
    forum_in_reach,
    forum_run_by,
    item_in,
    keep_internal,
    meeting_in,
    written_meeting,
)
from kash.forums.stored_files import MOST_BYTES, forget, store
from kash.people.models import Group
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web import Forbidden
from kash.platform.web.errors import Problem, get_or_404, one_or_404
from kash.policy import Actor
from kash.training.material_files import MaterialProblem


def note_presence(
    session: Session, meeting: Meeting, item: AgendaItem, decision: Decision, now: datetime
) -> None:
    """Keep with a decision who was there when it was written, within the action that adds it.

    While nobody stands as being there, nothing is kept: that is not known yet, and is noted when
    the meeting is recorded as held, or for the time that the person who runs the forum says.
    """
    session.flush()
    keep_presence(session, attendance_at(session, meeting), item, decision, now)


def keep_presence(
    session: Session,
    attendance: MeetingPresence,
    item: AgendaItem,
    decision: Decision,
    moment: datetime,
) -> bool:
    """Keep the presence of a moment in place of what was kept, with the votes gone; True if anybody
    was there then."""
    quorum = attendance.at(moment, conflicted_in(session, item))
    if not quorum.recorded:
        return False
    session.execute(delete(DecisionPresence).where(DecisionPresence.decision_id == decision.id))
    keys = dict(session.execute(select(Group.letter, Group.id)).all())
    session.add_all(
        DecisionPresence(
            decision_id=decision.id,
            group_id=keys[group.letter],
            noted_at=moment,
            members=group.members,
            present=group.present,
            needed=group.needed,
            counted_out=group.counted_out,
        )
        for group in quorum.groups
    )
    return True


def note_where_missing(session: Session, meeting: Meeting, now: datetime) -> None:
    """Keep the presence of now with the decisions of a meeting that have none yet."""
    session.flush()
    rows = session.execute(
        select(Decision, AgendaItem)
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .where(
            AgendaItem.meeting_id == meeting.id,
            ~exists().where(DecisionPresence.decision_id == Decision.id),
        )
        .order_by(Decision.id)
    ).all()
    if not rows:
        return
    attendance = attendance_at(session, meeting)
    for decision, item in rows:
        keep_presence(session, attendance, item, decision, now)


OUTCOMES = ("done", "dropped")


def written_item(item: AgendaItem) -> WrittenItem:
    """All that is written under an item; actions that were closed are no longer written on."""
    return WrittenItem(
        item.minute,
        tuple(TypedMinutesRow(line.public_id, line.text) for line in item.decisions),
        tuple(
            TypedMinutesRow(
                line.public_id, line.text, line.owner.public_id if line.owner else "", line.due_on
            )
            for line in item.actions
            if line.state == "open"
        ),
    )


def write_item(
    forum_id: str,
    meeting_id: str,
    item_id: str,
    *,
    minute: str,
    decisions: Sequence[TypedMinutesRow] = (),
    actions: Sequence[TypedMinutesRow] = (),
    row_version: int,
    by: Actor,
    internal: str = "",
) -> int:
    """Save what is written under an item and return its new row version.

    `internal` is the mark of the lines that the writer agreed to keep internal; lines that hold a
    figure beside a station or a case raise FiguresBesideCases without it, and nothing is saved.

    `row_version` is the one that the page showed. If somebody saved in between, nothing is changed
    and MinuteChanged carries what they wrote. Rows that the page did not know stay as they are.
    """
    with audited("forums.item_written", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        if item.row_version != row_version:
            raise problems.MinuteChanged(
                row_version=item.row_version,
                changed_by=item.changed_by,
                item=written_item(item),
            )
        owners = members_by_key(session, forum)
        stored_decisions = {line.public_id: line for line in item.decisions}
        stored_actions = {line.public_id: line for line in item.actions if line.state == "open"}
        closed = {line.public_id for line in item.actions if line.state != "open"}
        on_decisions = _with_new_keys(row_changes(set(stored_decisions), decisions))
        on_actions = _with_new_keys(
            row_changes(set(stored_actions), [line for line in actions if line.key not in closed])
        )
        for stored, rows in ((len(item.decisions), on_decisions), (len(item.actions), on_actions)):
            if stored + len(rows.added) - len(rows.removed) > ROWS_OF_AN_ITEM:
                raise problems.TooManyRows
        if any(rows.added or rows.removed for rows in (on_decisions, on_actions)):
            check_numbers_free(session, meeting)
        item.minute = minute
        item.row_version += 1
        item.changed_by = by.public_id
        for decision in save_decisions(item, stored_decisions, on_decisions):
            note_presence(session, meeting, item, decision, change.now)
        save_actions(item, stored_actions, on_actions, owners)
        texts = [item.minute, *(line.text for line in item.decisions)]
        texts += [line.text for line in item.actions]
        keep_internal(session, item, texts, internal)
        if on_actions.added:
            carry_over(session, forum, meeting)
        change.about(meeting.public_id, item.public_id)
        return item.row_version


def _with_new_keys(rows: MinutesChanges) -> MinutesChanges:
    return replace(rows, added=tuple(replace(line, key=new_public_id()) for line in rows.added))


def members_by_key(session: Session, forum: Forum) -> dict[str, ForumMember]:
    """The members of a forum, also those who left, by public id."""
    members = session.scalars(select(ForumMember).where(ForumMember.forum_id == forum.id))
    return {member.public_id: member for member in members}


def save_decisions(
    item: AgendaItem, stored: dict[str, Decision], rows: MinutesChanges
) -> list[Decision]:
    """Save the decisions of an item; those that are new, each under its key."""
    for line in rows.changed:
        stored[line.key].text = line.text
    for key in rows.removed:
        item.decisions.remove(stored[key])
    added = [Decision(public_id=line.key, text=line.text) for line in rows.added]
    item.decisions.extend(added)
    return added


def save_actions(
    item: AgendaItem,
    stored: dict[str, Action],
    rows: MinutesChanges,
    owners: dict[str, ForumMember],
) -> None:
    """Write the open actions of an item; a new one keeps the key that it has."""

    def owner_of(row: TypedMinutesRow, present: ForumMember | None) -> ForumMember | None:
        if not row.owner:
            return None
        owner = owners.get(row.owner)
        # Who has left keeps what she took on, but takes on nothing new.
        if owner is None or (owner.left_on is not None and owner is not present):
            raise problems.UnknownOwner
        return owner

    for line in rows.changed:
        action = stored[line.key]
        action.text, action.due_on = line.text, line.due_on
        action.owner = owner_of(line, action.owner)
    for key in rows.removed:
        item.actions.remove(stored[key])
    for line in rows.added:
        item.actions.append(
            Action(
                public_id=line.key,
                text=line.text,
                owner=owner_of(line, None),
                due_on=line.due_on,
                state="open",
            )
        )


def carry_over(session: Session, forum: Forum, held: Meeting) -> None:
    """Give the planned meetings after this one their item for matters arising, if they lack it."""
    later = session.scalars(
        select(Meeting).where(
            Meeting.forum_id == forum.id,
            Meeting.starts_at > held.starts_at,
            Meeting.state == "planned",
        )
    )
    for meeting in later:
        items = items_in_order(session, meeting)
        if any(item.kind == "arising" for item in items):
            continue
        for item in items:
            item.position += 1
        session.add(
            AgendaItem(public_id=new_public_id(), meeting_id=meeting.id, position=1, kind="arising")
        )


def _action_in(session: Session, forum: Forum, public_id: str) -> Action:
    return one_or_404(
        session.scalar(
            select(Action)
            .join(AgendaItem, AgendaItem.id == Action.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .where(Meeting.forum_id == forum.id, Action.public_id == public_id)
        )
    )


def _may_close(by: Actor, forum: Forum, action: Action) -> bool:
    owner = action.owner
    own = (
        owner is not None
        and owner.left_on is None
        and by.person_id is not None
        and owner.person_id == by.person_id
    )
    return own or runs(by, forum.secretary_id)


def close_action(
    forum_id: str, action_id: str, *, state: str, outcome: str = "", by: Actor
) -> None:
    """Mark an open action as done or dropped, by its owner or the person who runs the forum."""
    if state not in OUTCOMES:
        raise Problem(problems.UNKNOWN_CHOICE, status=400)
    with audited("forums.action_closed", by) as change:
        forum = forum_in_reach(change.session, forum_id, by)
        action = _action_in(change.session, forum, action_id)
        if not _may_close(by, forum, action):
            raise Forbidden
        if action.state != "open":
            raise Problem(problems.ALREADY_CLOSED, field="")
        action.state, action.outcome, action.closed_at = state, outcome, change.now
        change.about(forum.public_id, action.public_id)


def reopen_action(forum_id: str, action_id: str, *, by: Actor) -> None:
    """Take back that an action is done or dropped, by the person who runs the forum."""
    with audited("forums.action_reopened", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        action = _action_in(change.session, forum, action_id)
        if action.state == "open":
            raise Problem(problems.ALREADY_CLOSED, field="")
        action.state, action.outcome, action.closed_at = "open", "", None
        change.about(forum.public_id, action.public_id)


MOST_PAPERS = 20
# So much is put behind the agenda when its pack is made.
MOST_TOGETHER = 4 * MOST_BYTES


def add_paper(
    forum_id: str, meeting_id: str, item_id: str, *, title: str, content: bytes, by: Actor
) -> str:
    """Put a paper under an item; its public id. Only the cleaned copy is kept, sealed.

    Raises MaterialProblem, CleaningBusy, StorageError, MeetingOver, NotFound and Forbidden.
    """
    stored = store(content)
    with audited("forums.paper_added", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        count, size = session.execute(
            select(func.count(AgendaPaper.id), func.coalesce(func.sum(AgendaPaper.size), 0))
            .join(AgendaItem, AgendaItem.id == AgendaPaper.item_id)
            .where(AgendaItem.meeting_id == meeting.id)
        ).one()
        if count >= MOST_PAPERS or size + stored.size > MOST_TOGETHER:
            raise MaterialProblem(
                _l("A meeting takes at most 20 papers of 20 MB together. Remove one first.")
            )
        session.add(
            AgendaPaper(
                public_id=stored.public_id,
                item_id=item.id,
                title=title,
                kind=stored.kind,
                size=stored.size,
                created_at=change.now,
            )
        )
        change.about(meeting.public_id, item.public_id, stored.public_id)
    return stored.public_id


def remove_paper(forum_id: str, meeting_id: str, item_id: str, paper_id: str, *, by: Actor) -> None:
    """Take a paper away for good, also where the minutes are locked. Raises NotFound and
    Forbidden."""
    with audited("forums.paper_removed", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        item = item_in(session, meeting_in(session, forum, meeting_id), item_id)
        paper = get_or_404(session, AgendaPaper, paper_id, AgendaPaper.item_id == item.id)
        session.delete(paper)
        change.about(meeting_id, item.public_id, paper_id)
    forget(paper_id)


def keep_signed_copy(forum_id: str, meeting_id: str, *, content: bytes, by: Actor) -> str:
    """Keep a scan in the place of the one before; its public id. Only the cleaned copy is kept,
    sealed. Raises MaterialProblem, CleaningBusy, StorageError, NotHeldYet, NotFound, Forbidden."""
    stored = store(content)
    with audited("forums.signed_copy_kept", by) as change:
        session = change.session
        meeting = meeting_in(session, forum_run_by(session, forum_id, by), meeting_id)
        if meeting.state != "held":
            raise Problem(NOT_HELD_YET)
        before = _copy_of(session, meeting)
        replaced = before.public_id if before else ""
        if before is not None:
            session.delete(before)
            session.flush()
        session.add(
            SignedCopy(
                public_id=stored.public_id,
                meeting_id=meeting.id,
                kind=stored.kind,
                size=stored.size,
                added_at=change.now,
            )
        )
        change.about(meeting.public_id, stored.public_id)
    if replaced:
        forget(replaced)
    return stored.public_id


def remove_signed_copy(forum_id: str, meeting_id: str, *, by: Actor) -> None:
    """Delete the signed copy for good. Raises NotFound and Forbidden."""
    with audited("forums.signed_copy_removed", by) as change:
        session = change.session
        meeting = meeting_in(session, forum_run_by(session, forum_id, by), meeting_id)
        copy = one_or_404(_copy_of(session, meeting))
        removed = copy.public_id
        session.delete(copy)
        change.about(meeting.public_id, removed)
    forget(removed)


def _copy_of(session: Session, meeting: Meeting) -> SignedCopy | None:
    return session.scalar(select(SignedCopy).where(SignedCopy.meeting_id == meeting.id))
