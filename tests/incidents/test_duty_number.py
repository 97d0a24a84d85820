"""The programme's own number, which cards and the page of help say: two people agree on it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select

from kash.accounts.models import Account, AccountBacking
from kash.incidents.queries.letterbox import (
    drills_a_week,
    duty_number,
    number_waits_for,
    proposed_numbers,
)
from kash.incidents.queries.officers import all_settings
from kash.incidents.services.alerts import agree_to_number, propose_number, set_drills
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.policy import Actor
from tests.refusals import refuses

OLD, NEW = "+254700111222", "+254700333444"
PAGE = "/w/o/n"


def agreed_number(proposer: Actor, second: Actor, number: str) -> None:
    """Have two people put a number in use."""
    propose_number(proposer, number)
    (waiting,) = proposed_numbers().values()
    agree_to_number(second, waiting.digest)
    assert duty_number() == number


@pytest.mark.any_engine
def test_a_number_is_in_use_once_a_second_person_agreed_to_exactly_that(
    both_engines_app: APIFlask, actor: Callable[..., Actor]
) -> None:
    anna, dora = actor("documentation", name="Anna"), actor("director", name="Dora")
    grace = actor("custodian", name="Grace")
    agreed_number(anna, dora, OLD)
    propose_number(anna, NEW)
    (waiting,) = proposed_numbers().values()
    assert duty_number() == OLD
    for who in (anna, actor("documentation")):
        with refuses("Another director or custodian agrees to it"):
            agree_to_number(who, waiting.digest)
    propose_number(anna, "+254700555666")
    with refuses("Something else is proposed now"):
        agree_to_number(grace, waiting.digest)
    assert duty_number() == OLD
    (waiting,) = proposed_numbers().values()
    agree_to_number(grace, waiting.digest)
    assert (duty_number(), proposed_numbers()) == ("+254700555666", {})
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))
    assert actions.count("accounts.alerts_changed") == 5
    with refuses("in use already"):
        propose_number(dora, "+254700555666")


def test_it_takes_two_to_have_no_number_and_drills_change_none(
    app: APIFlask, actor: Callable[..., Actor]
) -> None:
    anna, dora = actor("documentation"), actor("director")
    agreed_number(anna, dora, OLD)
    set_drills(anna, 4)
    assert (duty_number(), drills_a_week()) == (OLD, 4)
    propose_number(anna, "")
    assert duty_number() == OLD
    (waiting,) = proposed_numbers().values()
    agree_to_number(dora, waiting.digest)
    assert (duty_number(), drills_a_week()) == ("", 4)


def test_nobody_keeps_a_number_away_by_proposing_another(
    app: APIFlask, actor: Callable[..., Actor]
) -> None:
    anna, dora, grace = actor("documentation"), actor("director"), actor("custodian")
    propose_number(anna, NEW)
    propose_number(dora, "+254700777888")
    assert [waits.reach for waits in proposed_numbers().values()].count(NEW) == 1
    assert len(proposed_numbers()) == 2
    (digest,) = [waits.digest for waits in proposed_numbers().values() if waits.reach == NEW]
    agree_to_number(grace, digest)
    assert (duty_number(), proposed_numbers()) == (NEW, {})


def test_neither_a_friend_nor_a_new_account_is_the_second_person(
    app: APIFlask, actor: Callable[..., Actor]
) -> None:
    anna, dora = actor("documentation"), actor("director")
    new = actor("director", settled_at=utc_now() - timedelta(days=6, hours=23))
    account = db.session.scalars(select(Account.id).where(Account.public_id == dora.public_id))
    db.session.add(AccountBacking(account_id=account.one(), by=anna.public_id))
    db.session.commit()
    propose_number(anna, NEW)
    (waiting,) = proposed_numbers().values()
    for who, sentence in (
        (dora, "brought in or gave power"),
        (new, "Your account, its roles or the ways into it are less than seven days old"),
    ):
        with refuses(sentence):
            agree_to_number(who, waiting.digest)
        assert not number_waits_for(who, all_settings())
    assert duty_number() == ""


@pytest.mark.any_engine
def test_the_page_shows_what_is_in_use_what_waits_and_who_must_agree(
    both_engines_app: APIFlask, actor: Callable[..., Actor], client_for: Callable[..., FlaskClient]
) -> None:
    anna, dora, grace = actor("documentation"), actor("director"), actor("custodian")
    agreed_number(anna, dora, OLD)
    pages = {
        name: client_for(who) for name, who in (("Anna", anna), ("Dora", dora), ("Grace", grace))
    }

    def told() -> list[str]:
        line = "Another is proposed. You are the second person"
        return [name for name, page in pages.items() if line in page.get("/").text]

    assert told() == []
    wrong = pages["Anna"].post(PAGE, data={"number": "0700 33"})
    assert (wrong.status_code, 'value="0700 33"' in wrong.text) == (422, True)
    assert pages["Anna"].post(PAGE, data={"number": " 0700 333 444 "}).status_code == 303
    assert told() == ["Dora", "Grace"]
    page = pages["Anna"].get(PAGE).text
    assert [words in page for words in ("0700 111222", "0700 333444", 'name="agree"')] == [
        True,
        True,
        False,
    ]
    assert "Another director or custodian agrees to it" in page
    assert "another is proposed" in pages["Anna"].get("/w/o").text
    page = pages["Grace"].get(PAGE).text
    (digest,) = re.findall(r'name="agree" value="(\w+)"', page)
    assert pages["Anna"].post(PAGE, data={"agree": digest}).status_code == 409
    assert pages["Grace"].post(PAGE, data={"agree": "0" * 32}).status_code == 409
    assert duty_number() == OLD
    assert pages["Grace"].post(PAGE, data={"agree": digest}).status_code == 303
    assert (duty_number(), told()) == (NEW, [])
