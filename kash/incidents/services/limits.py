"""Limits of time of each person: what came of them, and tries to hear of somebody who is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from flask_babel import lazy_gettext as _l

from kash.incidents.rules.clocks import who_is_held
from kash.incidents.rules.parts import Person, SearchTry
from kash.incidents.rules.second_member import NOT_KNOWN
from kash.incidents.rules.still_open import may_be_given_up
from kash.incidents.rules.workflow import OVER
from kash.incidents.services.cases import CaseChange, changing
from kash.incidents.services.documentation import CaseClosed
from kash.incidents.services.second_member import agreed, answer, put_before_a_second
from kash.platform.vault import OpenVault
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import from_local
from kash.policy import Actor


class BeforeTheArrest(Problem):
    """She was let go, or before a court, before she was arrested."""

    field = "before_court_at"
    sentence = _l("This is before she was arrested.")


class NotHeld(Problem):
    """Nobody needs to be heard of who is not held."""

    status, field = 409, ""
    sentence = _l("She is not held any more, as far as the record says. Look at it again.")


@dataclass(frozen=True)
class WhatCame:
    """All that came of the limits of a person (an id). `arrested_on` is a day without an hour."""

    person: str
    arrested_on: date | None = None
    before_court_at: datetime | None = None
    court: str = ""
    court_result: str = ""
    released_at: datetime | None = None
    pep: str = ""
    contraception: str = ""


def tell_what_came(
    by: Actor, vault: OpenVault, reference: str, said: WhatCame, version: int | None = None
) -> None:
    """Say what came of somebody's limits. Who was let go by a court is free from that moment.

    Raises NotFound, Damaged, CaseClosed, BeforeTheArrest and CaseChangedMeanwhile.
    """
    with changing("incidents.limits_told", by, vault, reference, version=version) as change:
        person = _person(change, said.person)
        before = person.model_copy(deep=True)
        if said.arrested_on is not None:
            person.arrested_at = from_local(said.arrested_on, time())
            person.hours_unknown = [*{*person.hours_unknown, "arrested_at"}]
        person.before_court_at = said.before_court_at
        person.court, person.court_result = said.court, said.court_result
        person.released_at = said.released_at
        if said.court_result == "released" and said.released_at is None:
            person.released_at = said.before_court_at
        told = {"pep": said.pep, "contraception": said.contraception}
        person.limits = {kind: result for kind, result in told.items() if result}
        for moment in (person.before_court_at, person.released_at):
            if moment and person.arrested_at and moment < person.arrested_at:
                raise BeforeTheArrest
        if person == before:
            change.change.nothing()
            return
        came = ("before_court_at", "court_result", "released_at")
        if any(getattr(person, one) != getattr(before, one) for one in came):
            _heard_of(change, person)
        change.happened("limits_told", about=person.id)


def note_try(
    by: Actor, vault: OpenVault, reference: str, person_id: str, what: str, *, heard: bool = False
) -> None:
    """Note a try to hear of somebody who is held, or not known any more. Once she was `heard` of,
    nobody says so. Raises NotFound, Damaged, CaseClosed and NotHeld."""
    with changing("incidents.try_noted", by, vault, reference) as change:
        person = _person(change, person_id)
        if not (person.not_known_at or person in who_is_held(change.record)):
            raise NotHeld
        new = SearchTry(at=change.change.now, by=by.public_id, what=what, heard=heard)
        person.tries = [*person.tries, new]
        if heard:
            _heard_of(change, person, what)
        change.happened("heard_of" if heard else "tried", about=person.id)


def _heard_of(change: CaseChange, person: Person, what: str = "") -> None:
    """End all that was said, or waits to be said, of nobody knowing where she is; whoever
    asked for it reads that it was not done."""
    person.not_known_at = None
    for asked in [*change.record.proposals]:
        if (asked.act, asked.about) == (NOT_KNOWN, person.id):
            answer(change.record, asked, change.by, agrees=False, reason=what)


class TryFirst(Problem):
    """Nobody is given up before it was tried twice to hear of her."""

    status, field = 409, ""
    sentence = _l("Try twice to hear of her first, and note each try.")


def ask_not_known(by: Actor, vault: OpenVault, reference: str, person_id: str, reason: str) -> None:
    """Ask a second member to agree that nobody knows any more where somebody is who was held.

    Raises NotFound, Damaged, CaseClosed, NotHeld, TryFirst and ProposedAlready.
    """
    with changing("incidents.second_asked", by, vault, reference) as change:
        person = _person(change, person_id)
        if person not in who_is_held(change.record):
            raise NotHeld
        if not may_be_given_up(person):
            raise TryFirst
        put_before_a_second(change, NOT_KNOWN, reason, about=person.id)


def agree_not_known(by: Actor, vault: OpenVault, reference: str, proposal: str) -> None:
    """Agree to it. Raises as `second_member.agreed`."""
    with changing("incidents.not_known_said", by, vault, reference) as change:
        asked = agreed(change.change.session, by, change.case, proposal, NOT_KNOWN)
        _person(change, asked.about).not_known_at = change.change.now
        change.happened("not_known", about=asked.about, reason=asked.reason)


def _person(change: CaseChange, person_id: str) -> Person:
    if change.row.state in OVER:
        raise CaseClosed
    return one_or_404(next((one for one in change.record.persons if one.id == person_id), None))
