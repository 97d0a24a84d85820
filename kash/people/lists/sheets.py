"""Zip files, as which workbooks come: a few kilobytes of one can stand for gigabytes. So a part is
inflated piece by piece, and no further than the limit, whatever the directory says. ODS files, as
LibreOffice saves them, read as they are inflated. A few bytes of one can claim a million cells,
each the same as the one before. Nothing is made of such a claim but where something stands in the
cell, and then no more than a list may hold. XLSX files, opened within limits. The directory of the
zip is read first, each part is inflated by us and no further than the limit, and the reading
library sees a plain copy of what was inflated. It makes a full rectangle of every sheet, so the
rectangle is measured before."""

from __future__ import annotations

import io
import math
import re
import xml.parsers.expat as expat
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache

import python_calamine

from kash.people.lists.reading import (
    FAR_BELOW,
    LOCKED,
    LOWEST_ROW,
    MOST_COLUMNS,
    MOST_LINES,
    TOO_LONG,
    TOO_WIDE,
    UNCLEAN_ODS,
    UNCLEAN_WORKBOOK,
    UNPACKS_TOO_FAR,
    Refused,
)
from kash.people.lists.rules.cells import Cell, numbered, plain

MOST_INFLATED = 64 * 1024 * 1024
# What comes of reading a zip that is none.
NOT_A_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    EOFError,
    KeyError,
    OSError,
    ValueError,
)
_CHUNK = 256 * 1024
_ENCRYPTED = 0x1
# What a spreadsheet holds that LibreOffice saved; with a password it may be one sealed piece.
_OPEN_DOCUMENT = {"content.xml", "encrypted-package"}


def is_open_document(content: bytes) -> bool:
    """True if a zip is an OpenDocument file, as far as its directory says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as given:
            return not _OPEN_DOCUMENT.isdisjoint(given.namelist())
    except NOT_A_ZIP:
        return False


def refuse_locked(given: zipfile.ZipFile) -> None:
    """Refuse a zip of which a part is locked. Raises Refused."""
    if any(entry.flag_bits & _ENCRYPTED for entry in given.infolist()):
        raise Refused(LOCKED)


def inflated(
    given: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int = MOST_INFLATED
) -> Iterator[bytes]:
    """A part in pieces. Raises Refused before there are more than `most` bytes of it."""
    left = most
    with given.open(entry) as part:
        while piece := part.read(min(_CHUNK, left + 1)):
            left -= len(piece)
            if left < 0:
                raise Refused(UNPACKS_TOO_FAR)
            yield piece


Sheets = list[tuple[str, list[tuple[int, list[Cell]]]]]
_MOST_SHEETS = 20
_MOST_OF_MANIFEST = 1024 * 1024
_NUMBERS = frozenset(("float", "percentage", "currency"))
# What lies in a cell or a sheet and is not what it says: a comment, a picture, what it was before.
_PASSED_OVER = frozenset(
    ("office:annotation", "table:shapes", "table:dde-links", "table:tracked-changes")
)
_CELLS = frozenset(("table:table-cell", "table:covered-table-cell"))


def read_open_document(content: bytes) -> Sheets:
    """The names and the numbered rows of the sheets that can be seen. Raises Refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as given:
            refuse_locked(given)
            _refuse_encrypted(given)
            return _read(inflated(given, given.getinfo("content.xml")))
    except (*NOT_A_ZIP, expat.ExpatError):
        raise Refused(UNCLEAN_ODS) from None


def _refuse_encrypted(given: zipfile.ZipFile) -> None:
    """Refuse what is locked with a password: its zip is open, and its list of parts tells."""
    names = set(given.namelist())
    if "encrypted-package" in names:
        raise Refused(LOCKED)
    if "META-INF/manifest.xml" in names:
        entry = given.getinfo("META-INF/manifest.xml")
        if b"encryption-data" in b"".join(inflated(given, entry, _MOST_OF_MANIFEST)):
            raise Refused(LOCKED)


def _read(pieces: Iterable[bytes]) -> Sheets:
    gathered = _Gathered()
    for piece in pieces:
        gathered.parser.Parse(piece, False)
    gathered.parser.Parse(b"", True)
    if not gathered.is_spreadsheet:
        raise Refused(UNCLEAN_ODS)
    return gathered.sheets


