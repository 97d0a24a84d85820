"""What knows a browser again: it belongs to one account, helps for a while, and can be ended."""

from datetime import timedelta

import pyotp
import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from kash.accounts.errors import SignInPaused
from kash.accounts.models import Account, BrowserMark, CountedTries, KnownAddress, SignedInSession
from kash.accounts.queries.accounts import known_mark
from kash.accounts.rules import (
    MARK_LASTS,
    MARK_TRIES_MOST,
    MARKS_MOST,
    TRIES_OF_ONE_CLIENT,
    mark_helps,
)
from kash.accounts.services.accounts import set_password
from kash.accounts.services.locking import LET_GO, deactivate, hand_over, lock_at_once
from kash.accounts.services.marks import forget_browser, new_token, token_hash
from kash.accounts.services.sign_in import (
    accept_new_password,
    answer_for_device,
    check_password,
    check_second_step,
    new_password_link,
    open_session,
)
from kash.accounts.services.throttle import Client, _count_on_mark, forget_tries
from kash.accounts.sessions import load_signed_in
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, seal
from kash.platform.web import Problem
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from tests.conftest import PASSWORD
from tests.profile import usual_or_long
from tests.refusals import refuses

NEW = "seven quiet herons at dawn"


def _sign_in(browser: FlaskClient, email: str, password: str = PASSWORD) -> int:
    answer = browser.post("/sign-in", data={"email": email, "password": password})
    return int(answer.status_code)


def _marks(who: Actor) -> list[BrowserMark]:
    db.session.rollback()
    return list(
        db.session.scalars(
            select(BrowserMark)
            .where(BrowserMark.account_id == who.account_id)
            .order_by(BrowserMark.id)
        )
    )


def _marked(who: Actor, device: str = "Firefox Android") -> tuple[str, ...]:
    token = new_token()
    open_session(who.public_id, device, mark=token)
    return (token_hash(token),)


def _without_waiting() -> None:
    """A quarter of an hour later, for everything that is counted by it."""
    db.session.execute(update(CountedTries).values(until=utc_now() - timedelta(seconds=1)))
    db.session.commit()


def _guesses(email: str, client: Client, number: int) -> list[str]:
    """What becomes of wrong passwords, each after the quarter of an hour of the one before."""
    outcomes = []
    for _ in range(number):
        _without_waiting()
        try:
            check_password(email, "wrong", client)
        except SignInPaused:
            outcomes.append("paused")
        except Problem:
            outcomes.append("looked at")
    return outcomes


# --- The rule -------------------------------------------------------------------------------


@given(tries=st.integers(0, 1000), more=st.integers(0, 1000))
def test_more_wrong_tries_never_make_a_browser_known_again(tries, more):
    now = utc_now()
    until = now + MARK_LASTS
    assert mark_helps(tries, until, now) == (tries < MARK_TRIES_MOST)
    assert mark_helps(tries, until, now) or not mark_helps(tries + more, until, now)
    assert not mark_helps(tries, now, now)


# --- Attacks --------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_wrong_passwords_through_an_old_mark_are_not_taken_however_many(both_engines_app, actor):
    """A colleague on the shared computer signs in again and again to be known as her each time."""
    actor("trainer", email="victim@example.org")
    actor("trainer", email="thief@example.org")
    shared = both_engines_app.test_client()
    assert _sign_in(shared, "victim@example.org") == 303
    shared.post("/sign-out")
    # Strangers elsewhere have used up what strangers have, and this address is a new one.
    for number in range(20):
        with pytest.raises(Problem):
            check_password("victim@example.org", "x", Client(f"203.0.113.{number}"))
    db.session.execute(KnownAddress.__table__.delete())
    db.session.commit()
    looked_at = 0
    for _ in range(usual_or_long(10, 30)):
        assert _sign_in(shared, "thief@example.org") == 303
        shared.post("/sign-out")
        for _ in range(5):
            looked_at += _sign_in(shared, "victim@example.org", "wrong") == 422
    assert looked_at == TRIES_OF_ONE_CLIENT


@pytest.mark.any_engine
def test_a_known_browser_is_a_stranger_after_a_few_wrong_passwords_however_slow(
    both_engines_app, actor
):
    who = actor("trainer", email="victim@example.org")
    known = Client("198.51.100.7", _marked(who))
    outcomes = _guesses("victim@example.org", known, MARK_TRIES_MOST)
    assert outcomes == ["looked at"] * MARK_TRIES_MOST
    assert known_mark(who.account_id or 0, known.marks) is None
    _without_waiting()
    # From here on it counts as any other address does, among those of strangers.
    for number in range(10):
        with refuses("The e-mail address or the password is not right."):
            check_password("victim@example.org", "x", Client(f"203.0.113.{number}"))
    with pytest.raises(SignInPaused):
        check_password("victim@example.org", "wrong", known)
    with pytest.raises(SignInPaused):
        check_password("victim@example.org", PASSWORD, known)


