"""The pages of passkeys, lost phones, new devices and kept forms, as a browser meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from kash.accounts import queries, services
from kash.accounts.models import Account, Programme, SignedInSession
from kash.accounts.services.throttle import Client
from kash.database import db, utc_now
from kash.policy import Actor
from tests.conftest import PASSWORD, csrf_token

from .authenticator import Authenticator

Accounts = Callable[..., Actor]
Signing = Callable[..., FlaskClient]
HOSTILE = [
    "",
    "{",
    "null",
    "[]",
    "1",
    "{}",
    '{"response": {}}',
    '{"response": []}',
    '{"id": "x", "rawId": "x", "type": "public-key", "response": {}}',
    '{"id": 1, "rawId": {}, "type": [], "response": {"clientDataJSON": 7}}',
    '{"rawId": "\u00e9", "response": {"userHandle": {}}}',
    "[" * 5_000,
    "{" + '"a":' * 3_000,
    "x" * 100_000,
]


def _add(browser: FlaskClient, device: Authenticator, name: str = "My phone"):  # type: ignore[no-untyped-def]
    offered = browser.post("/account/passkeys/challenge")
    assert offered.status_code == 200, offered.text
    return browser.post(
        "/account/passkeys/add", data={"name": name, "credential": device.make(offered.text)}
    )


def _use(browser: FlaskClient, device: Authenticator, where: str = "/sign-in/passkey", **more: str):  # type: ignore[no-untyped-def]
    offered = browser.post(f"{where}/challenge")
    assert offered.status_code == 200, offered.text
    return browser.post(where, data={"credential": device.sign(offered.text), **more})


def _old_session() -> None:
    db.session.execute(update(SignedInSession).values(fresh_at=utc_now() - timedelta(hours=1)))
    db.session.commit()


# --- Passkeys -------------------------------------------------------------------------------


def test_added_used_and_removed(app: APIFlask, actor: Accounts, client_for: Signing) -> None:
    who = actor("trainer", name="Akinyi")
    browser, device = client_for(who), Authenticator()
    added = _add(browser, device)
    assert len(re.findall(r"<li><code>[0-9a-z-]{19}</code></li>", added.text)) == 10
    page = browser.get("/account").text
    assert "My phone" in page
    assert "Signs you in alone" in page
    assert "not used yet" in page
    fresh = app.test_client()
    arrived = _use(fresh, device, next="/account")
    assert (arrived.status_code, arrived.location) == (303, "/account")
    assert "You are signed in as Akinyi" in fresh.get("/account").text
    again = app.test_client()
    assert _use(again, device, next="//example.org").location == "/"
    public_id = queries.passkeys_of(who.account_id or 0)[0].public_id
    question = browser.get(f"/account/passkeys/{public_id}/remove").text
    assert "Remove the passkey “My phone”?" in question
    assert browser.post(f"/account/passkeys/{public_id}/remove").location == "/account"
    refused = _use(app.test_client(), device)
    assert refused.status_code == 422
    assert "The passkey could not be used." in refused.text
    assert browser.get(f"/account/passkeys/{public_id}/remove").status_code == 404


def test_a_passkey_alone_is_the_second_step_of_who_must_have_one(
    app: APIFlask, actor: Accounts, client_for: Signing
) -> None:
    db.session.execute(update(Programme).values(settings={"second_step_required": True}))
    db.session.commit()
    who = actor("administrator")
    browser = client_for(who)
    assert browser.get("/accounts").location == "/account/second-step"
    assert "add a passkey" in browser.get("/account/second-step").text
    _add(browser, Authenticator())
    assert browser.get("/accounts").status_code == 200
    public_id = queries.passkeys_of(who.account_id or 0)[0].public_id
    browser.post(f"/account/passkeys/{public_id}/remove")
    assert "Your roles need a second step." in browser.get("/account").text
    assert len(queries.passkeys_of(who.account_id or 0)) == 1


def test_after_the_password_where_the_device_checks_nobody(
    app: APIFlask, actor: Accounts, client_for: Signing
) -> None:
    who = actor("trainer", email="t@example.org")
    device = Authenticator(verifies=False)
    _add(client_for(who), device)
    browser = app.test_client()
    alone = _use(browser, device)
    assert alone.status_code == 422
    assert "did not check that it is you" in alone.text
    assert browser.post("/sign-in/code/passkey/challenge").location == "/sign-in"
    answer = browser.post("/sign-in", data={"email": "t@example.org", "password": PASSWORD})
    assert answer.location == "/sign-in/code"
    page = browser.get("/sign-in/code").text
    assert "Use your passkey" in page
    assert "Recovery code" in page
    assert browser.get("/account").status_code == 303
    done = _use(browser, device, "/sign-in/code/passkey")
    assert (done.status_code, done.location) == (303, "/")
    assert browser.get("/account").status_code == 200


def test_a_copied_passkey_is_refused_with_a_sentence(
    app: APIFlask, actor: Accounts, client_for: Signing
) -> None:
    device = Authenticator()
    _add(client_for(actor("trainer")), device)
    device.count = 0
    answer = _use(app.test_client(), device)
    assert answer.status_code == 422
    assert "it may have been copied" in answer.text


@pytest.mark.parametrize("credential", HOSTILE)
@pytest.mark.parametrize(
    "where",
    ["/sign-in/passkey", "/sign-in/code/passkey", "/confirm/passkey", "/account/passkeys/add"],
)
def test_no_answer_breaks_anything(
    app: APIFlask, actor: Accounts, client_for: Signing, where: str, credential: str
) -> None:
    who = actor("trainer", email="t@example.org")
    signed_in, browser = client_for(who), app.test_client()
    _add(signed_in, Authenticator())
    if where in ("/confirm/passkey", "/account/passkeys/add"):
        browser = signed_in
    elif "code" in where:
        browser.post("/sign-in", data={"email": "t@example.org", "password": PASSWORD})
    challenge = where.replace("/add", "") + "/challenge"
    assert browser.post(challenge).status_code == 200
    answer = browser.post(where, data={"credential": credential, "name": "x"})
    assert answer.status_code == 422
    wanted = "could not be used" if credential else "Passkeys need JavaScript"
    assert wanted in answer.text
    assert len(queries.passkeys_of(who.account_id or 0)) == 1


def test_a_challenge_belongs_to_one_browser_and_works_once(
    app: APIFlask, actor: Accounts, client_for: Signing
) -> None:
    device = Authenticator()
    _add(client_for(actor("trainer")), device)
    one, other = app.test_client(), app.test_client()
    options = one.post("/sign-in/passkey/challenge").text
    answer = device.sign(options)
    assert other.post("/sign-in/passkey", data={"credential": answer}).status_code == 422
    assert one.post("/sign-in/passkey", data={"credential": answer}).status_code == 303
    one.post("/sign-out")
    replayed = one.post("/sign-in/passkey", data={"credential": answer})
    assert replayed.status_code == 422
    assert "could not be used" in replayed.text


def test_others_passkeys_are_not_there(
    app: APIFlask, actor: Accounts, client_for: Signing, sign_in: Signing
) -> None:
    mine, others = Authenticator(), Authenticator()
    who, other = actor("trainer", email="t@example.org"), actor("director")
    _add(client_for(who), mine)
    _add(client_for(other), others)
    public_id = queries.passkeys_of(who.account_id or 0)[0].public_id
    assert sign_in("administrator").post(f"/account/passkeys/{public_id}/remove").status_code == 404
    browser = app.test_client()
    browser.post("/sign-in", data={"email": "t@example.org", "password": PASSWORD})
    assert _use(browser, others, "/sign-in/code/passkey").status_code == 422
    assert browser.get("/account").status_code == 303


def test_where_browsers_allow_none_the_pages_say_so(
    app: APIFlask, sign_in: Signing, client: FlaskClient
) -> None:
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = settings.model_copy(update={"public_url": "http://192.0.2.1"})
    assert "Sign in with a passkey" not in client.get("/sign-in").text
    browser = sign_in("trainer")
    assert "Passkeys need an address that begins with https." in browser.get("/account").text
    page = browser.get("/account/passkeys/add")
    assert "Use an authenticator app." in page.text
    answer = client.post("/sign-in/passkey/challenge", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 422


# --- Confirming, and what was typed ---------------------------------------------------------


def test_a_passkey_confirms_a_dangerous_action(
    app: APIFlask, actor: Accounts, client_for: Signing
) -> None:
    who = actor("administrator")
    browser, device = client_for(who), Authenticator()
    assert "Use your passkey" not in browser.get("/confirm").text
    _add(browser, device)
    _old_session()
    away = browser.get("/accounts/invite")
    assert away.location == "/confirm?next=/accounts/invite"
    assert "Use your passkey" in browser.get(away.location).text
    back = _use(browser, device, "/confirm/passkey", next="/accounts/invite")
    assert (back.status_code, back.location) == (303, "/accounts/invite")
    assert browser.get("/accounts/invite").status_code == 200


def test_what_was_typed_outlasts_the_question_for_the_password(
    app: APIFlask, sign_in: Signing
) -> None:
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
    fields = re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', page, re.S)
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


def test_a_form_from_elsewhere_is_not_kept(app: APIFlask, sign_in: Signing) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    browser = sign_in("administrator")
    _old_session()
    away = browser.post("/accounts/invite", data={"name": "x", "csrf_token": "forged"})
    assert away.location == "/confirm?next=/accounts/invite"
    assert db.session.scalars(select(SignedInSession.kept_form)).all() == [None]
    assert browser.get("/confirm/go-on").location == "/"


# --- Lost phone -----------------------------------------------------------------------------


def test_a_recovery_code_leads_to_a_new_second_step(app: APIFlask, actor: Accounts) -> None:
    who = actor("director", email="d@example.org")
    secret, _address = services.begin_second_step(queries.account(who.public_id))
    codes = services.confirm_second_step(who, secret, pyotp.TOTP(s=secret).now())
    browser = app.test_client()
    assert browser.get("/sign-in/lost-phone").location == "/sign-in"
    browser.post("/sign-in", data={"email": "d@example.org", "password": PASSWORD})
    assert "I have lost my phone" in browser.get("/sign-in/code").text
    page = browser.get("/sign-in/lost-phone").text
    assert 'action="/sign-in/code"' in page
    assert "a second person has to agree" in page
    wrong = browser.post("/sign-in/code", data={"code": "aaaa-aaaa-aaaa-aaaa"})
    assert wrong.status_code == 422
    done = browser.post("/sign-in/code", data={"code": codes[0]})
    assert done.location == "/account/after-recovery"
    page = browser.get(done.location).text
    assert "Set up another phone" in page
    assert browser.get("/account/second-step").status_code == 200


def test_codes_are_offered_only_with_a_second_step(sign_in: Signing) -> None:
    browser = sign_in("trainer")
    assert "recovery codes" not in browser.get("/account").text
    for ask in (browser.get, browser.post):
        assert ask("/account/recovery-codes").location == "/account"
    assert "The second step is not set up" in browser.get("/account").text


def test_two_people_take_a_second_step_off(
    app: APIFlask, actor: Accounts, client_for: Signing
) -> None:
    owner = actor("custodian", name="Mlinzi", totp_sealed=b"sealed")
    asker, director = (
        client_for(actor("administrator", name="Amina")),
        client_for(actor("director")),
    )
    page = asker.get(f"/accounts/{owner.public_id}").text
    assert "Ask to remove the second step" in page
    empty = asker.post(f"/accounts/{owner.public_id}/reset-second-step", data={"reason": " "})
    assert empty.status_code == 422
    asker.post(f"/accounts/{owner.public_id}/reset-second-step", data={"reason": "She came."})
    again = asker.post(f"/accounts/{owner.public_id}/reset-second-step", data={"reason": "Again."})
    assert again.status_code == 422
    assert "This was asked for already." in again.text
    today = director.get("/").text
    assert "Lost second step: Mlinzi" in today
    assert "Amina asked. You are the second person." in today
    assert "Lost second step" not in asker.get("/").text
    found = re.search(r"/accounts/resets/([0-9a-z]{16})", today)
    assert found is not None
    where = found.group(0)
    assert "She came." in director.get(where).text
    assert "Agree and remove it" not in asker.get(where).text
    asker.post(where, data={"decision": "approve"})
    assert "Another person has to decide this" in asker.get("/accounts/resets").text
    assert director.post(where, data={"decision": "perhaps"}).status_code == 200
    assert queries.account(owner.public_id).has_second_step
    done = director.post(where, data={"decision": "approve"})
    assert done.location == f"/accounts/{owner.public_id}"
    db.session.rollback()
    assert not queries.account(owner.public_id).has_second_step
    assert "This was agreed to." in director.get(where).text
    director.post(where, data={"decision": "approve"})
    assert "This request is closed" in director.get("/accounts/resets").text


# --- Devices --------------------------------------------------------------------------------


def test_a_new_device_is_asked_about_elsewhere(app: APIFlask, actor: Accounts) -> None:
    actor("trainer", email="t@example.org")
    data = {"email": "t@example.org", "password": PASSWORD}
    first, second = app.test_client(), app.test_client()
    first.post("/sign-in", data=data)
    assert "Was it you?" not in first.get("/").text
    second.post("/sign-in", data=data, headers={"User-Agent": "Firefox Android"})
    assert "Was it you?" not in second.get("/").text
    page = first.get("/").text
    assert "Firefox, Android. Was it you?" in page
    answer = re.search(r'action="(/account/sessions/[0-9a-z]{16}/answer)"', page)
    assert answer is not None
    refused = first.post(answer.group(1), data={"answer": "no"})
    assert refused.location == "/account/password"
    assert "somebody may know it" in first.get(refused.location).text
    assert "Was it you?" not in first.get("/").text
    assert second.get("/account").status_code == 303
    # A browser that the account has used is not new the next time.
    first.post("/sign-out")
    first.post("/sign-in", data=data)
    third = app.test_client()
    third.post("/sign-in", data=data)
    third.post("/sign-out")
    page = first.get("/").text
    answer = re.search(r'action="(/account/sessions/[0-9a-z]{16}/answer)"', page)
    assert answer is not None
    assert first.post(answer.group(1), data={"answer": "yes"}).location == "/account"
    assert "Was it you?" not in first.get("/").text


def test_two_people_share_a_browser_and_neither_is_new(app: APIFlask, actor: Accounts) -> None:
    browser = app.test_client()
    for _ in range(2):
        for name in ("a", "b"):
            if not db.session.scalar(select(Account.id).where(Account.name == name)):
                actor("trainer", email=f"{name}@example.org", name=name)
            browser.post("/sign-in", data={"email": f"{name}@example.org", "password": PASSWORD})
            browser.post("/sign-out")
    db.session.rollback()
    assert db.session.scalars(select(SignedInSession.unfamiliar)).all() == [False] * 4


def test_an_administrator_sees_and_ends_sessions(
    app: APIFlask, actor: Accounts, client_for: Signing, sign_in: Signing
) -> None:
    who = actor("trainer")
    services.open_session(who.public_id, "Firefox Android", Client("192.0.2.1"))
    theirs = client_for(who)
    browser = sign_in("administrator")
    page = browser.get(f"/accounts/{who.public_id}").text
    assert "Firefox, Android" in page
    assert "192.0.2.1" not in page
    assert "Firefox, Android" not in sign_in("director").get(f"/accounts/{who.public_id}").text
    one = re.search(rf"/accounts/{who.public_id}/sessions/[0-9a-z]{{16}}/end", page)
    assert one is not None
    assert "End this session?" in browser.get(one.group(0)).text
    assert browser.post(f"/accounts/{who.public_id}/sessions/end").status_code == 303
    assert theirs.get("/account").status_code == 303
    assert browser.get(one.group(0)).status_code == 404


# --- Roles ----------------------------------------------------------------------------------


def test_an_administrator_chooses_who_needs_a_second_step(
    app: APIFlask, actor: Accounts, client_for: Signing
) -> None:
    administrator = actor("administrator", totp_sealed=b"sealed")
    browser, trainer = client_for(administrator), client_for(actor("trainer"))
    db.session.execute(update(Programme).values(settings={"second_step_required": True}))
    db.session.commit()
    page = browser.get("/accounts/second-step").text
    assert 'value="trainer"' in page
    for role in ("administrator", "director", "custodian", "documentation"):
        assert f'value="{role}"' not in page
    assert trainer.get("/").status_code == 200
    saved = browser.post("/accounts/second-step", data={"roles": ["trainer"]})
    assert saved.status_code == 303
    assert trainer.get("/").location == "/account/second-step"
    assert browser.post("/accounts/second-step", data={"roles": ["director"]}).status_code == 422
    browser.post("/accounts/second-step", data={"none": "chosen"})
    assert trainer.get("/").status_code == 200
