"""The parts of a sealed record: people and parties, acts, what was asked, agreed, paid and sent.

Parts name each other by short ids of their own (`p1`, `a2`), accounts, services, stations and
documents by their public ids. A field that this version does not know is kept as it was read.
Amounts are integer cents. Moments are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Part = TypeVar("Part")

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
# `unsure`: she may be under 18; `unknown`: nobody said anything of it.
AGE_BANDS = ("under_18", "unsure", "18_24", "25_34", "35_44", "45_up", "unknown")
SOURCES = ("herself", "witness", "peer", "organisation", "document", "media", "other")
TERM_KINDS = ("release", "return", "pay", "apologise")
# What can be asked for on a phone: codes of `mediation.REQUESTS`, and what no mediator is asked.
WISHES = (*TERM_KINDS, "medical", "legal", "complaint", "court", "counted")
REFERRAL_KINDS = ("legal", "medical", "shelter", "psychosocial", "oversight", "child_protection")
NOT_WANTED = "not_wanted"
REFERRAL_OUTCOMES = ("", "reached", "helped", "refused", "not_reached", NOT_WANTED)
# How it is known that she agreed to a referral; "no": she did not, and nobody is told of her.
REFERRAL_CONSENTS = ("herself", "told_reporter", "not_asked", "no")
LINK_KINDS = ("incident", "workshop", "meeting")
# What came of a limit for medicine. "not_known": she can't be asked.
LIMIT_RESULTS = ("in_time", "late", "not_wanted", "not_known")


class RecordPart(BaseModel):
    """Part of a record, with what all parts share."""

    model_config = ConfigDict(extra="allow", validate_assignment=False)


class Filing(RecordPart):
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


class Happening(RecordPart):
    """When it happened."""

    begun_on: date | None = None
    ended_on: date | None = None
    about_when: str = ""


class Place(RecordPart):
    """Where: a ward by name, and the place in words."""

    ward: str = ""
    place: str = ""


# Whose a number is by which somebody is reached; "nobody": the person who reported comes herself.
WHOSE = ("herself", "reporter", "other", "nobody")


class Whereabouts(RecordPart):
    """Way to somebody who is held or in danger: `where` she is in words, or the `station` (an
    organisation's public id) with what it is called; a `number` as E.164, or as it was typed if it
    is none, `whose` it is (one of `WHOSE`), and at which `hours` it is safe, in words. The
    `code_word` is said first, `who_answers` besides her; `voicemail`: "yes" or "no", if it is safe.
    `ask_again`: if she agreed ("yes" or "no") to be asked how she is, after `ask_from`."""

    where: str = ""
    station: str = ""
    station_name: str = ""
    number: str = ""
    whose: str = ""
    hours: str = ""
    code_word: str = ""
    who_answers: str = ""
    voicemail: str = ""
    ask_again: str = ""
    ask_from: date | None = None


class FollowUp(RecordPart):
    """She was asked how she is: if she is `safe` ("yes", "no" or "not_reached"), if there was
    `retaliation` ("yes" or "no"), and what is to be done. `case` is the reference of what was
    written down of a retaliation."""

    id: str
    by: str
    at: datetime
    on: date
    safe: str
    retaliation: str = ""
    to_do: str = ""
    case: str = ""


class SearchTry(RecordPart):
    """A try to hear of somebody who is held: who was asked, what they said, and whether she was
    heard of."""

    at: datetime
    by: str
    what: str
    heard: bool = False


class Person(RecordPart):
    """Somebody who something was done to, under a code. `identity` is the public id of a document
    in the compartment `identity`; `person` is set if she is known to be one here. `arrested_at` and
    `exposed_at` start clocks of her own; `released_at`, or that she was before a court, ends that
    of the court, and `limits` say what came of the others: one of `LIMIT_RESULTS`, by kind.
    `hours_unknown` names moments of which only the day is known, and which count from 00:00.
    `tries` are those to hear of her while she is held; `not_known_at` is when two members said that
    nobody knows any more where she is."""

    id: str
    code: str
    age_band: str = "unknown"
    # Of a person who is or may be under 18 and is held: one of `minors.AMONG_ADULTS`.
    among_adults: str = ""
    note: str = ""
    arrested_at: datetime | None = None
    exposed_at: datetime | None = None
    released_at: datetime | None = None
    before_court_at: datetime | None = None
    court: str = ""
    court_result: str = ""
    hours_unknown: list[str] = Field(default_factory=list)
    limits: dict[str, str] = Field(default_factory=dict)
    tries: list[SearchTry] = Field(default_factory=list)
    not_known_at: datetime | None = None
    identity: str = ""
    person: str = ""


class Party(RecordPart):
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


class Act(RecordPart):
    """One thing that was done: a code of `acts.ACTS`, done to which persons (ids, none: all of
    them), by which parties (ids, none: all), an amount in cents where money or a thing was
    taken."""

    id: str
    code: str
    persons: list[str] = Field(default_factory=list)
    parties: list[str] = Field(default_factory=list)
    circumstances: str = ""
    amount: int | None = None
    currency: str = "KES"


class Information(RecordPart):
    """A source who told of it, what connects her with it, and how reliable that is. `account` and
    `person` are set if the source is known here, which keeps her away from the case."""

    id: str
    source: str = "herself"
    connection: str = ""
    reliability: str = "likely"
    note: str = ""
    account: str = ""
    person: str = ""


class Asked(RecordPart):
    """One thing that a mediator was asked for, and what came of it: a code of `mediation.RESULTS`,
    and for how many where it is about people; `at`: when it was told."""

    kind: str
    result: str = ""
    count: int | None = None
    at: datetime | None = None


class Intervention(RecordPart):
    """A mediator was asked, about these persons (ids; none: nobody was on record then), who stay
    named here though one be taken off the record. `mediator` is an account's public id, `brief` a
    brief's. `answered_at`: when she last said yes, no, or that she needs to talk; `not_yet_at`:
    that nothing came of it yet; `ended_at`: how it ended. `reached`: her phone rang, as far as is
    known. `station`, `call_name` and `call_phone` are what she reads, for the next who is asked."""

    id: str
    mediator: str = ""
    brief: str = ""
    persons: list[str] = Field(default_factory=list)
    asked: list[Asked] = Field(default_factory=list)
    asked_at: datetime | None = None
    read_at: datetime | None = None
    answered_at: datetime | None = None
    not_yet_at: datetime | None = None
    ended_at: datetime | None = None
    response: str = "waiting"
    reached: bool = True
    station: str = ""
    call_name: str = ""
    call_phone: str = Field(default="", repr=False)
    note: str = ""


class Term(RecordPart):
    """Term that was agreed: owed by and to which side (ids of persons or parties), and when it was
    done."""

    id: str
    kind: str
    owed_by: str = ""
    owed_to: str = ""
    what: str = ""
    amount: int | None = None
    currency: str = "KES"
    due_on: date | None = None
    fulfilled_on: date | None = None
    # The day on which she agreed to it herself; without one it is no settlement.
    agreed_on: date | None = None


class CashBail(RecordPart):
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


class Referral(RecordPart):
    """Somebody was sent to a service of the directory; `service` is its public id. `agreed`: one of
    `REFERRAL_CONSENTS` (empty in what was written before anybody was asked), noted `by` an account
    `at` a moment. `accepted_on`: the service takes her, and `due_on` counts from then."""

    id: str
    kind: str
    service: str = ""
    service_name: str = ""
    person: str = ""
    agreed: str = ""
    by: str = ""
    at: datetime | None = None
    made_on: date | None = None
    due_on: date | None = None
    accepted_on: date | None = None
    outcome: str = ""
    outcome_on: date | None = None
    note: str = ""


class Evidence(RecordPart):
    """A sealed file of the case: `document` is the public id of its own vault document, which holds
    its hashes and custody; here stands what a list shows. `number` is told by papers, and is not
    given again within a case. `shows` are the persons (ids) that it shows or names, none: everybody
    who is on record."""

    document: str
    number: int = 0
    label: str = ""
    kind: str = ""
    size: int = 0
    added_at: datetime | None = None
    added_by: str = ""
    shows: list[str] = Field(default_factory=list)


class StoredCopy(RecordPart):
    """One file: its kind (a code of `kash.platform.cleaning.KINDS`), its size and its hash."""

    code: str
    size: int
    sha256: str


class CustodyEvent(RecordPart):
    """One step of custody. `by` is the member's account and `at` when she noted it; `on` is when it
    happened, if that was another time, and `who` gave or got it."""

    what: str
    by: str
    at: datetime
    on: datetime | None = None
    who: str = ""
    note: str = ""


class RemovedEvidence(RecordPart):
    """Rest of a piece of evidence that two members removed: its number, its copies with their
    hashes (the original first; none if it was damaged), its custody, who asked and who agreed."""

    number: int = 0
    kind: str = ""
    copies: list[StoredCopy] = Field(default_factory=list)
    custody: list[CustodyEvent] = Field(default_factory=list)
    at: datetime
    by: str
    second: str
    reason: str


class TakenOut(RecordPart):
    """Words that two members took out: who asked and who agreed, when and why, and the SHA-256 and
    length in bytes of the first account as it was until then; empty if none held them."""

    at: datetime
    by: str
    second: str
    reason: str
    sha256: str = ""
    size: int = 0


class AccountGiven(RecordPart):
    """First account that was given to somebody outside: who took it out of the vault and when, to
    `who` and why, and the SHA-256 of each document in it."""

    at: datetime
    by: str
    who: str
    reason: str
    sha256: list[str] = Field(default_factory=list)


class EarlierIdentity(RecordPart):
    """Identity of a person (an id) that two members replaced: its document stays sealed."""

    person: str
    document: str
    at: datetime
    by: str
    second: str
    reason: str


class MemberProposal(RecordPart):
    """Act that one member asks for and a second decides about: one of `second_member.ACTS`, with
    the reason. `about` is the id of a document, a person or a hold. `document` is sealed already
    and comes in the place of `replaces`; `paper` and `details` are those of a hold, `words` are
    those to be taken out."""

    id: str
    act: str
    by: str
    at: datetime
    reason: str
    about: str = ""
    document: str = ""
    replaces: str = ""
    paper: str = ""
    details: str = ""
    words: list[str] = Field(default_factory=list)


class MemberAnswer(RecordPart):
    """Answer of a second member to what somebody asked for (`by`), until she has opened the case;
    the `reason` of a refusal."""

    act: str
    by: str
    second: str
    at: datetime
    agreed: bool
    reason: str = ""


class Link(RecordPart):
    """Another incident, or the workshop or meeting where it came up, by public id."""

    kind: str
    id: str
    note: str = ""


class Comment(RecordPart):
    """Comment of a member to the others."""

    id: str
    by: str
    at: datetime
    text: str


HOLDER = "receipt"


class ReceiptText(RecordPart):
    """A text between members and the person who holds the receipt; `by` is the account of the
    member who asked, `HOLDER` if it is an answer. `is_damaged`: it came, and does not open."""

    by: str
    at: datetime
    text: str = ""
    is_damaged: bool = False

    @property
    def is_answer(self) -> bool:
        """True if the person who holds the receipt wrote it."""
        return self.by == HOLDER


class Event(RecordPart):
    """One step of the case: a fixed word, who and when, the state it led to, what it is about (an
    id), and why. `at` is when it was noted, and `on` when it happened, if that was another time."""

    what: str
    by: str
    at: datetime
    state: str = ""
    about: str = ""
    reason: str = ""
    on: datetime | None = None


class CaseDecision(RecordPart):
    """Triage, verification or closing: who decided, what, and why; closing also says how it ended
    for each person (an id), one of `workflow.ENDINGS`."""

    by: str = ""
    at: datetime | None = None
    outcome: str = ""
    reason: str = ""
    endings: dict[str, str] = Field(default_factory=dict)


# Papers by which two members keep a report although she took back that it is kept.
HOLD_PAPERS = ("court_order", "summons")


class Hold(RecordPart):
    """Hold on a case: until it is lifted nobody closes or shreds it, removes evidence, replaces an
    identity or takes words out. `by` put it there. With a `paper`, one of `HOLD_PAPERS`, on which a
    `second` member agreed, it stands against a withdrawal too; `details` say which court, number
    and day."""

    id: str
    by: str
    at: datetime
    reason: str
    paper: str = ""
    details: str = ""
    second: str = ""


def by_id(parts: Iterable[Part], key: str, name: str = "id") -> Part | None:
    """The part with an id, or with the document of this id; None if there is none."""
    return next((part for part in parts if getattr(part, name) == key), None)


def next_id(parts: Sequence[RecordPart], letter: str) -> str:
    """A short id that no part of a list has: `a1`, `a2`, …"""
    taken = {getattr(part, "id", "") for part in parts}
    number = len(parts) + 1
    while f"{letter}{number}" in taken:
        number += 1
    return f"{letter}{number}"


class Choice(BaseModel):
    """One answer of one person (her id; empty: nobody was on record): `wanted` are codes of
    `her_choice.WAYS`, none if she could not be asked. `on` is the day on which she was asked, `at`
    and `by` when and who noted it, `origin` one of `record.ORIGINS`."""

    model_config = ConfigDict(extra="allow")

    person: str = ""
    wanted: list[str] = Field(default_factory=list)
    on: date
    at: datetime
    by: str
    origin: str = "herself"

    def says(self) -> tuple[list[str], date, str]:
        """The answer itself, no matter who noted it and when."""
        return self.wanted, self.on, self.origin


class CourtAsk(BaseModel):
    """Answer of one person (her id; empty: nobody is on record), asked again for one paper: who
    gets it (`to_whom`) and for which case (`about`), on which day she was asked (`on`) and what the
    paper says was read back to her (`read_back_on`), in which language."""

    model_config = ConfigDict(extra="allow")

    person: str = ""
    given: bool
    to_whom: str
    about: str
    on: date
    read_back_on: date | None = None
    language: str = ""
    at: datetime
    by: str

    def says(self) -> tuple[bool, str, str, date, date | None, str]:
        """The answer itself, no matter who noted it and when."""
        return self.given, self.to_whom, self.about, self.on, self.read_back_on, self.language
