"""Reports that say more about one that was sent before ("Tell more about it"). What is said in one
of them is said of all: who must not read one reads none of them, and if one is for a custodian
alone, all are. That holds on when such a one is shredded: of a report that is gone no more is kept
than whether officers might read it. Letterbox: filings that are not finished, and such as wait for
their hour. All of it is one text, padded to a size that tells nothing, and in the order of random
keys. Each screen in it is sealed for the members of the vault by itself: the server reads none.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain

from pydantic import BaseModel, Field

from kash.incidents.rules.consents import WHO, WHOM, Seen
from kash.incidents.rules.parts import Filing, Party
from kash.incidents.rules.record import Record

# In place of one that does not open: nobody knows whether a child is in it.
UNOPENED: Seen = Record(filing=Filing(screens={WHOM: ""}))
# In place of one that was shredded and not for officers: nobody knows any more whether it was about
# a child or somebody of the programme, so that none but a custodian reads what was added to it.
SHREDDED: Seen = Record(filing=Filing(screens={WHO: ""}))


def adds_to(record: Record) -> str:
    """The reference of the report that this one was sent after, empty if it stands alone. Links
    that members made stand in the timeline too, on both sides."""
    if record.filing.how != "phone":
        return ""
    linked = {event.about for event in record.timeline if event.what == "linked"}
    links = (link.id for link in record.links if link.kind == "incident" and link.id not in linked)
    return next(links, "")


def together_with(reference: str, adds: Mapping[str, str]) -> set[str]:
    """The references of a report and of all that belong to it; `adds` says to which each adds."""
    near: dict[str, set[str]] = {}
    for more, first in adds.items():
        if first:
            near.setdefault(more, set()).add(first)
            near.setdefault(first, set()).add(more)
    together, left = {reference}, [reference]
    while left:
        new = near.get(left.pop(), set()) - together
        together |= new
        left += new
    return together


def first_of(reference: str, adds: Mapping[str, str]) -> str:
    """The report to which all that belong to a report add, whether or not it is there still."""
    been: list[str] = []
    while reference in adds and reference not in been:
        been.append(reference)
        reference = adds[reference] or reference
    # Two that add to each other have no first.
    return min(been[been.index(reference) :]) if reference in been else reference


@dataclass(frozen=True)
class Together:
    """Records that belong together, as far as who may see them depends on it."""

    records: Sequence[Seen]

    @property
    def parties(self) -> list[Party]:
        """People who took part."""
        return list(chain.from_iterable(record.parties for record in self.records))

    @property
    def declared(self) -> list[str]:
        """Accounts that said that they must not work on one of them."""
        return list(chain.from_iterable(record.declared for record in self.records))

    def told_by(self) -> set[str]:
        """Accounts from which one of them is known."""
        return set(chain.from_iterable(record.told_by() for record in self.records))

    def is_about(self) -> set[str]:
        """Persons known here who it was done to, or who told of it."""
        return set(chain.from_iterable(record.is_about() for record in self.records))

    def unread(self) -> set[str]:
        """Screens of a phone that nobody could put together with one of them."""
        return set(chain.from_iterable(record.unread() for record in self.records))

    def asks_for_a_decision(self) -> bool:
        """True if the custodian decides about one of them."""
        return any(record.asks_for_a_decision() for record in self.records)

    def has_minor(self) -> bool:
        """True if somebody in one of them is under 18, or may be."""
        return any(record.has_minor() for record in self.records)


def as_one(record: Seen, others: Mapping[str, Seen]) -> Seen:
    """A record with those that belong to it, by reference."""
    return Together([record, *others.values()]) if others else record


# Some thirty whole reports. Beyond that the text doubles; so much fits at most.
SMALLEST, MOST = 256 * 1024, 16 * 1024 * 1024
# How much of it unfinished filings may take: such as nobody is held in, such where somebody is, and
# such as were begun beyond the day's quota. What is left is for what was sent or taken back.
ROOM = {"draft": 4 * 1024 * 1024, "held": 2 * 1024 * 1024, "beyond": 1024 * 1024}
# What a draft or a letter takes beside its texts, at most.
_AROUND = 300
# What the envelope adds to a text before it looks for its size.
_LENGTH = 4
# For how long the person who holds the receipt is told that it was shredded because she asked for
# it.
TOLD_FOR = timedelta(days=366)


class Letter(BaseModel):
    """One sealed document: its public id and kind, its body and its wrapped key in base64, the form
    of that, and the compartment's row to which it is sealed."""

    public_id: str
    kind: str
    compartment_id: int
    form: str = "filed"
    body: str = Field(repr=False)
    wrapped: str = Field(repr=False)


