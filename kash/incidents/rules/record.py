"""The sealed record of an incident: who did what to whom, and what came of it.

This is what the vault's document of kind `incident` holds, as JSON. Parts name each other by short
ids of their own (`p1`, `a2`), accounts, services, stations and documents by their public ids. A
field that this version does not know is kept as it was read. Amounts are integer cents. Moments are
aware and in UTC. What an older version sealed is brought into this shape where it is read
(`older_records`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from kash.incidents.rules.consents import Consent, holds, standing
from kash.incidents.rules.her_choice import Choice
from kash.incidents.rules.minors import NEVER_FOR_MINORS, may_be_minor
from kash.incidents.rules.money import asks_for_a_decision
from kash.incidents.rules.older_records import EDITION, brought_up_to_date, is_up_to_date
from kash.incidents.rules.taking import Taking

PARTY_KINDS = (
    "police",
    "county_officer",
    "prison",
    "client",
    "partner",
    "landlord_venue",
    "health_worker",
    "public_mob",
    "programme",
    "other",
)
INVOLVEMENTS = ("did", "ordered", "present", "helped", "unclear")
RANK_BANDS = ("constable", "non_commissioned", "inspectorate", "gazetted", "reserve", "unknown")
# `unsure`: she may be under 18; `unknown`: nobody said anything of it.
AGE_BANDS = ("under_18", "unsure", "18_24", "25_34", "35_44", "45_up", "unknown")
SOURCES = ("herself", "witness", "peer", "organisation", "document", "media", "other")
RELIABILITIES = ("confirmed", "likely", "uncertain", "doubtful")
RESPONSES = ("waiting", "agreed", "refused", "no_answer", "passed_on", "ended")
TERM_KINDS = ("release", "return", "pay", "apologise")
REFERRAL_KINDS = ("legal", "medical", "shelter", "psychosocial", "oversight", "child_protection")
REFERRAL_OUTCOMES = ("", "reached", "helped", "refused", "not_reached")
LINK_KINDS = ("incident", "workshop", "meeting")


class Part(BaseModel):
    """What all parts of a record share."""

    model_config = ConfigDict(extra="allow", validate_assignment=False)


class Filing(Part):
    """How it came in. `author` is an account's public id, or empty; `filed_at` is to the hour,
    or to the minute if somebody was held.
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
    """When it happened."""

    begun_on: date | None = None
    ended_on: date | None = None
    about_when: str = ""


class Place(Part):
    """Where: a ward by name, and the place in words."""

    ward: str = ""
    place: str = ""


class Person(Part):
    """Somebody to whom something was done, under a code. `identity` is the public id of a document
    in the compartment `identity`; `person` is set if she is known to be one here. `arrested_at` and
    `exposed_at` start clocks of her own, `released_at` ends that of the court."""

    id: str
    code: str
    age_band: str = "unknown"
    # Of whoever is or may be under 18 and is held: one of `minors.AMONG_ADULTS`.
    among_adults: str = ""
    note: str = ""
    arrested_at: datetime | None = None
    exposed_at: datetime | None = None
    released_at: datetime | None = None
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
    """From whom it is known, what connects the source with it, and how reliable that is. `account`
    and `person` are set if the source is known here, which keeps her away from the case."""

    id: str
    source: str = "herself"
    connection: str = ""
    reliability: str = "likely"
    note: str = ""
    account: str = ""
    person: str = ""


class Asked(Part):
    """One thing that a mediator was asked for, and what came of it: a code of `mediation.RESULTS`,
    and for how many where it is about people."""

    kind: str
    result: str = ""
    count: int | None = None


class Intervention(Part):
    """A mediator was asked, about these persons (ids; none: nobody was on record then), who stay
    named here though one be taken off the record. `mediator` is an account's public id, `brief` a
    brief's. `answered_at`: when she said yes or no; `ended_at`: how it ended."""

    id: str
    mediator: str = ""
    brief: str = ""
    persons: list[str] = Field(default_factory=list)
    asked: list[Asked] = Field(default_factory=list)
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    response: str = "waiting"
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


