"""Consents and refusals. An answer is added; none is ever changed. The groups that the programme
brings together. People under 18: the flag ends when they come of age, and the custodian notes that
she saw it. Duplicates that are none: two people that somebody told apart. Adding
and changing persons, and showing what is sealed of them. Many signed consent forms noted at once:
counted, put away in one place, and each a row of its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from kash.people.facts import PLAIN
from kash.people.models import (
    Consent,
    ConsentBatch,
    Group,
    LikelyDuplicate,
    NotTheSame,
    Organisation,
    Person,
    Posting,
    form_language,
)
from kash.people.queries.persons import consent_given, locked_person, newest_answers
from kash.people.rules import persons
from kash.people.scope import contact_compared, phone_compared
from kash.people.words import TEXTS
from kash.platform.database import db, new_public_id
from kash.platform.jobs import enqueue
from kash.platform.vault import audited, lookup, seal
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import ChangedMeanwhile, get_or_404
from kash.platform.web.formats import to_local
from kash.policy import SYSTEM, Actor

CONSENT_FORMS = "people.consent_forms"


def ask_for_forms(people: Sequence[str], by: Actor, *, back: str = "") -> str:
    """Have the worker print the consent forms of these people, by public ids; the job's public id.

    The caller has made sure that they are in the actor's reach. `back` is the path to which the
    job's page leads back.
    """
    with audited("people.consent_forms_printed", by) as change:
        job = enqueue(
            change.session,
            CONSENT_FORMS,
            owner=by.public_id,
            title=_("Consent forms"),
            back=back,
            total=len(people),
            people=list(people),
        )
        change.about(*people)
        return job.public_id


def record_consent(public_id: str, purpose: str, answer: str, by: Actor) -> None:
    """Add a person's answer with the words that were read out, in the language of the page.

    Raises NotFound, also where nobody of her group is asked, and Problem, also for the same answer
    sent twice.
    """
    with audited("people.consent_recorded", by) as change:
        person = locked_person(change.session, public_id)
        if purpose not in persons.purposes_for(police=person.group.is_police):
            raise NotFound
        present = persons.present_answers(newest_answers(change.session, person.id)).get(purpose)
        if answer == present or answer not in persons.possible_answers(present):
            raise Problem(
                _l("The answer has changed meanwhile. Look, then choose again."), field="answer"
            )
        change.session.add(_consent(person, purpose, answer, by.public_id, change.now))
        change.about(person.public_id)


def _consent(person: Person, purpose: str, answer: str, by: str, now: datetime) -> Consent:
    """An answer with the words of the language that is spoken now."""
    return Consent(
        person_id=person.id,
        purpose=purpose,
        answer=answer,
        text=str(TEXTS[purpose].words),
        text_version=TEXTS[purpose].version,
        recorded_by=by,
        recorded_at=now,
    )


def withdraw_within(
    session: Session, person_ids: Collection[int], purpose: str, now: datetime, *, by: str
) -> list[str]:
    """Withdraw what these people had given, within the caller's transaction; the public ids of
    those who had. `by` is the account that withdraws, or "nobody" where they did it themselves
    without one."""
    people = session.scalars(
        select(Person)
        .where(Person.id.in_(consent_given(person_ids, purpose, session)))
        .order_by(Person.id)
        .with_for_update(of=Person)
    ).all()
    # Locked: asked anew, as two of her answers may come at once.
    given = consent_given([person.id for person in people], purpose, session)
    withdrawn = [person for person in people if person.id in given]
    session.add_all(_consent(person, purpose, "withdrawn", by, now) for person in withdrawn)
    return [person.public_id for person in withdrawn]


def _refuse_taken(session: Session, name: str, letter: str, excluding: int | None = None) -> None:
    for group in session.scalars(select(Group).with_for_update()).all():
        same_name = group.name.casefold() == name.casefold()
        if group.id != excluding and (same_name or group.letter == letter):
            raise Problem(
                _l("Another group has this already."), field="name" if same_name else "letter"
            )


def new_group(session: Session, name: str, letter: str, *, is_police: bool = False) -> Group:
    """A group added within another action's transaction. Raises Problem."""
    letter = letter.upper()
    _refuse_taken(session, name, letter)
    position = (session.scalar(select(func.max(Group.position))) or 0) + 1
    group = Group(name=name, letter=letter, is_police=is_police, position=position)
    session.add(group)
    session.flush()
    return group


