"""Reading of phones, births and headings, whatever stands in a cell."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.people.lists.rules.cells import Born, one_phone, read_birth, read_phone
from kash.people.lists.rules.headings import (
    FIELDS,
    WAYS_OF,
    Guess,
    _is_serial,
    field_by_heading,
    look_of,
    match_columns,
    ticked_columns,
)
from kash.people.lists.rules.rows import ReadRow, Stations, with_names
from kash.people.rules.persons import BANDS

TODAY = date(2026, 11, 24)


@given(st.integers(700_000_000, 729_999_999), st.sampled_from(["0", "254", "+254", "", "+254 "]))
def test_a_phone_is_read_however_it_begins(number, before):
    assert read_phone(f"{before}{number}", "KE").value == f"+254{number}"
    assert read_phone(f"O{number}", "KE").value == f"+254{number}"
    assert read_phone(f"0{number} / 12", "KE").value == f"+254{number}"
    assert read_phone(float(number), "KE").value == f"+254{number}"


@given(st.text() | st.floats(allow_nan=True) | st.dates())
def test_a_phone_is_a_number_or_wrong_and_never_breaks(cell):
    reading = read_phone(cell, "KE")
    assert reading.value == "" or reading.value.startswith("+")
    assert not (reading.value and any(each.wrong for each in reading.remarks))


@given(st.dates(date(1930, 1, 1), date(2010, 12, 31)))
def test_a_birth_day_is_read_day_first_in_every_form(day):
    forms: list[str | date] = [day, day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d.%m.%Y}"]
    forms += [f"{day.day} {day:%b} {day.year}", f"{day:%B} {day.day}, {day.year}", str(day.year)]
    for form in forms:
        assert read_birth(form, TODAY).value == Born(year=day.year)


@given(st.integers(1, 110), st.integers(0, 60))
def test_a_bracket_is_kept_only_where_one_band_holds_it(least, more):
    most = min(least + more, 110)
    reading = read_birth(f"{least} – {most}", TODAY)
    holding = [band for band, (low, high) in BANDS.items() if low <= least and most <= high]
    assert reading.value == Born(band=holding[0] if holding else "")
    maybe_child = not holding and least < 18
    assert any(each.wrong for each in reading.remarks) == maybe_child


@given(st.text() | st.floats(allow_nan=True) | st.dates())
def test_a_birth_is_something_known_or_told(cell):
    reading = read_birth(cell, TODAY)
    if reading.value.year is not None:
        assert 1916 <= reading.value.year <= 2026


@given(st.sampled_from(sorted(WAYS_OF)), st.data())
def test_a_heading_is_known_in_any_case_and_with_a_bracket(field, data):
    way = data.draw(st.sampled_from(WAYS_OF[field]))
    for written in (way.upper(), f" {way}. ", f"{way} (optional)"):
        assert field_by_heading(written)[0] == field


@given(st.text())
def test_any_text_as_a_heading_is_a_field_or_none(text):
    assert field_by_heading(text)[0] in ("", *FIELDS)


def test_of_two_stations_that_are_as_alike_none_is_guessed():
    known = [("one", "Kondele Post A"), ("two", "Kondele Post B")]
    assert Stations(known).guess("Kondele Post C") == ("", False)
    assert Stations(known[:1]).guess("Kondele Post C") == ("one", False)
    assert Stations(known).guess("kondele post a") == ("one", True)
    # Written otherwise, but with the same words that tell it apart.
    same = Stations([("four", "Kondele Police Station")])
    assert same.guess("KONDELE STN") == ("four", True)
    for others in ([("three", "Ahero")], [("three", "Zombe")]):
        alike = Stations([*known[:1], *others]).guess("Kondele Post C")
        assert alike == ("one", False)


def test_a_number_alone_is_an_age_a_year_or_a_day_and_else_nothing():
    told = {
        number: read_birth(float(number), TODAY).value
        for number in (-5, 0, 1, 110, 111, 1899, 1900, 1916, 2026, 2027, 6999, 29_221)
    }
    assert {number for number, born in told.items() if born != Born()} == {
        1,
        110,
        1916,
        2026,
        29_221,
    }
    assert told[29_221] == Born(year=1980)
    assert read_birth(1980.5, TODAY).value == Born()


@pytest.mark.parametrize(("words", "share"), [(1, 0.0), (2, 1.0), (3, 1.0), (6, 1.0), (7, 0.0)])
def test_a_name_has_two_words_to_six(words, share):
    assert look_of([" ".join(["Achieng"] * words)] * 3, TODAY, "KE")["name"] == share


@pytest.mark.parametrize(("length", "read"), [(40, "+254712345678"), (41, None)])
def test_a_phone_is_as_long_as_anybody_writes_one_and_no_longer(length, read):
    assert one_phone("0712 345 678".ljust(length), "KE") == read


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Sex of the participant listed", "sex"),
        ("Participant DOB as recorded", "birth"),
        ("Tel of everyone who came", "phone"),
    ],
)
def test_a_word_of_three_letters_within_a_heading_names_its_field(heading, field):
    assert field_by_heading(heading) == (field, 88)


@pytest.mark.parametrize(
    ("heading", "field", "cell"),
    [("Phone", "phone", "0712345678"), ("Age", "birth", "31"), ("Email", "email", "a@example.org")],
)
def test_a_heading_is_doubted_where_other_things_stand_below_it_and_not_where_nothing_does(
    heading, field, cell
):
    def guess(*cells: str) -> Guess:
        return match_columns([heading], [cells], {}, TODAY, "KE", {})[0]

    assert guess(cell, cell) == guess("", "") == guess() == Guess(field, "certain", 100)
    assert guess("Kisumu", "Kondele") == Guess(field, "guess", 70)


def test_both_names_of_a_row_in_capitals_become_names_and_all_else_stays():
    row = ReadRow(3, name="AKINYI WA OTIENO", facts={"printed_name": "A. OTIENO", "notes": "NO"})
    small = with_names(row)
    assert (small.name, small.fact("printed_name")) == ("Akinyi wa Otieno", "A. Otieno")
    assert replace(small, name=row.name, facts=row.facts) == row
    assert small.fact("notes") == "NO"


@pytest.mark.parametrize(
    ("cells", "serial"),
    [
        (["1", "2.", "3", "4"], True),
        # Rows were taken out, and a part begins anew.
        (["1", "3", "5", "7"], True),
        (["1", "2", "3", "1", "2", "3"], True),
        (["4", "7", "10", "13"], False),
        (["34", "21", "45", "28"], False),
        (["1"], False),
        ([], False),
    ],
)
def test_numbers_that_only_count_rows_are_known(cells, serial):
    assert _is_serial(cells) is serial


@given(
    st.sampled_from(["Lunch", "Consent given", "Paid", "Fee received?", "Sex worker", ""]),
    st.sampled_from(["x", "X", "✓", "yes", "1", "P", "v", "t"]),
    st.lists(st.booleans(), min_size=1, max_size=20).filter(any),
    st.sampled_from([{}, {"lunch": "sex", "paid": "sex", "consent given": "language"}]),
)
def test_nothing_but_ticks_and_blanks_is_no_fact_of_a_person(heading, tick, ticked, remembered):
    cells = [tick if one else "" for one in ticked]
    columns = [["Amani Mfano"] * len(cells), cells]
    guesses = match_columns(["Name", heading], columns, remembered, TODAY, "KE", {})
    assert [one.field for one in guesses] == ["name", ""]


def test_a_column_called_sex_that_holds_ticks_is_a_guess_and_one_with_answers_is_none():
    def guessed(*cells: str) -> tuple[str, str]:
        (found,) = match_columns(["Sex"], [cells], {}, TODAY, "KE", {})
        return found.field, found.sure

    assert guessed("x", "x", "") == ("sex", "guess")
    assert guessed("F", "M", "X") == ("sex", "certain")


def test_columns_are_ticked_where_four_of_five_marks_are_ticks():
    heads = ["Male", "Female"]
    ticks: list[list[str]] = [["x", ""], ["", "x"], ["x", ""], ["", "x"]]
    assert [(one.first, one.last) for one in ticked_columns(heads, [*ticks, ["seen", ""]])] == [
        (0, 1)
    ]
    assert ticked_columns(heads, [*ticks, ["seen", ""], ["", "asked"]]) == []


@pytest.mark.parametrize(
    ("written", "told"), [("12/13/1990", ["birth_month_first"]), ("12/12/1990", [])]
)
def test_a_month_that_stands_before_its_day_is_told(written, told):
    reading = read_birth(written, TODAY)
    assert reading.value == Born(year=1990)
    assert [one.code for one in reading.remarks] == told


@pytest.mark.parametrize("heading", ["Jina / Name", "Name (of the participant)"])
def test_headings_that_say_more_than_a_known_one_are_nearly_sure(heading):
    assert field_by_heading(heading) == ("name", 97)