class CashBail(Part):
    """Cash bail for a person (an id), paid to a station or a court and to nobody's hand: one of
    `cash_bail.PLACES`, an organisation's public id and what it is called. Without a `receipt` none
    was given, and it may have been no bail. What came back is there with its day."""

    id: str
    person: str = ""
    amount: int
    currency: str = "KES"
    receipt: str = ""
    paid_on: date | None = None
    paid_to: str = "station"
    place: str = ""
    place_name: str = ""
    returned_on: date | None = None
    returned_amount: int | None = None


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
    """The whole of an incident.

    `paper_reference` is what papers call it, 12 characters as codes have, empty until it was first
    saved by a member: its public id stands on no paper, since who reads the audit trail in the
    database could look it up there. `wanted` is what was asked for, as codes of
    `mediation.REQUESTS`, and `asked_for` that in her words; `terms` are what was agreed, which is
    another thing. `questioned_terms` owe a public officer and were agreed by nobody: they wait for
    the custodian, and `was_questioned` says that she took one out. `duty_note` is the sealed
    document in which custodians keep what they decided about a report of bribery. `first_accounts`
    and `sealed_changes` are documents of their own, by public id: what came in, as it did, and what
    was changed since (`first_account`, `changes`).
    """

    # 0 until it is sealed; it stands first in what is.
    edition: int = 0
    paper_reference: str = ""
    filing: Filing = Field(default_factory=Filing)
    happening: Happening = Field(default_factory=Happening)
    place: Place = Field(default_factory=Place)
    narrative: str = ""
    asked_for: str = ""
    wanted: list[str] = Field(default_factory=list)
    persons: list[Person] = Field(default_factory=list)
    parties: list[Party] = Field(default_factory=list)
    acts: list[Act] = Field(default_factory=list)
    information: list[Information] = Field(default_factory=list)
    interventions: list[Intervention] = Field(default_factory=list)
    terms: list[Term] = Field(default_factory=list)
    questioned_terms: list[Term] = Field(default_factory=list)
    bail: list[CashBail] = Field(default_factory=list)
    was_questioned: bool = False
    duty_note: str = ""
    # Its newest says that counsel was asked, so that nothing is decided.
    duty_waits: bool = False
    referrals: list[Referral] = Field(default_factory=list)
    consents: list[Consent] = Field(default_factory=list)
    choices: list[Choice] = Field(default_factory=list)
    # What somebody said herself to what may harm her (`mediation_gate.CHARGE`).
    own_words: list[Consent] = Field(default_factory=list)
    evidence: list[Evidence] = Field(default_factory=list)
    links: list[Link] = Field(default_factory=list)
    comments: list[Comment] = Field(default_factory=list)
    timeline: list[Event] = Field(default_factory=list)
    triage: Decision = Field(default_factory=Decision)
    verification: Decision = Field(default_factory=Decision)
    closing: Decision = Field(default_factory=Decision)
    taking: Taking = Field(default_factory=Taking)
    first_accounts: list[str] = Field(default_factory=list)
    sealed_changes: list[str] = Field(default_factory=list)
    urgent: bool = False
    assigned_to: str = ""
    # Accounts that said themselves that they must not work on this.
    declared: list[str] = Field(default_factory=list)

    def consents_to(self, purpose: str, person: str = "") -> bool:
        """Whether consent holds for a purpose: off until it was given, and until withdrawn.

        Of one person, or of the case: then everybody on record must consent, each by herself or by
        an answer that was given for all (`consents`). Of whoever could not be asked, it holds for
        `UNASKED`; so does what a phone sent that named nobody, once several are on record. To what
        is never done with a child's case nobody consents while one is, or may be, on record.
        """
        if purpose in NEVER_FOR_MINORS and self.has_minor():
            return False
        return all(holds(self._answer(purpose, one)) for one in self._everyone(person))

    def is_unasked(self, purpose: str, person: str = "") -> bool:
        """Whether consent holds, but somebody could not be asked and has not confirmed it yet."""
        return self.consents_to(purpose, person) and any(
            answer.origin == "not_asked" for answer in self.answers_to(purpose, person)
        )

    def answers_to(self, purpose: str, person: str = "") -> Iterator[Consent]:
        """What counts of one person, or of each on record; none of whoever said nothing."""
        for one in self._everyone(person):
            found = self._answer(purpose, one)
            if found is not None:
                yield found

    def _everyone(self, person: str) -> list[str]:
        return [person] if person else [one.id for one in self.persons] or [""]

    def _answer(self, purpose: str, person: str) -> Consent | None:
        return standing(self.consents, purpose, person, several=len(self.persons) > 1)

    def told_by(self) -> set[str]:
        """Accounts from which it is known: who filed it on a phone, and sources."""
        filer = {self.filing.author} if self.filing.how == "phone" else set()
        return (filer | {one.account for one in self.information}) - {""}

    def is_about(self) -> set[str]:
        """Persons known here to whom it was done, or from whom it is known, by public id."""
        hers = {one.person for one in self.persons}
        return (hers | {one.person for one in self.information}) - {""}

    def has_minor(self) -> bool:
        """Whether somebody on record is under 18, or may be."""
        return any(may_be_minor(one.age_band) for one in self.persons)

    def unread(self) -> set[str]:
        """Screens of a phone that nobody could put together with it, by their names."""
        return set(self.filing.screens)

    def asks_for_a_decision(self) -> bool:
        """Whether the custodian decides about a report of bribery, or a term that was set aside."""
        return asks_for_a_decision(
            self.acts,
            self.parties,
            questioned=bool(self.questioned_terms or self.was_questioned or self.duty_note),
            unreceipted=any(not one.receipt for one in self.bail),
        )


def next_id(parts: Sequence[Part], letter: str) -> str:
    """A short id that no part of a list has: `a1`, `a2`, …"""
    taken = {getattr(part, "id", "") for part in parts}
    number = len(parts) + 1
    while f"{letter}{number}" in taken:
        number += 1
    return f"{letter}{number}"


def as_bytes(record: Record) -> bytes:
    """The record as it is sealed, which is of this edition from then on; what was never said is
    left out."""
    record.edition = EDITION
    return record.model_dump_json(exclude_defaults=True).encode()


def from_bytes(plaintext: bytes) -> Record:
    """A record as it was sealed, of whichever edition. Raises pydantic's ValidationError if it is
    none."""
    if is_up_to_date(plaintext):
        return Record.model_validate_json(plaintext)
    try:
        read = brought_up_to_date(from_json(plaintext))
    except (ValueError, TypeError, AttributeError, KeyError):
        # What is no record of any edition says itself why.
        return Record.model_validate_json(plaintext)
    return Record.model_validate(read)
