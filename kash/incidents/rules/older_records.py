"""Age bands of a person who is or may be under 18, and what nobody of such an age can agree to.
Records that an older version sealed, brought into today's shape where they are read. A sealed
record cannot be changed by a migration of the database. What is read is JSON; fields that nobody
knows stay as they are, and what is up to date already is left alone. Edition 2: each person has her
own arrest, exposure and release; consents from phones say how they are known; what was asked for
(`wanted`) is no longer a term; a mediator is asked for several things. Edition 3: terms that owe a
public officer are set aside for the custodian (`money`); consents that were not read out to her are
wishes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from kash.incidents.rules.money import question_terms

MAY_BE_MINOR = frozenset({"under_18", "unsure"})
# To these nobody can agree while somebody on record is or may be a child, for herself or another.
NEVER_FOR_MINORS = frozenset({"forum_totals", "forum_story", "funder"})
# To these each adult agrees alone, and for a child her guardian, by a paper.
BY_GUARDIAN = frozenset({"court", "health"})


def may_be_minor(age_band: str) -> bool:
    """True if somebody of this age band is under 18, or may be."""
    return age_band in MAY_BE_MINOR


EDITION = 3
_BEGINS = b'{"edition":%d' % EDITION
# Ids that a phone's wishes got, when they were kept as terms.
_WISH = re.compile(r"t\d{1,2}")
_SAID_OF_A_TERM = ("owed_by", "owed_to", "what", "amount", "due_on", "fulfilled_on")

Json = dict[str, Any]


def is_up_to_date(plaintext: bytes) -> bool:
    """True if a sealed record is of this edition, from how it begins."""
    return plaintext.startswith(_BEGINS)


def brought_up_to_date(record: Json) -> Json:
    """A record's JSON in today's shape; the same if it is that already. What is given may be
    changed. Raises ValueError, TypeError, AttributeError or KeyError if it is no record."""
    edition = record.get("edition", 0)
    for number, steps in ((2, _TO_2), (3, _TO_3)):
        if edition < number:
            for step in steps:
                step(record)
            record["edition"] = number
    return record


def origin_of(said: str, teller: str, number: int, persons: int, *, keep: bool = False) -> str:
    """How a consent from a phone is known of the person with this number (from 0), of so many.

    `said` is what the reporter answered, `teller` whose words they are. Without an answer it is
    known only of one person, who told it or was told of. A person who says it of herself says it of
    nobody else: of several she is the first. `keep`: it is a tick that the report be kept, which
    counts for all of them unless it was said that they could not be asked."""
    if said == "told_reporter" or (not said and teller == "peer" and persons <= 1):
        return "told_reporter"
    hers = said == "herself" or (not said and teller == "herself" and persons <= 1)
    if hers and number == 0:
        return "herself"
    # A person who skipped a question did not ask that the report be deleted.
    return "told_reporter" if keep and not said else "not_asked"


def _give_moments_to_persons(record: Json) -> None:
    happening = record.get("happening", {})
    moments = {
        name: happening.pop(name)
        for name in ("arrested_at", "exposed_at")
        if happening.get(name) is not None
    }
    persons = record.setdefault("persons", [])
    if moments and not persons:
        # A moment belongs to somebody, though nobody said to which person.
        persons.append({"id": "p1", "code": "P1"})
    freed = [
        intervention.get("answered_at")
        or intervention.get("asked_at")
        or moments.get("arrested_at")
        for intervention in record.get("interventions", ())
        if intervention.get("result") == "released"
    ]
    for person in persons:
        for name, moment in moments.items():
            person.setdefault(name, moment)
        # Of several nobody says who it was: somebody is asked, and each clock runs on until then.
        if freed and freed[0] and len(persons) == 1:
            person.setdefault("released_at", freed[0])


def _tell_asked_from_agreed(record: Json) -> None:
    terms = record.get("terms", [])
    wishes = [
        term
        for term in terms
        if _WISH.fullmatch(term["id"])
        and all(term.get(name) in (None, "") for name in _SAID_OF_A_TERM)
    ]
    if wishes:
        record["wanted"] = list(
            dict.fromkeys([*record.get("wanted", []), *(wish["kind"] for wish in wishes)])
        )
        record["terms"] = [term for term in terms if term not in wishes]


def _let_mediators_be_asked_for_several(record: Json) -> None:
    for intervention in record.get("interventions", ()):
        kind, result = intervention.pop("request", ""), intervention.pop("result", "")
        if kind or result:
            intervention.setdefault("asked", [{"kind": kind, "result": result}])
        if result and intervention.get("answered_at"):
            intervention.setdefault("ended_at", intervention["answered_at"])


def _say_how_consents_are_known(record: Json) -> None:
    # What officers note has a version of its words; what a phone sent had none.
    information, persons = record.get("information", ()), record.get("persons", ())
    teller = information[0].get("source", "herself") if information else ""
    consents = []
    for consent in record.get("consents", ()):
        if (
            consent.get("wording")
            or consent.get("origin")
            or consent.get("person")
            or not consent["given"]
        ):
            consents.append(consent)
            continue
        everyone = [person["id"] for person in persons] or [""]
        consents += [
            consent
            | {
                "person": person,
                "origin": origin_of(
                    "", teller, number, len(everyone), keep=consent["purpose"] == "record"
                ),
            }
            for number, person in enumerate(everyone)
        ]
    if consents:
        record["consents"] = consents


def _name_who_was_released(record: Json) -> None:
    # A release that named nobody once freed everybody. Of one woman it is plain whose it was; of
    # several, somebody has to say who, and the clock runs on for each until then.
    persons = record.get("persons", ())
    if len(persons) != 1:
        return
    for term in record.get("terms", ()):
        if term["kind"] == "release" and term.get("fulfilled_on"):
            term["owed_to"] = persons[0]["id"]


_TO_2: tuple[Callable[[Json], None], ...] = (
    _give_moments_to_persons,
    _tell_asked_from_agreed,
    _let_mediators_be_asked_for_several,
    _say_how_consents_are_known,
)


def _make_wishes_of_what_was_not_read_out(record: Json) -> None:
    # What officers note has a version of its words. A no counts however it is known.
    for consent in record.get("consents", ()):
        read_out = consent.get("wording") and consent.get("origin", "herself") == "herself"
        if consent["given"] and not read_out:
            consent["wish"] = True


def _keep_what_was_ticked(record: Json) -> None:
    # That she could not be asked was once noted too where the question was skipped. Only of one
    # person, whose words it is, was it always chosen. What was deleted cannot be brought back.
    information, persons = record.get("information", ()), record.get("persons", ())
    teller = information[0].get("source", "") if information else ""
    if teller in ("herself", "peer") and len(persons) <= 1:
        return
    ticked = [
        consent
        for consent in record.get("consents", ())
        if consent["purpose"] == "record" and consent["given"] and not consent.get("wording")
    ]
    if all(consent.get("origin") == "not_asked" for consent in ticked):
        for one in ticked:
            one["origin"] = "told_reporter"


def _take_children_from_officers(record: Json) -> None:
    # Such a case is for a custodian alone now, in whose queue it stands once nobody has it.
    if any(may_be_minor(person.get("age_band", "")) for person in record.get("persons", ())):
        record.pop("assigned_to", None)


_TO_3: tuple[Callable[[Json], None], ...] = (
    question_terms,
    _name_who_was_released,
    _make_wishes_of_what_was_not_read_out,
    _keep_what_was_ticked,
    _take_children_from_officers,
)
