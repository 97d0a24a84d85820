"""A case as totals count it: when it was filed, who did it, what was done, and how mediation ended.
One that is not to be counted yet says nothing. Alerts: who is told first, who next, and when the
programme's drills come. A drill is an alert like any other, raised at a random minute of the week,
nights included: were there hours without drills, an alert in one of them would be a real one.
Evidence as it is sealed: its copies, their hashes, and through whose hands it went. This is what
the vault's document of kind `evidence` holds, as JSON. The files themselves lie sealed under the
same document's key. Sizes are bytes, hashes 64 hex characters of SHA-256. Keeping: what keeps a
report, and until when one is kept that nothing keeps. A person who files is told first: without her
consent to keep it a report is shredded after seven days, unless somebody is held, help is under
way, or a custodian alone may read it: she may be away for a week, and what only she may read is not
lost unread. Nor is what she has to decide about, a report of bribery, before she did: that may be a
duty, whatever anybody agreed to. That holds for every case, however it came in, and nobody can put
it off by her word alone: consent is noted, help begins, or two members name the paper of a court.
Search of cases by the words of their records, folded. A record is looked through as it was sealed,
as JSON, before it is read: most do not hold the words and need not be taken apart. Summaries: one
line of the register for each case. Filters of the register of cases: which
lines fit what is asked besides words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, Field

from kash.incidents.rules.case_file import choice_of, everybody, to_ask
from kash.incidents.rules.casework import OVER
from kash.incidents.rules.clocks import (
    Moments,
    due_days,
    is_free,
    is_open,
    moments_of,
    releases_done,
)
from kash.incidents.rules.consents import (
    PROGRAMME,
    WHO,
    WHOM,
    for_custodian,
    holds,
    says_yes_herself,
    standing,
)
from kash.incidents.rules.filing import ARRESTS
from kash.incidents.rules.mediation import GIVES_UP
from kash.incidents.rules.parts import CustodyEvent, Person, RecordPart, StoredCopy
from kash.incidents.rules.record import Record, is_taken_back, unprotected
from kash.people.rules.directory import Stretch, open_at

# How mediation ended, in the words of totals.
ENDS = ("settled", "partly", "failed", "withdrawn", "court")
_ENDS_OF = {
    "settled": "settled",
    "reached": "settled",
    "partly_settled": "partly",
    "not_settled": "failed",
    "not_reached": "failed",
    "withdrawn": "withdrawn",
}
# Nobody is counted for having helped.
_BY_PART = ("did", "ordered", "present", "unclear")
_ONCE_MORE = "duplicate"


def may_be_counted(record: Record, state: str) -> bool:
    """True if everybody on record agreed to be counted, and it is neither a draft nor closed as
    being another case as well."""
    return state != "draft" and not is_once_more(record, state) and consents(record)


def consents(record: Record) -> bool:
    """True if everybody on record agreed to be counted."""
    return record.consents_to("forum_totals")


def is_once_more(record: Record, state: str) -> bool:
    """True if it was closed as being another case as well."""
    return state == "closed" and record.closing.outcome == _ONCE_MORE


def came_in(record: Record) -> datetime | None:
    """The moment at which it was filed, else of the first that is known of it."""
    moments = [
        *(event.at for event in record.timeline),
        *(consent.at for consent in record.consents),
    ]
    return record.filing.filed_at or min(moments, default=None)


def who_did_it(record: Record) -> str:
    """The kind of party that did it: of several the one with the greatest part, and of those the
    first on record. Empty if nobody is on record."""
    parties = [party for party in record.parties if party.involvement in _BY_PART]
    parties.sort(key=lambda one: _BY_PART.index(one.involvement))
    return parties[0].kind if parties else ""


def what_was_done(record: Record) -> tuple[str, ...]:
    """Codes of its acts, each once, in the order in which they stand on record."""
    return tuple(dict.fromkeys(act.code for act in record.acts))


def how_mediation_ended(record: Record, state: str) -> tuple[str, datetime] | None:
    """One of `ENDS`, and when the case was closed; None while it is open, if nobody was asked to
    mediate, or if closing says nothing of it."""
    closing = record.closing
    if state != "closed" or closing.at is None or not record.interventions:
        return None
    end = _ENDS_OF.get(closing.outcome, "")
    if end == "failed" and _goes_to_court(record):
        end = "court"
    return (end, closing.at) if end else None


def _goes_to_court(record: Record) -> bool:
    charged = any(
        request.result == "charged"
        for intervention in record.interventions
        for request in intervention.asked
    )
    chosen = [choice_of(record, person.id) for person in record.persons]
    return charged or any(choice is not None and "court" in choice.wanted for choice in chosen)


# So long after one officer was told and nobody looked, the next one is.
PATIENCE = timedelta(minutes=15)
# An alert at which nobody looked for so long is over.
LASTS = timedelta(hours=24)
# So long after the last step in a case phones ring for it: with somebody held, else.
IDLE_HELD, IDLE = timedelta(hours=1), timedelta(days=1)
_IN_FIRST_HOUR, MOST_ALERTS, MOST_DAILY = 4, 3, 2
MINUTES_OF_WEEK = 7 * 24 * 60
USUAL_DRILLS, MOST_DRILLS = 2, 7


@dataclass(frozen=True)
class OnRoster:
    """An officer as the order of telling needs her: an account's public id, her place, her hours
    (none: always), and whether she is away."""

    account: str
    name: str = ""
    position: int = 0
    stretches: tuple[Stretch, ...] = ()
    active: bool = True

    def is_on_duty(self, minute: int) -> bool:
        """True if she is on duty in this minute of the week."""
        return self.active and (not self.stretches or open_at(self.stretches, minute))


def in_order(roster: Sequence[OnRoster], minute: int) -> list[OnRoster]:
    """Officers to tell, one after the other: those on duty in this minute of the week, then the
    others, each by her place; those who are away only if nobody else is there."""
    ready = [officer for officer in roster if officer.active] or list(roster)
    return sorted(
        ready, key=lambda one: (not one.is_on_duty(minute), one.position, one.name, one.account)
    )


def steps(
    order: Sequence[OnRoster], custodians: Sequence[str], directors: Sequence[str] = ()
) -> list[list[str]]:
    """The four steps of an alert's first hour, each the accounts that are told together: the first
    officer and the custodians, the second officer, the directors, and the other officers. What a
    custodian alone may read can't wait for an officer who does not see it; and as every alert tells
    both, none says which kind it is."""
    accounts = [officer.account for officer in order]
    plan = [[*accounts[:1], *custodians], accounts[1:2], list(directors), accounts[2:]]
    return [list(dict.fromkeys(step)) for step in plan]


def step_of(plan: Sequence[list[str]], number: int) -> list[str]:
    """The accounts of a step. After the first hour, each hour tells those of the first again."""
    return plan[number] if number < len(plan) else plan[0]


def step_begins(number: int) -> timedelta:
    """How long after an alert was raised a step is due."""
    return number * PATIENCE if number < _IN_FIRST_HOUR else (number - 3) * IDLE_HELD


def steps_due(raised_at: datetime, now: datetime) -> int:
    """How many steps should have been taken by now if nobody looked: one at once, one more after
    each quarter of the first hour, and then one each hour."""
    waited = max(now - raised_at, timedelta(0))
    return 1 + waited // PATIENCE if waited < IDLE_HELD else _IN_FIRST_HOUR + waited // IDLE_HELD


def flood_of(alerts: Sequence[datetime], now: datetime) -> list[datetime]:
    """The alerts of a flood that goes on: it is over two hours after the last of them. Moments that
    are still to come are of a clock that was wrong."""
    past = [at for at in alerts if at <= now]
    return past if past and now - past[-1] < 2 * IDLE_HELD else []


def may_ring(alerts: Sequence[datetime], now: datetime) -> bool:
    """True if a phone rings for an alert now: after the third of a flood once an hour, for all that
    came meanwhile."""
    flood = flood_of(alerts, now)
    return len(flood) < MOST_ALERTS or now - flood[-1] >= IDLE_HELD


def who_rings(
    account: str, rung: int, order: Sequence[OnRoster], custodians: Sequence[str]
) -> list[str]:
    """The accounts whose phones ring for a case: its owner's; if she did nothing, with the next
    officer's, and the next time with the custodians' too."""
    following = [officer.account for officer in order if officer.account != account][:1]
    told = [account, *(following if rung >= 0 else []), *(custodians if rung > 0 else [])]
    return [public_id for public_id in dict.fromkeys(told) if public_id]


def first_in_line(accounts: Collection[str], order: Sequence[OnRoster], instead: str = "") -> str:
    """The account among these to which a case goes: the first officer in order, else any;
    `instead` if there is nobody."""
    officers = [officer.account for officer in order if officer.account in accounts]
    return next(iter([*officers, *sorted(accounts)]), instead)


def next_ring(now: datetime, due_on: date | None = None, *, held: bool, rung: int = 0) -> datetime:
    """When phones ring for a case unless a step is noted: an hour from now while somebody is held,
    else after a day, counted from the day on which something promised is due if that comes, and a
    week after they rang twice. In whole minutes, so that one phone rings once for several."""
    now = now.replace(second=0, microsecond=0)
    if held:
        return now + IDLE_HELD
    days = 0 if due_on is None else max(0, (due_on - now.date()).days)
    return now + IDLE + timedelta(days=days if rung < MOST_DAILY else 6)


def is_in_time(raised_at: datetime, looked_at: datetime) -> bool:
    """True if a look came before the next officer was told."""
    return looked_at - raised_at <= PATIENCE


def is_drill(drills_a_week: int, roll: int) -> bool:
    """True if a drill comes in this minute. `roll` is drawn evenly from `MINUTES_OF_WEEK`."""
    return roll < drills_a_week


ORIGINAL, CLEANED = "original", "cleaned"
# What a member notes.
NOTED_BY_HAND = ("received", "handed_over", "returned", "examined", "printed_out", "other")


class EvidenceFile(RecordPart):
    """A piece of evidence. `uploaded_name` is what its file was called, and stands nowhere else."""

    edition: int = 1
    label: str = ""
    note: str = ""
    uploaded_name: str = ""
    original: StoredCopy
    cleaned: StoredCopy | None = None
    custody: list[CustodyEvent] = Field(default_factory=list)


def next_number(record: Record) -> int:
    """A number that no piece of evidence of this case has or had."""
    added = sum(1 for event in record.timeline if event.what == "evidence_added")
    numbers = [piece.number for piece in record.evidence]
    numbers += [piece.number for piece in record.removed_evidence]
    return 1 + max([added, len(numbers), *numbers])


def file_key(document: str, part: str) -> str:
    """Where a copy lies in the file store."""
    return f"evidence/{document}/{part}"


def file_keys(document: str) -> list[str]:
    """Where all that belongs to a piece of evidence lies."""
    return [file_key(document, part) for part in (ORIGINAL, CLEANED)]


def as_bytes(file: EvidenceFile) -> bytes:
    """Bytes that are sealed."""
    return file.model_dump_json(exclude_defaults=True).encode()


def from_bytes(plaintext: bytes) -> EvidenceFile:
    """File that was sealed. Raises pydantic's ValidationError if it is none."""
    return EvidenceFile.model_validate_json(plaintext)


