"""Readers: what is known of accounts that would read a case, to keep away who is part of it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from kash.accounts.models import Account
from kash.incidents.rules.conflicts import Reader
from kash.people.models import Organisation, Person, Posting
from kash.platform.database import db
from kash.policy import Actor


def readers(accounts: Collection[str]) -> dict[str, Reader]:
    """Readers by their accounts' public ids. Two queries, however many there are."""
    found = db.session.execute(
        select(Account.public_id, Person.public_id, Person.reference)
        .outerjoin(Person, Person.id == Account.person_id)
        .where(Account.public_id.in_(accounts))
    ).all()
    served: dict[str, set[str]] = {}
    for account, station in db.session.execute(
        select(Account.public_id, Organisation.public_id)
        .join(Posting, Posting.person_id == Account.person_id)
        .join(Organisation, Organisation.id == Posting.organisation_id)
        .where(Account.public_id.in_(accounts), Organisation.kind == "station")
    ):
        served.setdefault(account, set()).add(station)
    return {
        account: Reader(
            account=account,
            person=person or "",
            stations=frozenset(served.get(account, ())),
            service_numbers=frozenset({number} if number else ()),
        )
        for account, person, number in found
    }


def reader_of(by: Actor) -> Reader:
    """Reader that the actor herself is."""
    return readers([by.public_id]).get(by.public_id, Reader(by.public_id))
