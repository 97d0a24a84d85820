"""Mediation: what a mediator may be asked and may answer, in fixed lists, so that a brief can hold
no story. Who somebody can turn to outside the programme, when somebody of the programme did it. One
person proposes it and another agrees, to exactly these words: a person who might be complained of
must not be able to put a friend there alone, nor with somebody she brought in for that
(`accounts.rules.two_people`)."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from kash.incidents.rules.case_file import everybody
from kash.incidents.rules.clocks import is_free, is_of_nobody, releases_done, who_is_held
from kash.incidents.rules.consents import Reader, Seen, conflict_of
from kash.incidents.rules.parts import Asked, Event, Intervention, Person, next_id
from kash.incidents.rules.record import Record
from kash.people.rules.directory import Stretch, open_at

REQUESTS = (
    "release",
    "charge_or_release",
    "return",
    "pay",
    "apologise",
    "stop",
    "medical",
    "complaint",
)
# What may come of each.
RESULTS: dict[str, tuple[str, ...]] = {
    "release": ("released", "none"),
    "charge_or_release": ("released", "charged", "none"),
    "return": ("returned", "partly", "none"),
    "pay": ("paid", "partly", "none"),
    "apologise": ("apology", "none"),
    "stop": ("stopped", "none"),
    "medical": ("seen", "none"),
    "complaint": ("taken", "none"),
}
RELEASE = "release"
# What is asked for people, so that a brief says for how many, and an answer of how many.
FOR_PEOPLE = frozenset({"release", "charge_or_release", "medical"})
KEPT_FOR = timedelta(days=7)
# The hours of the day, in the programme's zone, at which the person who has something waiting is
# told.
TOLD_AT = frozenset({8, 13, 18})


@dataclass(frozen=True)
class Mediator:
    """A mediator as she is chosen from: `account` is a public id, `stations` those she helps at."""

    account: str
    stations: frozenset[str]
    spoken: tuple[str, ...]
    stretches: tuple[Stretch, ...] = ()
    active: bool = True
    police: bool = False
    reader: Reader = field(default=Reader(""))

    def on_duty(self, minute: int) -> bool:
        """True if she can be called in this minute of the week; always, if no hours are known."""
        return self.active and (not self.stretches or open_at(self.stretches, minute))


def may_mediate(
    mediators: Iterable[Mediator],
    record: Record,
    minute: int,
    station: str = "",
    *,
    seen: Seen | None = None,
) -> list[Mediator]:
    """Mediators to ask about a case: nobody who is a party, serves at an implicated station or
    said no. `seen`: the record with all that belong to it, if any do, whose parties count as well.

    Those on duty at the station come first, then others on duty there at other hours, then the
    rest.
    """
    refused = {
        intervention.mediator
        for intervention in record.interventions
        if intervention.response == "refused"
    }
    free = [
        mediator
        for mediator in mediators
        if mediator.active
        and mediator.account not in refused
        and conflict_of(mediator.reader, seen or record) is None
    ]
    return sorted(
        free,
        key=lambda one: (
            bool(station) and station not in one.stations,
            not one.on_duty(minute),
            one.account,
        ),
    )


def runs_out(now_local: datetime) -> datetime:
    """When a brief written now is shredded: when the seventh day is over, to tell no hour."""
    last = (now_local + KEPT_FOR).date() + timedelta(days=1)
    return datetime.combine(last, time(), tzinfo=now_local.tzinfo)


def who_may_be_helped(record: Record) -> list[Person]:
    """The persons of a case that a mediator may be asked about now: each by her own consent."""
    return [person for person in record.persons if may_be_asked_for(record, person.id, [RELEASE])]


def may_ask(record: Record, persons: Collection[str] | None = None) -> bool:
    """True if a mediator may be asked about these persons; None: about anybody at all."""
    if not record.persons:
        return may_be_asked_for(record, "", [RELEASE]) and not persons
    able = {person.id for person in who_may_be_helped(record)}
    return bool(able) if persons is None else bool(persons) and set(persons) <= able


def asked_by(record: Record, intervention: Intervention) -> str:
    """The account that asked a mediator, and that she was most likely told to call; empty if that
    is not known."""
    askers = (
        event.by
        for event in record.timeline
        if (event.what, event.about, event.at)
        == ("mediator_asked", intervention.mediator, intervention.asked_at)
    )
    return next(askers, "")


def may_be_asked_for(record: Record, person: str, requests: Collection[str]) -> bool:
    """True if somebody's consent (of a person's id, or empty: of everybody) covers these requests,
    or if they need none.

    The release of who is held is asked without her consent, unless she refused; of a person who
    does not let the report be kept any more, only if she agreed that a mediator is asked."""
    if record.consents_to("mediation", person):
        return True
    if not set(requests) <= {RELEASE}:
        return False
    people = [person] if person else everybody(record)
    return whom_to_free(record) >= set(people) and all(
        record.agreed_to("mediation", person)
        or not (record.is_stopped(person) or _refused(record, person))
        for person in people
    )


def _refused(record: Record, person: str) -> bool:
    # What was left unticked of somebody who could not be asked is no word of hers.
    return any(
        not (answer.given or answer.origin == "not_asked")
        for answer in record.answers_to("mediation", person)
    )


def not_confirmed(record: Record) -> list[str]:
    """Ids of those who a mediator may be asked about though they have not agreed themselves (an
    empty one where nobody is on record): so it is marked until each confirms it."""
    return [
        person
        for person in everybody(record)
        if may_be_asked_for(record, person, [RELEASE])
        and (not record.consents_to("mediation", person) or record.is_unasked("mediation", person))
    ]


def whom_to_free(record: Record) -> set[str]:
    """Ids of those who are held, or may be; an empty one where nobody is on record."""
    if not record.persons:
        return {""} if record.filing.held and not releases_done(record) else set()
    return {person.id for person in who_is_held(record)}


def what_goes_on(record: Record, intervention: Intervention) -> list[str]:
    """Requests of a mediator to which everybody they were made about still agrees."""
    people = _about(record, intervention)
    return [
        request.kind
        for request in intervention.asked
        if all(may_be_asked_for(record, person, [request.kind]) for person in people)
    ]


def open_requests(record: Record) -> dict[str, list[str]]:
    """The open briefs of a case, and what goes on of each if keeping the report is taken back: to
    ask for the release of those who are held."""
    ids_held = whom_to_free(record)
    return {
        intervention.brief: [
            request.kind
            for request in intervention.asked
            if request.kind == RELEASE
            and set(_about(record, intervention)) <= ids_held
            and all(
                record.agreed_to("mediation", person) for person in _about(record, intervention)
            )
        ]
        for intervention in record.interventions
        if intervention.brief
    }


def _about(record: Record, intervention: Intervention) -> list[str]:
    there = set(record.codes)
    return [person for person in intervention.persons if person in there] or everybody(record)


def asked(
    record: Record,
    mediator: str,
    brief: str,
    requests: Sequence[str],
    now: datetime,
    persons: Sequence[str] = (),
) -> Intervention:
    """Add to the record that a mediator was asked for these things, about these persons."""
    intervention = Intervention(
        id=next_id(record.interventions, "i"),
        mediator=mediator,
        brief=brief,
        persons=list(persons),
        asked=[Asked(kind=kind) for kind in requests],
        asked_at=now,
    )
    record.interventions.append(intervention)
    return intervention


@dataclass(frozen=True)
class Result:
    """Result of one request: one of its `RESULTS`; of how many people, where that was asked."""

    kind: str
    result: str
    count: int | None = None


def is_result(one: Result, people: int) -> bool:
    """True if a mediator may say this of a request that was about so many people (0: not said)."""
    if one.result not in RESULTS.get(one.kind, ()):
        return False
    if one.kind not in FOR_PEOPLE or one.result == "none" or people < 2:
        return one.count is None
    return one.count is not None and 1 <= one.count <= people


@dataclass(frozen=True)
class Answer:
    """Answer of a mediator: a response, and results once it ended. `answered_at`: yes or no."""

    response: str
    results: tuple[Result, ...] = ()
    answered_at: datetime | None = None
    ended_at: datetime | None = None


def take_over(record: Record, answers: dict[str, Answer]) -> list[str]:
    """Write mediators' answers into the record; the briefs that are done with by that.

    A person who was let go with everybody that was asked for is free from then on. Of some of them
    nobody knows who, until an officer writes it down; nor of those who came on record later."""
    done = []
    for intervention in record.interventions:
        answer = answers.get(intervention.brief) if intervention.brief else None
        if answer is None:
            continue
        intervention.response, intervention.answered_at = answer.response, answer.answered_at
        if answer.results or answer.response in ("refused", "no_answer"):
            intervention.ended_at = answer.ended_at
            results = {result.kind: result for result in answer.results}
            for request in intervention.asked:
                # A brief of an older version asked for one thing only, and its answer names none.
                found = results.get(request.kind) or results.get("")
                if found is not None:
                    request.result, request.count = found.result, found.count
            _let_go(record, intervention)
            done.append(intervention.brief)
            intervention.brief = ""
    return done


def _let_go(record: Record, one: Intervention) -> None:
    everybody = any(
        request.result == "released" and request.count in (None, len(one.persons))
        for request in one.asked
    )
    for person in record.persons:
        if everybody and person.id in one.persons:
            person.released_at = person.released_at or one.ended_at


def somebody_is_free(record: Record) -> bool:
    """True if some were let go, and it is not on record yet who.

    A mediator had it done of those who were asked for: until as many as were let go, or more, stand
    there as free; without a number it was everybody who was named, or somebody where nobody was. Or
    a release was agreed and done of nobody in particular: until somebody stands there as free.
    """
    for intervention in record.interventions:
        everybody = len(intervention.persons) or 1
        free = [
            request.count or everybody
            for request in intervention.asked
            if request.result == "released"
        ]
        about = [
            person
            for person in record.persons
            if person.id in intervention.persons or not intervention.persons
        ]
        released = sum(person.released_at is not None for person in about)
        # A person who was taken off the record is not waited for.
        if released < min(max(free, default=0), len(about)):
            return True
    # Nor does a release that nobody is named in say who is free.
    of_nobody = any(is_of_nobody(record, release) for release in releases_done(record))
    free = [is_free(record, person) for person in record.persons]
    return of_nobody and bool(free) and not any(free)


def events_of(record: Record) -> list[Event]:
    """Answers of mediators, as steps of the case. `about` is the intervention's id."""
    events = []
    for intervention in record.interventions:
        if intervention.answered_at is not None and intervention.response in (
            "agreed",
            "refused",
            "ended",
        ):
            # What ended before she was done, she had agreed to.
            what = "mediator_refused" if intervention.response == "refused" else "mediator_agreed"
            events.append(
                Event(
                    what=what,
                    by=intervention.mediator,
                    at=intervention.answered_at,
                    about=intervention.id,
                )
            )
        if intervention.ended_at is not None and any(
            request.result for request in intervention.asked
        ):
            what = "mediation_ended"
            events.append(
                Event(
                    what=what,
                    by=intervention.mediator,
                    at=intervention.ended_at,
                    about=intervention.id,
                )
            )
    return events


@dataclass(frozen=True)
class Contact:
    """A name, such as a lawyer's or a commission's, and how to reach it. `by` proposed it."""

    name: str
    reach: str
    by: str = ""

    @property
    def digest(self) -> str:
        """Digest to which an agreement is given."""
        text = "\n".join((self.name, self.reach, self.by))
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    def as_kept(self) -> dict[str, str]:
        """As the settings keep it."""
        return {"name": self.name, "reach": self.reach, "by": self.by}


def contact_from(kept: Any) -> Contact | None:
    """A contact as it was kept, None if there is none."""
    if not isinstance(kept, Mapping) or not (kept.get("name") and kept.get("reach")):
        return None
    return Contact(str(kept["name"]), str(kept["reach"]), str(kept.get("by", "")))
