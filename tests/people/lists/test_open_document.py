"""ODS files: what LibreOffice saves is read as it was, and what claims a million cells is not."""

import re
from datetime import date
from typing import Any

import pytest

from kash.people.lists import reading as refusals
from kash.people.lists.child import sheets_of
from kash.people.lists.files import FileUnreadable, kind_of, read_file
from kash.people.lists.reading import Refused
from kash.people.lists.sheets import MOST_INFLATED
from tests.people.lists.open_documents import MOST_ROWS, cell, content, ods, packed, row, sheet


def rows_of(file: bytes) -> list[tuple[int, list[Any]]]:
    """The numbered rows of the only sheet."""
    ((_name, rows),) = sheets_of(file)["sheets"]
    return list(rows)


def why_refused(file: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        sheets_of(file)
    return refusal.value.why


def test_cells_come_back_as_they_were(app):
    file = ods(
        [
            ["Jina la “Zoë”", "Simu", "Umri", "Amekuja", "Alizaliwa"],
            ["Adongo  Pamela\nAkinyi", 712345678, 0.5, True, date(1990, 3, 12)],
            [],
            ["", "", "", "", "<&>"],
        ]
    )
    assert kind_of(file) == "ods"
    (found,) = read_file(file).sheets
    assert found.name == "Sheet1"
    assert found.rows == (
        (1, ["Jina la “Zoë”", "Simu", "Umri", "Amekuja", "Alizaliwa"]),
        (2, ["Adongo Pamela Akinyi", 712345678.0, 0.5, "yes", date(1990, 3, 12)]),
        (4, ["", "", "", "", "<&>"]),
    )


def test_cells_and_rows_that_are_written_once_stand_as_often_as_they_say():
    twice = 'table:number-rows-repeated="2"'
    head = row(["Name", "Ward", "", "", "Code"])
    file = packed(content(sheet(head + row(["Amani", "x", "x", "", 7], twice))))
    assert rows_of(file) == [
        (1, ["Name", "Ward", "", "", "Code"]),
        (2, ["Amani", "x", "x", "", 7.0]),
        (3, ["Amani", "x", "x", "", 7.0]),
    ]


def test_a_station_that_is_merged_beside_its_officers_is_that_of_each():
    down = 'table:number-columns-spanned="1" table:number-rows-spanned="2"'
    across = 'table:number-columns-spanned="2" table:number-rows-spanned="1"'
    hidden = cell("under it", kind="covered-table-cell")

    def line(*cells: str) -> str:
        return f"<table:table-row>{''.join(cells)}</table:table-row>"

    file = packed(
        content(
            sheet(
                line(cell("OFFICERS", across), hidden)
                + line(cell("Kondele", down), cell("Amani"))
                + line(hidden, cell("Baraka"))
                + line(cell(""), cell("Chausiku"))
            )
        )
    )
    assert rows_of(file) == [
        (1, ["OFFICERS"]),
        (2, ["Kondele", "Amani"]),
        (3, ["Kondele", "Baraka"]),
        (4, ["", "Chausiku"]),
    ]


def test_repeated_rows_take_what_is_merged_beside_them_no_further_than_it_goes():
    down = 'table:number-rows-spanned="2"'
    hidden = cell("under it", kind="covered-table-cell")
    alike = '<table:table-row table:number-rows-repeated="3">'
    file = packed(
        content(
            sheet(
                f"<table:table-row>{cell('Kondele', down)}{cell('Amani')}</table:table-row>"
                f"{alike}{hidden}{cell('Baraka')}</table:table-row>"
            )
        )
    )
    assert rows_of(file) == [
        (1, ["Kondele", "Amani"]),
        (2, ["Kondele", "Baraka"]),
        (3, ["", "Baraka"]),
        (4, ["", "Baraka"]),
    ]


def test_comments_pictures_and_hidden_sheets_are_nobody():
    remark = "<office:annotation><text:p>Ask her brother</text:p></office:annotation>"
    drawn = "<draw:frame><draw:text-box><text:p>Logo</text:p></draw:text-box></draw:frame>"
    within = sheet(row(["Somebody else"]))
    text = "<text:p>Ama<text:span>ni</text:span><text:s text:c='9'/>M.</text:p>"
    said = (
        '<table:table-cell office:value-type="string">'
        f"{remark}{text}{drawn}{within}</table:table-cell>"
    )
    shown = sheet(f"<table:table-row>{said}{cell('Kondele')}</table:table-row>", "Orodha")
    hidden = '<style:table-properties table:display="false"/>'
    styles = f'<style:style style:name="ta2">{hidden}</style:style>'
    file = packed(content(shown + sheet(row(["Hidden"]), "Old", "ta2"), styles))
    assert sheets_of(file)["sheets"] == [("Orodha", [(1, ["Amani M.", "Kondele"])])]


def test_a_name_space_may_have_any_short_name():
    written = content(sheet(row(["Name"]) + row(["Amani"]))).decode()
    renamed = re.sub(r"(</?| )table:", r"\1t:", written).replace("xmlns:table=", "xmlns:t=")
    assert rows_of(packed(renamed.encode())) == [(1, ["Name"]), (2, ["Amani"])]


def test_a_claim_of_a_million_rows_makes_none_of_them():
    def named(claim: str, after: str = "") -> bytes:
        return packed(content(sheet(row(["Name"]) + row(["Amani"], claim) + after)))

    claim = f'table:number-rows-repeated="{MOST_ROWS}"'
    assert why_refused(named(claim)) == refusals.FAR_BELOW
    assert why_refused(named('table:number-rows-repeated="10001"')) == refusals.TOO_LONG
    # Of rows in which nothing stands as many may be claimed as anybody likes, if nothing follows.
    assert rows_of(named("", row([], claim))) == [(1, ["Name"]), (2, ["Amani"])]
    assert why_refused(named("", row([], claim) + row(["Baraka"]))) == refusals.FAR_BELOW
    merged = f'table:number-rows-spanned="{MOST_ROWS}"'
    first = f"<table:table-row>{cell('Kondele', merged)}{cell('Amani')}</table:table-row>"
    assert rows_of(packed(content(sheet(first + row([], claim))))) == [(1, ["Kondele", "Amani"])]


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (lambda: packed(content(sheet(row(["x"] * 201)))), refusals.TOO_WIDE),
        (lambda: packed(content(sheet(row([])))), refusals.EMPTY),
        (lambda: packed(b""), refusals.UNCLEAN_ODS),
        (lambda: packed(b"<office:spreadsheet"), refusals.UNCLEAN_ODS),
        (lambda: packed(content(sheet(row(["Amani"])))[:-40]), refusals.UNCLEAN_ODS),
        # A letter, and no spreadsheet.
        (lambda: packed(content("").replace(b"spreadsheet", b"text")), refusals.UNCLEAN_ODS),
        (lambda: packed(b'<!DOCTYPE x [<!ENTITY a "b">]>' + content("")), refusals.UNCLEAN_ODS),
        (lambda: packed(content(""), manifest=b"<manifest:encryption-data/>"), refusals.LOCKED),
        (lambda: packed(b"", **{"encrypted-package": b"x"}), refusals.LOCKED),
        (lambda: packed(content("", " " * (MOST_INFLATED + 1))), refusals.UNPACKS_TOO_FAR),
        # One long cell, and each of ten thousand rows the same.
        (
            lambda: packed(
                content(sheet(row(["x" * 10_000], 'table:number-rows-repeated="10000"')))
            ),
            refusals.UNPACKS_TOO_FAR,
        ),
    ],
)
def test_what_is_no_list_or_is_made_to_do_harm_is_refused(file, why):
    assert why_refused(file()) == why


def test_it_is_refused_in_a_sentence(app):
    with pytest.raises(FileUnreadable) as problem:
        read_file(packed(b"<office"))
    assert str(problem.value) == "This file is not a clean ODS file."


def test_a_part_that_lies_about_its_size_is_not_inflated_beyond_the_limit():
    file = bytearray(packed(content("", " " * 3_000_000)))
    size = len(content("", " " * 3_000_000)).to_bytes(4, "little")
    while (at := file.find(size)) >= 0:
        file[at : at + 4] = (1000).to_bytes(4, "little")
    assert why_refused(bytes(file)) == refusals.UNCLEAN_ODS


def test_a_list_whose_first_letters_are_those_of_a_zip_is_text():
    assert rows_of(b"PK\tName\n1\tAmani\n") == [(1, ["PK", "Name"]), (2, ["1", "Amani"])]