class Draft(BaseModel):
    """A filing that is not finished. `held`: its author said that somebody is held or in danger;
    `beyond`: it was begun for that beyond the day's quota; `adds_to`: the reference of the report
    that it is sent after, if any; `keep`: whether she ticked that it may be kept, None if an
    earlier version took that screen; `guards`: by the names of screens, whether what it says keeps
    the report until it is read (`filing.is_kept_unread`); a screen that an earlier version took is
    not there. `exposed`: it tells of forced sex, for which medicine has its hours; `long_ago`: it
    tells of a day after which those are over."""

    kept_until: date
    held: bool = False
    beyond: bool = False
    adds_to: str = ""
    keep: bool | None = None
    exposed: bool = False
    long_ago: bool = False
    guards: dict[str, bool] = Field(default_factory=dict)
    screens: dict[str, Letter] = Field(default_factory=dict)

    @property
    def rings(self) -> bool:
        """True if the officer on duty is told of it as soon as it is sent."""
        return self.held or (self.exposed and not self.long_ago)

    @property
    def room(self) -> str:
        """The part of `ROOM` in which it lies."""
        return "beyond" if self.beyond else "held" if self.held else "draft"

    @property
    def size(self) -> int:
        """How many bytes it takes at most."""
        letters = self.screens.values()
        return _AROUND + sum(_AROUND + len(letter.body) + len(letter.wrapped) for letter in letters)


class Fate(BaseModel):
    """Fate after the day `until` of a case that nothing keeps: public ids of documents that are not
    its record, names of files, and public ids of briefs. `as_asked`: the person who sent it did not
    let it be kept; `for_officers`: it is for no custodian alone."""

    until: date
    documents: list[str] = Field(default_factory=list)
    files: list[str] = Field(default_factory=list)
    briefs: list[str] = Field(default_factory=list)
    as_asked: bool = False
    for_officers: bool = False


class KeptByPaper(BaseModel):
    """A case that two members keep by a paper (one of `parts.HOLD_PAPERS`) since a day, whatever
    was taken back. It lies here since the deletion after seven days and the receipt have no keys.
    """

    paper: str
    since: date


class Sent(BaseModel):
    """A filing that waits for its hour: the sealed record and the screens that it names; `until`:
    the last day on which it is kept, None if something keeps it; `adds_to`: the reference of the
    report that it is sent after, if any; `held`: it says that somebody is held or in danger."""

    visible_at: datetime
    held: bool = False
    until: date | None = None
    adds_to: str = ""
    record: Letter
    screens: list[Letter] = Field(default_factory=list)
    # To which questions are sealed that the holder of its receipt is asked (`Talk`).
    seal_to: str = ""


class TakenBack(BaseModel):
    """Withdrawals by a receipt that no member has read yet: sealed ones, and the notes of them
    (base64) that only the receipt opens."""

    withdrawals: list[Letter] = Field(default_factory=list)
    notes: str = Field(default="", repr=False)


class Answered(BaseModel):
    """A page by which something was sent: the language in which its word was drawn, the hash of the
    receipt as it is now, and until when the page is answered again."""

    until: datetime
    language: str
    receipt: str = Field(repr=False)


# How many texts are kept for the person who holds a receipt, and how many of hers wait for somebody
# who opens the case.
MOST_TEXTS, MOST_ANSWERS = 20, 10


