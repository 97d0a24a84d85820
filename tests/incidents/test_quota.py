"""The quota of reports: floods end, nobody in danger waits, and nothing tells who sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from kash.accounts.models import CountedTries
from kash.incidents.models import FilingQuota, Incident
from kash.incidents.queries.filing import draft_of
from kash.incidents.queries.letterbox import opened_box
from kash.incidents.queries.quota import spent_in, who_may_file
from kash.incidents.rules import letterbox
from kash.incidents.rules.filing import Screen, new_code
from kash.incidents.rules.quota import TOKENS, Spent, tokens_left
from kash.incidents.services.filing import answer_screen, say_held, submit
from kash.incidents.services.letterbox import tend_letterbox
from kash.incidents.services.quota import TooManyReports, WaitAMinute
from kash.platform.database import db, utc_now
from kash.platform.operations.snapshot import NEVER_KEPT
from kash.platform.vault import AuditEntry
from kash.platform.web.formats import local_today
from kash.policy import Actor
from tests.conftest import AMember
from tests.incidents.filed_cases import let_arrive
from tests.incidents.sent_reports import FILE, begun, sent

MOST = TOKENS["report"]


@pytest.fixture(autouse=True)
def no_chance(monkeypatch: Any) -> None:
    """A day on which chance spends nothing: tests count here."""

    def begin(day: date, key: str, *_rest: Any) -> Spent:
        return Spent(day=day, key=key)

    monkeypatch.setattr("kash.incidents.services.quota.begin", begin)


@pytest.fixture
def member(both_engines_app: APIFlask, a_member: Callable[..., AMember]) -> AMember:
    return a_member("documentation")


@pytest.fixture
def peer(member: AMember, actor: Callable[..., Actor]) -> Actor:
    return actor("peer")


def _count(model: Any) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def _body() -> bytes:
    db.session.rollback()
    return bytes(db.session.scalars(select(FilingQuota.body)).one())


def _spent() -> Spent:
    found = spent_in(_body(), local_today())
    assert found is not None
    return found


@pytest.mark.any_engine
def test_120_false_reports_are_not_taken(member: AMember, peer: Actor) -> None:
    taken, refused = 0, 0
    for _each in range(MOST + 5):
        try:
            sent(peer)
            taken += 1
        except TooManyReports:
            refused += 1
    assert (taken, refused) == (MOST, 5)
    assert let_arrive() == MOST
    assert _count(Incident) == MOST


@pytest.mark.any_engine
def test_who_is_refused_keeps_what_was_answered_and_is_told_a_way(
    member: AMember,
    peer: Actor,
    client_for: Callable[..., FlaskClient],
    monkeypatch: Any,
) -> None:
    for _each in range(MOST):
        sent(peer)
    phone = client_for(peer)
    form = begun(phone)
    refused = phone.post(FILE, data={**form, "go": "send"})
    assert refused.status_code == 429
    assert "no more is taken before tomorrow" in refused.text
    assert "If somebody is held or in danger now, say so" in refused.text
    assert 'value="help"' in refused.text
    assert "answered</small>" in refused.text
    # Tomorrow it is sent as it is.
    tomorrow = utc_now() + timedelta(days=1)
    monkeypatch.setattr("kash.incidents.services.traceless.utc_now", lambda: tomorrow)
    assert phone.post(FILE, data={**form, "go": "send"}).status_code == 200


@pytest.mark.any_engine
def test_somebody_who_is_held_now_is_always_taken_but_not_a_flood(
    member: AMember, peer: Actor, monkeypatch: Any
) -> None:
    for _each in range(MOST):
        sent(peer)
    moment = utc_now()
    monkeypatch.setattr("kash.incidents.services.traceless.utc_now", lambda: moment)
    with pytest.raises(TooManyReports):
        submit(peer, _answered(peer), "en")
    for minute in range(5):
        at = moment + timedelta(minutes=minute)
        monkeypatch.setattr("kash.incidents.services.traceless.utc_now", lambda at=at: at)
        submit(peer, new_code(), "en", held=True)
        with pytest.raises(WaitAMinute):
            submit(peer, new_code(), "en", held=True)
    assert _count(Incident) == 5


@pytest.mark.any_engine
def test_who_must_wait_a_minute_is_told_so_at_the_first_question(
    member: AMember,
    peer: Actor,
    client_for: Callable[..., FlaskClient],
    monkeypatch: Any,
) -> None:
    for _each in range(TOKENS["draft"]):
        _answered(peer)
    moment = utc_now()
    monkeypatch.setattr("kash.incidents.services.traceless.utc_now", lambda: moment)
    phone = client_for(peer)
    assert phone.post(FILE, data={"go": "begin-yes"}).status_code == 200
    refused = phone.post(FILE, data={"go": "begin-yes"})
    assert (refused.status_code, "Send this one in a minute." in refused.text) == (429, True)


def _answered(by: Actor) -> str:
    code = new_code()
    answer_screen(by, code, "what", Screen(acts=["P1"]))
    return code


@pytest.mark.any_engine
def test_unfinished_reports_have_an_end_too(
    member: AMember, peer: Actor, client_for: Callable[..., FlaskClient]
) -> None:
    for _each in range(TOKENS["draft"]):
        _answered(peer)
    with pytest.raises(TooManyReports):
        _answered(peer)
    assert len(opened_box(db.session()).drafts) == TOKENS["draft"]
    phone = client_for(peer)
    typed = {"code": new_code(), "screen": "words", "go": "next", "narrative": "what was typed"}
    refused = phone.post(FILE, data=typed)
    assert refused.status_code == 429
    assert "what was typed" in refused.text
    assert "no more is taken before tomorrow" in refused.text


@pytest.mark.any_engine
def test_where_the_letterbox_is_full_nothing_typed_is_lost(
    member: AMember, peer: Actor, client_for: Callable[..., FlaskClient], monkeypatch: Any
) -> None:
    monkeypatch.setattr("kash.incidents.rules.letterbox.MOST", 1000)
    typed = {"code": new_code(), "screen": "words", "go": "next", "narrative": "what was typed"}
    refused = client_for(peer).post(FILE, data=typed)
    assert refused.status_code == 409
    assert "what was typed" in refused.text
    assert "Too many reports wait at the moment." in refused.text


@pytest.mark.any_engine
@pytest.mark.parametrize("held", [False, True])
def test_one_account_does_not_shut_the_letterbox_with_long_drafts(
    member: AMember, actor: Callable[..., Actor], monkeypatch: Any, held: bool
) -> None:
    """Neither for whoever is held nor for others, and what they had begun is still there."""
    floods, peer = actor("peer"), actor("peer")
    hers, long = _answered(peer), Screen(narrative="\U0001f9f1" * 10_000)
    room = {name: size // 20 for name, size in letterbox.ROOM.items()}
    monkeypatch.setattr("kash.incidents.rules.letterbox.ROOM", room)
    monkeypatch.setattr("kash.incidents.rules.letterbox.MOST", 1024 * 1024)
    for _each in range(TOKENS["draft"] // 2):
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
def test_what_is_begun_beyond_the_quota_does_not_stay_for_a_week(
    member: AMember, peer: Actor, monkeypatch: Any
) -> None:
    for _each in range(TOKENS["draft"]):
        _answered(peer)
    code = new_code()
    say_held(peer, code)
    answer_screen(peer, code, "words", Screen(narrative="taken at the bridge"))
    begun = draft_of(code)
    assert begun is not None
    assert (begun.room, begun.kept_until) == ("beyond", local_today() + timedelta(days=1))
    assert sum(one.beyond for one in opened_box(db.session()).drafts.values()) == 1


@pytest.mark.any_engine
def test_an_unfinished_report_is_gone_on_with_whatever_was_spent(
    member: AMember, peer: Actor
) -> None:
    code = _answered(peer)
    for _each in range(TOKENS["draft"] - 1):
        _answered(peer)
    for name in ("what", "when", "words"):
        answer_screen(peer, code, name, Screen(narrative="more"))
    receipt = submit(peer, code, "en")
    assert len(receipt.code) == 12


@pytest.mark.any_engine
def test_a_retry_spends_nothing(member: AMember, peer: Actor) -> None:
    from kash.incidents.rules.receipts import new_token

    code, token = _answered(peer), new_token(utc_now())
    for _each in range(3):
        submit(peer, code, "en", token)
    assert MOST - len(tokens_left(_spent(), peer.public_id, "report")) == 1


# --- What it tells ----------------------------------------------------------------------------


@pytest.mark.any_engine
def test_nothing_kept_of_the_quota_tells_who_sent(
    member: AMember, actor: Callable[..., Actor]
) -> None:
    """Not even to somebody with the database, the server's key and the day's key."""
    peers = [actor("peer") for _each in range(50)]
    author = peers[17]
    before = _count(AuditEntry)
    sent(author)
    spent = _spent()
    everybody = who_may_file(db.session())
    assert set(everybody) == {member.actor.public_id, *(one.public_id for one in peers)}
    for kind in TOKENS:
        counts = {one: TOKENS[kind] - len(tokens_left(spent, one, kind)) for one in everybody}
        alike = [one for one, count in counts.items() if count == 1]
        assert author.public_id in alike
        assert (len(alike), max(counts.values())) == (10, 1)
    assert _count(AuditEntry) == before
    assert _count(CountedTries) == 0
    assert _count(FilingQuota) == 1


def test_a_copy_of_the_database_does_not_tell_that_anybody_sent(
    member: AMember, peer: Actor
) -> None:
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
def test_with_the_day_goes_its_key(member: AMember, peer: Actor) -> None:
    sent(peer)
    key, tokens = _spent().key, set(_spent().tokens)
    assert tokens
    tend_letterbox(utc_now() + timedelta(days=1))
    found = spent_in(_body(), local_today() + timedelta(days=1))
    assert found is not None
    assert found.key != key
    assert found.tokens == []


def test_no_backup_holds_it() -> None:
    assert FilingQuota.__tablename__ in NEVER_KEPT
