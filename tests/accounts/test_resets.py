"""A lost second step, by two people; new devices; roles that need a second step."""

from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from apiflask import APIFlask
from sqlalchemy import func, select, update

from kash.accounts.errors import CannotAgree
from kash.accounts.models import Account, AccountRequest, Passkey, Programme, SignedInSession
from kash.accounts.queries import accounts
from kash.accounts.queries.accounts import must_have_second_step, roles_with_second_step
from kash.accounts.queries.requests import request_by_id, requests_for
from kash.accounts.queries.safety import passkeys_of, unanswered_device
from kash.accounts.services.accounts import choose_roles_with_second_step
from kash.accounts.services.deciding import agree, ask_reset, decline, withdraw
from kash.accounts.services.sign_in import (
    answer_for_device,
    begin_second_step,
    check_second_step,
    confirm_second_step,
    end_session_of,
    end_sessions_of,
    keep_form,
    kept_form,
    new_recovery_codes,
    open_session,
)
from kash.accounts.services.throttle import Client
from kash.accounts.sessions import load_signed_in
from kash.platform.database import db, utc_now
from kash.platform.jobs import run_waiting
from kash.platform.vault import AuditEntry
from kash.platform.web.errors import Forbidden, NotFound
from kash.policy import Actor, Role
from tests.refusals import refuses

HERE = Client("198.51.100.7")


def _actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def _letters(app: APIFlask) -> list[str]:
    db.session.rollback()
    run_waiting()
    folder = Path(app.config["MAIL_FILE_PATH"])
    return [path.read_text("utf-8") for path in sorted(folder.glob("*"))] if folder.exists() else []


def _with_everything(who: Actor) -> list[str]:
    secret, _address = begin_second_step(accounts.account(who.public_id))
    codes = confirm_second_step(who, secret, pyotp.TOTP(s=secret).now())
    db.session.add(
        Passkey(
            account_id=who.account_id,
            name="Phone",
            credential_key="0" * 64,
            credential_id=b"x",
            public_key=b"y",
        )
    )
    db.session.commit()
    return codes


# --- Two people -----------------------------------------------------------------------------


@pytest.mark.any_engine
def test_one_asks_and_another_agrees(both_engines_app, actor):
    asker, director = actor("administrator"), actor("director")
    owner = actor("custodian", email="mlinzi@example.org", language="en")
    codes = _with_everything(owner)
    token = open_session(owner.public_id, "")
    request = ask_reset(asker, owner.public_id, "She stood before me.")
    assert accounts.account(owner.public_id).has_second_step
    stored = db.session.scalars(select(AccountRequest)).one()
    assert b"stood" not in stored.reason_sealed
    assert request_by_id(director, request).reason == "She stood before me."
    assert requests_for(asker) == ([], [])
    assert [line.public_id for line in requests_for(director)[0]] == [request]
    agree(director, request)
    account = accounts.account(owner.public_id)
    assert not account.has_second_step
    assert passkeys_of(account.id) == []
    assert load_signed_in(token) is None
    with refuses("This code is not right, or it was used already."):
        check_second_step(owner.public_id, codes[0], HERE)
    assert requests_for(director) == ([], [])
    assert _actions()[-2:] == ["accounts.request_made", "accounts.request_agreed"]
    letters = _letters(both_engines_app)
    told = "\n".join(letters)
    assert told.count("To: mlinzi@example.org") == 3
    # It may have been somebody else at the screen who had the password.
    assert "an authenticator app was set up for your account" in told.replace("\n", " ")
    assert "somebody asked to remove the second step" in told.replace("\n", " ")
    assert "signed out everywhere" in told.replace("\n", " ")
    for secret in ("Lake programme", "She stood", "198.51.100.7"):
        assert secret not in told


@pytest.mark.any_engine
def test_neither_who_asked_nor_whose_account_it_is_decides(both_engines_app, actor):
    asker, owner = actor("administrator"), actor("director")
    _with_everything(owner)
    request = ask_reset(asker, owner.public_id, "Lost.")
    for by in (asker, owner):
        with pytest.raises(CannotAgree):
            agree(by, request)
        with pytest.raises(CannotAgree):
            decline(by, request, "No.")
    assert accounts.account(owner.public_id).has_second_step
    decline(actor("administrator"), request, "No.")
    assert accounts.account(owner.public_id).has_second_step
    with refuses("This request was decided, or nobody decided in time"):
        agree(actor("administrator"), request)
    # After a refusal one may ask again, but never about oneself.
    ask_reset(asker, owner.public_id, "Really lost.")
    with refuses("Nobody changes their own roles. Ask another administrator."):
        ask_reset(owner, owner.public_id, "Lost.")


