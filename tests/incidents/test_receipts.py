"""Receipts: what a paper found in her bag tells, and what a page that is sent twice does."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from kash.accounts.models import CountedTries
from kash.incidents.models import Alert, Incident, Letterbox
from kash.incidents.queries import letterbox as filing
from kash.incidents.queries.letterbox import Receipt, keys_of, opened_box
from kash.incidents.rules.filing import Screen, code_as_read, new_code, new_token
from kash.incidents.services.filing import NothingToSend, answer_screen, submit
from kash.incidents.services.letterbox import tend_letterbox
from kash.incidents.services.receipts import (
    choose_word,
    found_by_pass,
    open_receipt,
    pass_of,
    receipt_if_sent,
)
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, lookup
from kash.platform.vault.keys import new_keys
from tests.incidents.filed_cases import let_arrive
from tests.incidents.sent_reports import FILE, begun, carried, code_in, sent, sent_in_pages, word_in
from tests.refusals import refuses

LOOK = "/w/r"
UNKNOWN = "0123 4567 89AB"


@pytest.fixture
def peer(member, actor):
    return actor("peer", name="Achieng Mfano")


@pytest.fixture
def phone(peer, client_for):
    return client_for(peer)


def _count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _as_told(page: str) -> str:
    """A page without what differs each time it is asked for, and without what was typed."""
    return re.sub(r'(value|content)="[^"]*"', "", page)


# --- A paper in her bag -----------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_code_found_in_her_bag_tells_nobody_that_there_is_a_report(phone, count_queries):
    receipt = sent_in_pages(phone)
    for _arrived in range(2):
        told, asked = [], []
        for code in (receipt.code, UNKNOWN):
            with count_queries() as queries:
                answer = phone.post(LOOK, data={"code": code, "word": "kitabu changu"})
            told.append((answer.status_code, _as_told(answer.text)))
            asked.append(queries.statements)
        assert told[0] == told[1]
        assert told[0][0] == 422
        assert asked[0] == asked[1]
        assert "There is no report under this code and word." in told[0][1]
        alone = phone.post(LOOK, data={"code": receipt.code})
        assert alone.status_code == 422
        assert _as_told(alone.text) == _as_told(phone.post(LOOK, data={"code": UNKNOWN}).text)
        let_arrive()
    both = phone.post(LOOK, data={"code": receipt.code.lower(), "word": receipt.word.upper()})
    assert (both.status_code, "It has arrived" in both.text) == (200, True)


@pytest.mark.any_engine
def test_words_are_not_tried_one_after_the_other_by_whoever_found_a_code(phone, monkeypatch):
    receipt = sent_in_pages(phone)
    let_arrive()
    told = {}
    for code in (receipt.code, UNKNOWN):
        answers = [
            phone.post(LOOK, data={"code": code, "word": f"mbuyu {'x' * number}"}).status_code
            for number in range(11)
        ]
        answers.append(phone.post(LOOK, data={"code": code, "word": receipt.word}).status_code)
        told[code] = answers
    assert told[receipt.code] == told[UNKNOWN] == [422] * 10 + [429] * 2
    # Two rows, one of them for each code that was tried: none for who tried, and no moment.
    rows = db.session.execute(select(CountedTries.kind, CountedTries.until)).all()
    assert sorted(row.kind for row in rows) == [
        "incidents.receipt",
        "incidents.receipt_code",
        "incidents.receipt_code",
    ]
    midnight = {
        (row.until + timedelta(hours=3, seconds=30)).strftime("%H:%M")
        for row in rows
        if row.kind == "incidents.receipt_code"
    }
    assert midnight == {"00:00"}
    # The day after, the owner is let in again.
    later = utc_now() + timedelta(days=1)
    monkeypatch.setattr("kash.accounts.services.throttle.utc_now", lambda: later)
    assert phone.post(LOOK, data={"code": receipt.code, "word": receipt.word}).status_code == 200


@pytest.mark.any_engine
def test_a_stolen_database_and_a_found_code_prove_nothing(member, peer):
    code = new_code()
    answer_screen(peer, code, "what", Screen(acts=["P1"]))
    receipt = submit(peer, code, "en", new_token(utc_now()))
    let_arrive()
    db.session.rollback()
    kept = str(db.session.scalars(select(Incident.receipt_hash)).one())
    assert keys_of(receipt.code, receipt.word).hash == kept
    # With the server's key, and what lies in the database, but without the word.
    for kind in ("incidents.receipt", "incidents.draft", "incidents.sending"):
        for known in (receipt.code, code, f"{code} "):
            assert lookup(known, kind=kind) != kept
    assert keys_of(receipt.code, "").hash != kept
    assert keys_of(receipt.code, "embe chui").hash != kept
    # With code and word, but without the server's key.
    vault = current_app.extensions["kash_vault"]
    vault.keys, own = new_keys(), vault.keys
    assert keys_of(receipt.code, receipt.word).hash != kept
    vault.keys = own
    # Neither stands anywhere in clear.
    database = str([tuple(row) for row in db.session.execute(text("SELECT * FROM incident"))])
    assert receipt.code not in database
    assert receipt.word not in database


@pytest.mark.any_engine
def test_a_receipt_from_before_there_were_words_opens_nothing(phone):
    page = phone.get(LOOK).text
    assert "I have a code and no word" in page
    assert "Ask a documentation officer" in page


# --- The draft's code -------------------------------------------------------------------------


@pytest.mark.any_engine
def test_after_sending_the_drafts_code_is_one_that_never_was(phone, count_queries):
    form = begun(phone)
    assert phone.post(FILE, data={**form, "go": "send"}).status_code == 200
    for _arrived in range(2):
        told, asked = [], []
        for code in (form["code"], code_as_read(UNKNOWN)):
            with count_queries() as queries:
                answers = [
                    phone.post(FILE, data={"go": "resume", "code": code}),
                    phone.post(FILE, data={"code": code, "screen": "review", "go": ""}),
                    # Without the page that sent it, and with the token of another page.
                    phone.post(FILE, data={"code": code, "screen": "review", "go": "send"}),
                    phone.post(FILE, data={"code": code, "screen": "sent", "go": "know"}),
                    phone.post(
                        FILE,
                        data={
                            "code": code,
                            "screen": "review",
                            "go": "send",
                            "token": new_token(utc_now()),
                        },
                    ),
                ]
            told.append([(one.status_code, _as_told(one.text)) for one in answers])
            asked.append(queries.statements)
        typed = [
            _without(code, one) for code, one in zip((form["code"], UNKNOWN), told, strict=True)
        ]
        assert typed[0] == typed[1]
        assert [one[0] for one in told[0]] == [422, 200, 422, 410, 422]
        assert asked[0] == asked[1]
        let_arrive()
    assert _count(Incident) == 1
    assert filing.draft_of(form["code"]) is None


def _without(code: str, told: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The pages without the code itself, which each shows as it was typed."""
    plain = code_as_read(code)
    shown = " ".join(plain[start : start + 4] for start in (0, 4, 8))
    return [
        (status, page.replace(shown, "").replace(plain, "").replace("0123456789AB", ""))
        for status, page in told
    ]


