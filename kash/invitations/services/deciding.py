"""Deciding on those who were put down: taken in as new, as somebody who is here, or declined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select, update

from kash.invitations.errors import HadCourse, LacksCourse, NotDecidable
from kash.invitations.models import SignUp, SignUpLink
from kash.invitations.rules import UNDECIDED_KEPT, Decided, SignUpDecision
from kash.invitations.sealed import typed_of
from kash.people.models import Person
from kash.people.services.persons import AlreadyHere, PersonDetails, new_person
from kash.platform.database import writing
from kash.platform.vault import Change, SealError, audited
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.services.enrolment import (
    HadThisCourse,
    MinorNotEnrolled,
    NeedsEarlierCourse,
    enrol_within,
)
from kash.workshops.services.planning import held_for_change


@dataclass(frozen=True)
class SignUpOutcome:
    """How many were taken in and have a seat, wait for one, and were declined."""

    seated: int = 0
    waiting: int = 0
    declined: int = 0


def decide(workshop: str, decisions: Sequence[Decided], by: Actor) -> SignUpOutcome:
    """Decide on rows of a workshop; what was typed of them is shredded. A row that was decided on
    meanwhile stays as it is.

    Whoever is taken in is enrolled, and waits while no seat is free. All is done, or nothing.
    Raises NotFound, WorkshopCancelled and NotDecidable, which says of whom where the programme
    enrols nobody who lacks an earlier course, or had this one.
    """
    with audited("invitations.names_decided", by) as change:
        held = held_for_change(change.session, workshop)
        wanted = {one.sign_up: one for one in decisions if one.decision is not SignUpDecision.LATER}
        rows = change.session.scalars(
            select(SignUp)
            .join(SignUpLink, SignUpLink.id == SignUp.link_id)
            .where(
                SignUpLink.workshop_id == held.id,
                SignUp.state == "waiting",
                SignUp.public_id.in_(wanted),
            )
            .order_by(SignUp.id)
            .with_for_update(of=SignUp)
        ).all()
        counts = {"confirmed": 0, "waiting": 0, "declined": 0}
        for row in rows:
            decided = wanted[row.public_id]
            if decided.decision is SignUpDecision.DECLINE:
                state, outcome = "declined", "declined"
            else:
                state, outcome = "accepted", _taken_in(change, held, row, decided, by)
            counts[outcome] = counts.get(outcome, 0) + 1
            row.state, row.typed_sealed, row.decided_by = state, None, by.public_id
        if not rows:
            change.nothing()
        change.about(held.public_id)
        return SignUpOutcome(counts["confirmed"], counts["waiting"], counts["declined"])


def _taken_in(change: Change, workshop: Workshop, row: SignUp, decided: Decided, by: Actor) -> str:
    """The state of enrolment of whoever is taken in."""
    try:
        person = _person(change, row, decided, by)
    except (AlreadyHere, SealError):
        raise NotDecidable from None
    try:
        state, enrolment = enrol_within(change.session, workshop, person, change.now)
    except MinorNotEnrolled:
        raise NotDecidable from None
    except NeedsEarlierCourse:
        raise LacksCourse(person.chosen_name) from None
    except HadThisCourse:
        raise HadCourse(person.chosen_name) from None
    change.about(enrolment, person.public_id)
    return str(state)


def _person(change: Change, row: SignUp, decided: Decided, by: Actor) -> Person:
    """Whoever is meant by a row: somebody who is here, or added now."""
    session = change.session
    if decided.decision is SignUpDecision.SAME:
        person = session.scalars(select(Person).where(Person.public_id == decided.person)).first()
        if person is None or person.group_id != row.link.group_id:
            raise NotDecidable
        return person
    typed, station = typed_of(row), row.link.organisation
    return new_person(
        session,
        PersonDetails(
            chosen_name=typed.name,
            group=row.link.group.public_id,
            sex=typed.sex,
            age_band=typed.age_band,
            phone=typed.phone or None,
            organisation=station.public_id if station else "",
        ),
        by,
        change.now,
    )


def shred_undecided(now: datetime) -> None:
    """Hourly clean-up: what nobody decided on long after its link or its workshop ended."""
    old = now - UNDECIDED_KEPT
    day: date = to_local(old).date()
    ended = exists().where(
        SignUpLink.id == SignUp.link_id,
        Workshop.id == SignUpLink.workshop_id,
        (SignUpLink.expires_at < old) | (Workshop.ends_on < day) | (SignUpLink.withdrawn_at < old),
    )
    with writing() as session:
        session.execute(
            update(SignUp)
            .where(SignUp.state == "waiting", ended)
            .values(state="declined", typed_sealed=None)
        )