@pytest.mark.any_engine
def test_wrong_codes_use_a_mark_up_too(both_engines_app, actor):
    """Whoever has the password and the browser has ten codes to guess, not thirty."""
    who = actor("director", email="victim@example.org")
    secret = pyotp.random_base32()
    db.session.execute(
        update(Account)
        .where(Account.public_id == who.public_id)
        .values(totp_sealed=seal(secret, kind="account.totp", public_id=who.public_id))
    )
    db.session.commit()
    known = Client("198.51.100.7", _marked(who))
    for _ in range(MARK_TRIES_MOST):
        _without_waiting()
        # The right password in between does not make it fresh.
        check_password("victim@example.org", PASSWORD, known)
        with refuses("This code is not right, or it was used already."):
            check_second_step(who.public_id, "000000x", known)
    assert known_mark(who.account_id or 0, known.marks) is None


def test_a_mark_does_not_outlive_a_lock(both_engines_app, actor):
    by, who = actor("administrator"), actor("trainer", email="victim@example.org")
    stolen = Client("198.51.100.7", _marked(who))
    lock_at_once(by, who.public_id)
    assert _marks(who) == []
    assert known_mark(who.account_id or 0, stolen.marks) is None


@pytest.mark.any_engine
def test_a_mark_does_not_outlive_a_new_password(both_engines_app, actor):
    by = actor("administrator")
    who = actor("trainer", email="victim@example.org", totp_sealed=b"sealed")
    _marked(who)
    set_password(by, who.public_id, NEW)
    assert _marks(who) == []
    _marked(who)
    accept_new_password(new_password_link(by, who.public_id), NEW)
    assert _marks(who) == []


@pytest.mark.any_engine
def test_a_mark_does_not_outlive_the_account(both_engines_app, actor):
    by, first, second = actor("administrator"), actor("trainer"), actor("trainer")
    _marked(first)
    deactivate(by, first.public_id)
    _marked(second)
    hand_over(by, second.public_id, {"invitations": LET_GO})
    assert (_marks(first), _marks(second)) == ([], [])


@pytest.mark.any_engine
def test_changing_the_own_password_forgets_every_browser_but_the_present_one(
    both_engines_app, actor
):
    who = actor("trainer", email="a@example.org")
    elsewhere = _marked(who)
    browser = both_engines_app.test_client()
    _sign_in(browser, "a@example.org")
    before = browser.get_cookie("browser")
    changed = browser.post("/account/password", data={"present": PASSWORD, "new": NEW})
    after = browser.get_cookie("browser")
    assert changed.status_code == 303
    assert before is not None
    assert after is not None
    assert [one.token_hash for one in _marks(who)] == [token_hash(after.value)]
    assert token_hash(before.value) != token_hash(after.value)
    assert known_mark(who.account_id or 0, elsewhere) is None


@pytest.mark.any_engine
def test_another_account_neither_renews_a_mark_nor_profits_from_it(both_engines_app, actor):
    first, second = actor("trainer", email="a@example.org"), actor("peer", email="b@example.org")
    browser = both_engines_app.test_client()
    _sign_in(browser, "a@example.org")
    browser.post("/sign-out")
    kept = [(one.token_hash, one.used_at, one.expires_at, one.tries) for one in _marks(first)]
    _sign_in(browser, "b@example.org")
    assert [
        (one.token_hash, one.used_at, one.expires_at, one.tries) for one in _marks(first)
    ] == kept
    cookie = browser.get_cookie("browser")
    assert cookie is not None
    newest, older = cookie.value.split(".")
    assert [one.token_hash for one in _marks(second)] == [token_hash(newest)]
    assert kept[0][0] == token_hash(older)
    # The first is still known there, the second's mark says nothing of her.
    assert known_mark(first.account_id or 0, [token_hash(newest)]) is None
    assert known_mark(second.account_id or 0, [token_hash(older)]) is None


