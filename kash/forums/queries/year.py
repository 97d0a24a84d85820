"""Attendance of a forum over a year."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time

from sqlalchemy import select

from kash.forums.models import Forum, Meeting, MinutesLeaf, MinutesLife
from kash.forums.queries.minutes_record import attendance_parts
from kash.forums.rules.attendance import STATUSES
from kash.forums.rules.record import MinutesPart, MinutesRecord, said_in
from kash.forums.rules.year import GroupInMeeting, MeetingInYear
from kash.platform.database import db
from kash.platform.web.formats import from_local, to_local

# More than one a week.
MOST_MEETINGS = 60


def meetings_in_year(forum: Forum, year: int) -> list[MeetingInYear]:
    """The meetings of a year that were held, in order, at most sixty. Those whose minutes are
    locked say what their minutes say, so that a name that was withdrawn stands nowhere."""
    rows = db.session.execute(
        select(Meeting, MinutesLife.state)
        .outerjoin(MinutesLife, MinutesLife.meeting_id == Meeting.id)
        .where(
            Meeting.forum_id == forum.id,
            Meeting.state == "held",
            Meeting.starts_at >= _begins(year),
            Meeting.starts_at < _begins(year + 1),
        )
        .order_by(Meeting.starts_at)
        .limit(MOST_MEETINGS)
    ).all()
    locked = _locked_parts([meeting.id for meeting, state in rows if state == "locked"])
    live = attendance_parts([meeting for meeting, _state in rows if not locked.get(meeting.id)])
    return [
        MeetingInYear(
            meeting.starts_at,
            meeting.letter,
            _groups(locked.get(meeting.id) or live[meeting.id]),
        )
        for meeting, _state in rows
    ]


def years_of(forum: Forum) -> list[int]:
    """The years in which a forum held a meeting, the newest first."""
    moments = db.session.scalars(
        select(Meeting.starts_at).where(Meeting.forum_id == forum.id, Meeting.state == "held")
    )
    return sorted({to_local(moment).year for moment in moments}, reverse=True)


def _begins(year: int) -> datetime:
    return from_local(date(year, 1, 1), time())


def _locked_parts(meeting_ids: list[int]) -> dict[int, list[MinutesPart]]:
    found: defaultdict[int, list[MinutesPart]] = defaultdict(list)
    if meeting_ids:
        for row in db.session.scalars(
            select(MinutesLeaf)
            .where(MinutesLeaf.meeting_id.in_(meeting_ids), MinutesLeaf.kind.in_(("group", "name")))
            .order_by(MinutesLeaf.meeting_id, MinutesLeaf.place)
        ):
            found[row.meeting_id].append(MinutesPart(row.kind, said_in(row.value)))
    return found


def _groups(parts: list[MinutesPart]) -> list[GroupInMeeting]:
    record = MinutesRecord(
        MinutesPart("meeting", {}),
        tuple(part for part in parts if part.kind == "group"),
        tuple(part for part in parts if part.kind == "name"),
    )
    return [
        GroupInMeeting(
            group["group"],
            group["members"],
            group["needed"] if group["needed"] != "" else None,
            group["counts"],
            {
                status: [
                    name["shown"]
                    for name in record.names_of(group["group"], status)
                    if not name.withdrawn
                ]
                for status in STATUSES
            },
        )
        for group in record.groups
    ]
