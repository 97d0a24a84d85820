"""Operations of a pad, as the phone wrote them, read without trusting any of it. A pad's queue:
its items, and the order in which they are written, told before anything is. Proof that somebody
has read a register before she confirms it. Layout of a paper sheet: columns to sign, further
columns, and rows dealt onto sheets."""

from __future__ import annotations

import json
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Any, TypeAlias

from kash.attendance.rules.marking import (
    LONGEST_OPERATION_ID,
    PRESENT,
    Edge,
    Operation,
    RejectionReason,
    Reply,
)

MOST_ITEMS = 200
LARGEST_SEQUENCE = 2**31 - 1
LONGEST_NAME = 120
LONGEST_NOTE = 2_000
MOST_CELLS = 200
MOST_HEADS = 9_999
MOST_STROKES = 200
MOST_POINTS = 4_000
CANVAS = 1_000
_FIRST_YEAR, _LAST_YEAR = 2020, 2100
ID_LENGTH = 16
_ID_ALPHABET = frozenset("0123456789abcdefghjkmnpqrstvwxyz")
# What `json.loads` does to a text, without asking each time what it was given.
_read_json, _BLANKS = json.JSONDecoder().raw_decode, " \t\n\r"


class OperationKind(StrEnum):
    """Kind of operation that a pad sends."""

    MARK = "mark"
    SCAN = "scan"
    WALK_IN = "walk_in"
    HEADCOUNT = "headcount"
    NOTE = "note"
    SIGNATURE = "signature"
    TIME = "time"
    # What could not be opened or read; it is kept as it came.
    UNREADABLE = "unreadable"


_KINDS: Mapping[str, OperationKind] = {str(kind): kind for kind in OperationKind}


@dataclass(frozen=True)
class WalkInSent:
    """Somebody at the door. `entry` is the id that the phone gave her place on the roster."""

    op_id: str
    entry: str
    name: str
    letter: str
    sex: str
    age_band: str
    slot: str
    at: datetime


@dataclass(frozen=True, order=True)
class Cell:
    """How many of a group (by its letter), a sex and an age band; empty where not told apart."""

    letter: str
    sex: str
    age_band: str
    count: int


@dataclass(frozen=True)
class HeadcountSent:
    """The whole room counted, in place of what was counted before.

    `correction` is the reason why a count is changed though its register is locked.
    """

    op_id: str
    slot: str
    cells: tuple[Cell, ...]
    expected_version: int
    at: datetime
    correction: str = ""


@dataclass(frozen=True)
class NoteSent:
    """Something written down; `slot` may be empty."""

    op_id: str
    slot: str
    text: str
    at: datetime


@dataclass(frozen=True)
class SignatureSent:
    """A signature as strokes of points, each coordinate 0 to 1000."""

    op_id: str
    slot: str
    entry: str
    strokes: tuple[tuple[tuple[int, int], ...], ...]
    at: datetime


@dataclass(frozen=True)
class TimeSent:
    """A session begins or ends; `undoes` is the id of such a tap that is taken back instead."""

    op_id: str
    slot: str
    edge: Edge
    at: datetime
    undoes: str = ""


Sent: TypeAlias = Operation | WalkInSent | HeadcountSent | NoteSent | SignatureSent | TimeSent


class Unreadable(ValueError):
    """This is no operation of a pad."""


def is_public_id(text: object) -> bool:
    """True if this has the form of a public id."""
    return isinstance(text, str) and len(text) == ID_LENGTH and _ID_ALPHABET.issuperset(text)


def kind_of(plaintext: bytes) -> tuple[OperationKind, dict[str, Any]]:
    """Kind of an operation, with its values. Raises Unreadable."""
    try:
        text = plaintext.decode().strip(_BLANKS)
        values, end = _read_json(text)
        if end != len(text):
            raise Unreadable
        return _KINDS[values["kind"]], values
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Unreadable from None


def read_operation(plaintext: bytes, device: str, sequence: int) -> tuple[OperationKind, Sent]:
    """One operation of a pad. Raises Unreadable, whatever the bytes are."""
    kind, values = kind_of(plaintext)
    try:
        return kind, _READERS[kind](values, device, sequence)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise Unreadable from None


def read_moment(text: object) -> datetime:
    """A moment with its offset, of this century. Raises Unreadable."""
    if not isinstance(text, str) or len(text) > 40:
        raise Unreadable
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable from None
    if moment.tzinfo is None or not _FIRST_YEAR <= moment.year < _LAST_YEAR:
        raise Unreadable
    return moment


