"""Rules of a forum: how members appear, how minutes are numbered, what is carried over.

Nothing here knows the web, the database or the time of day.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, TypeVar

Appears = Literal["name", "alias", "office", "counted"]
APPEARS: tuple[Appears, ...] = ("name", "alias", "office", "counted")
# Nobody appears on paper before she said how.
USUAL: Appears = "counted"
# These two stand for a text that the member gave; the others need none.
WITH_TEXT: frozenset[str] = frozenset({"alias", "office"})

STATUSES = ("present", "apology", "absent", "in_attendance")

MEETING_MINUTES = 120
MINUTE_LENGTH = 20_000
DECISION_LENGTH = 2_000
ACTION_LENGTH = 1_000
ROWS_OF_AN_ITEM = 40
ITEMS_OF_A_MEETING = 60
# An item that takes longer than a day is a slip of the pen.
LONGEST_ITEM = 480


@dataclass(frozen=True)
class PlannedItem:
    """A point of an agenda that nobody spoke about yet; `minutes` is how long it should take."""

    title: str
    minutes: int | None = None
    kind: str = "plain"


def agenda_from(items: Sequence[PlannedItem], *, first_meeting: bool) -> list[PlannedItem]:
    """The agenda of a new meeting: after a first one it always has its matters arising."""
    if first_meeting or any(item.kind == "arising" for item in items):
        return list(items)
    return [PlannedItem("", None, "arising"), *items]


# What usually stands on a forum's agenda, in order; `forums/wording.py` has their titles.
USUAL_ITEMS = (
    "opening",
    "quorum",
    "previous",
    "arising",
    "results",
    "stories",
    "actions",
    "other",
)


def with_usual_items(present: Sequence[str]) -> list[tuple[int, str]]:
    """An agenda with the usual items that it lacks, in its order.

    `present` tells of each item which usual one it is, empty if none. Returned are, for each item
    of the new agenda, its place in `present`, or -1 and which usual one it is. An item that is
    there stays where it is; one that is added comes right after the usual one before it, the last
    one to the end.
    """
    agenda = [(place, usual) for place, usual in enumerate(present)]
    for number, usual in enumerate(USUAL_ITEMS):
        if any(usual == other for _place, other in agenda):
            continue
        before = [at for at, (_place, other) in enumerate(agenda) if other in USUAL_ITEMS[:number]]
        at = before[-1] + 1 if before else 0
        agenda.insert(len(agenda) if usual == USUAL_ITEMS[-1] else at, (-1, usual))
    return agenda


_LETTERS = ("", *"BCDEFGHIJKLMNOPQRSTUVWXYZ")

Entry = TypeVar("Entry")


class NoLetterLeft(ValueError):
    """A forum already has as many meetings in that month as there are letters."""


def shown_name(appears: str, shown_as: str, chosen_name: str) -> str:
    """Name under which other members and the paper may show a member; empty when only counted.

    An alias or an office without its text falls back to being counted, never to the name.
    """
    if appears == "name":
        return chosen_name.strip()
    if appears in WITH_TEXT:
        return shown_as.strip()
    return ""


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
    return f"MIN {position}/{day.month}{letter}/{day.year}"


@dataclass(frozen=True)
class OpenedAction:
    """An action as its carrying over depends on it: when it came up, and when it was closed."""

    key: int
    raised_at: datetime
    state: str
    closed_at: datetime | None


def state_at(state: str, closed_at: datetime | None, moment: datetime) -> str:
    """The state an action had at a moment."""
    return "open" if closed_at is None or closed_at > moment else state


def arising(
    actions: Iterable[OpenedAction],
    meeting_at: datetime,
    previous_at: datetime | None,
    as_of: datetime,
) -> list[tuple[int, str]]:
    """The actions that come up under matters arising, in order of age, with their state.

    These are the ones raised in an earlier meeting and still open when the meeting before this one
    was recorded as held (`previous_at`): what was closed since is told once, as closed. `as_of` is
    now while the meeting is planned, later the moment at which it was itself recorded as held.
    """
    return [
        (action.key, state_at(action.state, action.closed_at, as_of))
        for action in sorted(actions, key=lambda action: (action.raised_at, action.key))
        if action.raised_at < meeting_at
        and (action.closed_at is None or previous_at is None or action.closed_at > previous_at)
    ]


def order_is_fixed(meeting_state: str) -> bool:
    """True if items may no longer change places: a held meeting's numbers are quoted elsewhere."""
    return meeting_state != "planned"


@dataclass(frozen=True)
class Attendee:
    """One person on a meeting's register. `shown` is empty when she is only counted."""

    group: str
    status: str | None
    shown: str
    member: bool = True

    @property
    def counts_as(self) -> str | None:
        """The status that paper shows: a guest is never among the members who are present."""
        guest = not self.member and self.status == "present"
        return "in_attendance" if guest else self.status


@dataclass(frozen=True)
class StatusColumn:
    """Those of one group with one status: the ones who appear, and how many more are counted."""

    shown: tuple[str, ...] = ()
    counted: int = 0

    @property
    def total(self) -> int:
        """Everybody, whether shown or counted."""
        return len(self.shown) + self.counted


