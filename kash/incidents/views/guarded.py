"""Head of the page of a case that is for a custodian alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kash.incidents.queries.cases import Case
from kash.incidents.queries.outside import outside_contact
from kash.incidents.rules.clocks import who_is_held
from kash.incidents.rules.consents import PROGRAMME, WHO, WHOM, for_custodian
from kash.incidents.rules.parts import Person
from kash.incidents.rules.record import (
    held_among_adults,
    minors_of,
    to_ask_about_adults,
    unprotected,
)
from kash.policy import Actor, Role


def guarded(case: Case, actor: Actor) -> dict[str, Any]:
    """Head of such a case, for its reader; nothing of one that is not for a custodian alone.

    Codes of those who are or may be under 18: all of them, those held among adults, those to ask
    about that, and those not reached by child protection. `alone`: a custodian reads it; `unread`:
    what a phone said of either does not open; `by_others`: another report that belongs to it makes
    it one for a custodian.
    """
    record = case.record
    programme = any(party.kind == PROGRAMME for party in record.parties)
    persons_held = who_is_held(record)
    return {
        "minors": _codes(minors_of(record)),
        "among_adults": _codes(held_among_adults(persons_held)),
        "to_ask": _codes(to_ask_about_adults(persons_held)),
        "unprotected": _codes(unprotected(record)),
        "alone": Role.CUSTODIAN in actor.roles,
        "programme": programme,
        "unread": not {WHO, WHOM}.isdisjoint(record.unread()),
        "by_others": for_custodian(record) is None and for_custodian(case.seen) is not None,
        "outside": outside_contact() if programme else None,
    }


def _codes(persons: Iterable[Person]) -> list[str]:
    return [person.code for person in persons]
