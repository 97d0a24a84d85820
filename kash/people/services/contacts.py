"""Looking at a phone or an e-mail, asking to see it, and agreeing to that as the second person.
Stations, collectives and partners. Postings, from when to when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from kash.people.models import (
    ContactLooks,
    ContactReason,
    ContactRequest,
    ContactRequestPerson,
    Group,
    Organisation,
    Person,
    Posting,
)
from kash.people.queries.persons import closed_to, consent_holds, decidable, locked_person
from kash.people.rules.persons import Stay, needs_reason, transfer_day_fits
from kash.people.scope import contact_open, within_reach
from kash.people.services.persons import CONTACT_CLOSED, Contact, known_place
from kash.platform.database import insertion, new_public_id
from kash.platform.vault import Change, audited, open_text, seal
from kash.platform.web import NotFound, Problem
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.formats import to_local
from kash.platform.web.programme import contact_looks_a_day
from kash.platform.web.today import answer
from kash.policy import Actor

MOST_ASKED = 500
# What the person who asked is told on Today.
AGREED, REFUSED, ENDED = "contact_agreed", "contact_refused", "contact_ended"


class ReasonNeeded(Problem):
    """The day's usual looks are over: one more needs a reason, and a director is told."""

    status = 409
    sentence = _l("More looks than usual in a day. Say why you need more.")


_DECIDED_ALREADY = _l("Somebody decided this already. The page shows how it stands.")


def show_contact(public_id: str, which: Contact, by: Actor, *, reason: str = "") -> str | None:
    """The phone or e-mail of a person, opened for one look; the look is written down and counted.

    None, and nothing written, if there is none. A reason is good for some more looks of the day.
    Raises NotFound, Problem and ReasonNeeded if the usual looks of the day are over and no reason
    is given.
    """
    with audited(f"people.{which}_shown", by) as change:
        session = change.session
        person = locked_person(session, public_id)
        sealed = person.phone_sealed if which == "phone" else person.email_sealed
        if sealed is None:
            change.nothing()
            return None
        allowed = select(Person.id).where(Person.id == person.id, contact_open(by, which))
        if session.scalar(allowed) is None:
            raise Problem(CONTACT_CLOSED, status=403)
        if not consent_holds([person.id], "contact", session):
            raise Problem(
                _l(
                    "This person refused calls and messages, or withdrew the consent. "
                    "Phone and e-mail are not shown and not used."
                )
            )
        why = _count_look(change, by, reason)
        shown = open_text(sealed, kind=f"person.{which}", public_id=person.public_id)
        change.about(person.public_id)
        if why:
            # Which reason it was; its words are sealed.
            change.about(why)
        return shown


def _count_look(change: Change, by: Actor, reason: str) -> str:
    """Count a look of this day; the public id of the reason if it is beyond the usual number, else
    empty. Raises ReasonNeeded."""
    session, day, budget = change.session, to_local(change.now).date(), contact_looks_a_day()
    looks = _held_looks(session, by.public_id, day)
    given = session.scalars(
        select(ContactReason.public_id)
        .where(ContactReason.account == by.public_id, ContactReason.day == day)
        .order_by(ContactReason.id.desc())
    ).all()
    why = given[0] if given else ""
    if needs_reason(looks.looks, budget, len(given)):
        if not reason.strip():
            raise ReasonNeeded
        why = _keep_reason(session, by, day, change.now, reason)
    beyond = looks.looks >= budget
    looks.looks += 1
    looks.beyond += int(beyond)
    return why if beyond else ""


def _held_looks(session: Session, account: str, day: date) -> ContactLooks:
    """The row of a day, held until the transaction ends, so that two looks at once are two."""
    session.execute(
        insertion(session, ContactLooks)
        .values(account=account, day=day, looks=0, beyond=0)
        .on_conflict_do_nothing()
    )
    return session.scalars(
        select(ContactLooks)
        .where(ContactLooks.account == account, ContactLooks.day == day)
        .with_for_update()
    ).one()