@pytest.mark.any_engine
def test_who_asked_may_take_it_back(both_engines_app, actor):
    asker, director, owner = actor("administrator"), actor("director"), actor("peer")
    _with_everything(owner)
    request = ask_reset(asker, owner.public_id, "Lost.")
    for by in (director, owner):
        with pytest.raises(NotFound):
            withdraw(by, request)
    withdraw(asker, request)
    db.session.rollback()
    assert _actions()[-1] == "accounts.request_withdrawn"
    assert requests_for(director) == ([], [])
    with refuses("This request was decided, or nobody decided in time"):
        agree(director, request)
    with refuses("This request was decided, or nobody decided in time"):
        decline(director, request, "No.")
    with refuses("This request was decided, or nobody decided in time"):
        withdraw(asker, request)
    assert accounts.account(owner.public_id).has_second_step
    ask_reset(asker, owner.public_id, "Really lost.")


@pytest.mark.any_engine
def test_a_request_waits_for_seven_days(both_engines_app, actor):
    asker, owner, director = actor("administrator"), actor("trainer"), actor("director")
    with refuses("The second step is not set up for this account."):
        ask_reset(asker, owner.public_id, "Lost.")
    _with_everything(owner)
    request = ask_reset(asker, owner.public_id, "Lost.")
    with refuses("This waits for a second person already."):
        ask_reset(actor("administrator"), owner.public_id, "Lost.")
    lasts = db.session.scalars(select(AccountRequest)).one()
    assert lasts.expires_at - lasts.asked_at == timedelta(days=7)
    db.session.execute(update(AccountRequest).values(expires_at=utc_now()))
    db.session.commit()
    assert requests_for(director) == ([], [])
    with refuses("This request was decided, or nobody decided in time"):
        agree(director, request)
    with refuses("This request was decided, or nobody decided in time"):
        decline(director, request, "No.")
    assert accounts.account(owner.public_id).has_second_step
    ask_reset(asker, owner.public_id, "Lost.")


def test_requests_are_for_those_who_decide(app, actor):
    owner = actor("peer")
    _with_everything(owner)
    request = ask_reset(actor("administrator"), owner.public_id, "Lost.")
    for role in ("trainer", "custodian", "peer", "police_peer", "funder"):
        who = actor(role)
        assert requests_for(who) == ([], [])
        with pytest.raises(NotFound):
            request_by_id(who, request)
        with pytest.raises(Forbidden):
            agree(who, request)
        with pytest.raises(Forbidden):
            ask_reset(who, owner.public_id, "Lost.")
    with pytest.raises(NotFound):
        agree(actor("director"), "0" * 16)


def test_waiting_requests_cost_the_same_however_many(
    app,
    actor,
    count_queries,  # type: ignore[type-arg]
):
    asker, director = actor("administrator"), actor("director")
    counts = []
    for more in (1, 2):
        for _ in range(more):
            owner = actor("peer", totp_sealed=b"sealed")
            ask_reset(asker, owner.public_id, "Lost.")
        db.session.rollback()
        with count_queries() as seen:
            requests_for(director)
        counts.append(seen.count)
    # The requests, the roles of whom they are about, names, who stands behind whom, and herself.
    assert counts == [5, 5]


def test_who_has_the_machine_needs_nobody(app, actor):
    owner = actor("administrator", email="a@example.org")
    _with_everything(owner)
    db.session.rollback()
    done = app.test_cli_runner().invoke(
        args=["account", "reset-second-step", "a@example.org", "--yes"]
    )
    assert done.exit_code == 0, done.output
    db.session.rollback()
    assert not accounts.account(owner.public_id).has_second_step
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    assert (entry.actor, entry.action) == ("system", "accounts.second_step_removed")


# --- New devices ----------------------------------------------------------------------------


