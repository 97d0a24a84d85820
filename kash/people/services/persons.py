"""Adding and changing persons, and showing what is sealed of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.facts import PLAIN
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.queries.persons import locked_person
from kash.people.rules.persons import ages_disagree, is_a_name, is_minor, sort_name
from kash.people.scope import contact_compared, phone_compared
from kash.people.services.not_duplicates import note_distinct
from kash.platform.database import new_public_id
from kash.platform.vault import audited, lookup, seal
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.formats import to_local
from kash.policy import Actor

Contact = Literal["phone", "email"]


class UnknownGroup(Problem):
    """There is no such group."""

    field = "group"
    sentence = _l("Choose a group.")


class UnknownOrganisation(Problem):
    """There is no such organisation."""

    field = "organisation"
    sentence = _l("Choose a station or collective from the list.")


class NotAName(Problem):
    """The chosen name holds neither letter nor digit."""

    field = "chosen_name"
    sentence = _l("A name needs at least one letter.")


class AgesDisagree(Problem):
    """Age band and birth year cannot both be true."""

    field = "birth_year"
    sentence = _l("Age and birth year do not fit together. Give one of them.")


class AlreadyHere(Problem):
    """Someone with this number is here already, or someone in reach with this phone. `field` is
    "reference" or "phone"."""

    sentence = _l("Someone with this phone is here already.")

    def __init__(self, field: str) -> None:
        super().__init__(
            _l("Someone in this group has this number already.") if field == "reference" else None
        )
        self.field = field


class ContactClosed(Problem):
    """Whoever wants to see, or change, a contact did not enter it, and nothing else opened it."""

    status = 403
    sentence = _l(
        "This contact is closed to you. It opens when the person answers an invitation, came to a "
        "session of yours and somebody else confirmed the register, or when a second person "
        "agrees."
    )


class ContactRefused(Problem):
    """The person does not want to be called or written to."""

    status = 409
    sentence = _l(
        "This person refused calls and messages, or withdrew the consent. "
        "Phone and e-mail are not shown and not used."
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
    found = session.scalar(select(Group).where(Group.public_id == public_id))
    if found is None:
        raise UnknownGroup
    return found


def _organisation(session: Session, public_id: str) -> Organisation | None:
    if not public_id:
        return None
    found = session.scalar(select(Organisation).where(Organisation.public_id == public_id))
    if found is None:
        raise UnknownOrganisation
    return found


def _refuse_reference(
    session: Session, group: Group, reference: str, excluding: int | None
) -> None:
    if not reference:
        return
    statement = select(Person.id).where(Person.group_id == group.id, Person.reference == reference)
    if excluding is not None:
        statement = statement.where(Person.id != excluding)
    if session.scalar(statement.limit(1)) is not None:
        raise AlreadyHere("reference")


def _refuse_phone(session: Session, phone: str | None, by: Actor, excluding: int | None) -> None:
    """Refuse a phone of somebody whose contact is open to this actor. That another's is here is
    told to nobody: the two stand side by side until the sweep shows them to who sees both."""
    if not phone:
        return
    statement = select(Person.id).where(
        Person.phone_lookup == lookup(phone, kind="phone"), phone_compared(by)
    )
    if excluding is not None:
        statement = statement.where(Person.id != excluding)
    if session.scalar(statement.limit(1)) is not None:
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
    """Set or remove phone and e-mail. Raises ContactClosed: what is kept is changed by those who
    may see it, or somebody's money could be led to another phone."""
    values: dict[str, Any] = {}
    if contact.phone or contact.remove_phone:
        _refuse_closed(session, person, "phone", by)
        values |= phone_values(person.public_id, contact.phone, by.public_id)
    if contact.email or contact.remove_email:
        _refuse_closed(session, person, "email", by)
        values |= email_values(person.public_id, contact.email, by.public_id)
    for name, value in values.items():
        setattr(person, name, value)


def _refuse_closed(session: Session, person: Person, which: Contact, by: Actor) -> None:
    allowed = select(Person.id).where(Person.id == person.id, contact_compared(by, which))
    if session.scalar(allowed) is None:
        raise ContactClosed


def _facts(details: PersonDetails, group: Group, now: datetime) -> dict[str, Any]:
    if not is_a_name(details.chosen_name):
        raise NotAName
    if ages_disagree(details.age_band, details.birth_year, to_local(now).year):
        raise AgesDisagree
    return {
        **{fact.name: getattr(details, fact.name) for fact in PLAIN},
        "sort_name": sort_name(details.chosen_name),
        "group_id": group.id,
    }


def note_age(person: Person, band_before: str, by: Actor, now: datetime) -> None:
    """Say when the age was given, and flag a minor anew or no longer."""
    today = to_local(now).date()
    if person.age_band != band_before:
        person.age_recorded_on = today if person.age_band else None
    recorded = person.age_recorded_on.year if person.age_recorded_on else None
    minor = is_minor(person.age_band, person.birth_year, today.year, recorded)
    if minor and not person.minor:
        person.minor_since, person.minor_by = now, by.public_id
        person.minor_seen_at, person.minor_seen_by = None, ""
    person.minor = minor


def made_person(
    details: PersonDetails, group: Group, by: Actor, now: datetime, public_id: str
) -> Person:
    """A new person, not yet in the session. Raises NotAName and AgesDisagree; whether she is here
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

    Raises UnknownGroup, UnknownOrganisation, NotAName, AgesDisagree and AlreadyHere. A minor is
    added too, with the flag set: it is for the caller not to enrol one.
    """
    group = _group(session, details.group)
    place = _organisation(session, details.organisation)
    person = made_person(details, group, by, now, public_id or new_public_id())
    _refuse_reference(session, group, details.reference, None)
    if not details.shared_phone:
        _refuse_phone(session, details.phone, by, None)
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
        made = [new_person(change.session, details, by, change.now).public_id for details in rows]
        change.about(*made)
        return made


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
    is not the present one, ContactClosed, and what `new_person` raises.
    """
    with audited("people.person_changed", by) as change:
        session = change.session
        person = locked_person(session, public_id)
        if person.row_version != row_version:
            raise ChangedMeanwhile
        group = _group(session, details.group)
        facts = _facts(details, group, change.now)
        _refuse_reference(session, group, details.reference, person.id)
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


def confirm_printed_name(
    session: Session, public_id: str, printed_name: str, now: datetime
) -> Person:
    """Within another action: set how the name is printed, as the person herself confirmed it.

    Raises NotFound and NotAName.
    """
    if not is_a_name(printed_name):
        raise NotAName
    person = locked_person(session, public_id)
    person.printed_name = printed_name
    person.printed_name_confirmed_at = now
    person.row_version += 1
    person.changed_at = now
    return person
