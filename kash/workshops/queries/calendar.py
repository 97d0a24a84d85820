"""Workshops and their sessions that lie on certain days, as the calendar shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, literal, null, select

from kash.accounts.models import Account
from kash.attendance.models import Slot
from kash.people.models import Group, Person, Venue
from kash.platform.database import db
from kash.platform.web.calendar_entries import CalendarFilters, CalendarQuestion
from kash.policy import Actor, Reach
from kash.workshops.models import (
    Enrolment,
    Facilitator,
    Funder,
    Funding,
    Workshop,
    WorkshopSession,
)
from kash.workshops.queries.scope import run_by

# The states of an enrolment in which a workshop is still something to her.
COMING = ("invited", "confirmed", "waiting")


@dataclass(frozen=True)
class CalendarWorkshop:
    """A workshop with what a calendar says of it. `runs` is True if the actor runs it, `own` the
    state of her own enrolment, None for whoever sees everybody's."""

    public_id: str
    title: str
    starts_on: date
    ends_on: date
    day_starts_at: time
    day_ends_at: time
    state: str
    row_version: int
    venue: str
    runs: bool
    own: str | None
    trainers: tuple[str, ...] = ()


def calendar_workshops(question: CalendarQuestion) -> list[CalendarWorkshop]:
    """The workshops of these days that the actor sees, with who teaches each where she sees
    everybody's; at most two queries."""
    actor = question.actor
    sees_all = _sees_all(actor)
    is_run: Any = Workshop.id.in_(run_by(actor)) if actor.may("workshops.edit") else literal(False)
    columns = _seen(question).with_only_columns(
        Workshop.id,
        Workshop.public_id,
        Workshop.title,
        Workshop.starts_on,
        Workshop.ends_on,
        Workshop.day_starts_at,
        Workshop.day_ends_at,
        Workshop.state,
        Workshop.row_version,
        Venue.name,
        is_run,
        null() if sees_all else Enrolment.state,
    )
    rows: Sequence[Any] = db.session.execute(
        columns.outerjoin(Venue, Venue.id == Workshop.venue_id).order_by(
            Workshop.starts_on, Workshop.day_starts_at, Workshop.id
        )
    ).all()
    teaching = _trainers([row[0] for row in rows]) if sees_all else {}
    return [
        CalendarWorkshop(*(*told, venue or "", bool(runs), own, teaching.get(key, ())))
        for key, *told, venue, runs, own in rows
    ]


def _sees_all(actor: Actor) -> bool:
    return actor.reach("workshops.see") in (Reach.ALL, Reach.OWN)


def _seen(question: CalendarQuestion) -> Select[Any]:
    """The workshops of the days: all that fit the filters, or those in which the actor is to be."""
    statement = select(Workshop).where(
        Workshop.starts_on <= question.last, Workshop.ends_on >= question.first
    )
    if _sees_all(question.actor):
        return statement.where(*_asked(question.filters))
    return statement.join(Enrolment, Enrolment.workshop_id == Workshop.id).where(
        Enrolment.person_id == (question.actor.person_id or 0),
        Enrolment.state.in_(COMING),
        literal(question.actor.reach("workshops.see") is Reach.SELF),
    )


def _asked(filters: CalendarFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if filters.trainer:
        teaches = exists().where(
            Facilitator.workshop_id == Workshop.id, Facilitator.account_id == Account.id
        )
        found.append(teaches.where(Account.public_id == filters.trainer))
    if filters.venue:
        found.append(
            Workshop.venue_id.in_(select(Venue.id).where(Venue.public_id == filters.venue))
        )
    if filters.group:
        found.append(
            Workshop.id.in_(
                select(Enrolment.workshop_id)
                .join(Person, Person.id == Enrolment.person_id)
                .join(Group, Group.id == Person.group_id)
                .where(Enrolment.state.in_(COMING), Group.public_id == filters.group)
            )
        )
    if filters.funder:
        pays = exists().where(Funding.workshop_id == Workshop.id, Funding.funder_id == Funder.id)
        found.append(pays.where(Funder.public_id == filters.funder))
    return found


def _trainers(workshops: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, list[str]] = defaultdict(list)
    for workshop_id, name in db.session.execute(
        select(Facilitator.workshop_id, Account.name)
        .join(Account, Account.id == Facilitator.account_id)
        .where(Facilitator.workshop_id.in_(workshops))
        .order_by(Facilitator.lead.desc(), Account.name, Account.id)
    ):
        found[workshop_id].append(name)
    return {workshop_id: tuple(names) for workshop_id, names in found.items()}


@dataclass(frozen=True)
class CalendarSession:
    """A session, with the workshop that it belongs to by public id."""

    public_id: str
    workshop: str
    title: str
    starts_at: datetime
    minutes: int


def calendar_sessions(
    question: CalendarQuestion, begins: datetime, ends: datetime
) -> list[CalendarSession]:
    """The sessions that begin within a time, of those workshops that are not cancelled; one
    query."""
    workshops = _seen(question).where(Workshop.state == "planned").with_only_columns(Workshop.id)
    rows = db.session.execute(
        select(
            WorkshopSession.public_id,
            Workshop.public_id,
            WorkshopSession.title,
            Slot.starts_at,
            Slot.minutes,
        )
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .where(Workshop.id.in_(workshops), Slot.starts_at >= begins, Slot.starts_at < ends)
        .order_by(Slot.starts_at, Slot.id)
    )
    return [CalendarSession(*row) for row in rows]