def add_group(name: str, letter: str, *, is_police: bool, by: Actor) -> str:
    """Add a group; returns its public id. Raises Problem."""
    with audited("people.group_added", by) as change:
        group = new_group(change.session, name, letter, is_police=is_police)
        change.about(group.public_id)
        return group.public_id


def change_group(public_id: str, name: str, letter: str, *, is_police: bool, by: Actor) -> None:
    """Change a group's name or letter. Raises NotFound and Problem."""
    with audited("people.group_changed", by) as change:
        session = change.session
        group = get_or_404(session, Group, public_id, lock=True)
        _refuse_taken(session, name, letter.upper(), excluding=group.id)
        group.name, group.letter, group.is_police = name, letter.upper(), is_police
        change.about(group.public_id)


def _still_minor(person: Person, today: date) -> bool:
    if not person.age_band and person.birth_year is None:
        # Flagged without a reason that ends, as by merging two persons.
        return True
    recorded = person.age_recorded_on.year if person.age_recorded_on else None
    return persons.is_minor(person.age_band, person.birth_year, today.year, recorded)


def note_who_came_of_age(today: date) -> int:
    """Take the flag from everybody who is grown up by now; returns how many those were.

    Time only ever ends the flag, so between two runs it errs on the safe side.
    """
    flagged = select(Person).where(Person.minor.is_(True)).order_by(Person.id)
    if all(_still_minor(person, today) for person in db.session.scalars(flagged)):
        db.session.rollback()
        return 0
    with audited("people.came_of_age", SYSTEM) as change:
        grown_up = [
            person
            for person in change.session.scalars(flagged.with_for_update(of=Person))
            if not _still_minor(person, today)
        ]
        for person in grown_up:
            person.minor = False
            change.about(person.public_id)
        if not grown_up:
            change.nothing()
        return len(grown_up)


def note_minor_seen(public_id: str, by: Actor) -> None:
    """The custodian has seen that this person is under 18. Once is enough, and of the person who is
    grown up nothing is noted. Raises NotFound."""
    with audited("people.minor_seen", by) as change:
        person = locked_person(change.session, public_id)
        if not person.minor or person.minor_seen_at is not None:
            change.nothing()
            return
        person.minor_seen_at, person.minor_seen_by = change.now, by.public_id
        change.about(person.public_id)


def note_distinct(
    session: Session, person_id: int, others: Collection[str], by: Actor, now: datetime
) -> None:
    """Within another action: remember that a person is none of these others (public ids)."""
    for other in session.scalars(select(Person.id).where(Person.public_id.in_(others))):
        if other == person_id:
            continue
        first, second = min(person_id, other), max(person_id, other)
        not_the_same = session.scalar(
            select(NotTheSame.id).where(
                NotTheSame.first_id == first, NotTheSame.second_id == second
            )
        )
        if not_the_same is None:
            session.add(
                NotTheSame(first_id=first, second_id=second, said_by=by.public_id, said_at=now)
            )
        session.execute(
            delete(LikelyDuplicate).where(
                LikelyDuplicate.first_id == first, LikelyDuplicate.second_id == second
            )
        )


def mark_distinct(first: str, second: str, by: Actor) -> None:
    """Remember that two are different people: they are never proposed again. Raises NotFound."""
    with audited("people.persons_told_apart", by) as change:
        session = change.session
        pair = select(Person).where(Person.public_id.in_((first, second)))
        people = {person.public_id: person.id for person in session.scalars(pair)}
        if len(people) != 2:
            raise NotFound
        note_distinct(session, people[first], [second], by, change.now)
        change.about(first, second)


def withdraw_distinct(public_id: str, by: Actor) -> None:
    """Forget that two were told apart; the next sweep may propose them. Raises NotFound."""
    with audited("people.told_apart_taken_back", by) as change:
        not_the_same = get_or_404(change.session, NotTheSame, public_id, lock=True)
        names = change.session.scalars(
            select(Person.public_id).where(
                or_(Person.id == not_the_same.first_id, Person.id == not_the_same.second_id)
            )
        ).all()
        change.session.delete(not_the_same)
        change.about(*names)


