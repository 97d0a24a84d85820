"""How her account was taken: what a lawyer asks first of the person who wrote it down. The sealed
record of an incident: who did what, and to which person, and what came of it. This is what the
vault's document of kind `incident` holds, as JSON; of what it is made stands in `parts`. What an
older version sealed is brought into this shape where it is read (`older_records`). Somebody who is
under 18, or may be: what is not done with her case, and what its end takes. A person who looks
younger, or says something that makes it possible, is treated as a child until it is known that she
is none. If nothing was said of her age (`unknown`), she counts as grown up. Consents taken back by
the person who holds a receipt: they wait sealed until a member opens the case, and hold for
whatever reads its record from the moment they were said."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json

from kash.incidents.rules.consents import (
    ASKED_AGAIN,
    PURPOSES,
    CaseConsent,
    holds,
    is_agreed_for,
    refuses_keeping,
    standing,
)
from kash.incidents.rules.money import OUT, what_asks
from kash.incidents.rules.older_records import (
    BY_GUARDIAN,
    EDITION,
    NEVER_FOR_MINORS,
    brought_up_to_date,
    is_up_to_date,
    may_be_minor,
)
from kash.incidents.rules.parts import (
    AccountGiven,
    Act,
    CaseDecision,
    CashBail,
    Choice,
    Comment,
    CourtAsk,
    EarlierIdentity,
    Event,
    Evidence,
    Filing,
    FollowUp,
    Happening,
    Hold,
    Information,
    Intervention,
    Link,
    MemberAnswer,
    MemberProposal,
    Party,
    Person,
    Place,
    ReceiptText,
    RecordPart,
    Referral,
    RemovedEvidence,
    TakenOut,
    Term,
    Whereabouts,
)

# Who was there besides her and the person who wrote it down.
PRESENT = ("nobody", "peer", "relative", "guardian", "advocate", "held_too", "police", "other")
# Who she had told it to before.
TOLD_BEFORE = ("nobody", "peer", "organisation", "lawyer", "health", "police", "court", "media")
# Where her account may have been written down already, so that two may differ.
TAKEN_DOWN = frozenset({"organisation", "lawyer", "health", "police", "court", "media"})


class Taking(BaseModel):
    """How an account was taken; what is empty was not said. No name stands here.

    `told_by` is one of `record.SOURCES`, `read_back` "yes" or "no".
    """

    model_config = ConfigDict(extra="allow")

    language: str = ""
    told_by: str = ""
    interpreter: str = ""
    read_back: str = ""
    present: list[str] = Field(default_factory=list)
    told_before: list[str] = Field(default_factory=list)

    def is_said(self) -> bool:
        """True if anything of it was said."""
        return self != Taking()

    def was_taken_down(self) -> list[str]:
        """Those she told it to before who may have written it down, in the order of the list."""
        return [code for code in TOLD_BEFORE if code in TAKEN_DOWN.intersection(self.told_before)]


class Record(RecordPart):
    """The whole of an incident.

    `paper_reference` is what papers call it, 12 characters as codes have, empty until it was first
    saved by a member: its public id stands on no paper, since who reads the audit trail in the
    database could look it up there. `wanted` is what was asked for, as codes of
    `mediation.REQUESTS`, and `asked_for` that in her words; `terms` are what was agreed, which is
    another thing. `questioned_terms` owe a public officer and were agreed by nobody: they wait for
    the custodian, and `was_questioned` says that she took one out. `duty_note` is the sealed
    document in which custodians keep what they decided about a report of bribery; `decided_on` are
    keys of what that was about (`money.what_asks`), and `duty_waits` says that counsel is waited
    for. `first_accounts`
    and `sealed_changes` are documents of their own, by public id: what came in, as it did, and what
    was changed since (`first_account`, `changes`).
    """

    # 0 until it is sealed; it stands first in what is.
    edition: int = 0
    paper_reference: str = ""
    filing: Filing = Field(default_factory=Filing)
    happening: Happening = Field(default_factory=Happening)
    place: Place = Field(default_factory=Place)
    reach: Whereabouts = Field(default_factory=Whereabouts)
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
    decided_on: list[str] = Field(default_factory=list)
    duty_waits: bool = False
    referrals: list[Referral] = Field(default_factory=list)
    follow_ups: list[FollowUp] = Field(default_factory=list)
    consents: list[CaseConsent] = Field(default_factory=list)
    choices: list[Choice] = Field(default_factory=list)
    # For each paper that goes to a court everybody in it is asked again.
    court_asks: list[CourtAsk] = Field(default_factory=list)
    # What somebody said herself to what may harm her (`mediation_gate.CHARGE`).
    own_words: list[CaseConsent] = Field(default_factory=list)
    evidence: list[Evidence] = Field(default_factory=list)
    links: list[Link] = Field(default_factory=list)
    comments: list[Comment] = Field(default_factory=list)
    texts: list[ReceiptText] = Field(default_factory=list)
    timeline: list[Event] = Field(default_factory=list)
    triage: CaseDecision = Field(default_factory=CaseDecision)
    verification: CaseDecision = Field(default_factory=CaseDecision)
    closing: CaseDecision = Field(default_factory=CaseDecision)
    taking: Taking = Field(default_factory=Taking)
    first_accounts: list[str] = Field(default_factory=list)
    sealed_changes: list[str] = Field(default_factory=list)
    holds: list[Hold] = Field(default_factory=list)
    # What waits for a second member, what she said, and what stays of what two did.
    proposals: list[MemberProposal] = Field(default_factory=list)
    member_answers: list[MemberAnswer] = Field(default_factory=list)
    removed_evidence: list[RemovedEvidence] = Field(default_factory=list)
    earlier_identities: list[EarlierIdentity] = Field(default_factory=list)
    taken_out: list[TakenOut] = Field(default_factory=list)
    accounts_given: list[AccountGiven] = Field(default_factory=list)
    urgent: bool = False
    assigned_to: str = ""
    # Accounts that said themselves that they must not work on this.
    declared: list[str] = Field(default_factory=list)

    @property
    def codes(self) -> dict[str, str]:
        """Codes of the persons on record, by their ids."""
        return {person.id: person.code for person in self.persons}

    def codes_of(self, persons: Collection[str]) -> list[str]:
        """Codes of those of these persons (ids) who are on record, in its order."""
        return [code for key, code in self.codes.items() if key in persons]

    def consents_to(self, purpose: str, person: str = "") -> bool:
        """True if consent holds for a purpose: not until it was given, and until it is withdrawn.

        Of one person, or of the case: then everybody on record must consent, each by herself or by
        an answer that was given for all (`consents`). Of a person who could not be asked, it holds
        for `UNASKED`; so does what a phone sent that named nobody, once several are on record. To
        what is never done with a child's case nobody consents while one is, or may be, on record.
        Nobody consents to any use of a report of which she does not let be kept what is hers."""
        if purpose in NEVER_FOR_MINORS and self.has_minor():
            return False
        return all(
            self.agreed_to(purpose, each_person)
            and (purpose == "record" or not self.is_stopped(each_person))
            for each_person in self._everyone(person)
        )

    def agreed_to(self, purpose: str, person: str) -> bool:
        """True if the answer of one person to a purpose is a yes, whatever she said to keeping the
        report; to what a child does not decide alone, that of her guardian."""
        if purpose in BY_GUARDIAN and self.is_child(person):
            return is_agreed_for(self.consents, purpose, person)
        return holds(self._answer(purpose, person))

    def is_stopped(self, person: str) -> bool:
        """True if one person said no to keeping the report, or the person who holds its receipt
        took that back: nothing is done any more with what is hers."""
        return refuses_keeping(self._answer("record", person))

    def who_stopped(self) -> list[str]:
        """The persons (ids; an empty one where nobody is on record) whose report is used for
        nothing any more."""
        return [person for person in self._everyone("") if self.is_stopped(person)]

    def who_is_asked_again(self) -> list[str]:
        """The persons (ids) who said yes to words that promised something else than what is done,
        which counts for nothing until each is asked again."""
        return [
            person
            for person in self._everyone("")
            if not self.is_stopped(person)
            and any(self.asks_again(purpose, person) for purpose in ASKED_AGAIN)
        ]

    def asks_again(self, purpose: str, person: str) -> bool:
        """True if a person said yes to words that said something else than what is done, and
        nothing since."""
        return not any(True for _answer in self.answers_to(purpose, person)) and any(
            consent.purpose == purpose
            and consent.given
            and not consent.wish
            and consent.is_asked_again
            and consent.person in ("", person)
            for consent in self.consents
        )

    def is_unasked(self, purpose: str, person: str = "") -> bool:
        """True if consent holds, but somebody could not be asked and has not confirmed it yet."""
        return self.consents_to(purpose, person) and any(
            answer.origin == "not_asked" for answer in self.answers_to(purpose, person)
        )

    def answers_to(self, purpose: str, person: str = "") -> Iterator[CaseConsent]:
        """Answers that count of one person, or of each on record; none of a person who said
        nothing."""
        for each_person in self._everyone(person):
            answer = self._answer(purpose, each_person)
            if answer is not None:
                yield answer

    def _everyone(self, person: str) -> list[str]:
        return [person] if person else list(self.codes) or [""]

    def _answer(self, purpose: str, person: str) -> CaseConsent | None:
        return standing(self.consents, purpose, person, several=len(self.persons) > 1)

    def told_by(self) -> set[str]:
        """Accounts from which it is known: who filed it on a phone, and sources."""
        filer = {self.filing.author} if self.filing.how == "phone" else set()
        return (filer | {source.account for source in self.information}) - {""}

    def is_about(self) -> set[str]:
        """Persons known here who it was done to, or who told of it, by public id."""
        hers = {person.person for person in self.persons}
        return (hers | {source.person for source in self.information}) - {""}

    def is_child(self, person: str) -> bool:
        """True if one person (an id) is under 18, or may be."""
        return any(
            somebody.id == person and may_be_minor(somebody.age_band) for somebody in self.persons
        )

    def has_minor(self) -> bool:
        """True if somebody on record is under 18, or may be."""
        return any(may_be_minor(person.age_band) for person in self.persons)

    def unread(self) -> set[str]:
        """Screens of a phone that nobody could put together with it, by their names."""
        return set(self.filing.screens)

    def paper_hold(self) -> Hold | None:
        """The hold by two with a paper named, which keeps a report against her own withdrawal too;
        None if there is none."""
        return next((hold for hold in self.holds if hold.paper), None)

    def identities_of(self, person: str) -> list[str]:
        """Sealed documents on who a person is: today's, earlier ones, and such as wait for a second
        member."""
        documents = [somebody.identity for somebody in self.persons if somebody.id == person]
        documents += [
            identity.document for identity in self.earlier_identities if identity.person == person
        ]
        documents += [proposal.document for proposal in self.proposals if proposal.about == person]
        return [document for document in documents if document]

    def asks_for_a_decision(self) -> bool:
        """True if the custodian decides, or has decided, about a report of bribery, or a term that
        was set aside."""
        return bool(self.questioned_terms or self.duty_note or self.what_asks())

    def waits_for_a_decision(self) -> bool:
        """True if something of it was not decided yet, or waits for counsel."""
        undecided = self.what_asks() - set(self.decided_on)
        return bool(self.questioned_terms or self.duty_waits or undecided)

    def what_asks(self) -> set[str]:
        """Keys of all that a report may be owed for (`money.what_asks`)."""
        unreceipted = [bail.id for bail in self.bail if not bail.receipt]
        return what_asks(self.acts, self.parties, unreceipted, taken_out=self.was_questioned)

    def question(self) -> None:
        """Keep that something was taken out that officers would have gained by; it asks anew."""
        self.was_questioned = True
        self.decided_on = [key for key in self.decided_on if key != OUT]

    def decided(self, *, only_waits: bool) -> None:
        """Keep that a custodian decided about all that asks, or that it waits for counsel."""
        self.duty_waits = only_waits
        if not only_waits:
            self.decided_on = sorted(self.what_asks())


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


PROTECTION = "child_protection"
# What came of a referral: a person who was turned away or did not go is not protected by it.
PROTECTED = frozenset({"reached", "helped"})
# Whether she is held among adults, as far as anybody said.
AMONG_ADULTS = ("", "yes", "no", "unknown")


def minors_of(record: Record) -> list[Person]:
    """The persons of a case who are or may be under 18."""
    return [person for person in record.persons if may_be_minor(person.age_band)]


def unprotected(record: Record) -> list[Person]:
    """Those who are or may be under 18 and were not yet seen or helped by child protection: by a
    referral of her own, or one for everybody in the case."""
    reached = {
        referral.person
        for referral in record.referrals
        if referral.kind == PROTECTION and referral.outcome in PROTECTED
    }
    return [minor for minor in minors_of(record) if not reached & {"", minor.id}]


def held_among_adults(held: list[Person]) -> list[Person]:
    """Those of the held who are or may be under 18 and are held among adults."""
    return [
        person for person in held if may_be_minor(person.age_band) and person.among_adults == "yes"
    ]


def to_ask_about_adults(held: list[Person]) -> list[Person]:
    """Those of the held who are or may be under 18, and nobody said yet whether among adults."""
    return [person for person in held if may_be_minor(person.age_band) and not person.among_adults]


TAKEN_BACK = "taken_back"
_LATER = timedelta(microseconds=1)
_PADDED_TO = 600


class Withdrawal(BaseModel):
    """Purposes that were taken back; `at` is to the hour."""

    purposes: list[str] = Field(default_factory=list)
    at: datetime


def withdrawing_as_bytes(said: Withdrawal) -> bytes:
    """A withdrawal as it is sealed: its size does not tell how much was taken back."""
    return said.model_dump_json().encode().ljust(_PADDED_TO)


def withdrawing_from_bytes(plaintext: bytes) -> Withdrawal:
    """A withdrawal as it was sealed. Raises pydantic's ValidationError if it is none."""
    return Withdrawal.model_validate_json(plaintext)


