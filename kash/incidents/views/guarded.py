"""Head of the page of a case that is for a custodian alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from kash.incidents.queries.cases import Case
from kash.incidents.queries.outside import outside_contact
from kash.incidents.rules.clocks import who_is_held
from kash.incidents.rules.consents import PROGRAMME, WHO, WHOM, for_custodian
from kash.incidents.rules.mediation import Contact
from kash.incidents.rules.parts import Person
from kash.incidents.rules.record import (
    held_among_adults,
    minors_of,
    to_ask_about_adults,
    unprotected,
)
from kash.policy import Actor, Role


@dataclass(frozen=True)
class Guarded:
    """Codes of those who are or may be under 18: all of them, those held among adults, those of
    whom it is to be asked, and those whom child protection has not reached. `alone`: whether a
    custodian reads it; `programme`: whether somebody of the programme did it;
    `unread`: whether what a phone said of either does not open; `by_others`: whether only another
    report makes it one for a custodian alone, to which it belongs."""

    minors: list[str] = field(default_factory=list)
    among_adults: list[str] = field(default_factory=list)
    to_ask: list[str] = field(default_factory=list)
    unprotected: list[str] = field(default_factory=list)
    alone: bool = True
    programme: bool = False
    unread: bool = False
    by_others: bool = False
    outside: Contact | None = None


def guarded(case: Case, actor: Actor) -> Guarded:
    """Head of such a case, for its reader; nothing of one that is not for a custodian alone."""
    record = case.record
    programme = any(one.kind == PROGRAMME for one in record.parties)
    held = who_is_held(record)
    return Guarded(
        minors=_codes(minors_of(record)),
        among_adults=_codes(held_among_adults(held)),
        to_ask=_codes(to_ask_about_adults(held)),
        unprotected=_codes(unprotected(record)),
        alone=Role.CUSTODIAN in actor.roles,
        programme=programme,
        unread=not {WHO, WHOM}.isdisjoint(record.unread()),
        by_others=for_custodian(record) is None and for_custodian(case.seen) is not None,
        outside=outside_contact() if programme else None,
    )


def _codes(persons: Iterable[Person]) -> list[str]:
    return [one.code for one in persons]
