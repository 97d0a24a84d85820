"""XLSX files, opened within limits.

The directory of the zip is read first, each part is inflated by us and no further than the limit,
and the reading library sees a plain copy of what was inflated. It makes a full rectangle of every
sheet, so the rectangle is measured before.
"""

from __future__ import annotations

import io
import re
import xml.parsers.expat as expat
import zipfile
from collections.abc import Iterable

import python_calamine

from kash.people.lists.reading.archives import (
    MOST_INFLATED,
    NOT_A_ZIP,
    inflated,
    refuse_locked,
)
from kash.people.lists.reading.refusals import (
    FAR_BELOW,
    LOWEST_ROW,
    MOST_COLUMNS,
    TOO_WIDE,
    UNCLEAN_WORKBOOK,
    UNPACKS_TOO_FAR,
    Refused,
)
from kash.people.rules.lists.cells import Cell, numbered, plain

_MOST_PARTS = 500
_MOST_SHEETS = 20
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
            found = workbook.get_sheet_by_name(meta.name)
            rows = [[plain(cell) for cell in row] for row in found.to_python(skip_empty_area=False)]
            _fill_merged(rows, found.merged_cell_ranges or ())
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
        for row in rows[top + 1 : bottom + 1]:
            if left < len(row) and row[left] == "":
                row[left] = rows[top][left]


def _copied(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as given:
            entries = given.infolist()
            refuse_locked(given)
            needed = [entry for entry in entries if _NEEDED.fullmatch(entry.filename.lstrip("/"))]
            if not any(entry.filename.lstrip("/") == "xl/workbook.xml" for entry in needed):
                raise Refused(UNCLEAN_WORKBOOK)
            if len(needed) > _MOST_PARTS or len({each.filename for each in needed}) < len(needed):
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
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as made:
        for name, body in parts:
            made.writestr(name, body)
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
