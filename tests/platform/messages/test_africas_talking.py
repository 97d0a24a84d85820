"""The gateway is asked as its documentation says, and what it doesn't say clearly is not known."""

import json
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from kash.platform.messages.gateways import (
    BULK_PATH,
    PATH,
    AfricasTalking,
    ConsoleGateway,
    FileGateway,
    _answered,
    gateway_from,
)
from kash.platform.messages.rules import Tried, TryOutcome
from kash.settings import SettingsError, load_settings
from tests.people.notices.stand_in import StandIn, standing_in

ONE, OTHER = "+254712345678", "+254722000111"
ACCOUNT = AfricasTalking("127.0.0.1", 0, PATH, "office", "secret", "OFFICE", False, 0.05)


def _always(stand_in: StandIn, plan: str) -> AfricasTalking:
    stand_in.plan = lambda: plan  # type: ignore[method-assign]
    return replace(ACCOUNT, port=stand_in.port)


def test_both_endpoints_are_asked_as_they_want_it():
    with standing_in() as stand_in:
        account = _always(stand_in, "answers")
        account.send("Hello & you", [ONE, OTHER])
        replace(account, path=BULK_PATH, sender="").send("Hello", [ONE])
    form, bulk = stand_in.requests
    assert (form["path"], form["key"]) == (PATH, "secret")
    assert parse_qs(form["body"]) == {
        "username": ["office"],
        "to": [f"{ONE},{OTHER}"],
        "message": ["Hello & you"],
        "from": ["OFFICE"],
        "enqueue": ["1"],
        "bulkSMSMode": ["1"],
    }
    assert bulk["path"] == BULK_PATH
    assert json.loads(bulk["body"]) == {
        "username": "office",
        "message": "Hello",
        "phoneNumbers": [ONE],
        "enqueue": 1,
    }


@pytest.mark.parametrize(
    ("plan", "outcome"),
    [
        ("answers", TryOutcome.ACCEPTED),
        ("answers twice", TryOutcome.ACCEPTED),
        ("takes and breaks", TryOutcome.UNKNOWN),
        ("takes and answers half", TryOutcome.UNKNOWN),
        ("takes and says nothing in time", TryOutcome.UNKNOWN),
        ("takes and answers nonsense", TryOutcome.UNKNOWN),
        ("breaks first", TryOutcome.UNKNOWN),
        ("has an error", TryOutcome.UNKNOWN),
        ("is busy", TryOutcome.NOT_SENT),
    ],
)
def test_whatever_may_have_gone_is_not_known_and_is_not_tried_again(plan, outcome):
    with standing_in() as stand_in:
        came = _always(stand_in, plan).send("Hello", [ONE])
    assert {number: tried.outcome for number, tried in came.items()} == {ONE: outcome}


def test_a_gateway_that_is_not_there_got_nothing():
    with standing_in() as stand_in:
        gone = replace(ACCOUNT, port=stand_in.port)
    assert gone.send("Hello", [ONE]) == {ONE: Tried(TryOutcome.NOT_SENT, "unreachable")}


@pytest.mark.parametrize(
    ("line", "tried"),
    [
        ({"statusCode": 101, "messageId": "A"}, Tried(TryOutcome.ACCEPTED, gateway_id="A")),
        ({"statusCode": "102", "messageId": "None"}, Tried(TryOutcome.ACCEPTED)),
        ({"statusCode": 403}, Tried(TryOutcome.REFUSED, "403")),
        ({"statusCode": 406}, Tried(TryOutcome.REFUSED, "406")),
        ({"statusCode": 405}, Tried(TryOutcome.NOT_SENT, "405")),
        ({"statusCode": 500}, Tried(TryOutcome.UNKNOWN, "500")),
        ({"statusCode": "?"}, Tried(TryOutcome.UNKNOWN, "unclear")),
        ({}, Tried(TryOutcome.UNKNOWN, "unclear")),
    ],
)
def test_each_code_says_what_becomes_of_a_message(line, tried):
    answer = {"SMSMessageData": {"Recipients": [{"number": ONE[1:], **line}, {"number": OTHER}]}}
    assert _answered(json.dumps(answer).encode(), [ONE])[ONE] == tried


@pytest.mark.parametrize(
    "answer", [b"", b"[]", b"null", b'{"SMSMessageData": {"Recipients": "none"}}', b"\xff", b"{"]
)
def test_an_answer_that_is_none_leaves_it_not_known(answer):
    assert _answered(answer, [ONE])[ONE].outcome is TryOutcome.UNKNOWN


def test_an_account_that_is_refused_sent_nobody_anything():
    answer = b'{"SMSMessageData": {"Message": "InvalidSenderId", "Recipients": []}}'
    assert _answered(answer, [ONE])[ONE] == Tried(TryOutcome.NOT_SENT, "account")


def test_the_key_stands_in_no_text_of_the_account():
    made = gateway_from("africastalking://office:se%3Acret@api.africastalking.com/x?sender=KASH")
    assert isinstance(made, AfricasTalking)
    assert (made.username, made.key, made.sender, made.protected) == (
        "office",
        "se:cret",
        "KASH",
        True,
    )
    assert "se:cret" not in repr(made)
    assert isinstance(gateway_from("console://"), ConsoleGateway)


def test_a_folder_gets_a_file_for_each_that_others_cannot_read(tmp_path):  # type: ignore[no-untyped-def]
    gateway = gateway_from(f"file://{tmp_path}/sms")
    assert isinstance(gateway, FileGateway)
    came = gateway.send("Hello", [ONE, OTHER])
    assert {tried.outcome for tried in came.values()} == {TryOutcome.ACCEPTED}
    files = sorted((tmp_path / "sms").iterdir(), key=lambda each: each.read_text())
    assert [each.read_text() for each in files] == [f"{ONE}\n\nHello\n", f"{OTHER}\n\nHello\n"]
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
    (tmp_path / "blocked").write_text("")
    blocked = FileGateway(tmp_path / "blocked")
    assert blocked.send("Hello", [ONE])[ONE] == Tried(TryOutcome.NOT_SENT, "folder")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("carrier-pigeon://x", "must start with console://, file:// or africastalking://"),
        ("africastalking://api.africastalking.com", "must say who sends"),
        ("africastalking+http://u:k@api.africastalking.com/", "must be protected"),
    ],
)
def test_an_address_that_is_none_stops_the_start(address, sentence):
    with pytest.raises(SettingsError, match=f"KASH_SMS_URL: .*{sentence}"):
        load_settings(sms_url=address)
