"""Meetings: when and where, who was there, what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import contains_eager, selectinload

from kash.attendance.models import Mark, RosterEntry, Slot
from kash.forums.models import (
    Action,
    AgendaItem,
    Decision,
    Forum,
    ForumMember,
    Meeting,
    MeetingAnswer,
)
from kash.forums.queries.presence import terms_of
from kash.forums.queries.series import appearance_of, runs, within_reach
from kash.forums.rules.attendance import Attendee, GroupAttendance, attendance_by_group
from kash.forums.rules.clock import AgendaClock, agenda_clock
from kash.forums.rules.numbering import minute_number
from kash.forums.rules.terms import counts_on
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor, Reach


def number_of(item: AgendaItem, held: Meeting) -> str:
    """The number of an item's minute, by the day of the meeting in the programme's zone."""
    return minute_number(item.position, to_local(held.starts_at).date(), held.letter)


def meeting(forum: Forum, public_id: str) -> Meeting:
    """A meeting of this forum. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(Meeting).where(Meeting.forum_id == forum.id, Meeting.public_id == public_id)
        )
    )


def any_meeting(forum: Forum) -> bool:
    """True if the forum ever planned a meeting."""
    return (
        db.session.scalar(select(Meeting.id).where(Meeting.forum_id == forum.id).limit(1))
        is not None
    )


def meetings_of(forum: Forum) -> Listing[Any]:
    """Rows of meeting, number of items, decisions and actions; the newest first."""
    items = (
        select(func.count(AgendaItem.id))
        .where(AgendaItem.meeting_id == Meeting.id)
        .scalar_subquery()
    )
    decisions = (
        select(func.count(Decision.id))
        .join(AgendaItem, AgendaItem.id == Decision.item_id)
        .where(AgendaItem.meeting_id == Meeting.id)
        .scalar_subquery()
    )
    actions = (
        select(func.count(Action.id))
        .join(AgendaItem, AgendaItem.id == Action.item_id)
        .where(AgendaItem.meeting_id == Meeting.id)
        .scalar_subquery()
    )
    return listing(
        select(
            Meeting,
            items.label("items"),
            decisions.label("decisions"),
            actions.label("actions"),
        ).where(Meeting.forum_id == forum.id),
        sorts={"date": Meeting.starts_at},
        default_sort="date",
        default_direction="desc",
        key=Meeting.id,
    )


def minutes_of(meeting: Meeting) -> list[AgendaItem]:
    """The items of a meeting in order, with their decisions and actions and who took them on."""
    return list(
        db.session.scalars(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id)
            .order_by(AgendaItem.position, AgendaItem.id)
            .options(
                selectinload(AgendaItem.decisions),
                selectinload(AgendaItem.internal_lines),
                selectinload(AgendaItem.actions)
                .joinedload(Action.owner)
                .joinedload(ForumMember.person)
                .joinedload(Person.group),
            )
        )
    )


def times_of(meeting: Meeting, items: Sequence[AgendaItem]) -> AgendaClock:
    """The clock of a meeting's agenda; one query."""
    length = slot_of(meeting).minutes
    return agenda_clock(meeting.starts_at, length, [item.minutes for item in items])


def previous_meeting(meeting: Meeting) -> Meeting | None:
    """The meeting of the same forum before this one, cancelled ones left out."""
    return db.session.scalar(
        select(Meeting)
        .where(
            Meeting.forum_id == meeting.forum_id,
            Meeting.starts_at < meeting.starts_at,
            Meeting.state != "cancelled",
        )
        .order_by(Meeting.starts_at.desc())
        .limit(1)
    )


def following_meeting(meeting: Meeting) -> Meeting | None:
    """The next meeting that is planned or was held after this one."""
    return db.session.scalar(
        select(Meeting)
        .where(
            Meeting.forum_id == meeting.forum_id,
            Meeting.starts_at > meeting.starts_at,
            Meeting.state != "cancelled",
        )
        .order_by(Meeting.starts_at)
        .limit(1)
    )


@dataclass(frozen=True)
class AttendanceLine:
    """Somebody on a meeting's register. Who is no member is a guest, and only counted.

    `name` is for whoever keeps the register; others and paper see `shown`.
    """

    person_id: str
    name: str
    group: str
    letter: str
    status: str | None
    version: int
    member: bool
    shown: str
    seat: str = ""


def slot_of(meeting: Meeting) -> Slot:
    """The one slot of a meeting's register."""
    return one_or_404(
        db.session.scalar(
            select(Slot)
            .where(Slot.register_id == meeting.register_id)
            .order_by(Slot.position)
            .limit(1)
        )
    )


def attendance_of(meeting: Meeting) -> list[AttendanceLine]:
    """Everybody on the register, by group and name, with the present mark.

    Who has none but answered the invitation with no sent an apology. Whose term ended is no member.
    """
    return attendances_of([meeting])[meeting.id]


