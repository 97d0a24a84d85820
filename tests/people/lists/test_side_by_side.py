"""What stands beside a person in a sheet or a chat: it makes nobody, and swallows nobody."""

import signal
from datetime import date

import pytest

from kash.people.lists import previews as rows_read
from kash.people.lists.child import sheets_of
from kash.people.lists.files import Mapped
from kash.people.lists.previews import ReadList
from kash.people.lists.rules.cells import read_birth
from kash.people.lists.rules.layouts import table_of
from kash.people.lists.rules.rows import TableSheet
from tests.people.lists.formats import text, workbook
from tests.people.lists.test_formats import read_in

AMANI = ["Amani Mfano", "0712345678", "Zawadi Jamaa", "0723456789"]
BARAKA = ["Baraka Mfano", "0712345679", "Yusufu Jamaa", "0723456780"]
HEAD = ["Name", "Phone", "Name", "Phone"]


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(rows_read, "remembered", lambda *_given: (Mapped(), False))


@pytest.fixture
def ten_seconds():
    """Of the processor, where a thousandth of one is enough."""

    def late(*_args: object) -> None:
        raise TimeoutError

    former = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, 10)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, former)


def people(read: ReadList) -> list[tuple[str, str]]:
    return [(row.name, row.phone) for row in read.rows if not row.wrong]


def asked(read: ReadList) -> list[tuple[int, list[str]]]:
    return [
        (row.number, [each.code for each in row.remarks if each.wrong])
        for row in read.rows
        if row.wrong
    ]


def left_out(read: ReadList) -> list[str]:
    """The headings of columns that are told as left out."""
    return [
        heading
        for heading, guess in zip(read.table.headings, read.guesses, strict=True)
        if not guess.field
    ]


ONCE = [("Amani Mfano", "+254712345678"), ("Baraka Mfano", "+254712345679")]


@pytest.mark.parametrize(
    "rows",
    [
        [["PARTICIPANT", "", "NEXT OF KIN", ""], HEAD, AMANI, BARAKA],
        [["", "", "NEXT OF KIN", ""], HEAD, AMANI, BARAKA],
        [["LIST"], ["", "", "Next of kin", ""], ["Kondele"], HEAD, AMANI, BARAKA],
        [["NAME", "PHONE", "NEXT OF KIN", ""], ["", "", "Name", "Phone"], AMANI, BARAKA],
    ],
)
def test_the_next_of_kin_beside_a_participant_becomes_no_participant(rows):
    read = read_in(workbook(rows))
    assert people(read) == ONCE
    assert asked(read) == []
    assert [heading.casefold() for heading in left_out(read)] == [
        "next of kin: name",
        "next of kin: phone",
    ]


def test_whose_name_and_phone_follow_a_heading_of_kin_become_no_participants():
    rows = [
        ["Name", "Phone", "Next of kin", "Name", "Phone"],
        *([*each[:2], "sister", *each[2:]] for each in (AMANI, BARAKA)),
    ]
    read = read_in(workbook(rows))
    assert people(read) == ONCE
    assert left_out(read) == ["Next of kin", "Next of kin: Name", "Next of kin: Phone"]


def test_what_is_ticked_for_the_next_of_kin_is_not_the_participants_sex():
    rows = [
        ["PARTICIPANT", "", "NEXT OF KIN", ""],
        ["Name", "Phone", "M", "F"],
        [*AMANI[:2], "x", ""],
        [*BARAKA[:2], "", "x"],
    ]
    read = read_in(workbook(rows))
    assert [(row.name, row.fact("sex")) for row in read.rows] == [
        ("Amani Mfano", ""),
        ("Baraka Mfano", ""),
    ]


def test_two_lists_with_a_column_for_the_next_of_kin_in_each_are_two_lists():
    head = ["Name", "Phone", "Next of kin"]
    rows = [[*head, *head], [*AMANI[:2], "Jamaa", *BARAKA[:2], "Jamaa"], [], []]
    assert people(read_in(workbook(rows))) == ONCE


def test_a_sheet_that_is_called_by_parents_keeps_its_people():
    for title in (["PARENTS OF KONDELE"], ["", "PARENTS OF KONDELE"]):
        rows = [title, ["No", *HEAD[:2]], [1, *AMANI[:2]], [2, *BARAKA[:2]]]
        assert people(read_in(workbook(rows))) == ONCE