def _mark(values: dict[str, Any], device: str, sequence: int) -> Operation:
    status = values["status"]
    if not isinstance(status, str) or not 0 < len(status) <= ID_LENGTH:
        raise Unreadable
    return Operation(
        _op_id(values),
        _id(values["slot"]),
        _id(values["entry"]),
        status,
        _version(values["expected_version"]),
        read_moment(values["at"]),
        device,
        sequence,
    )


def _scan(values: dict[str, Any], device: str, sequence: int) -> Operation:
    return _mark(values | {"status": PRESENT}, device, sequence)


def _walk_in(values: dict[str, Any], _device: str, _sequence: int) -> WalkInSent:
    slot = values.get("slot")
    return WalkInSent(
        _op_id(values),
        _id(values["entry"]),
        _text(values.get("name") or "", LONGEST_NAME),
        _text(values["letter"], 1),
        _text(values.get("sex") or "", 8),
        _text(values.get("age_band") or "", 8),
        _id(slot) if slot else "",
        read_moment(values["at"]),
    )


def _headcount(values: dict[str, Any], _device: str, _sequence: int) -> HeadcountSent:
    counts = values["counts"]
    if not isinstance(counts, list) or len(counts) > MOST_CELLS:
        raise Unreadable
    return HeadcountSent(
        _op_id(values),
        _id(values["slot"]),
        summed(
            Cell(
                _text(cell["letter"], 1),
                _text(cell.get("sex") or "", 8),
                _text(cell.get("age_band") or "", 8),
                _number(cell["count"], MOST_HEADS),
            )
            for cell in counts
        ),
        _version(values["expected_version"]),
        read_moment(values["at"]),
    )


def _note(values: dict[str, Any], _device: str, _sequence: int) -> NoteSent:
    slot = values.get("slot")
    text = _text(values["text"], LONGEST_NOTE)
    if not text:
        raise Unreadable
    return NoteSent(_op_id(values), _id(slot) if slot else "", text, read_moment(values["at"]))


def _signature(values: dict[str, Any], _device: str, _sequence: int) -> SignatureSent:
    strokes = values["strokes"]
    if not isinstance(strokes, list) or not 0 < len(strokes) <= MOST_STROKES:
        raise Unreadable
    read = tuple(
        tuple((_number(x, CANVAS), _number(y, CANVAS)) for x, y in stroke) for stroke in strokes
    )
    if sum(map(len, read)) > MOST_POINTS or not all(read):
        raise Unreadable
    return SignatureSent(
        _op_id(values), _id(values["slot"]), _id(values["entry"]), read, read_moment(values["at"])
    )


def _time(values: dict[str, Any], _device: str, _sequence: int) -> TimeSent:
    undoes = values.get("undoes")
    return TimeSent(
        _op_id(values),
        _id(values["slot"]),
        Edge(values["edge"]),
        read_moment(values["at"]),
        _op_id({"op_id": undoes}) if undoes else "",
    )


_READERS: Mapping[OperationKind, Any] = {
    OperationKind.MARK: _mark,
    OperationKind.SCAN: _scan,
    OperationKind.WALK_IN: _walk_in,
    OperationKind.HEADCOUNT: _headcount,
    OperationKind.NOTE: _note,
    OperationKind.SIGNATURE: _signature,
    OperationKind.TIME: _time,
}


def _op_id(values: Mapping[str, Any]) -> str:
    op_id = values["op_id"]
    if (
        not isinstance(op_id, str)
        or not 0 < len(op_id) <= LONGEST_OPERATION_ID
        or not op_id.isascii()
        or not op_id.isprintable()
    ):
        raise Unreadable
    return op_id


def _id(text: Any) -> str:
    if not is_public_id(text):
        raise Unreadable
    kept: str = text
    return kept


def _text(value: object, longest: int) -> str:
    """A text without what no database keeps; too long is unreadable, never cut in silence."""
    if not isinstance(value, str):
        raise Unreadable
    cleaned = "".join(
        letter for letter in value if letter in "\n\t" or letter.isprintable()
    ).strip()
    if len(cleaned) > longest:
        raise Unreadable
    return cleaned