@dataclass(frozen=True)
class GroupAttendance:
    """A group's line in the table of attendance. Guests are not among `members`."""

    group: str
    columns: Mapping[str, StatusColumn] = field(default_factory=dict)
    members: int = 0

    def column(self, status: str) -> StatusColumn:
        """Those with a status; nobody when there are none."""
        return self.columns.get(status, StatusColumn())


def attendance_by_group(
    attendees: Iterable[Attendee], groups: Sequence[str]
) -> list[GroupAttendance]:
    """One line a group that has anybody, in the order of `groups`.

    Shown names are sorted, so that the order of a list tells nothing about who stands beside whom.
    Members without a mark are only counted among the members.
    """
    everybody = list(attendees)
    lines = []
    for group in groups:
        here = [attendee for attendee in everybody if attendee.group == group]
        if not here:
            continue
        columns = {}
        for status in STATUSES:
            marked = [attendee for attendee in here if attendee.counts_as == status]
            shown = sorted(attendee.shown for attendee in marked if attendee.shown)
            columns[status] = StatusColumn(tuple(shown), len(marked) - len(shown))
        members = sum(1 for attendee in here if attendee.member)
        lines.append(GroupAttendance(group, columns, members))
    return lines


def paragraphs(text: str) -> list[str]:
    """A minute's text as the paragraphs of paper: an empty line begins a new one."""
    parts: list[list[str]] = [[]]
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line.strip():
            parts[-1].append(line.strip())
        elif parts[-1]:
            parts.append([])
    return ["\n".join(lines) for lines in parts if lines]


@dataclass(frozen=True)
class TypedMinutesRow:
    """A decision or an action as somebody typed it. `key` is empty for a new one.

    `owner` is a member's key and `due_on` a day; decisions have neither.
    """

    key: str
    text: str
    owner: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class MinutesChanges:
    """Changes that saving rows makes to the ones that are there."""

    added: tuple[TypedMinutesRow, ...]
    changed: tuple[TypedMinutesRow, ...]
    removed: tuple[str, ...]


def row_changes(present: Collection[str], written: Iterable[TypedMinutesRow]) -> MinutesChanges:
    """How what was written meets what is there.

    A row that is there and not written stays: somebody else added it meanwhile. Only a row that
    was emptied is removed. A written row that somebody removed meanwhile comes back as a new one.
    """
    added: list[TypedMinutesRow] = []
    changed: dict[str, TypedMinutesRow] = {}
    removed: dict[str, None] = {}
    for row in written:
        if row.key in present:
            if row.text.strip():
                changed[row.key] = row
                removed.pop(row.key, None)
            elif row.key not in changed:
                removed[row.key] = None
        elif row.text.strip():
            added.append(row)
    return MinutesChanges(tuple(added), tuple(changed.values()), tuple(removed))


# The less it says, the safer.
_DISCREET = ("counted", "alias", "office", "name")


def merged_seat(kept: Mapping[str, Any], gone: Mapping[str, Any]) -> dict[str, Any]:
    """Changes in a seat when that of somebody who is the same person joins it.

    Of two seats that are held, the one that shows less of her says how she appears.
    """
    held = [each for each in (kept, gone) if each["left_on"] is None] or [kept]
    best = min(held, key=lambda each: _DISCREET.index(each["appears"]))
    left = (
        None
        if None in (kept["left_on"], gone["left_on"])
        else max(kept["left_on"], gone["left_on"])
    )
    return {"appears": best["appears"], "shown_as": best["shown_as"], "left_on": left}


# --- Figures beside cases ---------------------------------------------------------------------

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

    Whoever knows one case learns from such a line what the printed releases keep from her.
    `stations` are names of stations. Days, times, money and the numbers of minutes are no figures.
    A line is a whole paragraph; one sentence of it is enough. It errs by asking once too often.
    """
    named = [name for each in stations if len(name := _own_name(each)) > 3]

    def tells(sentence: str) -> bool:
        plain = " ".join(_NO_COUNT.sub(" ", sentence).split())
        about = _ABOUT_CASES.search(plain) or any(name in plain.casefold() for name in named)
        return bool((about and _COUNT.search(plain)) or _NO_CASE.search(plain))

    found: list[str] = []
    heads_a_list = False
    for line in text.splitlines():
        plain = " ".join(_NO_COUNT.sub(" ", line).split())
        counted = heads_a_list and _COUNT.search(plain)
        if counted or any(tells(sentence) for sentence in _SENTENCE.split(line)):
            found.append(line.strip())
        # "Reports by station:" and what stands below it, until an empty line.
        heads_a_list = bool(plain) and (
            heads_a_list or (plain.endswith(":") and _ABOUT_CASES.search(plain) is not None)
        )
    return list(dict.fromkeys(found))


def line_digest(line: str) -> str:
    """By what a line is known again: SHA-256 of its words, in hexadecimal."""
    return hashlib.sha256(" ".join(line.split()).casefold().encode()).hexdigest()


def published_text(text: str, internal: Collection[str]) -> str:
    """A text without its internal lines, which are given by their digests."""
    if not internal:
        return text
    lines = [line for line in text.splitlines() if line_digest(line) not in internal]
    return "\n".join(lines).strip()
