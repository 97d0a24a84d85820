"""Minors: people who are, or may still be, under 18."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from kash.people.models import Group, Person
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.policy import Actor

_SINCE: Any = func.coalesce(Person.minor_since, Person.created_at, type_=Person.created_at.type)


def minors(actor: Actor) -> Listing[Any]:
    """Minors within reach as rows of public_id, chosen_name, group_name, since, by, seen_at and
    seen_by; those whom no custodian has seen yet come first. `by` are public ids of accounts."""
    statement: Select[Any] = (
        select(
            Person.public_id,
            Person.chosen_name,
            Group.name.label("group_name"),
            _SINCE.label("since"),
            func.coalesce(func.nullif(Person.minor_by, ""), Person.created_by).label("by"),
            Person.minor_seen_at.label("seen_at"),
            Person.minor_seen_by.label("seen_by"),
        )
        .join(Person.group)
        .where(Person.minor.is_(True), within_reach(actor, "people.minors"))
    )
    return listing(
        statement,
        sorts={"unseen": (Person.minor_seen_at.is_not(None), Person.sort_name)},
        default_sort="unseen",
        key=Person.id,
        counted=select(Person.id).where(
            Person.minor.is_(True), within_reach(actor, "people.minors")
        ),
    )


def minors_unseen(actor: Actor) -> int:
    """How many minors within reach no custodian has seen yet."""
    return (
        db.session.scalar(
            select(func.count(Person.id)).where(
                Person.minor.is_(True),
                Person.minor_seen_at.is_(None),
                within_reach(actor, "people.minors"),
            )
        )
        or 0
    )
