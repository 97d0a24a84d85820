"""Reach of an actor towards one person, asked once for all that a page needs to know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import false, select

from kash.people.models import Person
from kash.people.scope import Which, opened_by_others, reaches, within_reach
from kash.platform.database import db
from kash.policy import Actor

_MERGE, _EDIT, _CONTACT = "people.merge", "people.edit", "people.contact"


@dataclass(frozen=True)
class PersonReach:
    """Permissions of an actor that reach a person, and the contacts of hers that are open to the
    actor."""

    permissions: frozenset[str]
    opened: frozenset[Which]


def reach_of(actor: Actor, found: Person, permissions: Collection[str] = ()) -> PersonReach:
    """Reach of an actor towards a person who is at hand, as to these permissions; one query.

    What opens a contact is a long question: here it is asked once, where a condition for each
    permission and contact (`kash.people.scope`) would ask it four times.
    """
    asked = [each for each in (*permissions, _CONTACT) if each != _MERGE and actor.may(each)]
    if _MERGE in permissions and actor.may(_MERGE):
        asked.append(_EDIT)
    # Roles that reach as far reach the same persons.
    ways = {reaches(actor, each): within_reach(actor, each, few=True) for each in asked}
    may_contact = actor.may(_CONTACT)
    row = db.session.execute(
        select(opened_by_others(actor) if may_contact else false(), *ways.values()).where(
            Person.id == found.id
        )
    ).one()
    reached_by = dict(zip(ways, row[1:], strict=True))
    held = {each for each in asked if reached_by[reaches(actor, each)]}
    opened: frozenset[Which] = frozenset()
    if _CONTACT in held:
        entered: dict[Which, bool] = {
            "phone": found.phone_by == actor.public_id,
            "email": found.email_by == actor.public_id,
        }
        opened = frozenset(which for which, hers in entered.items() if hers or row[0])
    if _MERGE in permissions and actor.may(_MERGE) and _EDIT in held:
        kept = closable_contacts(found)
        if kept <= opened:
            held.add(_MERGE)
    return PersonReach(frozenset(held.intersection(permissions)), opened)


def closable_contacts(found: Person) -> frozenset[Which]:
    """Contacts that are kept of a person."""
    kept: dict[Which, bool] = {
        "phone": found.phone_sealed is not None,
        "email": found.email_sealed is not None,
    }
    return frozenset(which for which, there in kept.items() if there)
