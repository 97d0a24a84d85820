"""Seats and the roster within the transaction of an action: whoever is confirmed is on it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.attendance.register import put_on_roster, take_off_roster
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.rules import EnrolmentState, moving_up, seated, with_step


def confirmed_in(session: Session, workshop: Workshop, excluding: int | None = None) -> int:
    """How many have a seat, one person left out of account if asked."""
    session.flush()
    statement = select(func.count(Enrolment.id)).where(
        Enrolment.workshop_id == workshop.id, Enrolment.state == str(EnrolmentState.CONFIRMED)
    )
    if excluding is not None:
        statement = statement.where(Enrolment.id != excluding)
    return session.scalar(statement) or 0


def set_state(
    session: Session,
    workshop: Workshop,
    enrolment: Enrolment,
    state: EnrolmentState,
    now: datetime,
    *,
    walk_in: bool = False,
) -> None:
    """Give an enrolment its state, and the person her place on the roster or none."""
    enrolment.state = str(state)
    enrolment.history = with_step(enrolment.history, state, now)
    enrolment.changed_at = now
    if state is EnrolmentState.WAITING:
        enrolment.queued_at = now
    if state is EnrolmentState.CONFIRMED:
        entry = put_on_roster(session, workshop.register_id, enrolment.person_id, walk_in=walk_in)
        enrolment.roster_entry_id = entry.id
    else:
        take_off_roster(session, workshop.register_id, enrolment.person_id, now)
    session.flush()


def give_seat(
    session: Session,
    workshop: Workshop,
    enrolment: Enrolment,
    wanted: EnrolmentState,
    now: datetime,
) -> EnrolmentState:
    """Give an enrolment the wanted state, or a place in the queue while no seat is free."""
    state = seated(wanted, confirmed_in(session, workshop, enrolment.id), workshop.capacity)
    set_state(session, workshop, enrolment, state, now)
    return state


def move_up(session: Session, workshop: Workshop, now: datetime) -> list[str]:
    """Give free seats to those who waited longest; returns the enrolments' public ids."""
    waiting = session.scalars(
        select(Enrolment)
        .where(
            Enrolment.workshop_id == workshop.id,
            Enrolment.state == str(EnrolmentState.WAITING),
            # Whoever turned out to be under 18 while she waited gets no seat.
            Enrolment.person.has(minor=False),
        )
        .order_by(Enrolment.queued_at, Enrolment.id)
    ).all()
    if not waiting:
        return []
    seats = set(
        moving_up([one.id for one in waiting], confirmed_in(session, workshop), workshop.capacity)
    )
    moved = [one for one in waiting if one.id in seats]
    for one in moved:
        set_state(session, workshop, one, EnrolmentState.CONFIRMED, now)
    return [one.public_id for one in moved]