DAYS_KEPT = 7
# So few days before the end Today tells of it.
SOON = 2
_ANSWERING = frozenset({"waiting", "talk", "agreed"})


class Keeps(StrEnum):
    """Reason that keeps a report."""

    CONSENT = "consent"
    HELD = "held"
    HELP = "help"
    GUARDED = "guarded"
    DECISION = "decision"
    PAPER = "paper"
    ASK = "ask"


def last_day(today: date, taken_back: date | None = None) -> date:
    """The last day on which a report is kept of which it turns out today that nothing keeps it.
    Where its keeping was `taken_back` by the receipt, the days began on that day; it stays until
    tomorrow all the same, for the person who reads of it only now."""
    if taken_back is None:
        return today + timedelta(days=DAYS_KEPT)
    return max(taken_back + timedelta(days=DAYS_KEPT), today + timedelta(days=1))


def is_over(last: date, today: date) -> bool:
    """True if the last day of a report has passed."""
    return today > last


def days_left(last: date, today: date) -> int:
    """How many days a report is kept after today; 0 on its last day and later."""
    return max(0, (last - today).days)


def what_keeps(record: Record, state: str) -> Keeps | None:
    """Reason that keeps a case in this state, None if there is none. With closing, help is over,
    and no duty."""
    if may_be_kept(record):
        return Keeps.CONSENT
    if record.paper_hold() is not None:
        return Keeps.PAPER
    if state not in OVER:
        # First, since no days begin when she is let go or help has ended.
        if is_guarded(record):
            return Keeps.GUARDED
        if is_held(record):
            return Keeps.HELD
        if is_being_helped(record):
            return Keeps.HELP
    if is_to_be_asked(record):
        return Keeps.ASK
    return Keeps.DECISION if record.waits_for_a_decision() else None


