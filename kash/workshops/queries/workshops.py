"""Workshops as events of calendars: one a day, under the public title. How the sessions of a
workshop were planned and held, which registers wait, and in which period it counts. Load of
trainers: what else they teach on some days, and around them. People that a trainer met by an act
not hers alone, which opens how to reach them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from kash.accounts.models import Account
from kash.accounts.queries.accounts import tied_to
from kash.attendance.models import Mark, MarkOperation, MarkStatus, Slot
from kash.attendance.queries.pads import conducts
from kash.attendance.queries.registers import paper_differences_by_slot
from kash.attendance.rules.registers import Conduct, Oddity, has_begun, oddities
from kash.people.models import Person, Venue
from kash.platform.database import db, utc_now
from kash.platform.messages.calendars import BusyTime, CalendarEvent
from kash.platform.web.account_names import accounts_in_line
from kash.platform.web.formats import from_local, to_local
from kash.policy import Actor
from kash.training.models import CourseVersion, SessionPlan
from kash.workshops.models import Enrolment, Facilitator, Workshop, WorkshopSession
from kash.workshops.queries.scope import run_by
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
    return _events(_between(first, last), or_(teaches, takes_part))


def workshop_events(public_id: str) -> list[CalendarEvent]:
    """The days of one workshop, for invitations to it."""
    return _events(Workshop.public_id == public_id)


def days_given_up(
    public_id: str, events: Sequence[CalendarEvent], before: int
) -> list[CalendarEvent]:
    """Events to withdraw of a workshop that lasted so many days before: the days that it has no
    longer, beside the events of those that it has."""
    last, lasts = events[-1], len(events)
    return [
        replace(
            last,
            uid=_uid(public_id, number),
            starts_at=last.starts_at + timedelta(days=number - lasts),
            ends_at=last.ends_at + timedelta(days=number - lasts),
            cancelled=True,
        )
        for number in range(lasts + 1, before + 1)
    ]


def venue_busy_times(venue_id: int, first: date, last: date) -> list[BusyTime]:
    """When workshops are held at a venue (its key) from one day to another."""
    here = Workshop.venue_id == venue_id, Workshop.state == "planned"
    return [
        BusyTime(event.starts_at, event.ends_at) for event in _events(_between(first, last), *here)
    ]


def _between(first: date, last: date) -> ColumnElement[bool]:
    return and_(Workshop.starts_on <= last, Workshop.ends_on >= first)


def _uid(public_id: str, number: int) -> str:
    """By the number of the day, not its date: a workshop that moves keeps it."""
    return f"{public_id}-{number}@kash"


def _events(*conditions: ColumnElement[bool]) -> list[CalendarEvent]:
    workshops = db.session.execute(
        select(*_DETAILS)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .outerjoin(Venue, Venue.id == Workshop.venue_id)
        .where(*conditions)
        .order_by(Workshop.starts_on, Workshop.id)
    ).all()
    hours = _hours([workshop.register_id for workshop in workshops])
    events = []
    for workshop in workshops:
        for number, day in enumerate(days_between(workshop.starts_on, workshop.ends_on), start=1):
            starts_at, ends_at = hours.get((workshop.register_id, day)) or (
                from_local(day, workshop.day_starts_at),
                from_local(day, workshop.day_ends_at),
            )
            events.append(
                CalendarEvent(
                    uid=_uid(workshop.public_id, number),
                    summary=workshop.public_title,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    changed_at=workshop.created_at,
                    sequence=workshop.row_version - 1,
                    location=", ".join(filter(None, (workshop.venue, workshop.place))),
                    cancelled=workshop.state == "cancelled",
                )
            )
    return events


def _hours(registers: Collection[int]) -> dict[tuple[int, date], tuple[datetime, datetime]]:
    """From the beginning of the first session to the end of the last, of each local day on which a
    register has a slot."""
    hours: dict[tuple[int, date], tuple[datetime, datetime]] = {}
    slots: Sequence[Any] = db.session.execute(
        select(Slot.register_id, Slot.starts_at, Slot.minutes).where(
            Slot.register_id.in_(registers)
        )
    ).all()
    for register, starts_at, minutes in slots:
        ends_at = starts_at + timedelta(minutes=minutes)
        key = (register, to_local(starts_at).date())
        begins, ends = hours.get(key, (starts_at, ends_at))
        hours[key] = min(begins, starts_at), max(ends, ends_at)
    return hours


def counts_within(first: date, last: date) -> ColumnElement[bool]:
    """The condition that a workshop counts in a period: its last day lies there. Its people, its
    attendance and its money all go by it, so that parts of a year add up to the year."""
    return Workshop.ends_on.between(first, last)


def is_confirmed() -> ColumnElement[bool]:
    """The condition that all registers of a workshop are confirmed, and that it has any: only then
    its people are counted."""
    # By another name, so that a statement which reads slots itself keeps them apart.
    slot = aliased(Slot)
    of_it = slot.register_id == Workshop.register_id
    return and_(
        select(slot.id).where(of_it).exists(),
        ~select(slot.id).where(of_it, slot.confirmed_at.is_(None)).exists(),
    )


@dataclass(frozen=True)
class HeldSession:
    """A session as it was planned and held. `slot`, `closed_by` and `confirmed_by` are public ids;
    `differences` counts where signed sheets and marks differ and nobody settled it."""

    public_id: str
    slot: str
    title: str
    conduct: Conduct
    oddities: tuple[Oddity, ...]
    closed_by: str | None
    confirmed_by: str | None
    differences: int = 0

    @property
    def wants_a_look(self) -> bool:
        """True if it is confirmed by itself only."""
        return bool(self.oddities or self.differences)


def held_sessions(workshop: Workshop, session: Session | None = None) -> list[HeldSession]:
    """The sessions of a workshop in the order of time; five queries."""
    asking = session or db.session()
    rows = asking.execute(
        select(
            WorkshopSession.public_id,
            Slot.public_id.label("slot"),
            WorkshopSession.title,
            Slot.closed_by,
            Slot.confirmed_by,
            SessionPlan.minutes.label("taught"),
        )
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .outerjoin(SessionPlan, SessionPlan.id == WorkshopSession.plan_id)
        .where(WorkshopSession.workshop_id == workshop.id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    taught = {row.slot: row.taught for row in rows if row.taught is not None}
    held = conducts(workshop.register_id, asking, taught)
    return [
        HeldSession(*row[:3], held[row.slot], oddities(held[row.slot]), *row[3:5]) for row in rows
    ]


def registers_to_confirm(workshop: Workshop, actor: Actor) -> list[HeldSession]:
    """The registers of a workshop that this actor may confirm: those in which something wants a
    look first, then by time. What an account closed that stands behind hers, or the other way
    round, is left out."""
    asking, now = db.session(), utc_now()
    tied = set(asking.scalars(accounts_in_line(actor.public_id)))
    waiting = [
        held
        for held in held_sessions(workshop, asking)
        if held.closed_by is not None
        and held.confirmed_by is None
        and held.closed_by not in tied
        and has_begun(held.conduct.starts_at, now)
    ]
    differ = paper_differences_by_slot(workshop.register_id, asking) if waiting else {}
    return sorted(
        (replace(held, differences=differ.get(held.slot, 0)) for held in waiting),
        key=lambda held: not held.wants_a_look,
    )


def next_to_confirm(waiting: Sequence[HeldSession], after: HeldSession) -> HeldSession | None:
    """The register that comes after one: of those that want a look, or of the others."""
    return next(
        (
            held
            for held in waiting
            if held.wants_a_look == after.wants_a_look
            and held.public_id != after.public_id
            and held.conduct.starts_at >= after.conduct.starts_at
        ),
        None,
    )


NEAR = timedelta(days=7)


@dataclass(frozen=True)
class Load:
    """Other workshops of a trainer: on the days themselves, and within a week of them."""

    clashing: int
    near: int


def loads(first: date, last: date, excluding: int | None = None) -> dict[str, Load]:
    """Loads by accounts' public ids; who teaches nothing then is left out. `excluding` is the key
    of a workshop. One query."""
    same_days = and_(Workshop.starts_on <= last, Workshop.ends_on >= first)
    statement = (
        select(
            Account.public_id,
            func.sum(case((same_days, 1), else_=0)),
            func.sum(case((same_days, 0), else_=1)),
        )
        .join(Facilitator, Facilitator.account_id == Account.id)
        .join(Workshop, Workshop.id == Facilitator.workshop_id)
        .where(
            Workshop.state == "planned",
            Workshop.starts_on <= last + NEAR,
            Workshop.ends_on >= first - NEAR,
        )
        .group_by(Account.public_id)
    )
    if excluding is not None:
        statement = statement.where(Workshop.id != excluding)
    return {row[0]: Load(int(row[1]), int(row[2])) for row in db.session.execute(statement)}


@lru_cache(maxsize=32)
def met(actor: Actor) -> ColumnElement[bool]:
    """The persons who answered this actor's invitation, or came to a session of hers.

    `people.rules.contacts` says what counts, and a test that both decide alike. It is asked of each
    person, and they are few, so that nobody's marks are read but hers. It says nothing of what is
    stored, so that it is put together once for each actor: that takes longer than asking it.
    """
    # What each part stands beside is said outright: left to itself, a part within a part would
    # begin a table of its own, and open everybody to everybody.
    answered = (
        exists()
        .where(
            Enrolment.person_id == Person.id,
            Enrolment.answered_at.is_not(None),
            Enrolment.answered_by != "",
            Enrolment.answered_by.not_in(tied_to(actor.public_id)),
            Enrolment.state.in_(("confirmed", "waiting")),
            run_by(actor).where(Workshop.id == Enrolment.workshop_id).correlate(Enrolment).exists(),
        )
        .correlate(Person)
    )
    return or_(answered, _attended(actor))


def _attended(actor: Actor) -> ColumnElement[bool]:
    return (
        exists()
        .where(
            Mark.person_id == Person.id,
            MarkStatus.code == Mark.status,
            MarkStatus.weight > 0,
            Slot.id == Mark.slot_id,
            Workshop.register_id == Slot.register_id,
            _ran(actor),
            or_(_by_own_hand(actor), and_(_by_another(actor), _counted())),
        )
        .correlate(Person)
    )


def _ran(actor: Actor) -> ColumnElement[bool]:
    """Workshops that she made, or taught when the session began: a person who is put among the
    teachers afterwards met nobody by that."""
    taught = (
        exists()
        .where(
            Facilitator.workshop_id == Workshop.id,
            Facilitator.account_id == (actor.account_id or 0),
            Facilitator.added_at <= Slot.starts_at,
        )
        .correlate(Workshop, Slot)
    )
    return or_(Workshop.created_by == actor.public_id, taught)


def _by_another(actor: Actor) -> ColumnElement[bool]:
    """Registers of two people, at least one of them independent of the actor. Confirming itself
    asks less: two trainers that one administrator invited may confirm each other's."""
    tied = tied_to(actor.public_id)
    others = or_(Slot.closed_by.not_in(tied), Slot.confirmed_by.not_in(tied))
    return and_(Slot.confirmed_by != Slot.closed_by, others)