class _Gathered:
    """Sheets as a parser meets them."""

    def __init__(self) -> None:
        self.sheets: Sheets = []
        self.is_spreadsheet = False
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype
        self._depth = 0
        # The depth at which something begins that is passed over.
        self._passed_at = 0
        self._style = ""
        self._hidden_styles: set[str] = set()
        self._rows: list[tuple[int, list[Cell]]] | None = None
        self._weight = 0
        # Of the row that is read: its number, how often it stands there, its cells up to the last
        # one in which something stands, and where the next one begins.
        self._number, self._times, self._column = 1, 1, 0
        self._cells: list[Cell] = []
        # By column what stands once beside several rows, as a station beside its officers, and the
        # last of these rows.
        self._beside: dict[int, tuple[Cell, int]] = {}
        self._cell: Mapping[str, str] | None = None
        self._in_paragraph = False
        self._words: list[str] = []

    def _doctype(self, *_given: object) -> None:
        raise Refused(UNCLEAN_ODS)

    def _start(self, full_name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._passed_at:
            return
        name = _short(full_name)
        given = {_short(key): value for key, value in attributes.items()}
        if name in _PASSED_OVER or name.startswith("drawing:"):
            self._passed_at = self._depth
        elif name == "text:p":
            self._in_paragraph = True
            self._words.append(" ")
        elif name in ("text:s", "text:tab", "text:line-break"):
            self._words.append(" ")
        elif name in _CELLS:
            self._cell, self._words = given, []
        elif name == "table:table-row":
            self._times = _times(given, "table:number-rows-repeated")
            self._column, self._cells = 0, []
        else:
            self._start_around(name, given)

    def _start_around(self, name: str, given: Mapping[str, str]) -> None:
        """Take in what begins around rows: styles, the spreadsheet, its sheets."""
        if name == "style:style":
            self._style = given.get("style:name", "")
        elif name == "style:table-properties" and given.get("table:display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "office:spreadsheet":
            self.is_spreadsheet = True
        elif name == "table:table":
            hidden = given.get("table:style-name", "") in self._hidden_styles
            # One within a cell is none of a list.
            if hidden or self._rows is not None or len(self.sheets) == _MOST_SHEETS:
                self._passed_at = self._depth
                return
            self._rows, self._number, self._beside = [], 1, {}
            self.sheets.append((given.get("table:name", ""), self._rows))

    def _text(self, text: str) -> None:
        if self._in_paragraph and self._cell is not None and not self._passed_at:
            self._words.append(text)

    def _end(self, full_name: str) -> None:
        self._depth -= 1
        if self._passed_at:
            if self._depth < self._passed_at:
                self._passed_at = 0
            return
        name = _short(full_name)
        if name == "text:p":
            self._in_paragraph = False
        elif name in _CELLS and self._cell is not None:
            self._end_cell(self._cell, covered=name == "table:covered-table-cell")
            self._cell = None
        elif name == "table:table-row":
            self._end_row()
        elif name == "table:table":
            self._rows = None

    def _end_cell(self, given: Mapping[str, str], *, covered: bool) -> None:
        times = _times(given, "table:number-columns-repeated")
        # What lies under a merged cell cannot be seen.
        value: Cell = "" if covered else _value(given, "".join(self._words))
        if value != "":
            if self._column + times > MOST_COLUMNS:
                raise Refused(TOO_WIDE)
            self._cells += [""] * (self._column - len(self._cells)) + [value] * times
            down = _times(given, "table:number-rows-spanned")
            if down > 1 and _times(given, "table:number-columns-spanned") == 1:
                self._beside[self._column] = (value, self._number + down - 1)
        self._column += times

    def _end_row(self) -> None:
        first, times = self._number, self._times
        self._number += times
        if not self._cells or self._rows is None:
            return
        if first + times - 1 > LOWEST_ROW:
            raise Refused(FAR_BELOW)
        if len(self._rows) + times > MOST_LINES:
            raise Refused(TOO_LONG)
        # Where one of these ends within repeated rows, those below it go on without it.
        until = first + times
        while first < until:
            beside = [(at, *cell) for at, cell in self._beside.items() if first <= cell[1]]
            end = min([until, *(last + 1 for _at, _value, last in beside)])
            cells = list(self._cells)
            for column, value, _last in beside:
                cells += [""] * (column + 1 - len(cells))
                if cells[column] == "":
                    cells[column] = value
            self._take(self._rows, range(first, end), cells)
            first = end

    def _take(self, rows: list[tuple[int, list[Cell]]], numbers: range, cells: list[Cell]) -> None:
        weight = sum(8 + (len(cell) if isinstance(cell, str) else 0) for cell in cells)
        self._weight += len(numbers) * weight
        if self._weight > MOST_INFLATED:
            raise Refused(UNPACKS_TOO_FAR)
        rows += [(number, list(cells)) for number in numbers]


@lru_cache(maxsize=512)
def _short(name: str) -> str:
    """A name with the short form of its namespace, whatever its file calls that: `table:table`."""
    space, _blank, local = name.rpartition(" ")
    parts = space.split(":")
    return f"{parts[-2]}:{local}" if len(parts) > 1 else local


def _times(given: Mapping[str, str], name: str) -> int:
    """How often something stands there: a whole number from 1 on, of at most eight digits."""
    text = given.get(name, "")[:8]
    return max(1, int(text)) if text.isascii() and text.isdigit() else 1


def _value(given: Mapping[str, str], said: str) -> Cell:
    """A cell as its value says; where it says none that can be, as it is shown."""
    kind = given.get("office:value-type", "")
    try:
        if kind in _NUMBERS and math.isfinite(number := float(given.get("office:value", ""))):
            return number
        if kind == "date":
            return date.fromisoformat(given.get("office:date-value", "")[:10])
    except ValueError:
        return plain(said)
    if kind == "boolean":
        return plain(given.get("office:boolean-value") == "true")
    return plain(said) or plain(given.get("office:string-value", ""))


_MOST_PARTS = 500
_MOST_CELLS = 2_000_000
_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/.*|"
    r"xl/(workbook\.xml|styles\.xml|sharedStrings\.xml|_rels/.*|worksheets/[^/]*\.xml|worksheets/_rels/.*)"
)
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


def read_workbook(content: bytes) -> list[tuple[str, list[tuple[int, list[Cell]]]]]:
    """The names and the numbered rows of the sheets that can be seen. Raises Refused."""
    copy = _copied(content)
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(copy))
        sheets = []
        for meta in workbook.sheets_metadata[:_MOST_SHEETS]:
            if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            if meta.visible != python_calamine.SheetVisibleEnum.Visible:
                continue
            sheet = workbook.get_sheet_by_name(meta.name)
            rows = [
                [plain(cell) for cell in cells] for cells in sheet.to_python(skip_empty_area=False)
            ]
            _fill_merged(rows, sheet.merged_cell_ranges or ())
            sheets.append((meta.name, list(numbered(rows, MOST_COLUMNS))))
    except (python_calamine.CalamineError, IndexError, OSError, ValueError):
        raise Refused(UNCLEAN_WORKBOOK) from None
    return sheets


