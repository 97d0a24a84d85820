"""Tables that are taken away hold what was given, run nothing, and are the same to every program.

A cell that a spreadsheet runs as a formula could send the rest of the file somewhere.
"""

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal
from zipfile import ZipFile

from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from kash.platform.web import taking as tables
from kash.platform.web.taking import plain_cell, table_csv, table_xlsx

# What no form lets in (`kash.platform.web.bodies`) is tried too.
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SHEETS = st.lists(st.lists(TEXTS, min_size=3, max_size=3), min_size=1, max_size=4)


def sheet_of(content: bytes) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return list(book.get_sheet_by_index(0).to_python(skip_empty_area=False))


def cells_of(content: bytes) -> str:
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return archive.read("xl/worksheets/sheet1.xml").decode()


@given(SHEETS)
def test_no_cell_of_csv_is_a_formula(rows):
    text = b"".join(table_csv(rows)).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read == [[plain_cell(cell) for cell in row] for row in rows]
    for cell in (cell for row in read for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


@given(SHEETS)
def test_a_sheet_gives_back_every_text_and_has_no_formula(rows):
    content = table_xlsx(rows)
    markup = cells_of(content)
    assert re.search(r"<f[ >]", markup) is None
    written = [[cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row] for row in rows]
    read = sheet_of(content)
    for row, line in zip(written, read + [[]] * len(written), strict=False):
        assert [*line, *[""] * (3 - len(line))][:3] == row


def test_numbers_and_days_stay_what_they_are():
    row = [-5, 2.5, Decimal("10.50"), date(2026, 11, 28), datetime(2026, 11, 28, 15, 30), None]
    head = ["a", "b", "c", "d", "e", "f"]
    assert sheet_of(table_xlsx([head, row])) == [
        head,
        [-5.0, 2.5, 10.5, date(2026, 11, 28), datetime(2026, 11, 28, 15, 30), ""],
    ]
    line = b"".join(table_csv([row])).decode("utf-8-sig")
    assert line == "-5,2.5,10.50,2026-11-28,2026-11-28 15:30:00,\r\n"


def test_what_no_sheet_can_hold_breaks_no_file():
    odd = [float("nan"), float("inf"), date(1850, 1, 1), "x" * 40_000, True]
    nan, infinite, early, long, truth = sheet_of(table_xlsx([["a"] * 5, odd]))[1]
    assert (nan, infinite, early, truth) == ("nan", "inf", "1850-01-01", "True")
    assert len(str(long)) == 32_767


def test_rows_beyond_what_a_sheet_takes_are_not_lost_unsaid(monkeypatch):
    monkeypatch.setattr(tables, "MOST_SHEET_ROWS", 3)
    rows = [["head"], ["one"], ["two"]]
    assert sheet_of(table_xlsx(rows)) == rows
    assert sheet_of(table_xlsx([*rows, ["three"]])) == [["head"], ["one"], ["… CSV"]]


def test_a_wide_table_has_its_columns_where_they_belong():
    wide = [f"column {number}" for number in range(80)]
    assert sheet_of(table_xlsx([wide])) == [wide]


def test_a_file_tells_neither_who_made_it_nor_when():
    with ZipFile(io.BytesIO(table_xlsx([["a"]]))) as archive:
        told = archive.read("docProps/core.xml").decode()
    assert "2000-01-01" in told
    assert "<dc:creator></dc:creator>" in told