def test_a_first_name_and_a_surname_are_one_person_of_a_row():
    rows = [
        ["No", "Name", "Name", "Phone"],
        [1, "Amani", "Mfano", "0712345678"],
        [2, "Baraka", "Mfano", "0712345679"],
    ]
    read = read_in(workbook(rows))
    assert people(read) == ONCE
    assert left_out(read) == ["No"]


def test_two_columns_of_whole_names_are_not_made_one_name():
    rows = [["No", "Name", "Name", "Phone"], [1, AMANI[0], AMANI[2], AMANI[1]]]
    rows.append([2, BARAKA[0], BARAKA[2], BARAKA[1]])
    read = read_in(workbook(rows))
    assert people(read) == ONCE
    assert left_out(read) == ["No", "Name"]


@pytest.mark.parametrize("between", ["&", "na", ",", "and her friend"])
def test_two_people_in_a_line_of_a_chat_are_asked_about_and_none_is_swallowed(between):
    lines = [
        "1. Amani Mfano 0712345678",
        "2. Baraka Mfano 0712345679",
        f"3. Mary Atieno 0712345670 {between} Jane Akinyi 0723456789",
    ]
    read = read_in("\n".join(lines).encode())
    assert people(read) == ONCE
    assert asked(read) == [(3, ["name_more"])]
    assert "Jane Akinyi" in read.rows[2].typed["name"]


@pytest.mark.parametrize("between", [" / ", " or ", ", "])
def test_two_numbers_of_one_person_in_a_chat_are_told(between):
    lines = ["1. Amani Mfano 0712345678", f"2. Baraka Mfano 0712345679{between}0723456789"]
    read = read_in("\n".join([*lines, "3. Zawadi Mfano 0712345670"]).encode())
    assert people(read)[:2] == ONCE
    assert [each.code for each in read.rows[1].remarks] == ["phone_second"]


def test_an_alias_that_could_be_a_title_is_asked_about_if_more_is_said_of_it():
    rows = [["Alias", "Age"], ["Champion", "24"], ["Amani", "31"], ["Volunteers", ""], ["Siri", 29]]
    content = text(rows)
    read = read_in(content)
    assert asked(read) == [(2, ["name_title"])]
    assert [(each.number, each.why) for each in read.skipped] == [(4, "section")]
    said = read_in(content, edits={2: {"name": "Champion"}})
    assert [(row.name, row.birth.band) for row in said.rows if not row.wrong] == [
        ("Champion", "18-24"),
        ("Amani", "25-34"),
        ("Siri", "25-34"),
    ]


def test_below_a_title_with_a_count_people_stay_in_its_group_while_it_is_asked_about():
    rows = [["Name", "Age"], ["POLICE OFFICERS", "12"], ["Amani Mfano", "31"]]
    read = read_in(text(rows))
    assert asked(read) == [(2, ["name_title"])]
    assert [row.group for row in read.rows if row.number == 3] == ["police"]


@pytest.mark.parametrize("long", [" " * 90_000, "1" + " " * 90_000, "Name" + " " * 90_000 + "x"])
@pytest.mark.usefixtures("ten_seconds")
def test_a_cell_of_spaces_holds_nobody_up(long):
    sheet = TableSheet(
        "", [(1, [f"{long}%"]), (2, [f"%{long}"]), (3, ["1. Amani Mfano 0712345678"])]
    )
    for header in (0, 1):
        assert len(table_of(sheet, header).rows) == 3 - header


@pytest.mark.usefixtures("ten_seconds")
def test_an_age_among_spaces_holds_nobody_up():
    today = date(2026, 11, 24)
    assert [each.code for each in read_birth("1" + " " * 90_000 + "x", today).remarks] == [
        "birth_wrong"
    ]
    assert read_birth("31" + " " * 90_000 + "years", today).value.band == "25-34"


def test_the_spaces_of_a_cell_that_is_too_long_are_counted_once():
    long = "Amani" + " " * 3_000 + "Mfano"
    found = sheets_of(f"Name;Phone\n{long};0712345678\n{'a' * 3_000};\n".encode())
    assert [cells[0] for _number, cells in found["sheets"][0][1]] == [
        "Name",
        "Amani Mfano",
        "a" * 3_000,
    ]
