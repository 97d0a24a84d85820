"""A test on a phone: what opens it, what it learns, and what is taken."""

import gzip
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from kash.assessments.models import GivenAnswer
from kash.assessments.services.tests import close_now, open_for_phones
from kash.assessments.views import phones
from kash.assessments.views.phones import _FILES
from kash.attendance.rules.registers import badge_shown
from kash.platform.database import db, utc_now
from tests.assessments.conftest import Bank


def now() -> int:
    return int(utc_now().timestamp() * 1000)


@pytest.fixture
def test_id(bank):
    made = bank.test()
    open_for_phones(bank.held.workshop, made, 30, bank.trainer)
    return made


def opened(client: FlaskClient, bank: Bank, test_id: str, **more: Any) -> Any:
    sent = {
        "hall": bank.row(test_id).hall_code,
        "badge": badge_shown(bank.people()[0].entry),
        "language": "en",
    }
    return client.post("/t/open", json=sent | more)


def test_hall_and_badge_lead_to_the_questions_and_to_nothing_that_is_right(client, bank, test_id):
    answer = opened(client, bank, test_id)
    said = answer.get_json()
    assert set(said) == {"test", "entry", "ticket", "seconds", "questions", "done"}
    assert [one["kind"] for one in said["questions"]] == [
        "single", "true_false", "scale", "short_text",
    ]  # fmt: skip
    first = said["questions"][0]
    assert first["text"] == {
        "en": "How soon before a court?",
        "sw": "Baada ya muda gani mahakamani?",
    }
    assert [key for key, _words in first["choices"]] == ["a", "b", "c", "?"]
    assert "right" not in answer.text
    assert bank.people()[0].name not in answer.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"hall": "AAAAAA"},
        {"hall": ""},
        {"badge": "0123-4567-89AB-CDEF"},
        {"badge": "somebody"},
        {"hall": None, "badge": ["x"]},
    ],
)
def test_a_wrong_code_is_told_the_same_whichever_it_is(client, bank, test_id, wrong):
    answer = opened(client, bank, test_id, **wrong)
    assert answer.status_code == 404
    assert answer.get_json() == {"problem": "These two codes lead to no test that is open now."}


def test_a_closed_test_opens_on_no_phone(client, bank, test_id):
    close_now(bank.held.workshop, test_id, bank.trainer)
    answer = opened(client, bank, test_id, language="sw")
    assert (answer.status_code, answer.get_json()["problem"]) == (
        409,
        "Jaribio hili halijafunguliwa.",
    )


def test_whoever_guesses_codes_is_stopped_and_a_hall_behind_one_address_is_not(
    client, bank, test_id, monkeypatch
):
    monkeypatch.setattr(phones, "_TRIES", 3)
    for _ in range(5):
        assert opened(client, bank, test_id).status_code == 200
    for _ in range(3):
        assert opened(client, bank, test_id, hall="AAAAAA").status_code == 404
    assert opened(client, bank, test_id).status_code == 429


def sending(said: dict[str, Any], *items: dict[str, Any], **more: Any) -> dict[str, Any]:
    credentials = {name: said[name] for name in ("test", "entry", "ticket")}
    return {**credentials, "device": "d" * 32, "sent_at": now(), "items": list(items), **more}


def item(
    said: dict[str, Any], chosen: list[str], op: str = "0" * 32, at: int = 0
) -> dict[str, Any]:
    question = said["questions"][at]["id"]
    return {"op": op, "q": question, "chosen": chosen, "text": "", "at": now()}


def test_answers_are_told_one_by_one_and_sent_twice_kept_once(client, bank, test_id):
    said = opened(client, bank, test_id).get_json()
    body = sending(said, item(said, ["a"], "1" * 32), item(said, ["z"], "2" * 32))
    for _ in range(2):
        answer = client.post("/t/answers", json=body).get_json()
        assert answer["replies"] == {"1" * 32: "kept", "2" * 32: "refused"}
    assert db.session.query(GivenAnswer).count() == 1
    again = opened(client, bank, test_id).get_json()
    assert again["done"] == [said["questions"][0]["id"]]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"ticket": "0" * 32}, 403),
        ({"entry": "0123456789abcdef"}, 403),
        ({"test": "x"}, 400),
        ({"sent_at": "now"}, 400),
        ({"sent_at": 10**15}, 400),
        ({"items": "all"}, 400),
        ({"items": [{}] * 201}, 400),
        ({"items": [None]}, 400),
        ({"items": [{"op": 5}]}, 400),
        ({"items": [{"op": "0" * 32, "q": "x", "chosen": [[]], "at": 0}]}, 400),
        ({"items": [{"op": "0" * 32, "q": "x", "chosen": ["a"], "at": -1}]}, 400),
    ],
)
def test_what_no_phone_sends_is_refused_with_a_sentence(client, bank, test_id, change, status):
    said = opened(client, bank, test_id).get_json()
    answer = client.post("/t/answers", json=sending(said, **change))
    assert answer.status_code == status
    assert answer.get_json()["problem"]
    assert db.session.query(GivenAnswer).count() == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000])
def test_bodies_that_are_no_object_are_refused(client, body):
    assert client.post("/t/open", data=body).status_code == 400


def test_a_page_of_another_site_sends_nothing(client, bank, test_id):
    answer = client.post("/t/open", json={}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_page_and_all_that_it_loads_are_under_twenty_five_kilobytes(client, app):
    page = client.get("/t/")
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    loaded = [page.data]
    for name in _FILES:
        if name != "js/scanner.js":
            loaded.append(client.get(f"/static/{name}").data)
    total = sum(len(gzip.compress(one)) for one in loaded)
    assert total <= 25 * 1024
    words = json.loads(
        client.get("/t/").text.split('data-words="')[1].split('"')[0].replace("&#34;", '"')
    )
    assert list(words) == ["en", "sw"]


def test_the_worker_keeps_the_page_and_its_files_and_no_question(client, bank, test_id):
    worker = client.get("/t/sw.js").text
    assert '"/t/", "/t/leave"' in worker
    assert "How soon" not in client.get("/t/").text
