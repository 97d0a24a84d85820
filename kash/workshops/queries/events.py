"""Workshops as events of calendars: one a day, under the public title."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select

from kash.attendance.models import Slot
from kash.people.models import Venue
from kash.platform.database import db
from kash.platform.messages.calendars import BusyTime, CalendarEvent
from kash.platform.web.formats import from_local, to_local
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.models import Enrolment, Facilitator, Workshop
from kash.workshops.rules import days_between

_DETAILS = (
    Workshop.id,
    Workshop.public_id,
    Workshop.register_id,
    Workshop.starts_on,
    Workshop.ends_on,
    Workshop.day_starts_at,
    Workshop.day_ends_at,
    Workshop.state,
    Workshop.row_version,
    Workshop.created_at,
    CourseVersion.public_title,
    Venue.name.label("venue"),
    Venue.place.label("place"),
)


@dataclass(frozen=True)
class Hours:
    """From the beginning of the first session of a day to the end of its last."""

    starts_at: datetime
    ends_at: datetime


def own_workshop_events(actor: Actor, first: date, last: date) -> list[CalendarEvent]:
    """Days of workshops that this actor teaches, or in which she has a confirmed place."""
    if actor.account_id is None:
        return []
    teaches = exists().where(
        Facilitator.workshop_id == Workshop.id, Facilitator.account_id == actor.account_id
    )
    takes_part = exists().where(
        Enrolment.workshop_id == Workshop.id,
        Enrolment.person_id == (actor.person_id or 0),
        Enrolment.state == "confirmed",
    )
    return _events(_between(first, last).where(or_(teaches, takes_part)))


def workshop_events(public_id: str) -> list[CalendarEvent]:
    """The days of one workshop, for invitations to it."""
    return _events(_details().where(Workshop.public_id == public_id))


def days_given_up(
    public_id: str, events: Sequence[CalendarEvent], before: int
) -> list[CalendarEvent]:
    """Events to withdraw of a workshop that lasted so many days before: the days that it has no
    longer, beside the events of those that it has."""
    last, given_up = events[-1], range(len(events) + 1, before + 1)
    later = [timedelta(days=number - len(events)) for number in given_up]
    return [
        replace(
            last,
            uid=_uid(public_id, number),
            starts_at=last.starts_at + after,
            ends_at=last.ends_at + after,
            cancelled=True,
        )
        for number, after in zip(given_up, later, strict=True)
    ]


def venue_busy_times(venue_id: int, first: date, last: date) -> list[BusyTime]:
    """When workshops are held at a venue (its key) from one day to another."""
    statement = _between(first, last).where(
        Workshop.venue_id == venue_id, Workshop.state == "planned"
    )
    return [BusyTime(event.starts_at, event.ends_at) for event in _events(statement)]


def _details() -> Select[*tuple[Any, ...]]:
    return (
        select(*_DETAILS)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .outerjoin(Venue, Venue.id == Workshop.venue_id)
        .order_by(Workshop.starts_on, Workshop.id)
    )


def _between(first: date, last: date) -> Select[*tuple[Any, ...]]:
    return _details().where(and_(Workshop.starts_on <= last, Workshop.ends_on >= first))


def _uid(public_id: str, number: int) -> str:
    """By the number of the day, not its date: a workshop that moves keeps it."""
    return f"{public_id}-{number}@kash"


def _events(statement: Select[*tuple[Any, ...]]) -> list[CalendarEvent]:
    workshops = db.session.execute(statement).all()
    hours = _hours([workshop.register_id for workshop in workshops])
    events = []
    for workshop in workshops:
        for number, day in enumerate(days_between(workshop.starts_on, workshop.ends_on), start=1):
            held = hours.get((workshop.register_id, day)) or Hours(
                from_local(day, workshop.day_starts_at), from_local(day, workshop.day_ends_at)
            )
            events.append(
                CalendarEvent(
                    uid=_uid(workshop.public_id, number),
                    summary=workshop.public_title,
                    starts_at=held.starts_at,
                    ends_at=held.ends_at,
                    changed_at=workshop.created_at,
                    sequence=workshop.row_version - 1,
                    location=", ".join(filter(None, (workshop.venue, workshop.place))),
                    cancelled=workshop.state == "cancelled",
                )
            )
    return events


def _hours(registers: Collection[int]) -> dict[tuple[int, date], Hours]:
    """Hours of each day on which a register has a slot, by local days."""
    found: dict[tuple[int, date], Hours] = {}
    slots: Sequence[tuple[int, datetime, int]] = [
        (row[0], row[1], row[2])
        for row in db.session.execute(
            select(Slot.register_id, Slot.starts_at, Slot.minutes).where(
                Slot.register_id.in_(registers)
            )
        )
    ]
    for register, starts_at, minutes in slots:
        ends_at = starts_at + timedelta(minutes=minutes)
        key = (register, to_local(starts_at).date())
        known = found.get(key)
        if known is not None:
            starts_at = min(known.starts_at, starts_at)
            ends_at = max(known.ends_at, ends_at)
        found[key] = Hours(starts_at, ends_at)
    return found