def _keep_reason(session: Session, by: Actor, day: date, now: datetime, reason: str) -> str:
    public_id = new_public_id()
    session.add(
        ContactReason(
            public_id=public_id,
            account=by.public_id,
            day=day,
            at=now,
            reason_sealed=seal(reason.strip(), kind="contact.reason", public_id=public_id),
        )
    )
    session.flush()
    return public_id


def ask_for_contact(people: Sequence[str], reason: str, by: Actor) -> str:
    """Ask to see the contact of people that one sees already; the public id of the request.

    Left out are those whose contact is open or asked for, and who have none. Raises Problem.
    """
    with audited("people.contact_asked", by) as change:
        session = change.session
        waits = select(ContactRequestPerson.person_id).where(
            ContactRequestPerson.request_id == ContactRequest.id,
            ContactRequest.state == "waiting",
            ContactRequest.asked_by == by.public_id,
        )
        people_found = session.execute(
            select(Person.id, Person.public_id)
            .where(
                Person.public_id.in_(list(people)[:MOST_ASKED]),
                within_reach(by, "people.contact"),
                closed_to(by),
                Person.id.not_in(waits),
            )
            .order_by(Person.id)
        ).all()
        if not people_found:
            raise Problem(
                _l("Nothing to ask: these contacts are open, asked for already, or none.")
            )
        public_id = new_public_id()
        contact_request = ContactRequest(
            public_id=public_id,
            asked_by=by.public_id,
            asked_at=change.now,
            reason_sealed=seal(reason.strip(), kind="contact.request", public_id=public_id),
        )
        session.add(contact_request)
        session.flush()
        session.add_all(
            ContactRequestPerson(request_id=contact_request.id, person_id=person_row.id)
            for person_row in people_found
        )
        change.about(public_id, *(person_row.public_id for person_row in people_found))
        return public_id


def decide_on_contact(public_id: str, by: Actor, *, agree: bool) -> None:
    """Agree to a request as the second person, or refuse it. Raises NotFound and Problem."""
    with audited("people.contact_agreed" if agree else "people.contact_not_agreed", by) as change:
        request = _held_request(change.session, public_id, by)
        if request.state != "waiting":
            raise Problem(_DECIDED_ALREADY)
        request.state = "agreed" if agree else "refused"
        request.decided_by, request.decided_at = by.public_id, change.now
        _decided(change, request, AGREED if agree else REFUSED)


def end_contact(public_id: str, by: Actor) -> None:
    """Take back what was agreed to. Raises NotFound and Problem."""
    with audited("people.contact_ended", by) as change:
        request = _held_request(change.session, public_id, by)
        if request.state != "agreed":
            raise Problem(_DECIDED_ALREADY)
        request.state = "ended"
        _decided(change, request, ENDED)


def _held_request(session: Session, public_id: str, by: Actor) -> ContactRequest:
    return get_or_404(session, ContactRequest, public_id, decidable(by), lock=True)


def _decided(change: Change, found: ContactRequest, kind: str) -> None:
    answer(change.session, found.asked_by, kind, change.now, found.public_id)
    people = change.session.scalars(
        select(Person.public_id)
        .join(ContactRequestPerson, ContactRequestPerson.person_id == Person.id)
        .where(ContactRequestPerson.request_id == found.id)
    )
    change.about(found.public_id, *people)


def note_looks_seen(account: str, day: date, by: Actor, *, read: int | None = None) -> None:
    """Note that a director has seen why an account looked further than is usual on a day: the first
    `read` reasons, all if it is not told. One that was given since still waits for her."""
    with audited("people.looks_seen", by) as change:
        seen = change.session.scalars(
            select(ContactReason.id)
            .where(
                ContactReason.account == account,
                ContactReason.day == day,
                ContactReason.seen_at.is_(None),
            )
            .order_by(ContactReason.id)
            .limit(read)
            .with_for_update()
        ).all()
        change.session.execute(
            update(ContactReason)
            .where(ContactReason.id.in_(seen))
            .values(seen_at=change.now, seen_by=by.public_id)
        )
        if seen:
            change.about(account)
        else:
            change.nothing()


