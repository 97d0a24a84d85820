"""Sessions and their slots within the transaction of an action on the workshop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import MarkOperation, Slot
from kash.attendance.register import move_sheets, move_slot, number_slots
from kash.platform.database import new_public_id
from kash.platform.web.formats import from_local, time_text, to_local
from kash.training.deliveries import delivered_of
from kash.training.rules.delivered import minutes_to_plan
from kash.workshops.following import let_follow
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.rules import (
    Placed,
    Span,
    Teaching,
    days_between,
    days_needed,
    lay_into_days,
    overlap_with,
)
from kash.workshops.services.errors import (
    DoesNotFit,
    OutsideWorkshop,
    RegisterBegun,
    SessionsOverlap,
)


@dataclass(frozen=True)
class WantedSession:
    """A session to be made: the plan it follows, its title, and its place."""

    plan_id: int | None
    title: str
    place: Placed


def sessions_in_order(session: Session, workshop: Workshop) -> list[WorkshopSession]:
    """The sessions with their slots, in the order of time."""
    return list(
        session.scalars(
            select(WorkshopSession)
            .join(WorkshopSession.slot)
            .options(joinedload(WorkshopSession.slot), joinedload(WorkshopSession.plan))
            .where(WorkshopSession.workshop_id == workshop.id)
            .order_by(Slot.starts_at, Slot.id)
        )
    )


def place_sessions(session: Session, workshop: Workshop, wanted: Sequence[WantedSession]) -> None:
    """Make sessions with slots of their own."""
    for one in wanted:
        slot = Slot(
            public_id=new_public_id(),
            register_id=workshop.register_id,
            position=0,
            starts_at=from_local(one.place.day, one.place.starts_at),
            minutes=one.place.minutes,
        )
        session.add(
            WorkshopSession(
                workshop_id=workshop.id, slot=slot, plan_id=one.plan_id, title=one.title
            )
        )
    session.flush()
    number_slots(session, workshop.register_id)


def wanted_sessions(session: Session, source: Workshop, moved: timedelta) -> list[WantedSession]:
    """The sessions of a workshop as they would lie some days later, by local clocks."""
    found: list[WantedSession] = []
    for one in sessions_in_order(session, source):
        local = to_local(one.slot.starts_at)
        place = Placed(one.public_id, local.date() + moved, local.time(), one.slot.minutes)
        found.append(WantedSession(one.plan_id, one.title, place))
    return found


def refuse_begun(session: Session, workshop: Workshop) -> None:
    """Raise RegisterBegun if anybody was marked, or a slot is closed or was begun."""
    if session.scalar(
        select(
            exists()
            .where(Slot.register_id == workshop.register_id)
            .where(
                Slot.closed_at.is_not(None)
                | Slot.began_at.is_not(None)
                | exists().where(MarkOperation.slot_id == Slot.id)
            )
        )
    ):
        raise RegisterBegun


def shift_sessions(
    session: Session,
    workshop: Workshop,
    moved: timedelta,
    now: datetime,
    later: timedelta = timedelta(),
) -> None:
    """Move every session by whole days, and by so much `later` by the clocks, which stay else;
    printed sheets and whatever else keeps its days follow. Raises RegisterBegun."""
    refuse_begun(session, workshop)
    for one in sessions_in_order(session, workshop):
        there = to_local(one.slot.starts_at).replace(tzinfo=None) + moved + later
        move_slot(one.slot, from_local(there.date(), there.time()), one.slot.minutes, now)
    number_slots(session, workshop.register_id)
    if moved:
        move_sheets(session, workshop.register_id, moved)
        let_follow(session, workshop, moved)


def lay_anew(
    session: Session,
    workshop: Workshop,
    now: datetime,
    order: Sequence[WorkshopSession] | None = None,
    *,
    as_delivered: bool = False,
) -> None:
    """Lay the sessions into the days afresh, in their present order or another, as long as they are
    or, `as_delivered`, as their plans took the last times.

    Raises RegisterBegun and DoesNotFit.
    """
    refuse_begun(session, workshop)
    sessions = list(order) if order is not None else sessions_in_order(session, workshop)
    by_key = {one.public_id: one for one in sessions}
    lineages = [one.plan.lineage for one in sessions if one.plan] if as_delivered else []
    took = delivered_of(lineages, session)
    teachings = [
        Teaching(
            one.public_id,
            minutes_to_plan(one.slot.minutes, took.get(one.plan.lineage) if one.plan else None),
            str(one.plan.module_id) if one.plan else "",
        )
        for one in sessions
    ]
    timetable = lay_into_days(
        teachings,
        days_between(workshop.starts_on, workshop.ends_on),
        workshop.day_starts_at,
        workshop.day_ends_at,
    )
    if timetable.left_over:
        raise DoesNotFit(
            len(timetable.left_over),
            days_needed(teachings, workshop.day_starts_at, workshop.day_ends_at),
        )
    for place in timetable.placed:
        begins = from_local(place.day, place.starts_at)
        move_slot(by_key[place.key].slot, begins, place.minutes, now)
    number_slots(session, workshop.register_id)


def refuse_outside(
    session: Session, workshop: Workshop, problem: type[OutsideWorkshop] = OutsideWorkshop
) -> None:
    """Raise OutsideWorkshop, or what is given of its kind, if a session lies on a day that the
    workshop doesn't have."""
    session.flush()
    for one in sessions_in_order(session, workshop):
        day = to_local(one.slot.starts_at).date()
        last = to_local(_ends_at(one.slot)).date()
        if day < workshop.starts_on or max(day, last) > workshop.ends_on:
            raise problem


def refuse_overlap(session: Session, workshop: Workshop, wanted: Span) -> None:
    """Raise SessionsOverlap if another session lies across the wanted span."""
    sessions = sessions_in_order(session, workshop)
    other = overlap_with(
        wanted, [Span(one.public_id, one.slot.starts_at, one.slot.minutes) for one in sessions]
    )
    if other is not None:
        title = next(one.title for one in sessions if one.public_id == other.key)
        raise SessionsOverlap(title, time_text(other.starts_at), time_text(other.ends_at))


def _ends_at(slot: Slot) -> datetime:
    return slot.starts_at + timedelta(minutes=slot.minutes)
