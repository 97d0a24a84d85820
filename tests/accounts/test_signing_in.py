"""Signing in: the throttle, the password, the second step, the sessions."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import func, select, update

from kash.accounts.errors import SignInPaused, WrongPassword
from kash.accounts.models import CountedTries, SignedInSession
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import unused_recovery_codes
from kash.accounts.rules import SESSION_IDLE, TRIES_OF_ONE_CLIENT
from kash.accounts.services import marks as account_secrets
from kash.accounts.services.sign_in import (
    begin_second_step,
    check_password,
    check_second_step,
    confirm_password,
    confirm_second_step,
    end_other_sessions,
    end_session,
    new_recovery_codes,
    open_session,
)
from kash.accounts.services.throttle import Client
from kash.accounts.sessions import load_signed_in
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web import NotFound, Problem
from kash.policy import Role
from tests.conftest import PASSWORD
from tests.refusals import refuses

HERE = Client("198.51.100.7")
AWAY = Client("203.0.113.9")


def _attempts() -> int:
    """Tries that stand against some browser or address on some account."""
    db.session.rollback()
    counted = select(func.sum(CountedTries.tries)).where(CountedTries.kind == "signin.client")
    return db.session.scalar(counted) or 0


def _actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def test_right_password_opens_and_leaves_no_try(both_engines_app, actor):
    who = actor("trainer", email="akinyi@example.org")
    account = check_password("akinyi@example.org", PASSWORD, HERE)
    assert account.public_id == who.public_id
    assert _attempts() == 0


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("akinyi@example.org", "something else entirely"),
        ("nobody@example.org", PASSWORD),
        ("\ufffd", ""),
        ("a" * 5000, "b" * 5000),
    ],
)
def test_wrong_ones_get_one_answer_and_are_counted(both_engines_app, actor, email, password):
    actor("trainer", email="akinyi@example.org")
    with refuses("The e-mail address or the password is not right."):
        check_password(email, password, HERE)
    assert _attempts() == 1


def test_a_closed_account_gets_the_same_answer(app, actor):
    actor("trainer", email="akinyi@example.org", active=False)
    with refuses("The e-mail address or the password is not right."):
        check_password("akinyi@example.org", PASSWORD, HERE)


@pytest.mark.parametrize("email", ["akinyi@example.org", "nobody@example.org"])
def test_argon2_runs_exactly_once(app, actor, monkeypatch, email):
    actor("trainer", email="akinyi@example.org")
    runs: list[str] = []
    plain = account_secrets.PasswordHasher.verify

    def counted(self: object, stored: str, password: str) -> bool:
        runs.append(stored.rsplit("$", 2)[0])
        return bool(plain(self, stored, password))  # type: ignore[arg-type]

    monkeypatch.setattr(account_secrets.PasswordHasher, "verify", counted)
    with refuses("The e-mail address or the password is not right."):
        check_password(email, "wrong", HERE)
    assert runs == ["$argon2id$v=19$m=64,t=1,p=1"]


@pytest.mark.any_engine
def test_after_five_failures_even_the_right_password_waits(both_engines_app, actor):
    actor("trainer", email="akinyi@example.org")
    for _ in range(TRIES_OF_ONE_CLIENT):
        with refuses("The e-mail address or the password is not right."):
            check_password("akinyi@example.org", "wrong", HERE)
    with pytest.raises(SignInPaused):
        check_password("akinyi@example.org", PASSWORD, HERE)
    # Neither elsewhere nor for anybody else.
    assert check_password("akinyi@example.org", PASSWORD, AWAY).active
    actor("trainer", email="njeri@example.org")
    assert check_password("njeri@example.org", PASSWORD, HERE).active
    # What was refused is not counted, and a quarter of an hour later all is forgotten.
    assert _attempts() == TRIES_OF_ONE_CLIENT
    db.session.execute(update(CountedTries).values(until=utc_now()))
    db.session.commit()
    assert check_password("akinyi@example.org", PASSWORD, HERE).active


def test_many_tries_at_once_are_all_counted(both_engines_app, actor):
    actor("trainer", email="akinyi@example.org")

    def guess(_number: int) -> str:
        with both_engines_app.app_context():
            try:
                check_password("akinyi@example.org", "wrong", HERE)
            except SignInPaused:
                return "paused"
            except Problem:
                return "looked at"
            return "let in"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(guess, range(16)))
    assert sorted(answers) == ["looked at"] * TRIES_OF_ONE_CLIENT + ["paused"] * 11


def test_a_session_is_found_by_its_secret_only(
    both_engines_app,
    actor,
    count_queries,  # type: ignore[type-arg]
):
    who = actor("trainer", "director", name="Akinyi")
    token = open_session(who.public_id, "Mozilla/5.0 (Linux; Android 13) Firefox/120")
    with count_queries() as queries_seen:
        person = load_signed_in(token)
    assert queries_seen.count == 1
    assert person is not None
    assert person.name == "Akinyi"
    assert person.actor.public_id == who.public_id
    assert person.actor.roles == {Role.TRAINER, Role.DIRECTOR}
    assert load_signed_in(token + "x") is None
    assert load_signed_in("") is None
    row = db.session.scalars(select(SignedInSession)).one()
    assert row.token_hash != token
    assert row.device == "Firefox, Android"
    assert _actions() == ["accounts.signed_in"]


def test_a_session_idle_for_too_long_is_over(app, actor):
    token = open_session(actor("trainer").public_id, "")
    db.session.execute(update(SignedInSession).values(last_seen_at=utc_now() - SESSION_IDLE))
    db.session.commit()
    assert load_signed_in(token) is None


def test_a_session_is_touched_once_a_minute(
    app,
    actor,
    count_queries,  # type: ignore[type-arg]
):
    token = open_session(actor("trainer").public_id, "")
    db.session.execute(update(SignedInSession).values(last_seen_at=utc_now() - timedelta(hours=1)))
    db.session.commit()
    with count_queries() as first:
        load_signed_in(token)
    with count_queries() as second:
        load_signed_in(token)
    assert [first.count, second.count] == [3, 1]


@pytest.mark.any_engine
def test_ending_sessions(both_engines_app, actor):
    who = actor("trainer")
    tokens = [open_session(who.public_id, "") for _ in range(3)]
    present = load_signed_in(tokens[0])
    assert present is not None
    ended = load_signed_in(tokens[1])
    assert ended is not None
    end_session(present.actor, ended.actor.session_id)
    assert [load_signed_in(token) is not None for token in tokens] == [True, False, True]
    end_other_sessions(present.actor)
    assert [load_signed_in(token) is not None for token in tokens] == [True, False, False]
    assert _actions()[3:] == ["accounts.session_ended", "accounts.other_sessions_ended"]


def test_nobody_ends_a_session_of_somebody_else(app, actor):
    token = open_session(actor("trainer").public_id, "")
    victim = load_signed_in(token)
    assert victim is not None
    with pytest.raises(NotFound):
        end_session(actor("administrator"), victim.actor.session_id)
    assert load_signed_in(token) is not None


def test_confirming_the_password_refreshes_this_session_only(app, actor):
    who = actor("trainer")
    tokens = [open_session(who.public_id, "") for _ in range(2)]
    long_ago = utc_now() - timedelta(hours=1)
    db.session.execute(update(SignedInSession).values(fresh_at=long_ago))
    db.session.commit()
    person = load_signed_in(tokens[0])
    assert person is not None
    with pytest.raises(WrongPassword):
        confirm_password(person.actor, "wrong", HERE)
    confirm_password(person.actor, PASSWORD, HERE)
    fresh = [load_signed_in(token) for token in tokens]
    assert [p.password_given_at == long_ago for p in fresh if p] == [False, True]


def test_second_step_takes_each_code_once(both_engines_app, actor):
    who = actor("director")
    secret, address = begin_second_step(accounts.account(who.public_id))
    assert address.startswith("otpauth://totp/Programme:sign-in?secret=")
    with refuses("This code is not right, or it was used already."):
        confirm_second_step(who, secret, "12345")
    totp = pyotp.TOTP(s=secret)
    now = utc_now()
    earlier = totp.at(for_time=now - timedelta(seconds=30))
    codes = confirm_second_step(who, secret, earlier)
    assert len(set(codes)) == 10
    with refuses("This code is not right, or it was used already."):
        check_second_step(who.public_id, earlier, HERE)
    # Only a recovery code tells that the phone may be lost.
    assert check_second_step(who.public_id, totp.at(for_time=now), HERE) is False
    with refuses("This code is not right, or it was used already."):
        check_second_step(who.public_id, totp.at(for_time=now), HERE)
    typed = f"  {codes[0].upper().replace('0', 'O').replace('1', 'l')} "
    assert check_second_step(who.public_id, typed, HERE) is True
    with refuses("This code is not right, or it was used already."):
        check_second_step(who.public_id, codes[0], HERE)
    assert unused_recovery_codes(who.account_id or 0) == 9


def test_codes_are_throttled_too(app, actor):
    who = actor("director")
    secret, _address = begin_second_step(accounts.account(who.public_id))
    codes = confirm_second_step(who, secret, pyotp.TOTP(s=secret).now())
    for _ in range(TRIES_OF_ONE_CLIENT):
        with refuses("This code is not right, or it was used already."):
            check_second_step(who.public_id, "000000", HERE)
    with pytest.raises(SignInPaused):
        check_second_step(who.public_id, codes[0], HERE)


def test_new_recovery_codes_void_the_old(app, actor):
    who = actor("director")
    secret, _address = begin_second_step(accounts.account(who.public_id))
    old = confirm_second_step(who, secret, pyotp.TOTP(s=secret).now())
    new = new_recovery_codes(who)
    assert not set(old) & set(new)
    with refuses("This code is not right, or it was used already."):
        check_second_step(who.public_id, old[0], HERE)
    check_second_step(who.public_id, new[0], HERE)
