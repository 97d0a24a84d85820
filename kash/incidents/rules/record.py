"""The sealed record of an incident: who did what to whom, and what came of it.

This is what the vault's document of kind `incident` holds, as JSON. Parts name each other by short
ids of their own (`p1`, `a2`), accounts, services, stations and documents by their public ids. A
field that this version does not know is kept as it was read. Amounts are integer cents. Moments are
aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

PARTY_KINDS = ("police", "client", "other")
INVOLVEMENTS = ("did", "ordered", "present", "helped", "unclear")
RANK_BANDS = ("constable", "non_commissioned", "inspectorate", "gazetted", "reserve", "unknown")
AGE_BANDS = ("under_18", "18_24", "25_34", "35_44", "45_up", "unknown")
SOURCES = ("herself", "witness", "peer", "organisation", "document", "media", "other")
RELIABILITIES = ("confirmed", "likely", "uncertain", "doubtful")
PURPOSES = ("record", "mediation", "forum_totals", "forum_story", "funder", "court")
RESPONSES = ("waiting", "agreed", "refused", "no_answer", "passed_on")
RESULTS = ("", "released", "returned", "paid", "apology", "partly", "none")
TERM_KINDS = ("release", "return", "pay", "apologise")
REFERRAL_KINDS = ("legal", "medical", "shelter", "psychosocial", "oversight", "child_protection")
REFERRAL_OUTCOMES = ("", "reached", "helped", "refused", "not_reached")
LINK_KINDS = ("incident", "workshop", "meeting")


class Part(BaseModel):
    """What all parts of a record share."""

    model_config = ConfigDict(extra="allow", validate_assignment=False)


class Filing(Part):
    """How it came in. `author` is an account's public id, or empty; `filed_at` is to the hour.
    `paper_on` is the day that stands on the paper form from which it was entered.

    `screens` are the sealed documents of a phone's screens that nobody has put together yet, by the
    names of the screens. `held`: it was said that somebody is held or in danger at that moment.
    """

    how: Literal["phone", "form", "paper"] = "form"
    author: str = ""
    language: str = ""
    filed_at: datetime | None = None
    paper_on: date | None = None
    held: bool = False
    screens: dict[str, str] = Field(default_factory=dict)


class Happening(Part):
    """When it happened. `arrested_at` and `exposed_at` start clocks."""

    begun_on: date | None = None
    ended_on: date | None = None
    about_when: str = ""
    arrested_at: datetime | None = None
    exposed_at: datetime | None = None


class Place(Part):
    """Where: a ward by name, and the place in words."""

    ward: str = ""
    place: str = ""


class Person(Part):
    """Somebody to whom something was done, under a code. `identity` is the public id of a document
    in the compartment `identity`; `account` and `person` are set if she is known to be one here."""

    id: str
    code: str
    age_band: str = "unknown"
    note: str = ""
    identity: str = ""
    person: str = ""


class Party(Part):
    """Somebody who took part on the other side. `station` is an organisation's public id and
    `station_name` what it was called; `person` and `account` are public ids where the party is
    known here, which keeps that person away from the case."""

    id: str
    kind: str = "police"
    involvement: str = "did"
    station: str = ""
    station_name: str = ""
    unit: str = ""
    rank_band: str = "unknown"
    service_number: str = ""
    description: str = ""
    person: str = ""
    account: str = ""


class Act(Part):
    """One thing that was done: a code of `acts.ACTS`, to whom (ids of persons, none: all of them),
    by whom (ids of parties, none: all), an amount in cents where money or a thing was taken."""

    id: str
    code: str
    persons: list[str] = Field(default_factory=list)
    parties: list[str] = Field(default_factory=list)
    circumstances: str = ""
    amount: int | None = None
    currency: str = "KES"


class Information(Part):
    """From whom it is known, what connects the source with it, and how reliable that is."""

    id: str
    source: str = "herself"
    connection: str = ""
    reliability: str = "likely"
    note: str = ""


class Intervention(Part):
    """A mediator was asked. `mediator` is an account's public id, `brief` a brief's."""

    id: str
    mediator: str = ""
    brief: str = ""
    request: str = ""
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    response: str = "waiting"
    result: str = ""
    note: str = ""


class Term(Part):
    """What was agreed: owed by and to whom (ids of persons or parties), and when it was done."""

    id: str
    kind: str
    owed_by: str = ""
    owed_to: str = ""
    what: str = ""
    amount: int | None = None
    currency: str = "KES"
    due_on: date | None = None
    fulfilled_on: date | None = None


class Referral(Part):
    """Somebody was sent to a service of the directory; `service` is its public id."""

    id: str
    kind: str
    service: str = ""
    service_name: str = ""
    person: str = ""
    made_on: date | None = None
    due_on: date | None = None
    outcome: str = ""
    outcome_on: date | None = None
    note: str = ""


class Consent(Part):
    """One answer for one purpose, by one person or, if that is empty, by all. The newest counts."""

    purpose: str
    given: bool
    at: datetime
    by: str
    person: str = ""
    wording: str = ""


class Evidence(Part):
    """A sealed file of the case: `document` is the public id of its own vault document, which holds
    its hashes and custody; here stands what a list shows. `number` is told by papers, and is not
    given again within a case."""

    document: str
    number: int = 0
    label: str = ""
    kind: str = ""
    size: int = 0
    added_at: datetime | None = None
    added_by: str = ""


class Link(Part):
    """Another incident, or the workshop or meeting where it came up, by public id."""

    kind: str
    id: str
    note: str = ""


class Comment(Part):
    """What a member wrote to the others."""

    id: str
    by: str
    at: datetime
    text: str


class Event(Part):
    """One step of the case: a fixed word, who and when, the state it led to, what it is about (an
    id), and why."""

    what: str
    by: str
    at: datetime
    state: str = ""
    about: str = ""
    reason: str = ""


class Decision(Part):
    """Triage, verification or closing: who decided, what, and why."""

    by: str = ""
    at: datetime | None = None
    outcome: str = ""
    reason: str = ""


class Record(Part):
    """The whole of an incident. `paper_reference` is what papers call it, 12 characters as codes
    have, empty until it was first saved by a member: its public id stands on no paper, since who
    reads the audit trail in the database could look it up there."""

    edition: int = 1
    paper_reference: str = ""
    filing: Filing = Field(default_factory=Filing)
    happening: Happening = Field(default_factory=Happening)
    place: Place = Field(default_factory=Place)
    narrative: str = ""
    asked_for: str = ""
    persons: list[Person] = Field(default_factory=list)
    parties: list[Party] = Field(default_factory=list)
    acts: list[Act] = Field(default_factory=list)
    information: list[Information] = Field(default_factory=list)
    interventions: list[Intervention] = Field(default_factory=list)
    terms: list[Term] = Field(default_factory=list)
    referrals: list[Referral] = Field(default_factory=list)
    consents: list[Consent] = Field(default_factory=list)
    evidence: list[Evidence] = Field(default_factory=list)
    links: list[Link] = Field(default_factory=list)
    comments: list[Comment] = Field(default_factory=list)
    timeline: list[Event] = Field(default_factory=list)
    triage: Decision = Field(default_factory=Decision)
    verification: Decision = Field(default_factory=Decision)
    closing: Decision = Field(default_factory=Decision)
    urgent: bool = False
    assigned_to: str = ""
    # Accounts that said themselves that they must not work on this.
    declared: list[str] = Field(default_factory=list)

    def consents_to(self, purpose: str, person: str = "") -> bool:
        """Whether consent holds for a purpose: off until it was given, and until withdrawn.

        Of one person, or of the case: then everybody on record must consent, each by herself or by
        an answer that was given for all.
        """
        everyone = [person] if person else [one.id for one in self.persons] or [""]
        return all(self._answer(purpose, one) for one in everyone)

    def _answer(self, purpose: str, person: str) -> bool:
        answers = [
            one for one in self.consents if one.purpose == purpose and one.person in ("", person)
        ]
        return bool(answers) and max(answers, key=lambda one: one.at).given

    def has_minor(self) -> bool:
        """Whether somebody on record is under 18."""
        return any(one.age_band == "under_18" for one in self.persons)


def next_id(parts: Sequence[Part], letter: str) -> str:
    """A short id that no part of a list has: `a1`, `a2`, …"""
    taken = {getattr(part, "id", "") for part in parts}
    number = len(parts) + 1
    while f"{letter}{number}" in taken:
        number += 1
    return f"{letter}{number}"


def as_bytes(record: Record) -> bytes:
    """The record as it is sealed; what was never said is left out."""
    return record.model_dump_json(exclude_defaults=True).encode()


def from_bytes(plaintext: bytes) -> Record:
    """A record as it was sealed. Raises pydantic's ValidationError if it is none."""
    return Record.model_validate_json(plaintext)
