"""Workshops as they are to be: saved ones, and such as stand in a form that is not saved yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.attendance.models import Slot
from kash.people.models import Venue
from kash.platform.database import db
from kash.platform.web.formats import from_local, to_local
from kash.training.models import CourseVersion
from kash.workshops.models import Facilitator, Workshop, WorkshopSession
from kash.workshops.queries.plan import teachings_of
from kash.workshops.rules import Teaching, days_between, lay_into_days

_Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class WantedWorkshop:
    """A workshop as it is to be: `spans` are from when to when its sessions last, as aware moments;
    `team` and `venue` are public ids. `workshop` is the public id of one that is there, empty for a
    new one."""

    title: str
    spans: Sequence[tuple[datetime, datetime]]
    course_id: int
    team: Sequence[str] = ()
    venue: str = ""
    capacity: int | None = None
    workshop: str = ""


@dataclass(frozen=True)
class WantedDays:
    """Days of a workshop, and the clock from which and to which each lasts."""

    first: date
    last: date
    day_starts_at: time
    day_ends_at: time


def version_taught(public_id: str) -> tuple[int, int, str] | None:
    """The keys of a published version and of its course, and its public title; None if there is no
    such version. One query."""
    row = db.session.execute(
        select(CourseVersion.id, CourseVersion.course_id, CourseVersion.public_title).where(
            CourseVersion.public_id == public_id, CourseVersion.state == "published"
        )
    ).first()
    return (row[0], row[1], row[2]) if row is not None else None


def wanted_of(workshop: Workshop, session: Session | None = None) -> WantedWorkshop:
    """A workshop as it is saved, or about to be; four queries."""
    asking = session or db.session()
    days = WantedDays(
        workshop.starts_on, workshop.ends_on, workshop.day_starts_at, workshop.day_ends_at
    )
    team = asking.scalars(
        select(Account.public_id)
        .join(Facilitator, Facilitator.account_id == Account.id)
        .where(Facilitator.workshop_id == workshop.id)
        .order_by(Facilitator.id)
    ).all()
    venue = asking.scalar(select(Venue.public_id).where(Venue.id == workshop.venue_id))
    course = asking.scalar(
        select(CourseVersion.course_id).where(CourseVersion.id == workshop.version_id)
    )
    return WantedWorkshop(
        workshop.title,
        _spans(asking, workshop) or _whole(days),
        course or 0,
        team,
        venue or "",
        workshop.capacity,
        workshop.public_id,
    )


def spans_of_new(version_id: int, days: WantedDays, *, as_delivered: bool) -> list[_Span]:
    """Spans of the sessions of a version that would be laid into these days, as far as they fit."""
    plans = teachings_of(version_id, as_delivered=as_delivered)
    return _laid([teaching for _plan, teaching in plans], days)


def spans_of_changed(workshop: Workshop, days: WantedDays, *, anew: bool) -> list[_Span]:
    """Spans of the sessions of a workshop on these days: moved along with the first, or laid out
    afresh."""
    spans = _spans(db.session(), workshop)
    if anew:
        lengths = [
            Teaching(str(number), int((ends - begins).total_seconds() // 60))
            for number, (begins, ends) in enumerate(sorted(spans))
        ]
        return _laid(lengths, days)
    moved = days.first - workshop.starts_on
    return [(_later(begins, moved), _later(ends, moved)) for begins, ends in spans] or _whole(days)


def _spans(session: Session, workshop: Workshop) -> list[_Span]:
    return [
        (starts_at, starts_at + timedelta(minutes=minutes))
        for starts_at, minutes in session.execute(
            select(Slot.starts_at, Slot.minutes)
            .join(WorkshopSession, WorkshopSession.slot_id == Slot.id)
            .where(WorkshopSession.workshop_id == workshop.id)
            .order_by(Slot.starts_at, Slot.id)
        )
    ]


def _laid(teachings: Sequence[Teaching], days: WantedDays) -> list[_Span]:
    timetable = lay_into_days(
        teachings, days_between(days.first, days.last), days.day_starts_at, days.day_ends_at
    )
    spans = []
    for place in timetable.placed:
        begins = from_local(place.day, place.starts_at)
        spans.append((begins, begins + timedelta(minutes=place.minutes)))
    return spans or _whole(days)


def _whole(days: WantedDays) -> list[_Span]:
    return [
        (from_local(day, days.day_starts_at), from_local(day, days.day_ends_at))
        for day in days_between(days.first, days.last)
    ]


def _later(moment: datetime, by: timedelta) -> datetime:
    local = to_local(moment)
    return from_local(local.date() + by, local.time())
