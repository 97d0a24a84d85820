"""Programs that repeat, lie about their length, send what is no JSON, or ask for ever."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from kash.accounts.models import CountedTries
from kash.exchange.api.models import ApiToken
from kash.exchange.api.rules import LEASE, MOST_IN_WINDOW, MOST_WRONG
from kash.exchange.api.specification import LARGEST_BODY
from kash.platform.database import db, utc_now, writing
from kash.platform.web.errors import MIMETYPE

_KEY = {"Idempotency-Key": "aaaa-0001"}


@pytest.fixture
def marking(app, held, program):
    """`marking(body, headers…)`: what a body is answered that is sent as marks."""
    one = program("attendance.mark", owner=held.trainer)

    def send(
        body: bytes | None, headers: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, Any]:
        answer = one.ask(
            f"/workshops/{held.workshop}/attendance/operations",
            "POST",
            data=body,
            content_type=more.pop("content_type", "application/json"),
            headers=_KEY | (headers or {}),
            **more,
        )
        assert answer.mimetype == MIMETYPE
        assert set(answer.json) >= {"type", "title", "status", "detail"}
        assert answer.json["status"] == answer.status_code
        return answer.status_code, answer.json

    return send


_SPECIMEN = {
    "op_id": "a",
    "slot": "0" * 16,
    "entry": "0" * 16,
    "status": "present",
    "expected_version": 0,
    "made_at": "2026-11-28T09:00:00Z",
}


def _one(**changes: Any) -> bytes:
    return json.dumps({"operations": [_SPECIMEN | changes]}).encode()


BODIES: dict[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"{", 400),
    "another encoding": ("{}".encode("utf-16"), 422),
    "bytes that are no text": (b'{"operations": "\xff\xfe"}', 400),
    "deeper than anybody means": (b"[" * 100_000, 400),
    "a number without an end": (b'{"operations": [' + b"9" * 5000 + b"]}", 400),
    "a list": (b"[]", 422),
    "null": (b"null", 422),
    "no operations": (b'{"operations": []}', 422),
    "more than asked for": (b'{"operations": [], "and": 1}', 422),
    "too many": (
        json.dumps({"operations": [_SPECIMEN | {"op_id": str(n)} for n in range(201)]}).encode(),
        422,
    ),
    "not a number": (_one(expected_version=float("nan")), 422),
    "a version below none": (_one(expected_version=-1), 422),
    "a version that no column holds": (_one(expected_version=2**40), 422),
    "half of a sign": (_one(op_id="\ud800"), 422),
    "a NUL": (_one(op_id="a\0b"), 422),
    "a moment without its zone": (_one(made_at="2026-11-28T09:00:00"), 422),
    "a moment before there were any": (_one(made_at="0001-01-01T00:00:00+14:00"), 422),
    "a correction": (_one(correction="because"), 422),
    "twice the same name": (b'{"operations": [], "operations": [1]}', 422),
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.any_engine
def test_a_body_is_refused_in_a_document_that_is(body, app, marking):
    sent, status = BODIES[body]
    assert marking(sent)[0] == status


@pytest.mark.any_engine
def test_what_is_wrong_is_told_for_each_part(app, marking):
    _status, told = marking(_one(slot="x", status="Present"))
    assert [one["where"] for one in told["errors"]] == [
        "json.operations.0.slot",
        "json.operations.0.status",
    ]


@pytest.mark.any_engine
def test_a_length_that_is_a_lie_is_refused(app, marking):
    body = _one()
    for length in (0, 10, len(body) + 100):
        assert marking(body, environ_overrides={"CONTENT_LENGTH": str(length)})[0] == 400
    assert marking(body, environ_overrides={"CONTENT_LENGTH": str(LARGEST_BODY + 1)})[0] == 413
    assert marking(body, environ_overrides={"CONTENT_LENGTH": "-5"})[0] == 400
    assert marking(b" " * (LARGEST_BODY + 1))[0] == 413
    endless = io.BytesIO(b" " * (LARGEST_BODY + 1))
    in_pieces = {"wsgi.input_terminated": True}
    assert marking(None, input_stream=endless, environ_overrides=in_pieces)[0] == 413


@pytest.mark.any_engine
def test_what_is_no_json_by_its_own_word_is_not_read(app, marking):
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        status, told = marking(_one(), content_type=kind)
        assert (status, told["type"]) == (415, "urn:kash:problem:not-json")


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer short", "Basic a2FzaDprYXNo", "Bearer " + "x" * 43, "Bearer a b" * 30],
)
@pytest.mark.any_engine
def test_without_a_token_everything_is_refused_alike(header, app):
    told = app.test_client().get("/api/v1/people?group=B", headers={"Authorization": header})
    assert (told.status_code, told.mimetype) == (401, MIMETYPE)
    assert told.headers["WWW-Authenticate"] == "Bearer"
    assert told.json["type"] == "urn:kash:problem:token"


@pytest.mark.any_engine
def test_addresses_and_methods_that_are_not_there_are_told_as_documents(app, program):
    one = program()
    for path, method, status in (
        ("/api/v1/nothing", "GET", 404),
        ("/api/elsewhere", "GET", 404),
        ("/api/v1/workshops", "DELETE", 405),
        (f"/api/v1/workshops/{'0' * 16}", "GET", 404),
        ("/api/v1/workshops/%00", "GET", 400),
    ):
        told = one.ask(path, method)
        assert (told.status_code, told.mimetype) == (status, MIMETYPE)
    assert one.ask("/workshops", "DELETE").headers["Allow"]
    assert app.test_client().get("/nothing").mimetype == "text/html"


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "after=1", "after=null", "page=2", "first=2026-02-30"],
)
@pytest.mark.any_engine
def test_a_page_that_cannot_be_is_refused(query, app, program):
    told = program().ask(f"/workshops?{query}")
    assert (told.status_code, told.json["type"]) == (422, "urn:kash:problem:invalid")
    assert told.json["errors"][0]["where"] == f"query.{query.partition('=')[0]}"


@pytest.mark.any_engine
def test_a_page_after_the_last_is_empty_and_leads_nowhere(app, held, program):
    assert program().ask(f"/workshops?after={'z' * 16}").json == {"items": [], "next": None}


@pytest.mark.any_engine
def test_whoever_asks_for_ever_is_told_when_to_come_again(both_engines_app, program):
    one, other = program(), program(name="Another")
    almost = MOST_IN_WINDOW - LEASE - 5
    with writing() as session:
        session.execute(update(ApiToken).values(window_at=utc_now(), window_leased=almost))
        session.execute(
            update(ApiToken).where(ApiToken.public_id == other.token).values(window_leased=0)
        )
    codes = [one.ask("/token").status_code for _ in range(LEASE + 7)]
    assert codes == [200] * (LEASE + 5) + [429] * 2
    told = one.ask("/token")
    assert told.json["type"] == "urn:kash:problem:too-many"
    assert 1 <= int(told.headers["Retry-After"]) <= 60
    assert other.ask("/token").status_code == 200
    with writing() as session:
        session.execute(update(ApiToken).values(window_at=utc_now() - timedelta(minutes=1)))
    assert one.ask("/token").status_code == 200
    db.session.rollback()


@pytest.mark.any_engine
def test_whoever_tries_tokens_is_told_when_to_come_again_and_right_ones_go_on(
    both_engines_app, program
):
    one = program()
    here = {"REMOTE_ADDR": "192.0.2.7"}

    def tries(token: str, **more: str) -> TestResponse:
        return both_engines_app.test_client().get(
            "/api/v1/token",
            headers={"Authorization": f"Bearer {token}"},
            environ_overrides=here | more,
        )

    codes = [tries(f"{number:043}").status_code for number in range(MOST_WRONG + 2)]
    assert codes == [401] * MOST_WRONG + [429] * 2
    told = tries("x" * 43)
    assert (told.mimetype, told.json["type"]) == (MIMETYPE, "urn:kash:problem:too-many")
    assert 1 <= int(told.headers["Retry-After"]) <= 60
    # Neither whoever is elsewhere nor a program beside it waits.
    assert tries("x" * 43, REMOTE_ADDR="192.0.2.8").status_code == 401
    assert tries(one.secret).status_code == 200
    with writing() as session:
        session.execute(update(ApiToken).values(expires_at=utc_now()))
    assert tries(one.secret).status_code == 429
    with writing() as session:
        session.execute(update(CountedTries).values(until=utc_now()))
    assert tries(one.secret).status_code == 401


@pytest.mark.any_engine
def test_a_sentence_comes_in_the_language_that_is_asked_for(app, program):
    one = program()
    told = [
        one.ask("/people?group=B", headers={"Accept-Language": language}).json["detail"]
        for language in ("en", "sw", "xx")
    ]
    assert told[0] == told[2] == "This token was not made for this."
    assert told[1] != told[0]
