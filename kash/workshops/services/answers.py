"""Answers to an invitation: by one's own account, or by whoever holds a link of the enrolment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.accounts.secrets import token_hash
from kash.attendance.models import Mark, MarkStatus, Slot
from kash.platform.database import db, utc_now
from kash.platform.vault import audited
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import NOBODY, Actor
from kash.workshops.models import AnswerLink, Enrolment, Workshop
from kash.workshops.rules import EnrolmentState
from kash.workshops.services.answer_links import new_answer_link
from kash.workshops.services.enrolment import MinorNotEnrolled, MoveNotPossible
from kash.workshops.services.errors import WorkshopCancelled
from kash.workshops.services.planning import held_for_change
from kash.workshops.services.seats import give_seat, move_up

_SEATED = frozenset({EnrolmentState.CONFIRMED, EnrolmentState.WAITING})
_ANSWERABLE = _SEATED | {EnrolmentState.INVITED, EnrolmentState.DECLINED}
MOST_AT_ONCE = 100


class LinkUnknown(Problem):
    """No link has this token, or it is past its time: nothing says which."""

    status = 404
    sentence = _l("This link does not work any more. Ask whoever gave it to you.")


class EventOver(Problem):
    """The event that an answer is about is over."""

    status = 409
    sentence = _l("This event is over. There is nothing to answer any more.")


class EventCancelled(Problem):
    """The event that an answer is about does not take place."""

    status = 409
    sentence = _l("This event does not take place. You need not answer, and need not come.")


class NoLongerOnTheList(Problem):
    """Somebody else took her off, so that a link does not put her back."""

    status = 409
    sentence = _l("You are no longer on the list. Ask whoever invited you.")


class CameAlready(MoveNotPossible):
    """She was there: a no would take every mark of hers out of the hours."""

    sentence = _l("You were at this workshop already. If you can't come again, tell a trainer.")


@dataclass(frozen=True)
class AnswerLinkMade:
    """A link that was made for an enrolment (public id): its token, kept nowhere."""

    enrolment: str
    token: str = field(repr=False)


def answer_invitation(workshop: str, by: Actor, *, comes: bool) -> EnrolmentState:
    """Let somebody who was invited answer herself; returns how she now stands (waiting while no
    seat is free).

    Raises NotFound, WorkshopCancelled, MinorNotEnrolled, CameAlready if a no comes after she was
    there, and MoveNotPossible if the workshop is over or she has withdrawn.
    """
    with audited("workshops.invitation_answered", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        found = one_or_404(
            session.scalars(
                select(Enrolment).where(
                    Enrolment.workshop_id == held.id, Enrolment.person_id == (by.person_id or 0)
                )
            ).first()
        )
        _refuse(held, found, change.now, comes=comes)
        # Only a yes is an answer on which somebody may call her.
        found.answered_at = change.now if comes else None
        found.answered_by = by.public_id if comes else ""
        state, moved = _answered(session, held, found, change.now, comes=comes)
        change.about(held.public_id, found.public_id, *moved)
        return state


def _refuse(held: Workshop, found: Enrolment, now: datetime, *, comes: bool) -> None:
    if EnrolmentState(found.state) not in _ANSWERABLE or held.ends_on < to_local(now).date():
        raise MoveNotPossible
    if found.person.minor and comes:
        raise MinorNotEnrolled
    if not comes and _came(held, found):
        raise CameAlready


def _came(held: Workshop, found: Enrolment) -> bool:
    """True if she was marked as being there, at whichever session."""
    there = (
        select(Mark.id)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .where(
            Slot.register_id == held.register_id,
            Mark.person_id == found.person_id,
            MarkStatus.weight > 0,
        )
    )
    return bool(db.session.scalar(select(there.exists())))


def _answered(
    session: Session, held: Workshop, found: Enrolment, now: datetime, *, comes: bool
) -> tuple[EnrolmentState, list[str]]:
    """Let an answer take effect; how she stands then, and whom it moved. An offer that ran out is
    no offer, even if the clock's own work is late."""
    moved = move_up(session, held, now)
    before = EnrolmentState(found.state)
    wanted = EnrolmentState.CONFIRMED if comes else EnrolmentState.DECLINED
    if before is wanted:
        return before, moved
    state = give_seat(session, held, found, wanted, now)
    return state, [*moved, *move_up(session, held, now)]


