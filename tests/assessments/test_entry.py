"""What is typed in from paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.assessments.rules.results import (
    QuestionKind,
    ScoreClash,
    ScoreLine,
    clashes,
    named,
    read_cell,
    read_score,
    read_score_lines,
    written_score,
)

KEYS = {"A": "a", "B": "c", "C": "d"}


@pytest.mark.parametrize(
    ("kind", "typed", "read"),
    [
        (QuestionKind.SINGLE, " b", ("c",)),
        (QuestionKind.SINGLE, "", ()),
        (QuestionKind.SINGLE, "?", ("?",)),
        (QuestionKind.SINGLE, "AB", None),
        (QuestionKind.SINGLE, "D", None),
        (QuestionKind.MULTIPLE, "a, C", ("a", "d")),
        (QuestionKind.MULTIPLE, "AA", None),
        (QuestionKind.MULTIPLE, "A?", None),
        (QuestionKind.SCALE, "?", None),
    ],
)
def test_letters_name_choices(kind, typed, read):
    assert read_cell(kind, KEYS, typed) == read


@given(st.integers(0, 1000))
def test_scores_are_written_and_read_back(tenths):
    assert read_score(written_score(tenths)) == tenths


@pytest.mark.parametrize(
    ("typed", "tenths"),
    [("87,5 %", 875), ("105", None), ("100.1", None), ("-3", None), ("12.55", None), ("", None)],
)
def test_scores_beyond_a_hundred_are_none(typed, tenths):
    assert read_score(typed) == tenths


def test_a_pasted_list_is_read_line_by_line_and_what_is_wrong_is_named():
    lines = read_score_lines(
        "Zawadi Sampuli\t80\n\nBaraka Sampuli, 75,5\nK7Q4-K7Q4-K7Q4-K7Q4 90%\nNobody 50\n"
        "0000-0000-0000-0000 60\n"
        "Faraja 105\nZawadi Sampuli;70\nno score here\nJuma 40"
    )
    assert lines[:3] == [
        ScoreLine(1, "Zawadi Sampuli", 800),
        ScoreLine(3, "Baraka Sampuli", 755),
        ScoreLine(4, "K7Q4-K7Q4-K7Q4-K7Q4", 900),
    ]
    people = {
        "zawadi sampuli": ["p1"],
        "baraka sampuli": ["p2"],
        "k7q4-k7q4-k7q4-k7q4": ["p3"],
        "juma": ["p4", "p5"],
    }
    assert named(lines, people) == {
        "unknown": [5, 6],
        "score": [7, 9],
        "twice": [8],
        "several": [10],
    }


def test_rows_that_would_replace_another_score_are_told_beside_it():
    lines = read_score_lines("Zawadi 80\nBaraka 75,5\nFaraja 60\nJuma 40")
    people = {"zawadi": ["p1"], "baraka": ["p2"], "faraja": ["p3"], "juma": ["p4"]}
    there = {"p1": 800, "p2": 700, "p3": None}
    assert clashes(lines, people, there) == [ScoreClash(2, "Baraka", 700, 755)]


def test_a_line_of_thousands_of_spaces_is_no_row_and_costs_no_time():
    (line,) = read_score_lines("x" + " " * 50_000 + "y")
    assert (len(line.who), line.tenths) == (80, None)
