"""Cells of lists as they are found: numbers in names, shortened phones, answers of one's own."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from kash.people.lists.rules.cells import (
    Born,
    Cell,
    Reading,
    is_empty,
    is_not_said,
    plain,
    read_birth,
    read_name,
    read_phone,
    read_sex,
    read_text,
    taken_apart,
)
from kash.people.lists.rules.classing import (
    NEW,
    OUT,
    Comparison,
    Facts,
    PlacedRow,
    State,
    class_rows,
    compare,
    is_child,
    row_key,
)
from kash.people.lists.rules.headings import field_by_heading, match_columns
from kash.people.lists.rules.rows import (
    ReadRow,
    has_odd_name,
    is_section,
    lone_names,
    read_row,
    skipped_as,
)
from kash.people.rules.duplicates import Match, Reason
from kash.people.rules.persons import MOST_NAME, ages_disagree, within_band

TODAY = date(2026, 11, 24)
COLUMNS = {"name": [0], "phone": [1], "sex": [2], "birth": [3]}


def row(*cells: Cell, **edits: str) -> ReadRow:
    return read_row(2, cells, COLUMNS, edits, TODAY, "KE")


def codes(read: ReadRow) -> list[str]:
    return [each.code for each in read.remarks]


@pytest.mark.parametrize(
    ("written", "phone", "told"),
    [
        ("254712600002.0", "+254712600002", []),
        ("712600002.0", "+254712600002", []),
        ("7.126E8", "", ["phone_digits_lost"]),
        ("2.54713E+11", "", ["phone_digits_lost"]),
        ("7,126E+08", "", ["phone_digits_lost"]),
        ("2.54712600002E+11", "+254712600002", []),
        ("0712-600-004 (sister)", "+254712600004", ["phone_note"]),
        ("sister: 0712 600 004", "+254712600004", ["phone_note"]),
        ("Tel. 0712 600 004", "+254712600004", []),
        # Letters are on the keys of a phone, but nobody meant them so.
        ("0712600abc", "", ["phone_wrong"]),
        ("2026-11-12", "", ["phone_day"]),
        ("2026-11-12T09:12:33.000+03:00", "", ["phone_day"]),
        ("12/11/2026", "", ["phone_day"]),
        ("Prefer not to say", "", ["not_said"]),
        ("no phone", "", ["not_said"]),
    ],
)
def test_a_phone_is_read_or_what_is_wrong_with_it_is_told(written, phone, told):
    read = row("Asali Sampuli", written)
    assert (read.phone, codes(read)) == (phone, told)
    assert read.wrong is bool({"phone_wrong", "phone_digits_lost", "phone_day"} & set(told))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (("Asali\x07Sampuli", "", "", ""), "control"),
        (("Asali Sampuli", "x" * 2001, "", ""), "too_long"),
        (("", "0712600002", "", ""), "no_name"),
        (("Asali Sampuli", "", "18-24", "1980"), "birth_disagrees"),
    ],
)
def test_a_row_that_cannot_be_right_is_wrong(cells, code):
    columns = {"name": [0], "phone": [1], "birth": [2, 3]}
    read = read_row(2, cells, columns, {}, TODAY, "KE")
    assert (codes(read), read.wrong) == ([code], True)


@pytest.mark.parametrize(
    ("written", "code"),
    [("M / F", "two_answers"), ("abc / def", "sex_wrong"), ("male / def", "sex_wrong")],
)
def test_two_answers_are_told_from_none(written, code):
    read = row("Asali Sampuli", "", written)
    assert (codes(read), read.wrong) == ([code], True)


def test_of_long_answers_their_beginning_is_told():
    for written in (" / ".join(["female", "male"] * 4), "x" * 60):
        (remark,) = read_sex(written).remarks
        assert remark.given == written[:40]


@pytest.mark.parametrize(
    ("written", "code"),
    [("=A1", "name_formula"), ("12", "name_no_letter"), ("Ab " * 100, "too_long")],
)
def test_what_is_no_name_is_wrong(written, code):
    read = read_name(written)
    assert [(one.code, one.wrong) for one in read.remarks] == [(code, True)]


def test_no_remark_about_a_phone_quotes_a_number():
    for written in ("0712-600-004 (sister 0733111222)", "ask 0712 600 004 or 0733 111 222"):
        reading = read_phone(written, "KE")
        assert not any(each.isdigit() for remark in reading.remarks for each in remark.given)


@pytest.mark.parametrize(
    ("written", "name", "phone", "told"),
    [
        ("4. Jamis Oumo", "Jamis Oumo", "", ["name_number"]),
        ("4) Jamis Oumo", "Jamis Oumo", "", ["name_number"]),
        ("(12) Jamis Oumo", "Jamis Oumo", "", ["name_number"]),
        ("• Jamis Oumo", "Jamis Oumo", "", []),
        ("- Jamis Oumo", "Jamis Oumo", "", []),
        ("Adongo Pamela;0712300001", "Adongo Pamela", "+254712300001", ["name_phone"]),
        ("Adongo Pamela (0712 300 001)", "Adongo Pamela", "+254712300001", ["name_phone"]),
        ("3. Adongo P. - 0712300001", "Adongo P.", "+254712300001", ["name_number", "name_phone"]),
        ("Adongo Pamela 071230", "Adongo Pamela 071230", "", ["name_more"]),
        ("Adongo Pamela; Kondele", "Adongo Pamela; Kondele", "", ["name_more"]),
        # These are names as they stand.
        ("Otieno, John", "Otieno, John", "", []),
        ("Mama 2", "Mama 2", "", []),
        ("50 Shilingi", "50 Shilingi", "", []),
        ("O'Brien K. (Jnr)", "O'Brien K. (Jnr)", "", []),
    ],
)
def test_a_number_or_a_phone_is_no_part_of_a_name(written, name, phone, told):
    read = row(written, "")
    assert (read.name, read.phone, codes(read)) == (name, phone, told)


def test_a_phone_beside_the_name_and_another_one_in_its_column_is_told():
    read = row("Adongo Pamela 0712300001", "0733111222")
    assert (read.phone, codes(read)) == ("+254733111222", ["name_phone", "phone_second"])
    assert codes(row("Adongo Pamela 0712300001", "0712300001")) == ["name_phone"]


def test_what_a_person_typed_as_a_name_is_a_name():
    read = row("x", "", name="Jamis 4. 12345")
    assert (read.name, codes(read)) == ("Jamis 4. 12345", [])


@pytest.mark.parametrize(
    ("written", "sex", "told"),
    [
        ("Trans", "other", ["sex_x"]),
        ("Transgender woman", "other", ["sex_x"]),
        ("Non-binary", "other", ["sex_x"]),
        ("Intersex", "other", ["sex_x"]),
        ("Other", "other", []),
        ("Others", "other", []),
        ("Prefer not to say", "", ["not_said"]),
        ("prefer_not_to_say", "", ["not_said"]),
        ("Sipendi kusema", "", ["not_said"]),
        ("1", "", ["sex_wrong"]),
        ("M / F", "", ["two_answers"]),
    ],
)
def test_an_answer_that_the_programme_knows_is_no_error(written, sex, told):
    read = row("Asali Sampuli", "", written)
    assert (read.fact("sex"), codes(read)) == (sex, told)
    assert read.wrong == (told in (["sex_wrong"], ["two_answers"]))


@pytest.mark.parametrize(
    ("written", "band", "told"),
    [
        ("35+", "35-plus", []),
        ("35 and above", "35-plus", []),
        ("36+", "35-plus", ["birth_bracket"]),
        ("35-49", "35-plus", ["birth_bracket"]),
        ("45+", "45-plus", []),
        ("35-44", "35-44", []),
        ("40-44", "35-44", ["birth_bracket"]),
        ("30+", "", ["birth_bracket_open"]),
        ("Prefer not to say", "", ["not_said"]),
        ("18–24 / 25–34", "", ["two_answers"]),
        ("25 / 30", "25-34", ["birth_bracket"]),
        ("99", "", ["birth_code"]),
        ("96", "45-plus", ["birth_age"]),
    ],
)
def test_an_age_of_35_and_over_stays_one(written, band, told):
    read = row("Asali Sampuli", "", "", written)
    assert (read.birth, codes(read)) == (Born(band=band), told)
    assert read_birth("35-plus", TODAY).value == Born(band="35-plus")


@pytest.mark.parametrize(("written", "year"), [("3/2/98", 1998), ("3/2/05", 2005)])
def test_a_year_of_two_digits_is_of_the_century_that_makes_an_age(written, year):
    read = read_birth(written, TODAY)
    assert (read.value, [one.code for one in read.remarks]) == (
        Born(year=year),
        ["birth_two_digits"],
    )


def test_35_and_over_contradicts_no_narrower_age_and_is_narrowed_by_it():
    assert within_band("35-44", "35-plus")
    assert within_band("45-plus", "35-plus")
    assert not within_band("35-plus", "45-plus")
    assert not within_band("25-34", "35-plus")
    assert not ages_disagree("35-plus", 1980, 2026)
    assert ages_disagree("35-plus", 1999, 2026)

    def compared(given: str, kept: str) -> Comparison:
        placed = PlacedRow(ReadRow(2, birth=Born(band=given)), "group")
        return compare(placed, Facts(age_band=kept), 2026)

    assert compared("35-plus", "35-44") == Comparison()
    assert compared("35-plus", "35-plus") == Comparison()
    assert compared("45-plus", "35-plus") == Comparison(fills=("birth",))
    assert compared("25-34", "35-plus") == Comparison(differs=("birth",))


@pytest.mark.parametrize(
    ("year", "kept", "expected"),
    [
        (1990, Facts(birth_year=1990), Comparison()),
        (1990, Facts(birth_year=1991), Comparison(differs=("birth",))),
        (1990, Facts(age_band="35-44"), Comparison(fills=("birth",))),
        (2005, Facts(age_band="35-44"), Comparison(differs=("birth",))),
        (1990, Facts(), Comparison(fills=("birth",))),
    ],
)
def test_a_birth_year_beside_another_differs_and_beside_an_age_that_fits_says_more(
    year, kept, expected
):
    placed = PlacedRow(ReadRow(2, birth=Born(year=year)), "group")
    assert compare(placed, kept, 2026) == expected


def test_dots_and_lines_to_write_on_say_nothing():
    for written in ("........", "______", "–––", "…", "- - -"):
        assert is_empty(written)
    for written in ("✓", "/", "*", "x", "J."):
        assert not is_empty(written)
    assert not is_not_said("Unknown Soldier")


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("group_demo/name", "name"),
        ("group_demo/phone_number", "phone"),
        ("group_photo/consent_photo", ""),
        ("bio/group_a/sex", "sex"),
        ("today", ""),
        ("_submission_time", ""),
        ("Name of station", "organisation"),
        ("Name of the ward", "ward"),
        ("Participant's phone number", "phone"),
        ("Name of next of kin", ""),
        ("Next of kin phone number", ""),
        ("Enumerator name", ""),
        ("Member of a support group?", ""),
        ("1. Full name", "name"),
        ("Q3: Sex", "sex"),
        ("Jina / Name", "name"),
        ("Simu | Phone", "phone"),
        ("Group", "group"),
        ("Rank and name", "name"),
        ("Full designation, name", "name"),
        ("Full nying", "name"),
        ("Please write certificate name", "printed_name"),
        ("Your service no", "reference"),
    ],
)
def test_a_heading_is_taken_for_what_is_asked(heading, field):
    assert field_by_heading(heading)[0] == field


@pytest.mark.parametrize("heading", ["Jina / Name", "Simu | Phone", "Phone (Simu)"])
def test_a_heading_in_two_languages_is_nearly_certain(heading):
    assert field_by_heading(heading)[1] == 97


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (datetime(2026, 11, 20, 8, 30, tzinfo=UTC), date(2026, 11, 20)),
        (date(2026, 11, 20), date(2026, 11, 20)),
        (time(8, 30), "08:30:00"),
        (True, "yes"),
        (7, 7.0),
        (None, ""),
    ],
)
def test_a_cell_of_a_sheet_is_a_number_a_day_or_a_text(given, read):
    assert plain(given) == read


def test_numbers_below_a_question_of_its_own_are_no_ages():
    headings = ["Name", "How many children do you have?"]
    columns: list[list[Cell]] = [["Asali Sampuli", "Baraka Mfano"], [3.0, 2.0]]
    guesses = match_columns(headings, columns, {}, TODAY, "KE", {})
    assert [each.field for each in guesses] == ["name", ""]


@pytest.mark.parametrize(
    "title",
    [
        *("FACILITATORS", "Facilitators:", "A. FACILITATORS (3)", "PARTICIPANTS", "Washiriki"),
        *(
            "DAY 2",
            "Day 2 – 12/11/2026",
            "SIKU YA 2",
            "Siku ya pili",
            "POLICE OFFICERS",
            "Page 2 of 5",
        ),
        *("PEER EDUCATORS", "Resource persons", "COMMUNITY MEMBERS", "GROUP B", "Males"),
        *("LIST OF PARTICIPANTS", "ATTENDANCE REGISTER", "PARTICIPANTS CONT'D"),
    ],
)
def test_the_title_of_a_part_is_nobody(title):
    assert is_section([title])
    assert is_section(["", title, ""])
    assert is_section([title, "12/11/2026"])
    assert is_section([title, "3"])
    # Beside a phone, or with a number of the line before it, it may be somebody's alias.
    assert not is_section([title, "0712345678"])
    assert not is_section([1.0, title])


@pytest.mark.parametrize("name", ["Grace Day", "Police Wekesa", "Mama Group", "Amani", "A. Otieno"])
def test_a_name_is_no_title(name):
    assert not is_section([name])


def test_totals_of_each_column_are_nobody():
    headings = ["No", "Name", "Sex", "Age", "Phone"]
    assert skipped_as(["", "TOTAL", 12.0, 8.0, 20.0], headings, [1]) == "totals"
    assert skipped_as(["Prepared by:", "Afisa", "Sign", ""], headings, [1]) == "note"
    assert skipped_as(["", "Total Wekesa", "F", "30", "0712"], headings, [1]) == ""


def test_a_name_alone_is_asked_about_where_all_others_have_a_number_of_their_line():
    people: list[tuple[int, list[Cell]]] = [
        (at, [float(at), f"Mfano {at}", "0712", "F"]) for at in range(2, 12)
    ]
    title: tuple[int, list[Cell]] = (13, ["", "Kanyakwar", "", ""])
    assert lone_names([*people, title], [1], 0) == {13}
    assert lone_names([*people, (13, ["", "Kanyakwar", "0712", ""])], [1], 0) == set()
    end: tuple[int, list[Cell]] = (14, ["", "End of list", "", ""])
    unnumbered: list[tuple[int, list[Cell]]] = [(at, ["F", *cells[1:]]) for at, cells in people]
    assert lone_names([*unnumbered, end], [1], None) == {14}
    # Where names alone are usual nobody is asked.
    names: list[tuple[int, list[Cell]]] = [(at, ["", f"Mfano {at}"]) for at in range(2, 12)]
    assert lone_names(names, [1], 0) == set()
    assert lone_names([*unnumbered[:6], *names[6:]], [1], None) == set()


def test_a_row_shows_whether_a_person_decided_it():
    placed = PlacedRow(row("Asali Sampuli"), "group")
    alike = Match("asali", 50, (), certain=False)
    same = Match("asali", 99, (Reason.SAME_REFERENCE,), certain=True)

    def classed(match: Match, decision: str) -> tuple[State, str, bool, bool]:
        (found,) = class_rows([placed], [(match,)], {2: decision} if decision else {}, (), {})
        return found.state, found.same_as, found.decided, found.may_be_new

    assert classed(alike, "") == (State.DOUBTFUL, "", False, True)
    assert classed(alike, "asali") == (State.SAME, "asali", True, True)
    assert classed(alike, NEW) == (State.NEW, "", True, True)
    assert classed(alike, OUT) == (State.OUT, "", True, True)
    assert classed(same, "") == (State.SAME, "asali", False, False)
    # Nobody is new with a number that is taken.
    assert classed(same, NEW) == (State.SAME, "asali", False, False)
    assert classed(same, "asali") == (State.SAME, "asali", True, False)


@pytest.mark.parametrize(
    ("name", "printed", "shouted"),
    [
        ("ASALI SAMPULI", "", True),
        ("Asali Sampuli", "ASALI SAMPULI", True),
        ("Asali Sampuli", "Asali", False),
    ],
)
def test_capitals_are_found_in_the_printed_name_too(name, printed, shouted):
    columns = {"name": [0], "printed_name": [1]}
    read = read_row(2, (name, printed), columns, {}, TODAY, "KE")
    assert has_odd_name(read) is shouted


@pytest.mark.parametrize(
    ("written", "email"),
    [
        (" Amina@Example.org ", "amina@example.org"),
        ("", ""),
        *((wrong, None) for wrong in ("amina", "@example.org", "amina@", "a b@example.org")),
        *((wrong, None) for wrong in ("a@b@example.org", "a@.org", "a@example.", "a@example")),
        *((wrong, None) for wrong in ("amína@example.org", f"{'a' * 250}@example.org")),
    ],
)
def test_an_address_is_kept_or_told_to_be_wrong(written, email):
    read = read_row(2, ("Amina", written), {"name": [0], "email": [1]}, {}, TODAY, "KE")
    told = ([], False) if email is not None else (["email_wrong"], True)
    assert (codes(read), read.wrong, read.email) == (*told, email or "")


def test_a_short_text_is_wrong_once_it_is_longer_than_its_field():
    assert read_text("x" * 10, "residence", 10).remarks == ()
    assert read_text("x" * 10, "residence", 10).value == "x" * 10
    for written, code in (("x" * 11, "too_long"), ("=A1", "formula")):
        (remark,) = read_text(written, "residence", 10).remarks
        assert (remark.code, remark.field, remark.wrong) == (code, "residence", True)


def test_a_row_that_is_wrong_or_left_out_is_nobody_whom_a_later_one_repeats():
    first = PlacedRow(row("Asali Sampuli", "0712"), "group")
    again = PlacedRow(replace(row("Asali Sampuli"), number=3), "group")
    same = Match(row_key(2), 99, (Reason.SAME_REFERENCE,), certain=True)
    found = class_rows([first, again], [(), (same,)], {}, (), {})
    assert [(one.state, one.same_row) for one in found] == [(State.WRONG, 0), (State.NEW, 0)]
    whole = PlacedRow(row("Asali Sampuli"), "group")
    assert class_rows([whole, again], [(), (same,)], {2: OUT}, (), {})[1].same_row == 0
    assert class_rows([whole, again], [(), (same,)], {}, (), {})[1].same_row == 2


def test_a_bullet_is_taken_off_the_beginning_of_a_name_only():
    assert taken_apart("- Amani - Mfano", "KE").name == "Amani - Mfano"


def test_a_name_may_be_as_long_as_is_stored_and_no_longer():
    longest = "A" * MOST_NAME
    assert read_name(longest) == Reading(longest)
    (remark,) = read_name(longest + "a").remarks
    assert remark.code == "too_long"


def test_two_columns_called_name_hold_one_only_beside_other_facts():
    columns = [["Amani", "Baraka"], ["Mfano", "Mfano"], ["0712345678", "0712345679"]]
    with_phone = [
        one.field for one in match_columns(["Name", "Name", "Phone"], columns, {}, TODAY, "KE", {})
    ]
    assert with_phone == ["name", "name", "phone"]
    alone = [one.field for one in match_columns(["Name", "Name"], columns[:2], {}, TODAY, "KE", {})]
    assert alone == ["name", ""]


@pytest.mark.parametrize(
    ("birth", "child"), [("12", True), ("2009", True), ("2007", False), ("35", False), ("", False)]
)
def test_a_row_says_whether_somebody_may_be_under_18(birth, child):
    assert is_child(row("Asali Sampuli", "", "", birth), 2026) is child
