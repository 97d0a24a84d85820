"""Seats and the roster within the transaction of an action: a person who is confirmed is on it.
Links by which an enrolment is answered, with tokens short enough for a text message and too many to
guess. Messages about seats: that one is offered, with the link to answer, and that somebody has
one; they hold the public title and nothing of a group, and the same words go to everybody.

What changes seats is called with the workshop's row held, so that no two give away one seat.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from kash.accounts.services.marks import token_hash
from kash.attendance.models import let_facts_follow
from kash.attendance.register import put_on_roster, take_off_roster
from kash.people.notices.models import MessageKind, OfferedField
from kash.people.notices.queries import told_of
from kash.people.notices.services import MOST_AT_ONCE, Saying, say_to_each, take_back
from kash.platform.database import writing
from kash.platform.web.formats import from_local, to_local
from kash.platform.web.public_address import public_address
from kash.workshops.models import AnswerLink, Enrolment, Workshop
from kash.workshops.queries.people import as_queue, seat_rules, starts_at, waiting_in
from kash.workshops.rules import (
    EnrolmentState,
    Moving,
    moving_at,
    next_in_line,
    offer_until,
    seated,
    seats_taken,
    with_step,
)

# 96 bits in 16 letters, so that the address leaves room for words in one message.
_BYTES = 12
# Of one enrolment: printed, sent, and sent again. Older ones stop working.
MOST_LINKS = 6
# How long after the last day a link still tells that the event is over.
_TELLS_FOR = timedelta(days=30)


def new_answer_token() -> str:
    """A token for the address of an answer."""
    return secrets.token_urlsafe(_BYTES)


def new_answer_link(
    session: Session, workshop: Workshop, enrolment: Enrolment, now: datetime
) -> str:
    """Within another action: make one more link for an enrolment, and return its token."""
    token = new_answer_token()
    session.add(
        AnswerLink(
            enrolment_id=enrolment.id,
            token_hash=token_hash(token),
            made_at=now,
            expires_at=link_ends(workshop),
        )
    )
    session.flush()
    stale = (
        select(AnswerLink.id)
        .where(AnswerLink.enrolment_id == enrolment.id)
        .order_by(AnswerLink.id.desc())
        .offset(MOST_LINKS)
    )
    if keys := session.scalars(stale).all():
        session.execute(delete(AnswerLink).where(AnswerLink.id.in_(keys)))
    return token


def link_ends(workshop: Workshop) -> datetime:
    """When links of a workshop stop telling anything."""
    return from_local(workshop.ends_on, workshop.day_ends_at) + _TELLS_FOR


def move_answer_links(session: Session, workshop: Workshop) -> None:
    """Within an action that changes the days of a workshop: have its links end with them, so that
    nobody's stops working before a workshop that was put off."""
    enrolled = select(Enrolment.id).where(Enrolment.workshop_id == workshop.id)
    session.execute(
        update(AnswerLink)
        .where(AnswerLink.enrolment_id.in_(enrolled))
        .values(expires_at=link_ends(workshop))
        .execution_options(synchronize_session=False)
    )


def forget_answer_links(now: datetime) -> None:
    """Hourly clean-up: links that tell nothing any more."""
    with writing() as session:
        session.execute(delete(AnswerLink).where(AnswerLink.expires_at <= now))


ANSWER_PATH = "/r"
OFFERED, GIVEN = "workshops.seat_offered", "workshops.seat_given"


def answer_address(token: str) -> str:
    """The address behind which the person who holds a token answers."""
    return f"{public_address()}{ANSWER_PATH}/{token}"


TITLE = OfferedField("title", _l("Public title"), 30, _l("Working together"))
LINK = OfferedField(
    "link",
    _l("Link to answer"),
    lambda: len(answer_address("x" * 16)),
    "https://kash.example.org/r/4fz0q",
    whole=True,
)
_DAY = OfferedField("day", _l("First day"), 10, "12/03/2027")
SEAT_MESSAGES = (
    MessageKind(
        OFFERED,
        _l("A seat is offered"),
        _l("To the next on a waiting list, shortly before the start."),
        (TITLE, _DAY, OfferedField("until", _l("Answer by"), 11, "11/03 17:00"), LINK),
        sms=_l("{title}, {day}: a place is free. Answer by {until}: {link}"),
        subject=_l("{title}: a place is free"),
        mail=_l(
            "A place is free for you: {title}, {day}.\n\nAnswer by {until}, or it goes to somebody"
            " else:\n{link}"
        ),
    ),
    MessageKind(
        GIVEN,
        _l("A seat is given"),
        _l("To those who move up from a waiting list."),
        (TITLE, _DAY, LINK),
        sms=_l("{title}, {day}: you have a place. If you can't come: {link}"),
        subject=_l("{title}: you have a place"),
        mail=_l("You have a place: {title}, {day}.\n\nIf you can't come, say so here:\n{link}"),
    ),
)