def attendances_of(meetings: Sequence[Meeting]) -> dict[int, list[AttendanceLine]]:
    """The same of several meetings by their keys; two queries, however many they are."""
    rows = db.session.execute(
        select(
            Meeting.id,
            Person.public_id,
            Person.chosen_name,
            Group.name,
            Group.letter,
            Mark.status,
            Mark.version,
            ForumMember,
            RosterEntry.walk_in,
            MeetingAnswer.answer,
        )
        .select_from(Meeting)
        .join(RosterEntry, RosterEntry.register_id == Meeting.register_id)
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .join(Slot, Slot.register_id == RosterEntry.register_id)
        .outerjoin(Mark, and_(Mark.slot_id == Slot.id, Mark.person_id == Person.id))
        .outerjoin(
            ForumMember,
            and_(ForumMember.forum_id == Meeting.forum_id, ForumMember.person_id == Person.id),
        )
        .outerjoin(
            MeetingAnswer,
            and_(MeetingAnswer.meeting_id == Meeting.id, MeetingAnswer.member_id == ForumMember.id),
        )
        .where(
            Meeting.id.in_([meeting.id for meeting in meetings]), RosterEntry.removed_at.is_(None)
        )
        .options(
            contains_eager(ForumMember.person).load_only(Person.chosen_name, Person.prints_name)
        )
        .order_by(Group.position, Group.letter, Person.sort_name, Person.id)
    ).all()
    seats = {seat.id for *_row, seat, _walk_in, _answer in rows if seat is not None}
    terms = terms_of(db.session(), seats)
    days = {meeting.id: to_local(meeting.starts_at).date() for meeting in meetings}
    found: dict[int, list[AttendanceLine]] = {meeting.id: [] for meeting in meetings}
    for key, person_id, name, group, letter, status, version, seat, walk_in, answer in rows:
        found[key].append(
            AttendanceLine(
                person_id=person_id,
                name=name,
                group=group,
                letter=letter,
                status=status or ("apology" if answer == "no" else None),
                version=version or 0,
                member=seat is not None
                and not walk_in
                and counts_on(terms[seat.id], seat.left_on, days[key]),
                shown=appearance_of(seat) if seat else "",
                seat=seat.public_id if seat else "",
            )
        )
    return found


def attendance_table(
    lines: Sequence[AttendanceLine], *, by_letter: bool = True
) -> list[GroupAttendance]:
    """The attendance by group as paper shows it; `by_letter` is for paper and for members."""
    attendees = [
        Attendee(line.letter if by_letter else line.group, line.status, line.shown, line.member)
        for line in lines
    ]
    return attendance_by_group(attendees, list(dict.fromkeys(a.group for a in attendees)))


@dataclass(frozen=True)
class MeetingLine:
    """A planned meeting, as Today shows it. `runs` is whether the actor prepares it."""

    public_id: str
    forum_id: str
    forum_name: str
    starts_at: datetime
    place: str
    items: int
    runs: bool


def next_meetings(
    actor: Actor, now: datetime, *, days: int = 60, most: int = 5
) -> list[MeetingLine]:
    """The planned meetings of the forums within the actor's reach, from today on."""
    if actor.reach("forums.see") is Reach.NONE:
        return []
    midnight = to_local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    items = (
        select(func.count(AgendaItem.id))
        .where(AgendaItem.meeting_id == Meeting.id)
        .scalar_subquery()
    )
    visible = within_reach(actor).with_only_columns(Forum.id)
    rows = db.session.execute(
        select(Meeting, Forum, items)
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(
            Meeting.state == "planned",
            Meeting.starts_at >= midnight,
            Meeting.starts_at < now + timedelta(days=days),
            Meeting.forum_id.in_(visible),
        )
        .order_by(Meeting.starts_at)
        .limit(most)
    )
    return [
        MeetingLine(
            public_id=planned.public_id,
            forum_id=forum.public_id,
            forum_name=forum.name,
            starts_at=planned.starts_at,
            place=planned.place,
            items=count,
            runs=runs(actor, forum.secretary_id),
        )
        for planned, forum, count in rows
    ]


@dataclass(frozen=True)
class MeetingInCalendar:
    """A meeting as a calendar shows it; `minutes` is how long it takes, 0 if nobody said so."""

    public_id: str
    forum_id: str
    forum_name: str
    starts_at: datetime
    minutes: int
    place: str
    state: str


def meetings_between(actor: Actor, begins: datetime, ends: datetime) -> list[MeetingInCalendar]:
    """The meetings that begin within a time, of the forums within the actor's reach; one query."""
    rows = db.session.execute(
        select(
            Meeting.public_id,
            Forum.public_id,
            Forum.name,
            Meeting.starts_at,
            func.coalesce(Slot.minutes, 0),
            Meeting.place,
            Meeting.state,
        )
        .join(Forum, Forum.id == Meeting.forum_id)
        .outerjoin(Slot, Slot.register_id == Meeting.register_id)
        .where(
            Meeting.starts_at >= begins,
            Meeting.starts_at < ends,
            Meeting.forum_id.in_(within_reach(actor).with_only_columns(Forum.id)),
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    return [MeetingInCalendar(*row) for row in rows]


def item(meeting: Meeting, public_id: str) -> AgendaItem:
    """An item of this meeting, with its decisions and actions. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(AgendaItem)
            .where(AgendaItem.meeting_id == meeting.id, AgendaItem.public_id == public_id)
            .options(
                selectinload(AgendaItem.decisions),
                selectinload(AgendaItem.internal_lines),
                selectinload(AgendaItem.actions)
                .joinedload(Action.owner)
                .joinedload(ForumMember.person)
                .joinedload(Person.group),
            )
        )
    )


def meetings_to_record(actor: Actor, now: datetime, *, most: int = 10) -> list[MeetingLine]:
    """Meetings that began and are neither recorded as held nor cancelled, which the actor runs as
    the secretary."""
    if actor.reach("forums.edit") is Reach.NONE or actor.account_id is None:
        return []
    rows = db.session.execute(
        select(Meeting, Forum)
        .join(Forum, Forum.id == Meeting.forum_id)
        .where(
            Meeting.state == "planned",
            Meeting.starts_at <= now,
            Forum.secretary_id == actor.account_id,
        )
        .order_by(Meeting.starts_at)
        .limit(most)
    )
    return [
        MeetingLine(
            public_id=planned.public_id,
            forum_id=forum.public_id,
            forum_name=forum.name,
            starts_at=planned.starts_at,
            place=planned.place,
            items=0,
            runs=True,
        )
        for planned, forum in rows
    ]
