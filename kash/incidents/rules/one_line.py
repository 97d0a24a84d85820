"""One line of what came of a case, noted while somebody is on the phone: who is free, that somebody
came, that it was refused, what was given back or paid, who was seen by a clinic. Each writes what
its own form writes, and can be taken back as long as nothing ended with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from kash.incidents.rules.casework import NOT_KNOWN
from kash.incidents.rules.clocks import is_free, is_open, who_is_held
from kash.incidents.rules.mediation import FOR_PEOPLE, Result, is_final, what_goes_on
from kash.incidents.rules.mediation_gate import terms_open
from kash.incidents.rules.parts import Asked, Event, Intervention, Referral, Term, by_id, next_id
from kash.incidents.rules.record import Record

RELEASED, CAME, REFUSED = "released", "came", "refused"
RETURNED, PAID, SEEN = "returned", "paid", "seen"
LINES = (RELEASED, CAME, REFUSED, RETURNED, PAID, SEEN)
_TERMS = {RETURNED: "return", PAID: "pay"}
# What a line of each kind settles of what a mediator was asked.
_SETTLES = {
    "release": RELEASED,
    "charge_or_release": RELEASED,
    **{kind: what for what, kind in _TERMS.items()},
}
SETTLED, REQUEST_SETTLED = "settled", "request_settled"
_CLINIC = "medical"
# So long the same line by the same hand is the button pressed twice.
_TWICE = timedelta(minutes=2)


class CaseLine(NamedTuple):
    """One line: what came, and which it is about by its id: a person, a request to a mediator, a
    term or a referral; empty if it is about none."""

    what: str
    about: str = ""


def lines_of(record: Record) -> list[CaseLine]:
    """The lines that can be noted of a case as it stands, who is free first."""
    lines = [CaseLine(RELEASED, person.id) for person in who_is_held(record)]
    waiting = [request for request in record.interventions if _waits(request)]
    for request in waiting:
        lines.append(CaseLine(CAME, request.id))
        if any(not wish.result for wish in request.asked):
            lines.append(CaseLine(REFUSED, request.id))
    if lines and not waiting:
        lines += [CaseLine(CAME), CaseLine(REFUSED)]
    for what, kind in _TERMS.items():
        terms = [term.id for term in record.terms if term.kind == kind and is_open(term)]
        new = list(record.codes) if kind in terms_open(record) else []
        lines += [CaseLine(what, about) for about in terms or new]
    referrals = [referral.id for referral in record.referrals if _is_due_at_clinic(referral)]
    return lines + [CaseLine(SEEN, about) for about in referrals or record.codes]


def _waits(request: Intervention) -> bool:
    return request.ended_at is None and request.response in ("waiting", "talk", "agreed")


def _is_due_at_clinic(referral: Referral) -> bool:
    return referral.kind == _CLINIC and is_open(referral)


def write_line(record: Record, line: CaseLine, at: datetime, day: date) -> str:
    """Write into a record what a line says, which `lines_of` offered; the id of what it is about.
    `day` is that of the moment, by the clocks of the place."""
    if line.what == RELEASED:
        for person in record.persons:
            if person.id == line.about:
                person.released_at = at
    elif line.what == REFUSED:
        for request in _requests(record, line.about):
            for wish in request.asked:
                wish.result = wish.result or "none"
    elif line.what in _TERMS:
        term = by_id(record.terms, line.about)
        if term is None:
            number = next_id(record.terms, "l")
            term = Term(id=number, kind=_TERMS[line.what], owed_to=line.about)
            record.terms = [*record.terms, term]
        term.fulfilled_on = day
        return term.id
    elif line.what == SEEN:
        referral = by_id(record.referrals, line.about)
        if referral is None:
            number = next_id(record.referrals, "l")
            referral = Referral(id=number, kind=_CLINIC, person=line.about, made_on=day)
            record.referrals.append(referral)
        referral.outcome, referral.outcome_on = "reached", day
        return referral.id
    return line.about


def _requests(record: Record, key: str) -> Iterator[Intervention]:
    return (request for request in record.interventions if request.id == key)


def what_came(record: Record) -> set[CaseLine]:
    """Outcomes of a case by its record, however they were noted: who is free, and terms that were
    kept."""
    free = {CaseLine(RELEASED, person.id) for person in record.persons if is_free(record, person)}
    kinds = {kind: what for what, kind in _TERMS.items()}
    return free | {
        CaseLine(kinds[term.kind], term.id)
        for term in record.terms
        if term.kind in kinds and not is_open(term)
    }


def is_pressed_twice(record: Record, line: CaseLine, by: str, now: datetime) -> bool:
    """True if the newest step of a case is this very line, noted just now by the same account."""
    newest = record.timeline[-1] if record.timeline else None
    if newest is None or (newest.what, newest.by) != (line.what, by) or now - newest.at > _TWICE:
        return False
    owed = {term.id: term.owed_to for term in record.terms}
    sent = {referral.id: referral.person for referral in record.referrals}
    return line.about in {newest.about, owed.get(newest.about), sent.get(newest.about)}


def ends_something(record: Record, line: CaseLine, at: datetime, day: date) -> bool:
    """True if a line ends what taking it back does not bring again: a request to a mediator that
    goes on only while she is held or that it settles, or a proposal to a second member."""
    if line.what == RELEASED and any(
        (asks.act, asks.about) == (NOT_KNOWN, line.about) for asks in record.proposals
    ):
        return True
    after = record.model_copy(deep=True)
    write_line(after, line, at, day)
    if settled_by(after, line.what):
        return True
    return (
        line.what == RELEASED
        and bool(after.who_stopped())
        and any(
            request.brief and len(what_goes_on(after, request)) < len(what_goes_on(record, request))
            for request in after.interventions
        )
    )


def settled_by(record: Record, what: str) -> list[Intervention]:
    """The open requests to mediators of which nothing is left to be done once a line of this kind
    is written into a record."""
    if what not in _SETTLES.values():
        return []
    return [
        request
        for request in record.interventions
        if request.brief
        and any(_SETTLES.get(wish.kind) == what for wish in request.asked)
        and all(_has_come(record, request, wish, what) for wish in request.asked)
    ]


def _has_come(record: Record, request: Intervention, wish: Asked, what: str) -> bool:
    kind = _SETTLES.get(wish.kind, "")
    if _is_told(request, wish):
        return True
    if kind == RELEASED:
        about = set(request.persons) & set(record.codes) or set(record.codes)
        people = [person for person in record.persons if person.id in about]
        return bool(people) and all(is_free(record, person) for person in people)
    noted = kind == what or any(
        event.what == kind and (request.asked_at is None or event.at >= request.asked_at)
        for event in record.timeline
    )
    return (
        bool(kind)
        and noted
        and not any(term.kind == wish.kind and is_open(term) for term in record.terms)
    )


def _is_told(request: Intervention, wish: Asked) -> bool:
    # What a member noted to be refused has no moment, and may come yet.
    result = Result(wish.kind, wish.result, wish.count)
    return wish.at is not None and bool(wish.result) and is_final(result, len(request.persons))


def settle(request: Intervention, at: datetime) -> None:
    """Write into a request to a mediator that all that was asked came, as a member noted at a
    moment; what she told herself stays."""
    people = len(request.persons)
    for wish in request.asked:
        if not _is_told(request, wish):
            wish.result, wish.at = _SETTLES[wish.kind], at
            wish.count = people if wish.kind in FOR_PEOPLE and people > 1 else None
    request.response, request.brief, request.ended_at = SETTLED, "", at


def open_anew(record: Record, event: Event) -> bool:
    """Take out of a record what a line that is taken back wrote of requests to mediators; True if
    there was one that it ended. None of them begins again."""
    ended = {
        step.about
        for step in record.timeline
        if (step.what, step.by, step.at) == (REQUEST_SETTLED, event.by, event.at)
    }
    for request in record.interventions:
        if request.id in ended:
            for wish in request.asked:
                if wish.at == request.ended_at:
                    wish.result, wish.count, wish.at = "", None, None
            request.response, request.ended_at = "ended", None
    return bool(ended)


def line_to_take_back(record: Record, by: str) -> Event | None:
    """The newest step of a case, if it is a line that this account noted and that stands as it was
    noted; else None."""
    newest = record.timeline[-1] if record.timeline else None
    if newest is None or newest.what not in LINES or newest.by != by:
        return None
    return newest if take_back_line(record.model_copy(deep=True), newest) else None


def take_back_line(record: Record, event: Event) -> bool:
    """Take back what a line wrote; False if the record says otherwise meanwhile."""
    key = event.about
    if event.what == RELEASED:
        person = by_id(record.persons, key)
        if person is None or not is_free(record, person) or person.released_at is None:
            return False
        person.released_at = None
    elif event.what == REFUSED:
        for request in _requests(record, key):
            if not _waits(request):
                return False
            for wish in request.asked:
                wish.result = "" if wish.result == "none" else wish.result
    elif event.what in _TERMS:
        term = by_id(record.terms, key)
        if term is None or is_open(term):
            return False
        term.fulfilled_on = None
        if key.startswith("l"):
            record.terms = [other for other in record.terms if other.id != key]
    elif event.what == SEEN:
        referral = by_id(record.referrals, key)
        if referral is None or is_open(referral):
            return False
        referral.outcome, referral.outcome_on = "", None
        if key.startswith("l"):
            record.referrals = [other for other in record.referrals if other.id != key]
    record.timeline = [other for other in record.timeline if other is not event and other != event]
    return True