Contact = Literal["phone", "email"]


def ages_apart() -> Problem:
    """Refusal of an age band and a birth year that cannot both be true."""
    return Problem(_l("Age and birth year differ. Give one of them."), field="birth_year")


class AlreadyHere(Problem):
    """Someone with this number is here already, or someone in reach with this phone. `field` is
    "reference" or "phone"."""

    sentence = _l("Someone with this phone is here already.")

    def __init__(self, field: str) -> None:
        super().__init__(
            _l("Someone in this group has this number already.") if field == "reference" else None
        )
        self.field = field


CONTACT_CLOSED = _l(
    "Closed to you. It opens when they answer an invitation, or came to a session of yours whose "
    "register somebody else confirmed, or a second person agrees."
)


@dataclass(frozen=True)
class PersonDetails:
    """A person as entered. `group` and `organisation` are public ids; `phone` is E.164.

    `shared_phone` says that someone else of the programme is known to use the same phone.
    Without `since` a posting begins on the day on which the person is added.
    """

    chosen_name: str
    group: str
    printed_name: str = ""
    sex: str = ""
    age_band: str = ""
    birth_year: int | None = None
    cadre: str = ""
    ward: str = ""
    language: str = ""
    reference: str = ""
    earlier: str = ""
    organisation: str = ""
    since: date | None = None
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    shared_phone: bool = False


@dataclass(frozen=True)
class ContactChange:
    """Change of phone and e-mail: new ones, removed, or as before."""

    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    remove_phone: bool = False
    remove_email: bool = False
    shared_phone: bool = False


def _group(session: Session, public_id: str) -> Group:
    group = session.scalar(select(Group).where(Group.public_id == public_id))
    if group is None:
        raise Problem(_l("Choose a group."), field="group")
    return group


def known_place(session: Session, public_id: str) -> Organisation:
    """An organisation by its public id. Raises Problem beside the field if there is none."""
    place = session.scalar(select(Organisation).where(Organisation.public_id == public_id))
    if place is None:
        raise Problem(_l("Choose a station or collective from the list."), field="organisation")
    return place


def refuse_reference(session: Session, group_id: int, reference: str, *excluding: int) -> None:
    """Refuse a number that another one of the group has. Raises AlreadyHere."""
    taken = select(Person.id).where(
        Person.group_id == group_id, Person.reference == reference, Person.id.not_in(excluding)
    )
    if reference and session.scalar(taken.limit(1)) is not None:
        raise AlreadyHere("reference")


def _refuse_phone(session: Session, phone: str | None, by: Actor, *excluding: int) -> None:
    """Refuse a phone of somebody whose contact is open to this actor. That another's is here is
    told to nobody: the two stand side by side until the sweep shows them to those who see both."""
    if not phone:
        return
    here = select(Person.id).where(
        Person.phone_lookup == lookup(phone, kind="phone"),
        phone_compared(by),
        Person.id.not_in(excluding),
    )
    if session.scalar(here.limit(1)) is not None:
        raise AlreadyHere("phone")


def phone_values(public_id: str, phone: str | None, by: str) -> dict[str, Any]:
    """The columns that hold a phone, for the person of this public id; `by` is who entered it."""
    return {
        "phone_by": by if phone else "",
        "phone_sealed": seal(phone, kind="person.phone", public_id=public_id) if phone else None,
        "phone_lookup": lookup(phone, kind="phone") if phone else None,
    }


def email_values(public_id: str, email: str | None, by: str) -> dict[str, Any]:
    """The columns that hold an e-mail, for the person of this public id; `by` is who entered it."""
    return {
        "email_by": by if email else "",
        "email_sealed": seal(email, kind="person.email", public_id=public_id) if email else None,
        "email_lookup": lookup(email.lower(), kind="email") if email else None,
    }


