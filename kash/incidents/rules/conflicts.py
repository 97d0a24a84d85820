"""Conflicts of interest: nobody reads, verifies or mediates a case who is part of it, told of it or
serves where it happened, staff included.

An officer who wrote down what somebody told her is no source: she goes on working on it, and only
another verifies it (`workflow`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class ConflictParty(Protocol):
    """A party, as far as it counts here (`record.Party`)."""

    @property
    def kind(self) -> str:
        """`police`, or another kind."""

    @property
    def station(self) -> str:
        """An organisation's public id, or empty."""

    @property
    def service_number(self) -> str:
        """As written, or empty."""

    @property
    def person(self) -> str:
        """A person's public id, or empty."""

    @property
    def account(self) -> str:
        """An account's public id, or empty."""


class Concerning(Protocol):
    """A record, as far as it counts here (`record.Record`)."""

    @property
    def parties(self) -> Sequence[ConflictParty]:
        """People who took part."""

    @property
    def declared(self) -> Sequence[str]:
        """Accounts that said that they must not work on it."""

    def told_by(self) -> Collection[str]:
        """Accounts from which it is known: who filed it on a phone, and sources."""

    def is_about(self) -> Collection[str]:
        """Persons known here to whom it was done, or from whom it is known, by public id."""


class Conflict(StrEnum):
    """Why somebody is kept away."""

    NAMED = "named"
    STATION = "station"
    DECLARED = "declared"
    TOLD = "told"


@dataclass(frozen=True)
class Reader:
    """Reader as far as she is known here: public ids, and service numbers as written.

    `stations` are all the stations at which she serves, or ever served.
    """

    account: str
    person: str = ""
    stations: frozenset[str] = frozenset()
    service_numbers: frozenset[str] = field(default=frozenset())


def service_number_as_read(number: str) -> str:
    """A service number in its one form: its digits, however it is written ("P/No. 04 177"). One
    with fewer than three digits keeps its letters."""
    digits = "".join(letter for letter in number if letter.isdecimal())
    if len(digits) >= 3:
        return digits.lstrip("0")
    return "".join(letter for letter in number.casefold() if letter.isalnum()).lstrip("0")


def conflict_of(reader: Reader, record: Concerning) -> Conflict | None:
    """Why this reader must not see the case, None if she may."""
    if reader.account in record.declared:
        return Conflict.DECLARED
    if reader.account in record.told_by():
        return Conflict.TOLD
    if reader.person and reader.person in record.is_about():
        return Conflict.NAMED
    numbers = {service_number_as_read(number) for number in reader.service_numbers} - {""}
    for party in record.parties:
        if party.account and party.account == reader.account:
            return Conflict.NAMED
        if party.person and party.person == reader.person:
            return Conflict.NAMED
        if service_number_as_read(party.service_number) in numbers:
            return Conflict.NAMED
    if reader.stations & implicated_stations(record):
        return Conflict.STATION
    return None


def implicated_stations(record: Concerning) -> frozenset[str]:
    """The stations whose officers are parties to a case, by public id."""
    return frozenset(
        party.station for party in record.parties if party.kind == "police" and party.station
    )


def free_of_conflict(readers: Iterable[Reader], record: Concerning) -> list[Reader]:
    """Those who may have to do with a case."""
    return [reader for reader in readers if conflict_of(reader, record) is None]
