"""The quota of reports: floods end, nobody in danger waits, and nothing tells who sent."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from kash.accounts.models import CountedTries
from kash.incidents.models import FilingQuota, Incident
from kash.incidents.queries.letterbox import draft_of, opened_box
from kash.incidents.queries.officers import spent_in, who_may_file
from kash.incidents.rules import letterbox
from kash.incidents.rules.filing import Screen, new_code, new_token
from kash.incidents.rules.quota import A_MINUTE, TOKENS, Spent, tokens_left
from kash.incidents.services.filing import answer_screen, say_held, submit
from kash.incidents.services.letterbox import TooManyReports, tend_letterbox
from kash.platform.database import db, utc_now
from kash.platform.operations.snapshot import NEVER_KEPT
from kash.platform.vault import AuditEntry
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.incidents.filed_cases import let_arrive
from tests.incidents.quota_attack import suspects
from tests.incidents.sent_reports import FILE, begun, sent
from tests.refusals import refuses

FEW = 6


@pytest.fixture(autouse=True)
def no_chance(monkeypatch):
    """A day on which chance spends nothing: tests count here."""
    monkeypatch.setattr("kash.incidents.rules.quota.MOST_BY_CHANCE", 0)


@pytest.fixture
def few(monkeypatch):
    """A day of which the tokens are gone after six reports."""
    monkeypatch.setattr("kash.incidents.rules.quota.TOKENS", FEW)


def _count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _body() -> bytes:
    db.session.rollback()
    return bytes(db.session.scalars(select(FilingQuota.body)).one())


def _spent() -> Spent:
    found = spent_in(_body())
    assert found is not None
    return found


@pytest.mark.any_engine
def test_120_false_reports_are_not_taken(member, peer):
    taken, refused = 0, 0
    for _each in range(120):
        try:
            sent(peer)
            taken += 1
        except TooManyReports:
            refused += 1
    assert (taken, refused) == (TOKENS, 120 - TOKENS)
    assert let_arrive() == TOKENS
    assert _count(Incident) == TOKENS


@pytest.mark.any_engine
def test_who_is_refused_keeps_what_was_typed_and_is_told_a_way(
    member, peer, few, client_for, monkeypatch
):
    phone = client_for(peer)
    form = begun(phone)
    for _each in range(FEW - 1):
        sent(peer)
    code = new_code()
    typed = {"code": code, "screen": "words", "go": "next", "narrative": "what was typed"}
    refused = phone.post(FILE, data=typed)
    assert refused.status_code == 429
    assert "no new one is taken before tomorrow" in refused.text
    assert "If somebody is held or in danger now, say so" in refused.text
    assert 'value="help"' in refused.text
    assert "what was typed" in refused.text
    # What she began before is sent nevertheless, and this tomorrow as it is.
    assert phone.post(FILE, data={**form, "go": "send"}).status_code == 200
    tomorrow = utc_now() + timedelta(days=1)
    monkeypatch.setattr("kash.incidents.services.filing.utc_now", lambda: tomorrow)
    assert phone.post(FILE, data=typed).status_code == 200
    assert draft_of(code) is not None


@pytest.mark.any_engine
def test_somebody_who_is_held_now_is_always_taken_but_not_a_flood(member, peer, few, monkeypatch):
    for _each in range(FEW):
        sent(peer)
    moment = utc_now().replace(second=0)
    with pytest.raises(TooManyReports):
        _answered(peer)
    for minute in range(2):
        at = moment + timedelta(minutes=minute)
        monkeypatch.setattr("kash.incidents.services.filing.utc_now", lambda at=at: at)
        for _each in range(A_MINUTE):
            submit(peer, new_code(), "en", held=True)
        with refuses("Very many reports came in this minute."):
            submit(peer, new_code(), "en", held=True)
    assert _count(Incident) == 2 * A_MINUTE


@pytest.mark.any_engine
def test_who_must_wait_a_minute_is_told_so_at_the_first_question(
    member, peer, few, client_for, monkeypatch
):
    for _each in range(FEW):
        _answered(peer)
    moment = utc_now()
    monkeypatch.setattr("kash.incidents.services.filing.utc_now", lambda: moment)
    phone = client_for(peer)
    for _each in range(A_MINUTE):
        assert phone.post(FILE, data={"go": "begin-yes"}).status_code == 200
    refused = phone.post(FILE, data={"go": "begin-yes"})
    assert (refused.status_code, "Send this one in a minute." in refused.text) == (429, True)


def _answered(by: Actor) -> str:
    code = new_code()
    answer_screen(by, code, "what", Screen(acts=["P1"]))
    return code


@pytest.mark.any_engine
def test_unfinished_reports_have_an_end_too(member, peer, few):
    for _each in range(FEW):
        _answered(peer)
    with pytest.raises(TooManyReports):
        _answered(peer)
    assert len(opened_box(db.session()).drafts) == FEW


@pytest.mark.any_engine
def test_where_the_letterbox_is_full_nothing_typed_is_lost(member, peer, client_for, monkeypatch):
    monkeypatch.setattr("kash.incidents.rules.letterbox.MOST", 1000)
    typed = {"code": new_code(), "screen": "words", "go": "next", "narrative": "what was typed"}
    refused = client_for(peer).post(FILE, data=typed)
    assert refused.status_code == 409
    assert "what was typed" in refused.text
    assert "Too many reports wait at the moment." in refused.text


@pytest.mark.any_engine
@pytest.mark.parametrize("held", [False, True])
def test_one_account_does_not_shut_the_letterbox_with_long_drafts(member, actor, monkeypatch, held):
    """Neither for whoever is held nor for others, and what they had begun is still there."""
    floods, peer = actor("peer"), actor("peer")
    hers, long = _answered(peer), Screen(narrative="\U0001f9f1" * 10_000)
    room = {name: size // 20 for name, size in letterbox.ROOM.items()}
    monkeypatch.setattr("kash.incidents.rules.letterbox.ROOM", room)
    monkeypatch.setattr("kash.incidents.rules.letterbox.MOST", 1024 * 1024)
    for _each in range(20):
        code = new_code()
        if held:
            say_held(floods, code)
        answer_screen(floods, code, "words", long)
    box = opened_box(db.session())
    db.session.rollback()
    assert sum(one.size for one in box.drafts.values()) < 600 * 1024
    submit(peer, hers, "en")
    in_danger = new_code()
    say_held(peer, in_danger)
    answer_screen(peer, in_danger, "words", Screen(narrative="taken at the bridge"))
    submit(peer, in_danger, "en", held=True)
    assert _count(Incident) == 1
    assert let_arrive() == 1


@pytest.mark.any_engine
def test_what_is_begun_beyond_the_quota_does_not_stay_for_a_week(member, peer, few):
    for _each in range(FEW):
        _answered(peer)
    code = new_code()
    say_held(peer, code)
    answer_screen(peer, code, "words", Screen(narrative="taken at the bridge"))
    begun = draft_of(code)
    assert begun is not None
    assert (begun.room, begun.kept_until) == ("beyond", local_today() + timedelta(days=1))
    assert sum(one.beyond for one in opened_box(db.session()).drafts.values()) == 1


@pytest.mark.any_engine
def test_an_unfinished_report_is_gone_on_with_whatever_was_spent(member, peer, few):
    code = _answered(peer)
    for _each in range(FEW - 1):
        _answered(peer)
    for name in ("what", "when", "words"):
        answer_screen(peer, code, name, Screen(narrative="more"))
    receipt = submit(peer, code, "en")
    assert len(receipt.code) == 12


@pytest.mark.any_engine
def test_a_report_spends_one_token_whatever_is_answered_and_sent_twice(member, peer):
    code, token = new_code(), new_token(utc_now())
    for name in ("what", "when", "words", "what"):
        answer_screen(peer, code, name, Screen(acts=["P1"]))
    for _twice in range(2):
        submit(peer, code, "en", token)
    submit(peer, new_code(), "en", held=True)
    assert tokens_left(_spent(), peer.public_id) == TOKENS - 2


# --- What it tells ----------------------------------------------------------------------------


@pytest.mark.any_engine
@pytest.mark.parametrize("number", [5, 12, 40, 80])
def test_the_whole_way_of_a_report_leaves_its_author_among_ten_at_least(member, actor, number):
    """To somebody with the database and the server's key at each moment, who looks at two reports
    of one author together: in a small programme everybody who may report looks like her."""
    peers = [actor("peer") for _each in range(number - 1)]
    author, before = peers[number // 2], _count(AuditEntry)
    tend_letterbox(utc_now())
    alike = set(everybody := who_may_file(db.session()))
    assert len(everybody) == number
    moved = 0
    for _twice in range(2):
        code = new_code()
        for step in (
            lambda code=code: answer_screen(author, code, "what", Screen(acts=["P1"])),
            lambda code=code: answer_screen(author, code, "words", Screen(narrative="more")),
            lambda code=code: submit(author, code, "en"),
            lambda: tend_letterbox(utc_now()),
        ):
            state = _spent()
            db.session.rollback()
            step()
            if _spent() != state:
                moved += 1
                alike &= suspects(state, _spent(), everybody)
    assert moved == 2
    assert author.public_id in alike
    assert len(alike) >= min(10, number)
    assert (_count(AuditEntry), _count(CountedTries), _count(FilingQuota)) == (before, 0, 1)


def test_a_copy_of_the_database_does_not_tell_that_anybody_sent(member, peer):
    """Its row is written anew each minute, as long as before."""
    tend_letterbox(utc_now())
    quiet = [_body()]
    tend_letterbox(utc_now())
    quiet.append(_body())
    assert quiet[0] != quiet[1]
    sent(peer)
    assert len(_body()) == len(quiet[0]) == len(quiet[1])
    assert peer.public_id.encode() not in _body()


@pytest.mark.any_engine
def test_with_the_day_goes_what_was_spent(member, peer):
    sent(peer)
    assert tokens_left(_spent(), peer.public_id) == TOKENS - 1
    tend_letterbox(utc_now() + timedelta(days=1))
    assert (_spent().day, _spent().circles[0].spent) == (local_today() + timedelta(days=1), 0)


def test_no_backup_holds_it():
    assert FilingQuota.__tablename__ in NEVER_KEPT