def make_answer_links(workshop: str, enrolments: Sequence[str], by: Actor) -> list[AnswerLinkMade]:
    """Make a link for each of these enrolments that may still be answered, to be printed or handed
    over; in their order. Raises NotFound and WorkshopCancelled."""
    with audited("workshops.answer_links_made", by) as change:
        held = held_for_change(change.session, workshop)
        found = {
            one.public_id: one
            for one in change.session.scalars(
                select(Enrolment).where(
                    Enrolment.workshop_id == held.id,
                    Enrolment.public_id.in_(enrolments[:MOST_AT_ONCE]),
                    Enrolment.state.in_([str(state) for state in _ANSWERABLE]),
                )
            )
        }
        made = [
            AnswerLinkMade(one, new_answer_link(change.session, held, found[one], change.now))
            for one in enrolments[:MOST_AT_ONCE]
            if one in found
        ]
        if not made:
            change.nothing()
        change.about(held.public_id, *(one.enrolment for one in made))
        return made


@dataclass(frozen=True)
class AnswerAsked:
    """All that a link tells: of the event what is public, and how whoever holds it stands."""

    enrolment: int
    workshop: str
    title: str
    workshop_row: Workshop
    state: EnrolmentState
    offer_until: datetime | None
    lapsed: bool


def asked_by(token: str) -> AnswerAsked:
    """The invitation behind a link; reading it changes nothing. Raises LinkUnknown, EventCancelled,
    EventOver and NoLongerOnTheList."""
    session, now = db.session(), utc_now()
    found = session.scalars(
        select(Enrolment)
        .join(AnswerLink, AnswerLink.enrolment_id == Enrolment.id)
        .where(AnswerLink.token_hash == token_hash(token), AnswerLink.expires_at > now)
        .options(
            joinedload(Enrolment.workshop).joinedload(Workshop.version),
            joinedload(Enrolment.workshop).joinedload(Workshop.venue),
        )
    ).first()
    if found is None:
        raise LinkUnknown
    workshop = found.workshop
    if workshop.state == "cancelled":
        raise EventCancelled
    if workshop.ends_on < to_local(now).date():
        raise EventOver
    if EnrolmentState(found.state) not in _ANSWERABLE:
        raise NoLongerOnTheList
    stands = found.offer_until if found.offer_until and found.offer_until > now else None
    return AnswerAsked(
        found.id,
        workshop.public_id,
        workshop.version.public_title,
        workshop,
        EnrolmentState(found.state),
        stands,
        found.offer_lapsed_at is not None or (found.offer_until is not None and stands is None),
    )


def answer_by_link(token: str, *, comes: bool) -> EnrolmentState:
    """Let whoever holds a link answer; returns how she stands then.

    The same answer twice changes nothing. It is nobody's own yes: whoever invited her may have held
    the link, so that her contact stays as closed as it was; a no takes an earlier yes back. Raises
    what `asked_by` raises, MinorNotEnrolled and CameAlready.
    """
    asked = asked_by(token)
    with audited("workshops.answered_by_link", NOBODY) as change:
        session = change.session
        try:
            held = held_for_change(session, asked.workshop)
        except WorkshopCancelled:
            raise EventCancelled from None
        found = session.get(Enrolment, asked.enrolment)
        if found is None or found.workshop_id != held.id:
            raise NotFound
        before = EnrolmentState(found.state)
        if before not in _ANSWERABLE:
            raise NoLongerOnTheList
        _refuse(held, found, change.now, comes=comes)
        if not comes:
            found.answered_at, found.answered_by = None, ""
        state, moved = _answered(session, held, found, change.now, comes=comes)
        if state is before and not moved:
            change.nothing()
        change.about(held.public_id, found.public_id, *moved)
        return state
