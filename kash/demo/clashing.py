"""Workshops of the sample that get in each other's way: one clash of each kind."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import select

from kash.availability.services.absences import (
    AbsenceDetails,
    TeachingDaysDetails,
    add_absence,
    say_teaching_days,
)
from kash.availability.services.venues import BlockDetails, add_block
from kash.demo.accounts import SECOND_TRAINER, TRAINER
from kash.demo.curriculum_swahili import USHIRIKIANO
from kash.demo.participants import People
from kash.demo.schedule import VENUES
from kash.holidays.rules import is_public_holiday
from kash.people.models import Venue
from kash.platform.database import db, new_public_id
from kash.platform.web.formats import from_local
from kash.policy import Actor
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.services.enrolment import enrol
from kash.workshops.services.planning import (
    WorkshopDetails,
    duplicate_workshop,
    plan_workshop,
)
from kash.workshops.services.sessions import SessionDetails, add_session, remove_session

_HALL, _ROOM = 0, 1
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def plan_what_clashes(
    actors: dict[str, Actor], people: People, courses: dict[str, str], today: date
) -> None:
    """Plan them some weeks ahead, after venues have their zones and seats."""
    first, second = actors[TRAINER.key], actors[SECOND_TRAINER.key]
    version = courses[USHIRIKIANO.name]
    tuesday = _clear_weeks(today)
    hall, room = _venue(_HALL), _venue(_ROOM)
    evening = plan_workshop(
        version,
        WorkshopDetails(
            title="Ushirikiano, evenings",
            starts_on=tuesday,
            ends_on=tuesday + _DAY,
            day_starts_at=time(10, 0),
            day_ends_at=time(18, 30),
            venue=hall,
            capacity=50,
        ),
        second,
    )
    for later in (1, 2):
        duplicate_workshop(evening, tuesday + later * _WEEK, second)
    duplicate_workshop(evening, _holiday(tuesday + 3 * _WEEK), second)
    officers = plan_workshop(
        version,
        WorkshopDetails(
            title="Ushirikiano, officers",
            starts_on=tuesday,
            ends_on=tuesday + _DAY,
            venue=hall,
            facilitators=[first.public_id, second.public_id],
        ),
        first,
    )
    talk = plan_workshop(
        version,
        WorkshopDetails(
            title="Talk at Milimani",
            starts_on=tuesday,
            ends_on=tuesday + _DAY,
            venue=room,
        ),
        first,
    )
    _leave_one_session(talk, officers, first)
    for person in people.community[:6]:
        enrol(evening, person, second)
    for person in (*people.police[:4], *people.community[:2]):
        enrol(officers, person, first)
    _away(first, second, hall, tuesday)


def _clear_weeks(today: date) -> date:
    """A Tuesday, five weeks ahead or later, in three weeks that have no holiday on these days."""
    tuesday = today - timedelta(days=today.weekday()) + 5 * _WEEK + _DAY
    while any(
        is_public_holiday(tuesday + week * _WEEK + day * _DAY)
        for week in range(3)
        for day in (0, 1)
    ):
        tuesday += _WEEK
    return tuesday


def _holiday(after: date) -> date:
    day = after
    while not is_public_holiday(day):
        day += _DAY
    return day


def _venue(number: int) -> str:
    name, _place = VENUES[number]
    return str(db.session.scalar(select(Venue.public_id).where(Venue.name == name)) or "")


def _leave_one_session(talk: str, before: str, by: Actor) -> None:
    """A talk of an hour at another venue, ten minutes after the first day of the one before."""
    rows = {
        workshop.public_id: workshop
        for workshop in db.session.scalars(
            select(Workshop).where(Workshop.public_id.in_((talk, before)))
        )
    }
    day = rows[talk].starts_on
    ends = max(
        one.slot.starts_at + timedelta(minutes=one.slot.minutes)
        for one in rows[before].sessions
        if one.slot.starts_at < from_local(day + _DAY, time())
    )
    sessions = [
        one.public_id
        for one in db.session.scalars(
            select(WorkshopSession).where(WorkshopSession.workshop_id == rows[talk].id)
        )
    ]
    for session in sessions:
        remove_session(talk, session, by)
    version = db.session.scalar(select(Workshop.row_version).where(Workshop.public_id == talk)) or 1
    details = SessionDetails("Talk with the ward", ends + timedelta(minutes=10), 60)
    add_session(talk, details, version, by)


def _away(first: Actor, second: Actor, hall: str, tuesday: date) -> None:
    """An absence, teaching days, and a day on which the hall is taken, in the week after."""
    add_absence(
        AbsenceDetails(tuesday + _WEEK, kind="training"),
        whose=second.public_id,
        key=new_public_id(),
        by=second,
    )
    say_teaching_days(first.public_id, TeachingDaysDetails((0, 1, 2, 3, 4), 4), 0, by=first)
    block = BlockDetails(tuesday + _WEEK + _DAY, reason="Elections of the ward")
    add_block(hall, block, key=new_public_id(), by=first)