class Talk(BaseModel):
    """Texts under a receipt. `seal_to`: the public key (base64) of the person who holds it, to
    which all that she may read is sealed, the oldest first; `answers` of hers, sealed for members,
    that stand in no record yet; `new`: its owner has not opened the case since she answered."""

    seal_to: str
    texts: list[str] = Field(default_factory=list, repr=False)
    answers: list[Letter] = Field(default_factory=list)
    new: bool = False


class Owned(BaseModel):
    """An open case as its owner's phone needs it: her account's public id, when phones ring next
    for it, whether somebody is held in it, how often they rang since the last step: -1 if its
    owner does not know of it yet, and the earliest day on which something in it is due."""

    account: str
    ring_at: datetime
    held: bool = False
    rung: int = 0
    due_on: date | None = None


class Ring(BaseModel):
    """How somebody's phone rang of late. `alerts`: when for an alert, as far as it tells a flood;
    `last`: the last time at all, the ways that `failed` then, those of which it is not known
    whether it came (`unsure`), and whether one took it; `waits`: alerts are joined until an hour
    is over."""

    alerts: list[datetime] = Field(default_factory=list)
    last: datetime | None = None
    failed: list[str] = Field(default_factory=list)
    unsure: list[str] = Field(default_factory=list)
    reached: bool = False
    waits: bool = False


class Box(BaseModel):
    """Drafts by the hash of their code; sent filings, and consents that were taken back, by the
    hash of their receipt; pages that sent something, by the hash of code and token; cases that
    nothing keeps, by their reference (it lies here and not in their rows, since it says who
    refused to have her report kept); of reports that were sent after another, by their
    reference, that of the other (so that who sees one is decided by both), as long as one of
    them is there; of those among them that were shredded, which were for officers (of any other
    nobody knows, so that what adds to it is a custodian's); by the hash of their receipt, the
    day on which such were shredded as asked; cases that two members keep by a paper, by
    reference; and, by purpose of consent and reference of the case, ids of what was made of it
    for others to read (`endings.MadeOf`), so that it goes with that consent though nobody has
    keys at hand."""

    drafts: dict[str, Draft] = Field(default_factory=dict)
    sent: dict[str, Sent] = Field(default_factory=dict)
    taken_back: dict[str, TakenBack] = Field(default_factory=dict)
    pages: dict[str, Answered] = Field(default_factory=dict)
    fates: dict[str, Fate] = Field(default_factory=dict)
    additions: dict[str, str] = Field(default_factory=dict)
    for_officers: list[str] = Field(default_factory=list)
    shredded: dict[str, date] = Field(default_factory=dict)
    papers: dict[str, KeptByPaper] = Field(default_factory=dict)
    # By account of the person who asked for it, references of cases that were shredded since, each
    # with the day, until she has read that: their records can tell her nothing any more.
    shredded_for: dict[str, dict[str, date]] = Field(default_factory=dict)
    # By reference of a case, its open briefs, and what of each goes on if its keeping is taken
    # back (`mediation.open_requests`).
    briefs: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    made: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    # By reference, who owns each open case; and by account, how her phone rang.
    owners: dict[str, Owned] = Field(default_factory=dict)
    # By reference, texts between members and the person who holds the receipt.
    talks: dict[str, Talk] = Field(default_factory=dict)
    # By reference, the codes of sentences that the holder of its receipt may read, the oldest
    # first (`line_of_time`), without a time.
    told: dict[str, list[str]] = Field(default_factory=dict)
    rings: dict[str, Ring] = Field(default_factory=dict)

    def is_held(self, reference: str) -> bool:
        """True if a case is not deleted, whatever was taken back: two members named a paper."""
        return reference in self.papers

    def letters(self) -> Iterator[Letter]:
        """Every sealed document in it."""
        for draft in self.drafts.values():
            yield from draft.screens.values()
        for report in self.sent.values():
            yield from (report.record, *report.screens)
        for taken_back in self.taken_back.values():
            yield from taken_back.withdrawals
        for talk in self.talks.values():
            yield from talk.answers

    def due(self, now: datetime) -> list[str]:
        """The sent filings whose hour has come."""
        return [key for key, report in self.sent.items() if report.visible_at <= now]

    def forget_old(self, today: date, now: datetime) -> None:
        """Drop the drafts whose day has passed, the pages whose hour has, and after a year what is
        told of reports that were shredded."""
        long_ago = today - TOLD_FOR
        self.shredded = {key: day for key, day in self.shredded.items() if day >= long_ago}
        self.shredded_for = {
            account: {key: day for key, day in cases.items() if day >= long_ago}
            for account, cases in self.shredded_for.items()
        }
        self.pages = {key: page for key, page in self.pages.items() if page.until > now}
        self.drafts = {
            key: draft for key, draft in self.drafts.items() if draft.kept_until >= today
        }

    def forget_alone(self, there: Collection[str]) -> None:
        """Forget what belonged together of which nothing is there any more. `there`: references of
        cases that were not shredded; what is still to come may belong to one that was."""
        coming = {draft.adds_to for draft in self.drafts.values()}
        coming |= {report.adds_to for report in self.sent.values()}
        belonging = {
            together
            for reference in (*there, *coming)
            for together in together_with(reference, self.additions)
        }
        self.additions = {
            more: first for more, first in self.additions.items() if more in belonging
        }
        self.for_officers = [reference for reference in self.for_officers if reference in belonging]

    def make_room(self, written: str = "") -> None:
        """Drop drafts until each room holds its own: the largest first, so that an account that
        fills it loses more than others, and never the one that is being written."""
        for room, most in ROOM.items():
            there = {key: draft.size for key, draft in self.drafts.items() if draft.room == room}
            too_much = sum(there.values()) - most
            there.pop(written, None)
            for key in sorted(there, key=lambda key: there[key], reverse=True):
                if too_much <= 0:
                    break
                too_much -= there[key]
                del self.drafts[key]