def _set_contact(session: Session, person: Person, contact: ContactChange, by: Actor) -> None:
    """Set or remove phone and e-mail. Raises Problem where it is closed: what is kept is changed by
    those who may see it, or somebody's money could be led to another phone."""
    contacts: tuple[tuple[Contact, str | None, bool, Any], ...] = (
        ("phone", contact.phone, contact.remove_phone, phone_values),
        ("email", contact.email, contact.remove_email, email_values),
    )
    for which, given, remove, columns in contacts:
        if given or remove:
            allowed = select(Person.id).where(Person.id == person.id, contact_compared(by, which))
            if session.scalar(allowed) is None:
                raise Problem(CONTACT_CLOSED, status=403)
            for name, value in columns(person.public_id, given, by.public_id).items():
                setattr(person, name, value)


def _facts(details: PersonDetails, group: Group, now: datetime) -> dict[str, Any]:
    if not persons.is_a_name(details.chosen_name):
        raise Problem(_l("A name needs at least one letter."), field="chosen_name")
    if persons.ages_disagree(details.age_band, details.birth_year, to_local(now).year):
        raise ages_apart()
    return {
        **{fact.name: getattr(details, fact.name) for fact in PLAIN},
        "sort_name": persons.sort_name(details.chosen_name),
        "group_id": group.id,
    }


def note_age(person: Person, band_before: str, by: Actor, now: datetime) -> None:
    """Say when the age was given, and flag a minor anew or no longer."""
    today = to_local(now).date()
    if person.age_band != band_before:
        person.age_recorded_on = today if person.age_band else None
    recorded = person.age_recorded_on.year if person.age_recorded_on else None
    minor = persons.is_minor(person.age_band, person.birth_year, today.year, recorded)
    if minor and not person.minor:
        person.minor_since, person.minor_by = now, by.public_id
        person.minor_seen_at, person.minor_seen_by = None, ""
    person.minor = minor


def made_person(
    details: PersonDetails, group: Group, by: Actor, now: datetime, public_id: str
) -> Person:
    """A new person, not yet in the session. Raises Problem; whether she is here
    already, the caller has asked."""
    person = Person(
        public_id=public_id,
        created_by=by.public_id,
        created_at=now,
        changed_at=now,
        **_facts(details, group, now),
        **phone_values(public_id, details.phone, by.public_id),
        **email_values(public_id, details.email, by.public_id),
    )
    note_age(person, "", by, now)
    return person


def new_person(
    session: Session,
    details: PersonDetails,
    by: Actor,
    now: datetime,
    *,
    public_id: str | None = None,
) -> Person:
    """A person added within another action's transaction, with a posting if one is given.

    Raises Problem and AlreadyHere. A minor is
    added too, with the flag set: it is for the caller not to enrol one.
    """
    group = _group(session, details.group)
    place = known_place(session, details.organisation) if details.organisation else None
    person = made_person(details, group, by, now, public_id or new_public_id())
    refuse_reference(session, group.id, details.reference)
    if not details.shared_phone:
        _refuse_phone(session, details.phone, by)
    session.add(person)
    session.flush()
    if place is not None:
        session.add(
            Posting(
                person_id=person.id,
                organisation_id=place.id,
                since=details.since or to_local(now).date(),
            )
        )
    return person


def add_person(
    details: PersonDetails,
    by: Actor,
    public_id: str | None = None,
    *,
    none_of: Collection[str] = (),
) -> str:
    """Add a person, who is none of those with these public ids; returns the public id.

    Raises what `new_person` raises.

    A form that brings the same `public_id` twice (sent twice, or again after going back) adds one
    person. Raises NotFound if someone else's person has that id.
    """
    with audited("people.person_added", by) as change:
        if public_id is not None:
            creator = change.session.scalar(
                select(Person.created_by).where(Person.public_id == public_id)
            )
            if creator is not None:
                if creator != by.public_id:
                    raise NotFound
                change.nothing()
                return public_id
        person = new_person(change.session, details, by, change.now, public_id=public_id)
        note_distinct(change.session, person.id, none_of, by, change.now)
        change.about(person.public_id)
        return person.public_id