def offer_event(enrolment: str, until: datetime) -> str:
    """The event of one offer to one enrolment (public id): a later one is another."""
    return f"{enrolment}:{int(until.timestamp())}"


def say_all(session: Session, kind: str, sayings: Sequence[Saying], now: datetime) -> int:
    """Within another action: say things of one kind, however many; how many those are."""
    for start in range(0, len(sayings), MOST_AT_ONCE):
        say_to_each(session, kind, sayings[start : start + MOST_AT_ONCE], now)
    return len(sayings)


def _tell_moved(
    session: Session, workshop: Workshop, moved: Sequence[Enrolment], now: datetime
) -> None:
    """Tell those who moved up, each with a link of her own: that she has a seat, or by when she has
    to answer to the offer of one."""
    sayings: dict[str, list[Saying]] = {OFFERED: [], GIVEN: []}
    for enrolment in moved:
        until = enrolment.offer_until
        fields = {
            "title": workshop.version.public_title,
            # A day that reads alike in all languages.
            "day": workshop.starts_on.strftime("%d/%m/%Y"),
            "link": answer_address(new_answer_link(session, workshop, enrolment, now)),
            "until": to_local(until).strftime("%d/%m %H:%M") if until else "",
        }
        event = offer_event(enrolment.public_id, until or now)
        sayings[OFFERED if until else GIVEN].append(
            Saying(enrolment.person_id, event, fields, not_after=until)
        )
    for kind, some in sayings.items():
        say_all(session, kind, some, now)


def take_offer_back(session: Session, enrolment: Enrolment, now: datetime) -> None:
    """Within the transaction in which an offer ends: what waits to tell of it goes no more."""
    if enrolment.offer_until is not None:
        event = offer_event(enrolment.public_id, enrolment.offer_until)
        take_back(session, OFFERED, event, now, person_ids=[enrolment.person_id])


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
    """The moment that puts somebody last. The first to begin an answer may be heard last: nobody
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

    A seat that is held for somebody, or due to somebody who waited longer, is not free. One that
    waits already keeps its place.
    """
    state = wanted
    if wanted is EnrolmentState.CONFIRMED and workshop.capacity is not None:
        confirmed = confirmed_in(session, workshop, enrolment.id)
        queue = as_queue(waiting_in(session, workshop))
        moving = moving_at(now, starts_at(workshop), seat_rules(session))
        taken = seats_taken(queue, confirmed, moving, enrolment.id)
        state = seated(wanted, taken, workshop.capacity)
    if not (state is EnrolmentState.WAITING and enrolment.state == str(EnrolmentState.WAITING)):
        set_state(session, workshop, enrolment, state, now)
    return state


def move_up(session: Session, workshop: Workshop, now: datetime) -> list[str]:
    """Give or offer free seats to those who waited longest, after offers that ran out have lapsed;
    returns the enrolments' public ids. Each learns of it by itself."""
    lapsed = _lapse(session, workshop, now)
    waiting = waiting_in(session, workshop)
    if not waiting or workshop.state == "cancelled":
        return lapsed
    rules, begins = seat_rules(session), starts_at(workshop)
    moving = moving_at(now, begins, rules)
    if moving is Moving.NO_LONGER:
        return lapsed
    turn = set(next_in_line(as_queue(waiting), confirmed_in(session, workshop), workshop.capacity))
    moved = [enrolment for enrolment in waiting if enrolment.id in turn]
    for enrolment in moved:
        if moving is Moving.BY_ITSELF:
            set_state(session, workshop, enrolment, EnrolmentState.CONFIRMED, now)
            continue
        until = offer_until(now, begins, rules)
        # One that stood as long and was taken back was told already: this is another, to be told.
        while until >= begins - timedelta(minutes=1) and told_of(
            OFFERED, [offer_event(enrolment.public_id, until)]
        ):
            until -= timedelta(seconds=1)
        enrolment.offer_until, enrolment.changed_at = until, now
    session.flush()
    _tell_moved(session, workshop, moved, now)
    return [*lapsed, *(enrolment.public_id for enrolment in moved)]


def end_offers(session: Session, workshop: Workshop, now: datetime) -> None:
    """Let no offer stand any longer: those who had one wait as before, and may be offered a seat
    again."""
    for enrolment in waiting_in(session, workshop):
        if enrolment.offer_until is not None:
            take_offer_back(session, enrolment, now)
            enrolment.offer_until, enrolment.changed_at = None, now


def _lapse(session: Session, workshop: Workshop, now: datetime) -> list[str]:
    """Those who left an offer unanswered are last from now on."""
    lapsed = [
        enrolment
        for enrolment in waiting_in(session, workshop)
        if enrolment.offer_until is not None and enrolment.offer_until <= now
    ]
    for enrolment in lapsed:
        enrolment.offer_until, enrolment.offer_lapsed_at = None, now
        enrolment.queued_at = _last_in_queue(session, workshop, enrolment, now)
        enrolment.changed_at = now
        session.flush()
    return [enrolment.public_id for enrolment in lapsed]
