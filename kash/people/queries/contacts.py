"""Reads: whose contact is closed, which requests wait, and who looked further than is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, not_, or_, select
from sqlalchemy.orm import selectinload

from kash.people.models import (
    ContactLooks,
    ContactReason,
    ContactRequest,
    ContactRequestPerson,
    ErasureRequest,
    Group,
    Person,
)
from kash.people.queries import erasures
from kash.people.queries.reach import closable_contacts, reach_of
from kash.people.scope import Which, contacts_compared
from kash.platform.database import db
from kash.platform.vault import open_text
from kash.platform.web.account_names import tied_accounts
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, Reach


def closed_to(actor: Actor) -> ColumnElement[bool]:
    """The persons of whom a phone or an e-mail is kept that this actor may not see."""
    return not_(contacts_compared(actor))


def closed_contacts(actor: Actor, found: Person) -> frozenset[Which]:
    """Contacts kept of a person that this actor may neither see nor change."""
    return closable_contacts(found) - reach_of(actor, found).opened


class ClosedPerson(NamedTuple):
    """Somebody whose contact is closed: public id, name, and the group's letter."""

    person: str
    name: str
    letter: str


def closed_people(actor: Actor, among: Select[int]) -> list[ClosedPerson]:
    """Those among these persons whose contact is closed to an actor and who are in no request of
    hers that waits."""
    asked = select(ContactRequestPerson.person_id).where(
        ContactRequestPerson.request_id == ContactRequest.id,
        ContactRequest.state == "waiting",
        ContactRequest.asked_by == actor.public_id,
    )
    rows = db.session.execute(
        select(Person.public_id, Person.chosen_name, Group.letter)
        .join(Group, Group.id == Person.group_id)
        .where(Person.id.in_(among), closed_to(actor), Person.id.not_in(asked))
        .order_by(Person.sort_name, Person.id)
    )
    return [ClosedPerson(*row) for row in rows]


def decidable(actor: Actor) -> ColumnElement[bool]:
    """The requests that this actor may decide on (`rules.contacts.may_decide`)."""
    reach = actor.reach("people.agree_contact")
    if reach is Reach.NONE:
        return false()
    others = ContactRequest.asked_by.not_in(tied_accounts(actor.public_id))
    if reach is Reach.ALL:
        return others
    hers = or_(Person.created_by == actor.public_id, not_(closed_to(actor)))
    not_hers = (
        exists()
        .where(
            ContactRequestPerson.request_id == ContactRequest.id,
            Person.id == ContactRequestPerson.person_id,
            not_(hers),
        )
        .correlate(ContactRequest)
    )
    return and_(others, not_(not_hers))


def requests_for(actor: Actor, limit: int = 50) -> list[ContactRequest]:
    """Requests that this actor may decide on or made: those that wait first, then the newest."""
    return list(
        db.session.scalars(
            select(ContactRequest)
            .options(selectinload(ContactRequest.people))
            .where(or_(decidable(actor), ContactRequest.asked_by == actor.public_id))
            .order_by(
                (ContactRequest.state != "waiting"),
                ContactRequest.asked_at.desc(),
                ContactRequest.id.desc(),
            )
            .limit(limit)
        )
    )


def contact_request(actor: Actor, public_id: str) -> ContactRequest:
    """A request that this actor may decide on or made, with its people. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(ContactRequest)
            .options(
                selectinload(ContactRequest.people)
                .joinedload(ContactRequestPerson.person)
                .joinedload(Person.group)
            )
            .where(
                ContactRequest.public_id == public_id,
                or_(decidable(actor), ContactRequest.asked_by == actor.public_id),
            )
        )
    )


def request_reason(found: ContactRequest) -> str:
    """Why somebody asks."""
    return open_text(found.reason_sealed, kind="contact.request", public_id=found.public_id)


def waiting_request_about(actor: Actor, person: Person) -> ContactRequest | None:
    """The actor's own request about a person that waits, if there is one."""
    return db.session.scalars(
        select(ContactRequest)
        .join(ContactRequestPerson, ContactRequestPerson.request_id == ContactRequest.id)
        .where(
            ContactRequest.asked_by == actor.public_id,
            ContactRequest.state == "waiting",
            ContactRequestPerson.person_id == person.id,
        )
        .limit(1)
    ).first()


@dataclass(frozen=True)
class LooksBeyond:
    """An account that looked further than is usual on a day, and why it said that was."""

    account: str
    day: date
    looks: int
    beyond: int
    reasons: tuple[str, ...]
    latest: datetime


@dataclass(frozen=True)
class WaitingContacts:
    """How many requests wait for somebody as the second person, and which looks beyond the usual
    number a director has not seen; beside them how many wishes to be erased, and by which day the
    first must be answered."""

    requests: int = 0
    looks: tuple[LooksBeyond, ...] = ()
    erasures: int = 0
    erase_by: date | None = None


def contacts_waiting(actor: Actor) -> WaitingContacts:
    """Contacts that wait for an actor; one query where there are none."""
    if not actor.may("people.agree_contact"):
        return WaitingContacts()
    wishes = (ErasureRequest.state == "waiting", erasures.decidable(actor))
    requests, unseen, count, due = db.session.execute(
        select(
            select(func.count(ContactRequest.id))
            .where(ContactRequest.state == "waiting", decidable(actor))
            .scalar_subquery(),
            exists().where(ContactReason.seen_at.is_(None)),
            select(func.count(ErasureRequest.id)).where(*wishes).scalar_subquery(),
            select(func.min(ErasureRequest.due_on)).where(*wishes).scalar_subquery(),
        )
    ).one()
    looks = tuple(looks_beyond(actor)) if unseen else ()
    return WaitingContacts(requests, looks, count, due)


def looks_beyond(actor: Actor, limit: int = 20) -> list[LooksBeyond]:
    """Looks beyond the usual number that a director has not seen yet, oldest day first."""
    if not actor.may("people.looks"):
        return []
    rows: Sequence[tuple[ContactReason, int, int]] = [
        (row[0], row[1], row[2])
        for row in db.session.execute(
            select(ContactReason, ContactLooks.looks, ContactLooks.beyond)
            .join(
                ContactLooks,
                and_(
                    ContactLooks.account == ContactReason.account,
                    ContactLooks.day == ContactReason.day,
                ),
            )
            .where(ContactReason.seen_at.is_(None), ContactReason.account != actor.public_id)
            .order_by(ContactReason.day, ContactReason.account, ContactReason.id)
            .limit(limit * 10)
        )
    ]
    found: dict[tuple[date, str], LooksBeyond] = {}
    for reason, looks, beyond in rows:
        text = open_text(reason.reason_sealed, kind="contact.reason", public_id=reason.public_id)
        key = (reason.day, reason.account)
        before = found[key].reasons if key in found else ()
        found[key] = LooksBeyond(
            reason.account, reason.day, looks, beyond, (*before, text), reason.at
        )
    return list(found.values())[:limit]
