"""Finding cases by what their records say: folded words, and filters over a short summary.

A record is looked through as it was sealed, as JSON, before it is read: most do not hold the words
and need not be taken apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from kash.incidents.rules.acts import ARRESTS
from kash.incidents.rules.clocks import Moments
from kash.incidents.rules.conflicts import Reader
from kash.incidents.rules.consents import may_be_kept
from kash.incidents.rules.custodian_only import PROGRAMME, WHO, WHOM
from kash.incidents.rules.minors import may_be_minor
from kash.incidents.rules.money import json_asks_for_a_decision, json_waits_for_a_decision
from kash.incidents.rules.record import Record
from kash.incidents.rules.workflow import OVER

MOST_WORDS = 8


def fold(text: str) -> str:
    """A text without case, accents and kinds of apostrophes."""
    folded = text.casefold()
    if folded.isascii():
        return folded
    # What a letter is taken apart into may have a case again, as a mathematical capital does.
    for _ in range(2):
        folded = unicodedata.normalize("NFKD", folded).casefold()
    plain = folded.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _field_names(kind: type[BaseModel]) -> Iterator[str]:
    for name, field in kind.model_fields.items():
        yield name
        for inner in get_args(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from _field_names(inner)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _field_names(field.annotation)


# What stands in every sealed record besides what was said.
_FIELDS = frozenset(_field_names(Record))
_NAMES = re.compile(r'"[a-z_]+":')
_SIGNS = frozenset('"\\:,{}[]')


@dataclass(frozen=True)
class Wanted:
    """One typed word, folded, and codes of the record whose name holds it (`M1` for "extor")."""

    word: str
    codes: frozenset[str] = frozenset()

    @cached_property
    def plain(self) -> bool:
        """True if it stands in JSON as it is typed: else a record has to be read to be sure."""
        return _SIGNS.isdisjoint(self.word)

    @cached_property
    def names_a_field(self) -> bool:
        """True if it stands in every record, besides where it was said."""
        return any(self.word in name for name in _FIELDS)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """How its codes stand in folded JSON."""
        return tuple(f'"{code.casefold()}"' for code in sorted(self.codes))


def wanted_words(text: str, names: Mapping[str, Collection[str]]) -> list[Wanted]:
    """The first words of what was typed. `names` are what codes are called, in every language."""
    words = list(dict.fromkeys(fold(text).split()))[:MOST_WORDS]
    folded = {code: [fold(name) for name in called] for code, called in names.items()}
    return [
        Wanted(
            word,
            frozenset(
                code
                for code, called in folded.items()
                if len(word) > 2 and any(word in name for name in called)
            ),
        )
        for word in words
    ]


def as_searched(plaintext: bytes, wanted: Collection[Wanted]) -> str:
    """A sealed record as it is looked through: folded, and without the names of its fields if one
    of the words is part of one. A line break stands there as JSON writes it, a backslash and an n.
    """
    text = plaintext.decode()
    # A quotation mark that somebody typed stands after a backslash, so that no name is made of it.
    return fold(_NAMES.sub(" ", text) if any(one.names_a_field for one in wanted) else text)


def may_hold(searched: str, reference: str, wanted: Collection[Wanted]) -> bool:
    """True if a record may hold all words. Never wrongly False, and sure of plain words."""
    return all(
        one.word in searched
        or one.word in reference
        or not one.plain
        or any(mark in searched for mark in one.marks)
        for one in wanted
    )


def holds(record: Any, reference: str, wanted: Collection[Wanted]) -> bool:
    """True if a record's values, not the names of its fields, hold every word."""
    if not wanted:
        return True
    values = [fold(value) for value in _texts(record)]
    codes = frozenset(value.upper() for value in values if len(value) < 4)
    return all(
        one.word in reference or one.codes & codes or any(one.word in value for value in values)
        for one in wanted
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)


class LightParty(NamedTuple):
    """A party, as far as a conflict of interest needs it."""

    kind: str
    station: str
    service_number: str
    person: str
    account: str


class LightRecord(NamedTuple):
    """A record, as far as who may see it depends on it."""

    parties: list[LightParty]
    declared: list[str]
    minor: bool
    asks: bool
    tellers: frozenset[str]
    concerned: frozenset[str]
    screens: frozenset[str] = frozenset()

    def unread(self) -> frozenset[str]:
        """Screens of a phone that nobody could put together with it, by their names."""
        return self.screens

    def asks_for_a_decision(self) -> bool:
        """True if the custodian decides about a report of bribery, or a term set aside."""
        return self.asks

    def has_minor(self) -> bool:
        """True if somebody on record is under 18, or may be."""
        return self.minor

    def told_by(self) -> frozenset[str]:
        """Accounts from which it is known."""
        return self.tellers

    def is_about(self) -> frozenset[str]:
        """Persons known here to whom it was done, or from whom it is known."""
        return self.concerned


