"""Meetings as events of calendars, under a name that tells nothing of who meets."""

from __future__ import annotations

from datetime import date, time, timedelta

from flask_babel import gettext as _
from sqlalchemy import exists, or_, select

from kash.attendance.models import Slot
from kash.forums.models import Forum, ForumMember, Meeting
from kash.platform.database import db
from kash.platform.messages.calendars import CalendarEvent
from kash.platform.web.formats import from_local
from kash.policy import Actor


def own_meeting_events(actor: Actor, first: date, last: date) -> list[CalendarEvent]:
    """Meetings of the forums that this actor is the secretary or a member of."""
    if actor.account_id is None:
        return []
    member = exists().where(
        ForumMember.forum_id == Forum.id,
        ForumMember.person_id == (actor.person_id or 0),
        ForumMember.left_on.is_(None),
    )
    meetings = db.session.execute(
        select(
            Meeting.public_id,
            Meeting.starts_at,
            Meeting.place,
            Meeting.state,
            Meeting.row_version,
            Meeting.created_at,
            Slot.minutes,
        )
        .join(Forum, Forum.id == Meeting.forum_id)
        .join(Slot, Slot.register_id == Meeting.register_id)
        .where(
            Meeting.starts_at >= from_local(first, time()),
            Meeting.starts_at < from_local(last + timedelta(days=1), time()),
            or_(Forum.secretary_id == actor.account_id, member),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    ).all()
    return [
        CalendarEvent(
            uid=f"{meeting.public_id}@kash",
            summary=_("Meeting"),
            starts_at=meeting.starts_at,
            ends_at=meeting.starts_at + timedelta(minutes=meeting.minutes),
            changed_at=meeting.created_at,
            sequence=meeting.row_version - 1,
            location=meeting.place,
            cancelled=meeting.state == "cancelled",
        )
        for meeting in meetings
    ]
