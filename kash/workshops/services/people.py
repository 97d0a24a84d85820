"""Enrolment: enrolling, changing, withdrawing, and people who come to the door. Answers to an
invitation: by one's own account, or by the person who holds a link of the enrolment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from kash.accounts.services.marks import token_hash
from kash.attendance.models import Mark, MarkStatus, Slot
from kash.people.models import Person
from kash.people.queries.persons import AT_ONCE
from kash.people.services.persons import PersonDetails, new_person, note_distinct
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import audited
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.policy import NOBODY, SYSTEM, Actor
from kash.workshops.models import AnswerLink, Enrolment, Workshop
from kash.workshops.queries.deliveries import earlier_by_key
from kash.workshops.queries.people import seat_rules
from kash.workshops.rules import EnrolmentState, possible_moves
from kash.workshops.services.planning import held_for_change, held_workshop
from kash.workshops.services.seats import give_seat, move_up, new_answer_link, set_state
from kash.workshops.services.timetable import WorkshopCancelled

_SEATED = frozenset({EnrolmentState.CONFIRMED, EnrolmentState.WAITING})
_STANDING = _SEATED | {EnrolmentState.INVITED}
CHANGED = _l("This changed meanwhile. Look at how it stands now, then choose again.")
_MINOR = _l(
    "People under 18 are not enrolled. The custodian takes care of what they need; "
    "nothing was saved here."
)

_THERE = _l("Stands in this workshop already, perhaps as withdrawn or declined.")


class NotEnrolled(Problem):
    """A person is not enrolled, or an enrolment can't become this from what it is now. `of_name`
    says why with her name in it, where the programme's own decision keeps her out."""

    of_name = ""


def _minor() -> NotEnrolled:
    return NotEnrolled(_MINOR, field="age_band")


@dataclass(frozen=True)
class DoneForSeveral:
    """How many people it was done for, how many wait for a seat, and why others (by public id) were
    left out, each in a sentence."""

    done: int
    waiting: int
    left: Mapping[str, str]


@dataclass(frozen=True)
class ArrivingPerson:
    """Someone at the door. `group` is a public id; the age band says whether she is a minor."""

    chosen_name: str
    group: str
    sex: str
    age_band: str


