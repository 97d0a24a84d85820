"""The gate of mediation: what a mediator may never be asked, and what takes a word of her own.

Nothing is settled between the two sides after sexual violence, torture, an examination by force, a
death, an assault by somebody with power over her, or if anybody may be under 18: a mediator may ask
for a release, that what was taken is given back, that it stops, and for a doctor. An act whose
family nobody declared (`acts.KINDS`) is taken for one of these.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from kash.incidents.rules.case_file import MEDIATION, everybody, wanted_by_them, wants
from kash.incidents.rules.casework import CaseStanding
from kash.incidents.rules.clocks import is_agreed, is_free, took_it_back
from kash.incidents.rules.consents import CaseConsent
from kash.incidents.rules.filing import ASSAULT, MONEY, SETTLED_FAMILIES, family_of
from kash.incidents.rules.mediation import RELEASE, REQUESTS, may_be_asked_for, whom_to_free
from kash.incidents.rules.money import has_price, is_in_authority
from kash.incidents.rules.parts import TERM_KINDS, Act, Intervention, Person, Term, by_id
from kash.incidents.rules.record import Record

ALWAYS = ("release", "return", "stop", "medical")
TERMS_ALWAYS = ("release", "return")
# Kinds of parties that she can settle with on a blow, as long as none of them is an officer. A
# partner or a landlord is none: she depends on him.
_EQUALS = frozenset({"client", "public_mob", "other"})
# It may get her charged, so that each says yes to it herself, after she was warned.
CHARGE = "charge_or_release"
# What waits for no answer while somebody is held.
_FREES = frozenset({"release", CHARGE})
_EMERGENCY = _FREES | {"medical"}


class Why(StrEnum):
    """Why a mediator is not asked, or is asked no longer."""

    CONSENT = "consent"
    GATE = "gate"
    OWN_YES = "own_yes"
    NOT_WANTED = "not_wanted"
    ASK_FIRST = "ask_first"


def is_shut(record: Record) -> bool:
    """True if the gate is shut for a case: for everybody in it, whomever it concerns."""
    return record.has_minor() or any(is_never_settled(record, act) for act in record.acts)


def is_never_settled(record: Record, act: Act) -> bool:
    """True if an act shuts the gate. An assault does if somebody with power over her did it, or if
    nobody knows who did."""
    family = family_of(act.code)
    if family != ASSAULT:
        return family not in SETTLED_FAMILIES
    by = [
        party
        for party in record.parties
        if (party.id in act.parties or not act.parties) and party.involvement != "helped"
    ]
    return not by or any(party.kind not in _EQUALS or is_in_authority(party) for party in by)


def requests_open(record: Record) -> tuple[str, ...]:
    """Requests that a mediator may be asked about a case at all."""
    return tuple(kind for kind in REQUESTS if not is_shut(record) or kind in ALWAYS)


def terms_open(record: Record) -> tuple[str, ...]:
    """Terms that may be agreed in a case."""
    return TERMS_ALWAYS if is_shut(record) else TERM_KINDS


def terms_refused(record: Record, before: Record) -> list[Term]:
    """The terms of a record that may not be agreed in it. What was on record before stays there as
    it was: it tells what happened, and keeps nobody from writing down an act. Something of it may
    be taken out, and said to be done."""
    if not is_shut(record):
        return []
    terms_before = {term.id: term for term in before.terms}
    officers = {party.id for party in record.parties if is_in_authority(party)}
    return [
        term
        for term in record.terms
        if term.kind in TERM_KINDS
        and not (_is_harmless(record, term, officers) or _is_kept(term, terms_before.get(term.id)))
    ]


def _is_harmless(record: Record, term: Term, officers: Collection[str]) -> bool:
    """True if she is let go for nothing, or gets back what was taken: a thing, or no more money
    than the acts on record say."""
    if term.kind == "return":
        hers = set(record.codes)
        taken = sum(act.amount or 0 for act in record.acts if act.code in MONEY)
        price = has_price(term.model_copy(update={"amount": None}))
        return term.owed_by not in hers and not price and (term.amount or 0) <= taken
    gives = bool(term.owed_by) and term.owed_by not in officers
    return term.kind in TERMS_ALWAYS and not gives and not has_price(term)


def _is_kept(term: Term, before: Term | None) -> bool:
    return (
        before is not None
        and term.kind == before.kind
        and all(
            getattr(term, name) in (getattr(before, name), "", None)
            for name in ("owed_by", "owed_to", "what", "amount", "due_on")
        )
    )


def own_answer(record: Record, person: str) -> CaseConsent | None:
    """Answer that a person (empty: of a case with nobody on record) gave last to "court or
    release"; None if she said nothing. An answer counts only in her own words, after a warning that
    has a version."""
    answers = [
        answer
        for answer in record.own_words
        if (answer.purpose, answer.person) == (CHARGE, person) and answer.was_read_out
    ]
    return max(reversed(answers), key=lambda one: one.at, default=None)


def has_own_yes(record: Record, person: str) -> bool:
    """True if she said yes herself to being brought to court, after she was warned."""
    answer = own_answer(record, person)
    return answer is not None and answer.given


def who_may_be_offered(record: Record) -> list[Person]:
    """The persons that a mediator may be asked about: they agreed, and did not choose otherwise."""
    return [
        person
        for person in record.persons
        if may_be_asked_for(record, person.id, [RELEASE])
        and wants(record, person.id, MEDIATION) is not False
    ]


def why_not(record: Record, persons: Collection[str], requests: Collection[str]) -> Why | None:
    """Why a mediator must not be asked for these things, about these persons (none: nobody is on
    record); None if she may be.

    Who has not said yet what she wants is asked first, unless she is held: then a mediator may ask
    for her release at once, and for a doctor.
    """
    people = list(persons) or [""]
    if not all(may_be_asked_for(record, person, requests) for person in people):
        return Why.CONSENT
    barred = _barred(record, people, requests)
    if barred is not None:
        return barred
    urgent = {person for person in people if _is_emergency(record, person, requests)}
    if any(wants(record, person, MEDIATION) is None and person not in urgent for person in people):
        return Why.ASK_FIRST
    return None


def why_ended(record: Record, intervention: Intervention) -> Why | None:
    """Why a mediator who was asked is asked no longer, as the record stands now; None if she is.
    Whether there still is consent is asked elsewhere (`mediation.what_goes_on`)."""
    there = set(record.codes)
    people = [person for person in intervention.persons if person in there] or everybody(record)
    return _barred(record, people, [request.kind for request in intervention.asked if request.kind])


def asks_too_much(record: Record) -> bool:
    """True if a mediator is still asked for something that may be asked no longer."""
    return any(
        intervention.brief and why_ended(record, intervention)
        for intervention in record.interventions
    )


def request_ended_last(record: Record) -> bool:
    """True if the newest change of a case ended a request to a mediator."""
    # Who has the case may have been kept away by the same change, which is noted after that.
    newest = next(
        (event for event in reversed(record.timeline) if event.what != "unassigned"), None
    )
    return newest is not None and newest.what.startswith("request_ended_")


def _barred(record: Record, people: Collection[str], requests: Collection[str]) -> Why | None:
    if not set(requests) <= set(requests_open(record)):
        return Why.GATE
    if any(wants(record, person, MEDIATION) is False for person in people):
        return Why.NOT_WANTED
    if CHARGE in requests and not all(has_own_yes(record, person) for person in people):
        return Why.OWN_YES
    return None


def _is_emergency(record: Record, person: str, requests: Collection[str]) -> bool:
    """True if what is asked can't wait for her answer: only her release, a charge or release, or a
    doctor, while she is held. She is, if she was arrested or her release is asked, until it is
    known that she is free."""
    person_named = by_id(record.persons, person)
    if person_named is not None and is_free(record, person_named):
        return False
    is_held = not _FREES.isdisjoint(requests) or (
        person_named is not None and person_named.arrested_at is not None
    )
    return is_held and set(requests) <= _EMERGENCY


def requests_offered(record: Record) -> tuple[str, ...]:
    """Requests that the page offers: those that may be asked of at least one person."""
    people = [person.id for person in who_may_be_offered(record)] or (
        [] if record.persons else [""]
    )
    chosen = any(wants(record, person, MEDIATION) for person in people)
    return tuple(
        kind
        for kind in requests_open(record)
        if (chosen or kind in _EMERGENCY)
        and any(may_be_asked_for(record, person, [kind]) for person in people)
        and (kind != CHARGE or any(has_own_yes(record, person) for person in people))
    )


ASK_MEDIATOR, HEAR_MEDIATOR, NOTE_RESULT = "ask_mediator", "hear_mediator", "note_result"
# Steps that say how a case ended, which is not known while somebody is held.
_ENDS = frozenset({"resolve", "close"})


def urgent_step(record: Record, usual: str = "") -> str:
    """The first thing to do while somebody is held, before the `usual` step of the state; empty if
    nothing goes before it. A mediator is asked if one may be; who was asked and did not say yes
    yet is heard of; then it is noted what came of it."""
    ids_held = whom_to_free(record)
    responses = {
        request.response
        for request in record.interventions
        if request.ended_at is None and request.response in ("waiting", "talk", "agreed")
    }
    able = any(
        wants(record, person, MEDIATION) is not False
        and may_be_asked_for(record, person, [RELEASE])
        for person in ids_held
    )
    if not ids_held:
        return ""
    if responses:
        return NOTE_RESULT if "agreed" in responses else HEAR_MEDIATOR
    return ASK_MEDIATOR if able else NOTE_RESULT if usual in _ENDS else ""


def standing_of(record: Record) -> CaseStanding:
    """Standing of a case: all that its steps ask for besides its state."""
    wanted = wanted_by_them(record)
    return CaseStanding(
        wanted=wanted,
        mediation=any(
            wants(record, officer, MEDIATION) and record.consents_to("mediation", officer)
            for officer in everybody(record)
        ),
        gate_shut=is_shut(record),
        agreed=is_agreed(record),
        taken_back=took_it_back(record),
        mediates_by="" if record.interventions or whom_to_free(record) else ASK_MEDIATOR,
    )
