"""Reads for lists that are brought in: what is kept of people, past lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from kash.people.facts import LISTED
from kash.people.lists.rules.classing import CLOSED, Facts
from kash.people.models import (
    Group,
    Organisation,
    PeopleList,
    PeopleListMapping,
    PeopleListPerson,
    Person,
)
from kash.people.queries.directory import with_posting
from kash.people.queries.persons import chunks
from kash.people.scope import contact_compared, reaches, within_reach
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, Reach

_NAMES = tuple(fact.name for fact in LISTED)


def people_revision(session: Session) -> tuple[str, ...]:
    """Something that differs once anyone was added, changed, merged or taken away."""
    people = session.execute(
        select(
            func.count(Person.id),
            func.max(Person.id),
            func.max(Person.changed_at),
            func.sum(Person.row_version),
        )
    ).one()
    places = session.execute(select(func.count(Organisation.id), func.max(Organisation.id))).one()
    return tuple(str(part) for part in (*people, *places))


def kept_facts(public_ids: Iterable[str], actor: Actor) -> dict[str, tuple[str, str, Facts | None]]:
    """(name, group name, facts) by public id; facts only of those that the actor may change."""
    facts_by_id: dict[str, tuple[str, str, Facts | None]] = {}
    mine = within_reach(actor, "people.edit", few=True)
    # Columns: to put the model together takes far longer.
    columns = (
        Person.public_id,
        Person.chosen_name,
        Group.name,
        case((mine, 1), else_=0),
        Group.public_id,
        Person.birth_year,
        Person.age_band,
        func.coalesce(Organisation.public_id, ""),
        case(
            (contact_compared(actor, "phone"), func.coalesce(Person.phone_lookup, "")), else_=CLOSED
        ),
        case(
            (contact_compared(actor, "email"), func.coalesce(Person.email_lookup, "")), else_=CLOSED
        ),
        *(getattr(Person, name) for name in _NAMES),
    )
    for some in chunks(set(public_ids)):
        rows = db.session.execute(with_posting(select(*columns)).where(Person.public_id.in_(some)))
        for public_id, name, group, whole, group_id, *facts in rows:
            others, plain = facts[: -len(_NAMES)], facts[-len(_NAMES) :]
            compared = Facts(group_id, dict(zip(_NAMES, plain, strict=True)), *others)
            facts_by_id[public_id] = (name, group, compared if whole else None)
    return facts_by_id


def people_list(actor: Actor, public_id: str) -> PeopleList:
    """A list of the actor's own. Raises NotFound."""
    statement = (
        select(PeopleList)
        .where(PeopleList.public_id == public_id)
        .options(joinedload(PeopleList.group))
    )
    if Reach.ALL not in reaches(actor, "people.import"):
        statement = statement.where(PeopleList.created_by == actor.public_id)
    return one_or_404(db.session.scalar(statement))


def people_lists(actor: Actor) -> Listing[Any]:
    """Lists that were brought in by anyone, newest first, and the actor's own that wait."""
    statement = (
        select(PeopleList)
        .where(or_(PeopleList.state != "waiting", PeopleList.created_by == actor.public_id))
        .options(joinedload(PeopleList.group))
    )
    return listing(
        statement,
        sorts={"when": PeopleList.created_at},
        default_sort="when",
        default_direction="desc",
        key=PeopleList.id,
    )


def list_people(people_list: PeopleList) -> Listing[Any]:
    """People that a list added or found, as rows of public_id, chosen_name, minor, added and
    row_version (0 if she stayed as she was)."""
    statement: Any = (
        select(
            Person.public_id,
            Person.chosen_name,
            Person.minor,
            PeopleListPerson.added,
            PeopleListPerson.row_version,
        )
        .join(PeopleListPerson, PeopleListPerson.person_id == Person.id)
        .where(PeopleListPerson.list_id == people_list.id)
    )
    return listing(
        statement, sorts={"row": PeopleListPerson.row}, default_sort="row", key=PeopleListPerson.id
    )


def person_ids_of_list(people_list: PeopleList) -> list[str]:
    """The public ids of everyone that a list added or changed, in the list's order."""
    return list(
        db.session.scalars(
            select(Person.public_id)
            .join(PeopleListPerson, PeopleListPerson.person_id == Person.id)
            .where(PeopleListPerson.list_id == people_list.id)
            .order_by(PeopleListPerson.row)
        )
    )


def list_mapping(shape: str, actor: Actor) -> PeopleListMapping | None:
    """How a list of this shape was matched: by the actor herself, else by the person who did
    last."""
    rows = db.session.scalars(
        select(PeopleListMapping)
        .where(PeopleListMapping.shape == shape)
        .order_by(PeopleListMapping.changed_at.desc())
    ).all()
    own = [mapping for mapping in rows if mapping.created_by == actor.public_id]
    return next(iter([*own, *rows]), None)


def newest_mapping(actor: Actor) -> PeopleListMapping | None:
    """The mapping that the actor made last, of whatever list."""
    return db.session.scalars(
        select(PeopleListMapping)
        .where(PeopleListMapping.created_by == actor.public_id)
        .order_by(PeopleListMapping.changed_at.desc())
        .limit(1)
    ).first()


def person_numbers(session: Session, public_ids: Sequence[str]) -> Mapping[str, int]:
    """Keys by public id."""
    return {
        public_id: key
        for some in chunks(public_ids)
        for public_id, key in session.execute(
            select(Person.public_id, Person.id).where(Person.public_id.in_(some))
        )
    }
