"""Confirming before dangerous actions, and what was typed meanwhile."""

import re
from datetime import timedelta

from sqlalchemy import select, update

from kash.accounts.models import SignedInSession
from kash.platform.database import db, utc_now
from tests.conftest import PASSWORD, csrf_token

from .authenticator import Authenticator
from .passkeys_in_browsers import add_passkey, use_passkey


def _old_session() -> None:
    db.session.execute(update(SignedInSession).values(fresh_at=utc_now() - timedelta(hours=1)))
    db.session.commit()


def test_a_passkey_confirms_a_dangerous_action(app, actor, client_for):
    who = actor("administrator")
    browser, device = client_for(who), Authenticator()
    assert "Use your passkey" not in browser.get("/confirm").text
    add_passkey(browser, device)
    _old_session()
    away = browser.get("/accounts/invite")
    assert away.location == "/confirm?next=/accounts/invite"
    assert "Use your passkey" in browser.get(away.location).text
    back = use_passkey(browser, device, "/confirm/passkey", next="/accounts/invite")
    assert (back.status_code, back.location) == (303, "/accounts/invite")
    assert browser.get("/accounts/invite").status_code == 200


def test_what_was_typed_outlasts_the_question_for_the_password(app, sign_in):
    app.config["WTF_CSRF_ENABLED"] = True
    browser = sign_in("administrator")
    token = csrf_token(browser.get("/accounts/invite").text)
    _old_session()
    typed = {
        "name": 'Achieng "A" <b>',
        "email": "a@example.org",
        "roles": ["trainer", "monitoring"],
        "password": "never kept",
        "csrf_token": token,
    }
    away = browser.post("/accounts/invite", data=typed)
    assert away.location == "/confirm?next=/confirm/go-on"
    page = browser.get(away.location).text
    back = browser.post(
        "/confirm",
        data={"password": PASSWORD, "next": "/confirm/go-on", "csrf_token": csrf_token(page)},
    )
    assert back.location == "/confirm/go-on"
    page = browser.get(back.location).text
    assert 'action="/accounts/invite"' in page
    assert "never kept" not in page
    fields = re.findall(r'<textarea[^>]* name="(\w+)" hidden>\n(.*?)</textarea>', page, re.S)
    assert fields == [
        ("name", "Achieng &#34;A&#34; &lt;b&gt;"),
        ("email", "a@example.org"),
        ("roles", "trainer"),
        ("roles", "monitoring"),
    ]
    sent = {
        "name": typed["name"],
        "email": "a@example.org",
        "roles": ["trainer", "monitoring"],
        "csrf_token": csrf_token(page),
    }
    assert "One-time link" in browser.post("/accounts/invite", data=sent).text


def test_a_form_from_elsewhere_is_not_kept(app, sign_in):
    app.config["WTF_CSRF_ENABLED"] = True
    browser = sign_in("administrator")
    _old_session()
    away = browser.post("/accounts/invite", data={"name": "x", "csrf_token": "forged"})
    assert away.location == "/confirm?next=/accounts/invite"
    assert db.session.scalars(select(SignedInSession.kept_form)).all() == [None]
    assert browser.get("/confirm/go-on").location == "/"
