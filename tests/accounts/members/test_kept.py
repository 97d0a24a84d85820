"""What was typed survives a vault that closed meanwhile, and only whoever typed it reads it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import select, update

from kash.accounts.members import vault_sessions
from kash.accounts.members.services.vault_sessions import (
    KEPT_FOR,
    forget_kept,
    keep_for_member,
    kept_for_member,
)
from kash.accounts.models import SignedInSession
from kash.platform.database import db, utc_now, writing
from kash.platform.vault import SealError, open_sealed
from kash.platform.web import current_actor
from tests.conftest import AMember

Member = Callable[..., AMember]
TYPED = "She was kept from Friday until Monday, and 3,000 was asked."
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def waiting(a_member):
    """Somebody whose vault is closed, and the address of a form that needs it."""
    a_member("documentation")
    her = a_member("documentation", is_open=False)
    other = a_member("director", is_open=False)
    return her, f"/w/v/m/{other.public_id}/in"


def test_it_comes_back_after_opening(app, waiting):
    her, path = waiting
    sent = {"narrative": TYPED, "compared": "", "code": "123456", "csrf_token": "x"}
    sent |= {"typed": "six words"}
    answer = her.client.post(f"{path}?from=list", data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/w/v?next=/w/v/go-on")
    assert "What you typed is kept" in her.client.get("/w/v?next=/w/v/go-on").get_data(as_text=True)
    # Neither the server's keys nor whoever takes the disk read it.
    folder = Path(app.config["SETTINGS"].data_dir)
    assert not any(
        TYPED[:20].encode() in file.read_bytes() for file in folder.rglob("*") if file.is_file()
    )
    opened = her.client.post(
        "/w/v",
        data={"passphrase": her.passphrase, "code": pyotp.TOTP(SECRET).now(), "next": "/w/v/go-on"},
    )
    assert opened.headers["Location"] == "/w/v/go-on"
    page = her.client.get("/w/v/go-on").get_data(as_text=True)
    assert f'action="{path}?from=list"' in page
    assert TYPED in page
    assert 'name="compared"' in page
    assert 'name="code"' not in page
    assert 'name="typed"' not in page


def kept_row() -> bytes | None:
    db.session.rollback()
    return next((row for row in db.session.scalars(select(SignedInSession.kept_form)) if row), None)


def test_the_servers_own_keys_open_nothing_of_it(waiting):
    her, path = waiting
    her.client.post(path, data={"narrative": TYPED})
    row = kept_row()
    assert row is not None
    session = her.actor.session_id
    held = open_sealed(row, kind="session.vault_form", public_id=session)
    assert TYPED.encode() not in held
    with pytest.raises(SealError):
        open_sealed(row, kind="session.form", public_id=session)


def test_a_fresh_password_asked_for_keeps_it_for_her_alone_too(a_member):
    her = a_member("documentation")
    other = a_member("director", is_open=False)
    with writing() as session:
        session.execute(update(SignedInSession).values(fresh_at=utc_now() - timedelta(hours=1)))
    answer = her.client.post(f"/w/v/m/{other.public_id}/in", data={"narrative": TYPED})
    assert answer.headers["Location"] == "/confirm?next=/w/v/go-on"
    row = kept_row()
    assert row is not None
    assert TYPED.encode() not in open_sealed(
        row, kind="session.vault_form", public_id=her.actor.session_id
    )
    kept = kept_for_member(her.actor, her.vault())
    assert kept == (f"/w/v/m/{other.public_id}/in", [("narrative", TYPED)])


def test_another_member_reads_nothing_of_it(a_member, app):
    her, other = a_member("documentation"), a_member("documentation")
    assert keep_for_member(her.actor, b'["/x", [["a", "b"]]]')
    assert kept_for_member(her.actor, her.vault()) == ("/x", [("a", "b")])
    with writing() as session:
        row = session.scalars(
            select(SignedInSession.kept_form).where(
                SignedInSession.public_id == her.actor.session_id
            )
        ).one()
        session.execute(
            update(SignedInSession)
            .where(SignedInSession.public_id == other.actor.session_id)
            .values(kept_form=row, kept_at=utc_now())
        )
    assert kept_for_member(other.actor, other.vault()) is None


def test_it_is_gone_after_an_hour(a_member):
    her = a_member("documentation")
    keep_for_member(her.actor, b'["/x", [["a", "b"]]]')
    with writing() as session:
        session.execute(update(SignedInSession).values(kept_at=utc_now() - KEPT_FOR))
    assert kept_for_member(her.actor, her.vault()) is None
    forget_kept()
    assert kept_row() is None


@pytest.mark.parametrize(
    "headers", [{"X-Requested-With": "fetch"}, {"Content-Type": "application/json"}]
)
def test_a_script_is_told_that_it_is_closed(waiting, headers):
    her, path = waiting
    answer = her.client.post(path, headers=headers, data="{}")
    assert answer.status_code == 423
    said: dict[str, Any] = answer.get_json()
    assert (said["vault"], said["open"]) == ("closed", "/w/v")
    assert kept_row() is None


def test_htmx_is_led_to_the_page(waiting):
    her, path = waiting
    answer = her.client.get(path, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, f"/w/v?next={path}")


def test_a_view_of_identities_needs_their_keys(app, a_member):
    a_member("custodian")
    her = a_member("documentation")

    @vault_sessions.require_vault(compartment="identity")  # type: ignore[untyped-decorator]
    def view() -> str:
        return "names"

    with app.test_request_context("/names", headers={"Cookie": f"vault={her.cookie}"}):
        from flask import g

        g.actor = her.actor
        assert current_actor().public_id == her.actor.public_id
        vault = vault_sessions.current_vault()
        assert vault is not None
        assert vault.holds("case")
        assert view().status_code == 303
