"""All rows of a form, page by page, or none. Since 2026 KoboToolbox gives 100 rows a page unless
it is asked for more, and never more than 1,000, whatever was asked for: whoever reads one page
only gets a part, and is told nothing. So pages are followed until there is no next one, and what
came must be as many as the server says there are. Rows of a form: by what one is known for ever,
what it says, and whether that changed. An edit on the server keeps a row's number and its first id
(`meta/rootUuid`), and changes every other id; rows from before 2025 have no first id until the
server adds it. A form that was copied keeps first ids and gives new numbers. So a row is known by
its first id, else by form and number. Attendance as a form tells it: what each submission says,
and what becomes of it on a register. A submission is one session. For each status it names those
who are marked so, by what the form that was made for the workshop calls them. Two submissions of
one session, or two statuses of one person, may contradict each other: then both are shown, and
nothing is taken over unless somebody chooses."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin, urlsplit

from kash.attendance.rules.marking import CurrentMark, RejectionReason

MOST_A_PAGE = 1_000
MOST_PAGES = 1_000
# No list of people holds more.
MOST_ROWS = 20_000

Row = Mapping[str, Any]
# Given an address, the bytes of the answer.
Fetch = Callable[[str], bytes]


class PagingProblem(Exception):
    """The rows of a form did not come whole; nothing of them is used."""


class NoPage(PagingProblem):
    """An answer is no page of rows: it is not JSON, or parts of it are missing."""


class PageRepeats(PagingProblem):
    """A page leads to one that was read already."""


class LeadsElsewhere(PagingProblem):
    """A page leads to another server, or to something else than rows of this form."""


class FormTooLong(PagingProblem):
    """The form has more rows than one list holds."""


@dataclass
class RowsMissing(PagingProblem):
    """Fewer, or more, rows came than the server says there are."""

    came: int
    said: int


@dataclass(frozen=True)
class Page:
    """One answer: rows, how many there are on all pages, and the address of the next page."""

    count: int
    following: str
    rows: tuple[Row, ...]


@dataclass
class _RowsSoFar:
    """Rows by the server's own number. What came twice is one row: the later one is newer, since
    somebody corrected it between two pages."""

    rows: dict[int, Row] = field(default_factory=dict)
    repeated: int = 0

    def take(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            number = row["_id"]
            self.repeated += number in self.rows
            self.rows[number] = row


@dataclass(frozen=True)
class WholeForm:
    """Rows in the order of the server's numbers, and how many came more than once."""

    rows: tuple[Row, ...]
    repeated: int


