"""New devices, and sessions that others may end."""

import re

from sqlalchemy import select

from kash.accounts.models import Account, SignedInSession
from kash.accounts.services.sign_in import open_session
from kash.accounts.services.throttle import Client
from kash.platform.database import db
from tests.conftest import PASSWORD


def test_a_new_device_is_asked_about_elsewhere(app, actor):
    actor("trainer", email="t@example.org")
    data = {"email": "t@example.org", "password": PASSWORD}
    first, second = app.test_client(), app.test_client()
    first.post("/sign-in", data=data)
    assert "Was it you?" not in first.get("/").text
    second.post("/sign-in", data=data, headers={"User-Agent": "Firefox Android"})
    assert "Was it you?" not in second.get("/").text
    page = first.get("/").text
    assert "Firefox, Android. Was it you?" in page
    # Whoever must lock the account is asked nothing on the way.
    assert "Was it you?" not in first.get("/account/lock").text
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
    page = first.get("/account?at=1").text
    answer = re.search(r'action="(/account/sessions/[0-9a-z]{16}/answer)"', page)
    back = re.search(r'name="next" value="([^"]*)"', page[page.index("Was it you?") :])
    assert answer is not None
    assert back is not None
    assert back.group(1) == "/account?at=1"
    data = {"answer": "yes", "next": back.group(1)}
    assert first.post(answer.group(1), data=data).location == back.group(1)
    assert "Was it you?" not in first.get("/").text


def test_two_people_share_a_browser_and_neither_is_new(app, actor):
    browser = app.test_client()
    for _ in range(2):
        for name in ("a", "b"):
            if not db.session.scalar(select(Account.id).where(Account.name == name)):
                actor("trainer", email=f"{name}@example.org", name=name)
            browser.post("/sign-in", data={"email": f"{name}@example.org", "password": PASSWORD})
            browser.post("/sign-out")
    db.session.rollback()
    assert db.session.scalars(select(SignedInSession.unfamiliar)).all() == [False] * 4


def test_an_administrator_sees_and_ends_sessions(app, actor, client_for, sign_in):
    who = actor("trainer")
    open_session(who.public_id, "Firefox Android", Client("192.0.2.1"))
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
