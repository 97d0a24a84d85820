"""Light records: from a case's JSON, as much as who may see it depends on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from kash.incidents.rules.ages import may_be_minor
from kash.incidents.rules.conflicts import Reader
from kash.incidents.rules.custodian_only import PROGRAMME, WHO, WHOM
from kash.incidents.rules.money import json_asks_for_a_decision


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


def light_record(record: Mapping[str, Any]) -> LightRecord:
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
        json_has_minor(record),
        json_asks_for_a_decision(record),
        frozenset(_tellers(record)),
        frozenset(_concerned(record)),
        frozenset(_unread(record)),
    )


def may_be_for_custodian(record: Mapping[str, Any]) -> bool:
    """True if a case is for a custodian alone, from its record's JSON, as `custodian_only` says."""
    return json_has_minor(record) or json_has_programme(record)


def json_has_programme(record: Mapping[str, Any]) -> bool:
    """True if a case is about the programme itself, or may be."""
    told = any(one.get("kind") == PROGRAMME for one in record.get("parties", ()))
    return told or WHO in _unread(record)


def json_has_minor(record: Mapping[str, Any]) -> bool:
    """True if somebody on record is under 18, or may be."""
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
