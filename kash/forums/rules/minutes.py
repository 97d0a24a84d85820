"""The lock of minutes: a root over salted leaves, which holds although some are withdrawn. Each
paragraph, decision, action and name of the minutes is a leaf. Its digest is SHA-256 of a random
salt, its kind, its place and its value, each after its length; the root is SHA-256 of the meeting
and of the kinds and digests of all leaves in order. A leaf is withdrawn by deleting its value and
its salt: its digest stays, so that the root still verifies, and since the salt is gone nobody can
try short names until one fits. The life of minutes: draft, circulated among those who were present,
confirmed and locked. Operations that pages of minutes send, once it was opened. Numbers of minutes.
The minutes of a meeting as their paper says them, taken apart into leaves and put together. What
stands here is what every group may read, and nothing more: groups are letters, members as they
appeared, and the person who is only counted stands in the counts. Lines that are internal are parts
of their own, for those who run the forum. Lines of minutes that hold a figure beside a station or a
case."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from kash.forums.rules.meetings import STATUSES, Quorum
from kash.forums.rules.merging import ROWS_OF_AN_ITEM, TypedMinutesRow, WrittenItem
from kash.platform.vault.chain import length_prefixed

SALT_BYTES = 16
_MARK = "minutes of a forum, 1"
_ERRATUM_MARK = "erratum to minutes, 1"


@dataclass(frozen=True)
class SaltedLeaf:
    """A piece of locked minutes. `digest` is 64 hexadecimal characters; value and salt are None
    once it is withdrawn."""

    kind: str
    digest: str
    value: str | None
    salt: bytes | None

    @property
    def withdrawn(self) -> bool:
        """True if nothing of it is left but its digest."""
        return self.value is None and self.salt is None


def leaf_digest(salt: bytes, kind: str, place: int, value: str) -> str:
    """The digest of a leaf; `place` counts from 0."""
    return hashlib.sha256(length_prefixed(salt, kind, str(place), value)).hexdigest()


def leaves_of(parts: Sequence[tuple[str, str]], new_salt: Callable[[], bytes]) -> list[SaltedLeaf]:
    """The leaves of (kind, value) in order. `new_salt` gives 16 random bytes, anew each time.

    Raises ValueError if a salt is shorter, since a short name could be guessed then.
    """
    leaves = []
    for place, (kind, value) in enumerate(parts):
        salt = new_salt()
        if len(salt) < SALT_BYTES:
            raise ValueError("a salt has at least 128 bits")
        leaves.append(SaltedLeaf(kind, leaf_digest(salt, kind, place, value), value, salt))
    return leaves


def root_of(meeting: str, leaves: Sequence[SaltedLeaf]) -> str:
    """The root, 64 hexadecimal characters; `meeting` is the public id of the meeting."""
    parts = [part for leaf in leaves for part in (leaf.kind, leaf.digest)]
    return hashlib.sha256(length_prefixed(_MARK, meeting, str(len(leaves)), *parts)).hexdigest()


def withdrawn(leaf: SaltedLeaf) -> SaltedLeaf:
    """The leaf without its value and its salt."""
    return replace(leaf, value=None, salt=None)


def altered(leaves: Sequence[SaltedLeaf]) -> list[int]:
    """The places of the leaves, counted from 0, whose value is not the one that was locked."""
    return [place for place, leaf in enumerate(leaves) if not _holds(leaf, place)]


def _holds(leaf: SaltedLeaf, place: int) -> bool:
    if leaf.withdrawn:
        return True
    if leaf.value is None or leaf.salt is None:
        return False
    return leaf.digest == leaf_digest(leaf.salt, leaf.kind, place, leaf.value)


def erratum_root(before: str, number: int, leaf: SaltedLeaf) -> str:
    """The root after an erratum: it stands on the one `before`, that of the minutes or of the
    erratum before it, so that none can be left out."""
    return hashlib.sha256(
        length_prefixed(_ERRATUM_MARK, before, str(number), leaf.kind, leaf.digest)
    ).hexdigest()


# For how long those who were present may remark, unless another day is chosen.
REMARKS_FOR = timedelta(days=7)


class MinutesState(StrEnum):
    """State of the minutes of a meeting that was held."""

    DRAFT = "draft"
    CIRCULATED = "circulated"
    LOCKED = "locked"


class MinutesStep(StrEnum):
    """The one thing that the person who runs the forum does next about the minutes of a meeting."""

    HOLD = "hold"
    CIRCULATE = "circulate"
    SETTLE = "settle"
    WAIT = "wait"
    CONFIRM = "confirm"
    NOTHING = "nothing"


def next_step(
    meeting: str, minutes: MinutesState, *, open_remarks: int, later_begun: bool
) -> MinutesStep:
    """The next step, by the state of the meeting and of its minutes, and by whether a later
    meeting has begun at which they can be confirmed."""
    if meeting == "cancelled" or minutes is MinutesState.LOCKED:
        return MinutesStep.NOTHING
    if meeting != "held":
        return MinutesStep.HOLD
    if minutes is MinutesState.DRAFT:
        return MinutesStep.CIRCULATE
    if open_remarks:
        return MinutesStep.SETTLE
    return MinutesStep.CONFIRM if later_begun else MinutesStep.WAIT


def may_remark(state: MinutesState, until: date | None, today: date) -> bool:
    """True while remarks are taken: up to the end of the day that was said."""
    return state is MinutesState.CIRCULATED and (until is None or today <= until)


def may_confirm(quorum: Quorum) -> bool:
    """True if a meeting can confirm minutes. Where no quorum was agreed, somebody of each group
    that has members must be there."""
    together = all(group.present for group in quorum.groups if group.members)
    return quorum.met and (quorum.agreed or together)


class ConfirmRefusal(StrEnum):
    """Reason for which minutes are not confirmed."""

    NOT_CIRCULATED = "not_circulated"
    REMARKS = "remarks"
    EARLIER = "earlier"
    MOMENT = "moment"
    SAME = "same"
    ABSENT = "absent"
    NO_QUORUM = "no_quorum"


@dataclass(frozen=True)
class Confirmation:
    """All that is known when a meeting is about to confirm the minutes of another."""

    state: MinutesState
    open_remarks: int
    # The confirming meeting comes after the one whose minutes they are.
    later: bool
    # The moment lies within the confirming meeting, and not ahead.
    during: bool
    proposer: str
    seconder: str
    # Members who are present at that moment.
    present: frozenset[str]
    quorate: bool


def refusal(asked: Confirmation) -> ConfirmRefusal | None:
    """The first reason against confirming; None if there is none."""
    reasons = (
        (asked.state is not MinutesState.CIRCULATED, ConfirmRefusal.NOT_CIRCULATED),
        (asked.open_remarks > 0, ConfirmRefusal.REMARKS),
        (not asked.later, ConfirmRefusal.EARLIER),
        (not asked.during, ConfirmRefusal.MOMENT),
        (asked.proposer == asked.seconder, ConfirmRefusal.SAME),
        (not {asked.proposer, asked.seconder} <= asked.present, ConfirmRefusal.ABSENT),
        (not asked.quorate, ConfirmRefusal.NO_QUORUM),
    )
    return next((reason for against, reason in reasons if against), None)


# As public ids are drawn.
_KEY = re.compile(r"[0-9a-hjkmnp-tv-z]{16}")
_MOST_NUMBER = 2**31 - 1
_MOST_TEXT = 100_000
_LONGEST_WAIT = timedelta(days=30)
_NEVER_SHOWN = {"Cc", "Cs"}


class UnreadableOperation(ValueError):
    """This is nothing that a page of minutes sends."""


@dataclass(frozen=True)
class MinutesOperation:
    """All that a page shows, `now`, and `base`, from what it began.

    A page counts what it sends by `number`. `began` is the number of its own that was answered when
    it began from `base`: what it sent after that and had no answer to, it sends again in this.
    """

    page: str
    number: int
    began: int
    base: WrittenItem
    now: WrittenItem
    # By a decision's key, when it was taken by the browser's clock, in milliseconds.
    taken: Mapping[str, int] = field(default_factory=dict)

    @property
    def op_id(self) -> str:
        """By what it is known again."""
        return f"{self.page}:{self.number}"


def is_key(text: object) -> bool:
    """True if a text looks as the keys of rows and pages do."""
    return isinstance(text, str) and _KEY.fullmatch(text) is not None


def read_operation(plaintext: bytes, page: str, number: int) -> MinutesOperation:
    """An operation as its page wrote it. Raises UnreadableOperation."""
    try:
        sent = json.loads(plaintext)
        began = sent["began"]
        if type(began) is not int or not 0 <= began < number <= _MOST_NUMBER or not is_key(page):
            raise UnreadableOperation
        base, now = item_of(sent["base"]), item_of(sent["now"])
        taken = {line["key"]: line["at"] for line in sent["now"]["decisions"] if "at" in line}
        if any(type(at) is not int for at in taken.values()):
            raise UnreadableOperation
        return MinutesOperation(page, number, began, base, now, taken)
    except (TypeError, KeyError, ValueError, AttributeError, RecursionError):
        raise UnreadableOperation from None


def moment_of(taken: int | None, sent: int | None, now: datetime) -> datetime:
    """The moment of something by our clock, from when it was and when it was sent by the browser's,
    which may be wrong; now if nothing can be made of them."""
    ago = 0 if taken is None or sent is None else sent - taken
    # Far larger ones have no place in a time.
    believed = 0 <= ago <= _LONGEST_WAIT // timedelta(milliseconds=1)
    return now - timedelta(milliseconds=ago) if believed else now


def item_of(values: Mapping[str, Any]) -> WrittenItem:
    """An item from its values. Raises UnreadableOperation and what reading raises."""
    return WrittenItem(
        _text(values["minute"]), _rows(values["decisions"]), _rows(values["actions"])
    )


def values_of(item: WrittenItem) -> dict[str, Any]:
    """An item as values that JSON takes."""
    return {
        "minute": item.minute,
        "decisions": [{"key": line.key, "text": line.text} for line in item.decisions],
        "actions": [
            {
                "key": line.key,
                "text": line.text,
                "owner": line.owner,
                "due": line.due_on.isoformat() if line.due_on else "",
            }
            for line in item.actions
        ],
    }


def _rows(values: Sequence[Mapping[str, Any]]) -> tuple[TypedMinutesRow, ...]:
    if not isinstance(values, list) or len(values) > ROWS_OF_AN_ITEM * 4:
        raise UnreadableOperation
    by_key: dict[str, TypedMinutesRow] = {}
    for line in values:
        owner, due = line.get("owner", ""), line.get("due", "")
        if not is_key(line["key"]) or (owner and not is_key(owner)):
            raise UnreadableOperation
        day = date.fromisoformat(due) if due else None
        if day is not None and not 1900 <= day.year <= 2199:
            raise UnreadableOperation
        by_key[line["key"]] = TypedMinutesRow(line["key"], _text(line["text"]), owner, day)
    return tuple(by_key.values())


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise UnreadableOperation
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n").replace("\r", "\n")
    parts = [
        sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in _NEVER_SHOWN
    ]
    return "".join(parts) if text.strip() else ""


_LETTERS = ("", *"BCDEFGHIJKLMNOPQRSTUVWXYZ")


class NoLetterLeft(ValueError):
    """A forum already has as many meetings in that month as there are letters."""


def month_letter(taken: Collection[str]) -> str:
    """The letter of the next meeting in a month: none for the first, then B, C, up to Z.

    `taken` are the letters of the forum's other meetings of that month, cancelled ones among them,
    so that a number that was once printed never comes to mean another meeting.
    """
    for letter in _LETTERS:
        if letter not in taken:
            return letter
    raise NoLetterLeft("no letter is left for another meeting in this month")


def minute_number(position: int, day: date, letter: str = "") -> str:
    """`MIN 3/11/2026`: the third item of the meeting in November 2026; `MIN 3/11B/2026` when it
    is the second meeting of the forum in that month."""
    return f"MIN {position}/{month_mark(day, letter)}"


def month_mark(day: date, letter: str = "") -> str:
    """`11/2026`: by what the minutes of a meeting are told from those of another month."""
    return f"{day.month}{letter}/{day.year}"


# What may be withdrawn: names, and whatever somebody wrote.
NAMES = frozenset({"name", "owner", "proposer", "seconder"})
TEXTS = frozenset({"paragraph", "internal", "decision", "action", "carried"})
WITHDRAWABLE = NAMES | TEXTS


@dataclass(frozen=True)
class MinutesPart:
    """One piece of the minutes. `said` is None once it is withdrawn.

    `about` is the public id of the item, decision or action in which it was written; `member` that
    of the seat that a name names, while the minutes are made; `key` that of the leaf from which
    it was read.
    """

    kind: str
    said: Mapping[str, Any] | None
    about: str = ""
    member: str = field(default="", compare=False)
    key: str = field(default="", compare=False)

    def __getitem__(self, name: str) -> Any:
        """The words or numbers under a name; empty if it says nothing there or was withdrawn."""
        return "" if self.said is None else self.said.get(name, "")

    @property
    def withdrawn(self) -> bool:
        """True if it was withdrawn."""
        return self.said is None

    @property
    def value(self) -> str:
        """All that it says as one text, the same for the same."""
        return json.dumps(self.said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def said_in(value: str | None) -> Mapping[str, Any] | None:
    """All that a leaf's value says; None if it was withdrawn."""
    if value is None:
        return None
    content = json.loads(value)
    return content if isinstance(content, dict) else {}


