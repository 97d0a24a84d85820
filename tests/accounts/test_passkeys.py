"""Passkeys as services: made, used once for each challenge, refused when anything is amiss."""

import json
from datetime import timedelta

import pyotp
import pytest
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from kash.accounts.errors import PasskeyCopied, PasskeyNotChecked, PasskeyRefused
from kash.accounts.models import (
    Account,
    CountedTries,
    Passkey,
    PasskeyChallenge,
    Programme,
    SignedInSession,
)
from kash.accounts.queries.accounts import account, unused_recovery_codes
from kash.accounts.queries.safety import passkeys_of
from kash.accounts.rules import Site, may_be_a_copy, site_of
from kash.accounts.services.locking import deactivate
from kash.accounts.services.passkeys import (
    CONFIRM,
    SECOND_STEP,
    add_passkey,
    check_passkey,
    confirm_with_passkey,
    credential_key,
    offer_challenge,
    offer_to_add,
    offer_to_prove,
    offer_to_sign_in,
    remove_passkey,
    rename_passkey,
    sign_in_with_passkey,
)
from kash.accounts.services.sign_in import (
    begin_second_step,
    check_second_step,
    confirm_second_step,
    open_session,
)
from kash.accounts.services.throttle import Client, forget_tries
from kash.accounts.sessions import load_signed_in
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import NotFound, TooManyTries
from kash.policy import Actor
from tests.refusals import refuses

from .authenticator import Authenticator

HERE = Client("198.51.100.7")


@pytest.fixture(autouse=True)
def _language(app):  # type: ignore[no-untyped-def]
    with force_locale("en"):
        yield


def _add(who: Actor, device: Authenticator, name: str = "My phone") -> list[str]:
    offer = offer_to_add(who, HERE)
    return add_passkey(who, offer.challenge_id, name, device.make(offer.options))


def _sign_in(device: Authenticator, *, handle: str | None = None) -> str:
    offer = offer_to_sign_in(HERE)
    return sign_in_with_passkey(offer.challenge_id, device.sign(offer.options, handle=handle))


def _passkey() -> Passkey:
    db.session.rollback()
    return db.session.scalars(select(Passkey)).one()


def _actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


# --- Rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://kash.example.org", Site("kash.example.org", "https://kash.example.org")),
        ("https://Kash.Example.org:443/x", Site("kash.example.org", "https://kash.example.org")),
        (
            "https://kash.example.org:8443",
            Site("kash.example.org", "https://kash.example.org:8443"),
        ),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("http://kash.example.org", None),
        ("https://192.0.2.1", None),
        ("https://[2001:db8::1]", None),
        ("http://localhost.example.org", None),
        ("http://localhost@example.org", None),
        ("https://kash.example.org:99999", None),
        ("https://", None),
        ("ftp://localhost", None),
    ],
)
def test_the_site_that_passkeys_are_made_for(address, site):
    assert site_of(address) == site


@given(st.integers(0, 2**32), st.integers(0, 2**32))
def test_a_counter_only_grows_or_never_starts(last, now):
    assert may_be_a_copy(last, now) == (now <= last and (last, now) != (0, 0))


# --- Adding ---------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_a_passkey_is_found_by_a_hash_and_knows_the_account_by_a_random_name(
    both_engines_app, actor
):
    who = actor("trainer", name="Akinyi", email="akinyi@example.org")
    offer = offer_to_add(who, HERE)
    asked = json.loads(offer.options)
    assert asked["rp"]["id"] == "localhost"
    for told in (who.public_id, "Akinyi", "akinyi"):
        assert told not in offer.options
    device = Authenticator()
    codes = add_passkey(who, offer.challenge_id, "My phone", device.make(offer.options))
    assert len(set(codes)) == 10
    kept = _passkey()
    assert kept.name == "My phone"
    assert kept.credential_key == credential_key(device.credential_id)
    assert kept.transports == ["internal"]
    assert kept.signs_in_alone
    assert account(who.public_id).has_second_step
    assert _actions() == ["accounts.passkey_added"]
    # The same account keeps its handle; a second passkey makes no new codes.
    second = Authenticator()
    assert _add(who, second) == []
    assert second.handle == device.handle
    excluded = json.loads(offer_to_add(who, HERE).options)["excludeCredentials"]
    assert len(excluded) == 2


def test_no_device_has_two_owners(both_engines_app, actor):
    device = Authenticator()
    _add(actor("trainer"), device)
    with refuses("This device has a passkey here already."):
        _add(actor("director"), device)
    assert db.session.scalar(select(func.count()).select_from(Passkey)) == 1


