"""Enrolment: enrolling, changing, withdrawing, and people who come to the door."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.models import Person
from kash.people.services.not_duplicates import note_distinct
from kash.people.services.persons import PersonDetails, new_person
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.queries.earlier import earlier_by_key
from kash.workshops.queries.seats import seat_rules
from kash.workshops.rules import EnrolmentState, possible_moves
from kash.workshops.services.planning import held_for_change
from kash.workshops.services.seats import give_seat, move_up, set_state

_AT_ONCE = 500
_SEATED = frozenset({EnrolmentState.CONFIRMED, EnrolmentState.WAITING})
_STANDING = frozenset({EnrolmentState.INVITED, EnrolmentState.CONFIRMED, EnrolmentState.WAITING})


class MinorNotEnrolled(Problem):
    """People under 18 take part in no workshop."""

    field = "age_band"
    sentence = _l(
        "People under 18 are not enrolled. The custodian takes care of what they need; "
        "nothing was saved here."
    )


class NeedsEarlierCourse(Problem):
    """The programme enrols only who had the courses that this one asks for."""

    sentence = _l("Nothing was changed: a course that this one asks for is missing.")


class HadThisCourse(Problem):
    """The programme enrols nobody in a course that she had and that still holds."""

    sentence = _l("Nothing was changed: this course was attended before, and that still holds.")


class NoSeatFree(Problem):
    """Somebody who waits can't be given a seat by hand."""

    sentence = _l("No seat is free: all are taken, or held for somebody whose turn it is.")


class MoveNotPossible(Problem):
    """An enrolment can't become this from what it is now."""

    sentence = _l("This changed meanwhile. Look at how it stands now, then choose again.")


@dataclass(frozen=True)
class ArrivingPerson:
    """Someone at the door. `group` is a public id; the age band says whether she is a minor."""

    chosen_name: str
    group: str
    sex: str
    age_band: str