def _by_own_hand(actor: Actor) -> ColumnElement[bool]:
    """Marks by the person's own account, unless that is tied to the actor's."""
    operation: Any = aliased(MarkOperation)
    return (
        exists()
        .where(
            operation.slot_id == Mark.slot_id,
            operation.person_id == Mark.person_id,
            operation.answer == "applied",
            operation.version == Mark.version,
            operation.marked_by == Account.public_id,
            Account.person_id == Mark.person_id,
            Account.public_id.not_in(tied_to(actor.public_id)),
        )
        .correlate(Mark)
    )


@cache
def _counted() -> ColumnElement[bool]:
    """True if the mark counted for something when the register was confirmed. Whatever was changed
    later, one person changed alone."""
    operation: Any = aliased(MarkOperation)
    later: Any = aliased(MarkOperation)
    status: Any = aliased(MarkStatus)
    changed = (
        exists()
        .where(
            later.slot_id == operation.slot_id,
            later.person_id == operation.person_id,
            later.answer == "applied",
            later.received_at <= Slot.confirmed_at,
            later.version > operation.version,
        )
        .correlate(Slot, operation)
    )
    return (
        exists()
        .where(
            operation.slot_id == Mark.slot_id,
            operation.person_id == Mark.person_id,
            operation.answer == "applied",
            operation.received_at <= Slot.confirmed_at,
            status.code == operation.status,
            status.weight > 0,
            ~changed,
        )
        .correlate(Mark, Slot)
    )
