"""All that keeps a case from being closed, and how it ended for each person.

A case does not end while somebody is held, a limit of time runs or has passed without anybody
saying what came of it, or something that was asked, sent for or agreed waits for its outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from kash.incidents.rules.clocks import Clock, is_free, releases_done, who_is_held
from kash.incidents.rules.dues import is_open
from kash.incidents.rules.record import Person, Record

HELD, LIMIT, MEDIATOR, REFERRAL, TERM = "held", "limit", "mediator", "referral", "term"
# How a case ended for somebody.
ENDINGS = ("released", "returned", "referred", "court", "wants_no_more", "lost_touch")
# Tries to hear of somebody who is held, before two members may say that nobody knows of her.
LEAST_TRIES = 2
_ASKED = frozenset({"waiting", "agreed"})
_GIVEN_BACK = frozenset({"returned", "partly"})


@dataclass(frozen=True)
class OpenThing:
    """One thing that is open: its kind, and of whom (ids of persons); of a limit, the clock."""

    kind: str
    persons: tuple[str, ...] = ()
    clock: str = ""


def what_is_open(record: Record, clocks: Sequence[Clock]) -> list[OpenThing]:
    """Everything for which a case can't be closed. `clocks` are all that it has."""
    found = []
    held = tuple(one.id for one in who_is_held(record))
    nobody_named = record.filing.held and not record.persons and not releases_done(record)
    if held or nobody_named:
        found.append(OpenThing(HELD, held))
    found += [OpenThing(LIMIT, clock.persons, clock.kind) for clock in clocks]
    found += [
        OpenThing(MEDIATOR, tuple(one.persons))
        for one in record.interventions
        if one.ended_at is None and one.response in _ASKED
    ]
    found += [OpenThing(REFERRAL, _of(one.person)) for one in record.referrals if is_open(one)]
    found += [OpenThing(TERM, _of(one.owed_to)) for one in record.terms if is_open(one)]
    return found


def _of(person: str) -> tuple[str, ...]:
    return (person,) if person else ()


def endings_of(record: Record, person: Person) -> tuple[str, ...]:
    """Endings that can be said of somebody: those for which something stands on record of her."""
    about = [one for one in record.interventions if person.id in one.persons or not one.persons]
    back = any(asked.result in _GIVEN_BACK for one in about for asked in one.asked) or any(
        one.kind == "return" and one.fulfilled_on and one.owed_to in ("", person.id)
        for one in record.terms
    )
    fits = {
        "released": is_free(record, person),
        "returned": back,
        "referred": any(one.person in ("", person.id) for one in record.referrals),
        "court": person.before_court_at is not None,
    }
    return tuple(one for one in ENDINGS if fits.get(one, True))


def endings_fit(record: Record, said: dict[str, str]) -> bool:
    """True if these endings say how it ended for each person, and nothing that is not on record."""
    return set(said) == {one.id for one in record.persons} and all(
        said[one.id] in endings_of(record, one) for one in record.persons
    )


def is_agreed(record: Record) -> bool:
    """True if something was agreed, and she agreed to all of it herself."""
    return bool(record.terms) and all(one.agreed_on for one in record.terms)


def took_it_back(record: Record) -> bool:
    """True if somebody in the case took back, or refused, that it is kept."""
    return any(
        not one.given and not one.wish and one.origin != "not_asked"
        for one in record.answers_to("record")
    )


def may_be_given_up(person: Person) -> bool:
    """True if it was tried often enough to hear of somebody, since she was last heard of."""
    tries = list(takewhile(lambda one: not one.heard, reversed(person.tries)))
    return len(tries) >= LEAST_TRIES