def take_back(record: Record, said: Withdrawal) -> None:
    """Put a withdrawal into a record, for everybody in it.

    It waited since the record was last saved, so it is newer than every answer there, whatever the
    rounded hour says.
    """
    purposes = [purpose for purpose in PURPOSES if purpose in said.purposes]
    for purpose in purposes:
        before = [consent.at for consent in record.consents if consent.purpose == purpose]
        at = max([said.at, *(moment + _LATER for moment in before)])
        record.consents.append(CaseConsent(purpose=purpose, given=False, at=at, by=""))
    if purposes:
        event = Event(what=TAKEN_BACK, by="", at=said.at, about=",".join(purposes))
        record.timeline.append(event)


def moments(record: Record) -> list[tuple[datetime, Event]]:
    """Events of a record, each with the moment by which it is ordered. A withdrawal is known to the
    hour only, and came after whatever stood there before it."""
    last = datetime.min.replace(tzinfo=UTC)
    ordered = []
    for event in record.timeline:
        at = max(event.at, last) if event.what == TAKEN_BACK else event.at
        last = max(last, at)
        ordered.append((at, event))
    return ordered


def taken_back_at(record: Record, purpose: str) -> datetime | None:
    """The hour in which the person who holds the receipt took a purpose back, if hers is the newest
    answer to it; else None."""
    answers = [consent for consent in record.consents if consent.purpose == purpose]
    newest = max(answers, key=lambda one: one.at, default=None)
    return None if newest is None or newest.given or newest.by else newest.at


def is_taken_back(record: Record, purpose: str) -> bool:
    """True if the newest answer for a purpose is that of the person who holds the receipt."""
    return taken_back_at(record, purpose) is not None


# --- What she is shown of it herself ----------------------------------------------------------


class Notes(BaseModel):
    """Notes of what was taken back by a receipt, purpose by purpose with the document that says
    so."""

    taken_back: dict[str, str] = Field(default_factory=dict)


def notes_as_bytes(notes: Notes) -> bytes:
    """Notes as they are sealed under what the receipt makes."""
    return notes.model_dump_json().encode().ljust(_PADDED_TO)


def notes_from_bytes(plaintext: bytes) -> Notes:
    """Notes as they were sealed. Raises pydantic's ValidationError if they are none."""
    return Notes.model_validate_json(plaintext)


def still_to_say(notes: Notes, purposes: Sequence[str], waiting: Sequence[str]) -> list[str]:
    """Of these purposes those of which no withdrawal waits already."""
    return [
        purpose
        for purpose in PURPOSES
        if purpose in purposes and notes.taken_back.get(purpose) not in waiting
    ]