def may_be_kept(record: Record) -> bool:
    """True if anybody on record agreed that it is kept, or that it is used in court, which takes
    that it is there, and nobody refused: what one woman wants to be kept is not shredded because
    another said nothing, but her yes keeps nothing that another refused."""
    agreed = any(
        record.consents_to("record", officer) or _is_for_court(record, officer)
        for officer in everybody(record)
    )
    return agreed and not record.who_stopped()


def _is_for_court(record: Record, person: str) -> bool:
    # A no to keeping it goes over that; a tick that was left out on a phone is none. A yes to
    # earlier words prints nothing until it is asked again, and meanwhile it is not shredded.
    if record.is_child(person):
        return record.agreed_to("court", person)
    yes = standing(
        record.consents, "court", person, several=len(record.persons) > 1, earlier_words=True
    )
    return holds(yes)


def is_to_be_asked(record: Record) -> bool:
    """True if somebody does not let it be kept, or took that back by a receipt, and somebody on
    record said yes herself: then it is not deleted by itself, and members ask each person."""
    return bool(record.who_stopped()) and any(
        says_yes_herself(record.consents, officer) for officer in everybody(record)
    )


def is_as_asked(record: Record) -> bool:
    """True if the person who sent a report that is not kept left the tick out, or took it back: a
    tick may also count for nothing since the others could not be asked."""
    answers = [consent for consent in record.consents if consent.purpose == "record"]
    ticked = any(consent.wish and consent.given for consent in answers)
    return not ticked or any(consent.is_taken_back for consent in answers)


