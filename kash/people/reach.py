"""Which persons an actor reaches, as a condition that queries add."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, true

from kash.people.models import Person
from kash.policy import GRANTS, Actor, Reach

OwnScope = Callable[[Actor], Select[Any]]

_own_scopes: dict[OwnScope, None] = {}


def register_own_scope(scope: OwnScope) -> None:
    """Have a select of person ids widen what counts as a trainer's own, beside whom she added."""
    _own_scopes[scope] = None


def forget_own_scope(scope: OwnScope) -> None:
    """Take a scope away again."""
    _own_scopes.pop(scope, None)


def reaches(actor: Actor, permission: str) -> frozenset[Reach]:
    """How each of an actor's roles lets a permission reach. What one role lets is not lost by
    another: with names of all from one role, one's own people from another stay whole."""
    granted = GRANTS[permission]
    return frozenset(granted[role] for role in actor.roles if role in granted)


def within_reach(actor: Actor, permission: str) -> ColumnElement[bool]:
    """The persons whose facts a permission reaches. Names alone count for nothing here."""
    held = reaches(actor, permission)
    if Reach.ALL in held:
        return true()
    allowed: list[ColumnElement[bool]] = []
    if Reach.OWN in held:
        allowed.append(Person.created_by == actor.public_id)
        allowed.extend(Person.id.in_(scope(actor)) for scope in _own_scopes)
    if Reach.SELF in held and actor.person_id is not None:
        allowed.append(Person.id == actor.person_id)
    return or_(*allowed) if allowed else false()


def sees_names(actor: Actor) -> bool:
    """Whether the list shows this actor the names of people whose facts are out of reach."""
    return Reach.NAMES in reaches(actor, "people.see")


def finds_names(actor: Actor) -> bool:
    """Whether this actor may find anyone by name."""
    return Reach.ALL in reaches(actor, "people.find")
