"""All rows of a form, or none: a part of a list that looks whole leaves people out for good."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.exchange.kobo.services import all_rows, page_of
from kash.platform.web.errors import Problem
from tests.exchange.kobo.server import HOST, Server
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("app")

FIRST = f"{HOST}/api/v2/assets/aSdF1234/data.json?limit=1000&start=0"


def _server(rows: int, **how: object) -> Server:
    server = Server(**how)  # type: ignore[arg-type]
    for number in range(rows):
        server.add(name=f"Person {number}")
    return server


@given(st.integers(0, 40), st.integers(1, 12))
def test_all_rows_come_however_few_a_page_holds(rows, most):
    server = _server(rows, most=most)
    found = all_rows(FIRST, server.fetch)
    assert found == server.rows
    assert len(server.asked) == max(1, -(-rows // most))


def test_a_server_that_caps_at_a_hundred_gives_all_the_same():
    server = _server(250, most=100)
    assert len(all_rows(FIRST, server.fetch)) == 250


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("repeats", "the same page over and over"),
        ("same_next", "the same page over and over"),
        ("for_ever", "the same page over and over"),
        ("short", "Rows that came"),
        ("stops", "Rows that came"),
        ("elsewhere", "leads to another server"),
        ("garbage", "holds no rows of a form"),
    ],
)
def test_no_part_of_a_form_is_taken_for_the_whole(fault, sentence):
    server = _server(30, most=10, fault=fault)
    with refuses(sentence):
        all_rows(FIRST, server.fetch)
    assert len(server.asked) <= 4


def test_the_token_is_never_sent_in_clear_though_the_server_writes_http():
    server = _server(30, most=10, fault="http")
    assert len(all_rows(FIRST, server.fetch)) == 30
    assert all(address.startswith("https:") for address in server.asked)


def test_a_row_that_is_sent_while_pages_are_read_is_taken_along():
    server = _server(12, most=10, fault="grows")
    found = all_rows(FIRST, server.fetch)
    assert found == server.rows
    assert len(found) == 13


def test_a_row_that_two_pages_hold_counts_once_and_the_later_one_counts():
    pages = {
        "https://k.example/a?start=0": {
            "count": 2,
            "next": "https://k.example/a?start=1",
            "results": [{"_id": 1, "name": "Before"}],
        },
        "https://k.example/a?start=1": {
            "count": 2,
            "next": None,
            "results": [{"_id": 1, "name": "After"}, {"_id": 2}],
        },
    }
    found = all_rows("https://k.example/a?start=0", lambda one: json.dumps(pages[one]).encode())
    assert [row.get("name") for row in found] == ["After", None]


def test_more_rows_than_a_list_holds_are_refused_at_the_first_page():
    answer = json.dumps({"count": 10**6, "next": None, "results": []}).encode()
    with refuses("more rows than a list may hold"):
        all_rows(FIRST, lambda _address: answer)


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_whatever_a_server_answers_is_a_page_or_refused(content):
    with contextlib.suppress(Problem):
        assert page_of(content)[0] >= 0


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"count": 1, "next": None},
        {"count": "1", "next": None, "results": []},
        {"count": True, "next": None, "results": []},
        {"count": -1, "next": None, "results": []},
        {"count": 1, "next": 3, "results": []},
        {"count": 1, "next": None, "results": {}},
        {"count": 1, "next": None, "results": [{"name": "x"}]},
        {"count": 1, "next": None, "results": ["x"]},
        {"detail": "Invalid token."},
    ],
)
def test_half_a_page_is_none(answer):
    with refuses("holds no rows of a form"):
        page_of(json.dumps(answer).encode())
