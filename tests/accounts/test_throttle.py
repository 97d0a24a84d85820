"""The throttle: whoever guesses exhausts only what is his own."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from kash.accounts.errors import SignInPaused, WrongPassword
from kash.accounts.models import CountedTries, KnownAddress
from kash.accounts.rules import (
    STRANGERS_ON_ONE_ACCOUNT,
    TRIES_OF_ONE_ADDRESS,
    TRIES_OF_ONE_CLIENT,
    RecentTries,
    refused_for_a_while,
)
from kash.accounts.services import marks as account_secrets
from kash.accounts.services.marks import new_token, token_hash
from kash.accounts.services.sign_in import check_password, confirm_password, open_session
from kash.accounts.services.throttle import Client, count_try, forget_tries
from kash.platform.database import db, utc_now
from kash.platform.web import Problem
from kash.platform.web.bodies import network_of
from kash.platform.web.errors import TooManyTries
from kash.policy import Actor
from tests.conftest import PASSWORD
from tests.profile import usual_or_long

EMAIL = "akinyi@example.org"
HERE, AWAY = Client("192.0.2.1"), Client("198.51.100.7")


def _rows() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(CountedTries)) or 0


def _guess(client: Client, email: str = EMAIL) -> str:
    try:
        check_password(email, "wrong", client)
    except SignInPaused:
        return "paused"
    except Problem:
        return "looked at"
    return "let in"


def _mark_of(who: Actor) -> tuple[str, ...]:
    """A browser in which somebody has signed in, as it is shown later."""
    token = new_token()
    open_session(who.public_id, "", mark=token)
    return (token_hash(token),)


@pytest.fixture
def argon2_runs(monkeypatch):
    runs: list[str] = []
    plain = account_secrets.PasswordHasher.verify

    def counted(self: object, stored: str, password: str) -> bool:
        runs.append(stored[:10])
        return bool(plain(self, stored, password))  # type: ignore[arg-type]

    monkeypatch.setattr(account_secrets.PasswordHasher, "verify", counted)
    return runs


# --- Rules ----------------------------------------------------------------------------------

COUNTS = st.integers(0, 500)


@given(address=COUNTS, strangers=COUNTS, client=st.integers(0, TRIES_OF_ONE_CLIENT - 1))
def test_nobody_else_s_failures_stop_what_the_account_knows(address, strangers, client):
    assert not refused_for_a_while(RecentTries(client, address, strangers, known=True))


@given(address=COUNTS, strangers=COUNTS, client=st.integers(TRIES_OF_ONE_CLIENT, 500))
def test_everybody_has_only_so_many_tries(address, strangers, client):
    for known in (True, False):
        assert refused_for_a_while(RecentTries(client, address, strangers, known))


@given(client=COUNTS, address=COUNTS, strangers=COUNTS, more=COUNTS)
def test_more_failures_never_open_a_door(client, address, strangers, more):
    if refused_for_a_while(RecentTries(client, address, strangers)) and client:
        assert refused_for_a_while(RecentTries(client + more, address, strangers))
        assert refused_for_a_while(RecentTries(client, address + more, strangers))
        assert refused_for_a_while(RecentTries(client, address, strangers + more))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:" + "x" * 100, "unix:" + "x" * 59),
    ],
)
def test_what_counts_as_one_address(address, network):
    assert network_of(address) == network


# --- One address ----------------------------------------------------------------------------


@pytest.mark.any_engine
def test_hundreds_of_guesses_from_one_address_stop_nobody_elsewhere(
    both_engines_app, actor, argon2_runs
):
    who = actor("trainer", email=EMAIL)
    guesses = usual_or_long(300, 2_000)
    answers = [_guess(HERE) for _ in range(guesses)]
    paused = guesses - TRIES_OF_ONE_CLIENT
    assert answers == ["looked at"] * TRIES_OF_ONE_CLIENT + ["paused"] * paused
    assert len(argon2_runs) == TRIES_OF_ONE_CLIENT
    # One row each for the address, the address on this account, and the addresses that tried it.
    assert _rows() == 3
    # The owner: in a new browser elsewhere, and beside the guesser in a browser used before.
    assert check_password(EMAIL, PASSWORD, AWAY).public_id == who.public_id
    own = Client(HERE.address, _mark_of(who))
    assert check_password(EMAIL, PASSWORD, own).public_id == who.public_id
    # A browser that belongs to another account is worth nothing.
    other = Client(HERE.address, _mark_of(actor("trainer")))
    with pytest.raises(SignInPaused):
        check_password(EMAIL, PASSWORD, other)


@pytest.mark.any_engine
def test_one_network_of_ipv6_is_one_address(both_engines_app, actor, argon2_runs):
    actor("trainer", email=EMAIL)
    answers = [_guess(Client(f"2001:db8:0:1::{number:x}")) for number in range(200)]
    assert answers == ["looked at"] * TRIES_OF_ONE_CLIENT + ["paused"] * 195
    assert len(argon2_runs) == TRIES_OF_ONE_CLIENT
    assert _rows() == 3


def test_one_address_has_only_so_many_tries_over_all_accounts(app, actor, argon2_runs):
    for number in range(TRIES_OF_ONE_ADDRESS + 50):
        _guess(HERE, f"nobody{number}@example.org")
    assert len(argon2_runs) == TRIES_OF_ONE_ADDRESS
    before = _rows()
    for number in range(200):
        assert _guess(HERE, f"somebody{number}@example.org") == "paused"
    assert _rows() == before


@pytest.mark.any_engine
def test_sixty_people_behind_one_address_within_a_minute(both_engines_app, actor):
    for number in range(60):
        actor("peer", email=f"p{number}@example.org")
    for number in range(60):
        for _typo in range(number % 3):
            assert _guess(HERE, f"p{number}@example.org") == "looked at"
        assert check_password(f"p{number}@example.org", PASSWORD, HERE).active


# --- Many addresses -------------------------------------------------------------------------


def test_many_machines_share_a_few_tries_and_stop_nobody_whom_the_account_knows(
    both_engines_app, actor, argon2_runs
):
    who = actor("trainer", email=EMAIL)
    open_session(who.public_id, "Firefox", AWAY)
    for number in range(usual_or_long(100, 300)):
        _guess(Client(f"203.0.113.{number % 250}"))
        _guess(Client(f"10.{number % 250}.0.1"))
    assert len(argon2_runs) <= STRANGERS_ON_ONE_ACCOUNT * TRIES_OF_ONE_CLIENT
    # A stranger waits, even with the right password; who is known does not.
    with pytest.raises(SignInPaused):
        check_password(EMAIL, PASSWORD, HERE)
    assert check_password(EMAIL, PASSWORD, AWAY).public_id == who.public_id
    own = Client(HERE.address, _mark_of(who))
    assert check_password(EMAIL, PASSWORD, own).public_id == who.public_id


def test_a_known_address_is_of_one_account_and_for_a_month(both_engines_app, actor):
    first, second = actor("trainer"), actor("trainer")
    for who in (first, first, second):
        open_session(who.public_id, "", AWAY)
    keys = db.session.scalars(select(KnownAddress.address_key)).all()
    assert len(keys) == len(set(keys)) == 2
    assert not any(AWAY.address in key for key in keys)
    db.session.execute(
        update(KnownAddress)
        .where(KnownAddress.account_id == first.account_id)
        .values(used_at=utc_now() - timedelta(days=31))
    )
    db.session.commit()
    forget_tries()
    assert db.session.scalars(select(KnownAddress.account_id)).all() == [second.account_id]


# --- Signed in already ----------------------------------------------------------------------


def test_confirming_the_password_is_counted_by_session(app, actor):
    who = actor("trainer", email=EMAIL)
    for _ in range(50):
        _guess(HERE)
    for number in range(STRANGERS_ON_ONE_ACCOUNT):
        _guess(Client(f"203.0.113.{number}"))
    with pytest.raises(SignInPaused):
        check_password(EMAIL, PASSWORD, AWAY)
    present = Actor(**{**vars(who), "session_id": "0123456789abcdef"})
    for _ in range(TRIES_OF_ONE_CLIENT):
        with pytest.raises(WrongPassword):
            confirm_password(present, "wrong", HERE)
    with pytest.raises(SignInPaused):
        confirm_password(present, PASSWORD, HERE)
    confirm_password(Actor(**{**vars(who), "session_id": "fedcba9876543210"}), PASSWORD, HERE)


# --- For other rooms ------------------------------------------------------------------------


@pytest.mark.any_engine
def test_tries_of_any_kind(both_engines_app):
    def tried(address: str, kind: str = "certificates.verify") -> bool:
        try:
            count_try(kind, address, limit=3, window=timedelta(minutes=10))
        except TooManyTries:
            return False
        return True

    assert [tried("192.0.2.1") for _ in range(5)] == [True, True, True, False, False]
    assert tried("192.0.2.2")
    assert tried("192.0.2.1", "another.kind")
    assert _rows() == 3
    db.session.execute(update(CountedTries).values(until=utc_now()))
    db.session.commit()
    assert tried("192.0.2.1")


@pytest.mark.any_engine
def test_what_has_run_out_is_forgotten(both_engines_app):
    count_try("some.kind", "now", limit=3, window=timedelta(minutes=10))
    count_try("some.kind", "later", limit=3, window=timedelta(minutes=30))
    over = update(CountedTries).where(CountedTries.until < utc_now() + timedelta(minutes=20))
    db.session.execute(over.values(until=utc_now()))
    # More than are taken away at a time.
    db.session.execute(
        insert(CountedTries),
        [
            {"kind": "some.kind", "key": f"{number:064x}", "tries": 1, "until": utc_now()}
            for number in range(1_200)
        ],
    )
    db.session.commit()
    assert _rows() == 1_202
    forget_tries()
    assert _rows() == 1
