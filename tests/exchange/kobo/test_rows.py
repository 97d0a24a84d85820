"""Rows of a form: an edited row is the same person, and nothing is kept that was not asked."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.exchange.kobo.rules import columns_of, holds_several, newest, submission_of, table_of
from tests.exchange.kobo.server import Server

TEXT = st.text(max_size=20)


@given(TEXT, TEXT, st.integers(1, 4))
def test_an_edit_changes_every_id_but_those_a_row_is_known_by(before, after, edits):
    server = Server()
    row = server.add(name=before)
    was = submission_of(row)
    for _ in range(edits):
        server.edit(row, name=after)
    now = submission_of(row)
    assert (now.first_id, now.number) == (was.first_id, was.number)
    assert (now.content == was.content) == (" ".join(before.split()) == " ".join(after.split()))


def test_the_same_answers_are_the_same_bytes_in_every_release():
    """Otherwise every row that was brought in before would stand there as edited."""
    told = {"name": "Ng’ang’a", "age": "30"}
    content = replace(submission_of(Server().add()), told=told).content
    assert content == '[["age", "30"], ["name", "Ng’ang’a"]]'.encode()


def test_where_somebody_stood_and_from_which_phone_is_not_kept():
    server = Server()
    row = server.add(
        name="Achieng",
        deviceid="abc",
        **{"group_a/ward": "Kondele", "background-audio": "x.m4a", "_geolocation": [-0.1, 34.7]},
    )
    assert submission_of(row).told == {"name": "Achieng", "ward": "Kondele"}


def test_two_questions_of_one_name_are_both_told():
    told = submission_of({"_id": 1, "a/name": "One", "b/name": "Two"}).told
    assert told == {"name": "One", "b/name": "Two"}


def test_a_submission_of_several_people_is_refused_and_not_cut_to_one():
    row = Server().add(people=[{"people/name": "A"}, {"people/name": "B"}])
    assert holds_several(row)
    assert not holds_several(Server().add(name="A", languages=["en", "sw"]))


@pytest.mark.parametrize(
    ("row", "first"),
    [
        ({"_id": 5, "meta/rootUuid": "uuid:AB-1"}, "ab-1"),
        ({"_id": 5, "meta": {"rootUuid": "uuid:ab-1"}}, "ab-1"),
        ({"_id": 5, "_uuid": "ab-1"}, ""),
        ({"_id": 5, "meta/rootUuid": None}, ""),
    ],
)
def test_a_row_is_known_by_its_first_id_and_its_number(row, first):
    submission = submission_of(row)
    assert (submission.first_id, submission.number) == (first, 5)


def test_of_copies_of_a_row_the_last_one_counts_once():
    rows = [
        submission_of({"_id": number, "meta/rootUuid": first, "name": name})
        for number, first, name in [(1, "uuid:a", "Old"), (3, "uuid:a", "New"), (2, None, "Other")]
    ]
    assert [row.told["name"] for row in newest(rows)] == ["New", "Other"]


def test_a_table_keeps_each_answer_under_its_question():
    rows = [
        submission_of({"_id": 1, "name": "A"}),
        submission_of({"_id": 2, "ward": "K\nL", "age": 31}),
    ]
    columns = columns_of(rows)
    assert table_of(rows, columns) == [["name", "ward", "age"], ["A", "", ""], ["", "K L", "31"]]
