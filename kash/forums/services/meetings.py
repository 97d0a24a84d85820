"""Planning meetings, moving them, holding them, calling them off. Terms of office, and the quorum
that a forum agrees on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.rules.registers import has_begun
from kash.forums.models import (
    AgendaItem,
    AgendaTemplateItem,
    Forum,
    ForumMember,
    ForumQuorum,
    ForumQuorumGroup,
    ForumTerm,
    Meeting,
)
from kash.forums.rules.meetings import (
    MEETING_MINUTES,
    NeededOfGroup,
    OfficeTerm,
    PlannedItem,
    QuorumShare,
    TermFault,
    agenda_from,
    term_fault,
)
from kash.forums.rules.minutes import NoLetterLeft, month_letter
from kash.forums.services import presence
from kash.forums.services.agenda import forum_run_by, member_in, planned_meeting
from kash.forums.services.minutes import note_where_missing
from kash.forums.services.presence import held_template
from kash.people.models import Group
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor


def _month(moment: datetime) -> tuple[int, int]:
    day: date = to_local(moment).date()
    return day.year, day.month


def _letter(others: Iterable[Meeting], starts_at: datetime) -> str:
    month = _month(starts_at)
    try:
        return month_letter({m.letter for m in others if _month(m.starts_at) == month})
    except NoLetterLeft:
        raise Problem(
            _l("The forum has too many meetings in this month. Choose another month."), field="day"
        ) from None


def _other_meetings(session: Session, forum: Forum, excluding: int | None = None) -> list[Meeting]:
    wanted = select(Meeting).where(Meeting.forum_id == forum.id)
    if excluding is not None:
        wanted = wanted.where(Meeting.id != excluding)
    return list(session.scalars(wanted.order_by(Meeting.starts_at)))


def _moment_is_free(others: Iterable[Meeting], starts_at: datetime) -> None:
    if any(other.starts_at == starts_at for other in others):
        raise Problem(
            _l("The forum has a meeting at this time already. Choose another time."), field="time"
        )


def plan_meeting(
    forum_id: str,
    *,
    starts_at: datetime,
    place: str = "",
    as_last_time: bool = False,
    template: str = "",
    agenda: Sequence[PlannedItem] | None = None,
    minutes: int = MEETING_MINUTES,
    by: Actor,
) -> str:
    """Plan a meeting, expecting all present members, and return its public id.

    After a first meeting each agenda has its item for matters arising. With `as_last_time` the
    other items are taken from the agenda of the meeting before it; with `template`, the public id
    of an agenda template, from there, or they are those of `agenda`. Raises NotFound if there is no
    such template.
    """
    with audited("forums.meeting_planned", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        begun_with = held_template(change.session, template).items if template else agenda
        meeting = planned(
            change.session,
            forum,
            starts_at,
            place,
            change.now,
            minutes=minutes,
            agenda=begun_with,
            as_last_time=as_last_time,
        )
        change.about(forum.public_id, meeting.public_id)
        return meeting.public_id


def planned(
    session: Session,
    forum: Forum,
    starts_at: datetime,
    place: str,
    now: datetime,
    *,
    minutes: int = MEETING_MINUTES,
    agenda: Sequence[AgendaTemplateItem | PlannedItem] | None = None,
    as_last_time: bool = False,
) -> Meeting:
    """Within another action that holds the forum: plan a meeting. Its agenda is `agenda`, that of
    the meeting before it, or empty. Raises Problem."""
    others = _other_meetings(session, forum)
    _moment_is_free(others, starts_at)
    meeting = Meeting(
        public_id=new_public_id(),
        forum_id=forum.id,
        register=presence.open_register(session, forum, starts_at, minutes),
        starts_at=starts_at,
        place=place,
        letter=_letter(others, starts_at),
        created_at=now,
    )
    session.add(meeting)
    before = [m for m in others if m.starts_at < starts_at and m.state != "cancelled"]
    begun_with: Sequence[AgendaItem | AgendaTemplateItem | PlannedItem] = ()
    if agenda is not None:
        begun_with = agenda
    elif before and as_last_time:
        begun_with = before[-1].items
    items = agenda_from(
        [PlannedItem(item.title, item.minutes, item.kind) for item in begun_with],
        first_meeting=not before,
    )
    meeting.items = [
        AgendaItem(
            public_id=new_public_id(),
            position=position,
            kind=item.kind,
            title=item.title,
            minutes=item.minutes,
        )
        for position, item in enumerate(items, start=1)
    ]
    session.flush()
    return meeting


def change_meeting(
    forum_id: str,
    meeting_id: str,
    *,
    starts_at: datetime,
    place: str,
    minutes: int | None = None,
    row_version: int,
    by: Actor,
) -> None:
    """Move a planned meeting, or say for how long it is planned (None: as it is). `row_version` is
    the one that the page showed. Raises ChangedMeanwhile."""
    with audited("forums.meeting_changed", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = planned_meeting(change.session, forum, meeting_id)
        if meeting.row_version != row_version:
            raise ChangedMeanwhile
        moved(change.session, forum, meeting, starts_at, place)
        if minutes is not None:
            presence.set_length(change.session, meeting, minutes)
        change.about(forum.public_id, meeting.public_id)


def moved(
    session: Session, forum: Forum, meeting: Meeting, starts_at: datetime, place: str
) -> None:
    """Within another action that holds the forum: move a planned meeting. Raises Problem."""
    if starts_at != meeting.starts_at:
        others = _other_meetings(session, forum, excluding=meeting.id)
        _moment_is_free(others, starts_at)
        if _month(starts_at) != _month(meeting.starts_at):
            meeting.letter = _letter(others, starts_at)
        presence.move_slot(session, meeting, starts_at)
        meeting.starts_at = starts_at
    meeting.place = place
    meeting.row_version += 1


def cancel_meeting(forum_id: str, meeting_id: str, *, reason: str, by: Actor) -> None:
    """Call a planned meeting off. Its number is not given to another."""
    with audited("forums.meeting_cancelled", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = planned_meeting(change.session, forum, meeting_id)
        call_off(change.session, meeting, reason, change.now, by)
        change.about(forum.public_id, meeting.public_id)


def call_off(session: Session, meeting: Meeting, reason: str, now: datetime, by: Actor) -> None:
    """Within another action that holds the forum: call a planned meeting off."""
    meeting.state = "cancelled"
    meeting.cancelled_reason = reason
    meeting.row_version += 1
    presence.close_slot(session, meeting, now, by)


def take_up_again(session: Session, meeting: Meeting) -> None:
    """Within another action that holds the forum: plan a meeting after all that was called off,
    with its number, its agenda and its register."""
    meeting.state, meeting.cancelled_reason = "planned", ""
    meeting.row_version += 1
    presence.reopen_slot(session, meeting)


def hold_meeting(forum_id: str, meeting_id: str, *, by: Actor) -> None:
    """Record that a meeting was held, once it has begun, and close its register."""
    with audited("forums.meeting_held", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        meeting = planned_meeting(change.session, forum, meeting_id)
        if not has_begun(meeting.starts_at, change.now):
            raise Problem(_l("The meeting has not begun. Record it as held when it has."))
        meeting.state = "held"
        meeting.held_at = change.now
        meeting.row_version += 1
        presence.keep_apologies(change, forum, meeting, by)
        presence.close_slot(change.session, meeting, change.now, by)
        note_where_missing(change.session, meeting, change.now)
        change.about(forum.public_id, meeting.public_id)


@dataclass(frozen=True)
class TermDetails:
    """A term as entered."""

    begins_on: date
    ends_on: date | None = None
    office: str = ""


def add_term(
    forum_id: str, member_id: str, details: TermDetails, *, by: Actor, term_id: str = ""
) -> str:
    """Add a term of a member; its public id. The same form sent twice adds one (`term_id`).

    Raises Problem.
    """
    with audited("forums.term_added", by) as change:
        member = member_in(change.session, forum_run_by(change.session, forum_id, by), member_id)
        terms = _terms(change.session, member)
        change.about(member.public_id)
        if any(other.public_id == term_id for other in terms):
            change.nothing()
            return term_id
        _fits(details, terms)
        term = ForumTerm(public_id=term_id or new_public_id(), member_id=member.id)
        term.begins_on, term.ends_on, term.office = (
            details.begins_on,
            details.ends_on,
            details.office,
        )
        change.session.add(term)
        change.about(term.public_id)
        return term.public_id


def change_term(
    forum_id: str, member_id: str, term_id: str, details: TermDetails, *, by: Actor
) -> None:
    """Change a term. Raises Problem."""
    with audited("forums.term_changed", by) as change:
        member = member_in(change.session, forum_run_by(change.session, forum_id, by), member_id)
        terms = _terms(change.session, member)
        term = one_or_404(next((other for other in terms if other.public_id == term_id), None))
        _fits(details, [other for other in terms if other is not term])
        term.begins_on, term.ends_on, term.office = (
            details.begins_on,
            details.ends_on,
            details.office,
        )
        change.about(member.public_id, term.public_id)


def remove_term(forum_id: str, member_id: str, term_id: str, *, by: Actor) -> None:
    """Take away a term that was entered by mistake."""
    with audited("forums.term_removed", by) as change:
        member = member_in(change.session, forum_run_by(change.session, forum_id, by), member_id)
        terms = _terms(change.session, member)
        term = one_or_404(next((other for other in terms if other.public_id == term_id), None))
        change.session.delete(term)
        change.about(member.public_id, term_id)


def _terms(session: Session, member: ForumMember) -> list[ForumTerm]:
    return list(
        session.scalars(
            select(ForumTerm)
            .where(ForumTerm.member_id == member.id)
            .order_by(ForumTerm.begins_on, ForumTerm.id)
        )
    )


def _fits(details: TermDetails, others: list[ForumTerm]) -> None:
    fault = term_fault(
        OfficeTerm(details.begins_on, details.ends_on),
        [OfficeTerm(term.begins_on, term.ends_on) for term in others],
    )
    if fault is TermFault.ENDS_FIRST:
        raise Problem(_l("The last day comes after the first."), field="ends_on", status=422)
    if fault is TermFault.OVERLAP:
        raise Problem(
            _l("Another term of this member has a day in common with this one. End it first."),
            field="begins_on",
            status=422,
        )


def agree_quorum(
    forum_id: str, *, holds_from: date, needed: Mapping[str, NeededOfGroup], by: Actor
) -> None:
    """Keep the quorum that holds from a day on, by the groups' letters; a group that is not named
    needs nobody. What holds from the same day already is replaced. What is kept with decisions
    stays. Raises Problem."""
    for letter, rule in needed.items():
        if rule.share is QuorumShare.NUMBER and rule.least < 1:
            raise Problem(_l("Enter how many must be there."), field=f"least_{letter}", status=422)
    with audited("forums.quorum_agreed", by) as change:
        session = change.session
        forum = forum_run_by(session, forum_id, by)
        quorum = session.scalar(
            select(ForumQuorum).where(
                ForumQuorum.forum_id == forum.id, ForumQuorum.holds_from == holds_from
            )
        )
        if quorum is None:
            quorum = ForumQuorum(
                public_id=new_public_id(), forum_id=forum.id, holds_from=holds_from
            )
            session.add(quorum)
        quorum.groups.clear()
        session.flush()
        keys = dict(session.execute(select(Group.letter, Group.id)).all())
        quorum.created_at = change.now
        quorum.groups.extend(
            ForumQuorumGroup(group_id=keys[letter], share=str(rule.share), least=rule.least)
            for letter, rule in needed.items()
            if letter in keys
        )
        change.about(forum.public_id, quorum.public_id)


def remove_quorum(forum_id: str, quorum_id: str, *, by: Actor) -> None:
    """Take away a quorum that was entered by mistake; the one before it holds again."""
    with audited("forums.quorum_removed", by) as change:
        forum = forum_run_by(change.session, forum_id, by)
        quorum = get_or_404(
            change.session, ForumQuorum, quorum_id, ForumQuorum.forum_id == forum.id
        )
        change.session.delete(quorum)
        change.about(forum.public_id, quorum_id)
