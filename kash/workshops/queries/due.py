"""Workshops that are next and tasks that are open, for whoever runs workshops."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from kash.attendance.models import HeldItem, Mark, Register, RosterEntry, Slot, WalkIn
from kash.attendance.rules.door import EARLY, is_its_time
from kash.attendance.services.door import OwnSlot
from kash.people.models import Venue
from kash.platform.database import db, utc_now
from kash.platform.web.account_names import accounts_in_line
from kash.policy import Actor, Reach
from kash.workshops.models import (
    Workshop,
    WorkshopSession,
)
from kash.workshops.queries.scope import is_run_by, run_by


def workshops_of_trainer(actor: Actor) -> Select[Workshop]:
    """The workshops that this actor runs and that were not cancelled, by date."""
    return (
        select(Workshop)
        .where(Workshop.id.in_(run_by(actor)), Workshop.state == "planned")
        .order_by(Workshop.starts_on, Workshop.id)
    )


@dataclass(frozen=True)
class DueSession:
    """A session with what a list of things to do says of it."""

    workshop: str
    workshop_title: str
    session: str
    title: str
    starts_at: datetime
    minutes: int
    venue: str
    marked: bool


def _due(actor: Actor) -> Any:
    return (
        select(
            Workshop.public_id,
            Workshop.title,
            WorkshopSession.public_id,
            WorkshopSession.title,
            Slot.starts_at,
            Slot.minutes,
            func.coalesce(Venue.name, ""),
            exists().where(Mark.slot_id == Slot.id),
        )
        .join(WorkshopSession, WorkshopSession.slot_id == Slot.id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .outerjoin(Venue, Venue.id == Workshop.venue_id)
        .where(is_run_by(actor), Workshop.state == "planned")
        .order_by(Slot.starts_at, Slot.id)
    )


# What is open nobody confirmed; said outright, so that PostgreSQL reads an index of those alone in
# its order, and stops.
_OPEN = (Slot.closed_at.is_(None), Slot.confirmed_at.is_(None))


def upcoming_sessions(actor: Actor, now: datetime, limit: int = 5) -> list[DueSession]:
    """The next sessions of the workshops that this actor runs, those of today's past left out."""
    rows = db.session.execute(_due(actor).where(*_OPEN, Slot.starts_at >= now).limit(limit))
    return [DueSession(*row) for row in rows]


# A session that runs on so long over its time has ended, and nobody said so.
_RUNS_ON = timedelta(minutes=30)


def unended_sessions(actor: Actor, now: datetime, limit: int = 20) -> list[DueSession]:
    """Sessions that somebody began and nobody ended, in workshops this actor runs; `starts_at` is
    when they began."""
    rows = db.session.execute(
        _due(actor)
        .add_columns(Slot.began_at)
        .where(Slot.began_at.is_not(None), Slot.ended_at.is_(None))
        .limit(limit)
    )
    begun = [replace(DueSession(*row[:-1]), starts_at=row[-1]) for row in rows]
    return [one for one in begun if one.starts_at + timedelta(minutes=one.minutes) + _RUNS_ON < now]


def open_slots(actor: Actor, now: datetime, limit: int = 50) -> list[DueSession]:
    """Sessions that began and whose register is not closed, in workshops this actor runs."""
    rows = db.session.execute(_due(actor).where(*_OPEN, Slot.starts_at < now).limit(limit))
    return [DueSession(*row) for row in rows]


def own_slots(actor: Actor, now: datetime) -> list[OwnSlot]:
    """The open slots that are going on now and in which this actor stands on the register."""
    if actor.person_id is None:
        return []
    rows = db.session.execute(
        select(
            Register.public_id, Slot.public_id, RosterEntry.public_id, Slot.starts_at, Slot.minutes
        )
        .join(Register, Register.id == Slot.register_id)
        .join(Workshop, Workshop.register_id == Register.id)
        .join(RosterEntry, RosterEntry.register_id == Register.id)
        .where(
            Workshop.state == "planned",
            RosterEntry.person_id == actor.person_id,
            RosterEntry.removed_at.is_(None),
            Slot.closed_at.is_(None),
            Slot.starts_at.between(now - timedelta(days=1), now + EARLY),
        )
        .order_by(Slot.starts_at)
    )
    return [
        OwnSlot(register, slot, entry)
        for register, slot, entry, starts_at, minutes in rows
        if is_its_time(starts_at, minutes, now)
    ]


@dataclass(frozen=True)
class FromPhones:
    """Items that phones sent for a workshop and a person must see to: decisions, and people to
    match."""

    workshop: str
    title: str
    to_decide: int
    to_match: int


def from_phones(actor: Actor) -> list[FromPhones]:
    """The workshops that this actor runs in which something waits; one query."""
    held = (
        select(func.count(HeldItem.id))
        .where(HeldItem.register_id == Workshop.register_id, HeldItem.decided_at.is_(None))
        .correlate(Workshop)
        .scalar_subquery()
    )
    came = (
        select(func.count(WalkIn.id))
        .where(WalkIn.register_id == Workshop.register_id, WalkIn.settled_at.is_(None))
        .correlate(Workshop)
        .scalar_subquery()
    )
    waiting = (
        exists().where(HeldItem.register_id == Workshop.register_id, HeldItem.decided_at.is_(None)),
        exists().where(WalkIn.register_id == Workshop.register_id, WalkIn.settled_at.is_(None)),
    )
    rows = db.session.execute(
        select(Workshop.public_id, Workshop.title, held, came)
        .where(Workshop.id.in_(run_by(actor)), or_(*waiting))
        .order_by(Workshop.starts_on, Workshop.id)
        .limit(20)
    )
    return [FromPhones(*row) for row in rows]


@dataclass(frozen=True)
class ToConfirm:
    """The registers of a workshop that somebody independent closed. `session` is the only
    one, if it is alone; `since` is when the first of them was closed."""

    workshop: str
    title: str
    registers: int
    since: datetime
    session: str | None


def to_confirm(actor: Actor, limit: int = 20) -> list[ToConfirm]:
    """Workshops with registers that this actor may confirm, longest waiting first; two queries."""
    reach = actor.reach("attendance.confirm")
    if reach is Reach.NONE:
        return []
    now = utc_now()
    tied = db.session.scalars(accounts_in_line(actor.public_id)).all()

    def waits(slot: type[Slot]) -> ColumnElement[bool]:
        return and_(
            slot.closed_at.is_not(None),
            slot.confirmed_at.is_(None),
            slot.closed_by.not_in(tied),
            slot.starts_at <= now,
        )

    other = aliased(Slot)
    of_its = and_(other.register_id == Workshop.register_id, waits(other))
    before = tuple_(other.closed_at, other.id) < tuple_(Slot.closed_at, Slot.id)
    # By the first register of each: those that wait longest are found in an index, and of them
    # alone it is counted how many wait.
    statement = (
        select(
            Workshop.public_id,
            Workshop.title,
            select(func.count(other.id)).where(of_its).correlate(Workshop).scalar_subquery(),
            Slot.closed_at,
            WorkshopSession.public_id,
        )
        .select_from(Slot)
        .join(WorkshopSession, WorkshopSession.slot_id == Slot.id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .where(Workshop.state == "planned", waits(Slot), ~exists().where(of_its, before))
        .order_by(Slot.closed_at, Workshop.id)
        .limit(limit)
    )
    if reach is not Reach.ALL:
        statement = statement.where(is_run_by(actor))
    return [
        ToConfirm(workshop, title, count, since, session if count == 1 else None)
        for workshop, title, count, since, session in db.session.execute(statement)
    ]
