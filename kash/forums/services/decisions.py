"""Decisions that come back: what was hoped, and what the forum found. Conflicts of interest in an
item; when a decision was taken, and how the groups voted. Progress of an action: notes with their
evidence, another owner or day, and what it changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.forums.models import (
    Action,
    ActionLink,
    ActionNote,
    AgendaItem,
    Decision,
    DecisionPresence,
    DecisionReview,
    Forum,
    ForumFile,
    ForumMember,
    ItemConflict,
    Meeting,
    forget,
    store,
)
from kash.forums.queries.meetings import attendance_at
from kash.forums.queries.series import runs
from kash.forums.rules.meetings import CONCLUSIONS, Votes, too_many_votes
from kash.forums.services.agenda import (
    ALREADY_CLOSED,
    UNKNOWN_CHOICE,
    TooManyRows,
    UnknownOwner,
    forum_in_reach,
    forum_run_by,
    item_in,
    written_meeting,
)
from kash.forums.services.minutes import carry_over, keep_presence
from kash.people.models import Group
from kash.platform.vault import audited
from kash.platform.web import Forbidden
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor

_CONCLUDED_ALREADY = _l("The forum has concluded already. Take that back first.")


@dataclass(frozen=True)
class ReviewDetails:
    """The signs that a decision worked, the day to look again, and the printed line that
    tells, as "table:line", empty if none does."""

    expected: str
    look_on: date
    watched: str = ""


def _found(
    session: Session, forum: Forum, decision_id: str
) -> tuple[Decision, Meeting, DecisionReview | None]:
    review = one_or_404(
        session.execute(
            select(Decision, Meeting, DecisionReview)
            .join(AgendaItem, AgendaItem.id == Decision.item_id)
            .join(Meeting, Meeting.id == AgendaItem.meeting_id)
            .outerjoin(DecisionReview, DecisionReview.decision_id == Decision.id)
            .where(Meeting.forum_id == forum.id, Decision.public_id == decision_id)
        ).one_or_none()
    )
    return review[0], review[1], review[2]


def set_review(
    forum_id: str, decision_id: str, details: ReviewDetails, *, row_version: int, by: Actor
) -> None:
    """Say when the forum looks at a decision again and what it hopes to see, or change that.

    `row_version` is the one that the page showed, 0 if there was none. Every planned meeting after
    the one that decided has its matters arising then. Raises NotFound, Forbidden, Problem and
    ChangedMeanwhile.
    """
    with audited("forums.decision_to_look_at", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        decision, meeting, review = _found(session, forum, decision_id)
        if details.look_on <= to_local(meeting.starts_at).date():
            raise Problem(
                _l("Choose a day after the meeting that took the decision."),
                field="look_on",
                status=422,
            )
        if (review.row_version if review else 0) != row_version:
            raise ChangedMeanwhile
        if review is not None and review.conclusion:
            raise Problem(_CONCLUDED_ALREADY, field="")
        if review is None:
            review = DecisionReview(decision_id=decision.id, row_version=0)
            session.add(review)
        review.expected, review.look_on = details.expected, details.look_on
        review.table_key, _colon, review.line = details.watched.partition(":")
        review.row_version += 1
        carry_over(session, forum, meeting)
        change.about(forum.public_id, decision.public_id)


def conclude(forum_id: str, decision_id: str, *, conclusion: str, found: str, by: Actor) -> None:
    """Write down what the forum found when it looked again: worked, unclear or not.

    Raises NotFound, Forbidden and Problem.
    """
    if conclusion not in CONCLUSIONS:
        raise Problem(UNKNOWN_CHOICE, status=400)
    with audited("forums.decision_concluded", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        decision, _meeting, review = _found(change.session, forum, decision_id)
        if review is None or review.look_on > to_local(change.now).date():
            raise Problem(_l("The day on which the forum looks again has not come."), field="")
        if review.conclusion:
            raise Problem(_CONCLUDED_ALREADY, field="")
        review.conclusion, review.found, review.concluded_at = conclusion, found, change.now
        review.row_version += 1
        change.about(forum.public_id, decision.public_id)


def take_back_conclusion(forum_id: str, decision_id: str, *, by: Actor) -> None:
    """Take back what was concluded; the decision comes up in the next meeting again. Raises
    NotFound and Forbidden."""
    with audited("forums.decision_reopened", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        decision, _meeting, review = _found(change.session, forum, decision_id)
        if review is None or not review.conclusion:
            change.nothing()
            return
        review.conclusion, review.found, review.concluded_at = "", "", None
        review.row_version += 1
        change.about(forum.public_id, decision.public_id)


class TooManyVotes(Problem):
    """More of a group voted than were there; the first of them is named by `field`."""

    status = 422

    def __init__(self, letter: str, present: int) -> None:
        super().__init__(_("There at this time: %(count)s. No more can vote.", count=present))
        self.field = f"in_favour_{letter}"


def note_conflicts(
    forum_id: str,
    meeting_id: str,
    item_id: str,
    *,
    of: Collection[str],
    conflicted: Collection[str],
    by: Actor,
) -> None:
    """Keep which of the members `of` a page showed have a conflict of interest in an item (public
    ids); others stay as they are. What is kept with decisions stays too. Raises UnknownOwner."""
    with audited("forums.conflicts_noted", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        members = {
            conflict.public_id: conflict
            for conflict in session.scalars(
                select(ForumMember).where(
                    ForumMember.forum_id == forum.id, ForumMember.public_id.in_(of)
                )
            )
        }
        if not set(conflicted) <= set(members):
            raise UnknownOwner
        stored = {
            conflict.member_id: conflict
            for conflict in session.scalars(
                select(ItemConflict).where(ItemConflict.item_id == item.id)
            )
        }
        change.about(meeting.public_id, item.public_id)
        changed = False
        for public_id, member in members.items():
            conflict = stored.get(member.id)
            if public_id in conflicted and conflict is None:
                session.add(
                    ItemConflict(item_id=item.id, member_id=member.id, declared_at=change.now)
                )
            elif public_id not in conflicted and conflict is not None:
                session.delete(conflict)
            else:
                continue
            change.about(public_id)
            changed = True
        if not changed:
            change.nothing()


def note_decision(
    forum_id: str,
    meeting_id: str,
    item_id: str,
    decision_id: str,
    *,
    moment: datetime,
    votes: Mapping[str, Votes] | None,
    by: Actor,
) -> None:
    """Keep with a decision who was there at the moment at which it was taken, and how the groups
    voted, by their letters; None if votes were not counted. Raises Problem and TooManyVotes."""
    with audited("forums.votes_noted", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        meeting = written_meeting(session, forum, meeting_id)
        item = item_in(session, meeting, item_id)
        decision = _decision(session, item, decision_id)
        change.about(meeting.public_id, item.public_id, decision_id)
        _moment_noted(session, meeting, item, decision, moment)
        session.flush()
        rows = _kept(session, decision)
        cast = votes or {}
        for letter in too_many_votes(
            cast, {key: presence.present for key, presence in rows.items()}
        ):
            raise TooManyVotes(letter, rows[letter].present if letter in rows else 0)
        for letter, presence in rows.items():
            counted = cast.get(letter, Votes()) if votes is not None else None
            presence.votes_for = counted.in_favour if counted else None
            presence.votes_against = counted.against if counted else None
            presence.abstained = counted.abstained if counted else None


def _moment_noted(
    session: Session, meeting: Meeting, item: AgendaItem, decision: Decision, moment: datetime
) -> None:
    if not keep_presence(session, attendance_at(session, meeting), item, decision, moment):
        raise Problem(
            _l("By the register nobody was there at this time. Note first who was there."),
            field="at",
            status=422,
        )


def _decision(session: Session, item: AgendaItem, public_id: str) -> Decision:
    return get_or_404(session, Decision, public_id, Decision.item_id == item.id)


def _kept(session: Session, decision: Decision) -> dict[str, DecisionPresence]:
    """Presence that is kept with a decision, by the groups' letters."""
    return dict(
        session.execute(
            select(Group.letter, DecisionPresence)
            .join(Group, Group.id == DecisionPresence.group_id)
            .where(DecisionPresence.decision_id == decision.id)
            .order_by(Group.position, Group.letter)
        ).all()
    )


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
    """Write how an action goes, by its owner or the person who runs the forum, with a file as
    evidence if `content` is given; the note's public id.

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
        note = get_or_404(session, ActionNote, note_id, ActionNote.action_id == action.id)
        filed = bool(note.kind)
        session.delete(note)
        change.about(forum.public_id, action.public_id, note_id)
    if filed:
        forget(note_id)


def hand_over(forum_id: str, action_id: str, *, owner: str, due_on: date | None, by: Actor) -> None:
    """Give an open action to another member (`owner` by public id, empty for nobody yet) and set
    its day, also where the minutes in which it stands are closed.

    Raises NotFound, Forbidden, Problem and UnknownOwner.
    """
    with audited("forums.action_handed_over", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        action = _action(session, forum, action_id)
        if action.state != "open":
            raise Problem(ALREADY_CLOSED, field="")
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
    there and within reach. Raises NotFound, Forbidden, Problem and TooManyRows."""
    if kind not in LINK_KINDS:
        raise Problem(UNKNOWN_CHOICE, status=400)
    with audited("forums.action_linked", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        action = _action(session, forum, action_id)
        there = [
            (other.kind, other.target)
            for other in session.scalars(
                select(ActionLink).where(ActionLink.action_id == action.id)
            )
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
        link_row = get_or_404(session, ActionLink, link_id, ActionLink.action_id == action.id)
        target = link_row.target
        session.delete(link_row)
        change.about(forum.public_id, action.public_id, target)
