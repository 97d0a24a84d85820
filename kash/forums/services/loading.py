"""Reading again, inside a write transaction, what an action decides on, with its lock."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.forums.models import AgendaItem, Forum, ForumMember, Meeting, MinutesLife
from kash.forums.queries.series import runs, within_reach
from kash.forums.services.life_problems import MinutesLocked, NumbersFrozen
from kash.forums.services.problems import MeetingOver
from kash.platform.web import Forbidden
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


def forum_in_reach(session: Session, public_id: str, by: Actor, *, lock: bool = True) -> Forum:
    """A forum that the actor sees."""
    wanted = within_reach(by).where(Forum.public_id == public_id)
    return one_or_404(session.scalar(wanted.with_for_update(of=Forum) if lock else wanted))


def forum_run_by(session: Session, public_id: str, by: Actor) -> Forum:
    """A forum that the actor runs, locked: what happens in one forum happens in turn."""
    found = forum_in_reach(session, public_id, by)
    if not runs(by, found.secretary_id):
        raise Forbidden
    return found


def meeting_in(session: Session, forum: Forum, public_id: str) -> Meeting:
    """A meeting of this forum."""
    return one_or_404(
        session.scalar(
            select(Meeting).where(Meeting.forum_id == forum.id, Meeting.public_id == public_id)
        )
    )


def planned_meeting(session: Session, forum: Forum, public_id: str) -> Meeting:
    """A meeting that was neither held nor cancelled."""
    found = meeting_in(session, forum, public_id)
    if found.state != "planned":
        raise MeetingOver
    return found


def written_meeting(session: Session, forum: Forum, public_id: str) -> Meeting:
    """A meeting whose minutes may be written: any but a cancelled one, until they are locked."""
    found = meeting_in(session, forum, public_id)
    if found.state == "cancelled":
        raise MeetingOver
    check_minutes_open(session, found)
    return found


def minutes_state(session: Session, meeting: Meeting) -> str:
    """State of a meeting's minutes (see `rules.life.MinutesState`)."""
    state = session.scalar(select(MinutesLife.state).where(MinutesLife.meeting_id == meeting.id))
    return state or "draft"


def check_minutes_open(session: Session, meeting: Meeting) -> None:
    """Nothing if a meeting may still change. Raises MinutesLocked once its minutes are locked."""
    if minutes_state(session, meeting) == "locked":
        raise MinutesLocked


def check_numbers_free(session: Session, meeting: Meeting) -> None:
    """Nothing if items, decisions and actions may come and go. Raises NumbersFrozen while the
    minutes are circulated."""
    if minutes_state(session, meeting) == "circulated":
        raise NumbersFrozen


def item_in(session: Session, meeting: Meeting, public_id: str) -> AgendaItem:
    """An item of this meeting's agenda."""
    return one_or_404(
        session.scalar(
            select(AgendaItem).where(
                AgendaItem.meeting_id == meeting.id, AgendaItem.public_id == public_id
            )
        )
    )


def member_in(session: Session, forum: Forum, public_id: str) -> ForumMember:
    """A present member of this forum."""
    return one_or_404(
        session.scalar(
            select(ForumMember).where(
                ForumMember.forum_id == forum.id,
                ForumMember.public_id == public_id,
                ForumMember.left_on.is_(None),
            )
        )
    )
