"""However a sheet is laid out, nothing breaks, and no line of it is lost without a word."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kash.people.lists import previews as rows_read
from kash.people.lists.choices import Choices
from kash.people.lists.files import FileUnreadable, Mapped, ReadFile
from kash.people.lists.previews import read_people
from kash.people.lists.rules.cells import Cell
from kash.people.lists.rules.layouts import _Heads, apart, table_of, table_of_lines
from kash.people.lists.rules.rows import TableSheet, filled, header_number, place_of
from kash.policy import Actor

TODAY = date(2026, 11, 24)
HEADINGS = (
    "No",
    "Name",
    "NAMES",
    "Phone",
    "SEX",
    "M",
    "F",
    "18-24",
    "25-34",
    "AGE",
    "Jina",
    "Kata",
)
CELLS = st.one_of(
    st.sampled_from(
        (
            *HEADINGS,
            *("", "", "", "✓", "x", "1", "TOTAL", "FACILITATORS", "DAY 2", "Amani Mfano"),
            *("4. Baraka Mfano", "0712345678", "Zawadi;0712345679", "group_demo/name", "POLICE"),
            *("...", "Prefer not to say", "7.126E8", "Prepared by:", '"', "a|b;c,d", "35+"),
        )
    ),
    st.floats(allow_nan=True),
    st.dates(),
    st.text(st.sampled_from("aZ0é✓;|/ .-_\n'"), max_size=12),
)
GRIDS = st.lists(st.lists(CELLS, max_size=9), min_size=1, max_size=9)
# Nothing here is about how fast a machine is.
IN_ANY_TIME: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}


def sheet_of(grid: list[list[Cell]]) -> TableSheet:
    return TableSheet("", [(at, cells) for at, cells in enumerate(grid, 1) if any(cells)])


@settings(**IN_ANY_TIME)
@given(GRIDS, st.integers(0, 13))
def test_every_line_below_the_headings_is_somebody_or_told(grid, header):
    sheet = apart(sheet_of(grid))
    for wanted in (header, header_number(sheet)):
        table = table_of(sheet, wanted)
        rows = [place_of(number)[0] for number, _cells in table.rows]
        below = [at for at, cells in sheet.rows if at > wanted and filled(cells)]
        # Only a second line of headings is none of the rows.
        assert set(below[1:]) <= set(rows)
        assert all(at > wanted for at in rows)
        assert all(len(cells) == len(table.headings) for _number, cells in table.rows if wanted)
        numbers = [number for number, _cells in table.rows]
        assert len(set(numbers)) == len(numbers)


@pytest.mark.usefixtures("app")
@settings(**IN_ANY_TIME)
@given(GRIDS)
def test_any_file_is_read_or_refused_in_a_sentence(grid):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rows_read, "remembered", lambda *_given: (Mapped(), False))
        file = ReadFile((sheet_of(grid),))
        try:
            read = read_people(file, Choices(), Actor(public_id="me"), TODAY, [])
        except FileUnreadable as problem:
            said = str(problem)
        else:
            said = ""
    if said:
        return
    told = {row.number for row in read.rows} | {each.number for each in read.skipped}
    assert told == {number for number, _cells in read.table.rows}


def test_what_stands_in_one_cell_is_cut_only_where_most_cells_are():
    names: list[list[Cell]] = [["Name"], ["Otieno, John"], ["Amani Mfano"], ["Zawadi; Mfano"]]
    assert apart(sheet_of(names)) == sheet_of(names)
    # One comma is that of a name, one semicolon is none.
    for sign, cut in ((",", False), (";", True)):
        lines: list[list[Cell]] = [[f"Otieno{sign}John"], [f"Amani{sign}Mfano"], ["Zawadi"]]
        assert (apart(sheet_of(lines)) != sheet_of(lines)) is cut


def test_a_number_and_a_quoted_text_among_cells_to_be_cut_stay_as_they_are():
    lines: list[list[Cell]] = [["Otieno;John"], ["Amani;Mfano"], ["Zawadi;M"], [712345678.0]]
    lines.append(['"Baraka" M'])
    cut = [list(cells) for _number, cells in apart(sheet_of(lines)).rows]
    assert cut == [["Otieno", "John"], ["Amani", "Mfano"], ["Zawadi", "M"], *lines[3:]]


def test_of_a_line_that_is_nobodys_the_words_stay():
    lines = [(1, ["Hello all"]), (2, ["1. Amani 0712000001"]), (3, ["2. Baraka 0712000002"])]
    table = table_of_lines(lines)
    assert table is not None
    assert (table.nobody, table.rows[0][1][:2]) == ({1: "note"}, ("Hello all", ""))


def test_what_stands_behind_a_name_and_a_phone_keeps_its_cells():
    lines = [(1, ["1. Amani - 0712000001 - Kondele - OCS"]), (2, ["2. Baraka - 0712000002"])]
    table = table_of_lines(lines)
    assert table is not None
    assert [cells for _number, cells in table.rows] == [
        ("Amani", "0712000001", "Kondele", "OCS"),
        ("Baraka", "0712000002", "", ""),
    ]


def test_a_row_that_answers_with_two_words_of_the_headings_is_no_second_line_of_them():
    head = ["Name", "Phone", "Sex", "Ward", "Station", "Language"]
    answers = ["", "", "", "Ward", "Station", ""]
    table = table_of(sheet_of([head, ["Asali Sampuli"], answers, head, ["Baraka Mfano"]]), 1)
    assert table.nobody == {4: "headings"}


def test_three_lists_side_by_side_are_three_lists():
    people = ["Asali Sampuli", "0712600001", "Baraka Mfano", "0712600002", "Zawadi Juma", ""]
    table = table_of(sheet_of([["Name", "Phone"] * 3, people]), 1)
    assert [cells[0] for _number, cells in table.rows] == people[::2]


def test_a_question_stands_above_its_answers_on_whichever_line_these_are():
    nothing = ["", ""]
    answers, asked = ["Yes", "No"], ["Was she there", ""]
    assert _Heads(nothing, asked, answers, nothing).question(0) == "Was she there"
    assert _Heads(asked, answers, nothing, nothing).question(0) == "Was she there"
    assert _Heads(asked, answers, nothing, nothing).question(1) == "Was she there"


def test_a_line_that_asks_for_nothing_known_is_no_fact_of_a_person():
    lines = [
        ["Name: Asali Sampuli"],
        ["Phone: 0712600001"],
        ["Sex: F"],
        ["Weather that day: rain"],
        ["Name: Baraka Mfano"],
        ["Phone: 0712600002"],
        ["Sex: M"],
        ["Name: Zawadi Juma"],
        ["Phone: 0712600003"],
        ["Sex: F"],
    ]
    table = table_of(sheet_of(lines), 0)
    assert table.headings == ("Name", "Phone", "Sex")
    assert table.nobody == {4: "note"}