def is_guarded(record: Record) -> bool:
    """True if a case is for a custodian alone, and the holder of its receipt did not take back that
    it is kept: what she asked for is done once a custodian has read it."""
    return for_custodian(record) is not None and not is_taken_back(record, "record")


def is_held(record: Record) -> bool:
    """True if somebody is held: an arrest of her is known and no release, or the report came in
    saying so and not everybody who may have been held is known to be free (as the register marks
    it, see `Summary.held`)."""
    if any(person.arrested_at and not is_free(record, person) for person in record.persons):
        return True
    if not record.filing.held:
        return False
    if not record.persons:
        return not releases_done(record)
    return any(not is_free(record, person) for person in _may_have_been_held(record))


def _may_have_been_held(record: Record) -> list[Person]:
    """The persons whose arrest is known or who are named in an act of arrest, which is about all if
    it names nobody; all on record if there are none."""
    arrested = [act.persons for act in record.acts if act.code in ARRESTS]
    return [
        person
        for person in record.persons
        if person.arrested_at or any(not ids or person.id in ids for ids in arrested)
    ] or record.persons


def is_being_helped(record: Record) -> bool:
    """True if a mediator was asked and has not ended, a referral or something that was agreed waits
    for its outcome, or child protection is still to reach somebody who is or may be under 18."""
    if len(record.who_stopped()) == len(everybody(record)):
        # What nobody wants to be kept any more waits for nothing but a child's protection.
        return bool(unprotected(record))
    is_asked = any(
        intervention.ended_at is None and intervention.response in _ANSWERING
        for intervention in record.interventions
    )
    sent = any(is_open(referral) for referral in record.referrals)
    agreed = any(is_open(term) for term in record.terms)
    return is_asked or sent or agreed or bool(unprotected(record))


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