@pytest.mark.any_engine
def test_a_copied_cookie_is_worth_nothing_once_its_owner_has_signed_in_again(
    both_engines_app, actor
):
    who = actor("trainer", email="a@example.org")
    browser = both_engines_app.test_client()
    _sign_in(browser, "a@example.org")
    copied = browser.get_cookie("browser")
    browser.post("/sign-out")
    _sign_in(browser, "a@example.org")
    assert copied is not None
    assert len(_marks(who)) == 1
    assert known_mark(who.account_id or 0, [token_hash(copied.value)]) is None


@pytest.mark.any_engine
def test_a_device_that_was_not_hers_is_not_known_any_more(both_engines_app, actor):
    who = actor("trainer")
    here = load_signed_in(open_session(who.public_id, ""))
    token = new_token()
    there = load_signed_in(open_session(who.public_id, "", unfamiliar=True, mark=token))
    assert here is not None
    assert there is not None
    assert len(_marks(who)) == 1
    answer_for_device(here.actor, there.actor.session_id, mine=False)
    assert _marks(who) == []


@pytest.mark.parametrize(
    "cookie", ["x", ".", "." * 9000, "a" * 9000, "é", "[]", "W10.abc", "a.b.c.d.e.f.g"]
)
def test_a_made_up_mark_is_no_mark(app, actor, cookie):
    who = actor("trainer", email="a@example.org")
    _marked(who)
    browser = app.test_client()
    browser.set_cookie("browser", cookie)
    assert _sign_in(browser, "a@example.org", "wrong") == 422
    assert _sign_in(browser, "a@example.org") == 303
    db.session.rollback()
    newest = db.session.scalars(select(SignedInSession).order_by(SignedInSession.id.desc())).first()
    assert newest is not None
    assert newest.unfamiliar


# --- Her own page ---------------------------------------------------------------------------


def test_she_sees_and_forgets_the_browsers_that_know_her(both_engines_app, actor):
    who, other = actor("trainer", email="a@example.org"), actor("trainer")
    _marked(who, "Chrome Windows")
    _marked(other, "Safari iPhone")
    browser = both_engines_app.test_client()
    _sign_in(browser, "a@example.org")
    page = browser.get("/account").text
    assert "Chrome, Windows" in page
    assert "Safari, iPhone" not in page
    old, _present = _marks(who)
    foreign = _marks(other)[0].public_id
    assert browser.post(f"/account/browsers/{foreign}/forget").status_code == 404
    assert browser.post(f"/account/browsers/{old.public_id}/forget").status_code == 303
    assert len(_marks(who)) == 1
    assert browser.post("/account/browsers/forget").status_code == 303
    assert (_marks(who), len(_marks(other))) == ([], 1)
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq.desc())).all()
    assert actions[:2] == ["accounts.browsers_forgotten", "accounts.browser_forgotten"]
    # The next sign-in there is a new browser to her.
    browser.post("/sign-out")
    _sign_in(browser, "a@example.org")
    db.session.rollback()
    newest = db.session.scalars(select(SignedInSession).order_by(SignedInSession.id.desc())).first()
    assert newest is not None
    assert newest.unfamiliar


def test_nobody_forgets_a_browser_of_somebody_else(app, actor):
    who = actor("trainer")
    _marked(who)
    with pytest.raises(NotFound):
        forget_browser(actor("administrator"), _marks(who)[0].public_id)
    assert len(_marks(who)) == 1


def test_a_mark_that_ended_while_a_try_began_lets_nobody_in(app, actor):
    """Tries sent at once read a mark that still helps; only the row says which was the last."""
    who = actor("trainer")
    _marked(who)
    (mark,) = _marks(who)
    key, ends = mark.id, mark.expires_at
    mark.tries = MARK_TRIES_MOST - 1
    db.session.commit()
    session, now = db.session(), utc_now()
    assert not _count_on_mark(session, key, ends)
    assert [_count_on_mark(session, key, now) for _ in range(2)] == [True, False]
    assert mark.tries == MARK_TRIES_MOST
    session.delete(mark)
    session.flush()
    assert not _count_on_mark(session, key, now)


@pytest.mark.any_engine
def test_marks_end_by_themselves_and_are_few(both_engines_app, actor):
    who = actor("trainer")
    for _ in range(MARKS_MOST + 3):
        last = _marked(who)
    assert len(_marks(who)) == MARKS_MOST
    assert known_mark(who.account_id or 0, last) is not None
    db.session.execute(update(BrowserMark).values(expires_at=utc_now()))
    db.session.commit()
    assert known_mark(who.account_id or 0, last) is None
    forget_tries()
    assert _marks(who) == []
