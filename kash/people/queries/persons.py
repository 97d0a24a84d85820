"""Reads: who is there, as far as the actor reaches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, column, exists, select, table
from sqlalchemy.orm import Session, contains_eager, selectinload

from kash.people.models import Group, Person, Posting
from kash.people.queries.search import FoundPerson
from kash.people.scope import (
    reaches,
    sees_names,
    within_reach,
)
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, Reach

# Accounts stand beside people: of one only whose it is matters here.
_ACCOUNT = table("account", column("person_id"))


def person(actor: Actor, public_id: str, permission: str = "people.see") -> Person:
    """A person whose facts the permission reaches, with group, postings and consents.

    Raises NotFound, also for someone out of reach.
    """
    return one_or_404(
        db.session.scalar(
            select(Person)
            .where(Person.public_id == public_id, within_reach(actor, permission, few=True))
            .join(Person.group)
            .options(
                contains_eager(Person.group),
                selectinload(Person.postings).joinedload(Posting.organisation),
                selectinload(Person.consents),
            )
        )
    )


def name_and_group(actor: Actor, public_id: str) -> FoundPerson:
    """The name and group of anyone, for an actor who may see names. Raises NotFound."""
    row = one_or_404(
        db.session.execute(
            select(Person.public_id, Person.chosen_name, Group.name)
            .join(Person.group)
            .where(Person.public_id == public_id)
        ).one_or_none()
        if sees_names(actor)
        else None
    )
    return FoundPerson(row.public_id, row.chosen_name, row.name)


def has_account(found: Person) -> bool:
    """True if an account belongs to a person; one query."""
    return bool(db.session.scalar(select(exists().where(_ACCOUNT.c.person_id == found.id))))


def own_person(actor: Actor) -> str | None:
    """The public id of the person an account stands for, if it sees only that one."""
    held = reaches(actor, "people.see")
    if held != {Reach.SELF} or actor.person_id is None:
        return None
    return db.session.scalar(select(Person.public_id).where(Person.id == actor.person_id))


def person_ids_within_reach(actor: Actor, permission: str = "people.see") -> Select[Any]:
    """A select of the ids of people whose facts the permission reaches, for queries above."""
    return select(Person.id).where(within_reach(actor, permission))


def key_within_reach(actor: Actor, public_id: str, permission: str = "people.see") -> int | None:
    """The key of a person whose facts the permission reaches; None for anybody else. One query."""
    return db.session.scalar(
        select(Person.id).where(
            Person.public_id == public_id, within_reach(actor, permission, few=True)
        )
    )


def locked_person(session: Session, public_id: str) -> Person:
    """A person inside a write transaction, locked. Raises NotFound."""
    return one_or_404(
        session.scalar(
            select(Person).where(Person.public_id == public_id).with_for_update(of=Person)
        )
    )