def enrol(
    workshop: str,
    person: str,
    by: Actor,
    wanted: EnrolmentState = EnrolmentState.CONFIRMED,
) -> EnrolmentState:
    """Enrol or invite a person; returns how she now stands (waiting while no seat is free).

    Whoever is invited, confirmed or waiting already stays so. Raises NotFound, WorkshopCancelled,
    MinorNotEnrolled and, where the programme says so, NeedsEarlierCourse and HadThisCourse.
    """
    if wanted not in (EnrolmentState.CONFIRMED, EnrolmentState.INVITED):
        raise MoveNotPossible
    with audited("workshops.person_enrolled", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        found = _adult(session, person)
        enrolment = _enrolment_of(session, held, found)
        if enrolment is not None and EnrolmentState(enrolment.state) in _STANDING:
            state = EnrolmentState(enrolment.state)
            change.nothing()
            return state
        kept_out = _kept_out(session, held, [found.id])
        if kept_out:
            raise kept_out[found.id]
        if enrolment is None:
            enrolment = _new_enrolment(session, held, found)
        change.about(held.public_id, enrolment.public_id, found.public_id)
        return give_seat(session, held, enrolment, wanted, change.now)


@dataclass(frozen=True)
class EnrolledTogether:
    """How many got a seat (or were invited), wait for one, and were left out."""

    seated: int
    waiting: int
    left_out: int


def enrol_all(
    workshop: str,
    people: Sequence[str],
    by: Actor,
    wanted: EnrolmentState = EnrolmentState.CONFIRMED,
) -> EnrolledTogether:
    """Enrol or invite many at once; whoever comes after the last seat waits.

    Left out are people under 18, those who have an answer in this workshop already and, where the
    programme says so, those who lack an earlier course or had this one. Raises NotFound,
    WorkshopCancelled and MoveNotPossible.
    """
    if wanted not in (EnrolmentState.CONFIRMED, EnrolmentState.INVITED):
        raise MoveNotPossible
    with audited("workshops.people_enrolled", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        there = set(
            session.scalars(select(Enrolment.person_id).where(Enrolment.workshop_id == held.id))
        )
        given: Counter[EnrolmentState] = Counter()
        for start in range(0, len(people), _AT_ONCE):
            some = people[start : start + _AT_ONCE]
            found = session.scalars(
                select(Person).where(Person.public_id.in_(some)).order_by(Person.id)
            ).all()
            kept_out = _kept_out(session, held, [person.id for person in found])
            for person in found:
                if person.minor or person.id in there or person.id in kept_out:
                    continue
                enrolment = _new_enrolment(session, held, person)
                given[give_seat(session, held, enrolment, wanted, change.now)] += 1
                change.about(enrolment.public_id, person.public_id)
        if not given:
            change.nothing()
        else:
            change.about(held.public_id)
        return EnrolledTogether(
            seated=given[wanted],
            waiting=given[EnrolmentState.WAITING],
            left_out=len(people) - given.total(),
        )


def change_enrolment(
    workshop: str, enrolment: str, wanted: EnrolmentState, by: Actor
) -> EnrolmentState:
    """Let an enrolment become something else; a seat that falls free goes to the queue's first.

    Raises NotFound, WorkshopCancelled, MinorNotEnrolled, NoSeatFree and MoveNotPossible.
    """
    with audited("workshops.enrolment_changed", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        found = one_or_404(
            session.scalars(
                select(Enrolment).where(
                    Enrolment.workshop_id == held.id, Enrolment.public_id == enrolment
                )
            ).first()
        )
        before = EnrolmentState(found.state)
        if before is wanted:
            change.nothing()
            return wanted
        if wanted not in possible_moves(before):
            raise MoveNotPossible
        if found.person.minor and wanted in _STANDING:
            raise MinorNotEnrolled
        state = give_seat(session, held, found, wanted, change.now)
        if state is before:
            raise NoSeatFree
        change.about(held.public_id, found.public_id, *move_up(session, held, change.now))
        return state


def walk_in(
    workshop: str,
    who: ArrivingPerson,
    by: Actor,
    *,
    person_id: str | None = None,
    none_of: Collection[str] = (),
) -> str:
    """Take in someone who came to the door: added, enrolled and on the roster in one step.

    She is in the room, so she has a seat even when all are taken. The same `person_id` sent twice
    takes in one person. She is none of `none_of` (public ids). Returns the person's public id.
    Raises NotFound, WorkshopCancelled, MinorNotEnrolled, and what adding a person raises.
    """
    with audited("workshops.walk_in_taken", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        if person_id is not None and _taken_in_before(session, held, person_id):
            change.nothing()
            return person_id
        person = new_person(
            session,
            PersonDetails(
                chosen_name=who.chosen_name,
                group=who.group,
                sex=who.sex,
                age_band=who.age_band,
            ),
            by,
            change.now,
            public_id=person_id,
        )
        if person.minor:
            raise MinorNotEnrolled
        note_distinct(session, person.id, none_of, by, change.now)
        enrolment = _new_enrolment(session, held, person)
        set_state(session, held, enrolment, EnrolmentState.CONFIRMED, change.now, walk_in=True)
        change.about(held.public_id, enrolment.public_id, person.public_id)
        return person.public_id


def admit_walk_in(workshop: str, person: str, by: Actor) -> None:
    """Take in someone who came to the door and is here already: enrolled and on the roster.

    She has a seat even when all are taken. Raises NotFound, WorkshopCancelled and
    MinorNotEnrolled.
    """
    with audited("workshops.person_enrolled", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        found = _adult(session, person)
        enrolment = _enrolment_of(session, held, found)
        if enrolment is not None and enrolment.state == str(EnrolmentState.CONFIRMED):
            change.nothing()
            return
        if enrolment is None:
            enrolment = _new_enrolment(session, held, found)
        set_state(session, held, enrolment, EnrolmentState.CONFIRMED, change.now, walk_in=True)
        change.about(held.public_id, enrolment.public_id, found.public_id)


def take_in_walk_in(session: Session, register_id: int, person_id: int, now: datetime) -> list[str]:
    """Within another action: give somebody who stands on a register already her seat.

    She is in the room, so she has one even when all are taken. Returns what it concerns.
    """
    held = session.scalars(
        select(Workshop).where(Workshop.register_id == register_id).with_for_update()
    ).one()
    person = session.get_one(Person, person_id)
    enrolment = _enrolment_of(session, held, person) or _new_enrolment(session, held, person)
    set_state(session, held, enrolment, EnrolmentState.CONFIRMED, now, walk_in=True)
    return [held.public_id, enrolment.public_id]


def enrol_within(
    session: Session, workshop: Workshop, person: Person, now: datetime
) -> tuple[EnrolmentState, str]:
    """Within another action that holds the workshop: enrol somebody; how she then stands, and the
    public id of her enrolment. Whoever stands in it already stays so. Raises MinorNotEnrolled and,
    where the programme says so, NeedsEarlierCourse and HadThisCourse."""
    if person.minor:
        raise MinorNotEnrolled
    enrolment = _enrolment_of(session, workshop, person)
    if enrolment is not None and EnrolmentState(enrolment.state) in _SEATED:
        return EnrolmentState(enrolment.state), enrolment.public_id
    if enrolment is None or enrolment.state != str(EnrolmentState.INVITED):
        kept_out = _kept_out(session, workshop, [person.id])
        if kept_out:
            raise kept_out[person.id]
    if enrolment is None:
        enrolment = _new_enrolment(session, workshop, person)
    state = give_seat(session, workshop, enrolment, EnrolmentState.CONFIRMED, now)
    return state, enrolment.public_id


def _kept_out(session: Session, workshop: Workshop, people: Sequence[int]) -> dict[int, Problem]:
    """Whom (keys) the programme's own decision keeps out of a workshop, and why; nobody unless it
    decided so."""
    rules = seat_rules(session)
    if not (rules.needs_earlier or rules.refuses_repeats):
        return {}
    kept_out: dict[int, Problem] = {}
    for person, told in earlier_by_key(session, workshop, people).items():
        if rules.needs_earlier and told.missing:
            kept_out[person] = NeedsEarlierCourse()
        elif rules.refuses_repeats and told.had_on is not None:
            kept_out[person] = HadThisCourse()
    return kept_out


def _adult(session: Session, person: str) -> Person:
    found = one_or_404(session.scalars(select(Person).where(Person.public_id == person)).first())
    if found.minor:
        raise MinorNotEnrolled
    return found


def _enrolment_of(session: Session, workshop: Workshop, person: Person) -> Enrolment | None:
    return session.scalars(
        select(Enrolment).where(
            Enrolment.workshop_id == workshop.id, Enrolment.person_id == person.id
        )
    ).first()


def _new_enrolment(session: Session, workshop: Workshop, person: Person) -> Enrolment:
    enrolment = Enrolment(
        public_id=new_public_id(), workshop_id=workshop.id, person_id=person.id, state="invited"
    )
    session.add(enrolment)
    session.flush()
    return enrolment


def _taken_in_before(session: Session, workshop: Workshop, person_id: str) -> bool:
    """True if this person came through this door already. Raises NotFound for another's id."""
    found = session.execute(
        select(Person.id, Enrolment.workshop_id)
        .outerjoin(
            Enrolment, (Enrolment.person_id == Person.id) & (Enrolment.workshop_id == workshop.id)
        )
        .where(Person.public_id == person_id)
    ).first()
    if found is None:
        return False
    if found.workshop_id is None:
        raise NotFound
    return True
