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
from enum import StrEnum
from typing import Any

from kash.incidents.rules.case_file import everybody
from kash.incidents.rules.clocks import is_free, is_of_nobody, releases_done, who_is_held
from kash.incidents.rules.consents import Conflict, Reader, Seen, conflict_of
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
# For how long a mediator's answer is waited for before the next is offered: usually, and while
# somebody is held.
WAITS, WAITS_HELD = timedelta(minutes=20), timedelta(minutes=5)
# With these a mediator is done with, though nothing came of it: she said no, or was taken off the
# list before she answered.
GIVES_UP = frozenset({"refused", "left"})


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
    free = [
        mediator for mediator in mediators if why_not_offered(mediator, record, seen=seen) is None
    ]
    return sorted(
        free,
        key=lambda one: (
            bool(station) and station not in one.stations,
            not one.on_duty(minute),
            one.account,
        ),
    )


class NotOffered(StrEnum):
    """Reason for which a mediator is not offered for a case."""

    OFF_DUTY = "off_duty"
    REFUSED = "refused"
    STATION = "station"
    # Has a part in it, told of it or said so herself: one word for all three, since the second
    # would say who reported it.
    KEPT_AWAY = "kept_away"


def why_not_offered(
    mediator: Mediator, record: Record, *, seen: Seen | None = None
) -> NotOffered | None:
    """Reason for which a mediator is not offered for a case, None if she is. What keeps her away
    from it comes last, so that a person who is off duty is not shown to have a part in it."""
    if not mediator.active:
        return NotOffered.OFF_DUTY
    if any(
        (intervention.mediator, intervention.response) == (mediator.account, "refused")
        for intervention in record.interventions
    ):
        return NotOffered.REFUSED
    conflict = conflict_of(mediator.reader, seen or record)
    if conflict is None:
        return None
    return NotOffered.STATION if conflict is Conflict.STATION else NotOffered.KEPT_AWAY


def is_late(asked_at: datetime, now: datetime, *, held: bool) -> bool:
    """True if a mediator who was asked has been silent for so long that the next is offered."""
    return now - asked_at >= (WAITS_HELD if held else WAITS)


def wants_the_next(record: Record, now: datetime) -> Intervention | None:
    """The request after which the next mediator is offered: the last one, if its mediator can't, or
    is silent for too long. None if there is none, or all that was asked is done."""
    last = record.interventions[-1] if record.interventions else None
    if last is None or last.asked_at is None:
        return None
    silent = bool(last.brief) and last.response == "waiting"
    late = silent and is_late(last.asked_at, now, held=bool(whom_to_free(record)))
    return last if late or last.response in GIVES_UP else None


def next_of(mediators: Iterable[Mediator], record: Record) -> Mediator | None:
    """The first of these mediators, as `may_mediate` orders them, who was not asked in this case
    yet; None if everybody was."""
    been_asked = {intervention.mediator for intervention in record.interventions}
    return next((one for one in mediators if one.account not in been_asked), None)


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


# Before a step that may expose her: each question with the one answer that does not worry.
SAFETY = {"guessed": "no", "safe_there": "yes", "knows_next": "yes"}


def asks_safety(record: Record, persons: Collection[str]) -> bool:
    """True if the questions of safety must be answered before something goes out about persons
    (ids; an empty one or none: everybody): not where one of them is held, who must not wait."""
    ids_held = whom_to_free(record)
    return not (ids_held.intersection(persons) if any(persons) else ids_held)


def worries(answers: Mapping[str, str]) -> list[str]:
    """The questions of safety that were answered so that she may be in danger."""
    return [name for name, good in SAFETY.items() if answers.get(name) not in ("", None, good)]


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
    """Result of one request: one of its `RESULTS`; of how many people, where that was asked; and
    when it was told."""

    kind: str
    result: str
    count: int | None = None
    at: datetime | None = None


def is_result(one: Result, people: int) -> bool:
    """True if a mediator may say this of a request that was about so many people (0: not said)."""
    if one.result not in RESULTS.get(one.kind, ()):
        return False
    if one.kind not in FOR_PEOPLE or one.result == "none" or people < 2:
        return one.count is None
    return one.count is not None and 1 <= one.count <= people


def is_final(one: Result, people: int) -> bool:
    """True if nothing more can come of a request: some of several may be let go later."""
    return one.count is None or one.count >= people


@dataclass(frozen=True)
class Answer:
    """Answer of a mediator: a response, and what came of it so far. `answered_at`: yes, no, or that
    she needs to talk; `ended_at`: when nothing more was to come. `reached`: her phone rang."""

    response: str
    results: tuple[Result, ...] = ()
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    read_at: datetime | None = None
    not_yet_at: datetime | None = None
    reached: bool = True


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
        intervention.read_at = answer.read_at or intervention.read_at
        intervention.not_yet_at, intervention.reached = answer.not_yet_at, answer.reached
        results = {result.kind: result for result in answer.results}
        for request in intervention.asked:
            # A brief of an older version asked for one thing only, and its answer names none.
            found = results.get(request.kind) or results.get("")
            if found is not None:
                request.result, request.count, request.at = found.result, found.count, found.at
        _let_go(record, intervention, answer.ended_at)
        if answer.ended_at is not None or answer.response in ("refused", "no_answer", "left"):
            intervention.ended_at = answer.ended_at
            done.append(intervention.brief)
            intervention.brief = ""
    return done


def _let_go(record: Record, one: Intervention, ended_at: datetime | None) -> None:
    released = [
        request.at or ended_at
        for request in one.asked
        if request.result == "released" and request.count in (None, len(one.persons))
    ]
    for person in record.persons:
        if released and person.id in one.persons:
            person.released_at = person.released_at or released[0]


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
    return [
        Event(what=what, by=intervention.mediator, at=at, about=intervention.id)
        for intervention in record.interventions
        for what, at in _steps_of(intervention)
        if at is not None
    ]


# What ended before she was done, she had agreed to.
_ANSWERS = {
    "agreed": "mediator_agreed",
    "ended": "mediator_agreed",
    "settled": "mediator_agreed",
    "refused": "mediator_refused",
    "talk": "mediator_talks",
}


def _steps_of(one: Intervention) -> list[tuple[str, datetime | None]]:
    steps = [("mediator_read", one.read_at)]
    if one.response == "left":
        steps.append(("mediator_left", one.ended_at))
    elif one.response in _ANSWERS:
        steps.append((_ANSWERS[one.response], one.answered_at))
    steps.append(("mediator_not_yet", one.not_yet_at))
    told = [request.at for request in one.asked if request.result and request.at]
    if one.ended_at is None and told:
        steps.append(("mediation_so_far", max(told)))
    elif one.response != "settled" and any(request.result for request in one.asked):
        steps.append(("mediation_ended", one.ended_at))
    return steps


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