def enrol(
    workshop: str, person: str, by: Actor, wanted: EnrolmentState = EnrolmentState.CONFIRMED
) -> EnrolmentState:
    """Enrol or invite a person; returns how she now stands (waiting while no seat is free).

    One who is invited, confirmed or waiting already stays so. Raises NotFound, WorkshopCancelled
    and NotEnrolled.
    """
    if wanted not in (EnrolmentState.CONFIRMED, EnrolmentState.INVITED):
        raise NotEnrolled(CHANGED)
    with audited("workshops.person_enrolled", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        adult, enrolment = _enrolment_of(session, held, person)
        if enrolment is not None and EnrolmentState(enrolment.state) in _STANDING:
            state = EnrolmentState(enrolment.state)
            change.nothing()
            return state
        kept_out = _kept_out(session, held, [adult.id])
        if kept_out:
            raise kept_out[adult.id]
        enrolment = enrolment or _new_enrolment(session, held, adult)
        change.about(held.public_id, enrolment.public_id, adult.public_id)
        return give_seat(session, held, enrolment, wanted, change.now)


def enrol_all(
    workshop: str,
    people: Sequence[str],
    by: Actor,
    wanted: EnrolmentState = EnrolmentState.CONFIRMED,
) -> DoneForSeveral:
    """Enrol or invite many at once; those who come after the last seat wait.

    Left out are people under 18, those who have an answer in this workshop already and, where the
    programme says so, those who lack an earlier course or had this one. Raises NotFound,
    WorkshopCancelled and NotEnrolled.
    """
    if wanted not in (EnrolmentState.CONFIRMED, EnrolmentState.INVITED):
        raise NotEnrolled(CHANGED)
    with audited("workshops.people_enrolled", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        there = set(
            session.scalars(select(Enrolment.person_id).where(Enrolment.workshop_id == held.id))
        )
        given: Counter[EnrolmentState] = Counter()
        left: dict[str, str] = {}
        for start in range(0, len(people), AT_ONCE):
            some = Person.public_id.in_(people[start : start + AT_ONCE])
            persons = session.scalars(select(Person).where(some).order_by(Person.id)).all()
            kept_out = _kept_out(session, held, [person.id for person in persons])
            for person in persons:
                if person.minor or person.id in there or person.id in kept_out:
                    why = _MINOR if person.minor else kept_out.get(person.id, _THERE)
                    left[person.public_id] = str(why)
                    continue
                enrolment = _new_enrolment(session, held, person)
                given[give_seat(session, held, enrolment, wanted, change.now)] += 1
                change.about(enrolment.public_id, person.public_id)
        if not given:
            change.nothing()
        else:
            change.about(held.public_id)
        return DoneForSeveral(given[wanted], given[EnrolmentState.WAITING], left)


def change_enrolment(
    workshop: str, enrolment: str, wanted: EnrolmentState, by: Actor
) -> EnrolmentState:
    """Let an enrolment become something else; a seat that falls free goes to the queue's first.

    Raises NotFound, WorkshopCancelled and NotEnrolled; refused while no seat is free.
    """
    with audited("workshops.enrolment_changed", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        changed = get_or_404(session, Enrolment, enrolment, Enrolment.workshop_id == held.id)
        if changed.state == str(wanted):
            change.nothing()
            return wanted
        state = _become(session, held, changed, wanted, change.now)
        change.about(held.public_id, changed.public_id, *move_up(session, held, change.now))
        return state


def change_all(
    workshop: str, people: Sequence[str], wanted: EnrolmentState, by: Actor
) -> DoneForSeveral:
    """Let the enrolments of these people become something else, those that can; seats that fall
    free go to the queue's first. Raises NotFound and WorkshopCancelled."""
    with audited("workshops.enrolments_changed", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        enrolments = session.scalars(
            select(Enrolment)
            .join(Enrolment.person)
            .options(contains_eager(Enrolment.person))
            .where(Enrolment.workshop_id == held.id, Person.public_id.in_(people))
            .order_by(Enrolment.queued_at, Person.sort_name, Enrolment.id)
        ).all()
        given: Counter[EnrolmentState] = Counter()
        left: dict[str, str] = {}
        for enrolment in enrolments:
            try:
                given[_become(session, held, enrolment, wanted, change.now)] += 1
            except Problem as refusal:
                left[enrolment.person.public_id] = str(refusal)
            else:
                change.about(held.public_id, enrolment.public_id)
        if given:
            change.about(*move_up(session, held, change.now))
        else:
            change.nothing()
        waiting = given[EnrolmentState.WAITING]
        return DoneForSeveral(given.total() - waiting, waiting, left)


def _become(
    session: Session, held: Workshop, changed: Enrolment, wanted: EnrolmentState, now: datetime
) -> EnrolmentState:
    before = EnrolmentState(changed.state)
    if wanted not in possible_moves(before):
        raise NotEnrolled(CHANGED)
    if changed.person.minor and wanted in _STANDING:
        raise _minor()
    state = give_seat(session, held, changed, wanted, now)
    if state is before:
        raise Problem(_l("No seat is free: all are taken, or held for somebody whose turn it is."))
    return state


def _one_of(session: Session, held: Workshop, which: ColumnElement[bool]) -> Enrolment:
    return one_or_404(
        session.scalars(select(Enrolment).where(Enrolment.workshop_id == held.id, which)).first()
    )


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
    Raises NotFound, WorkshopCancelled, NotEnrolled, and what adding a person raises.
    """
    with audited("workshops.walk_in_taken", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        if person_id is not None and _taken_in_before(session, held, person_id):
            change.nothing()
            return person_id
        details = PersonDetails(
            chosen_name=who.chosen_name, group=who.group, sex=who.sex, age_band=who.age_band
        )
        person = new_person(session, details, by, change.now, public_id=person_id)
        if person.minor:
            raise _minor()
        note_distinct(session, person.id, none_of, by, change.now)
        enrolment = _new_enrolment(session, held, person)
        set_state(session, held, enrolment, EnrolmentState.CONFIRMED, change.now, walk_in=True)
        change.about(held.public_id, enrolment.public_id, person.public_id)
        return person.public_id


def admit_walk_in(workshop: str, person: str, by: Actor) -> None:
    """Take in someone who came to the door and is here already: enrolled and on the roster.

    She has a seat even when all are taken. Raises NotFound, WorkshopCancelled and NotEnrolled.
    """
    with audited("workshops.person_enrolled", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        adult, enrolment = _enrolment_of(session, held, person)
        if enrolment is not None and enrolment.state == str(EnrolmentState.CONFIRMED):
            change.nothing()
            return
        enrolment = enrolment or _new_enrolment(session, held, adult)
        set_state(session, held, enrolment, EnrolmentState.CONFIRMED, change.now, walk_in=True)
        change.about(held.public_id, enrolment.public_id, adult.public_id)


def take_in_walk_in(session: Session, register_id: int, person_id: int, now: datetime) -> list[str]:
    """Within another action: give somebody who stands on a register already her seat.

    She is in the room, so she has one even when all are taken. Returns what it concerns.
    """
    held = session.scalars(
        select(Workshop).where(Workshop.register_id == register_id).with_for_update()
    ).one()
    person = session.get_one(Person, person_id)
    enrolment = _enrolled(session, held, person) or _new_enrolment(session, held, person)
    set_state(session, held, enrolment, EnrolmentState.CONFIRMED, now, walk_in=True)
    return [held.public_id, enrolment.public_id]


def enrol_within(
    session: Session, workshop: Workshop, person: Person, now: datetime
) -> tuple[EnrolmentState, str]:
    """Within another action that holds the workshop: enrol somebody; how she then stands, and the
    public id of her enrolment. One who stands in it already stays so. Raises NotEnrolled."""
    if person.minor:
        raise _minor()
    enrolment = _enrolled(session, workshop, person)
    if enrolment is not None and EnrolmentState(enrolment.state) in _SEATED:
        return EnrolmentState(enrolment.state), enrolment.public_id
    if enrolment is None or enrolment.state != str(EnrolmentState.INVITED):
        kept_out = _kept_out(session, workshop, [person.id])
        if kept_out:
            raise kept_out[person.id]
    enrolment = enrolment or _new_enrolment(session, workshop, person)
    state = give_seat(session, workshop, enrolment, EnrolmentState.CONFIRMED, now)
    return state, enrolment.public_id


def _kept_out(
    session: Session, workshop: Workshop, people: Sequence[int]
) -> dict[int, NotEnrolled]:
    """Those (keys) that the programme's own decision keeps out of a workshop, and why; nobody
    unless it decided so."""
    rules = seat_rules(session)
    kept_out: dict[int, NotEnrolled] = {}
    if not (rules.needs_earlier or rules.refuses_repeats):
        return kept_out
    for person, note in earlier_by_key(session, workshop, people).items():
        if rules.needs_earlier and note.missing:
            kept_out[person] = NotEnrolled(
                _l("Nothing was changed: a course that this one asks for is missing.")
            )
            kept_out[person].of_name = _l(
                "Nothing was changed: %(name)s lacks a course that this one asks for."
            )
        elif rules.refuses_repeats and note.had_on is not None:
            kept_out[person] = NotEnrolled(
                _l("Nothing was changed: this course was attended before, and that still holds.")
            )
            kept_out[person].of_name = _l(
                "Nothing was changed: %(name)s had this course, and that still holds."
            )
    return kept_out


def _enrolment_of(
    session: Session, workshop: Workshop, public_id: str
) -> tuple[Person, Enrolment | None]:
    """An adult, and her enrolment if there is one. Raises NotFound and NotEnrolled."""
    person = get_or_404(session, Person, public_id)
    if person.minor:
        raise _minor()
    return person, _enrolled(session, workshop, person)


def _enrolled(session: Session, workshop: Workshop, person: Person) -> Enrolment | None:
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
    person = session.scalars(select(Person).where(Person.public_id == person_id)).first()
    if person is None:
        return False
    if _enrolled(session, workshop, person) is None:
        raise NotFound
    return True


_ANSWERABLE = _SEATED | {EnrolmentState.INVITED, EnrolmentState.DECLINED}
MOST_AT_ONCE = 100


class LinkUnknown(Problem):
    """No link has this token, or it is past its time: nothing says which."""

    status = 404
    sentence = _l("This link does not work any more. Ask the person who gave it to you.")


_EVENT_CANCELLED = _l("This event does not take place. You need not answer, and need not come.")
_OFF_THE_LIST = _l("You are no longer on the list. Ask the person who invited you.")


def answer_invitation(workshop: str, by: Actor, *, comes: bool) -> EnrolmentState:
    """Let somebody who was invited answer herself; returns how she now stands (waiting while no
    seat is free).

    Raises NotFound, WorkshopCancelled, and NotEnrolled too if a no comes after she was there, if
    the workshop is over or she has withdrawn.
    """
    with audited("workshops.invitation_answered", by) as change:
        held = held_for_change(change.session, workshop)
        hers = _one_of(change.session, held, Enrolment.person_id == (by.person_id or 0))
        state, moved = _answered(change.session, held, hers, change.now, comes=comes)
        # Only a yes is an answer on which somebody may call her.
        hers.answered_at = change.now if comes else None
        hers.answered_by = by.public_id if comes else ""
        change.about(held.public_id, hers.public_id, *moved)
        return state


def _answered(
    session: Session, held: Workshop, enrolment: Enrolment, now: datetime, *, comes: bool
) -> tuple[EnrolmentState, list[str]]:
    """Let an answer take effect; how she stands then, and the enrolments that it moved. An offer
    that ran out is no offer, even if the clock's own work is late. Raises NotEnrolled."""
    if EnrolmentState(enrolment.state) not in _ANSWERABLE or held.ends_on < to_local(now).date():
        raise NotEnrolled(CHANGED)
    if comes and enrolment.person.minor:
        raise _minor()
    there = (
        select(Mark.id)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .where(
            Slot.register_id == held.register_id,
            Mark.person_id == enrolment.person_id,
            MarkStatus.weight > 0,
        )
    )
    # A no would take every mark of hers out of the hours.
    if not comes and session.scalar(select(there.exists())):
        raise NotEnrolled(
            _l("You were at this workshop already. If you can't come again, tell a trainer.")
        )
    moved = move_up(session, held, now)
    before = EnrolmentState(enrolment.state)
    wanted = EnrolmentState.CONFIRMED if comes else EnrolmentState.DECLINED
    if before is wanted:
        return before, moved
    state = give_seat(session, held, enrolment, wanted, now)
    return state, [*moved, *move_up(session, held, now)]


def make_answer_links(workshop: str, enrolments: Sequence[str], by: Actor) -> dict[str, str]:
    """Make a link for each of these enrolments that may still be answered, to be printed or handed
    over; its token, kept nowhere, by the enrolment, in their order. Raises NotFound and
    WorkshopCancelled."""
    with audited("workshops.answer_links_made", by) as change:
        held = held_for_change(change.session, workshop)
        wanted = enrolments[:MOST_AT_ONCE]
        answerable = {
            enrolment.public_id: enrolment
            for enrolment in change.session.scalars(
                select(Enrolment).where(
                    Enrolment.workshop_id == held.id,
                    Enrolment.public_id.in_(wanted),
                    Enrolment.state.in_([str(state) for state in _ANSWERABLE]),
                )
            )
        }
        tokens = {
            key: new_answer_link(change.session, held, answerable[key], change.now)
            for key in wanted
            if key in answerable
        }
        if not tokens:
            change.nothing()
        change.about(held.public_id, *tokens)
        return tokens


def enrolment_behind(token: str) -> Enrolment:
    """The enrolment that a link answers for, with its workshop; reading it changes nothing. Raises
    LinkUnknown; refused once there is nothing to answer."""
    session, now = db.session(), utc_now()
    enrolment = session.scalars(
        select(Enrolment)
        .join(AnswerLink, AnswerLink.enrolment_id == Enrolment.id)
        .where(AnswerLink.token_hash == token_hash(token), AnswerLink.expires_at > now)
        .options(
            joinedload(Enrolment.workshop).joinedload(Workshop.version),
            joinedload(Enrolment.workshop).joinedload(Workshop.venue),
        )
    ).first()
    if enrolment is None:
        raise LinkUnknown
    if enrolment.workshop.state == "cancelled":
        raise Problem(_EVENT_CANCELLED)
    if enrolment.workshop.ends_on < to_local(now).date():
        raise Problem(_l("This event is over. There is nothing to answer any more."))
    if EnrolmentState(enrolment.state) not in _ANSWERABLE:
        raise Problem(_OFF_THE_LIST)
    return enrolment


def answer_by_link(token: str, *, comes: bool) -> EnrolmentState:
    """Let the person who holds a link answer; returns how she stands then.

    The same answer twice changes nothing. It is nobody's own yes: the one who invited her may have
    held the link, so that her contact stays as closed as it was; a no takes an earlier yes back.
    Refuses as `enrolment_behind` does, and raises NotEnrolled.
    """
    behind = enrolment_behind(token)
    key, workshop = behind.id, behind.workshop.public_id
    with audited("workshops.answered_by_link", NOBODY) as change:
        session = change.session
        try:
            held = held_for_change(session, workshop)
        except WorkshopCancelled:
            raise Problem(_EVENT_CANCELLED) from None
        enrolment = _one_of(session, held, Enrolment.id == key)
        before = EnrolmentState(enrolment.state)
        if before not in _ANSWERABLE:
            raise Problem(_OFF_THE_LIST)
        state, moved = _answered(session, held, enrolment, change.now, comes=comes)
        if not comes:
            enrolment.answered_at, enrolment.answered_by = None, ""
        if state is before and not moved:
            change.nothing()
        change.about(held.public_id, enrolment.public_id, *moved)
        return state


_log = structlog.get_logger("kash.workshops")


def tend_waiting_lists(now: datetime) -> int:
    """Let every waiting list move that has somebody to move; returns how many did. A list that
    fails does not stop the others."""
    db.session.rollback()
    waits = exists().where(
        Enrolment.workshop_id == Workshop.id,
        Enrolment.state == str(EnrolmentState.WAITING),
        # One who was asked once, or has her offer, is not asked now.
        (Enrolment.offer_until <= now)
        | (
            Enrolment.offer_until.is_(None)
            & Enrolment.offer_lapsed_at.is_(None)
            & Enrolment.person.has(minor=False)
        ),
    )
    to_come = Workshop.state == "planned", Workshop.starts_on >= to_local(now).date()
    lists = db.session.scalars(
        select(Workshop.public_id).where(*to_come, waits).order_by(Workshop.id)
    ).all()
    db.session.rollback()
    tended = 0
    for workshop in lists:
        try:
            with audited("workshops.waiting_list_moved", SYSTEM) as change:
                held = held_workshop(change.session, workshop)
                moved = move_up(change.session, held, change.now)
                if not moved:
                    change.nothing()
                change.about(held.public_id, *moved)
            tended += bool(moved)
        except Exception:
            db.session.rollback()
            _log.error("waiting_list_not_moved", workshop=workshop, exc_info=True)
    return tended
