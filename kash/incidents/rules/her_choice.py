"""Her choice: what she wants once her case was verified, asked of each person, and taken for
granted of none.

Mediation is one of several ways, and no way is the usual one. What a phone sent as wishes is not an
answer to this.
"""

from __future__ import annotations

from kash.incidents.rules.parts import Choice
from kash.incidents.rules.record import Record

WAYS = ("help", "complaint", "court", "mediation", "nothing")
NOTHING, MEDIATION = "nothing", "mediation"


def answers_of(record: Record, person: str) -> list[Choice]:
    """All that was noted of a person, the oldest first; also that she could not be asked."""
    return [one for one in record.choices if one.person == person]


def choice_of(record: Record, person: str) -> Choice | None:
    """The newest answer of a person; that she could not be asked is none, and what somebody else
    told never goes over what she said herself."""
    said = [one for one in answers_of(record, person) if one.wanted]
    said = [one for one in said if one.origin == "herself"] or said
    return max(reversed(said), key=lambda one: one.at, default=None)


def unheard(record: Record, person: str) -> Choice | None:
    """Choice that somebody else told last of a person, if she had said otherwise herself before: it
    does not count until she says so herself. None if nothing is left open so."""
    counts = choice_of(record, person)
    said = [one for one in answers_of(record, person) if one.wanted]
    newest = max(reversed(said), key=lambda one: one.at, default=None)
    if newest is None or counts is None or newest.wanted == counts.wanted:
        return None
    return newest


def everybody(record: Record) -> list[str]:
    """Those to ask: the ids of those on record, or an empty one where nobody is."""
    return [one.id for one in record.persons] or [""]


def to_ask(record: Record) -> list[str]:
    """Those who were not asked yet, or could not be."""
    return [person for person in everybody(record) if choice_of(record, person) is None]


def wants(record: Record, person: str, way: str) -> bool | None:
    """True if somebody wants this; None as long as she has not said."""
    choice = choice_of(record, person)
    return None if choice is None else way in choice.wanted


def wanted_by_them(record: Record) -> frozenset[str] | None:
    """All that the persons of a case want; None as long as one of them has not said."""
    choices = [choice_of(record, person) for person in everybody(record)]
    if not all(choices):
        return None
    return frozenset(way for one in choices if one is not None for way in one.wanted)


def is_answer(wanted: list[str], origin: str) -> bool:
    """True if this can be an answer: some of the ways, nothing beside nothing, and none of somebody
    who could not be asked."""
    if origin == "not_asked":
        return not wanted
    known = bool(wanted) and set(wanted) <= set(WAYS)
    return known and (NOTHING not in wanted or len(wanted) == 1)
