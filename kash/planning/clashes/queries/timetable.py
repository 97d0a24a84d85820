"""The timetable: workshops and other events that lie on some days, as engagements. A workshop
holds its trainers, its venue and its people each day from its first session to the end of its
last; one without sessions as long as its days last. Names that clashes need: of trainers, venues,
events and holidays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, true

from kash.accounts.models import Account
from kash.attendance.models import Slot
from kash.people.models import Group, Person, Venue, Zone
from kash.planning.clashes.rules import OF_TRAINERS, OF_VENUES, Clash, ClashKind, Engagement
from kash.platform.database import db
from kash.platform.web.formats import from_local, to_local
from kash.policy import Actor
from kash.workshops.holidays.forms import holiday_name
from kash.workshops.holidays.queries import local_holidays_between
from kash.workshops.holidays.rules import public_holidays
from kash.workshops.models import Enrolment, Facilitator, Workshop, WorkshopSession
from kash.workshops.other_events import EventQuestion, OtherEvent, other_events
from kash.workshops.queries.plan import COMING

Span = tuple[datetime, datetime]
# Workshops by their keys, or a select of these.
Keys = Select[int] | Sequence[int]
_FEW = 200


@dataclass(frozen=True)
class TimetableEvent:
    """A workshop, or something else that was declared, with the endpoint and arguments of its
    page."""

    public_id: str
    title: str
    endpoint: str
    arguments: tuple[tuple[str, str], ...] = ()


def workshop_event(public_id: str, title: str) -> TimetableEvent:
    """A workshop as an event."""
    return TimetableEvent(public_id, title, "workshops.workshop", (("public_id", public_id),))


def other_event(one: OtherEvent) -> TimetableEvent:
    """An event beside workshops."""
    return TimetableEvent(one.public_id, one.title, one.endpoint, one.arguments)


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
class EventTable:
    """Events by their public ids, with their rows, engagements, and people to expect."""

    events: Mapping[str, TimetableEvent]
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
    engagements = []
    for day, (begins, ends) in sorted(by_day.items()):
        local = to_local(begins)
        starts, over = _minute(begins), _minute(ends)
        if over > starts:
            clock = local.hour * 60 + local.minute
            engagements.append(Engagement(event, starts, over, day, clock, **more))
    return engagements


def _minute(moment: datetime) -> int:
    return int(moment.timestamp()) // 60


def timetable_between(
    first: date,
    last: date,
    *,
    only: ColumnElement[bool] | None = None,
    people: ColumnElement[bool] | None = None,
    actor: Actor | None = None,
) -> EventTable:
    """All that is planned on these days; `only` workshops of which that is true. Of people those
    are told (by key) whose enrolments `people` is true of; none, if it is None. Of what is no
    workshop there is what `actor` sees, everything if it is None; five queries and those for it."""
    chosen = select(Workshop.id).where(
        Workshop.state == "planned", Workshop.starts_on <= last, Workshop.ends_on >= first
    )
    if only is not None:
        chosen = chosen.where(only)
    rows = _workshops(chosen)
    # Few are named in the other questions, which would look for them anew each.
    keys: Keys = [workshop.key for workshop in rows] if len(rows) <= _FEW else chosen
    spans, teams, expected = _spans(keys), _teams(keys), _expected(keys, people)
    engagements: list[Engagement] = []
    for workshop in rows:
        there = expected.get(workshop.key) or Expected()
        engagements += engagements_of(
            workshop.public_id,
            spans.get(workshop.key) or _whole_days(workshop),
            trainers=teams.get(workshop.key, ()),
            venue=workshop.venue,
            zone=workshop.zone,
            people=there.people,
            police=there.police,
            community=there.community,
        )
    others, engaged = _others(first, last, people, actor)
    return EventTable(
        {
            workshop.public_id: workshop_event(workshop.public_id, workshop.title)
            for workshop in rows
        }
        | others,
        {workshop.public_id: workshop for workshop in rows},
        [*engagements, *engaged],
        {
            workshop.public_id: expected[workshop.key]
            for workshop in rows
            if workshop.key in expected
        },
    )


def _workshops(chosen: Select[int]) -> list[WorkshopRow]:
    return [
        WorkshopRow(*columns)
        for columns in db.session.execute(
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


def _spans(chosen: Keys) -> dict[int, list[Span]]:
    spans: defaultdict[int, list[Span]] = defaultdict(list)
    for key, starts_at, minutes in db.session.execute(
        select(WorkshopSession.workshop_id, Slot.starts_at, Slot.minutes)
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .where(WorkshopSession.workshop_id.in_(chosen))
    ):
        spans[key].append((starts_at, starts_at + timedelta(minutes=minutes)))
    return spans


def _teams(chosen: Keys) -> dict[int, list[int]]:
    teams: defaultdict[int, list[int]] = defaultdict(list)
    for key, account in db.session.execute(
        select(Facilitator.workshop_id, Facilitator.account_id)
        .where(Facilitator.workshop_id.in_(chosen))
        .order_by(Facilitator.id)
    ):
        teams[key].append(account)
    return teams


def _expected(chosen: Keys, people: ColumnElement[bool] | None) -> dict[int, Expected]:
    by_workshop: defaultdict[int, Expected] = defaultdict(Expected)
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
        there = by_workshop[key]
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
            by_workshop[key].people.append(person)
    return by_workshop


def _others(
    first: date, last: date, people: ColumnElement[bool] | None, actor: Actor | None
) -> tuple[dict[str, TimetableEvent], list[Engagement]]:
    """Events beside workshops on these days, and their engagements."""

    def asked(key: Any) -> ColumnElement[bool]:
        # The same people as are asked for among the enrolled: `people` is about Enrolment.
        condition = true() if people is None else people
        coming = Enrolment.state.in_(COMING)
        return exists().where(Enrolment.person_id == key, coming, condition).correlate(key.table)

    begins, ends = from_local(first, time()), from_local(last + timedelta(days=1), time())
    events, engagements = {}, []
    for event in other_events(
        EventQuestion(begins, ends, None if people is None else asked, actor)
    ):
        events[event.public_id] = other_event(event)
        engagements += engagements_of(
            event.public_id,
            [(event.starts_at, event.starts_at + timedelta(minutes=event.minutes))],
            trainers=event.accounts,
            people=event.people,
        )
    return events, engagements


@dataclass(frozen=True)
class ClashNames:
    """Names of trainers and venues by their keys, events by public ids, and holidays by days."""

    trainers: Mapping[int, str] = field(default_factory=dict)
    venues: Mapping[int, str] = field(default_factory=dict)
    events: Mapping[str, TimetableEvent] = field(default_factory=dict)
    holidays: Mapping[date, str] = field(default_factory=dict)


def names_for(clashes: Iterable[Clash], events: Mapping[str, TimetableEvent]) -> ClashNames:
    """The names that these clashes need; three queries at most."""
    told = list(clashes)
    trainers = {key for clash in told if clash.kind in OF_TRAINERS for key in clash.subjects}
    venues = {key for clash in told if clash.kind in OF_VENUES for key in clash.subjects}
    days = [clash.day for clash in told if clash.kind is ClashKind.HOLIDAY]
    return ClashNames(
        _names(Account, trainers),
        _names(Venue, venues),
        events,
        _holiday_names(min(days), max(days)) if days else {},
    )


def _names(kind: type[Account] | type[Venue], keys: set[int]) -> dict[int, str]:
    if not keys:
        return {}
    rows = db.session.execute(select(kind.id, kind.name).where(kind.id.in_(sorted(keys))))
    return {record[0]: record[1] for record in rows}


def _holiday_names(first: date, last: date) -> dict[date, str]:
    of_law = {
        day: holiday_name(value)
        for year in range(first.year, last.year + 1)
        for day, value in public_holidays(year).items()
    }
    return {
        **{holiday.day: holiday.name for holiday in local_holidays_between(first, last)},
        **of_law,
    }
