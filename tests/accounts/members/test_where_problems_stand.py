"""What stands in the way of keys and of an open vault is told beside the field that it is about."""

from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from flask import template_rendered

from kash.accounts.errors import WRONG_CODE, PasskeyRefused, SignInPaused
from kash.accounts.members.services.alarms import (
    HAS_KEYS,
    NO_KEYS,
    NOT_ENTITLED,
    WRONG_PASSPHRASE,
    WRONG_RECOVERY_CODE,
    StaleWords,
    TooManyPassphrases,
)
from kash.platform.web.errors import Problem

OPENING = ("/w/v", "vault_sessions.open_with_passphrase")
CHANGING = ("/w/v/p", "change_passphrase")
RECOVERING = ("/w/v/r", "keys_services.recover")
SENT = {
    "passphrase": "hush hush hush",
    "code": "123456",
    "typed": "six other words",
    "recovery_code": "eight groups",
    "sealed": "carried",
}

CASES: list[tuple[tuple[str, str], Problem, str]] = [
    (OPENING, Problem(WRONG_PASSPHRASE, field="passphrase", status=422), "passphrase"),
    (OPENING, Problem(NO_KEYS, field="passphrase"), "passphrase"),
    (OPENING, Problem(WRONG_CODE, field="code", status=422), "code"),
    (OPENING, SignInPaused(), "code"),
    (OPENING, PasskeyRefused(), ""),
    (OPENING, TooManyPassphrases(), ""),
    (CHANGING, Problem(WRONG_PASSPHRASE, field="passphrase", status=422), "passphrase"),
    (CHANGING, TooManyPassphrases(), ""),
    (RECOVERING, Problem(WRONG_RECOVERY_CODE, field="recovery_code", status=422), "recovery_code"),
    (RECOVERING, TooManyPassphrases(), ""),
]


@pytest.fixture
def shown(app):
    """What each template was given that was rendered."""
    given: list[dict[str, Any]] = []

    def note(_app: Any, context: dict[str, Any], **_more: Any) -> None:
        given.append(context)

    with template_rendered.connected_to(note, app):
        yield given


def _refusing(problem: Problem) -> Callable[..., NoReturn]:
    def refuse(*_args: Any, **_more: Any) -> NoReturn:
        raise problem

    return refuse


@pytest.mark.parametrize(("where", "problem", "field"), CASES)
def test_a_problem_stands_beside_its_field(monkeypatch, shown, a_member, where, problem, field):
    address, service = where
    one = a_member("documentation", is_open=False)
    views = "kash.accounts.members.views."
    monkeypatch.setattr(views + "offered_words", lambda *_sent: "six other words")
    monkeypatch.setattr(views + service, _refusing(problem))
    answer = one.client.post(address, data=SENT)
    assert answer.status_code == 422
    errors = {name or "": [str(one) for one in told] for name, told in _form(shown).items()}
    assert errors == {field: [str(problem)]}
    assert "hush hush hush" not in answer.text


def _form(shown: list[dict[str, Any]]) -> dict[str | None, list[Any]]:
    errors: dict[str | None, list[Any]] = shown[-1]["form"].errors
    return errors


@pytest.mark.parametrize(
    ("address", "service", "problem", "onward"),
    [
        ("/w/v/p", "offered_words", StaleWords(), "/w/v/p"),
        ("/w/v/b", "begin_compartments", Problem(NOT_ENTITLED, status=403), "/w/v"),
        ("/w/v/b", "begin_compartments", Problem(NO_KEYS, field="passphrase"), "/w/v"),
        ("/w/v/k", "offered_words", Problem(HAS_KEYS), "/w/v/k"),
    ],
)
def test_what_a_button_cannot_do_is_told_on_the_next_page(
    monkeypatch, a_member, address, service, problem, onward
):
    one = a_member("documentation", is_open=False)
    views = "kash.accounts.members.views."
    monkeypatch.setattr(views + "queries.compartments_to_begin", lambda _by: ["case"])
    if address == "/w/v/k":
        monkeypatch.setattr(views + "queries.member_of", lambda _holder: None)
    monkeypatch.setattr(views + service, _refusing(problem))
    answer = one.client.post(address, data=SENT)
    assert (answer.status_code, answer.location) == (303, onward)
    with one.client.session_transaction() as session:
        assert session["_flashes"] == [("warn", str(problem))]