def test_codes_of_an_app_stay_when_a_passkey_comes(app, actor):
    who = actor("director")
    secret, _address = begin_second_step(account(who.public_id))
    codes = confirm_second_step(who, secret, pyotp.TOTP(s=secret).now())
    assert _add(who, Authenticator()) == []
    assert check_second_step(who.public_id, codes[0], HERE) is True


# --- Using ----------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_signing_in_with_nothing_typed_again_and_again(both_engines_app, actor):
    who = actor("director")
    device = Authenticator()
    _add(who, device)
    for _ in range(3):
        assert _sign_in(device) == who.public_id
    assert _passkey().sign_count == 4
    assert _passkey().last_used_at is not None
    assert db.session.scalar(select(func.count()).select_from(PasskeyChallenge)) == 0


def test_a_device_that_does_not_count_is_taken(app, actor):
    who = actor("trainer")
    device = Authenticator(counts=False)
    _add(who, device)
    assert [_sign_in(device), _sign_in(device)] == [who.public_id] * 2


@pytest.mark.any_engine
def test_a_device_that_checks_nobody_is_the_second_step_only(both_engines_app, actor):
    who = actor("trainer")
    device = Authenticator(verifies=False)
    _add(who, device)
    assert not _passkey().signs_in_alone
    with pytest.raises(PasskeyNotChecked):
        _sign_in(device)
    offer = offer_to_prove(SECOND_STEP, who.public_id, HERE)
    check_passkey(who.public_id, offer.challenge_id, device.sign(offer.options))
    offer = offer_to_prove(CONFIRM, who.public_id, HERE)
    with pytest.raises(PasskeyNotChecked):
        confirm_with_passkey(who, offer.challenge_id, device.sign(offer.options))


@pytest.mark.any_engine
def test_a_counter_that_fell_is_refused_told_and_written_down(both_engines_app, actor):
    who = actor("trainer")
    device = Authenticator()
    _add(who, device)
    _sign_in(device)
    device.count = 0
    with pytest.raises(PasskeyCopied):
        _sign_in(device)
    assert _passkey().sign_count == 2
    assert _actions() == ["accounts.passkey_added", "accounts.passkey_refused"]


@pytest.mark.any_engine
def test_each_challenge_is_good_once_for_one_thing_and_for_minutes(both_engines_app, actor):
    who = actor("trainer")
    device = Authenticator()
    _add(who, device)
    offer = offer_to_sign_in(HERE)
    answer = device.sign(offer.options)
    sign_in_with_passkey(offer.challenge_id, answer)
    with pytest.raises(PasskeyRefused):
        sign_in_with_passkey(offer.challenge_id, answer)
    # An answer to one challenge is none to another.
    another = offer_to_sign_in(HERE)
    with pytest.raises(PasskeyRefused):
        sign_in_with_passkey(another.challenge_id, device.sign(offer.options))
    # A challenge to confirm signs nobody in.
    confirm = offer_to_prove(CONFIRM, who.public_id, HERE)
    with pytest.raises(PasskeyRefused):
        sign_in_with_passkey(confirm.challenge_id, device.sign(confirm.options))
    late = offer_to_sign_in(HERE)
    db.session.execute(update(PasskeyChallenge).values(expires_at=utc_now()))
    db.session.commit()
    with pytest.raises(PasskeyRefused):
        sign_in_with_passkey(late.challenge_id, device.sign(late.options))
    offer_to_sign_in(HERE)
    db.session.execute(update(PasskeyChallenge).values(expires_at=utc_now()))
    db.session.commit()
    forget_tries()
    assert db.session.scalar(select(func.count()).select_from(PasskeyChallenge)) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "http://localhost:8001"},
        {"origin": "http://localhost:8000.example.org"},
        {"origin": "https://localhost:8000"},
        {"host": "example.org"},
    ],
)
def test_a_page_of_another_site_gets_nothing(app, actor, wrong):
    device = Authenticator()
    _add(actor("trainer"), device)
    for name, value in wrong.items():
        setattr(device, name, value)
    with pytest.raises(PasskeyRefused):
        _sign_in(device)
    stranger = Authenticator(**wrong)  # type: ignore[arg-type]
    with pytest.raises(PasskeyRefused):
        _add(actor("peer"), stranger)