class BoxFull(ValueError):
    """More lies there than one text may hold."""


def in_text(content: bytes) -> str:
    """Bytes as they stand in a letter."""
    return b64encode(content).decode()


def in_bytes(text: str) -> bytes:
    """Bytes of a text in a letter."""
    return b64decode(text)


def as_bytes(box: Box) -> bytes:
    """The letterbox as it is sealed. Raises BoxFull."""
    ordered = Box(
        drafts=dict(sorted(box.drafts.items())),
        sent=dict(sorted(box.sent.items())),
        taken_back=dict(sorted(box.taken_back.items())),
        pages=dict(sorted(box.pages.items())),
        fates=dict(sorted(box.fates.items())),
        additions=dict(sorted(box.additions.items())),
        for_officers=sorted(set(box.for_officers)),
        shredded=dict(sorted(box.shredded.items())),
        papers=dict(sorted(box.papers.items())),
        shredded_for={
            account: dict(sorted(cases.items()))
            for account, cases in sorted(box.shredded_for.items())
            if cases
        },
        briefs={
            key: dict(sorted(open_ones.items())) for key, open_ones in sorted(box.briefs.items())
        },
        made={
            purpose: {key: sorted(ids) for key, ids in sorted(cases.items()) if ids}
            for purpose, cases in sorted(box.made.items())
        },
        owners=dict(sorted(box.owners.items())),
        talks=dict(sorted(box.talks.items())),
        told={key: codes for key, codes in sorted(box.told.items()) if codes},
        rings=dict(sorted(box.rings.items())),
    )
    content = ordered.model_dump_json(exclude_defaults=True).encode()
    size = SMALLEST
    while size < len(content) + _LENGTH:
        size *= 2
    if size > MOST:
        raise BoxFull
    return content.ljust(size - _LENGTH)


def from_bytes(plaintext: bytes) -> Box:
    """The letterbox as it was sealed. Raises pydantic's ValidationError if it is none."""
    return Box.model_validate_json(plaintext)