def test_a_new_device_is_told_to_the_others_and_by_mail(both_engines_app, actor):
    who = actor("trainer", email="akinyi@example.org", language="sw")
    first = open_session(who.public_id, "Firefox Android", HERE, unfamiliar=True)
    second = open_session(who.public_id, "Chrome Windows", HERE, unfamiliar=True)
    here, there = load_signed_in(first), load_signed_in(second)
    assert here is not None
    assert there is not None
    asked = unanswered_device(who.account_id or 0, here.actor.session_id)
    assert asked is not None
    assert (asked.device, asked.public_id) == ("Chrome, Windows", there.actor.session_id)
    # The very first session of an account is nothing new to anybody.
    assert (
        db.session.scalar(
            select(func.count()).select_from(SignedInSession).where(SignedInSession.unfamiliar)
        )
        == 1
    )
    letters = _letters(both_engines_app)
    assert len(letters) == 1
    assert "akinyi@example.org" in letters[0]
    assert "Lake programme" not in letters[0]
    assert HERE.address not in letters[0]
    # The new device answers neither for itself nor for others.
    for session in (there.actor.session_id, here.actor.session_id):
        with pytest.raises(NotFound):
            answer_for_device(there.actor, session, mine=True)
    answer_for_device(here.actor, there.actor.session_id, mine=False)
    assert load_signed_in(second) is None
    assert load_signed_in(first) is not None
    assert unanswered_device(who.account_id or 0, here.actor.session_id) is None
    assert _actions()[-1] == "accounts.device_refused"


def test_yes_keeps_the_device_and_strangers_cannot_say_it(both_engines_app, actor):
    who = actor("trainer")
    here = load_signed_in(open_session(who.public_id, ""))
    token = open_session(who.public_id, "", unfamiliar=True)
    there = load_signed_in(token)
    stranger = load_signed_in(open_session(actor("director").public_id, ""))
    assert here is not None
    assert there is not None
    assert stranger is not None
    with pytest.raises(NotFound):
        answer_for_device(stranger.actor, there.actor.session_id, mine=False)
    answer_for_device(here.actor, there.actor.session_id, mine=True)
    assert load_signed_in(token) is not None
    # Answered once; a later "no" changes nothing.
    answer_for_device(here.actor, there.actor.session_id, mine=False)
    assert load_signed_in(token) is not None


def test_an_administrator_ends_the_sessions_of_somebody_else(both_engines_app, actor):
    by, who, other = actor("administrator"), actor("trainer"), actor("trainer")
    tokens = [open_session(who.public_id, "") for _ in range(3)]
    first = load_signed_in(tokens[0])
    assert first is not None
    with pytest.raises(NotFound):
        end_session_of(by, other.public_id, first.actor.session_id)
    end_session_of(by, who.public_id, first.actor.session_id)
    assert [load_signed_in(token) is not None for token in tokens] == [False, True, True]
    end_sessions_of(by, who.public_id)
    assert [load_signed_in(token) is not None for token in tokens] == [False] * 3


# --- Roles that need one --------------------------------------------------------------------


def test_roles_are_added_and_the_four_stay(both_engines_app, actor):
    by = actor("administrator")
    db.session.execute(update(Programme).values(settings={"second_step_required": True}))
    db.session.commit()
    assert not must_have_second_step({Role.TRAINER})
    choose_roles_with_second_step(by, [Role.TRAINER, Role.DIRECTOR])
    assert roles_with_second_step() == {Role.TRAINER}
    assert must_have_second_step({Role.TRAINER})
    choose_roles_with_second_step(by, [])
    assert not must_have_second_step({Role.TRAINER})
    for role in ("administrator", "director", "custodian", "documentation"):
        assert must_have_second_step({Role(role)})
    choose_roles_with_second_step(by, [])
    assert _actions() == ["accounts.second_step_roles_chosen"] * 2
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq).limit(1)).one()
    assert list(entry.subjects) == ["programme", "role:trainer"]


# --- What was typed -------------------------------------------------------------------------


def test_a_kept_form_is_sealed_to_its_session(both_engines_app, actor):
    who = actor("trainer")
    people = [load_signed_in(open_session(who.public_id, "")) for _ in range(2)]
    mine, other = (one.actor for one in people if one is not None)
    fields = [("reason", "A long\nstory"), ("roles", "peer"), ("roles", "trainer")]
    assert keep_form(mine, "/accounts/invite", fields)
    assert kept_form(mine) == ("/accounts/invite", fields)
    assert kept_form(other) is None
    stored = db.session.scalars(
        select(SignedInSession.kept_form).where(SignedInSession.kept_form.is_not(None))
    ).one()
    assert stored is not None
    assert b"story" not in stored
    db.session.execute(update(SignedInSession).values(kept_at=utc_now() - timedelta(minutes=15)))
    db.session.commit()
    assert kept_form(mine) is None
    assert not keep_form(mine, "/x", [("text", "x" * 300_000)])


def test_an_account_without_second_step_has_no_codes(app, actor):
    who = actor("trainer")
    with refuses("The second step is not set up for this account."):
        new_recovery_codes(who)
    assert not db.session.scalars(select(Account)).one().has_second_step