# --- Sent twice -------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_double_tap_files_once_and_loses_no_receipt(phone):
    form = begun(phone)
    pages = [phone.post(FILE, data={**form, "go": "send"}).text for _tap in range(2)]
    let_arrive()
    pages.append(phone.post(FILE, data={**form, "go": "send"}).text)
    words = {word_in(page) for page in pages}
    codes = {code_in(phone.post(FILE, data={**carried(one), "go": "know"}).text) for one in pages}
    assert (len(words), len(codes), _count(Incident)) == (1, 1, 1)
    opened = phone.post(LOOK, data={"code": codes.pop(), "word": words.pop()})
    assert "It has arrived" in opened.text


def test_two_taps_at_the_same_moment_file_once(both_engines_app, member, peer):
    code, token = new_code(), new_token(utc_now())
    answer_screen(peer, code, "what", Screen(acts=["P1"]))

    def tap(_number: int) -> Receipt:
        with both_engines_app.app_context():
            try:
                return submit(peer, code, "sw", token)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(4) as hands:
        receipts = set(hands.map(tap, range(4)))
    assert len(receipts) == 1
    assert let_arrive() == 1
    assert _count(Incident) == 1


@pytest.mark.any_engine
def test_a_lost_answer_is_given_again_to_the_page_that_asked(phone):
    """After the first page as after the second, also if a word was chosen on it."""
    form = begun(phone)
    phone.post(FILE, data={**form, "go": "send"})
    page = phone.post(FILE, data={**form, "go": "send"}).text
    chosen = {**carried(page), "go": "own", "word": "Mti wa Mwembe"}
    lost = phone.post(FILE, data=chosen).text
    again = phone.post(FILE, data=chosen).text
    assert code_in(lost) == code_in(again)
    for word, status in ((word_in(page), 422), ("mtiwamwembe", 200), ("MTI wa mwémbe!", 200)):
        looked = phone.post(LOOK, data={"code": code_in(again), "word": word})
        assert (word, looked.status_code) == (word, status)
    let_arrive()
    assert _count(Incident) == 1


