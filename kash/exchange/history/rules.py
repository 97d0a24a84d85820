"""Reading trainings as TrainSMART exports them: one row a training with its people in cells of
several lines, or, in its reports about people, one row a person in a training."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from kash.people.rules.persons import sort_name

MOST_BYTES = 1024 * 1024
MOST_ROWS = 2000
MOST_NAMES = 5000
UNITS = ("hour", "day", "week")
_TITLES = ("training_title_phrase", "training_title")
_START = "training_start_date"
_PEOPLE = "participants"
_FIRST_NAME, _LAST_NAME = "first_name", "last_name"
_NAMES = (_FIRST_NAME, "middle_name", _LAST_NAME)
# In which order somebody says that days of a file are written, and what that leaves of its forms.
DAY_FIRST, MONTH_FIRST = "day", "month"
_FORMS = {
    DAY_FIRST: ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"),
    MONTH_FIRST: ("%m/%d/%Y", "%m-%d-%Y", "%m.%d.%Y"),
}
_EMPTY = frozenset(("", "n/a", "na", "null", "0000-00-00"))
_EARLIEST = date(1950, 1, 1)
_MOST_TEXT = 200
_LENGTH = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")


class UnreadableExport(Exception):
    """The file is no export of trainings. `why` is a key of the words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TwoDays(UnreadableExport):
    """A day could be two."""

    def __init__(self, written: str) -> None:
        super().__init__("two_days")
        self.written = written


@dataclass(frozen=True)
class NamedInRow:
    """Somebody named in a row: the name as written, and by which names it is looked for. `number`
    is the id of the other system, which tells two people of one name apart; often there is none."""

    written: str
    sought: tuple[str, ...]
    as_trainer: bool
    number: str = ""


@dataclass(frozen=True)
class TrainingRow:
    """A training as exported; `number` is its row in the sheet."""

    number: int
    title: str
    first_day: date
    last_day: date
    length: Decimal | None
    length_unit: str
    place: str
    organiser: str
    people: tuple[NamedInRow, ...]

    def source_key(self, *, as_trainer: bool) -> str:
        """Key by which the training of one person is known again."""
        facts = [
            self.title,
            self.first_day.isoformat(),
            self.last_day.isoformat(),
            self.place,
            self.organiser,
            "trainer" if as_trainer else "participant",
        ]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


@dataclass(frozen=True)
class Export:
    """All rows of a file: those that were read, and what is wrong with the others
    (number, and a key of the words). `two_days` is a
    day as written that could be two, where nobody has said yet in which order days are."""

    rows: tuple[TrainingRow, ...]
    faults: tuple[tuple[int, str], ...]
    two_days: str = ""


