"""Seats and the roster within the transaction of an action: whoever is confirmed is on it.

Each of these is called with the workshop's row held, so that no two give away one seat.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import let_facts_follow
from kash.attendance.register import put_on_roster, take_off_roster
from kash.people.notices.queries import told_of
from kash.platform.web.formats import from_local
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.people import seat_rules
from kash.workshops.rules import (
    EnrolmentState,
    InQueue,
    Moving,
    SeatRules,
    moving_at,
    next_in_line,
    offer_until,
    seated,
    seats_taken,
    with_step,
)
from kash.workshops.seat_messages import (
    OFFERED,
    offer_event,
    take_offer_back,
    tell_given,
    tell_offers,
)


def confirmed_in(session: Session, workshop: Workshop, excluding: int | None = None) -> int:
    """How many have a seat, one person left out of account if asked."""
    session.flush()
    statement = select(func.count(Enrolment.id)).where(
        Enrolment.workshop_id == workshop.id, Enrolment.state == str(EnrolmentState.CONFIRMED)
    )
    if excluding is not None:
        statement = statement.where(Enrolment.id != excluding)
    return session.scalar(statement) or 0


def waiting_in(session: Session, workshop: Workshop) -> list[Enrolment]:
    """Whoever waits, in the order of the queue, with the persons."""
    return list(
        session.scalars(
            select(Enrolment)
            .where(
                Enrolment.workshop_id == workshop.id,
                Enrolment.state == str(EnrolmentState.WAITING),
            )
            .options(joinedload(Enrolment.person))
            .order_by(Enrolment.queued_at, Enrolment.id)
        )
    )


def as_queue(waiting: list[Enrolment]) -> list[InQueue]:
    """The queue as the rules see it, each by the key of her enrolment."""
    return [
        InQueue(one.id, one.person.minor, one.offer_until, one.offer_lapsed_at is not None)
        for one in waiting
    ]


def starts_at(workshop: Workshop) -> datetime:
    """The moment at which a workshop begins."""
    return from_local(workshop.starts_on, workshop.day_starts_at)


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
    take_offer_back(session, enrolment, now)
    enrolment.offer_until = enrolment.offer_lapsed_at = None
    enrolment.state = str(state)
    enrolment.history = with_step(enrolment.history, state, now)
    enrolment.changed_at = now
    if state is EnrolmentState.WAITING:
        enrolment.queued_at = _last_in_queue(session, workshop, enrolment, now)
    if state is EnrolmentState.CONFIRMED:
        entry = put_on_roster(session, workshop.register_id, enrolment.person_id, walk_in=walk_in)
        enrolment.roster_entry_id = entry.id
    else:
        take_off_roster(session, workshop.register_id, enrolment.person_id, now)
        if enrolment.roster_entry_id is not None:
            let_facts_follow(session, workshop.register_id, now)
    session.flush()


def _last_in_queue(
    session: Session, workshop: Workshop, enrolment: Enrolment, now: datetime
) -> datetime:
    """The moment that puts somebody last. Whoever began to answer first may be heard last: nobody
    gets past those who were told already that they wait."""
    latest = session.scalar(
        select(func.max(Enrolment.queued_at)).where(
            Enrolment.workshop_id == workshop.id,
            Enrolment.state == str(EnrolmentState.WAITING),
            Enrolment.id != enrolment.id,
        )
    )
    return now if latest is None else max(now, latest + timedelta(microseconds=1))


def give_seat(
    session: Session,
    workshop: Workshop,
    enrolment: Enrolment,
    wanted: EnrolmentState,
    now: datetime,
) -> EnrolmentState:
    """Give an enrolment the wanted state, or a place in the queue while no seat is free for it.

    A seat that is held for somebody, or due to whoever waited longer, is not free. Whoever waits
    already keeps her place.
    """
    state = wanted
    if wanted is EnrolmentState.CONFIRMED and workshop.capacity is not None:
        confirmed = confirmed_in(session, workshop, enrolment.id)
        queue = as_queue(waiting_in(session, workshop))
        moving = moving_at(now, starts_at(workshop), seat_rules(session))
        taken = seats_taken(queue, confirmed, moving, enrolment.id)
        state = seated(wanted, taken, workshop.capacity)
    if state is EnrolmentState.WAITING and enrolment.state == str(EnrolmentState.WAITING):
        return state
    set_state(session, workshop, enrolment, state, now)
    return state


def move_up(session: Session, workshop: Workshop, now: datetime) -> list[str]:
    """Give or offer free seats to those who waited longest, after offers that ran out have lapsed;
    returns the enrolments' public ids."""
    lapsed = _lapse(session, workshop, now)
    waiting = waiting_in(session, workshop)
    if not waiting or workshop.state == "cancelled":
        return lapsed
    rules, begins = seat_rules(session), starts_at(workshop)
    moving = moving_at(now, begins, rules)
    if moving is Moving.NO_LONGER:
        return lapsed
    turn = set(next_in_line(as_queue(waiting), confirmed_in(session, workshop), workshop.capacity))
    moved = [one for one in waiting if one.id in turn]
    for one in moved:
        if moving is Moving.BY_ITSELF:
            set_state(session, workshop, one, EnrolmentState.CONFIRMED, now)
        else:
            _offer(one, begins, rules, now)
    session.flush()
    # Whoever moves up by itself, or has to answer, learns of it by itself.
    tell = tell_given if moving is Moving.BY_ITSELF else tell_offers
    tell(session, workshop, moved, now)
    return [*lapsed, *(one.public_id for one in moved)]


def _offer(enrolment: Enrolment, begins: datetime, rules: SeatRules, now: datetime) -> None:
    until = offer_until(now, begins, rules)
    # One that stood as long and was taken back was told already: this is another, to be told too.
    while until >= begins - timedelta(minutes=1) and told_of(
        OFFERED, [offer_event(enrolment.public_id, until)]
    ):
        until -= timedelta(seconds=1)
    enrolment.offer_until = until
    enrolment.changed_at = now


def end_offers(session: Session, workshop: Workshop, now: datetime) -> None:
    """Let no offer stand any longer: whoever had one waits as before, and may be offered a seat
    again."""
    for one in waiting_in(session, workshop):
        if one.offer_until is not None:
            take_offer_back(session, one, now)
            one.offer_until, one.changed_at = None, now


def _lapse(session: Session, workshop: Workshop, now: datetime) -> list[str]:
    """Whoever left an offer unanswered is last from now on."""
    lapsed = session.scalars(
        select(Enrolment)
        .where(
            Enrolment.workshop_id == workshop.id,
            Enrolment.state == str(EnrolmentState.WAITING),
            Enrolment.offer_until <= now,
        )
        .order_by(Enrolment.queued_at, Enrolment.id)
    ).all()
    for one in lapsed:
        one.offer_until, one.offer_lapsed_at = None, now
        one.queued_at, one.changed_at = _last_in_queue(session, workshop, one, now), now
        session.flush()
    session.flush()
    return [one.public_id for one in lapsed]
