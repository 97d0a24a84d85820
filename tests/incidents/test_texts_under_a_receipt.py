"""Texts between members and the person who holds a receipt: sealed both ways, bounded, and of one
size from outside."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from kash.incidents.models import Incident
from kash.incidents.queries.cases import open_case
from kash.incidents.queries.letterbox import Receipt, keys_of, opened_box, own_in_letterbox
from kash.incidents.rules.casework import REDACT
from kash.incidents.rules.filing import Screen, new_code, new_token
from kash.incidents.rules.letterbox import MOST_ANSWERS, MOST_TEXTS, Talk
from kash.incidents.rules.parts import MemberProposal
from kash.incidents.services import alerts
from kash.incidents.services.cases import changing, note_opening
from kash.incidents.services.filing import answer_screen, say_held, submit
from kash.incidents.services.letterbox import letterbox
from kash.incidents.services.receipts import (
    AnswersWait,
    NotNowUnderReceipt,
    answer_under_receipt,
    ask_by_receipt,
    choose_word,
    found_under,
    pass_of,
    take_back,
)
from kash.incidents.services.redacting import redact
from kash.incidents.services.second_member import propose
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today
from kash.policy import NOBODY, SYSTEM, Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import let_arrive, shredded
from tests.incidents.sent_reports import hidden, sent
from tests.incidents.test_near import LOOK, assert_like_any_other, look
from tests.refusals import refuses

QUESTION, ANSWER = "Which cell is she in?", "Mwanamke cell two, <b>ask</b> for 'Otieno'"


@dataclass
class Case:
    anna: AMember
    brenda: AMember
    peer: Actor
    receipt: Receipt
    reference: str

    @property
    def keys(self) -> Any:
        return keys_of(self.receipt.code, self.receipt.word)

    @property
    def talk(self) -> Talk:
        db.session.rollback()
        return opened_box(db.session()).talks[self.reference]

    def asks(self, text: str = QUESTION) -> None:
        ask_by_receipt(self.anna.actor, self.anna.vault(), self.reference, text)
        db.session.rollback()

    def answers(self, text: str = ANSWER) -> None:
        found = found_under(self.keys)
        assert found is not None
        db.session.rollback()
        answer_under_receipt(NOBODY, found, text)
        db.session.rollback()

    def opens(self, member: AMember) -> list[tuple[str, str]]:
        """What a member reads who opens the page of the case."""
        case = open_case(member.actor, member.vault(), self.reference)
        note_opening(member.actor, member.vault(), case)
        db.session.rollback()
        return [(text.by, text.text) for text in case.record.texts]

    def holder_reads(self) -> list[tuple[bool, str]]:
        found = found_under(self.keys)
        assert found is not None
        db.session.rollback()
        return [(text.is_answer, text.text) for text in found.texts]


def the_case() -> str:
    reference = db.session.scalars(select(Incident.public_id)).one()
    db.session.rollback()
    return reference


@pytest.fixture
def members(both_engines_app, a_member):
    brenda, anna = (a_member("documentation", name=name) for name in ("Brenda", "Anna"))
    for place, member in enumerate((anna, brenda), start=1):
        alerts.set_duty(SYSTEM, member.actor.public_id, position=place, hours=(), active=True)
    return anna, brenda


@pytest.fixture
def case(members, actor):
    peer = actor("peer", name="Achieng Mfano")
    receipt = sent(peer)
    let_arrive()
    return Case(*members, peer, receipt, the_case())


@pytest.fixture
def held(members, actor):
    peer, code = actor("peer", name="Achieng Mfano"), new_code()
    say_held(peer, code)
    receipt = submit(peer, code, "sw", new_token(utc_now()))
    return Case(*members, peer, receipt, the_case())


def under(phone: FlaskClient, case: Case, **fields: str) -> str:
    """A page of the receipt after a button of the one before, like any other from outside."""
    answer = phone.post(LOOK, data={"pass": pass_of(case.keys), **fields})
    assert_like_any_other(answer)
    return answer.text


# --- Both ways --------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_what_is_asked_and_answered_is_read_by_the_two_sides_alone(case):
    """Nobody reads it with all keys of the server: in the letterbox, the record and her copy."""
    case.asks()
    assert case.holder_reads() == [(False, QUESTION)]
    case.answers()
    assert case.holder_reads() == [(False, QUESTION), (True, ANSWER)]
    stored = opened_box(db.session()).model_dump_json()
    assert QUESTION not in stored
    assert "Otieno" not in stored
    assert case.anna.actor.public_id not in case.talk.model_dump_json()
    other = keys_of(case.receipt.code, "kitabu")
    assert found_under(other) is None
    read = case.opens(case.brenda)
    assert read == [(case.anna.actor.public_id, QUESTION), ("receipt", ANSWER)]
    # It stands in the record now, and waits in the letterbox no more; she reads it still.
    assert case.talk.answers == []
    assert case.opens(case.anna) == read
    assert case.holder_reads() == [(False, QUESTION), (True, ANSWER)]
    record = open_case(case.anna.actor, case.anna.vault(), case.reference).record
    told = [(event.what, event.by) for event in record.timeline if event.what.startswith("text_")]
    assert told == [("text_asked", case.anna.actor.public_id), ("text_answered", "")]


def test_she_may_write_first_and_then_be_asked_though_her_receipt_is_from_before(case):
    with writing() as session, letterbox(session) as box:
        del box.talks[case.reference]
    with refuses(str(NotNowUnderReceipt.sentence)):
        case.asks()
    db.session.rollback()
    case.answers()
    case.asks()
    assert case.holder_reads() == [(True, ANSWER), (False, QUESTION)]


@pytest.mark.any_engine
def test_the_same_sent_twice_is_one_text(case):
    for _sent in range(2):
        case.asks()
    for _sent in range(2):
        case.answers()
    assert case.holder_reads() == [(False, QUESTION), (True, ANSWER)]
    assert len(case.opens(case.anna)) == 2


def test_a_text_that_does_not_open_is_said_on_both_sides(case):
    case.asks()
    case.answers()
    with writing() as session, letterbox(session) as box:
        talk = box.talks[case.reference]
        talk.texts[0] = talk.texts[0][:40] + talk.texts[1][40:]
        talk.answers[0].body = talk.answers[0].wrapped
    found = found_under(case.keys)
    assert found is not None
    assert [text.is_damaged for text in found.texts] == [True, False]
    opened = open_case(case.anna.actor, case.anna.vault(), case.reference)
    assert [text.is_damaged for text in opened.record.texts] == [False, True]


# --- Bounds ------------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_flood_from_one_receipt_ends_at_ten_until_somebody_reads(case):
    for number in range(MOST_ANSWERS):
        case.answers(f"Text {number}")
    with refuses(str(AnswersWait.sentence)):
        case.answers("One more")
    db.session.rollback()
    assert len(case.talk.answers) == MOST_ANSWERS
    case.opens(case.brenda)
    case.answers("One more")
    assert case.holder_reads()[-1] == (True, "One more")


def test_she_reads_the_last_twenty_and_members_read_all(case):
    for number in range(MOST_TEXTS + 2):
        case.asks(f"Question {number}")
    assert case.holder_reads()[0] == (False, "Question 2")
    assert len(case.holder_reads()) == MOST_TEXTS
    assert len(case.opens(case.anna)) == MOST_TEXTS + 2


@pytest.mark.any_engine
def test_nobody_writes_what_nobody_reads(case):
    with writing() as session:
        session.execute(update(Incident).values(state="closed"))
    found = found_under(case.keys)
    assert found is not None
    assert not found.may_write
    with refuses(str(NotNowUnderReceipt.sentence)):
        answer_under_receipt(NOBODY, found, ANSWER)
    db.session.rollback()
    with pytest.raises(Problem, match="closed"):
        case.asks()


# --- Who is told -------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_an_answer_stands_on_its_owners_today_until_she_opened_the_case(case):
    pages = {member.public_id: member.client for member in (case.anna, case.brenda)}

    def told(member: AMember) -> bool:
        return "An answer came" in pages[member.public_id].get("/").text

    assert not told(case.anna)
    case.answers()
    assert (told(case.anna), told(case.brenda)) == (True, False)
    assert "Otieno" not in pages[case.anna.public_id].get("/").text
    case.opens(case.brenda)
    assert told(case.anna)
    case.opens(case.anna)
    assert not told(case.anna)
    case.answers("And another")
    assert own_in_letterbox(case.anna.actor, local_today()) == ([case.reference], 0)


def test_for_somebody_held_an_answer_rings_the_owner_within_a_minute_and_once(held, monkeypatch):
    rung: list[str] = []

    def ring(accounts: Any, ways: Any = None) -> Any:
        rung.extend(account.public_id for account in accounts)
        return {account.public_id: {"mail": alerts.TryOutcome.ACCEPTED} for account in accounts}

    monkeypatch.setattr(alerts, "_ring", ring)
    alerts.tell_officers(utc_now())
    held.opens(held.anna)
    rung.clear()
    now = utc_now() + timedelta(minutes=1)
    alerts.tell_officers(now)
    assert rung == []
    held.answers()
    held.answers("And another")
    for minute in range(1, 4):
        alerts.tell_officers(utc_now() + timedelta(minutes=minute))
    assert rung == [held.anna.actor.public_id]


def test_where_nobody_is_held_no_phone_rings(case):
    before = opened_box(db.session()).owners[case.reference]
    db.session.rollback()
    case.answers()
    assert opened_box(db.session()).owners[case.reference] == before


# --- Where the report goes, they go -------------------------------------------------------------


@pytest.mark.any_engine
def test_texts_go_along_with_a_word_of_her_own(members, actor):
    """She may be asked while she still chooses it, where somebody is held."""
    peer, code, token = actor("peer"), new_code(), new_token(utc_now())
    say_held(peer, code)
    drawn = submit(peer, code, "en", token)
    case = Case(*members, peer, drawn, the_case())
    case.asks()
    case.receipt = choose_word(peer, code, token, "en", "mti wa mwembe")
    assert case.holder_reads() == [(False, QUESTION)]
    case.answers()
    case.asks("And since when?")
    assert [text for _hers, text in case.holder_reads()] == [QUESTION, ANSWER, "And since when?"]
    assert found_under(keys_of(drawn.code, drawn.word)) is None


def test_texts_asked_before_it_arrives_go_with_a_word_of_her_own(members, actor):
    from tests.incidents.sent_reports import new_code as code_of_a_draft

    peer, code, token = actor("peer"), code_of_a_draft(), new_token(utc_now())
    answer_screen(peer, code, "what", Screen(acts=["P1"]))
    submit(peer, code, "en", token)
    receipt = choose_word(peer, code, token, "en", "mti wa mwembe")
    let_arrive()
    case = Case(*members, peer, receipt, the_case())
    case.asks()
    assert case.holder_reads() == [(False, QUESTION)]


def test_what_was_taken_back_keeps_texts_until_the_report_is_shredded(case):
    case.answers()
    found = found_under(case.keys)
    assert found is not None
    db.session.rollback()
    assert take_back(NOBODY, found, ["record"]).texts == found.texts
    db.session.rollback()
    assert case.talk.answers
    with writing() as session:
        session.execute(update(Incident).values(state="closed"))
    shredded(case.reference, case.anna)
    assert case.reference not in opened_box(db.session()).talks
    gone = found_under(case.keys)
    assert gone is None or (gone.texts, gone.may_write) == ((), False)


def test_words_that_two_members_take_out_stand_in_no_text(case):
    case.asks("Is it Otieno?")
    case.answers()
    with changing(
        "incidents.second_asked", case.brenda.actor, case.brenda.vault(), case.reference
    ) as change:
        proposal = MemberProposal(
            id="",
            act=REDACT,
            by=case.brenda.actor.public_id,
            at=utc_now(),
            reason="A name",
            words=["Otieno"],
        )
        propose(change, proposal)
    redact(case.anna.actor, case.anna.vault(), case.reference, proposal.id)
    db.session.rollback()
    assert not [text for _by, text in case.opens(case.anna) if "Otieno" in text]
    assert case.holder_reads() == []


# --- Pages -------------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_she_reads_and_answers_without_an_account(case, client):
    case.asks()
    assert "You are asked something" in look(client, case.receipt.code, case.receipt.word)
    assert QUESTION in under(client, case, go="texts")
    page = under(client, case, go="say", text=ANSWER)
    assert "Sent. It is locked" in page
    assert "<b>ask</b>" not in page
    # What went is not in the field any more.
    assert re.findall(r"<textarea[^>]*>([^<]*)</textarea>", page) == [""]
    assert case.opens(case.anna)[-1] == ("receipt", ANSWER)
    assert "You are asked something" not in look(client, case.receipt.code, case.receipt.word)


@pytest.mark.any_engine
def test_what_is_typed_stays_when_it_is_not_sent(case, client):
    for typed in ("\U0001f525" * 1001, '"' * 2400, "a\r\n" * 700):
        page = under(client, case, go="say", text=typed)
        assert "at most 1000 characters" in page
        assert typed.replace("\r\n", "\n").strip()[:900] in page.replace("&#34;", '"')
    assert case.talk.answers == []
    for number in range(MOST_ANSWERS):
        case.answers(f"Text {number}")
    page = under(client, case, go="say", text="One more")
    assert "Ten of your texts wait to be read" in page
    assert ">One more</textarea>" in page


def test_every_page_of_texts_has_one_size_whatever_they_say(case, client):
    texts = [f"{number:02}" + '"\U0001f525' * 499 for number in range(MOST_TEXTS)]
    for text in texts:
        case.asks(text)
    page = under(client, case, go="texts")
    shown = []
    for _page in range(MOST_TEXTS):
        shown = re.findall(r'class="pre">(\d\d)&#34;', page) + shown
        if 'name="before"' not in page:
            break
        page = under(client, case, go="texts", before=hidden(page, "before"))
    assert shown == [text[:2] for text in texts]
    for odd in ("x", "-1", "999999999"):
        under(client, case, go="texts", before=odd)


def test_a_page_that_was_open_for_long_sends_and_shows_nothing_of_before(case, client, monkeypatch):
    case.asks()
    carried = pass_of(case.keys)
    later = utc_now() + timedelta(hours=2)
    monkeypatch.setattr("kash.incidents.services.receipts.utc_now", lambda: later)
    seen = client.post(LOOK, data={"pass": carried, "go": "texts"}).text
    assert "This page was open for long" in seen
    long_text = client.post(LOOK, data={"pass": carried, "go": "say", "text": "x" * 1001})
    assert_like_any_other(long_text)
    assert "x" * 1001 in long_text.text
    assert QUESTION not in long_text.text
    assert hidden(long_text.text, "pass") == carried
    page = client.post(LOOK, data={"pass": carried, "go": "say", "text": ANSWER})
    assert_like_any_other(page)
    assert "Sent. It is locked" in page.text
    assert QUESTION not in page.text
    assert case.holder_reads()[-1] == (True, ANSWER)
    assert_like_any_other(client.post(LOOK, data={"pass": "x", "go": "say", "text": ANSWER}))


def _entries() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


@pytest.mark.any_engine
def test_texts_are_there_for_an_account_too_and_leave_no_entry(case, client_for):
    phone, at = client_for(case.peer), "/w/r"
    case.asks()
    entries = _entries()
    opened = phone.post(at, data={"code": case.receipt.code, "word": case.receipt.word}).text
    assert "You are asked something" in opened
    page = phone.post(at, data={"pass": hidden(opened, "pass"), "go": "texts"}).text
    assert QUESTION in page
    wrong = phone.post(at, data={"pass": hidden(page, "pass"), "go": "say", "text": "x" * 1001})
    assert wrong.status_code == 422
    assert "x" * 1001 in wrong.text
    sent_page = phone.post(at, data={"pass": hidden(page, "pass"), "go": "say", "text": ANSWER})
    assert "Sent. It is locked" in sent_page.text
    assert _entries() == entries
    assert case.holder_reads() == [(False, QUESTION), (True, ANSWER)]


@pytest.mark.any_engine
def test_a_member_asks_and_reads_on_the_page_of_the_case(case):
    page = case.anna.client
    at = f"/w/{case.reference}"
    assert "Ask the person who holds the receipt" in page.get(at).text
    wrong = page.post(f"{at}/j", data={"text": "x" * 1001})
    assert wrong.status_code == 422
    assert "x" * 1001 in wrong.text
    assert page.post(f"{at}/j", data={"text": QUESTION}).status_code == 303
    case.answers()
    shown = page.get(at).text
    assert QUESTION in shown
    assert "Answered under the receipt" in shown
    assert "&lt;b&gt;ask&lt;/b&gt;" in shown