def _to_the_word(phone: FlaskClient, go: str) -> tuple[dict[str, str], str]:
    form = begun(phone)
    return form, phone.post(FILE, data={**form, "go": go}).text


@pytest.mark.any_engine
def test_a_page_sent_again_after_she_chose_her_word_makes_no_second_report_and_no_second_alarm(
    phone,
):
    form, page = _to_the_word(phone, "now")
    phone.post(FILE, data={**carried(page), "go": "own", "word": "mti wa mwembe"})
    assert (_count(Incident), _count(Alert)) == (1, 1)
    for language in ("en", "sw"):
        again = phone.post(FILE, data={**form, "in": language, "go": "now"})
        assert (again.status_code, word_in(again.text)) == (200, word_in(page))
    # Nor by the button on a screen.
    typed = {**form, "screen": "words", "go": "now", "narrative": "more"}
    assert word_in(phone.post(FILE, data=typed).text) == word_in(page)
    assert (_count(Incident), _count(Alert)) == (1, 1)


@pytest.mark.any_engine
@pytest.mark.parametrize("go", ["send", "now"])
def test_the_word_that_a_page_shows_again_holds_once_she_says_that_she_knows_it(phone, go):
    form, page = _to_the_word(phone, go)
    own = {**carried(page), "go": "own", "word": "mti wa mwembe"}
    code = code_in(phone.post(FILE, data=own).text)
    again = phone.post(FILE, data={**form, "in": "sw", "go": go}).text
    assert code_in(phone.post(FILE, data={**carried(again), "go": "know"}).text) == code
    for word, status in ((word_in(again), 200), ("mti wa mwembe", 422)):
        looked = phone.post(LOOK, data={"code": code, "word": word})
        assert (word, looked.status_code) == (word, status)


@pytest.mark.any_engine
def test_after_its_hour_nothing_is_kept_of_a_page_that_sent(phone):
    sent_in_pages(phone)
    tend_letterbox(utc_now())
    assert len(opened_box(db.session()).pages) == 1
    db.session.rollback()
    tend_letterbox(utc_now() + timedelta(minutes=63))
    assert opened_box(db.session()).pages == {}


@pytest.mark.any_engine
def test_a_word_can_still_be_chosen_once_the_report_is_visible(phone):
    page = phone.post(FILE, data={**begun(phone), "go": "send"}).text
    let_arrive()
    own = phone.post(FILE, data={**carried(page), "go": "own", "word": "mti wa mwembe"}).text
    looked = phone.post(LOOK, data={"code": code_in(own), "word": "mti wa mwembe"})
    assert looked.status_code == 200


@pytest.mark.any_engine
def test_a_page_that_is_found_open_an_hour_later_shows_no_receipt(member, peer, monkeypatch):
    code, token = new_code(), new_token(utc_now())
    answer_screen(peer, code, "what", Screen(acts=["P1"]))
    submit(peer, code, "en", token)
    assert receipt_if_sent(code, token, "en") is not None
    later = utc_now() + timedelta(minutes=62)
    for place in ("filing", "receipts"):
        monkeypatch.setattr(f"kash.incidents.services.{place}.utc_now", lambda: later)
    assert receipt_if_sent(code, token, "en") is None
    # Whoever alters its minute asks for another receipt.
    altered = new_token(later)[:8] + token[8:]
    assert receipt_if_sent(code, altered, "en") is None
    with refuses("This page is too old to be answered."):
        choose_word(peer, code, token, "en")
    for late in (token, altered):
        with pytest.raises(NothingToSend):
            submit(peer, code, "en", late)


@pytest.mark.any_engine
def test_a_page_that_was_open_for_hours_still_sends_and_shows_its_receipt(phone):
    form = {**begun(phone), "token": new_token(utc_now() - timedelta(hours=5))}
    page = phone.post(FILE, data={**form, "go": "send"}).text
    code = code_in(phone.post(FILE, data={**carried(page), "go": "know"}).text)
    assert phone.post(LOOK, data={"code": code, "word": word_in(page)}).status_code == 200


@pytest.mark.any_engine
def test_a_service_is_given_any_token(member, peer):
    code, token = new_code(), new_token(utc_now() - timedelta(hours=5))
    answer_screen(peer, code, "what", Screen(acts=["P1"]))
    receipt = submit(peer, code, "en", token)
    assert open_receipt(receipt.code, receipt.word) is not None


