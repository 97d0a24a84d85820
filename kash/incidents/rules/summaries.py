"""Summaries: one line of the register for each case, from its record's JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from kash.incidents.rules.acts import ARRESTS
from kash.incidents.rules.clocks import Moments
from kash.incidents.rules.consents import is_of_earlier_words, may_be_kept
from kash.incidents.rules.light_records import json_has_minor, json_has_programme
from kash.incidents.rules.money import json_waits_for_a_decision
from kash.incidents.rules.record import Record
from kash.incidents.rules.retention import is_to_be_asked
from kash.incidents.rules.workflow import OVER

# While a case is in one of these, somebody else may be asked where a mediator said no.
_WANTING_HELP = frozenset({"submitted", "triaged", "verified", "mediation"})


class Summary(NamedTuple):
    """One line of the register: what a list shows of a case, and what filters ask of it.

    `due_on` is the earliest day on which something promised is not done; `moments` start the clocks
    of those who are on record; `held`: it came in saying that somebody is held or in danger, and
    nobody says otherwise yet; `to_ask`: it was verified, and somebody was not asked yet what is
    wanted; `refused`: whoever was asked last to mediate cannot, and nobody else is asked;
    `taken_back`: something was taken back by its receipt that no member has read yet, which its
    record does not tell; `to_ask_each`: one wanted it kept and it was taken back or refused by
    another, so that each is asked.
    """

    reference: str
    state: str
    filed_at: datetime | None
    begun_on: date | None
    acts: tuple[str, ...]
    ward: str
    stations: tuple[str, ...]
    urgent: bool
    minor: bool
    consent: bool
    assigned_to: str
    moments: tuple[Moments, ...]
    due_on: date | None
    evidence: int
    held: bool = False
    # A custodian has to decide about a term that was set aside, or about a report.
    undecided: bool = False
    programme: bool = False
    to_ask: bool = False
    refused: bool = False
    taken_back: bool = False
    to_ask_each: bool = False
    # How many people are asked again, since their yes was to earlier words.
    ask_again: int = 0
    # Accounts that asked for something on which a second member decides.
    proposed_by: tuple[str, ...] = ()
    # And such as have not read yet what was said to that.
    answered: tuple[str, ...] = ()

    @property
    def for_custodian(self) -> bool:
        """True if it is for a custodian alone."""
        return self.minor or self.programme

    @property
    def day(self) -> str:
        """The day of what happened, else of when it came in, as `2026-11-16`."""
        day = self.begun_on or self.filed_at
        return "" if day is None else f"{day.year:04}-{day.month:02}-{day.day:02}"

    @property
    def month(self) -> str:
        """The month of that day, as `2026-11`."""
        return self.day[:7]


def summary_of(reference: str, state: str, record: Mapping[str, Any]) -> Summary:
    """The line of a case, from its record's JSON. Raises ValueError, TypeError, AttributeError or
    KeyError if it is none."""
    happening = record.get("happening", {})
    due = _due(record)
    persons, moments = record.get("persons", ()), tuple(_moments(record))
    return Summary(
        reference=reference,
        state=state,
        filed_at=_moment(record.get("filing", {}).get("filed_at")),
        begun_on=_day(happening.get("begun_on")),
        acts=tuple(dict.fromkeys(act["code"] for act in record.get("acts", ()))),
        ward=record.get("place", {}).get("ward", ""),
        stations=tuple(
            dict.fromkeys(
                party["station_name"]
                for party in record.get("parties", ())
                if party.get("station_name")
            )
        ),
        urgent=bool(record.get("urgent")),
        minor=json_has_minor(record),
        programme=json_has_programme(record),
        consent=may_be_kept(record.get("consents", ()), [person["id"] for person in persons]),
        assigned_to=record.get("assigned_to", ""),
        moments=moments,
        due_on=_day(min(due)) if due else None,
        evidence=len(record.get("evidence", ())),
        undecided=json_waits_for_a_decision(record),
        held=said_held(record) and state not in OVER and not let_go(record),
        to_ask=state == "verified" and _is_to_ask(record),
        refused=state in _WANTING_HELP and _is_refused(record),
        to_ask_each=_is_to_ask_each(record),
        ask_again=0 if state in OVER else _to_ask_again(record),
        proposed_by=tuple(one["by"] for one in record.get("proposals", ())),
        answered=tuple(one["by"] for one in record.get("member_answers", ())),
    )


def said_held(record: Mapping[str, Any]) -> bool:
    """True if it came in saying that somebody is held or in danger."""
    return bool(record.get("filing", {}).get("held"))


def _is_to_ask(record: Mapping[str, Any]) -> bool:
    # As her_choice.to_ask, which a test compares with this.
    said = {one.get("person", "") for one in record.get("choices", ()) if one.get("wanted")}
    return not ({one["id"] for one in record.get("persons", ())} or {""}) <= said


def _is_to_ask_each(record: Mapping[str, Any]) -> bool:
    # Of nearly all it is told without reading them.
    said = [one for one in record.get("consents", ()) if one["purpose"] == "record"]
    refused = any(not (one["given"] or one.get("wish")) for one in said)
    return refused and is_to_be_asked(Record.model_validate(record))


def _to_ask_again(record: Mapping[str, Any]) -> int:
    # Of nearly all it is told without reading them.
    earlier = any(
        one["given"]
        and not one.get("wish")
        and is_of_earlier_words(one["purpose"], one.get("wording", ""))
        for one in record.get("consents", ())
    )
    return len(Record.model_validate(record).who_is_asked_again()) if earlier else 0


def _is_refused(record: Mapping[str, Any]) -> bool:
    asked = record.get("interventions", ())
    # Who still has a brief may help.
    waits = any(one.get("brief") for one in asked)
    return bool(asked) and asked[-1].get("response") == "refused" and not waits


def let_go(record: Mapping[str, Any]) -> bool:
    """True if everybody is free who may have been held: of whom an arrest is known or told of, else
    all who are on record, else whoever a release was agreed and done for."""
    persons = record.get("persons", ())
    if not persons:
        return any(
            one["kind"] == "release" and one.get("fulfilled_on") for one in record.get("terms", ())
        )
    freed, arrests = (
        _freed(record),
        [one for one in record.get("acts", ()) if one["code"] in ARRESTS],
    )
    of_all = any(not act.get("persons") for act in arrests)
    told = {person for act in arrests for person in act.get("persons", ())}
    held = [one for one in persons if of_all or one.get("arrested_at") or one["id"] in told]
    return all(
        one.get("released_at") or one.get("not_known_at") or one["id"] in freed
        for one in held or persons
    )


def _freed(record: Mapping[str, Any]) -> set[str]:
    # As clocks.is_free, which a test compares with this.
    ids = [one["id"] for one in record.get("persons", ())]
    owed = {
        one.get("owed_to", "")
        for one in record.get("terms", ())
        if one["kind"] == "release" and one.get("fulfilled_on")
    }
    alone = set(ids) if len(ids) == 1 and owed else set()
    return owed.intersection(ids) | alone


def _due(record: Mapping[str, Any]) -> list[str]:
    terms, referrals = record.get("terms", ()), record.get("referrals", ())
    due = [one["due_on"] for one in terms if one.get("due_on") and not one.get("fulfilled_on")]
    due += [one["due_on"] for one in referrals if one.get("due_on") and not one.get("outcome")]
    return due


def _moments(record: Mapping[str, Any]) -> Iterator[Moments]:
    # As clocks.moments_of, which a test compares with this.
    freed = _freed(record)
    for one in record.get("persons", ()):
        arrested, exposed = one.get("arrested_at"), one.get("exposed_at")
        stops = ("released_at", "before_court_at", "not_known_at")
        if arrested and (any(one.get(name) for name in stops) or one["id"] in freed):
            arrested = None
        if arrested or exposed:
            done = frozenset(one.get("limits", ()))
            yield Moments(one["id"], _moment(arrested), _moment(exposed), done)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