@dataclass(frozen=True)
class Task:
    """An action, of this meeting or carried into it, and the name of who took it on."""

    part: MinutesPart
    owner: MinutesPart | None = None


@dataclass(frozen=True)
class RecordedItem:
    """An item with all that stands under it."""

    head: MinutesPart
    carried: tuple[Task, ...] = ()
    paragraphs: tuple[MinutesPart, ...] = ()
    decisions: tuple[MinutesPart, ...] = ()
    actions: tuple[Task, ...] = ()


@dataclass(frozen=True)
class MinutesRecord:
    """The minutes of a meeting: when and where, who was there, its items, who confirmed them."""

    head: MinutesPart
    groups: tuple[MinutesPart, ...] = ()
    names: tuple[MinutesPart, ...] = ()
    items: tuple[RecordedItem, ...] = ()
    confirmed: MinutesPart | None = None
    proposer: MinutesPart | None = None
    seconder: MinutesPart | None = None

    def names_of(self, letter: str, status: str) -> tuple[MinutesPart, ...]:
        """The names of those of a group with a status: they stand in the order of the groups, and
        within each in that of its statuses. Those that are withdrawn come last, since a place
        between two names would tell how it began."""
        first = 0
        for group in self.groups:
            for status_of in STATUSES:
                count = group["named"].get(status_of, 0)
                if (group["group"], status_of) == (letter, status):
                    names = self.names[first : first + count]
                    return tuple(
                        sorted(names, key=lambda part: (part.withdrawn, str(part["shown"])))
                    )
                first += count
        return ()

    @property
    def decisions(self) -> list[MinutesPart]:
        """The decisions; their places from 1 are their numbers."""
        return [part for item in self.items for part in item.decisions]

    @property
    def actions(self) -> list[Task]:
        """The actions; their places from 1 are their numbers."""
        return [task for item in self.items for task in item.actions]


