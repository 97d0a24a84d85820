"""The pages of passkeys, as a browser meets them."""

import re

import pytest
from sqlalchemy import update

from kash.accounts.models import Programme
from kash.accounts.queries.safety import passkeys_of
from kash.platform.database import db
from tests.conftest import PASSWORD

from .authenticator import Authenticator
from .passkeys_in_browsers import add_passkey, use_passkey

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


def test_added_used_and_removed(app, actor, client_for):
    who = actor("trainer", name="Akinyi")
    browser, device = client_for(who), Authenticator()
    added = add_passkey(browser, device)
    assert len(re.findall(r"<li><code>[0-9a-z-]{19}</code></li>", added.text)) == 10
    page = browser.get("/account").text
    assert "My phone" in page
    assert "Signs you in alone" in page
    assert "not used yet" in page
    fresh = app.test_client()
    arrived = use_passkey(fresh, device, next="/account")
    assert (arrived.status_code, arrived.location) == (303, "/account")
    assert "You are signed in as Akinyi" in fresh.get("/account").text
    again = app.test_client()
    assert use_passkey(again, device, next="//example.org").location == "/"
    public_id = passkeys_of(who.account_id or 0)[0].public_id
    question = browser.get(f"/account/passkeys/{public_id}/remove").text
    assert "Remove the passkey “My phone”?" in question
    assert browser.post(f"/account/passkeys/{public_id}/remove").location == "/account"
    refused = use_passkey(app.test_client(), device)
    assert refused.status_code == 422
    assert "The passkey failed" in refused.text
    assert browser.get(f"/account/passkeys/{public_id}/remove").status_code == 404


def test_a_passkey_alone_is_the_second_step_of_who_must_have_one(app, actor, client_for):
    db.session.execute(update(Programme).values(settings={"second_step_required": True}))
    db.session.commit()
    who = actor("administrator")
    browser = client_for(who)
    assert browser.get("/accounts").location == "/account/second-step"
    assert "add a passkey" in browser.get("/account/second-step").text
    add_passkey(browser, Authenticator())
    assert browser.get("/accounts").status_code == 200
    public_id = passkeys_of(who.account_id or 0)[0].public_id
    browser.post(f"/account/passkeys/{public_id}/remove")
    assert "Your roles need a second step." in browser.get("/account").text
    assert len(passkeys_of(who.account_id or 0)) == 1


def test_after_the_password_where_the_device_checks_nobody(app, actor, client_for):
    who = actor("trainer", email="t@example.org")
    device = Authenticator(verifies=False)
    add_passkey(client_for(who), device)
    browser = app.test_client()
    alone = use_passkey(browser, device)
    assert alone.status_code == 422
    assert "did not check that it is you" in alone.text
    assert browser.post("/sign-in/code/passkey/challenge").location == "/sign-in"
    answer = browser.post("/sign-in", data={"email": "t@example.org", "password": PASSWORD})
    assert answer.location == "/sign-in/code"
    page = browser.get("/sign-in/code").text
    assert "Use your passkey" in page
    assert "Recovery code" in page
    assert browser.get("/account").status_code == 303
    done = use_passkey(browser, device, "/sign-in/code/passkey")
    assert (done.status_code, done.location) == (303, "/")
    assert browser.get("/account").status_code == 200


def test_a_copied_passkey_is_refused_with_a_sentence(app, actor, client_for):
    device = Authenticator()
    add_passkey(client_for(actor("trainer")), device)
    device.count = 0
    answer = use_passkey(app.test_client(), device)
    assert answer.status_code == 422
    assert "This passkey may have been copied" in answer.text


@pytest.mark.parametrize("credential", HOSTILE)
@pytest.mark.parametrize(
    "where",
    ["/sign-in/passkey", "/sign-in/code/passkey", "/confirm/passkey", "/account/passkeys/add"],
)
def test_no_answer_breaks_anything(app, actor, client_for, where, credential):
    who = actor("trainer", email="t@example.org")
    signed_in, browser = client_for(who), app.test_client()
    add_passkey(signed_in, Authenticator())
    if where in ("/confirm/passkey", "/account/passkeys/add"):
        browser = signed_in
    elif "code" in where:
        browser.post("/sign-in", data={"email": "t@example.org", "password": PASSWORD})
    challenge = where.replace("/add", "") + "/challenge"
    assert browser.post(challenge).status_code == 200
    answer = browser.post(where, data={"credential": credential, "name": "x"})
    assert answer.status_code == 422
    wanted = "The passkey failed" if credential else "Passkeys need JavaScript"
    assert wanted in answer.text
    assert len(passkeys_of(who.account_id or 0)) == 1


def test_a_challenge_belongs_to_one_browser_and_works_once(app, actor, client_for):
    device = Authenticator()
    add_passkey(client_for(actor("trainer")), device)
    one, other = app.test_client(), app.test_client()
    options = one.post("/sign-in/passkey/challenge").text
    answer = device.sign(options)
    assert other.post("/sign-in/passkey", data={"credential": answer}).status_code == 422
    assert one.post("/sign-in/passkey", data={"credential": answer}).status_code == 303
    one.post("/sign-out")
    replayed = one.post("/sign-in/passkey", data={"credential": answer})
    assert replayed.status_code == 422
    assert "The passkey failed" in replayed.text


def test_others_passkeys_are_not_there(app, actor, client_for, sign_in):
    mine, others = Authenticator(), Authenticator()
    who, other = actor("trainer", email="t@example.org"), actor("director")
    add_passkey(client_for(who), mine)
    add_passkey(client_for(other), others)
    public_id = passkeys_of(who.account_id or 0)[0].public_id
    assert sign_in("administrator").post(f"/account/passkeys/{public_id}/remove").status_code == 404
    browser = app.test_client()
    browser.post("/sign-in", data={"email": "t@example.org", "password": PASSWORD})
    assert use_passkey(browser, others, "/sign-in/code/passkey").status_code == 422
    assert browser.get("/account").status_code == 303


def test_where_browsers_allow_none_the_pages_say_so(app, sign_in, client):
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = settings.model_copy(update={"public_url": "http://192.0.2.1"})
    assert "Sign in with a passkey" not in client.get("/sign-in").text
    browser = sign_in("trainer")
    assert "Passkeys need an address that begins with https." in browser.get("/account").text
    page = browser.get("/account/passkeys/add")
    assert "Passkeys need an address that begins with https" in page.text
    answer = client.post("/sign-in/passkey/challenge", headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 422