@pytest.mark.any_engine
def test_nobody_uses_the_passkey_of_another_account(both_engines_app, actor):
    mine, other = actor("trainer"), actor("director")
    device, others = Authenticator(), Authenticator()
    _add(mine, device)
    _add(other, others)
    offer = offer_to_prove(SECOND_STEP, mine.public_id, HERE)
    with pytest.raises(PasskeyRefused):
        check_passkey(mine.public_id, offer.challenge_id, others.sign(offer.options))
    offer = offer_to_prove(CONFIRM, mine.public_id, HERE)
    with pytest.raises(PasskeyRefused):
        confirm_with_passkey(mine, offer.challenge_id, others.sign(offer.options))
    # A known id with another's key, and a device that names another account.
    thief = Authenticator(credential_id=device.credential_id, handle=device.handle, count=9)
    with pytest.raises(PasskeyRefused):
        _sign_in(thief)
    with pytest.raises(PasskeyRefused):
        _sign_in(device, handle=others.handle)
    with pytest.raises(PasskeyRefused):
        _sign_in(device, handle="")
    # What was offered to one adds nothing to another.
    offer = offer_to_add(mine, HERE)
    with pytest.raises(PasskeyRefused):
        add_passkey(other, offer.challenge_id, "x", Authenticator().make(offer.options))


def test_a_closed_account_is_not_opened(app, actor):
    who = actor("trainer")
    device = Authenticator()
    _add(who, device)
    deactivate(actor("administrator"), who.public_id)
    with pytest.raises(PasskeyRefused):
        _sign_in(device)


def test_confirming_makes_this_session_fresh(both_engines_app, actor):
    who = actor("trainer")
    device = Authenticator()
    _add(who, device)
    token = open_session(who.public_id, "")
    person = load_signed_in(token)
    assert person is not None
    long_ago = utc_now() - timedelta(hours=1)
    db.session.execute(update(SignedInSession).values(fresh_at=long_ago))
    db.session.commit()
    offer = offer_to_prove(CONFIRM, who.public_id, HERE)
    confirm_with_passkey(person.actor, offer.challenge_id, device.sign(offer.options))
    again = load_signed_in(token)
    assert again is not None
    assert again.password_given_at is not None
    assert again.password_given_at > long_ago


# --- Removing -------------------------------------------------------------------------------


@pytest.mark.any_engine
def test_nobody_who_must_have_a_second_step_is_left_without(both_engines_app, actor):
    db.session.execute(update(Programme).values(settings={"second_step_required": True}))
    db.session.commit()
    who, other = actor("director"), actor("trainer")
    device = Authenticator()
    codes = _add(who, device)
    _add(other, Authenticator())
    first, others = (passkeys_of(one.account_id or 0)[0].public_id for one in (who, other))
    with pytest.raises(NotFound):
        remove_passkey(who, others)
    with refuses("Your roles need a second step."):
        remove_passkey(who, first)
    assert _sign_in(device) == who.public_id
    _add(who, Authenticator())
    remove_passkey(who, first)
    with pytest.raises(PasskeyRefused):
        _sign_in(device)
    assert check_second_step(who.public_id, codes[0], HERE) is True
    # Who need not have one may remove the last; codes without a second step go with it.
    remove_passkey(other, others)
    assert not account(other.public_id).has_second_step
    assert unused_recovery_codes(other.account_id or 0) == 0
    with refuses("This code is not right, or it was used already."):
        check_second_step(other.public_id, codes[1], HERE)


@pytest.mark.any_engine
def test_a_passkey_is_called_otherwise_by_its_owner_only(both_engines_app, actor):
    who, other = actor("trainer"), actor("trainer")
    for one in (who, other):
        _add(one, Authenticator())
    mine, others = (passkeys_of(one.account_id or 0)[0].public_id for one in (who, other))
    rename_passkey(who, mine, "Old phone")
    with pytest.raises(NotFound):
        rename_passkey(who, others, "Mine now")
    db.session.rollback()
    names = [passkeys_of(one.account_id or 0)[0].name for one in (who, other)]
    assert names[0] == "Old phone"
    assert names[1] != "Mine now"
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (entry.action, entry.subjects) == ("accounts.passkey_renamed", [who.public_id, mine])


def test_an_account_in_a_list_costs_no_query_for_its_passkeys(
    app,
    actor,
    count_queries,  # type: ignore[type-arg]
):
    for _ in range(3):
        _add(actor("trainer"), Authenticator())
    db.session.rollback()
    with count_queries() as seen:
        accounts = db.session.scalars(select(Account)).all()
        assert [one.has_second_step for one in accounts] == [True] * 3
    assert seen.count == 2


def test_one_address_is_offered_only_so_many_challenges(sqlite_app):
    offer_challenge(CONFIRM, None, HERE)
    db.session.execute(update(CountedTries).values(tries=300))
    db.session.commit()
    with pytest.raises(TooManyTries):
        offer_challenge(CONFIRM, None, HERE)
    offer_challenge(CONFIRM, None, Client("198.51.100.8"))
    assert db.session.scalar(select(func.count(PasskeyChallenge.id))) == 2