def without_names(record: MinutesRecord) -> MinutesRecord:
    """The record for people who are no members: counts and letters in the place of names, and no
    place, since those who met there may meet there again."""
    groups = tuple(
        replace(part, said={**part.said, "named": {}}) if part.said is not None else part
        for part in record.groups
    )
    head = replace(record.head, said={**(record.head.said or {}), "place": ""})
    return replace(
        record,
        head=head,
        groups=groups,
        names=(),
        items=tuple(_without_owners(item) for item in record.items),
        proposer=None,
        seconder=None,
    )


def _without_owners(item: RecordedItem) -> RecordedItem:
    return replace(
        item,
        carried=tuple(Task(task.part) for task in item.carried),
        actions=tuple(Task(task.part) for task in item.actions),
    )


def _tasks(tasks: Iterable[Task]) -> list[MinutesPart]:
    parts = []
    for task in tasks:
        parts += [task.part] if task.owner is None else [task.part, task.owner]
    return parts


def parts_in_order(record: MinutesRecord) -> list[MinutesPart]:
    """All parts of a record, in the order in which they become leaves."""
    parts = [record.head, *record.groups, *record.names]
    for item in record.items:
        parts += [item.head, *_tasks(item.carried), *item.paragraphs, *item.decisions]
        parts += _tasks(item.actions)
    parts += [part for part in (record.confirmed, record.proposer, record.seconder) if part]
    return parts


