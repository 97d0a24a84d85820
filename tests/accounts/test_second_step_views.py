"""The pages of a lost phone, and who needs a second step."""

import re

import pyotp
from sqlalchemy import update

from kash.accounts.models import Programme
from kash.accounts.queries.accounts import account
from kash.accounts.services.deciding import ask_reset
from kash.accounts.services.sign_in import begin_second_step, confirm_second_step
from kash.platform.database import db
from tests.conftest import PASSWORD


def test_a_recovery_code_leads_to_a_new_second_step(app, actor):
    who = actor("director", email="d@example.org")
    secret, _address = begin_second_step(account(who.public_id))
    codes = confirm_second_step(who, secret, pyotp.TOTP(s=secret).now())
    browser = app.test_client()
    assert browser.get("/sign-in/lost-phone").location == "/sign-in"
    browser.post("/sign-in", data={"email": "d@example.org", "password": PASSWORD})
    assert "I have lost my phone" in browser.get("/sign-in/code").text
    page = browser.get("/sign-in/lost-phone").text
    assert 'action="/sign-in/code"' in page
    assert "a second person agrees" in page
    wrong = browser.post("/sign-in/code", data={"code": "aaaa-aaaa-aaaa-aaaa"})
    assert wrong.status_code == 422
    done = browser.post("/sign-in/code", data={"code": codes[0]})
    assert done.location == "/account/after-recovery"
    page = browser.get(done.location).text
    assert "Set up another phone" in page
    assert 'href="/account/lock"' in page
    assert browser.get("/account/second-step").status_code == 200


def test_codes_are_offered_only_with_a_second_step(sign_in):
    browser = sign_in("trainer")
    assert "recovery codes" not in browser.get("/account").text
    for ask in (browser.get, browser.post):
        assert ask("/account/recovery-codes").location == "/account"
    assert "The second step is not set up" in browser.get("/account").text


def test_two_people_take_a_second_step_off(app, actor, client_for):
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
    assert "This waits for a second person already" in again.text
    today = director.get("/").text
    assert "Lost second step: Mlinzi" in today
    assert "Amina asked. You are the second person." in today
    assert "Lost second step" not in asker.get("/").text
    found = re.search(r"/accounts/requests/([0-9a-z]{16})", today)
    assert found is not None
    where = found.group(0)
    assert "She came." in director.get(where).text
    assert 'value="agree"' not in asker.get(where).text
    asker.post(where, data={"decision": "agree"})
    assert "waits for another person" in asker.get("/accounts/requests").text
    assert director.post(where, data={"decision": "perhaps"}).status_code == 200
    assert account(owner.public_id).has_second_step
    assert director.post(where, data={"decision": "agree"}).location == where
    db.session.rollback()
    assert not account(owner.public_id).has_second_step
    assert "agreed and done" in director.get(where).text
    director.post(where, data={"decision": "agree"})
    assert (
        "This request was decided, or nobody decided in time"
        in director.get("/accounts/requests").text
    )


def test_who_asked_withdraws_on_the_page_where_others_decide(app, actor, client_for):
    asker, owner = actor("administrator", name="Amina"), actor("peer", totp_sealed=b"sealed")
    where = f"/accounts/requests/{ask_reset(asker, owner.public_id, 'She came.')}"
    mine, director = client_for(asker), client_for(actor("director"))
    assert "Withdraw it" in mine.get(where).text
    assert "Withdraw it" not in director.get(where).text
    assert director.post(where, data={"decision": "withdraw"}).status_code == 404
    assert mine.post(where, data={"decision": "withdraw"}).location == where
    again = mine.post(where, data={"decision": "withdraw"})
    page = mine.get(again.location).text
    assert "It is withdrawn." in page
    assert "This request was decided, or nobody decided in time" in page
    assert "Nothing waits" in mine.get("/accounts/requests").text
    assert "withdrawn" in director.get("/accounts/requests?closed=1").text
    assert account(owner.public_id).has_second_step


def test_who_declines_says_why_and_who_asked_reads_it(app, actor, client_for):
    asker, owner = actor("administrator", name="Amina"), actor("peer", totp_sealed=b"sealed")
    where = f"/accounts/requests/{ask_reset(asker, owner.public_id, 'She came.')}"
    mine, director = client_for(asker), client_for(actor("director"))
    silent = director.post(where, data={"decision": "decline", "answer": " "})
    assert silent.status_code == 422
    assert "Tell the person who asked why." in silent.text
    director.post(where, data={"decision": "decline", "answer": "I do not know her voice."})
    assert "I do not know her voice." in mine.get(where).text
    today = mine.get("/").text
    assert "something that you asked for was declined" in today
    seen = re.search(r"/account/notices/[0-9a-z]{16}/seen", today)
    assert seen is not None
    assert client_for(owner).post(seen.group(0)).status_code == 404
    assert mine.post(seen.group(0)).status_code == 303
    assert "was declined" not in mine.get("/").text


def test_an_administrator_chooses_who_needs_a_second_step(app, actor, client_for):
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


def test_whoever_had_to_set_up_the_second_step_first_goes_on_to_today(app, actor, client_for):
    """A new account ended on its settings, and looked for the way to what it came for."""
    who = actor("trainer")
    browser = client_for(who)
    for link in ("/", "/account"):
        page = browser.get("/account/second-step").text
        sealed = re.search(r'name="sealed"[^>]*value="([^"]+)"', page)
        key = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
        assert sealed is not None
        assert key is not None
        code = pyotp.TOTP(key.group(1).replace(" ", "")).now()
        done = browser.post(
            "/account/second-step", data={"sealed": sealed.group(1), "code": code}
        ).text
        assert f'<a class="btn main" href="{link}">' in done