def searchable_text(plaintext: bytes, wanted: Collection[Wanted]) -> str:
    """A sealed record as it is looked through: folded, and without the names of its fields if one
    of the words is part of one. A line break stands there as JSON writes it, a backslash and an n.
    """
    text = plaintext.decode()
    # A quotation mark that somebody typed stands after a backslash, so that no name is made of it.
    return fold(_NAMES.sub(" ", text) if any(wish.names_a_field for wish in wanted) else text)


def may_match(searched: str, reference: str, wanted: Collection[Wanted]) -> bool:
    """True if a record may hold all words. Never wrongly False, and sure of plain words."""
    return all(
        wish.word in searched
        or wish.word in reference
        or not wish.plain
        or any(mark in searched for mark in wish.marks)
        for wish in wanted
    )


def matches_words(record: Any, reference: str, wanted: Collection[Wanted]) -> bool:
    """True if a record's values, not the names of its fields, hold every word."""
    if not wanted:
        return True
    values = [fold(value) for value in _texts(record)]
    codes = frozenset(value.upper() for value in values if len(value) < 4)
    return all(
        wish.word in reference or wish.codes & codes or any(wish.word in value for value in values)
        for wish in wanted
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


# While a case is in one of these, somebody else may be asked where a mediator said no.
_WANTING_HELP = frozenset({"submitted", "triaged", "verified", "mediation"})


class Summary(NamedTuple):
    """One line of the register: what a list shows of a case, and what filters ask of it.

    `due_on` is the earliest day on which something promised is not done; `moments` start the clocks
    of those who are on record; `held`: it came in saying that somebody is held or in danger, and
    nobody says otherwise yet; `to_ask`: it was verified, and somebody was not asked yet what is
    wanted; `refused`: the person who was asked last to mediate cannot, and nobody else is asked;
    `taken_back`: something was taken back by its receipt that no member has read yet, which its
    record does not tell; `to_ask_each`: one wanted it kept and it was taken back or refused by
    another, so that each is asked."""

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


def summary_of(reference: str, state: str, record: Record) -> Summary:
    """The line of a case."""
    interventions, unread = record.interventions, record.unread()
    return Summary(
        reference=reference,
        state=state,
        filed_at=record.filing.filed_at,
        begun_on=record.happening.begun_on,
        acts=what_was_done(record),
        ward=record.place.ward,
        stations=tuple(
            dict.fromkeys(party.station_name for party in record.parties if party.station_name)
        ),
        urgent=record.urgent,
        minor=WHOM in unread or record.has_minor(),
        programme=WHO in unread or any(party.kind == PROGRAMME for party in record.parties),
        consent=record.consents_to("record"),
        assigned_to=record.assigned_to,
        moments=tuple(
            moment for moment in moments_of(record) if moment.arrested_at or moment.exposed_at
        ),
        due_on=min(due_days(record), default=None),
        evidence=len(record.evidence),
        undecided=record.waits_for_a_decision(),
        held=record.filing.held and state not in OVER and not let_go(record),
        to_ask=state == "verified" and bool(to_ask(record)),
        # Who still has a brief may help.
        refused=state in _WANTING_HELP
        and bool(interventions)
        and interventions[-1].response in GIVES_UP
        and not any(intervention.brief for intervention in interventions),
        to_ask_each=is_to_be_asked(record),
        ask_again=0 if state in OVER else len(record.who_is_asked_again()),
        proposed_by=tuple(proposal.by for proposal in record.proposals),
        answered=tuple(answer.by for answer in record.member_answers),
    )


def let_go(record: Record) -> bool:
    """True if everybody is free, or not known of any more, who may have been held: else all on
    record, else those whose release was agreed and done."""
    if not record.persons:
        return bool(releases_done(record))
    return all(
        person.not_known_at or is_free(record, person) for person in _may_have_been_held(record)
    )


# With these a case comes to the person who works on it next.
_COMES = frozenset({"added", "submit", "handed_over"})


def is_untaken(record: Record, state: str, now: datetime) -> bool:
    """True if a case came in, or was handed over, with somebody held who is not let go, and nobody
    took a step in it since. After a day no alert is of it any more."""
    if state in OVER or not record.filing.held or record.assigned_to or let_go(record):
        return False
    came = [event.at for event in record.timeline if event.what in _COMES]
    came += [record.filing.filed_at] if record.filing.filed_at else []
    if not came:
        return not record.timeline
    since = max(came)
    return now - since < LASTS and all(event.at <= since for event in record.timeline)


CLOCK_RUNS, CLOCK_OVER = "runs", "over"
QUEUE, OPEN, ALL = "queue", "open", "all"


@dataclass(frozen=True)
class Filters:
    """Filters of the register, besides words. Empty ones ask nothing.

    `show` is `queue`, `open` or `all`; `since` and `until` are months as `2026-11`; `clock` is
    `runs` or `over`.
    """

    words: str = ""
    show: str = ALL
    state: str = ""
    act: str = ""
    ward: str = ""
    station: str = ""
    since: str = ""
    until: str = ""
    clock: str = ""
    assigned: str = ""
    urgent: bool = False
    minor: bool = False
    no_consent: bool = False
    ask_again: bool = False

    def asked(self) -> bool:
        """True if anything narrows the list."""
        return self != Filters(show=self.show)

    def as_kept(self) -> dict[str, Any]:
        """Filters that differ from asking nothing, for a saved view."""
        usual = Filters()
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != getattr(usual, field.name)
        }


