"""Pages for people without an account: the receipt, and help."""

import html
import json
import re
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from flask_babel import force_locale
from sqlalchemy import select

from kash.accounts.models import CountedTries
from kash.incidents.filing_words import ARREST_CARD, CARE, CLOCKS
from kash.incidents.queries.letterbox import duty_number, proposed_numbers
from kash.incidents.services.alerts import agree_to_number
from kash.incidents.services.mediation import DutyDetails, add_mediator
from kash.incidents.views.near import PAGE_BYTES
from kash.people.services.directory import ServiceDetails, add_service
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM
from tests.incidents.filed_cases import let_arrive
from tests.incidents.sent_reports import hidden, sent
from tests.incidents.test_duty_number import agreed_number
from tests.refusals import refuses

LOOK = "/r"
UNKNOWN = "0123 4567 89AB"
NOTHING = "There is no report under this code and word."


@pytest.fixture
def receipt(member, actor):
    return sent(actor("peer", name="Achieng Mfano"))


@pytest.fixture
def turns(monkeypatch):
    """Lets time pass for those who wait in line."""
    passed = timedelta(0)

    def now() -> datetime:
        return utc_now() + passed

    def let_pass(time: timedelta) -> None:
        nonlocal passed
        passed += time

    for place in ("kash.incidents.services.receipts", "kash.accounts.services.throttle"):
        monkeypatch.setattr(f"{place}.utc_now", now)
    return let_pass


def look(phone: FlaskClient, code: str, word: str, **more: Any) -> str:
    """A page of the receipt, which is like any other from outside."""
    answer = phone.post(LOOK, data={"code": code, "word": word}, **more)
    assert_like_any_other(answer)
    return answer.text


def assert_like_any_other(answer: Any) -> None:
    assert (answer.status_code, len(answer.data)) == (200, PAGE_BYTES)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.any_engine
def test_right_wrong_and_unknown_are_alike_from_outside(receipt, client, count_queries):
    typed = ((receipt.code, receipt.word), (receipt.code, "kitabu"), (UNKNOWN, receipt.word))
    for _arrived in range(2):
        statements = []
        pages = []
        for code, word in typed:
            with count_queries() as queries:
                pages.append(look(client, code, word))
            statements.append(queries.statements)
        assert statements[0] == statements[1] == statements[2]
        assert [NOTHING in page for page in pages] == [False, True, True]
        assert "It has arrived" in pages[0]
        assert not {receipt.code, receipt.word} & {*re.findall(r"\w+", pages[0])}
        let_arrive()
    for odd in (
        {},
        {"code": "short", "word": "x"},
        {"code": receipt.code},
        {"pass": "x"},
        {"ticket": "x"},
    ):
        assert_like_any_other(client.post(LOOK, data=odd))
    assert_like_any_other(client.get(f"{LOOK}?in=sw"))


def test_guesses_wait_longer_and_longer_and_the_right_words_are_never_refused(
    receipt, client, turns
):
    """Nor do they tell before their turn that they are right."""
    for _guess in range(5):
        assert NOTHING in look(client, receipt.code, "kitabu")
    waits = []
    for _guess in range(3):
        page = look(client, receipt.code, "kitabu")
        waits.append(int(re.findall(r'data-turn="(\d+)"', page)[0]))
    assert [round(wait / 600) for wait in waits] == [1, 2, 3]
    page = look(client, receipt.code, receipt.word)
    assert "Wait for your turn" in page
    assert NOTHING not in page
    assert receipt.word not in page
    ticket = hidden(page, "ticket")
    early = client.post(LOOK, data={"ticket": ticket})
    assert "Wait for your turn" in early.text
    turns(timedelta(minutes=41))
    late = client.post(LOOK, data={"ticket": ticket})
    assert_like_any_other(late)
    assert "It has arrived" in late.text
    turns(timedelta(minutes=20))
    assert "This page was open for long" in client.post(LOOK, data={"ticket": ticket}).text


def test_a_finder_who_guesses_keeps_her_waiting_for_ten_minutes_at_most(receipt, client, turns):
    for guess in range(60):
        where = {"REMOTE_ADDR": f"10.1.0.{guess}"}
        look(client, receipt.code, "kitabu", environ_overrides=where)
    page = look(client, receipt.code, receipt.word, environ_overrides={"REMOTE_ADDR": "10.2.0.1"})
    assert "Wait for your turn" in page
    assert int(re.findall(r'data-turn="(\d+)"', page)[0]) <= 600
    turns(timedelta(minutes=10))
    assert "It has arrived" in client.post(LOOK, data={"ticket": hidden(page, "ticket")}).text
    # Nothing but when each queue ends is kept, under hashes, and of right and wrong alike.
    kinds = set(db.session.scalars(select(CountedTries.kind)))
    assert kinds == {
        f"incidents.receipt_turn.{line}" for line in ("both", "code", "address", "all")
    }


def test_one_address_waits_for_nobody_elses(receipt, client, turns):
    for guess in range(22):
        page = look(client, f"{guess:012}", "kitabu")
    assert "Wait for your turn" in page
    other = {"REMOTE_ADDR": "10.2.0.1"}
    assert "It has arrived" in look(client, receipt.code, receipt.word, environ_overrides=other)
    turns(timedelta(hours=1))
    assert NOTHING in look(client, UNKNOWN, "kitabu")