def light(record: Mapping[str, Any]) -> LightRecord:
    """Light record: all that decides who may see it, from a record's JSON."""
    return LightRecord(
        [
            LightParty(
                party.get("kind", "police"),
                party.get("station", ""),
                party.get("service_number", ""),
                party.get("person", ""),
                party.get("account", ""),
            )
            for party in record.get("parties", ())
        ],
        list(record.get("declared", ())),
        _has_minor(record),
        json_asks_for_a_decision(record),
        frozenset(_tellers(record)),
        frozenset(_concerned(record)),
        frozenset(_unread(record)),
    )


def may_be_for_custodian(record: Mapping[str, Any]) -> bool:
    """True if a case is for a custodian alone, from its record's JSON, as `custodian_only` says."""
    return _has_minor(record) or _has_programme(record)


def _has_programme(record: Mapping[str, Any]) -> bool:
    told = any(one.get("kind") == PROGRAMME for one in record.get("parties", ()))
    return told or WHO in _unread(record)


def _has_minor(record: Mapping[str, Any]) -> bool:
    told = any(may_be_minor(one.get("age_band", "")) for one in record.get("persons", ()))
    return told or WHOM in _unread(record)


def _unread(record: Mapping[str, Any]) -> Mapping[str, str]:
    found: Mapping[str, str] = record.get("filing", {}).get("screens", {})
    return found


def _tellers(record: Mapping[str, Any]) -> Iterator[str]:
    filing = record.get("filing", {})
    if filing.get("how") == "phone" and filing.get("author"):
        yield filing["author"]
    for one in record.get("information", ()):
        if one.get("account"):
            yield one["account"]


def _concerned(record: Mapping[str, Any]) -> Iterator[str]:
    for group in ("persons", "information"):
        for one in record.get(group, ()):
            if one.get("person"):
                yield one["person"]


def may_have_part(reader: Reader, record: Mapping[str, Any]) -> bool:
    """True if a reader may have a part in a case, from its record's JSON: never wrongly False, and
    quick, since of nearly all cases it is False. What decides is `conflicts.conflict_of`."""
    if record.get("declared") or reader.account in _tellers(record):
        return True
    if reader.person and reader.person in _concerned(record):
        return True
    stations, numbered = reader.stations, reader.service_numbers
    for party in record.get("parties", ()):
        if party.get("account") or party.get("person"):
            return True
        if stations and party.get("station") in stations:
            return True
        if numbered and party.get("service_number"):
            return True
    return False


class Summary(NamedTuple):
    """One line of the register: what a list shows of a case, and what filters ask of it.

    `due_on` is the earliest day on which something promised is not done; `moments` start the clocks
    of those who are on record; `held`: it came in saying that somebody is held or in danger, and
    nobody says otherwise yet; `to_ask`: it was verified, and somebody was not asked yet what is
    wanted.
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
        minor=_has_minor(record),
        programme=_has_programme(record),
        consent=may_be_kept(record.get("consents", ()), [person["id"] for person in persons]),
        assigned_to=record.get("assigned_to", ""),
        moments=moments,
        due_on=_day(min(due)) if due else None,
        evidence=len(record.get("evidence", ())),
        undecided=json_waits_for_a_decision(record),
        held=said_held(record) and state not in OVER and not let_go(record),
        to_ask=state == "verified" and _is_to_ask(record),
    )


def said_held(record: Mapping[str, Any]) -> bool:
    """True if it came in saying that somebody is held or in danger."""
    return bool(record.get("filing", {}).get("held"))


def _is_to_ask(record: Mapping[str, Any]) -> bool:
    # As her_choice.to_ask, which a test compares with this.
    said = {one.get("person", "") for one in record.get("choices", ()) if one.get("wanted")}
    return not ({one["id"] for one in record.get("persons", ())} or {""}) <= said


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
    return all(one.get("released_at") or one["id"] in freed for one in held or persons)


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
        if arrested and (one.get("released_at") or one["id"] in freed):
            arrested = None
        if arrested or exposed:
            yield Moments(one["id"], _moment(arrested), _moment(exposed))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
