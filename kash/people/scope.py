"""Scope of an actor: the persons she reaches, as a condition that queries add; and whose contact
she may see, or compare, how to reach them (`rules.contacts` says why, and a test that both decide
alike)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    exists,
    false,
    not_,
    or_,
    select,
    true,
    union_all,
)

from kash.feature import Part, declared
from kash.people.models import ContactRequest, ContactRequestPerson, Person
from kash.people.rules.persons import NAMELESS
from kash.policy import GRANTS, Actor, Reach

Which = Literal["phone", "email"]


@dataclass(frozen=True)
class OwnScope(Part):
    """A select of person ids that widens what counts as a trainer's own, beside those that she
    added; and the same as a condition on one person, which asks about nobody else."""

    people: Callable[[Actor], Select[Any]]
    has: Callable[[Actor], ColumnElement[bool]]


@dataclass(frozen=True)
class ContactScope(Part):
    """A condition on persons that opens their contact to an actor. It must stand on an act that is
    not the actor's own."""

    condition: Callable[[Actor], ColumnElement[bool]]


def reaches(actor: Actor, permission: str) -> frozenset[Reach]:
    """How each of an actor's roles lets a permission reach. What one role lets is not lost by
    another: with names of all from one role, one's own people from another stay whole."""
    granted = GRANTS[permission]
    return frozenset(granted[role] for role in actor.roles if role in granted)


def within_reach(actor: Actor, permission: str, *, few: bool = False) -> ColumnElement[bool]:
    """The persons whose facts a permission reaches. Names alone count for nothing here. Where a
    statement comes to `few` persons they are asked about one by one: else all that the actor
    reaches are gathered first."""
    reach = reaches(actor, permission)
    if Reach.ALL in reach:
        return named()
    if permission == "people.merge":
        # What is merged brings its contact along.
        return and_(within_reach(actor, "people.edit", few=True), contacts_compared(actor))
    allowed = [way.of_one if few else way.condition for way in _ways(actor, permission)]
    return and_(named(), or_(*allowed)) if allowed else false()


def named() -> ColumnElement[bool]:
    """The persons who were not erased; of the others only a stone without a name is left."""
    return Person.sort_name != NAMELESS


def ids_within_reach(actor: Actor, permission: str) -> Select[Any] | CompoundSelect[Any]:
    """The ids of the same persons, each once, to be counted: by one way of reaching them after the
    other, each of which begins at its own index and asks nobody else whether she is among them."""
    if Reach.ALL in reaches(actor, permission) or permission == "people.merge":
        return select(Person.id).where(within_reach(actor, permission))
    statement: list[Select[Any]] = []
    before: list[ColumnElement[bool]] = []
    for way in _ways(actor, permission):
        ids = way.ids.subquery()
        counted = select(Person.id).where(Person.id == ids.c[0], or_(false(), *before)).exists()
        if before:
            erased = select(Person.id).where(not_(named()))
            statement.append(select(ids.c[0]).where(not_(counted), ids.c[0].not_in(erased)))
        else:
            statement.append(way.ids)
        before.append(way.condition)
    return union_all(*statement) if statement else select(Person.id).where(false())


@dataclass(frozen=True)
class _Way:
    """A way of reaching persons: their ids, each once, and the conditions that find the same, among
    all and of one."""

    ids: Select[Any]
    condition: ColumnElement[bool]
    of_one: ColumnElement[bool]


def _ways(actor: Actor, permission: str) -> list[_Way]:
    reach = reaches(actor, permission)
    ways: list[_Way] = []
    if Reach.OWN in reach:
        ways.append(_persons(Person.created_by == actor.public_id))
        for scope in declared(OwnScope):
            ids = scope.people(actor)
            ways.append(_Way(ids.distinct(), Person.id.in_(ids), scope.has(actor)))
    if Reach.SELF in reach and actor.person_id is not None:
        ways.append(_persons(Person.id == actor.person_id))
    return ways


def _persons(condition: ColumnElement[bool]) -> _Way:
    return _Way(select(Person.id).where(condition), condition, condition)


def contact_open(actor: Actor, which: Which) -> ColumnElement[bool]:
    """The persons whose phone or e-mail this actor may see."""
    if not actor.may("people.contact"):
        return false()
    return and_(within_reach(actor, "people.contact", few=True), _opened(actor, which))


def phone_compared(actor: Actor) -> ColumnElement[bool]:
    """The persons with whose phone what this actor types is compared: else typing a number would
    tell whose it is. A person who sees everyone may find by it, and never sees one."""
    if Reach.ALL in reaches(actor, "people.see"):
        return true()
    return contact_open(actor, "phone")


def contact_compared(actor: Actor, which: Which) -> ColumnElement[bool]:
    """The persons whose kept phone or e-mail a list may be compared with, and may change: those
    who have none, and those whose contact is open."""
    phone_sealed = Person.phone_sealed if which == "phone" else Person.email_sealed
    return or_(phone_sealed.is_(None), contact_open(actor, which))


def contacts_compared(actor: Actor) -> ColumnElement[bool]:
    """The persons whose two contacts are compared (`contact_compared`), with each part said once
    for both."""
    none_kept = and_(Person.phone_sealed.is_(None), Person.email_sealed.is_(None))
    if not actor.may("people.contact"):
        return none_kept
    entered = and_(
        or_(Person.phone_sealed.is_(None), Person.phone_by == actor.public_id),
        or_(Person.email_sealed.is_(None), Person.email_by == actor.public_id),
    )
    opened = or_(entered, opened_by_others(actor))
    return or_(none_kept, and_(within_reach(actor, "people.contact", few=True), opened))


def _opened(actor: Actor, which: Which) -> ColumnElement[bool]:
    entered = Person.phone_by if which == "phone" else Person.email_by
    return or_(entered == actor.public_id, opened_by_others(actor))


def opened_by_others(actor: Actor) -> ColumnElement[bool]:
    """The persons both of whose contacts are opened to an actor by somebody else's act."""
    agreed = (
        exists()
        .where(
            ContactRequestPerson.person_id == Person.id,
            ContactRequest.id == ContactRequestPerson.request_id,
            ContactRequest.state == "agreed",
            ContactRequest.asked_by == actor.public_id,
            ContactRequest.decided_by != actor.public_id,
        )
        .correlate(Person)
    )
    opened = (scope.condition(actor) for scope in declared(ContactScope))
    return or_(agreed, *opened)


def sees_names(actor: Actor) -> bool:
    """True if the list shows this actor the names of people whose facts are out of reach."""
    return Reach.NAMES in reaches(actor, "people.see")


def finds_names(actor: Actor) -> bool:
    """True if this actor may find anyone by name."""
    return Reach.ALL in reaches(actor, "people.find")
