"""Reads of Today and the settings that no other room asks for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from kash.people.models import Group, Person
from kash.people.quiet import quiet
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.policy import Actor

# Whoever is asked to decide about each does not go through more at once.
MOST_QUIET = 1_000


def own_public_id(person_id: int) -> str | None:
    """The public id of the participant whom an account belongs to."""
    return db.session.scalar(select(Person.public_id).where(Person.id == person_id))


def _quiet_ids(since: datetime, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The ids of those who were quiet longest, one more than are told."""
    return (
        select(Person.id)
        .where(quiet(since), *conditions)
        .order_by(Person.changed_at, Person.id)
        .limit(MOST_QUIET + 1)
    )


def quiet_count(since: datetime) -> int:
    """How many have been quiet since then, at most one more than MOST_QUIET; names nobody."""
    return db.session.scalar(select(func.count()).select_from(_quiet_ids(since).subquery())) or 0


def quiet_people(actor: Actor, since: datetime) -> Listing[Any]:
    """Rows of public_id, name, group_name and changed_at of quiet people within reach; of more than
    MOST_QUIET those who were quiet longest."""
    ids = list(db.session.scalars(_quiet_ids(since, within_reach(actor, "people.see"))))
    listed = Person.id.in_(ids[:MOST_QUIET])
    statement: Any = (
        select(
            Person.public_id,
            Person.chosen_name.label("name"),
            Group.name.label("group_name"),
            Person.changed_at,
        )
        .join(Group, Group.id == Person.group_id)
        .where(listed)
    )
    page = listing(
        statement,
        sorts={"name": Person.sort_name, "changed": Person.changed_at},
        default_sort="name",
        key=Person.id,
        counted=select(Person.id).where(listed),
    )
    return replace(page, beyond=len(ids) > MOST_QUIET)
