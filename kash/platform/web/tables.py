"""Tables to take away: CSV, or a sheet. Both are made in memory, row by row, and stored nowhere.

A sheet is written by hand between a frame that XlsxWriter makes: the library either holds every
cell in memory at once or puts them into a temporary file on the disk, and this file may name
people.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice, product
from math import isfinite
from string import ascii_uppercase
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response

from kash.platform.web.files import download

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
Rows = Sequence[Sequence[object]]
# What a spreadsheet may take for the beginning of a formula, also as it is typed in East Asia.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBERS = (int, float, Decimal)
# What Excel can open.
MOST_SHEET_ROWS = 1_048_576
_LONGEST_CELL = 32_767
_ROWS_AT_ONCE = 500
_SHEET = "xl/worksheets/sheet1.xml"
_UNSAFE = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|^\s|\s$|_x[0-9A-Fa-f]{4}_")
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_FIRST_DAY = date(1899, 12, 30)
_FIRST_MOMENT = datetime(1899, 12, 30)


def plain_cell(value: object) -> str:
    """A cell of CSV that no program takes for a formula. A number is none."""
    if value is None:
        return ""
    text = str(value)
    if text.startswith(_FORMULA) and not isinstance(value, _NUMBERS):
        return f"'{text}"
    return text


def money_cell(cents: int) -> Decimal:
    """An amount of cents as a number: 1500.50 in CSV as on a sheet."""
    return Decimal(cents).scaleb(-2)


def table_csv(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Rows, the head first, as UTF-8 with a mark by which spreadsheets know it."""
    yield b"\xef\xbb\xbf"
    lines = iter(rows)
    while some := list(islice(lines, _ROWS_AT_ONCE)):
        out = io.StringIO()
        csv.writer(out).writerows([plain_cell(value) for value in row] for row in some)
        yield out.getvalue().encode()


def table_xlsx(rows: Iterable[Sequence[object]], *, heads: int = 1) -> bytes:
    """Rows as a sheet. The first `heads` of them stay in sight, as does the first column.

    Of more rows than a sheet takes the last that it has says that there are more.
    """
    out = io.BytesIO()
    frame, before, after = _frame(heads)
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=2) as archive:
        for name, content in frame:
            archive.writestr(name, content)
        with archive.open(_SHEET, "w", force_zip64=True) as sheet:
            sheet.write(before)
            lines = enumerate(_as_many_as_fit(rows), start=1)
            while some := list(islice(lines, _ROWS_AT_ONCE)):
                markup = "".join([_row(number, row, number <= heads) for number, row in some])
                sheet.write(markup.encode())
            sheet.write(after)
    return out.getvalue()


def written(rows: Iterable[Sequence[object]], *, file: str, kind: str, heads: int = 1) -> Response:
    """Rows as a file to keep, CSV or XLSX; all of it is made before it is sent."""
    if kind == "csv":
        return download(b"".join(table_csv(rows)), name=f"{file}.csv", type=CSV)
    return download(table_xlsx(rows, heads=heads), name=f"{file}.xlsx", type=XLSX)


def _as_many_as_fit(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    lines = iter(rows)
    yield from islice(lines, MOST_SHEET_ROWS - 1)
    last = list(islice(lines, 2))
    yield from last if len(last) < 2 else [["… CSV"]]


@lru_cache(maxsize=4)
def _frame(heads: int) -> tuple[list[tuple[str, bytes]], bytes, bytes]:
    """Everything of an XLSX file but its rows: its other files, and the sheet around them.

    Four cells, one of each format, are written and cut out again, so that the library gives the
    formats the numbers that `_row` uses.
    """
    from xlsxwriter import Workbook

    made = io.BytesIO()
    book = Workbook(made, {"in_memory": True})
    book.set_properties({"created": datetime(2000, 1, 1)})
    sheet = book.add_worksheet()
    formats = ({"bold": True}, {"num_format": "yyyy-mm-dd"}, {"num_format": "yyyy-mm-dd hh:mm"})
    for column, properties in enumerate(formats):
        sheet.write_number(0, column, 1, book.add_format(properties))
    sheet.freeze_panes(heads, 1)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 63, 18)
    book.close()
    with ZipFile(made) as archive:
        others = [(name, archive.read(name)) for name in archive.namelist() if name != _SHEET]
        text = re.sub(rb"<dimension [^>]*/>", b"", archive.read(_SHEET))
    start = text.index(b"<sheetData>") + len(b"<sheetData>")
    return others, text[:start], text[text.index(b"</sheetData>") :]


# The formats, in the order in which `_frame` makes them; 0 is the plain one.
_BOLD, _DAY, _MOMENT = 1, 2, 3


def _row(number: int, row: Sequence[object], head: bool) -> str:
    cells = [
        _cell(f"{column}{number}", value, head)
        for column, value in zip(_column_names(len(row)), row, strict=True)
        if value is not None and value != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: object, head: bool) -> str:
    if isinstance(value, _NUMBERS) and not isinstance(value, bool) and isfinite(value):
        return f'<c r="{place}"><v>{value}</v></c>'
    if isinstance(value, date):
        days, style = _days(value)
        if days >= 1:
            return f'<c r="{place}" s="{style}"><v>{days}</v></c>'
    text = str(value)
    style_of_head = f' s="{_BOLD}"' if head else ""
    return f'<c r="{place}"{style_of_head} t="inlineStr"><is>{_text(text)}</is></c>'


def _days(value: date) -> tuple[float, int]:
    """Days since the first that a sheet knows, and the format to show them in. A moment is taken
    as the clock that it shows."""
    if isinstance(value, datetime):
        since = value.replace(tzinfo=None, second=0, microsecond=0) - _FIRST_MOMENT
        return round(since.total_seconds() / 86_400, 8), _MOMENT
    return (value - _FIRST_DAY).days, _DAY


def _text(text: str) -> str:
    if not _UNSAFE.search(text) and len(text) <= _LONGEST_CELL:
        return f"<t>{text}</t>"
    text = text.replace("\r\n", "\n").replace("\r", "\n")[:_LONGEST_CELL]
    text = _UNWRITABLE.sub(lambda found: f"_x{ord(found.group()):04X}_", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<t xml:space="preserve">{text}</t>'


@lru_cache(maxsize=64)
def _column_names(number: int) -> tuple[str, ...]:
    """The names of so many columns: A to Z, then AA."""
    doubled = map("".join, product(ascii_uppercase, repeat=2))
    return tuple(islice(chain(ascii_uppercase, doubled), number))
