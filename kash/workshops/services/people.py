"""Enrolment: enrolling, changing, withdrawing, and people who come to the door. Answers to an
invitation: by one's own account, or by whoever holds a link of the enrolment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.accounts.services.marks import token_hash
from kash.attendance.models import Mark, MarkStatus, Slot
from kash.people.models import Person
from kash.people.services.persons import PersonDetails, new_person, note_distinct
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import audited
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import NOBODY, Actor
from kash.workshops.models import AnswerLink, Enrolment, Workshop
from kash.workshops.queries.deliveries import earlier_by_key
from kash.workshops.queries.people import seat_rules
from kash.workshops.rules import EnrolmentState, possible_moves
from kash.workshops.services.answer_links import new_answer_link
from kash.workshops.services.planning import held_for_change
from kash.workshops.services.seats import give_seat, move_up, set_state
from kash.workshops.services.timetable import WorkshopCancelled

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
        found = get_or_404(session, Enrolment, enrolment, Enrolment.workshop_id == held.id)
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
            raise Problem(
                _l("No seat is free: all are taken, or held for somebody whose turn it is.")
            )
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
    found = get_or_404(session, Person, person)
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


_ANSWERABLE = _SEATED | {EnrolmentState.INVITED, EnrolmentState.DECLINED}
MOST_AT_ONCE = 100


class LinkUnknown(Problem):
    """No link has this token, or it is past its time: nothing says which."""

    status = 404
    sentence = _l("This link does not work any more. Ask whoever gave it to you.")


_EVENT_CANCELLED = _l("This event does not take place. You need not answer, and need not come.")


_NO_LONGER_ON_THE_LIST = _l("You are no longer on the list. Ask whoever invited you.")


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
        raise Problem(_EVENT_CANCELLED)
    if workshop.ends_on < to_local(now).date():
        raise Problem(_l("This event is over. There is nothing to answer any more."))
    if EnrolmentState(found.state) not in _ANSWERABLE:
        raise Problem(_NO_LONGER_ON_THE_LIST)
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
            raise Problem(_EVENT_CANCELLED) from None
        found = session.get(Enrolment, asked.enrolment)
        if found is None or found.workshop_id != held.id:
            raise NotFound
        before = EnrolmentState(found.state)
        if before not in _ANSWERABLE:
            raise Problem(_NO_LONGER_ON_THE_LIST)
        _refuse(held, found, change.now, comes=comes)
        if not comes:
            found.answered_at, found.answered_by = None, ""
        state, moved = _answered(session, held, found, change.now, comes=comes)
        if state is before and not moved:
            change.nothing()
        change.about(held.public_id, found.public_id, *moved)
        return state
