"""Rows that are pasted go the way of a file, and nothing of them is lost where that fails."""

import html
import io
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kash.people.lists import renewing
from kash.people.lists.files import MOST_BYTES
from kash.platform import storage
from kash.platform.jobs import run_waiting
from tests.people.lists.conftest import held, preview_of
from tests.people.lists.formats import text
from tests.people.lists.open_documents import ods
from tests.people.lists.test_pages import said, send

NEW = "/people/lists/new"
ROWS: list[Sequence[object]] = [
    ["Name", "Code", "Phone", "Date of birth", "Ward"],
    ["Amani Mfano", "K-1", 712345678, date(1990, 3, 12), "Kondele"],
    ["Baraka Mfano", "K-2", "+254 712 345 679", "", "Obunga, Kisumu"],
    ["", "K-3", "", "", "Kondele"],
    ["Zawadi “Zed” O'Mfano", "", "", date(1985, 12, 1), ""],
]


def paste(browser: FlaskClient, rows: str, **more: Any) -> TestResponse:
    """What the page sends when rows were pasted."""
    return browser.post(
        NEW, data={"pasted": rows, "group": "", **more}, content_type="multipart/form-data"
    )


def left_in_field(answer: TestResponse) -> str:
    """What stands in the field of a page that came back. A browser drops the first line end."""
    found = re.search(r'<textarea[^>]* name="pasted"[^>]*>\r\n(.*?)</textarea>', answer.text, re.S)
    assert found
    return html.unescape(found[1])


def list_of(answer: TestResponse) -> str:
    assert answer.status_code == 303
    return answer.location.rpartition("/")[2]


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"default_date_format": "d/m/yy"}) as book:
        page = book.add_worksheet("Sheet1")
        for at, cells in enumerate(rows):
            page.write_row(at, 0, cells)
    return made.getvalue()


def test_the_same_rows_are_the_same_people_however_they_come(browser, trainer, groups):
    group = groups[1].public_id
    pasted = text(ROWS, "\t", end="\r\n").decode()
    ways = {
        "csv": send(browser, text(ROWS), group=group),
        "xlsx": send(browser, workbook(ROWS), "list.xlsx", group=group),
        "ods": send(browser, ods(ROWS), "list.ods", group=group),
        "pasted": paste(browser, pasted, group=group),
    }
    found = {}
    for way, answer in ways.items():
        preview = preview_of(list_of(answer), trainer)
        found[way] = [(each.number, each.state, each.placed) for each in preview.outcomes]
    names = [placed.row.name for _number, _state, placed in found["csv"]]
    assert names == ["Amani Mfano", "Baraka Mfano", "", "Zawadi “Zed” O'Mfano"]
    for way in ("xlsx", "ods", "pasted"):
        assert found[way] == found["csv"], way


def test_pasted_rows_wait_sealed_and_whole_as_a_file_does(browser, trainer, groups):
    # The first column has no heading.
    rows = "\tName\tCode\r\n1\tAmani Mfano\tK-1\r\n"
    made = list_of(paste(browser, rows, group=groups[1].public_id))
    assert renewing.kept(made, "file") == rows.encode()
    assert b"Amani" not in storage.get(f"lists/{made}-file")
    assert (held(made, trainer).format, held(made, trainer).state) == ("csv", "waiting")
    preview = said(browser.get(f"/people/lists/{made}"))
    assert "New people to be saved: 1" in preview
    # Who pasted rows is not told about a file.
    assert re.findall(r"[^.]*\bfile\b[^.]*", preview) == []
    assert "In your rows" in preview


def test_cells_with_quotes_and_line_ends_are_one_row_each(browser, trainer, groups):
    rows = (
        "Name\tWard\tPhone\r\n"
        '"Amani ""Zed"" Mfano"\t"Kondele\r\nKisumu"\t0712345678\r\n'
        "Baraka Mfano\tObunga\t0712345679\r\n"
    )
    made = list_of(paste(browser, rows, group=groups[1].public_id))
    preview = preview_of(made, trainer)
    assert [(each.number, each.placed.row.name) for each in preview.outcomes] == [
        (2, 'Amani "Zed" Mfano'),
        (3, "Baraka Mfano"),
    ]
    assert preview.file.joined_rows == (2,)


def test_nothing_pasted_and_no_file_is_said(browser):
    for rows in ("", " \t\r\n\t\r\n"):
        answer = paste(browser, rows)
        assert answer.status_code == 422
        assert "Choose a file, or paste rows below." in said(answer)


@pytest.mark.parametrize(
    ("rows", "more", "sentence"),
    [
        (
            '\tName\tPhone\r\n1\t"Amani\t0712\r\n2\tBaraka\t0713\r\n',
            {},
            'A quotation mark (") in line',
        ),
        ("\tName\r\n1\tAmani <b>\r\n", {"group": "nope"}, "Choose one from the list."),
        ("\t".join("x" * 201), {}, "This list has more than 200 columns."),
    ],
)
def test_what_was_pasted_stays_in_its_field_when_something_is_wrong(browser, rows, more, sentence):
    answer = paste(browser, rows, **more)
    assert answer.status_code == 422
    assert sentence in html.unescape(said(answer))
    assert left_in_field(answer) == rows


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (",,,\n" * 50, "These rows are empty."),
        ("Name\n" + "\n" * 100_000 + "Amani\n", "A row stands far below the others. "),
        ("%PDF-1.7", "Not rows of a list."),
        ("PK\x03\x04 of Kondele", "Not rows of a list."),
    ],
)
def test_of_pasted_rows_nothing_is_said_about_a_file(browser, rows, sentence):
    answer = paste(browser, rows)
    if answer.status_code == 303:
        # It is so long that the worker reads it.
        run_waiting()
        answer = browser.get(answer.location)
    assert sentence in said(answer)
    assert "This file" not in said(answer)
    assert "Not a list. Bring an XLSX, ODS or CSV file" not in said(answer)


def test_a_file_beside_pasted_rows_is_asked_about_and_neither_is_guessed(browser):
    rows = "Name\tCode\r\nAmani\tK-1\r\n"
    answer = paste(browser, rows, file=(io.BytesIO(b"Name,Code\nBaraka,K-2\n"), "list.csv"))
    assert answer.status_code == 422
    assert "Bring a file or pasted rows, not both" in said(answer)
    assert left_in_field(answer) == rows


def test_three_megabytes_are_taken_or_come_back_whole(browser, trainer, groups):
    line = f"Mfano Jaribio\tX-1\t{'x' * 1000}\r\n"
    rows = "Name\tCode\tRemark\r\n" + line * 3_000
    assert len(rows) > 3_000_000
    made = list_of(paste(browser, rows, group=groups[1].public_id))
    # Too much to read while she waits: the worker reads it, as it does a file.
    assert held(made, trainer).job
    assert renewing.kept(made, "file") == rows.encode()
    assert left_in_field(paste(browser, rows, group="nope")) == rows
    far_more = paste(browser, "x" * (MOST_BYTES + 3_000_000))
    assert far_more.status_code == 413
    assert "This file is larger than 10 MB. Nothing was read." in said(far_more)


def test_no_browser_corrects_or_cuts_what_is_pasted_and_a_session_that_ends_loses_none_of_it(
    browser,
):
    tag = re.search(r'<textarea[^>]* name="pasted"[^>]*>', browser.get(NEW).text)
    assert tag
    kept = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag[0]))
    assert (kept["autocomplete"], kept["spellcheck"]) == ("off", "false")
    assert "maxlength" not in kept
    # Sealed in the tab until it was taken (static/js/typing.js).
    assert kept["data-keep"] == "pasted"