# --- The word ---------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_word_and_code_never_stand_on_one_page(phone):
    form = begun(phone)
    page = phone.post(FILE, data={**form, "go": "send"}).text
    word = word_in(page)
    after = phone.post(FILE, data={**carried(page), "go": "know"}).text
    code = code_in(after)
    assert word not in after
    assert code not in page
    assert code.replace(" ", "") not in page
    assert form["code"] not in after
    opened = phone.post(LOOK, data={"code": code, "word": word}).text
    assert word not in opened
    assert code_as_read(code) not in opened


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("abc", "Take a longer word"),
        ("  -  ", "Take a longer word"),
        ("x" * 41, "Take a shorter word"),
        ("123456", "not only digits"),
        ("the code", "This is your code"),
        ("Pass Word", "would try this one"),
        ("Siri", "would try this one"),
        ("aaaa", "would try this one"),
        ("ACHIENG", "would try this one"),
        ("achieng mfano", "would try this one"),
    ],
)
def test_a_word_that_everybody_tries_is_refused_and_the_drawn_one_stays(phone, word, why):
    page = phone.post(FILE, data={**begun(phone), "go": "send"}).text
    if word == "the code":
        word = code_in(phone.post(FILE, data={**carried(page), "go": "know"}).text)
    refused = phone.post(FILE, data={**carried(page), "go": "own", "word": word})
    assert (refused.status_code, why in refused.text) == (422, True)
    assert f'value="{word.strip()}"' in refused.text or not word.strip(" -")
    again = phone.post(FILE, data={**carried(refused.text), "go": "here"}).text
    assert word_in(again) == word_in(page)
    code = code_in(phone.post(FILE, data={**carried(again), "go": "know"}).text)
    assert phone.post(LOOK, data={"code": code, "word": word_in(page)}).status_code == 200


@pytest.mark.any_engine
def test_a_word_is_drawn_in_the_language_of_the_page(phone):
    from kash.incidents.queries.letterbox import drawn_words

    for language in ("en", "sw"):
        form = {**begun(phone), "in": language}
        words = word_in(phone.post(FILE, data={**form, "go": "send"}).text).split()
        assert set(words) <= set(drawn_words(language))
        assert len(set(words)) == 2
    assert drawn_words("xx") == drawn_words("en")
    assert set(drawn_words("luo")) != set(drawn_words("en"))


# --- What looking leaves ----------------------------------------------------------------------


@pytest.mark.any_engine
def test_looking_with_a_receipt_leaves_nothing(phone):
    receipt = sent_in_pages(phone)
    let_arrive()
    entries, box = _count(AuditEntry), db.session.scalar(select(Letterbox.body))
    assert phone.post(LOOK, data={"code": receipt.code, "word": receipt.word}).status_code == 200
    assert _count(AuditEntry) == entries
    assert _count(CountedTries) == 0
    assert db.session.scalar(select(Letterbox.body)) == box


@pytest.mark.any_engine
def test_what_a_page_carries_opens_for_a_quarter_of_an_hour_and_is_not_made_by_anybody(
    member, peer, monkeypatch
):
    receipt = sent(peer)
    found = open_receipt(receipt.code, receipt.word)
    assert found is not None
    carried_along = pass_of(found.keys)
    assert found.keys.hash not in carried_along
    assert found_by_pass(carried_along) == found
    for odd in ("", "x", carried_along[:-8], "Ä", carried_along + "=="):
        assert odd == carried_along + "==" or found_by_pass(odd) is None
    later = utc_now() + timedelta(minutes=17)
    monkeypatch.setattr("kash.incidents.services.receipts.utc_now", lambda: later)
    assert found_by_pass(carried_along) is None


@pytest.mark.any_engine
def test_what_is_told_afterwards_belongs_to_its_report_however_long_the_page_was_open(
    phone, monkeypatch
):
    _form, page = _to_the_word(phone, "now")
    known = {**carried(page), "held": "yes", "go": "know"}
    found = re.search(r'name="pass" value="([^"]+)"', phone.post(FILE, data=known).text)
    assert found is not None
    later = utc_now() + timedelta(minutes=17)
    monkeypatch.setattr("kash.incidents.services.receipts.utc_now", lambda: later)
    more = carried(phone.post(FILE, data={"go": "more", "pass": found[1]}).text)
    phone.post(FILE, data={**more, "go": "now", "acts": ["L1"]})
    assert len(opened_box(db.session()).additions) == 1
