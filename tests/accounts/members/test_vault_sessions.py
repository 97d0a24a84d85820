"""Opening the vault: with a passphrase and a second factor, for one browser, for a while."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from kash.accounts.models import SignedInSession
from kash.accounts.services.accounts import set_roles
from kash.accounts.services.locking import lock_at_once
from kash.accounts.services.sign_in import end_other_sessions, end_session
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import AuditEntry, VaultMember, VaultOpening
from kash.policy import SYSTEM, Role
from tests.conftest import AMember

Member = Callable[..., AMember]
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def a_code() -> str:
    return pyotp.TOTP(SECRET).now()


def opened(client: FlaskClient, passphrase: str, code: str, **more: str) -> Any:
    return client.post("/w/v", data={"passphrase": passphrase, "code": code, **more})


def state(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/w/v/state").get_json()
    assert isinstance(answer, dict)
    return answer


def openings() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(VaultOpening.id)).all())


def test_passphrase_and_code_open_it_for_this_browser_only(a_member, client_for):
    her = a_member("documentation", is_open=False)
    answer = opened(her.client, f"  {her.passphrase.upper()} ", a_code(), next="/forums/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/forums/")
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("vault="))
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie
    assert state(her.client)["open"] is True
    assert state(client_for(her.actor)) == {"open": False, "seconds": 0}
    assert db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.actor == her.actor.public_id)
    ).all() == ["vault.opened"]


@pytest.mark.parametrize("wrong", ["passphrase", "code"])
def test_either_alone_opens_nothing_and_says_which_was_wrong(a_member, wrong):
    her = a_member("documentation", is_open=False)
    sent = {"passphrase": her.passphrase, "code": a_code(), wrong: "absent absent"}
    answer = opened(her.client, **sent)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    expected = {
        "passphrase": "This passphrase does not open the vault.",
        "code": "This code is not right",
    }
    assert [key for key, sentence in expected.items() if sentence in text] == [wrong]
    assert her.passphrase not in text
    assert openings() == 0


def test_a_mistyped_passphrase_spends_no_code(a_member):
    her = a_member("documentation", is_open=False)
    code = a_code()
    assert opened(her.client, "absent absent", code).status_code == 422
    assert opened(her.client, her.passphrase, code).status_code == 303


def test_tries_are_counted(a_member):
    her = a_member("documentation", is_open=False)
    for _ in range(20):
        assert opened(her.client, "absent", "000000").status_code == 422
    answer = opened(her.client, her.passphrase, a_code())
    assert "Wait a quarter of an hour" in answer.get_data(as_text=True)
    assert openings() == 0


def test_without_a_second_step_it_leads_there(a_member):
    her = a_member("documentation", is_open=False, second_step=False)
    page = her.client.get("/w/v").get_data(as_text=True)
    assert "First set up a second step" in page
    assert 'name="passphrase"' not in page
    opened(her.client, her.passphrase, "000000")
    assert openings() == 0


def used_ago(session: str, **ago: float) -> None:
    with writing() as writer:
        writer.execute(
            update(VaultOpening)
            .where(VaultOpening.session == session)
            .values(used_at=utc_now() - timedelta(**ago))
        )


def test_it_closes_after_ten_idle_minutes(a_member):
    her = a_member("documentation")
    used_ago(her.actor.session_id, minutes=9.9)
    assert state(her.client)["open"] is True
    used_ago(her.actor.session_id, minutes=10)
    assert state(her.client)["open"] is False


def test_it_closes_after_eight_hours_however_much_it_is_used(a_member):
    her = a_member("documentation")
    with writing() as writer:
        writer.execute(
            update(VaultOpening).values(opened_at=utc_now() - timedelta(hours=8), used_at=utc_now())
        )
    assert state(her.client)["open"] is False


def test_a_page_keeps_it_open_and_a_poll_does_not(a_member):
    her = a_member("documentation")
    used_ago(her.actor.session_id, minutes=5)
    assert 290 <= state(her.client)["seconds"] <= 300
    her.client.get("/forums/")
    assert state(her.client)["seconds"] > 590
    used_ago(her.actor.session_id, minutes=5)
    assert her.client.post("/w/v/used").get_json()["seconds"] > 590


def test_a_use_is_written_once_a_minute(a_member):
    her = a_member("documentation")
    used_ago(her.actor.session_id, seconds=50)
    her.client.get("/forums/")
    assert state(her.client)["seconds"] <= 550


def test_every_page_says_that_it_is_open(a_member):
    her = a_member("documentation")
    page = her.client.get("/forums/").get_data(as_text=True)
    assert "Vault open" in page
    assert "Close it" in page
    her.client.post("/w/v/close")
    assert "Vault open" not in her.client.get("/forums/").get_data(as_text=True)
    assert openings() == 0


def sign_out(her: AMember) -> None:
    her.client.post("/sign-out")


def leave(her: AMember) -> None:
    her.client.get("/leave")


def leave_without_a_network(her: AMember) -> None:
    her.client.set_cookie("left", "1")
    assert her.client.get("/w").location.startswith("/sign-in")
    assert her.client.get_cookie("left") is None


def close(her: AMember) -> None:
    her.client.post("/w/v/close")


def end_from_elsewhere(her: AMember) -> None:
    end_session(her.actor, her.actor.session_id)


def lock(her: AMember) -> None:
    lock_at_once(her.actor, her.actor.public_id)


def change_roles(her: AMember) -> None:
    set_roles(SYSTEM, her.actor.public_id, [Role.TRAINER])


@pytest.mark.any_engine
@pytest.mark.parametrize(
    "end",
    [sign_out, leave, leave_without_a_network, close, end_from_elsewhere, lock, change_roles],
    ids=lambda f: f.__name__,
)
def test_it_ends_with_everything_that_it_hangs_on(both_engines_app, a_member, end):
    her, other = a_member("documentation"), a_member("documentation")
    end(her)
    db.session.rollback()
    left = db.session.scalars(select(VaultOpening.session)).all()
    assert left == [other.actor.session_id]


def test_whoever_closes_it_is_named_by_the_member_that_she_is(a_member):
    her = a_member("documentation")
    close(her)
    db.session.rollback()
    named = select(AuditEntry.subjects).where(AuditEntry.action == "vault.closed")
    assert db.session.scalars(named).all() == [[her.public_id]]


def test_whoever_leaves_in_haste_finds_no_word_of_a_vault_afterwards(a_member):
    her = a_member("documentation")
    her.client.post("/w/v/close", data={"leaving": "1"})
    her.client.get("/leave")
    assert "vault" not in her.client.get("/sign-in").text.lower()
    with her.client.session_transaction() as kept:
        assert "_flashes" not in kept


@pytest.mark.parametrize("path", ["/sign-out", "/leave", "/w/v/close"])
def test_the_cookie_goes_with_it(a_member, path):
    her = a_member("documentation")
    her.client.open(path, method="GET" if path == "/leave" else "POST")
    assert her.client.get_cookie("vault") is None


def test_the_cookie_of_another_session_opens_nothing(a_member):
    her, other = a_member("documentation"), a_member("documentation")
    other.client.set_cookie("vault", her.cookie)
    assert state(other.client)["open"] is False


@pytest.mark.any_engine
def test_keys_of_a_role_that_was_taken_away_are_gone(both_engines_app, a_member):
    her = a_member("custodian", "documentation")
    a_member("custodian", is_open=False)
    set_roles(SYSTEM, her.actor.public_id, [Role.DOCUMENTATION])
    db.session.rollback()
    hers = select(VaultMember).where(VaultMember.holder == her.actor.public_id)
    assert db.session.scalars(hers).one().public_id == her.public_id
    set_roles(SYSTEM, her.actor.public_id, [Role.FUNDER])
    db.session.rollback()
    assert db.session.scalars(hers).all() == []


@pytest.mark.parametrize("role", ["administrator", "trainer", "peer", "police_peer", "funder"])
def test_other_roles_find_nothing_here(sign_in, role):
    assert sign_in(role).get("/w/v").status_code == 403


def test_what_was_kept_goes_with_the_session(a_member):
    her = a_member("documentation")
    with writing() as writer:
        writer.execute(update(SignedInSession).values(kept_form=b"kept", kept_at=utc_now()))
    end_other_sessions(her.actor)
    end_session(her.actor, her.actor.session_id)
    db.session.rollback()
    assert db.session.scalars(select(SignedInSession.kept_form)).all() == [None]


def signed_in(app: APIFlask, her: AMember, code: str) -> FlaskClient:
    """A browser in which she gave her password, and then a code."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["second_step"] = [her.actor.public_id, int(utc_now().timestamp()), "/"]
    assert client.post("/sign-in/code", data={"code": code}).status_code == 303
    return client


def test_just_after_a_sign_in_with_a_code_the_passphrase_is_enough_and_then_no_more(app, a_member):
    her = a_member("documentation", is_open=False)
    client = signed_in(app, her, a_code())
    assert 'name="code"' not in client.get("/w/v").text
    wrong = client.post("/w/v", data={"passphrase": "absent absent"})
    assert (wrong.status_code, state(client)["open"]) == (422, False)
    assert client.post("/w/v", data={"passphrase": her.passphrase}).status_code == 303
    assert state(client)["open"] is True
    assert client.post("/w/v/close").status_code in (200, 303)
    with writing() as session:
        ago = utc_now() - timedelta(minutes=5, seconds=1)
        session.execute(update(SignedInSession).values(created_at=ago))
    assert 'name="code"' in client.get("/w/v").text
    assert client.post("/w/v", data={"passphrase": her.passphrase}).status_code == 422
    assert state(client)["open"] is False


def test_a_session_that_began_without_a_second_step_asks_for_one(a_member, client_for):
    her = a_member("documentation", is_open=False)
    assert (
        client_for(her.actor).post("/w/v", data={"passphrase": her.passphrase}).status_code == 422
    )