def _number(value: object, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise Unreadable
    return value


def _version(value: object) -> int:
    return _number(value, LARGEST_SEQUENCE)


def summed(cells: Any) -> tuple[Cell, ...]:
    """Cells in order, each place once, without those that count nobody. Raises Unreadable."""
    totals: dict[tuple[str, str, str], int] = {}
    for cell in cells:
        place = (cell.letter, cell.sex, cell.age_band)
        totals[place] = totals.get(place, 0) + cell.count
    if any(count > MOST_HEADS for count in totals.values()):
        raise Unreadable
    return tuple(Cell(*place, count) for place, count in sorted(totals.items()) if count)


@dataclass(frozen=True)
class Counted:
    """A headcount as it stands."""

    cells: tuple[Cell, ...] = ()
    version: int = 0


def decide_headcount(
    sent: HeadcountSent,
    standing: Counted,
    *,
    slot_known: bool,
    slot_closed: bool,
    letters: Collection[str],
    slot_locked: bool = False,
    ahead: bool = False,
) -> tuple[Reply, RejectionReason, Counted]:
    """Answer one headcount, as a mark is answered: the same is applied, another is a conflict.

    `ahead` says that it was counted before the session began (`is_ahead`).
    """
    if not slot_known:
        return Reply.REJECTED, RejectionReason.SLOT_UNKNOWN, standing
    if any(cell.letter not in letters for cell in sent.cells):
        return Reply.REJECTED, RejectionReason.GROUP_UNKNOWN, standing
    if ahead and sent.cells:
        return Reply.REJECTED, RejectionReason.NOT_BEGUN, standing
    if slot_locked:
        if not sent.correction:
            return Reply.REJECTED, RejectionReason.SLOT_LOCKED, standing
    elif slot_closed:
        return Reply.REJECTED, RejectionReason.SLOT_CLOSED, standing
    if standing.version and sent.cells == standing.cells:
        return Reply.APPLIED, RejectionReason.NONE, standing
    if sent.expected_version != standing.version:
        return Reply.CONFLICT, RejectionReason.NONE, standing
    return Reply.APPLIED, RejectionReason.NONE, Counted(sent.cells, standing.version + 1)


def short_codes(entries: Sequence[tuple[int, str]]) -> list[str]:
    """A code for each roster entry (its key and its group's letter), unique in the register: the
    letter and a number in the order in which entries were made."""
    numbers: dict[str, int] = {}
    codes: dict[int, str] = {}
    for key, letter in sorted(entries):
        numbers[letter] = numbers.get(letter, 0) + 1
        codes[key] = f"{letter}{numbers[letter]:02}"
    return [codes[key] for key, _letter in entries]


def moment_of(sent: Sent) -> datetime:
    """When the phone says that it was done."""
    return sent.device_time if isinstance(sent, Operation) else sent.at


# Not frozen, as all else here: that takes four times as long to make, hundreds of times a batch.
@dataclass(slots=True)
class SealedItem:
    """One operation as it stands in a queue. `sequence` counts on the phone."""

    sequence: int
    ephemeral: bytes
    nonce: bytes
    sealed: bytes = field(repr=False)


@dataclass(slots=True)
class OpenedItem:
    """The same opened. What cannot be read has no `sent`, and its bytes as they came."""

    sequence: int
    kind: OperationKind
    sent: Sent | None
    plaintext: bytes = field(repr=False)

    def op_id(self, pad: str) -> str:
        """The operation's own id; one made of pad and number where it can't be read."""
        return self.sent.op_id if self.sent is not None else f"{pad}:{self.sequence}"


@dataclass(slots=True)
class ItemAnswer:
    """Answer to a pad about one item, with what stands now."""

    sequence: int
    op_id: str
    answer: Reply
    reason: RejectionReason = RejectionReason.NONE
    status: str | None = None
    version: int = 0


@dataclass(slots=True)
class SortedQueue:
    """Positions in a queue, in the order in which their items are written.

    What waits already, or waited, is `known` and only answered. Walk-ins come first, so that marks
    on them may stand before them in the queue; what belongs to people or sessions comes
    last.
    """

    known: list[int]
    walk_ins: list[int]
    marks: list[int]
    others: list[int]


def sort_queue(items: Sequence[OpenedItem], pad: str, waiting: Container[str]) -> SortedQueue:
    """Sort the items of this pad; `waiting` are the ids of operations that wait, or waited."""
    order = SortedQueue([], [], [], [])
    for position, item in enumerate(items):
        sent = item.sent
        if waiting and item.op_id(pad) in waiting:
            order.known.append(position)
        elif isinstance(sent, Operation):
            order.marks.append(position)
        elif isinstance(sent, WalkInSent):
            order.walk_ins.append(position)
        else:
            order.others.append(position)
    return order


def register_text(
    slot: str, closed_at: datetime, early_reason: str, marks: Iterable[tuple[int, str, int]]
) -> str:
    """A closed register in one text, the same whenever nothing in it changed.

    `marks` are person, status and version.
    """
    marked = ";".join(f"{person}:{status}:{version}" for person, status, version in sorted(marks))
    return f"{slot}|{closed_at.isoformat()}|{early_reason}|{marked}"


# Rows that fit on one page between its head and the lines at its foot.
ROWS_PER_SHEET = 10
LARGE_ROWS_PER_SHEET = 7
SPARE_ROWS = 2
# More columns than these leave no room to sign.
MOST_COLUMNS = 7
_NOON = time(12, 30)


class Extra(StrEnum):
    """A further column. All but the phone are filled in for people with their names on paper."""

    PHONE = "phone"
    SEX = "sex"
    AGE_BAND = "age_band"
    ORGANISATION = "organisation"


class Half(StrEnum):
    """A half of a day that is signed for as a whole."""

    WHOLE = ""
    MORNING = "am"
    AFTERNOON = "pm"


@dataclass(frozen=True)
class Column:
    """A column to sign: its heading (a time of day) or half day, and the slots it stands for."""

    heading: str
    half: Half
    slots: tuple[str, ...]


@dataclass(frozen=True)
class PlannedSlot:
    """A slot of the day by public id, when it begins on the clock there, and that in words."""

    slot: str
    at: time
    heading: str


@dataclass(frozen=True)
class SheetChoice:
    """Choice of columns and days that somebody makes before printing."""

    halves: bool = False
    extras: tuple[Extra, ...] = ()
    large: bool = False

    @property
    def rows(self) -> int:
        """Rows on one page."""
        return LARGE_ROWS_PER_SHEET if self.large else ROWS_PER_SHEET


def columns_of(day: Sequence[PlannedSlot], choice: SheetChoice) -> tuple[Column, ...]:
    """The columns to sign on one day: one for each session, or for each half where they are many.

    Every slot of the day stands in exactly one column.
    """
    if not choice.halves and len(day) + len(choice.extras) <= MOST_COLUMNS:
        return tuple(Column(slot.heading, Half.WHOLE, (slot.slot,)) for slot in day)
    halves = (
        (Half.MORNING, tuple(slot.slot for slot in day if slot.at < _NOON)),
        (Half.AFTERNOON, tuple(slot.slot for slot in day if slot.at >= _NOON)),
    )
    return tuple(Column("", half, slots) for half, slots in halves if slots)


def as_data(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Columns as a sheet keeps them."""
    return [
        {"heading": column.heading, "half": str(column.half), "slots": list(column.slots)}
        for column in columns
    ]


def from_data(kept: Iterable[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Columns as a sheet kept them."""
    return tuple(
        Column(column["heading"], Half(column["half"]), tuple(column["slots"])) for column in kept
    )


def known_extras(codes: Iterable[str]) -> tuple[Extra, ...]:
    """The further columns that are known, each once, in their usual order."""
    wanted = set(codes)
    return tuple(extra for extra in Extra if extra.value in wanted)


def sheet_rows(
    entries: Sequence[str], rows_per_sheet: int, spare: int = 0
) -> list[tuple[str, ...]]:
    """Entries dealt onto sheets in their order; the last has at least `spare` rows left."""
    dealt = [
        tuple(entries[start : start + rows_per_sheet])
        for start in range(0, len(entries), rows_per_sheet)
    ]
    if not dealt or len(dealt[-1]) > rows_per_sheet - spare:
        dealt.append(())
    return dealt


def fitting_ticks(
    rows: Sequence[str], columns: Sequence[Column], ticks: Sequence[Iterable[int]]
) -> list[frozenset[int]]:
    """A reading that fits its sheet, the signed columns of each row: what is missing is unsigned,
    what is too much is left out."""
    fitting = [
        frozenset(number for number in signed if 0 <= number < len(columns)) for signed in ticks
    ][: len(rows)]
    return fitting + [frozenset()] * (len(rows) - len(fitting))


def signed_places(
    rows: Sequence[str], columns: Sequence[Column], ticks: Sequence[Iterable[int]]
) -> dict[tuple[str, str], bool]:
    """{(slot, entry): whether it is signed}, for all that a sheet asked."""
    places: dict[tuple[str, str], bool] = {}
    for entry, signed in zip(rows, fitting_ticks(rows, columns, ticks), strict=True):
        for number, column in enumerate(columns):
            for slot in column.slots:
                places[slot, entry] = places.get((slot, entry), False) or number in signed
    return places