def add_people(rows: Sequence[PersonDetails], by: Actor) -> list[str]:
    """Add many persons, all or none, as one action; returns their public ids in order.

    Raises what `new_person` raises for the first row that does not fit.
    """
    with audited("people.people_imported", by) as change:
        public_ids = [
            new_person(change.session, details, by, change.now).public_id for details in rows
        ]
        change.about(*public_ids)
        return public_ids


def change_person(
    public_id: str,
    details: PersonDetails,
    contact: ContactChange,
    row_version: int,
    by: Actor,
    *,
    none_of: Collection[str] = (),
) -> None:
    """Change a person's facts; the posting is changed by `transfer`. She is none of `none_of`.

    A new printed name has yet to be confirmed. Raises NotFound, ChangedMeanwhile if `row_version`
    is not the present one, Problem for a contact that is closed, and what `new_person` raises.
    """
    with audited("people.person_changed", by) as change:
        session = change.session
        person = locked_person(session, public_id)
        if person.row_version != row_version:
            raise ChangedMeanwhile
        group = _group(session, details.group)
        facts = _facts(details, group, change.now)
        refuse_reference(session, group.id, details.reference, person.id)
        if contact.phone and not contact.shared_phone:
            _refuse_phone(session, contact.phone, by, person.id)
        before, band_before = person.printed_name or person.chosen_name, person.age_band
        for name, value in facts.items():
            setattr(person, name, value)
        note_age(person, band_before, by, change.now)
        if (person.printed_name or person.chosen_name) != before:
            person.printed_name_confirmed_at = None
        _set_contact(session, person, contact, by)
        note_distinct(session, person.id, none_of, by, change.now)
        person.row_version += 1
        person.changed_at = change.now
        change.about(person.public_id)


def note_signed_forms(
    people: Sequence[str], purposes: Collection[str], forms: int, kept_at: str, by: Actor
) -> tuple[int, list[str]]:
    """Note that these people (public ids) signed forms on which they agree to these purposes.

    `forms` is how many sheets were counted, `kept_at` where they lie. What somebody agreed to
    already stays as it is, and what nobody of her group is asked is not noted of her. The caller
    has made sure that they are in the actor's reach. Returns how many people's answers were
    added, and the names of those who had refused or withdrawn something: what they sign now is
    recorded one by one, so that nobody's no is written over in a heap. Raises Problem.
    """
    wanted = [purpose for purpose in TEXTS if purpose in purposes]
    if not people or not wanted:
        raise Problem(_l("Tick who signed, and what was signed."), status=422)
    if not 0 < forms == len(set(people)):
        raise Problem(
            _l(
                "Forms counted and people ticked differ. Count again, and untick those who have "
                "no form."
            ),
            field="forms",
            status=422,
        )
    with audited("people.signed_forms_noted", by) as change:
        session = change.session
        people_locked = session.scalars(
            select(Person)
            .where(Person.public_id.in_(set(people)))
            .order_by(Person.id)
            .with_for_update(of=Person)
        ).all()
        answers: dict[int, list[tuple[str, str]]] = {}
        for person_id, purpose, answer in session.execute(
            select(Consent.person_id, Consent.purpose, Consent.answer)
            .where(Consent.person_id.in_([person.id for person in people_locked]))
            .order_by(Consent.id)
        ):
            answers.setdefault(person_id, []).append((purpose, answer))
        batch = ConsentBatch(
            forms=forms, kept_at=kept_at, recorded_by=by.public_id, recorded_at=change.now
        )
        session.add(batch)
        session.flush()
        noted, left = 0, []
        for person in people_locked:
            present = persons.present_answers(answers.get(person.id, ()))
            asked_of_her = persons.purposes_for(police=person.group.is_police)
            hers = [purpose for purpose in wanted if purpose in asked_of_her]
            if any(persons.keeps_from(present.get(purpose)) for purpose in hers):
                left.append(person.chosen_name)
            new = [purpose for purpose in hers if present.get(purpose) is None]
            with force_locale(form_language(person)[0]):
                for purpose in new:
                    consent = _consent(person, purpose, "given", by.public_id, change.now)
                    consent.batch_id = batch.id
                    session.add(consent)
            if new:
                change.about(person.public_id)
                noted += 1
        if not noted:
            change.nothing()
        else:
            change.about(batch.public_id)
        return noted, left