def read_page(content: bytes) -> Page:
    """A page as the server wrote it. Raises NoPage."""
    try:
        answer = json.loads(content)
        count, following, rows = answer["count"], answer["next"], answer["results"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NoPage from None
    sound = (
        type(count) is int
        and count >= 0
        and (following is None or isinstance(following, str))
        and isinstance(rows, list)
        and all(isinstance(row, dict) and type(row.get("_id")) is int for row in rows)
    )
    if not sound:
        raise NoPage
    return Page(count, following or "", tuple(rows))


def all_rows(first: str, fetch: Fetch) -> WholeForm:
    """Follow the pages from the first address to the last. Raises PagingProblem, and whatever
    `fetch` raises."""
    gathered, seen, address = _RowsSoFar(), set[str](), first
    while True:
        if address in seen or len(seen) >= MOST_PAGES:
            raise PageRepeats
        seen.add(address)
        page = read_page(fetch(address))
        before = len(gathered.rows)
        gathered.take(page.rows)
        if max(page.count, len(gathered.rows)) > MOST_ROWS:
            raise FormTooLong
        if not page.following:
            break
        if len(gathered.rows) == before:
            # A page of nothing new would be followed for ever.
            raise PageRepeats
        address = _next_address(address, page.following)
    if len(gathered.rows) != page.count:
        raise RowsMissing(len(gathered.rows), page.count)
    return WholeForm(
        tuple(gathered.rows[number] for number in sorted(gathered.rows)), gathered.repeated
    )


def _next_address(here: str, following: str) -> str:
    address = urljoin(here, following)
    mine, other = urlsplit(here), urlsplit(address)
    # A server behind a proxy may write `http` in its own links: the token never goes that way.
    same_name = mine.hostname == other.hostname and mine.path == other.path
    if not same_name or (mine.port != other.port and other.port is not None):
        raise LeadsElsewhere
    return other._replace(scheme=mine.scheme, netloc=mine.netloc).geturl()


_FIRST_ID = "meta/rootUuid"
_ABOUT_THE_PHONE = frozenset(
    (
        *("start", "end", "today", "deviceid", "phonenumber", "username", "subscriberid"),
        *("simserial", "simid", "audit", "background-audio", "start-geopoint"),
        "background-geopoint",
    )
)
MOST_TEXT = 500


class RowProblem(Exception):
    """Rows of a form cannot be read as what it was meant for."""


class SeveralInOne(RowProblem):
    """A submission holds a list of people, where one submission is one person."""


@dataclass
class ColumnsGone(RowProblem):
    """Questions that were answered when the form was read last are in no row any more."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class RowKey:
    """By what a row is known: its first id, which may be missing, and its number in a form."""

    first_id: str
    number: int


@dataclass(frozen=True)
class Submission:
    """Submission of one row by question, without groups of questions, and what it is known by."""

    key: RowKey
    told: Mapping[str, str]

    @property
    def content(self) -> bytes:
        """The same bytes for the same answers, whatever ids an edit gave the row."""
        return json.dumps(sorted(self.told.items()), ensure_ascii=False).encode()


class RowStanding(StrEnum):
    """Standing of a row towards what was brought in before."""

    NEW = "new"
    EDITED = "edited"
    SAME = "same"


def key_of(row: Row) -> RowKey:
    """By what a row is known."""
    first = row.get(_FIRST_ID)
    if not isinstance(first, str):
        inside = row.get("meta")
        first = inside.get("rootUuid") if isinstance(inside, dict) else ""
    first = first if isinstance(first, str) else ""
    return RowKey(first.removeprefix("uuid:").strip().lower()[:60], int(row["_id"]))


def answers_of(row: Row, most: int = MOST_TEXT) -> Submission:
    """Submission of a row, no answer longer than `most`. Raises SeveralInOne."""
    told: dict[str, str] = {}
    for name, value in _questions(row):
        text = " ".join(_text(value).split())[:most]
        short = name.rsplit("/", 1)[-1]
        # Two questions of one name, in two groups: both are told, each under its whole name.
        told[name if short in told else short] = text
    return Submission(key_of(row), told)


def _questions(row: Row) -> Iterable[tuple[str, Any]]:
    for name, value in row.items():
        first, last = name.split("/", 1)[0], name.rsplit("/", 1)[-1]
        # Where somebody stood, who sent it and from which phone is not asked for and not kept.
        if name.startswith("_") or first in ("meta", "formhub") or last in _ABOUT_THE_PHONE:
            continue
        if isinstance(value, list) and any(isinstance(each, dict) for each in value):
            raise SeveralInOne
        if isinstance(value, dict):
            continue
        yield name, value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(_text(each) for each in value)
    return str(value)


def newest(rows: Iterable[Submission]) -> tuple[list[Submission], int]:
    """Rows of different first ids, in order; and how many were copies of another. Of copies that
    has the highest number counts."""
    kept: dict[object, Submission] = {}
    total = 0
    for row in rows:
        total += 1
        same = row.key.first_id or row.key.number
        before = kept.pop(same, None)
        kept[same] = row if before is None or row.key.number > before.key.number else before
    return list(kept.values()), total - len(kept)


def columns_of(rows: Iterable[Submission]) -> tuple[str, ...]:
    """Questions that any row answers, in the order in which they come."""
    return tuple(dict.fromkeys(name for row in rows for name, text in row.told.items() if text))


def refuse_gone(now: Collection[str], before: Sequence[str]) -> None:
    """Refuse rows in which questions are missing that were answered before. Raises ColumnsGone."""
    gone = tuple(name for name in before if name not in now)
    if gone:
        raise ColumnsGone(gone)


def table_of(rows: Sequence[Submission], columns: Sequence[str]) -> list[list[str]]:
    """Rows below one row of headings; the row that stands first is number 2, as a sheet counts."""
    return [list(columns), *([row.told.get(name, "") for name in columns] for row in rows)]


WORKSHOP, SESSION, STATUS = "workshop", "session", "status_"
# As many ids as anybody ticks in one question.
MOST_TICKED = 20_000
MOST_SUBMISSIONS = 2_000
_SHOWN = 40
# As `choice_of` makes them.
_CHOICE = re.compile(r"p[0-9a-f]{15}")
# A box of a question in a column of its own, as exports have it beside the question itself.
_BOX = re.compile(rf"{STATUS}[^/]+/")


class NoAttendance(RowProblem):
    """Rows are not those of a form of attendance: none of them names a session."""


class TooManySubmissions(RowProblem):
    """There are more submissions than a workshop has."""


class MarksState(StrEnum):
    """How what a form says of one place stands towards the register."""

    NEW = "new"
    DIFFERS = "differs"
    UNCLEAR = "unclear"
    BLOCKED = "blocked"
    OUT = "out"
    ACCEPTED = "accepted"
    SAME = "same"
    GONE = "gone"


OPEN = frozenset((MarksState.NEW, MarksState.DIFFERS, MarksState.UNCLEAR))


class Unfitting(StrEnum):
    """Reasons why something of a submission belongs to no place of the register."""

    WORKSHOP = "workshop"
    SESSION = "session"
    PERSON = "person"
    STATUS = "status"


@dataclass(frozen=True)
class SaidSession:
    """One submission: when it was sent, and (status, entry) of everybody whom it marks."""

    key: RowKey
    at: datetime | None
    workshop: str
    session: str
    marks: tuple[tuple[str, str], ...]

    def as_data(self) -> list[Any]:
        """The submission as it is kept."""
        at = self.at.isoformat() if self.at else ""
        marks = [list(one) for one in self.marks]
        return [self.key.first_id, self.key.number, at, self.workshop, self.session, marks]

    @classmethod
    def from_data(cls, data: Sequence[Any]) -> SaidSession:
        """A submission that was kept."""
        first_id, number, at, workshop, session, marks = data
        return cls(
            RowKey(first_id, number),
            datetime.fromisoformat(at) if at else None,
            workshop,
            session,
            tuple((status, entry) for status, entry in marks),
        )


def said_in(row: Submission, at: datetime | None) -> SaidSession:
    """One submission read. Without a session it says nothing."""
    marks = dict.fromkeys(
        (name.removeprefix(STATUS), entry)
        for name, text in row.told.items()
        if name.startswith(STATUS) and not _BOX.match(name)
        for entry in _ticked(text)
    )
    told = row.told
    return SaidSession(row.key, at, told.get(WORKSHOP, ""), told.get(SESSION, ""), tuple(marks))


def _ticked(text: str) -> list[str]:
    """Choices of an answer. What is none stays together as it came: it may be a name."""
    words = text.split()
    other = " ".join(word for word in words if not _CHOICE.fullmatch(word))
    return [word for word in words if _CHOICE.fullmatch(word)] + ([other] if other else [])


def sent_at(row: Row) -> datetime | None:
    """When the server got a row, as it says; None if it does not."""
    text = row.get("_submission_time")
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def row_of_export(headings: Sequence[str], cells: Sequence[str], number: int) -> dict[str, Any]:
    """A line of an export as the server would give the row. One without the server's number is
    known by its place, which holds within one file."""
    row: dict[str, Any] = {
        name: cell for name, cell in zip(headings, cells, strict=False) if name and cell
    }
    given = str(row.pop("_id", "")).removesuffix(".0")
    row["_id"] = int(given) if given.isascii() and given.isdigit() else -number
    # A form's boxes, each in a column of its own, repeat what the question says.
    return {name: value for name, value in row.items() if not _BOX.match(name)}


def refuse_other_forms(sessions: Collection[SaidSession]) -> None:
    """Refuse rows of another form. Raises NoAttendance and TooManySubmissions."""
    if sessions and not any(one.session for one in sessions):
        raise NoAttendance
    if len(sessions) > MOST_SUBMISSIONS:
        raise TooManySubmissions


@dataclass(frozen=True)
class Submitted:
    """Submissions as they are kept from now on, and how many are new, edited, and no longer
    there."""

    sessions: tuple[SaidSession, ...]
    new: int = 0
    edited: int = 0
    gone: int = 0


def brought(before: Iterable[SaidSession], now: Iterable[SaidSession], *, whole: bool) -> Submitted:
    """Submissions that came, beside those that came before. A server tells all that there is
    (`whole`); a file may hold a part, so that what it does not name stays."""
    kept = list(before)
    by_first_id = {one.key.first_id: one for one in kept if one.key.first_id}
    by_number = {_numbered(one): one for one in kept}
    found = list(now)
    known = [by_first_id.get(one.key.first_id) or by_number.get(_numbered(one)) for one in found]
    new = sum(1 for earlier in known if earlier is None)
    edited = sum(
        1
        for one, earlier in zip(found, known, strict=True)
        if earlier is not None and _says(one) != _says(earlier)
    )
    again = {id(earlier) for earlier in known if earlier is not None}
    rest = [one for one in kept if id(one) not in again]
    return Submitted((*([] if whole else rest), *found), new, edited, len(rest) if whole else 0)


def _numbered(one: SaidSession) -> tuple[int, str, str]:
    """Number of a submission. One that is its place in a file tells nothing of a row of another
    session, which stands at that place in another file."""
    number = one.key.number
    return (number, "", "") if number >= 0 else (number, one.session, one.key.first_id)


def _says(one: SaidSession) -> tuple[str, str, frozenset[tuple[str, str]]]:
    return one.workshop, one.session, frozenset(one.marks)


@dataclass(frozen=True)
class SlotStand:
    """How a session takes marks: closed by one person, confirmed by another, or not begun."""

    closed: bool = False
    locked: bool = False
    begun: bool = True


@dataclass(frozen=True)
class RegisterPlaces:
    """A register as far as a form can speak of it. `entries` are ids by every id under which a
    place was ever known, `listed` those who are still on it."""

    workshop: str
    slots: Mapping[str, SlotStand]
    entries: Mapping[str, str]
    listed: Collection[str]
    marks: Mapping[tuple[str, str], CurrentMark]
    statuses: Collection[str]
    retired: Collection[str] = ()
    counting: Collection[str] = ()


@dataclass(frozen=True)
class MarkDecided:
    """Decision made before: what was said then, and the status that was taken over, if it was. A
    draft is what is chosen and not confirmed yet, and what was said to it."""

    accepted: bool
    out: bool
    said: str
    choice: str
    draft: str | None = None
    draft_said: str = ""


@dataclass(frozen=True)
class SuggestedMark:
    """Suggestion of a form for one place, and what stands there. `choice` is what would be taken
    over, empty for nothing; `before` what was taken over before it was said otherwise."""

    slot: str
    entry: str
    said: tuple[str, ...]
    at: datetime | None
    state: MarksState
    standing: CurrentMark
    choice: str = ""
    before: str = ""
    why: RejectionReason = RejectionReason.NONE

    @property
    def key(self) -> str:
        """Key of its place in a form of the page."""
        return f"{self.slot}-{self.entry}"


@dataclass(frozen=True)
class NotFitting:
    """Something that a form says and that belongs nowhere, how often, as it came."""

    why: Unfitting
    text: str
    count: int


@dataclass(frozen=True)
class Suggestions:
    """All that a form says of a register, and what of it belongs nowhere."""

    marks: tuple[SuggestedMark, ...] = ()
    unfitting: tuple[NotFitting, ...] = ()
    counts: Mapping[MarksState, int] = field(default_factory=dict)

    @property
    def open(self) -> list[SuggestedMark]:
        """Suggestions that are to be looked at."""
        return [one for one in self.marks if one.state in OPEN]


Place = tuple[str, str]


def suggestions(
    sessions: Iterable[SaidSession],
    places: RegisterPlaces,
    decided: Mapping[Place, MarkDecided],
) -> Suggestions:
    """Suggestions of a form for each place of a register, by its sessions and entries."""
    said, moments, unfitting = _sorted_out(sessions, places)
    slots = {name: at for at, name in enumerate(places.slots)}
    order = {name: at for at, name in enumerate(dict.fromkeys(places.entries.values()))}
    marks = [
        _suggested(place, tuple(sorted(said[place])), moments[place], places, decided.get(place))
        for place in said
    ]
    marks += [
        SuggestedMark(
            *place,
            (),
            None,
            MarksState.GONE,
            places.marks.get(place, CurrentMark()),
            "",
            one.choice,
        )
        for place, one in decided.items()
        if one.accepted and place not in said and place[0] in slots and place[1] in order
    ]
    marks.sort(key=lambda one: (slots[one.slot], order[one.entry]))
    counts: dict[MarksState, int] = {}
    for one in marks:
        counts[one.state] = counts.get(one.state, 0) + 1
    told = [NotFitting(why, text, count) for (why, text), count in sorted(unfitting.items())]
    return Suggestions(tuple(marks), tuple(told), counts)


def _sorted_out(
    sessions: Iterable[SaidSession], places: RegisterPlaces
) -> tuple[dict[Place, set[str]], dict[Place, datetime | None], dict[tuple[Unfitting, str], int]]:
    said: dict[Place, set[str]] = {}
    moments: dict[Place, datetime | None] = {}
    unfitting: dict[tuple[Unfitting, str], int] = {}

    def misses(why: Unfitting, text: str) -> None:
        key = (why, text[:_SHOWN])
        unfitting[key] = unfitting.get(key, 0) + 1

    for one in sessions:
        if one.workshop not in ("", places.workshop):
            misses(Unfitting.WORKSHOP, "")
            continue
        if one.session not in places.slots:
            misses(Unfitting.SESSION, one.session)
            continue
        for status, name in one.marks:
            entry = places.entries.get(name)
            if entry is None:
                misses(Unfitting.PERSON, name)
            elif status not in places.statuses and status not in places.retired:
                misses(Unfitting.STATUS, status)
            else:
                place = (one.session, entry)
                said.setdefault(place, set()).add(status)
                earlier = moments.get(place)
                moments[place] = max(filter(None, (earlier, one.at)), default=None)
    return said, moments, unfitting


def _suggested(
    place: Place,
    said: tuple[str, ...],
    at: datetime | None,
    places: RegisterPlaces,
    decided: MarkDecided | None,
) -> SuggestedMark:
    standing = places.marks.get(place, CurrentMark())
    told = " ".join(said)
    same = decided is not None and decided.said == told
    before = decided.choice if decided and decided.accepted and not same else ""
    draft = decided.draft if decided and decided.draft_said == told else None
    state, choice, why = _standing(place, said, places, standing)
    if same and decided is not None and decided.accepted:
        state, choice, why = MarksState.ACCEPTED, "", RejectionReason.NONE
    elif same and decided is not None and decided.out and state in OPEN and not draft:
        state, choice = MarksState.OUT, ""
    elif state in OPEN and draft is not None:
        choice = draft if draft in said else ""
    return SuggestedMark(*place, said, at, state, standing, choice, before, why)


def _standing(
    place: Place, said: tuple[str, ...], places: RegisterPlaces, standing: CurrentMark
) -> tuple[MarksState, str, RejectionReason]:
    if said == (standing.status,):
        return MarksState.SAME, "", RejectionReason.NONE
    why = _blocked(place, said, places)
    if why is not RejectionReason.NONE:
        return MarksState.BLOCKED, "", why
    if len(said) > 1:
        return MarksState.UNCLEAR, "", why
    if standing.status is not None:
        return MarksState.DIFFERS, "", why
    return MarksState.NEW, said[0], why


def _blocked(place: Place, said: tuple[str, ...], places: RegisterPlaces) -> RejectionReason:
    slot = places.slots[place[0]]
    if place[1] not in places.listed:
        return RejectionReason.NOT_ON_ROSTER
    if slot.locked:
        return RejectionReason.SLOT_LOCKED
    if slot.closed:
        return RejectionReason.SLOT_CLOSED
    if not slot.begun and any(status in places.counting for status in said):
        return RejectionReason.NOT_BEGUN
    if all(status in places.retired for status in said):
        return RejectionReason.STATUS_RETIRED
    return RejectionReason.NONE


def submissions_of(rows: Iterable[Row], answered: Iterable[Submission]) -> list[SaidSession]:
    """Answers of rows, each with when it was sent. `answered` are their answers, the newest of each
    row only."""
    moments = {key_of(row): sent_at(row) for row in rows}
    return [said_in(one, moments.get(one.key)) for one in answered]
