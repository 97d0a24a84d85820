"""Line of time of a case, drawn from its record: each step that came, and how long after the one
before. To some belongs a sentence that the holder of the receipt may be let read: a fixed one, in
which no name, no place and no time can stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from kash.incidents.rules.clocks import is_free, who_is_held
from kash.incidents.rules.mediation import events_of
from kash.incidents.rules.parts import Referral, by_id
from kash.incidents.rules.record import Record

REPORTED, HEARD, CALLED, ASKED, GOING = "reported", "heard", "called", "asked", "going"
CAME, REFUSED, RELEASED, RETURNED, PAID = "came", "refused", "released", "returned", "paid"
REFERRED, ACCEPTED, DECLINED, SEEN, CLOSED = "referred", "accepted", "declined", "seen", "close"
# In the order in which they stand that came in the same minute.
STEPS = (
    REPORTED, HEARD, CALLED, ASKED, GOING, CAME, REFUSED, RELEASED, RETURNED, PAID, REFERRED,
    ACCEPTED, DECLINED, SEEN, CLOSED,
)  # fmt: skip
WITHOUT_SENTENCE = frozenset({REPORTED, CLOSED})
# So many sentences fit on the page of a receipt, which has one size.
MOST_SENTENCES = 20
_EVENTS = {
    "tried": CALLED,
    "heard_of": CALLED,
    "mediator_asked": ASKED,
    "mediator_agreed": GOING,
    "came": CAME,
    "refused": REFUSED,
    "returned": RETURNED,
    "paid": PAID,
    "referred": REFERRED,
    "seen": SEEN,
}
_REFERRALS = {"referral_accepted": ACCEPTED, "referral_refused": DECLINED, "referral_done": SEEN}
_RESULTS = {
    ("return", "returned"): RETURNED,
    ("return", "partly"): RETURNED,
    ("pay", "paid"): PAID,
    ("pay", "partly"): PAID,
    ("medical", "seen"): SEEN,
}
_TERMS = {"return": RETURNED, "pay": PAID}
_AGREED = ("fulfilled", "release")
_HELPED = frozenset({"reached", "helped"})
# What is noted as a case comes in, before anybody looks at it.
_COMING = frozenset({"filed", "added", "submit"})


class TimeStep(NamedTuple):
    """One step: what came, to the minute; how long after the step before, None of the first; of a
    release how many are free, of how many."""

    what: str
    at: datetime
    free: int = 0
    people: int = 0
    after: timedelta | None = None

    @property
    def sentence(self) -> str:
        """The code of its sentence; empty if it has none."""
        if self.what == RELEASED:
            return f"{RELEASED} {self.free} {self.people}"
        return "" if self.what in WITHOUT_SENTENCE else self.what


def line_of_time(record: Record) -> list[TimeStep]:
    """The steps of a case, the oldest first, of a record with what mediators have answered."""
    steps = {
        step._replace(at=step.at.replace(second=0, microsecond=0))
        for step in (*_noted(record), *_told_by_mediators(record), *_releases(record))
    }
    line = sorted(steps, key=lambda step: (step.at, STEPS.index(step.what), step.free))
    after = [step._replace(after=step.at - before.at) for before, step in pairwise(line)]
    return [*line[:1], *after]


def _noted(record: Record) -> Iterator[TimeStep]:
    if record.filing.filed_at is not None:
        yield TimeStep(REPORTED, record.filing.filed_at)
    looks = [event.at for event in record.timeline if event.by and event.what not in _COMING]
    if looks:
        yield TimeStep(HEARD, min(looks))
    done = {term.kind for term in record.terms if term.fulfilled_on is not None}
    helped = any(referral.outcome in _HELPED for referral in record.referrals)
    for event in (*record.timeline, *events_of(record)):
        if event.what in _EVENTS:
            yield TimeStep(_EVENTS[event.what], event.on or event.at)
        elif event.what in _REFERRALS:
            referral = by_id(record.referrals, event.about)
            if referral is not None and _says(referral, _REFERRALS[event.what]):
                yield TimeStep(_REFERRALS[event.what], event.at)
        elif event.what == "fulfilled" and event.about in _TERMS and event.about in done:
            yield TimeStep(_TERMS[event.about], event.at)
        elif event.what == "referral_outcome" and event.about in _HELPED and helped:
            yield TimeStep(SEEN, event.at)
    ends = [event for event in record.timeline if event.what in (CLOSED, "reopen")]
    if ends and ends[-1].what == CLOSED:
        yield TimeStep(CLOSED, ends[-1].at)


def _says(referral: Referral, what: str) -> bool:
    """True if that still stands on record of a referral."""
    if what == ACCEPTED:
        return referral.accepted_on is not None
    return referral.outcome == "refused" if what == DECLINED else referral.outcome in _HELPED


def _told_by_mediators(record: Record) -> Iterator[TimeStep]:
    for request in record.interventions:
        for wish in request.asked:
            if wish.at is not None and wish.result == "none":
                yield TimeStep(REFUSED, wish.at)
            elif wish.at is not None and (wish.kind, wish.result) in _RESULTS:
                yield TimeStep(_RESULTS[wish.kind, wish.result], wish.at)


def _releases(record: Record) -> Iterator[TimeStep]:
    """A step for each moment after which more are free. A mediator may say how many without saying
    who: those of others who are free come on top."""
    agreed = [event.at for event in record.timeline if (event.what, event.about) == _AGREED]
    free = {
        person.id: person.released_at or agreed[-1]
        for person in record.persons
        if person.released_at or (agreed and is_free(record, person))
    }
    told = [
        (wish.at, wish.count or len(request.persons) or 1, request.persons)
        for request in record.interventions
        for wish in request.asked
        if wish.at is not None and wish.result == "released"
    ]
    named = {person.id for person in who_is_held(record)} | free.keys()
    most = max((len(named | {*persons}) for _at, _count, persons in told), default=len(named))
    before = 0
    for moment in sorted({*free.values(), *(at for at, _count, _persons in told)}):
        there = {person for person, at in free.items() if at <= moment}
        counts = [len(there)]
        counts += [count + len(there - {*who}) for at, count, who in told if at <= moment]
        if max(counts) > before:
            before = max(counts)
            yield TimeStep(RELEASED, moment, before, max(before, most))


def sentences_of(line: Sequence[TimeStep]) -> list[str]:
    """The codes of sentences that a line of time has, the oldest first, each once."""
    return list(dict.fromkeys(step.sentence for step in line if step.sentence))


def let_out(told: Sequence[str], code: str, codes: Sequence[str]) -> list[str]:
    """Codes of the sentences that the receipt tells, with one more of the `codes` that the line
    has, in the line's order."""
    later = set(codes[codes.index(code) :])
    place = next((place for place, other in enumerate(told) if other in later), len(told))
    return [*told[:place], code, *told[place:]][-MOST_SENTENCES:]


def still_told(told: Sequence[str], codes: Sequence[str]) -> list[str]:
    """Those of them that still hold: a sentence that the line has no more goes. That some are free
    holds on where the line now says that more are."""
    free = max(map(_count, codes), default=0)
    return [code for code in told if code in codes or 0 < _count(code) <= free]


def _count(code: str) -> int:
    what, *numbers = code.split()
    return int(numbers[0]) if what == RELEASED and numbers else 0
