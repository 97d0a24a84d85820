"""Workshops in calendars, beside those that just don't belong there."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from kash.accounts.models import Account
from kash.attendance.models import Slot
from kash.people.models import Group, Person, Venue
from kash.platform.database import db
from kash.platform.messages.calendars import BusyTime, CalendarEvent
from kash.platform.web import NotFound
from kash.platform.web.formats import from_local
from kash.platform.web.parts import CalendarFilters, CalendarQuestion
from kash.policy import SYSTEM, Actor
from kash.training.models import Course, CourseVersion, SessionPlan
from kash.workshops.models import (
    EarlierCourse,
    Enrolment,
    Facilitator,
    Funder,
    Funding,
    Workshop,
    WorkshopSession,
)
from kash.workshops.queries.deliveries import course_with_needs, last_minutes, unended_sessions
from kash.workshops.queries.people import as_queue, version_taught, waiting_in
from kash.workshops.queries.plan import calendar_sessions, calendar_workshops
from kash.workshops.queries.workshops import own_workshop_events, venue_busy_times, workshop_events
from tests.rows import TODAY, row

pytestmark = pytest.mark.usefixtures("as_it_was")
LAST = TODAY + timedelta(days=5)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def _workshop(first: int, last: int, **more: Any) -> Workshop:
    told = {"day_starts_at": time(8), "day_ends_at": time(16), "venue": None}
    days = {"starts_on": TODAY + first * DAY, "ends_on": TODAY + last * DAY}
    return row(Workshop, **(told | days | more))


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return from_local(TODAY + day * DAY, time(hour, minute))


def _teaches(who: Actor, workshop: Workshop, *, lead: bool = False) -> None:
    row(Facilitator, workshop_id=workshop.id, account_id=who.account_id, lead=lead)


def test_a_calendar_shows_what_touches_its_days_as_far_as_she_sees_it(actor, groups):
    director, lead = actor("director"), actor("trainer", name="Zawadi")
    second, third = actor("trainer", name="Bora"), actor("trainer", name="Amani")
    person = row(Person, group=groups[0])
    peer = actor("peer", person_id=person.id)
    hall, funder = row(Venue, name="Hall"), row(Funder)
    made = {
        "ends first": _workshop(-9, 0, venue=hall, created_by=lead.public_id),
        "begins last": _workshop(5, 9),
        "morning": _workshop(2, 2, day_starts_at=time(7), state="cancelled"),
        "noon": _workshop(2, 2, day_starts_at=time(12)),
    }
    _workshop(-9, -1)
    _workshop(6, 9)
    _teaches(second, made["noon"])
    _teaches(lead, made["noon"], lead=True)
    _teaches(third, made["noon"])
    _teaches(lead, made["begins last"])
    row(Funding, workshop_id=made["noon"].id, funder_id=funder.id, share=10)
    for name, state in (("noon", "waiting"), ("morning", "invited"), ("begins last", "declined")):
        row(Enrolment, workshop_id=made[name].id, person_id=person.id, state=state)
    stranger = row(Person, group=groups[1])
    row(Enrolment, workshop_id=made["ends first"].id, person_id=stranger.id, state="confirmed")

    def told(
        name: str, *, runs: bool, own: str | None, trainers: tuple[str, ...]
    ) -> dict[str, Any]:
        one = made[name]
        return {
            "id": one.id,
            "public_id": one.public_id,
            "title": one.title,
            "starts_on": one.starts_on,
            "ends_on": one.ends_on,
            "day_starts_at": one.day_starts_at,
            "day_ends_at": one.day_ends_at,
            "state": one.state,
            "row_version": one.row_version,
            "venue": "Hall" if name == "ends first" else "",
            "runs": runs,
            "own": own,
            "trainers": list(trainers),
        }

    teams = {"noon": ("Zawadi", "Amani", "Bora"), "begins last": ("Zawadi",)}

    def shown(who: Actor, run: str = "", **filters: str) -> list[str]:
        asked = CalendarQuestion(who, TODAY, LAST, CalendarFilters(**filters))
        found = calendar_workshops(asked)
        names = {one.public_id: name for name, one in made.items()}
        assert found == [
            told(
                name := names[one["public_id"]],
                runs=name in run,
                own=None,
                trainers=teams.get(name, ()),
            )
            for one in found
        ]
        return [names[one["public_id"]] for one in found]

    everything = ["ends first", "morning", "noon", "begins last"]
    assert shown(lead, "ends first, noon, begins last") == everything
    assert shown(lead, "ends first, noon, begins last", trainer=second.public_id) == ["noon"]
    run = "ends first, noon, begins last"
    assert shown(lead, run, venue=hall.public_id) == ["ends first"]
    assert shown(lead, run, group=groups[0].public_id) == ["morning", "noon"]
    assert shown(lead, run, group=groups[1].public_id) == ["ends first"]
    assert shown(lead, run, funder=funder.public_id) == ["noon"]
    own = calendar_workshops(CalendarQuestion(peer, TODAY, LAST))
    assert own == [
        told("morning", runs=False, own="invited", trainers=()),
        told("noon", runs=False, own="waiting", trainers=()),
    ]
    assert calendar_workshops(CalendarQuestion(actor("peer"), TODAY, LAST)) == []
    assert len(calendar_workshops(CalendarQuestion(director, TODAY, LAST))) == 4

    for name, day, hour, position in (
        ("noon", 2, 12, 2),
        ("noon", 2, 11, 1),
        ("begins last", 5, 23, 1),
        ("begins last", 6, 0, 2),
        ("ends first", 0, 0, 1),
        ("morning", 2, 7, 1),
    ):
        at = {"starts_at": _at(day, hour), "minutes": 45, "position": position}
        slot = row(Slot, register_id=made[name].register_id, **at)
        row(WorkshopSession, workshop_id=made[name].id, slot=slot, title=f"{name} {hour}")
    sessions = calendar_sessions(
        CalendarQuestion(director, TODAY, LAST), _at(0, 0), from_local(LAST + DAY, time())
    )
    assert [(one.title, one.workshop, one.starts_at, one.minutes) for one in sessions] == [
        (f"{name} {hour}", made[name].public_id, _at(day, hour), 45)
        for name, day, hour in (
            ("ends first", 0, 0),
            ("noon", 2, 11),
            ("noon", 2, 12),
            ("begins last", 5, 23),
        )
    ]


def test_events_are_the_days_of_what_she_teaches_or_has_a_place_in(actor):
    person = row(Person)
    trainer, peer = actor("trainer"), actor("peer", person_id=person.id)
    hall = row(Venue, name="Hall", place="Kondele")
    taught = _workshop(-1, 0, venue=hall, row_version=3)
    attended = _workshop(5, 5, state="cancelled")
    _teaches(trainer, taught)
    row(Enrolment, workshop_id=attended.id, person_id=person.id, state="confirmed")
    row(Enrolment, workshop_id=taught.id, person_id=person.id, state="waiting")
    for first, last in ((-2, -1), (6, 6)):
        _teaches(trainer, _workshop(first, last, venue=hall))
    cancelled = _workshop(1, 1, venue=hall, state="cancelled")
    for day, hour, minutes, position in ((0, 11, 30, 2), (0, 9, 60, 1), (0, 10, 90, 3)):
        at = {"starts_at": _at(day, hour), "minutes": minutes, "position": position}
        row(Slot, register_id=taught.register_id, **at)

    def event(one: Workshop, number: int, starts: datetime, ends: datetime) -> CalendarEvent:
        return CalendarEvent(
            uid=f"{one.public_id}-{number}@kash",
            summary=one.version.public_title,
            starts_at=starts,
            ends_at=ends,
            changed_at=one.created_at,
            sequence=one.row_version - 1,
            location="Hall, Kondele" if one.venue else "",
            cancelled=one.state == "cancelled",
        )

    days = [event(taught, 1, _at(-1, 8), _at(-1, 16)), event(taught, 2, _at(0, 9), _at(0, 11, 30))]
    assert own_workshop_events(trainer, TODAY, LAST) == days
    assert own_workshop_events(peer, TODAY, LAST) == [event(attended, 1, _at(5, 8), _at(5, 16))]
    assert own_workshop_events(actor("peer"), TODAY, LAST) == []
    assert own_workshop_events(SYSTEM, TODAY, LAST) == []
    assert workshop_events(taught.public_id) == days
    busy = [BusyTime(one.starts_at, one.ends_at) for one in days]
    assert venue_busy_times(hall.id, TODAY, LAST) == busy
    assert workshop_events(cancelled.public_id)[0].cancelled


def test_the_last_deliveries_of_a_plan_are_told_by_their_minutes():
    lineages = ["a" * 16, "b" * 16, "c" * 16]
    plans = [row(SessionPlan, lineage=lineage) for lineage in lineages]

    def taught(plan: int, day: int, minutes: int | None, **more: Any) -> None:
        workshop = _workshop(day, day, **more)
        began = _at(day, 9)
        ended = None if minutes is None else began + minutes * MINUTE
        slot = row(
            Slot, register_id=workshop.register_id, position=1, began_at=began, ended_at=ended
        )
        row(WorkshopSession, workshop_id=workshop.id, slot=slot, plan_id=plans[plan].id)

    taught(0, 1, 40)
    taught(0, 3, 60)
    taught(0, 2, 50)
    taught(0, 4, None)
    taught(0, 4, 99, state="cancelled")
    taught(0, 4, 0)
    taught(1, 1, 30)
    taught(2, 1, 20)
    found = last_minutes(db.session(), lineages[:2])
    assert found == {lineages[0]: [60, 50, 40], lineages[1]: [30]}
    for day in range(5, 12):
        taught(1, day, day)
    newest = last_minutes(db.session(), lineages[1:2])[lineages[1]]
    assert newest == sorted(newest, reverse=True)
    assert newest[0] == 11


def test_those_who_wait_stand_in_the_order_of_the_queue():
    workshop, other, group = _workshop(1, 1), _workshop(1, 1), row(Group)
    made = [
        row(
            Enrolment,
            workshop_id=of.id,
            person_id=row(Person, group=group, minor=minor).id,
            state=state,
            queued_at=_at(0, hour),
            offer_until=_at(1, 9) if hour == 8 else None,
            offer_lapsed_at=_at(0, 9) if hour == 9 else None,
        )
        for of, minor, state, hour in (
            (workshop, True, "waiting", 9),
            (workshop, False, "waiting", 8),
            (workshop, False, "confirmed", 7),
            (other, False, "waiting", 7),
        )
    ]
    queue = as_queue(waiting_in(db.session(), workshop))
    found = [(one.key, one.minor, one.offered_until, one.lapsed) for one in queue]
    assert found == [(made[1].id, False, _at(1, 9), False), (made[0].id, True, None, True)]


def test_a_version_is_taught_once_published_and_a_course_asks_for_others_by_name():
    course = row(Course, name="Arrest")
    published, draft = (
        row(CourseVersion, course=course, state=state) for state in ("published", "draft")
    )
    told = (published.id, course.id, published.public_title)
    assert (version_taught(published.public_id), version_taught(draft.public_id)) == (told, None)
    needed = [row(Course, name=name) for name in ("beta", "Alpha", "Other")]
    for of, needs in ((course, needed[0]), (course, needed[1]), (needed[0], needed[2])):
        row(EarlierCourse, course_id=of.id, needs_id=needs.id)
    ids = [needed[1].public_id, needed[0].public_id]
    assert course_with_needs(course.public_id) == ("Arrest", ids)
    with pytest.raises(NotFound):
        course_with_needs("nowhere")


def test_what_somebody_began_and_nobody_ended_is_hers_who_runs_it(actor):
    trainer, other = actor("trainer"), actor("trainer")
    workshop = _workshop(-3, 3, created_by=trainer.public_id)
    for number, (began, ended) in enumerate(
        ((_at(-2, 9), None), (_at(-1, 9), None), (_at(-1, 9), _at(-1, 10)), (None, None)), start=1
    ):
        slot = row(
            Slot,
            register_id=workshop.register_id,
            position=number,
            starts_at=_at(-1, number),
            minutes=60,
            began_at=began,
            ended_at=ended,
        )
        row(WorkshopSession, workshop_id=workshop.id, slot=slot)
    found = unended_sessions(trainer, _at(9, 9))
    assert sorted(one.began_at for one in found) == [_at(-2, 9), _at(-1, 9)]
    assert unended_sessions(trainer, _at(-2, 9) + MINUTE) == []
    assert len(unended_sessions(trainer, _at(9, 9), limit=1)) == 1
    assert unended_sessions(other, _at(9, 9)) == []
    account = db.session.get_one(Account, other.account_id)
    row(Facilitator, workshop_id=workshop.id, account_id=account.id)
    assert unended_sessions(other, _at(9, 9)) == found