def record_of(parts: Sequence[MinutesPart]) -> MinutesRecord:
    """The record that was taken apart into these parts. Raises ValueError if they are none."""
    reader = _PartReader(parts)
    return reader.record()


class _PartReader:
    def __init__(self, parts: Sequence[MinutesPart]) -> None:
        self.parts = parts
        self.place = 0

    def one(self, *kinds: str) -> MinutesPart | None:
        """The next part, if it is of one of these kinds."""
        if self.place < len(self.parts) and self.parts[self.place].kind in kinds:
            self.place += 1
            return self.parts[self.place - 1]
        return None

    def several(self, *kinds: str) -> tuple[MinutesPart, ...]:
        parts = []
        while (part := self.one(*kinds)) is not None:
            parts.append(part)
        return tuple(parts)

    def tasks(self, kind: str) -> tuple[Task, ...]:
        tasks = []
        while (part := self.one(kind)) is not None:
            tasks.append(Task(part, self.one("owner")))
        return tuple(tasks)

    def items(self) -> tuple[RecordedItem, ...]:
        items = []
        while (head := self.one("item")) is not None:
            carried = self.tasks("carried")
            paragraphs = self.several("paragraph", "internal")
            items.append(
                RecordedItem(
                    head, carried, paragraphs, self.several("decision"), self.tasks("action")
                )
            )
        return tuple(items)

    def record(self) -> MinutesRecord:
        head = self.one("meeting")
        if head is None:
            raise ValueError("minutes begin with their meeting")
        record = MinutesRecord(
            head,
            self.several("group"),
            self.several("name"),
            self.items(),
            self.one("confirmed"),
            self.one("proposer"),
            self.one("seconder"),
        )
        if self.place != len(self.parts):
            raise ValueError("these parts stand in no order of minutes")
        return record


