"""Reads: who is there, as far as the actor reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, null, or_, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from kash.database import db
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.reach import (
    finds_names,
    reaches,
    sees_names,
    within_reach,
)
from kash.people.rules import MOST_NAME, sort_name
from kash.policy import Actor, Reach
from kash.vault import lookup
from kash.web import Listing, NotFound, listing

_ESCAPE = "\\"


@dataclass(frozen=True)
class PeopleSearch:
    """What a list of people is narrowed by. `text` is a name, a number, or a phone."""

    text: str = ""
    group: str = ""
    organisation: str = ""

    def __bool__(self) -> bool:
        return bool(self.text or self.group or self.organisation)


@dataclass(frozen=True)
class FoundPerson:
    """Someone found by name: nothing but the name and the group."""

    public_id: str
    chosen_name: str
    group_name: str


def _like(text: str) -> str:
    escaped = text
    for special in (_ESCAPE, "%", "_"):
        escaped = escaped.replace(special, _ESCAPE + special)
    return f"%{escaped}%"


def _named(text: str) -> ColumnElement[bool]:
    """Every word of the text somewhere in the name."""
    words = sort_name(text[:MOST_NAME]).split()[:8]
    if not words:
        return false()
    return and_(*(Person.sort_name.like(_like(word), escape=_ESCAPE) for word in words))


def people(actor: Actor, search: PeopleSearch, phone: str | None = None) -> Listing[Any]:
    """People as rows of public_id, chosen_name, group_name, whole, and for those in reach also
    organisation, ward, cadre, reference, minor, created_at.

    Without a search these are the people in reach. A search for a name finds anyone if the actor
    may find people; `whole` is 0 for a row of which only name and group may be shown, and its other
    columns are then empty. Numbers, phones and stations are searched within reach only. `phone` is
    the search text as a number in E.164, if it is one.
    """
    mine = within_reach(actor, "people.see")
    whole = case((mine, 1), else_=0)

    def shown(column: Any) -> Any:
        return case((mine, column), else_=null())

    statement: Select[Any] = (
        select(
            Person.public_id,
            Person.chosen_name,
            Group.name.label("group_name"),
            whole.label("whole"),
            shown(Organisation.name).label("organisation"),
            shown(Person.ward).label("ward"),
            shown(Person.cadre).label("cadre"),
            shown(Person.reference).label("reference"),
            case((and_(mine, Person.minor), 1), else_=0).label("minor"),
            shown(Person.created_at).label("created_at"),
        )
        .join(Person.group)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, Posting.until.is_(None)))
        .outerjoin(Organisation, Organisation.id == Posting.organisation_id)
    )
    everyone = sees_names(actor) or (finds_names(actor) and bool(search.text))
    if search.text:
        facts = [Person.reference == search.text]
        if phone is not None:
            facts.append(Person.phone_lookup == lookup(phone, kind="phone"))
        matching = _named(search.text)
        within = and_(mine, or_(matching, *facts))
        statement = statement.where(or_(within, matching) if everyone else within)
    elif not everyone:
        statement = statement.where(mine)
    if search.group:
        statement = statement.where(Group.public_id == search.group)
    if search.organisation:
        statement = statement.where(mine, Organisation.public_id == search.organisation)
    return listing(
        statement,
        sorts={
            "name": Person.sort_name,
            "group": (Group.position, Person.sort_name),
            "station": (func.coalesce(shown(Organisation.name), ""), Person.sort_name),
            "added": shown(Person.created_at),
        },
        default_sort="name",
        key=Person.id,
    )


def find_people(actor: Actor, text: str, limit: int = 20) -> list[FoundPerson]:
    """People by name for whoever may find them: name and group only, never more than `limit`."""
    condition = _named(text)
    if not finds_names(actor):
        condition = and_(condition, within_reach(actor, "people.see"))
    rows = db.session.execute(
        select(Person.public_id, Person.chosen_name, Group.name)
        .join(Person.group)
        .where(condition)
        .order_by(Person.sort_name, Person.id)
        .limit(limit)
    )
    return [FoundPerson(*row) for row in rows]


def person(actor: Actor, public_id: str, permission: str = "people.see") -> Person:
    """A person whose facts the permission reaches, with group, postings and consents.

    Raises NotFound, also for someone out of reach.
    """
    found = db.session.scalar(
        select(Person)
        .where(Person.public_id == public_id, within_reach(actor, permission))
        .join(Person.group)
        .options(
            contains_eager(Person.group),
            selectinload(Person.postings).joinedload(Posting.organisation),
            selectinload(Person.consents),
        )
    )
    if found is None:
        raise NotFound
    return found


def reached(actor: Actor, found: Person, permission: str) -> bool:
    """Whether a permission reaches a person who is already at hand."""
    if not actor.may(permission):
        return False
    statement = select(Person.id).where(Person.id == found.id, within_reach(actor, permission))
    return db.session.scalar(statement) is not None


def name_and_group(actor: Actor, public_id: str) -> FoundPerson:
    """The name and group of anyone, for an actor who may see names. Raises NotFound."""
    row = (
        db.session.execute(
            select(Person.public_id, Person.chosen_name, Group.name)
            .join(Person.group)
            .where(Person.public_id == public_id)
        ).one_or_none()
        if sees_names(actor)
        else None
    )
    if row is None:
        raise NotFound
    return FoundPerson(row.public_id, row.chosen_name, row.name)


def own_person(actor: Actor) -> str | None:
    """The public id of the person an account stands for, if it sees only that one."""
    held = reaches(actor, "people.see")
    if held != {Reach.SELF} or actor.person_id is None:
        return None
    return db.session.scalar(select(Person.public_id).where(Person.id == actor.person_id))


def person_ids_within_reach(actor: Actor, permission: str = "people.see") -> Select[Any]:
    """A select of the ids of people whose facts the permission reaches, for queries above."""
    return select(Person.id).where(within_reach(actor, permission))


def locked_person(session: Session, public_id: str) -> Person:
    """A person inside a write transaction, locked. Raises NotFound."""
    found = session.scalar(
        select(Person).where(Person.public_id == public_id).with_for_update(of=Person)
    )
    if found is None:
        raise NotFound
    return found