@dataclass(frozen=True)
class OrganisationDetails:
    """An organisation as entered. `group` is a public id or empty."""

    name: str
    kind: str
    place: str = ""
    group: str = ""


def _group_id(session: Session, public_id: str) -> int | None:
    if not public_id:
        return None
    return one_or_404(session.scalar(select(Group.id).where(Group.public_id == public_id)))


def _refuse_taken(session: Session, name: str, excluding: int | None = None) -> None:
    taken = select(Organisation.id).where(
        func.lower(Organisation.name) == func.lower(name), Organisation.id != (excluding or 0)
    )
    if session.scalar(taken.limit(1)) is not None:
        raise Problem(_l("Another organisation has this name."), field="name")


def add_organisation(details: OrganisationDetails, by: Actor) -> str:
    """Add an organisation; returns its public id. Raises Problem."""
    with audited("people.organisation_added", by) as change:
        session = change.session
        _refuse_taken(session, details.name)
        organisation = Organisation(
            name=details.name,
            kind=details.kind,
            place=details.place,
            group_id=_group_id(session, details.group),
            created_at=change.now,
        )
        session.add(organisation)
        session.flush()
        change.about(organisation.public_id)
        return organisation.public_id


def change_organisation(public_id: str, details: OrganisationDetails, by: Actor) -> None:
    """Change an organisation. Raises NotFound and Problem."""
    with audited("people.organisation_changed", by) as change:
        session = change.session
        organisation = get_or_404(session, Organisation, public_id, lock=True)
        _refuse_taken(session, details.name, excluding=organisation.id)
        organisation.name, organisation.kind = details.name, details.kind
        organisation.place = details.place
        organisation.group_id = _group_id(session, details.group)
        change.about(organisation.public_id)


class SomeCannotMove(Problem):
    """Nobody was moved, because some cannot. `errors` are sentences by the public id of each."""

    sentence = _l("Nobody was moved. Reasons stand beside the names.")

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = errors


def _move(session: Session, person: Person, place: Organisation, since: date, today: date) -> None:
    postings = session.scalars(select(Posting).where(Posting.person_id == person.id)).all()
    present = next((posting for posting in postings if posting.is_open), None)
    if present is not None and present.organisation_id == place.id:
        raise Problem(_l("This person is there already."), field="organisation")
    stays = [Stay(posting.since, posting.until) for posting in postings]
    if not transfer_day_fits(stays, since, today):
        raise Problem(
            _l("This day is in the future, or before the present posting."), field="since"
        )
    if present is not None:
        present.until = since
        # The old posting must be closed before the new one opens: one is open at a time.
        session.flush()
    session.add(Posting(person_id=person.id, organisation_id=place.id, since=since))


def transfer_many(
    public_ids: Sequence[str], organisation: str, since: date, *, today: date, by: Actor
) -> int:
    """Move several persons on one day, all or none; returns how many.

    Raises NotFound, Problem and SomeCannotMove.
    """
    with audited("people.people_transferred", by) as change:
        session = change.session
        place = known_place(session, organisation)
        people = session.scalars(
            select(Person)
            .where(Person.public_id.in_(set(public_ids)))
            .order_by(Person.id)
            .with_for_update(of=Person)
        ).all()
        if not people or len(people) != len(set(public_ids)):
            raise NotFound
        errors = {}
        for person in people:
            try:
                _move(session, person, place, since, today)
            except Problem as problem:
                errors[person.public_id] = str(problem)
            else:
                person.changed_at = change.now
                change.about(person.public_id)
        if errors:
            raise SomeCannotMove(errors)
        change.about(place.public_id)
        return len(people)


def transfer(public_id: str, organisation: str, since: date, *, today: date, by: Actor) -> None:
    """Move a person to another organisation; the present posting ends that day.

    Raises NotFound and Problem.
    """
    with audited("people.person_transferred", by) as change:
        session = change.session
        person = locked_person(session, public_id)
        place = known_place(session, organisation)
        _move(session, person, place, since, today)
        person.changed_at = change.now
        change.about(person.public_id, place.public_id)
