"""Postings that hold now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, select

from kash.people.models import Group, Organisation, Person, Posting
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.policy import Actor

MOST_AT_ONCE = 500


@dataclass(frozen=True)
class PostedPerson:
    """Someone who may be moved, where she is now, her group's letter, and whether it is one of
    officers."""

    public_id: str
    name: str
    station: str
    letter: str = ""
    police: bool = False


def with_posting(statement: Any) -> Any:
    """A select of persons with their group and, as far as there is one, present organisation."""
    return (
        statement.join(Person.group)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, Posting.is_open))
        .outerjoin(Organisation, Organisation.id == Posting.organisation_id)
    )


def _movable(actor: Actor, condition: ColumnElement[bool]) -> list[PostedPerson]:
    rows = db.session.execute(
        with_posting(
            select(
                Person.public_id,
                Person.chosen_name,
                Organisation.name,
                Group.letter,
                Group.is_police,
            )
        )
        .where(condition, within_reach(actor, "people.edit"))
        .order_by(Person.sort_name, Person.id)
        .limit(MOST_AT_ONCE)
    )
    return [PostedPerson(row[0], row[1], row[2] or "", *row[3:]) for row in rows]


def movable_people(actor: Actor, public_ids: Collection[str]) -> list[PostedPerson]:
    """Those of these people whom the actor may move, by name."""
    return _movable(actor, Person.public_id.in_(public_ids))


def movable_from(actor: Actor, organisation: str) -> list[PostedPerson]:
    """The people of a station or collective whom the actor may move, by name."""
    return _movable(actor, Organisation.public_id == organisation)
