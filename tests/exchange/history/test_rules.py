"""An export is read as it was written, or told to be wrong: nobody gets a training that was another
one's, or of another day."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kash.exchange.history.rules import (
    MOST_NAMES,
    TrainingRow,
    UnreadableExport,
    decoded,
    plain,
    read_day,
    read_export,
)

TODAY = date(2026, 11, 28)
HEAD = (
    "training_title_phrase,training_start_date,training_end_date,training_length_value,"
    "training_length_interval,training_location_name,training_organizer_phrase,participants,"
    "trainers,unknown participants\n"
)


def test_cells_of_several_lines_name_each_person_once():
    told = (
        HEAD + 'Rights,2019-03-04,2019-03-06,3,days,Kisumu,n/a,"7, Asali, n/a, Sampuli\n'
        '8, Ann, Mary, Otieno\nZawadi Mfano\nZawadi Mfano","9, Ben, n/a, Onyesho","2(na)"\n'
    )
    (row,) = read_export(told, TODAY).rows
    assert (row.first_day, row.last_day) == (date(2019, 3, 4), date(2019, 3, 6))
    assert (row.length, row.length_unit, row.organiser) == (Decimal(3), "day", "")
    assert [(one.written, one.sought, one.as_trainer) for one in row.people] == [
        ("Asali Sampuli", ("asali sampuli",), False),
        ("Ann Mary Otieno", ("ann mary otieno", "ann otieno"), False),
        ("Zawadi Mfano", ("zawadi mfano",), False),
        ("Ben Onyesho", ("ben onyesho",), True),
    ]


def test_a_report_about_people_names_one_person_a_row():
    told = (
        "id,first_name,middle_name,last_name,person_id,training_title,training_start_date\n"
        "5,Asali,n/a,Sampuli,7,Rights,2019-03-04\n5,Ann,Mary,Otieno,,Rights,2019-03-04\n"
        "6,,,,,Law,2020-03-04\n"
    )
    rows = read_export(told, TODAY).rows
    people = [[(one.written, one.sought, one.number) for one in row.people] for row in rows]
    assert people == [
        [("Asali Sampuli", ("asali sampuli",), "7")],
        [("Ann Mary Otieno", ("ann mary otieno", "ann otieno"), "")],
        [],
    ]
    assert rows[0].source_key(as_trainer=False) == rows[1].source_key(as_trainer=False)


@pytest.mark.parametrize("sign", [";", "\t"])
def test_a_file_that_a_spreadsheet_saved_again_reads_the_same(sign):
    rows = (
        ("training_title", "training_start_date", "participants"),
        ("Rights", "2019-03-04", '"7, A, n/a, B"'),
    )
    again = read_export("\n".join(sign.join(row) for row in rows), TODAY)
    assert again == read_export("\n".join(",".join(row) for row in rows), TODAY)
    assert [one.written for one in again.rows[0].people] == ["A B"]


@pytest.mark.parametrize(
    ("day", "order", "meant"),
    [
        ("03/04/2019", "day", date(2019, 4, 3)),
        ("03/04/2019", "month", date(2019, 3, 4)),
        ("3-4-2019", "day", date(2019, 4, 3)),
        ("3.4.2019 00:00", "month", date(2019, 3, 4)),
        ("25/04/2019", "day", date(2019, 4, 25)),
        ("2019-03-04", "month", date(2019, 3, 4)),
        ("04/04/2019", "", date(2019, 4, 4)),
    ],
)
def test_a_day_is_read_in_the_order_that_was_said(day, order, meant):
    assert read_day(day, order) == meant


def test_a_day_that_could_be_two_is_asked_about_and_one_against_the_order_is_told():
    found = read_export(HEAD + "R,03/04/2019,,,,,,A B,,\nR,2019-01-01,,,,,,A B,,\n", TODAY)
    assert (found.two_days, len(found.rows), found.faults) == ("03/04/2019", 1, ())
    mixed = read_export(HEAD + "R,04/25/2019,,,,,,A B,,\n", TODAY, "day")
    assert list(mixed.faults) == [(2, "mixed")]


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (",2019-03-04,,,,,,A B,,", "title"),
        ("R,n/a,,,,,,A B,,", "day"),
        ("R,soon,,,,,,A B,,", "day"),
        ("R,2019-03-04,2019-03-01,,,,,A B,,", "order"),
        ("R,2027-03-04,,,,,,A B,,", "order"),
        ("R,2019-03-04,,NaN,hour,,,A B,,", "length"),
        ("R,2019-03-04,,3,month,,,A B,,", "length"),
        ("R" * 201 + ",2019-03-04,,,,,,A B,,", "text"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_with_its_number(cells, why):
    told = read_export(f"{HEAD}R,2019-03-04,,,,,,A B,,\n{cells}\n", TODAY)
    assert list(told.faults) == [(3, why)]
    assert len(told.rows) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "columns"),
        ("name,day\nA,2019-03-04\n", "columns"),
        (HEAD, "empty"),
        (HEAD + 'R,2019-03-04,,,,,,"A B\n', "quotes"),
        (HEAD + "R,2019-03-04,,,,,,A B,,\n" * 2001, "long"),
        (HEAD + "R\0", "encoding"),
        ("id,last_name,middle_name,first_name,gender,birthdate\n1,B,,A,female,\n", "people"),
        ("training_title,training_start_date\nR,2019-03-04\n", "columns"),
        ("training_title,last_name,first_name\nR,B,A\n", "people"),
        ("training_start_date,last_name,first_name\n2019-03-04,B,A\n", "people"),
        ("training_start_date,participants\n2019-03-04,A B\n", "columns"),
        ("training_title,training_start_date,last_name\nR,2019-03-04,B\n", "columns"),
        ("training_title,training_start_date,first_name\nR,2019-03-04,A\n", "columns"),
    ],
)
def test_a_file_that_is_no_export_is_told_by_a_reason(text, why):
    with pytest.raises(UnreadableExport) as fault:
        read_export(text, TODAY)
    assert fault.value.why == why


def test_a_file_of_other_signs_is_refused():
    with pytest.raises(UnreadableExport):
        decoded(b"\xff\xfe\x00T")


@settings(max_examples=40)
@given(st.text(max_size=80))
def test_whatever_is_pasted_is_read_or_refused(text):
    for told in (text, HEAD + text):
        try:
            found = read_export(plain(told), TODAY)
        except UnreadableExport:
            continue
        assert all(row.title for row in found.rows)


@given(st.dates(min_value=date(1950, 1, 1)))
def test_a_day_is_itself_in_either_order_unless_it_could_be_two(day):
    assert read_day(day.isoformat()) == day
    for form in ("%d/%m/%Y", "%m/%d/%Y"):
        if day.day > 12 or day.day == day.month:
            assert read_day(day.strftime(form)) == day
        else:
            with pytest.raises(UnreadableExport, match="two_days"):
                read_day(day.strftime(form))


def test_a_training_of_other_facts_is_another_one():
    day = date(2019, 3, 4)
    row = TrainingRow(2, "Rights", day, day, None, "", "Kisumu", "KASH", ())
    others = (
        replace(row, title="Law"),
        replace(row, first_day=date(2019, 3, 3)),
        replace(row, last_day=date(2019, 3, 5)),
        replace(row, place="Siaya"),
        replace(row, organiser="Another"),
    )
    keys = {one.source_key(as_trainer=False) for one in (row, *others)}
    assert len(keys | {row.source_key(as_trainer=True)}) == 7
    # Where it stands in a file tells nothing about it.
    assert replace(row, number=9).source_key(as_trainer=False) in keys


@pytest.mark.parametrize("more", [0, 1])
def test_as_many_names_as_can_be_decided_on_are_read_and_no_more(more):
    of_row = '"' + "\n".join(f"{number}, A, n/a, B{number}" for number in range(50)) + '"'
    rows = f"R,2019-03-04,,,,,,{of_row},,\n" * 100 + "R,2019-03-04,,,,,,A B,,\n" * more
    if more:
        with pytest.raises(UnreadableExport, match="long"):
            read_export(HEAD + rows, TODAY)
    else:
        found = read_export(HEAD + rows, TODAY)
        assert sum(len(row.people) for row in found.rows) == MOST_NAMES