def decoded(content: bytes) -> str:
    """Text of a file. Raises UnreadableExport if it is no UTF-8."""
    try:
        return plain(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UnreadableExport("encoding") from None


def plain(text: str) -> str:
    """The same text however its lines end, as a form gives it back."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n\ufeff")


def read_export(text: str, today: date, order: str = "") -> Export:
    """Rows of an export. `order` says whether day or month stands first where a day could be two.
    Raises UnreadableExport."""
    if "\0" in text:
        raise UnreadableExport("encoding")
    try:
        reader = csv.DictReader(
            io.StringIO(text), restkey="", restval="", strict=True, delimiter=_delimiter(text)
        )
        headings = {(heading or "").strip().lower() for heading in reader.fieldnames or ()}
        _refuse_other_files(headings)
        sheet = list(_cells(reader, MOST_ROWS if _PEOPLE in headings else MOST_NAMES))
    except csv.Error:
        raise UnreadableExport("quotes") from None
    rows: list[TrainingRow] = []
    faults: list[tuple[int, str]] = []
    two_days = ""
    for number, cells in enumerate(sheet, 2):
        if not any(cells.values()):
            continue
        try:
            rows.append(_row(number, cells, today, order))
        except TwoDays as fault:
            two_days = two_days or fault.written
        except UnreadableExport as fault:
            faults.append((number, fault.why))
    if not rows and not faults and not two_days:
        raise UnreadableExport("empty")
    if sum(len(training_row.people) for training_row in rows) > MOST_NAMES:
        raise UnreadableExport("long")
    return Export(tuple(rows), tuple(faults), two_days)


def _delimiter(text: str) -> str:
    """Sign between cells: a spreadsheet saves a file again with semicolons or tabs where commas are
    for decimals, and rows that were copied have tabs."""
    head = text.partition("\n")[0]
    return max(",;\t", key=head.count)


def _refuse_other_files(headings: Collection[str]) -> None:
    named = {_FIRST_NAME, _LAST_NAME}.issubset(headings)
    trainings = _START in headings and any(title in headings for title in _TITLES)
    if named and not trainings and _PEOPLE not in headings:
        raise UnreadableExport("people")
    if not trainings or not (named or _PEOPLE in headings):
        raise UnreadableExport("columns")


def _cells(reader: csv.DictReader[str], most: int) -> Iterator[dict[str, str]]:
    for number, cells_read in enumerate(reader):
        if number >= most:
            raise UnreadableExport("long")
        yield {
            (heading or "").strip().lower(): _said(cell)
            for heading, cell in cells_read.items()
            if isinstance(cell, str)
        }


def _said(cell: str) -> str:
    text = cell.strip()
    return "" if text.lower() in _EMPTY else text


def _row(number: int, cells: dict[str, str], today: date, order: str) -> TrainingRow:
    title = next((cells[heading] for heading in _TITLES if cells.get(heading)), "")
    if not title:
        raise UnreadableExport("title")
    place = cells.get("training_location_name", "")
    organiser = cells.get("training_organizer_phrase", "")
    if any(len(text) > _MOST_TEXT for text in (title, place, organiser)):
        raise UnreadableExport("text")
    first = read_day(cells.get(_START, ""), order)
    last = read_day(cells["training_end_date"], order) if cells.get("training_end_date") else first
    if not _EARLIEST <= first <= last <= today:
        raise UnreadableExport("order")
    length, unit = _length(cells)
    people = dict.fromkeys(
        NamedInRow(written, sought, as_trainer, number)
        for column, as_trainer in ((_PEOPLE, False), ("trainers", True))
        for number, written, sought in _names(cells.get(column, ""))
    )
    if _PEOPLE not in cells:
        parts = [part for part in (cells.get(column, "") for column in _NAMES) if part]
        for written, sought in _name_of(parts):
            people[NamedInRow(written, sought, False, cells.get("person_id", ""))] = None
    return TrainingRow(number, title, first, last, length, unit, place, organiser, tuple(people))


def read_day(text: str, order: str = "") -> date:
    """A day as 2019-03-31, or with its day and month in an order that leaves no doubt or that
    somebody said. Raises UnreadableExport, and TwoDays where nobody did."""
    head = text.split(" ")[0]
    days: dict[str, date] = {}
    for key, forms in {"": ("%Y-%m-%d",), **_FORMS}.items():
        for form in forms:
            try:
                days[key] = datetime.strptime(head, form).date()
            except ValueError:
                continue
    if not days:
        raise UnreadableExport("day")
    if order and "" not in days and order not in days:
        raise UnreadableExport("mixed")
    if len(set(days.values())) > 1:
        if order not in days:
            raise TwoDays(head)
        return days[order]
    return next(iter(days.values()))


def _length(cells: dict[str, str]) -> tuple[Decimal | None, str]:
    given = cells.get("training_length_value", "")
    unit = cells.get("training_length_interval", "").lower().rstrip("s")
    if not given or not unit:
        return None, ""
    if unit not in UNITS or not _LENGTH.fullmatch(given):
        raise UnreadableExport("length")
    return Decimal(given), unit


def _names(cell: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Names in the lines of a cell: "id, first, middle, last", or "first last"."""
    for line in cell.splitlines():
        parts = [_said(part) for part in line.split(",")]
        number = ""
        if parts[0].isdigit():
            number, parts = parts[0][:20], parts[1:4]
        for written, sought in _name_of([part for part in parts if part]):
            yield number, written, sought


def _name_of(parts: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    written = " ".join(" ".join(parts).split())[:_MOST_TEXT]
    if written:
        # Middle names are often left out where somebody is known already.
        both = (written, f"{parts[0]} {parts[-1]}") if len(parts) > 2 else (written,)
        yield written, tuple(dict.fromkeys(filter(None, map(sort_name, both))))