# Month names; short ones and those that are other words too only with their capital.
_MONTH = (
    r"(?:(?-i:Jan|Feb|Mar|March|Apr|May|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|january|february|april|june"
    r"|july|august|september|october|november|december|januari|februari|machi|aprili|mei|juni"
    r"|julai|agosti|septemba|oktoba|novemba|desemba)\b"
)

# What is no count: days, times, years, money, and the numbers of minutes.
_NO_COUNT = re.compile(
    rf"""(?x)
    \bMIN\s+\d+(?:/\d+)* | \b\d{{4}}-\d{{2}}-\d{{2}}\b | \b\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}\b
    | \b\d{{1,2}}[:.]\d{{2}}\b | \b(?:19|20)\d{{2}}\b | \b(?:KES|KSh|Sh)\.?\s*[\d.,]+
    | \b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH} | \b{_MONTH}\s+\d{{1,2}}\b
    """,
    re.IGNORECASE,
)

_COUNT = re.compile(
    r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty"
    r"|fifty|hundred|half|twice|double|none|zero|mbili|wawili|tatu|watatu|nne|wanne|tano|watano|sita"
    r"|saba|nane|wanane|tisa|kumi|ishirini|thelathini|arobaini|hamsini|mia|nusu|sifuri)\b",
    re.IGNORECASE,
)

