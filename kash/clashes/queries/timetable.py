"""The timetable: workshops and meetings that lie on some days, as engagements.

A workshop holds its trainers, its venue and its people each day from its first session to the end
of its last; one without sessions as long as its days last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from kash.attendance.models import Slot
from kash.clashes.rules.engagements import Engagement
from kash.forums.models import Forum, ForumMember, Meeting
from kash.people.models import Group, Person, Venue, Zone
from kash.platform.database import db
from kash.platform.web.formats import from_local, to_local
from kash.workshops.models import Enrolment, Facilitator, Workshop, WorkshopSession
from kash.workshops.queries.calendar import COMING

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Event:
    """A workshop, or a meeting of the forum with that public id."""

    public_id: str
    title: str
    forum: str = ""


@dataclass
class Expected:
    """Expected people of a workshop: how many are confirmed, who is among them, the zones in which
    they live, and the keys of those who were asked for."""

    confirmed: int = 0
    police: bool = False
    community: bool = False
    zones: set[int] = field(default_factory=set)
    people: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class WorkshopRow:
    """A workshop as it is planned."""

    key: int
    public_id: str
    title: str
    starts_on: date
    ends_on: date
    day_starts_at: time
    day_ends_at: time
    capacity: int | None
    venue: int | None
    zone: int | None
    venue_seats: int | None


@dataclass(frozen=True)
class Timetable:
    """Events by their public ids, with their rows, engagements, and whom to expect."""

    events: Mapping[str, Event]
    workshops: Mapping[str, WorkshopRow]
    engagements: Sequence[Engagement]
    expected: Mapping[str, Expected]


def engagements_of(event: str, spans: Iterable[Span], **more: Any) -> list[Engagement]:
    """Engagements of an event that takes these spans of time, one for each day on which any of them
    begins, by local clocks."""
    by_day: dict[date, tuple[datetime, datetime]] = {}
    for begins, ends in spans:
        day = to_local(begins).date()
        first, last = by_day.get(day, (begins, ends))
        by_day[day] = (min(first, begins), max(last, ends))
    found = []
    for day, (begins, ends) in sorted(by_day.items()):
        local = to_local(begins)
        starts, over = _minute(begins), _minute(ends)
        if over > starts:
            clock = local.hour * 60 + local.minute
            found.append(Engagement(event, starts, over, day, clock, **more))
    return found


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def timetable_between(
    first: date,
    last: date,
    *,
    only: ColumnElement[bool] | None = None,
    people: ColumnElement[bool] | None = None,
    meetings: bool = False,
) -> Timetable:
    """All that is planned on these days; `only` workshops of which that is true. Of people those
    are told (by key) whose enrolments `people` is true of; none, if it is None. Meetings are there
    if asked; four queries, and two for them."""
    chosen = select(Workshop.id).where(
        Workshop.state == "planned", Workshop.starts_on <= last, Workshop.ends_on >= first
    )
    if only is not None:
        chosen = chosen.where(only)
    rows = _workshops(chosen)
    spans, teams = _spans(chosen), _teams(chosen)
    expected = _expected(chosen, people)
    found: list[Engagement] = []
    for row in rows:
        there = expected.get(row.key) or Expected()
        found += engagements_of(
            row.public_id,
            spans.get(row.key) or _whole_days(row),
            trainers=teams.get(row.key, ()),
            venue=row.venue,
            zone=row.zone,
            people=there.people,
            police=there.police,
            community=there.community,
        )
    events = {row.public_id: Event(row.public_id, row.title) for row in rows}
    if meetings:
        forums, held = _meetings(first, last, people)
        events |= forums
        found += held
    return Timetable(
        events,
        {row.public_id: row for row in rows},
        found,
        {row.public_id: expected[row.key] for row in rows if row.key in expected},
    )


def _workshops(chosen: Select[int]) -> list[WorkshopRow]:
    return [
        WorkshopRow(*row)
        for row in db.session.execute(
            select(
                Workshop.id,
                Workshop.public_id,
                Workshop.title,
                Workshop.starts_on,
                Workshop.ends_on,
                Workshop.day_starts_at,
                Workshop.day_ends_at,
                Workshop.capacity,
                Venue.id,
                Venue.zone_id,
                Venue.seats,
            )
            .outerjoin(Venue, Venue.id == Workshop.venue_id)
            .where(Workshop.id.in_(chosen))
            .order_by(Workshop.starts_on, Workshop.id)
        )
    ]


def _whole_days(row: WorkshopRow) -> list[Span]:
    days = ((row.ends_on - row.starts_on).days) + 1
    return [
        (from_local(day, row.day_starts_at), from_local(day, row.day_ends_at))
        for day in (row.starts_on + timedelta(days=number) for number in range(days))
    ]


def _spans(chosen: Select[int]) -> dict[int, list[Span]]:
    found: defaultdict[int, list[Span]] = defaultdict(list)
    for key, starts_at, minutes in db.session.execute(
        select(WorkshopSession.workshop_id, Slot.starts_at, Slot.minutes)
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .where(WorkshopSession.workshop_id.in_(chosen))
    ):
        found[key].append((starts_at, starts_at + timedelta(minutes=minutes)))
    return found


def _teams(chosen: Select[int]) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for key, account in db.session.execute(
        select(Facilitator.workshop_id, Facilitator.account_id)
        .where(Facilitator.workshop_id.in_(chosen))
        .order_by(Facilitator.id)
    ):
        found[key].append(account)
    return found


def _expected(chosen: Select[int], people: ColumnElement[bool] | None) -> dict[int, Expected]:
    found: defaultdict[int, Expected] = defaultdict(Expected)
    counted = (
        select(
            Enrolment.workshop_id,
            Enrolment.state,
            Group.is_police,
            Zone.id,
            func.count(Enrolment.id),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Group, Group.id == Person.group_id)
        # An area that is no zone's name is no distance from anywhere.
        .outerjoin(Zone, Zone.name == Person.ward)
        .where(Enrolment.workshop_id.in_(chosen), Enrolment.state.in_(COMING))
        .group_by(Enrolment.workshop_id, Enrolment.state, Group.is_police, Zone.id)
    )
    for key, state, is_police, zone, number in db.session.execute(counted):
        there = found[key]
        there.confirmed += number if state == "confirmed" else 0
        there.police |= is_police
        there.community |= not is_police
        if zone is not None:
            there.zones.add(zone)
    if people is not None:
        for key, person in db.session.execute(
            select(Enrolment.workshop_id, Enrolment.person_id).where(
                Enrolment.workshop_id.in_(chosen), Enrolment.state.in_(COMING), people
            )
        ):
            found[key].people.append(person)
    return found


def _meetings(
    first: date, last: date, people: ColumnElement[bool] | None
) -> tuple[dict[str, Event], list[Engagement]]:
    """Meetings hold who keeps their minutes, and the forum's members."""
    begins, ends = from_local(first, time()), from_local(last + timedelta(days=1), time())
    rows: Sequence[Any] = db.session.execute(
        select(
            Meeting.public_id,
            Forum.public_id,
            Forum.name,
            Forum.id,
            Forum.secretary_id,
            Slot.starts_at,
            Slot.minutes,
        )
        .join(Forum, Forum.id == Meeting.forum_id)
        .join(Slot, Slot.register_id == Meeting.register_id)
        .where(Meeting.state == "planned", Slot.starts_at >= begins, Slot.starts_at < ends)
        .order_by(Slot.starts_at, Meeting.id)
    ).all()
    members: defaultdict[int, list[int]] = defaultdict(list)
    if rows and people is not None:
        # The same people as are asked for among the enrolled: `people` is about Enrolment.
        asked = select(Enrolment.person_id).where(Enrolment.state.in_(COMING), people)
        for forum, person in db.session.execute(
            select(ForumMember.forum_id, ForumMember.person_id).where(
                ForumMember.forum_id.in_({row[3] for row in rows}),
                ForumMember.left_on.is_(None),
                ForumMember.person_id.in_(asked),
            )
        ):
            members[forum].append(person)
    events, found = {}, []
    for meeting, forum_id, name, forum, secretary, starts_at, minutes in rows:
        events[meeting] = Event(meeting, name, forum_id)
        found += engagements_of(
            meeting,
            [(starts_at, starts_at + timedelta(minutes=minutes))],
            trainers=(secretary,),
            people=members[forum],
        )
    return events, found