def _fill_merged(
    rows: list[list[Cell]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]
) -> None:
    """Write what stands once beside several rows, as a station beside its officers, in each."""
    for (top, left), (bottom, right) in merged:
        if left != right or top >= len(rows) or left >= len(rows[top]):
            continue
        for cells in rows[top + 1 : bottom + 1]:
            if left < len(cells) and cells[left] == "":
                cells[left] = rows[top][left]


def _copied(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as given:
            entries = given.infolist()
            refuse_locked(given)
            needed = [entry for entry in entries if _NEEDED.fullmatch(entry.filename.lstrip("/"))]
            if not any(entry.filename.lstrip("/") == "xl/workbook.xml" for entry in needed):
                raise Refused(UNCLEAN_WORKBOOK)
            if len(needed) > _MOST_PARTS or len({cell.filename for cell in needed}) < len(needed):
                raise Refused(UNPACKS_TOO_FAR)
            if sum(entry.file_size for entry in needed) > MOST_INFLATED:
                raise Refused(UNPACKS_TOO_FAR)
            return _packed(_inflated(given, needed))
    except NOT_A_ZIP:
        raise Refused(UNCLEAN_WORKBOOK) from None


def _inflated(
    given: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo]
) -> Iterable[tuple[str, bytes]]:
    left = MOST_INFLATED
    for entry in entries:
        body = b"".join(inflated(given, entry, left))
        left -= len(body)
        name = entry.filename.lstrip("/")
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            _measure(body)
        if b"<!DOCTYPE" in body[:2000] or b"<!ENTITY" in body:
            raise Refused(UNCLEAN_WORKBOOK)
        yield name, body


def _packed(parts: Iterable[tuple[str, bytes]]) -> bytes:
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as packed:
        for name, body in parts:
            packed.writestr(name, body)
    return copy.getvalue()


class _Measure:
    """How large the rectangle of filled cells is, told by a parser that makes nothing else."""

    def __init__(self) -> None:
        self.row = self.column = self.cells = self.widest = self.lowest = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._start
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_given: object) -> None:
        raise Refused(UNCLEAN_WORKBOOK)

    def _start(self, name: str, given: dict[str, str]) -> None:
        tag = name.rpartition(":")[2]
        if tag == "c":
            place = _PLACE.fullmatch(given.get("r", ""))
            self.column = _column(place[1]) if place else self.column + 1
            if place:
                self.row = int(place[2])
        elif tag == "row":
            self.row = int(given.get("r") or self.row + 1)
            self.column = 0
        elif tag in ("v", "is", "f"):
            self._filled()

    def _filled(self) -> None:
        self.cells += 1
        self.widest = max(self.widest, self.column)
        self.lowest = max(self.lowest, self.row)
        if self.lowest > LOWEST_ROW:
            raise Refused(FAR_BELOW)
        if self.widest > MOST_COLUMNS:
            raise Refused(TOO_WIDE)
        if self.cells > _MOST_CELLS or self.widest * self.lowest > _MOST_CELLS:
            raise Refused(UNPACKS_TOO_FAR)


def _measure(sheet: bytes) -> None:
    """Refuse a sheet whose rectangle of filled cells is too large. Raises Refused."""
    try:
        _Measure().parser.Parse(sheet, True)
    except expat.ExpatError:
        raise Refused(UNCLEAN_WORKBOOK) from None


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
