"""XLSX files, opened within limits.

A workbook is a zip, and a few kilobytes of it can stand for gigabytes. So its directory is read
first, each part is inflated here and no further than the limit, and the reading library sees a
plain copy of what was inflated. It makes a full rectangle of every sheet, so the rectangle is
measured before.
"""

from __future__ import annotations

import io
import re
import xml.parsers.expat as expat
import zipfile
import zlib
from collections.abc import Iterable

import python_calamine
from flask_babel import gettext as _

from kash.people.lists.errors import FileUnreadable
from kash.people.lists.texts import MOST_COLUMNS
from kash.people.rules.lists.cells import plain
from kash.people.rules.lists.tables import Sheet, numbered

MOST_INFLATED = 64 * 1024 * 1024
_MOST_PARTS = 500
_MOST_SHEETS = 20
_LOWEST_ROW = 100_000
_MOST_CELLS = 2_000_000
_CHUNK = 256 * 1024
_NEEDED = re.compile(
    r"\[Content_Types\]\.xml|_rels/.*|"
    r"xl/(workbook\.xml|styles\.xml|sharedStrings\.xml|_rels/.*|worksheets/[^/]*\.xml|worksheets/_rels/.*)"
)
_ENCRYPTED = 0x1
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


def read_workbook(content: bytes) -> list[Sheet]:
    """The sheets that can be seen. Raises FileUnreadable."""
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
            sheets.append(Sheet(meta.name, tuple(numbered(rows, MOST_COLUMNS))))
    except (python_calamine.CalamineError, IndexError, OSError, ValueError):
        raise _unclean() from None
    return sheets


def _unclean() -> FileUnreadable:
    return FileUnreadable(_("This file is not a clean XLSX file."))


def locked() -> FileUnreadable:
    """The file cannot be opened without a password."""
    return FileUnreadable(
        _("This file is locked with a password. Open it, save it without one, try again.")
    )


def _too_large() -> FileUnreadable:
    return FileUnreadable(_("This file unpacks to far more than a list needs. Nothing was read."))


def _copied(content: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as given:
            entries = given.infolist()
            if any(entry.flag_bits & _ENCRYPTED for entry in entries):
                raise locked()
            needed = [entry for entry in entries if _NEEDED.fullmatch(entry.filename.lstrip("/"))]
            if not any(entry.filename.lstrip("/") == "xl/workbook.xml" for entry in needed):
                raise _unclean()
            if len(needed) > _MOST_PARTS or len({each.filename for each in needed}) < len(needed):
                raise _too_large()
            if sum(entry.file_size for entry in needed) > MOST_INFLATED:
                raise _too_large()
            return _packed(_inflated(given, needed))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError):
        raise _unclean() from None


def _inflated(
    given: zipfile.ZipFile, entries: Iterable[zipfile.ZipInfo]
) -> Iterable[tuple[str, bytes]]:
    left = MOST_INFLATED
    for entry in entries:
        pieces = []
        with given.open(entry) as part:
            # Whatever the directory says, no more than this is inflated.
            while piece := part.read(min(_CHUNK, left + 1)):
                left -= len(piece)
                if left < 0:
                    raise _too_large()
                pieces.append(piece)
        name, body = entry.filename.lstrip("/"), b"".join(pieces)
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            _measure(body)
        if b"<!DOCTYPE" in body[:2000] or b"<!ENTITY" in body:
            raise _unclean()
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
        raise _unclean()

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
        if self.lowest > _LOWEST_ROW:
            raise FileUnreadable(
                _("A cell stands far below the list. Delete everything below it and save again.")
            )
        if self.widest > MOST_COLUMNS:
            raise FileUnreadable(_("This file has more than %(most)s columns.", most=MOST_COLUMNS))
        if self.cells > _MOST_CELLS or self.widest * self.lowest > _MOST_CELLS:
            raise _too_large()


def _measure(sheet: bytes) -> None:
    """Refuse a sheet whose rectangle of filled cells is too large. Raises FileUnreadable."""
    try:
        _Measure().parser.Parse(sheet, True)
    except expat.ExpatError:
        raise _unclean() from None


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
