"""Tables to take away: CSV line by line, or a sheet made in memory. Nothing is stored."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Rows = Sequence[Sequence[object]]


def plain_cell(value: object) -> str:
    """A cell that no program takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def table_csv(rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Rows, the head first, as UTF-8 with a mark by which spreadsheets know it."""
    yield b"\xef\xbb\xbf"
    for row in rows:
        out = io.StringIO()
        csv.writer(out).writerow(plain_cell(value) for value in row)
        yield out.getvalue().encode()


def table_xlsx(rows: Iterable[Sequence[object]]) -> bytes:
    """Rows as a sheet, the head first, which stays with the first column."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    book = Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(number, column, value)
            else:
                text = "" if value is None else str(value)
                sheet.write_string(number, column, text, None if number else bold)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 1, 28)
    book.close()
    return out.getvalue()
