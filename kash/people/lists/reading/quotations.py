"""Quotation marks of a CSV file that make one cell of what were several lines.

A mark that is not meant as such swallows all up to the next one, and whoever stands there is in no
row. A cell may well hold several lines, but not such as look like rows.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kash.people.lists.reading.refusals import SWALLOWED, UNCLEAN_TEXT, UNCLOSED, Refused

# A cell that swallows a file is as long as the file.
_LONGEST_CELL = 16 * 1024 * 1024
_END = "\x02end\x02"


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A row as it is written, with the first and the last of the lines that it takes."""

    first: int
    last: int
    cells: list[str]


def written_rows(text: str, delimiter: str) -> list[WrittenRow]:
    """The rows of a text. Raises Refused where a quotation mark swallows lines, and names them."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows, clean = list(_parsed(text, delimiter, strict=True)), True
    except csv.Error:
        rows, clean = _loosely(text, delimiter), False
    _refuse_swallowed(rows, delimiter, clean)
    return rows


def _parsed(text: str, delimiter: str, *, strict: bool) -> Iterator[WrittenRow]:
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=delimiter, strict=strict)
    before = 0
    for cells in reader:
        yield WrittenRow(before + 1, reader.line_num, cells)
        before = reader.line_num


def _loosely(text: str, delimiter: str) -> list[WrittenRow]:
    """The rows as a spreadsheet would read them. Raises Refused if the last mark stays open."""
    lines = text if text.endswith(("\n", "\r")) else text + "\n"
    try:
        *rows, end = _parsed(lines + _END, delimiter, strict=False)
    except csv.Error:
        raise Refused(UNCLEAN_TEXT) from None
    if end.cells == [_END]:
        return rows
    _refuse_swallowed(rows, delimiter, clean=False)
    opened = end.first + sum(cell.count("\n") for cell in end.cells[:-1])
    raise Refused(UNCLOSED, opened, end.last - 1)


def _refuse_swallowed(rows: Sequence[WrittenRow], delimiter: str, clean: bool) -> None:
    """Refuse the first row of several lines that are more likely rows of their own.

    Between a mark and the next one in the same column stand as many delimiters as in a whole row.
    If marks stand where none can (`clean` is false), no cell of several lines is believed.
    """
    widths = Counter(len(row.cells) for row in rows if row.first == row.last and row.cells)
    usual = max(widths, key=lambda width: (widths[width], width), default=1)
    for row in rows:
        if row.first == row.last:
            continue
        most = max(cell.count(delimiter) for cell in row.cells if "\n" in cell)
        if not clean or usual == 1 or len(row.cells) > usual or most >= usual - 1:
            raise Refused(SWALLOWED, row.first, row.last)