def filters_from(kept: Mapping[str, Any]) -> Filters:
    """Filters as they were kept; what is not known is left out."""
    chosen: dict[str, Any] = {}
    for field in fields(Filters):
        value = kept.get(field.name)
        if field.name in ("urgent", "minor", "no_consent", "ask_again"):
            chosen[field.name] = value is True
        elif isinstance(value, str):
            chosen[field.name] = value[:200]
    return Filters(**chosen)


def passes_filters(
    line: Summary, asked: Filters, *, running: bool, over: bool, owner: str = ""
) -> bool:
    """True if a case fits the filters, apart from words and `show`.

    `running` and `over` say whether one of its clocks runs, or has ended; `owner`: the account that
    works on it where nobody took it up.
    """
    has = line.assigned_to or owner
    return not (
        (asked.state and line.state != asked.state)
        or (asked.act and asked.act not in line.acts)
        or (asked.ward and fold(asked.ward) not in fold(line.ward))
        or (asked.station and not any(fold(asked.station) in fold(name) for name in line.stations))
        or (asked.since and not line.month >= asked.since)
        or (asked.until and not "" < line.month <= asked.until)
        or (asked.clock == CLOCK_RUNS and not running)
        or (asked.clock == CLOCK_OVER and not over)
        or (asked.assigned == "nobody" and has)
        or (asked.assigned not in ("", "nobody") and has != asked.assigned)
        or (asked.urgent and not line.urgent)
        or (asked.minor and not line.minor)
        or (asked.no_consent and line.consent)
        or (asked.ask_again and not line.ask_again)
    )