@pytest.mark.any_engine
def test_consents_are_taken_back_without_an_account_once_it_was_asked_again(receipt, client):
    page = look(client, receipt.code, receipt.word)
    form = {"pass": hidden(page, "pass")}
    none = client.post(LOOK, data={**form, "go": "take"})
    assert "Tick what you take back." in none.text
    asked = client.post(LOOK, data={**form, "go": "take", "purposes": ["court"]})
    assert_like_any_other(asked)
    assert "Is this what you take back?" in asked.text
    assert "You took this back" not in look(client, receipt.code, receipt.word)
    done = client.post(LOOK, data={**form, "go": "sure", "purposes": ["court"]})
    assert_like_any_other(done)
    assert "You took this back" in done.text
    assert look(client, receipt.code, receipt.word).count("You took this back") == 1
    elsewhere = client.post(LOOK, data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 403


# --- Help -------------------------------------------------------------------------------------


def test_help_is_the_same_for_everybody_and_says_what_is_agreed(client, client_for, actor):
    clinic = ServiceDetails(
        name="Clinic by the lake",
        kind="clinic",
        checked_on=local_today(),
        area="Kondele",
        phone="+254712345678",
    )
    house = replace(clinic, name="A house", kind="shelter", phone="", address="Behind the market")
    for service in (
        clinic,
        replace(house, address_confidential=True),
        replace(clinic, name="Closed long ago", active=False),
    ):
        add_service(service, SYSTEM, new_public_id())
    dora = actor("director")
    assert "tel:+254700111222" not in client.get("/h").text
    agreed_number(actor("custodian"), dora, "+254700111222")
    answer = client.get("/h")
    assert "Set-Cookie" not in answer.headers
    assert re.findall(r'href="tel:([^"]+)"', answer.text) == ["+254700111222", "+254712345678"]
    for line in (*ARREST_CARD, *CARE, *(long for long, _what, _why in CLOCKS)):
        assert str(line) in answer.text
    assert "Behind the market" not in answer.text
    assert "Closed long ago" not in answer.text
    assert client_for(dora).get("/h").text == answer.text
    assert "Ukikamatwa" in client.get("/h?in=sw").text


def test_the_programmes_number_is_never_a_mediators(actor, client_for):
    add_mediator(SYSTEM, actor("peer").public_id, DutyDetails(phone="+254700999000"))
    office = client_for(actor("director"))
    refused = office.post("/w/o/n", data={"number": "0700 999 000"})
    assert (refused.status_code, "a mediator&#39;s number" in refused.text) == (422, True)
    assert proposed_numbers() == {}
    # Nor one that became a mediator's before the second person agreed.
    assert office.post("/w/o/n", data={"number": "0700 999 111"}).status_code == 303
    (waiting,) = proposed_numbers().values()
    add_mediator(SYSTEM, actor("police_peer").public_id, DutyDetails(phone="+254700999111"))
    with refuses("This is a mediator's number"):
        agree_to_number(actor("custodian"), waiting.digest)
    assert duty_number() == ""


def test_help_names_all_that_it_is_made_of_to_the_phone_that_keeps_it(client):
    page = client.get("/h").text
    kept = json.loads(html.unescape(re.findall(r'data-kept="([^"]+)"', page)[0]))
    loaded = {html.unescape(file) for file in re.findall(r'(?:href|src)="(/static/[^"]+)"', page)}
    assert loaded <= set(kept)
    assert {file for file in kept if not file.startswith("/static/")} == {
        *("/h", "/h?in=en", "/h?in=sw", "/h/w")
    }
    assert {client.get(file).status_code for file in kept} == {200}
    worker = client.get("/h/w.js")
    assert worker.headers["Service-Worker-Allowed"] == "/h"


def test_a_card_says_where_help_is_and_not_whose_it_is(actor, client_for):
    agreed_number(actor("custodian"), actor("director"), "+254700111222")
    peer = client_for(actor("peer"))
    words = []
    for address in ("/w/k.pdf", "/w/l.pdf"):
        paper = peer.get(address)
        assert (paper.status_code, paper.mimetype) == (200, "application/pdf")
        command = ["pdftotext", "-raw", "-", "-"]
        read = subprocess.run(command, input=paper.data, capture_output=True, check=True)
        words.append(read.stdout.decode())
    assert [text.count("0700 111222") for text in words] == [10, 1]
    assert [text.count("localhost:8000/h") for text in words] == [10, 1]
    assert "Programme" not in words[0]


@pytest.mark.parametrize("language", ["en", "sw"])
def test_the_leaflet_fills_both_sides_of_a_sheet_and_ends_with_what_helps(
    actor, client_for, language
):
    paper = client_for(actor("peer")).get(f"/w/l.pdf?in={language}").data
    told = subprocess.run(["pdftotext", "-raw", "-", "-"], input=paper, capture_output=True)
    front, back, end = told.stdout.decode().split("\f")
    assert (front.count("localhost:8000/h"), end) == (0, "")
    with force_locale(language):
        lines = [" ".join(str(line).split()) for line in (*ARREST_CARD, *CARE)]
    assert [line for line in lines if line not in " ".join(back.split())] == []
    assert back.index("localhost:8000/h") > len(back) * 0.8