# Of these, none and a single one tell as much as any figure.
_CASE = (
    r"(?:reports?(?!\s+(?:offices?|desks?|forms?|on|to)\b)|cases?|incidents?|violations?|complaints?|arrest(?:s|ed)?|victims?|survivors?"
    r"|rapes?|raped|beat(?:en|ings?)|extortions?|filings?|ripoti|kesi|tukio|matukio|ukiukaji"
    r"|lalamiko|malalamiko|wa?likamatwa|alikamatwa|kukamatwa|waathiriwa|mwathiriwa)"
)

_ABOUT_CASES = re.compile(
    rf"\b(?:{_CASE}|station|police\s+post|cells?|kituo|mahabusu)\b", re.IGNORECASE
)

_NO_CASE = re.compile(
    rf"\b(?:no|one|a\s+single|another|hakuna|moja|mmoja)\s+(?:\w+\s+)?{_CASE}\b"
    rf"|\b{_CASE}\s+(?:moja|mmoja)\b",
    re.IGNORECASE,
)

_KINDS_OF_STATION = {"police", "station", "post", "patrol", "base", "kituo", "cha", "polisi", "the"}

_SENTENCE = re.compile(r"(?<=[.!?;])\s+")


def _own_name(station: str) -> str:
    """Name of a station in talk: without the words that all of them have."""
    words = station.casefold().split()
    return " ".join([word for word in words if word not in _KINDS_OF_STATION] or words)


def telling_lines(text: str, stations: Collection[str]) -> list[str]:
    """The lines of a text that hold a figure beside a station, a report, a case or their like.

    A person who knows one case learns from such a line what the printed releases keep from her.
    `stations` are names of stations. Days, times, money and the numbers of minutes are no figures.
    A line is a whole paragraph; one sentence of it is enough. It errs by asking once too often.
    """
    named = [name for station in stations if len(name := _own_name(station)) > 3]

    def tells(sentence: str) -> bool:
        plain = " ".join(_NO_COUNT.sub(" ", sentence).split())
        about = _ABOUT_CASES.search(plain) or any(name in plain.casefold() for name in named)
        return bool((about and _COUNT.search(plain)) or _NO_CASE.search(plain))

    lines: list[str] = []
    heads_a_list = False
    for line in text.splitlines():
        plain = " ".join(_NO_COUNT.sub(" ", line).split())
        counted = heads_a_list and _COUNT.search(plain)
        if counted or any(tells(sentence) for sentence in _SENTENCE.split(line)):
            lines.append(line.strip())
        # "Reports by station:" and what stands below it, until an empty line.
        heads_a_list = bool(plain) and (
            heads_a_list or (plain.endswith(":") and _ABOUT_CASES.search(plain) is not None)
        )
    return list(dict.fromkeys(lines))


def line_digest(line: str) -> str:
    """By what a line is known again: SHA-256 of its words, in hexadecimal."""
    return hashlib.sha256(" ".join(line.split()).casefold().encode()).hexdigest()


def published_text(text: str, internal: Collection[str]) -> str:
    """A text without its internal lines, which are given by their digests."""
    if not internal:
        return text
    lines = [line for line in text.splitlines() if line_digest(line) not in internal]
    return "\n".join(lines).strip()
