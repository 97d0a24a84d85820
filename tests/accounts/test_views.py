"""The pages of accounts, as a browser meets them."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from kash.accounts.models import Account, Invitation, Programme, SignedInSession
from kash.accounts.queries.accounts import account, account_by_email, roles_of
from kash.accounts.services.accounts import new_setup_code
from kash.people.models import Group
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry, seal
from kash.policy import Role
from tests.conftest import PASSWORD, csrf_token

GOOD = "a quiet ferry at noon"
Signing = Callable[..., FlaskClient]


def _count(model: type) -> int:
    db.session.rollback()
    return db.session.query(model).count()


def _sign_in(client: FlaskClient, email: str, password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in", data={"email": email, "password": password, **more})


@pytest.fixture
def second_step_required(app):
    db.session.execute(update(Programme).values(settings={"second_step_required": True}))
    db.session.commit()


# --- Signing in -----------------------------------------------------------------------------


def test_sign_in_leads_back_to_where_one_wanted_to_go(client, actor):
    actor("administrator", email="a@example.org", name="Amina Wekesa")
    away = client.get("/accounts?closed=1")
    assert (away.status_code, away.location) == (303, "/sign-in?next=/accounts?closed%3D1")
    page = client.get(away.location).text
    assert 'name="next"' in page
    assert 'value="/accounts?closed=1"' in page
    back = _sign_in(client, " A@Example.ORG ", next="/accounts?closed=1")
    assert (back.status_code, back.location) == (303, "/accounts?closed=1")
    assert "You are signed in as Amina Wekesa" in client.get("/account").text


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/",
        "//example.com",
        "/\\example.com",
        "\\\\example.com",
        "javascript:alert(1)",
        "x",
        "/" + "a" * 5000,
    ],
)
def test_nobody_is_sent_elsewhere(client, actor, address):
    actor("trainer", email="t@example.org")
    assert _sign_in(client, "t@example.org", next=address).location == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("t@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
        ("not an address", "x"),
        ("é" * 3000, "\ufffd" * 9000),
    ],
)
def test_a_wrong_sign_in_keeps_the_address_and_says_one_thing(client, actor, email, password):
    actor("trainer", email="t@example.org")
    answer = _sign_in(client, email, password)
    assert answer.status_code == 422
    assert "The e-mail address or the password is not right." in answer.text
    assert f'value="{email}"' in answer.text
    assert re.findall(r'type="password" value="([^"]*)"', answer.text) == [""]
    assert _count(SignedInSession) == 0


def test_the_cookie_changes_at_sign_in_and_is_strict(client, actor):
    actor("trainer", email="t@example.org")
    client.get("/sign-in")
    before = client.get_cookie("session")
    answer = _sign_in(client, "t@example.org")
    after = client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    for cookie in answer.headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_signing_out_ends_the_row_and_the_cookie_is_worth_nothing(client, actor):
    actor("trainer", email="t@example.org")
    _sign_in(client, "t@example.org")
    stolen = client.get_cookie("session")
    assert stolen is not None
    answer = client.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert client.get("/account").status_code == 303
    client.set_cookie("session", stolen.value)
    assert client.get("/account").status_code == 303
    assert client.post("/sign-out").status_code == 303


def test_quick_exit_ends_the_session_and_shows_nothing(sign_in):
    browser = sign_in("trainer", name="Amina Wekesa")
    answer = browser.get("/leave")
    assert answer.status_code == 200
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "Amina" not in answer.text
    assert "Programme" not in answer.text
    assert "csrf" not in answer.text
    assert browser.get("/account").status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(SignedInSession.ended_at)).one() is not None


def test_second_step_is_asked_for_and_cannot_be_skipped(client, actor):
    secret = pyotp.random_base32()
    who = actor("director", email="d@example.org")
    db.session.execute(
        update(Account)
        .where(Account.public_id == who.public_id)
        .values(totp_sealed=seal(secret, kind="account.totp", public_id=who.public_id))
    )
    db.session.commit()
    answer = _sign_in(client, "d@example.org", next="/account")
    assert answer.location == "/sign-in/code"
    assert client.get("/account").status_code == 303
    wrong = client.post("/sign-in/code", data={"code": "12"})
    assert wrong.status_code == 422
    assert "This code is not right" in wrong.text
    right = client.post("/sign-in/code", data={"code": pyotp.TOTP(s=secret).now()})
    assert (right.status_code, right.location) == (303, "/account")
    assert client.get("/account").status_code == 200
    assert client.get("/sign-in/code").location == "/"


def test_the_code_page_alone_is_of_no_use(client):
    assert client.get("/sign-in/code").location == "/sign-in"
    assert client.post("/sign-in/code", data={"code": "123456"}).location == "/sign-in"


def test_who_must_have_a_second_step_sets_it_up_first(second_step_required, sign_in):
    browser = sign_in("administrator")
    assert browser.get("/accounts").location == "/account/second-step"
    page = browser.get("/account/second-step").text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    sealed = re.search(r'name="sealed"[^>]*value="([^"]+)"', page)
    assert secret is not None
    assert sealed is not None
    plain = secret.group(1).replace(" ", "")
    assert plain not in page.replace(secret.group(0), "")
    wrong = browser.post(
        "/account/second-step", data={"sealed": sealed.group(1), "code": "000000x"}
    )
    assert wrong.status_code == 422
    assert secret.group(0) in wrong.text
    done = browser.post(
        "/account/second-step", data={"sealed": sealed.group(1), "code": pyotp.TOTP(s=plain).now()}
    )
    assert len(re.findall(r"<li><code>[0-9a-z-]{19}</code></li>", done.text)) == 10
    assert browser.get("/accounts").status_code == 200
    own = browser.get("/account").text
    assert "Unused recovery codes: 10." in own
    codes = browser.post("/account/recovery-codes")
    shown = re.findall(r"<li><code>([0-9a-z-]{19})</code></li>", codes.text)
    assert len(shown) == 10
    # All can be copied at once, and printed.
    assert re.search(r"<textarea[^>]*>([^<]*)</textarea>", codes.text)[1].split() == shown
    assert 'data-copy="all-codes"' in codes.text
    assert "data-print" in codes.text


def test_others_need_no_second_step(second_step_required, sign_in):
    assert sign_in("trainer").get("/account").status_code == 200


@pytest.mark.parametrize("sealed", ["", "nonsense", "AAAA", "é", "x" * 9000])
def test_a_forged_secret_is_replaced(sign_in, sealed):
    answer = sign_in("trainer").post(
        "/account/second-step", data={"sealed": sealed, "code": "123456"}
    )
    assert answer.status_code == 200
    assert "Set up the second step" in answer.text


# --- The password again ---------------------------------------------------------------------


def test_a_dangerous_page_asks_for_the_password_and_comes_back(sign_in):
    browser = sign_in("administrator")
    assert browser.get("/accounts/invite").status_code == 200
    db.session.execute(update(SignedInSession).values(fresh_at=utc_now() - timedelta(minutes=11)))
    db.session.commit()
    away = browser.get("/accounts/invite")
    assert (away.status_code, away.location) == (303, "/confirm?next=/accounts/invite")
    assert browser.post("/accounts/invite").location == "/confirm?next=/accounts/invite"
    wrong = browser.post("/confirm", data={"password": "wrong", "next": "/accounts/invite"})
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.text
    assert 'value="/accounts/invite"' in wrong.text
    back = browser.post("/confirm", data={"password": PASSWORD, "next": "/accounts/invite"})
    assert (back.status_code, back.location) == (303, "/accounts/invite")
    assert browser.get("/accounts/invite").status_code == 200


# --- One-time links -------------------------------------------------------------------------


def test_an_invitation_is_spent_by_its_button_not_by_a_look(app, sign_in):
    browser = sign_in("administrator", name="Amina")
    page = browser.post(
        "/accounts/invite",
        data={
            "name": "Njeri",
            "email": "Njeri@example.org",
            "roles": ["trainer", "monitoring"],
            "send": "y",
        },
    )
    link = re.search(r'value="http://localhost:8000(/join/[^"]+)"', page.text)
    assert link is not None
    address = link.group(1)
    mails = list(Path(app.config["MAIL_FILE_PATH"]).iterdir())
    assert len(mails) == 1
    mail = mails[0].read_text()
    assert address in mail
    assert "Subject: Your access to Programme" in mail
    assert "It was also sent by e-mail." in page.text
    assert address not in browser.get("/accounts").text
    guest = app.test_client()
    for _ in range(3):
        look = guest.get(address)
        assert look.status_code == 200
        assert "njeri@example.org" in look.text
    weak = guest.post(address, data={"name": "Njeri K.", "password": "passwordpassword"})
    assert weak.status_code == 422
    assert "Too many people use this password." in weak.text
    assert 'value="Njeri K."' in weak.text
    done = guest.post(address, data={"name": "Njeri K.", "password": GOOD})
    assert (done.status_code, done.location) == (303, "/")
    assert "You are signed in as Njeri K." in guest.get("/account").text
    for again in (guest.get(address), guest.post(address, data={"name": "N", "password": GOOD})):
        assert again.status_code == 404
        assert "This link was used" in again.text
        # She who has an account by it now needs no new link.
        assert "If you used it, sign in with your password" in again.text
        assert "too old" not in again.text
    assert _count(Account) == 2


@pytest.mark.parametrize(
    "address", ["/join/x", "/join/" + "y" * 3000, "/new-password/%00", "/join/é"]
)
def test_links_that_never_were(client, address):
    for answer in (client.get(address), client.post(address, data={"password": GOOD, "name": "N"})):
        assert answer.status_code in (400, 404)
        assert "If you used it" not in answer.text


def test_a_link_for_a_new_password(app, sign_in, actor):
    who = actor("trainer", email="t@example.org", totp_sealed=b"sealed")
    browser = sign_in("administrator")
    question = browser.get(f"/accounts/{who.public_id}/new-password")
    assert "Make a link for a new password?" in question.text
    page = browser.post(f"/accounts/{who.public_id}/new-password")
    link = re.search(r'value="http://localhost:8000(/new-password/[^"]+)"', page.text)
    assert link is not None
    guest = app.test_client()
    assert guest.get(link.group(1)).status_code == 200
    assert guest.post(link.group(1), data={"password": "short"}).status_code == 422
    done = guest.post(link.group(1), data={"password": GOOD})
    assert done.location == "/sign-in"
    # The second step stays before it.
    assert _sign_in(guest, "t@example.org", GOOD).location == "/sign-in/code"
    again = guest.get(link.group(1))
    assert again.status_code == 404
    assert "This link was used" in again.text


# --- One's own account ----------------------------------------------------------------------


def test_own_sessions_are_listed_and_ended(app, actor, client_for):
    who = actor("trainer")
    here, there = client_for(who), client_for(who)
    page = here.get("/account").text
    assert page.count(">this one<") == 1
    ids = re.findall(r"/account/sessions/([0-9a-z]{16})/end", page)
    assert len(ids) == 1
    assert here.post(f"/account/sessions/{ids[0]}/end").location == "/account"
    assert there.get("/account").status_code == 303
    assert here.get("/account").status_code == 200
    assert here.post("/account/sessions/0123456789abcdef/end").status_code == 404
    third = client_for(who)
    here.post("/account/sessions/end-others")
    assert third.get("/account").status_code == 303


def test_changing_the_own_password(sign_in):
    browser = sign_in("trainer", email="t@example.org")
    wrong = browser.post("/account/password", data={"present": "no", "new": GOOD})
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.text
    weak = browser.post("/account/password", data={"present": PASSWORD, "new": "short"})
    assert "Use at least 12 characters" in weak.text
    assert browser.post("/account/password", data={"present": PASSWORD, "new": GOOD}).location == (
        "/account"
    )
    assert browser.get("/account").status_code == 200


def test_changing_the_own_name(sign_in):
    browser = sign_in("trainer")
    assert browser.post("/account/name", data={"name": "  "}).status_code == 422
    long = browser.post("/account/name", data={"name": "x" * 121})
    assert "Use at most 120 characters." in long.text
    hostile = "<script>alert('Ötieno')</script>"
    assert browser.post("/account/name", data={"name": f" {hostile} "}).status_code == 303
    page = browser.get("/account").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#39;Ötieno&#39;)&lt;/script&gt;" in page


# --- Administration -------------------------------------------------------------------------


def test_the_list_of_accounts(
    app,
    sign_in,
    actor,
    count_queries,  # type: ignore[type-arg]
):
    browser = sign_in("administrator", name="Amina")
    counts = []
    for names in (["Baraka"], ["Chausiku", "Dalila"]):
        for name in names:
            actor("trainer", "monitoring", name=name)
        with count_queries() as seen:
            page = browser.get("/accounts")
        counts.append(seen.count)
    assert counts[0] == counts[1]
    assert counts[0] <= 7
    shown = re.findall(r'<th scope="row"><a href="/accounts/[0-9a-z]{16}">([^<]+)</a>', page.text)
    assert shown == ["Amina", "Baraka", "Chausiku", "Dalila"]
    turned = browser.get("/accounts?sort=name&direction=desc&page=99999999999").text
    assert re.findall(r'<th scope="row"><a href="/accounts/[0-9a-z]{16}">([^<]+)</a>', turned) == [
        "Dalila",
        "Chausiku",
        "Baraka",
        "Amina",
    ]
    found = browser.post("/accounts", data={"search": "CHAU%"}).text
    assert "No account" in found
    found = browser.post("/accounts", data={"search": "CHAU"}).text
    assert "Chausiku" in found
    assert "Baraka" not in found
    assert "@example.org" not in page.text


@pytest.mark.parametrize(
    "query",
    ["page=-1", "page=x", "page=", "sort=password_hash", "direction=up", "role=x", "page=٣"],
)
def test_odd_addresses_of_a_list(sign_in, query):
    answer = sign_in("administrator", name="Amina").get(f"/accounts?{query}")
    assert answer.status_code == 200
    assert "Accounts" in answer.text


def test_the_director_sees_accounts_and_changes_nothing(sign_in, actor):
    who = actor("trainer", name="Tabu", email="tabu@example.org", totp_sealed=b"sealed")
    browser = sign_in("director")
    page = browser.get(f"/accounts/{who.public_id}")
    assert page.status_code == 200
    assert "Tabu" in page.text
    assert "tabu@example.org" not in page.text
    for address in ("hand-over", "name"):
        answer = browser.post(f"/accounts/{who.public_id}/{address}", data={"name": "X"})
        assert answer.status_code == 403
        assert "Tabu" not in answer.text
    # She may ask for what takes two people, and only for that.
    for address in ("roles", "new-password", "reactivate"):
        answer = browser.post(
            f"/accounts/{who.public_id}/{address}", data={"roles": "monitoring", "reason": "X"}
        )
        assert answer.status_code == 422
    assert roles_of(account(who.public_id)) == {Role.TRAINER}
    assert account(who.public_id).active


@pytest.mark.parametrize("role", ["trainer", "monitoring", "peer", "police_peer", "funder"])
def test_others_see_no_accounts(sign_in, actor, role):
    who = actor("trainer", name="Tabu")
    browser = sign_in(role)
    for address in ("/accounts", f"/accounts/{who.public_id}", "/audit"):
        answer = browser.get(address)
        assert answer.status_code == 403
        assert "Tabu" not in answer.text


def test_roles_that_conflict_are_refused_beside_the_field(sign_in, actor):
    who = actor("trainer", name="Tabu")
    browser = sign_in("administrator")
    address = f"/accounts/{who.public_id}/roles"
    answer = browser.post(address, data={"roles": ["police_peer", "trainer"]})
    assert answer.status_code == 422
    assert "A police peer educator holds no other role." in answer.text
    assert browser.post(address, data={"roles": ["owner"]}).status_code == 422
    assert browser.post(address, data={}).status_code == 422
    assert browser.post(address, data={"roles": ["director"]}).status_code == 303
    assert roles_of(account(who.public_id)) == {Role.DIRECTOR}


def test_an_account_is_closed_and_opened_again(sign_in, actor, client_for):
    who = actor("trainer", name="Tabu")
    theirs = client_for(who)
    browser = sign_in("administrator", name="Amina")
    address = f"/accounts/{who.public_id}"
    assert "This person holds nothing" in browser.get(f"{address}/hand-over").text
    assert theirs.get("/account").status_code == 200
    assert browser.post(f"{address}/hand-over").location == f"{address}/handed-over"
    assert theirs.get("/account").status_code == 303
    assert "Tabu" in browser.get("/accounts?closed=1").text
    assert browser.post(f"{address}/reactivate").location == address
    assert "Tabu" in browser.get("/accounts").text
    own = account_by_email("administrator-2@example.org")
    assert own is not None
    refused = browser.post(f"/accounts/{own.public_id}/hand-over")
    assert refused.status_code == 422
    assert "Not on your own account" in refused.text


def test_an_invitation_is_withdrawn(app, sign_in):
    browser = sign_in("administrator")
    browser.post(
        "/accounts/invite", data={"name": "Njeri", "email": "n@example.org", "roles": "trainer"}
    )
    invitation = db.session.scalars(select(Invitation)).one()
    address = f"/accounts/invitations/{invitation.public_id}/withdraw"
    assert "Withdraw this invitation?" in browser.get(address).text
    assert _count(Invitation) == 1
    assert browser.post(address).location == "/accounts"
    assert browser.post(address).status_code == 404
    assert _count(Invitation) == 0


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("email", "nonsense", "This is not an e-mail address."),
        ("email", "a@example.org\x07", "This is not an e-mail address."),
        ("email", "taken@example.org", "There is an account with this e-mail address already."),
        ("name", "", "Enter this."),
        ("name", "x\u0085y", "This holds characters that cannot be shown."),
        ("roles", "owner", "Choose from the list."),
        ("person", "0123456789abcdef", "There is no participant with this number."),
        ("person", "' or 1=1 --", "There is no participant with this number."),
        ("language", "xx", "Choose one from the list."),
    ],
)
def test_an_invitation_that_cannot_be_made(sign_in, field, value, sentence):
    browser = sign_in("administrator", email="taken@example.org")
    given = {"name": "Njeri", "email": "n@example.org", "roles": "trainer", field: value}
    answer = browser.post("/accounts/invite", data=given)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert _count(Invitation) == 0


def test_an_account_is_linked_to_a_participant(sign_in, actor, groups):
    from kash.people.models import Person

    person = Person(
        chosen_name="Moses", sort_name="moses", group_id=groups[0].id, created_by="system"
    )
    db.session.add(person)
    db.session.commit()
    number = person.public_id
    who = actor("peer")
    browser = sign_in("administrator")
    address = f"/accounts/{who.public_id}/participant"
    refused = browser.post(address, data={"person": number})
    assert refused.status_code == 422
    assert "A second person has to agree" in refused.text
    asked = browser.post(address, data={"person": number, "reason": "I know them."})
    assert asked.location.startswith("/accounts/requests/")
    assert account(who.public_id).person_id is None
    director = sign_in("director")
    page = director.get(asked.location).text
    assert number in page
    assert "Moses" in page
    assert director.post(asked.location, data={"decision": "agree"}).status_code == 303
    db.session.rollback()
    assert account(who.public_id).person_id is not None
    page = browser.get(f"/accounts/{who.public_id}").text
    assert number in page
    assert "Moses" not in page
    assert browser.post(address, data={"person": ""}).status_code == 303
    assert account(who.public_id).person_id is None


# --- The trail ------------------------------------------------------------------------------


def test_the_trail_shows_who_did_what(app, sign_in, actor):
    who = actor("trainer", name="Tabu Juma")
    browser = sign_in("administrator", name="Amina")
    browser.post(f"/accounts/{who.public_id}/roles", data={"roles": "director"})
    browser.post(f"/accounts/{who.public_id}/name", data={"name": "Secret Name"})
    page = browser.get("/audit").text
    assert re.findall(r'data-label="Action">([^<]+)<', page) == [
        "accounts: renamed",
        "accounts: roles changed",
    ]
    assert "Secret Name" not in page
    assert re.findall(
        r'data-label="Action">([^<]+)<', browser.get("/audit?action=accounts.renamed").text
    ) == ["accounts: renamed"]
    assert "No entry" in browser.get(f"/audit?actor={who.public_id}").text
    verified = browser.post("/audit/verify", follow_redirects=True).text
    assert "The trail is whole. Entries checked: 2." in verified


def test_a_changed_trail_is_noticed(app, sign_in, actor):
    browser = sign_in("administrator")
    browser.post(f"/accounts/{actor('trainer').public_id}/name", data={"name": "A"})
    with db.engine.begin() as connection:
        names = connection.exec_driver_sql(
            "select name from sqlite_master where type='trigger'"
        ).scalars()
        for name in list(names):
            connection.exec_driver_sql(f"drop trigger {name}")
        connection.execute(update(AuditEntry).values(action="accounts.invited"))
    page = browser.post("/audit/verify", follow_redirects=True).text
    assert "The trail was changed." in page


def test_the_director_sees_the_trail_but_does_not_verify(sign_in):
    browser = sign_in("director")
    assert browser.get("/audit").status_code == 200
    assert browser.post("/audit/verify").status_code == 403


# --- Setting up -----------------------------------------------------------------------------


@pytest.fixture
def empty(app):
    """An empty programme, and its code."""
    db.session.execute(delete(Programme))
    db.session.execute(delete(Group))
    db.session.commit()
    return new_setup_code() or ""


def _set_up(code: str, **more: object) -> dict[str, object]:
    return {
        "code": code,
        "name": "Lake programme",
        "neutral_name": "Office",
        "zone": "Africa/Nairobi",
        "languages": ["en", "sw"],
        "group_a": "Police",
        "group_b": "Community",
        "administrator_name": "Amina",
        "administrator_email": "amina@example.org",
        "password": GOOD,
        **more,
    }


def test_the_first_visit_sets_the_programme_up(empty, client, app):
    assert client.get("/account").location == "/sign-in?next=/account"
    assert client.get("/sign-in?next=/account").location == "/setup"
    page = client.get("/setup")
    assert page.status_code == 200
    assert empty not in page.text
    wrong = client.post("/setup", data=_set_up("aaaa-bbbb-cccc-dddd"))
    assert wrong.status_code == 422
    assert "This is not the code that the terminal shows." in wrong.text
    assert 'value="Lake programme"' in wrong.text
    # Tests and evaluations are what most need beside workshops.
    assert page.text.count('name="used"') == 7
    assert re.findall(r'value="(\w+)"\s+checked', page.text) == ["en", "sw", "tests"]
    done = client.post("/setup", data=_set_up(empty, used=["tests", "cases"]))
    assert (done.status_code, done.location) == (303, "/")
    off = ["exchange", "money", "planning", "results", "tracks"]
    assert db.session.get_one(Programme, 1).settings == {"choices": {"off": off}}
    page = client.get("/account", follow_redirects=True).text
    assert "<title>Office</title>" in page
    assert "Lake programme" not in page
    rows = db.session.query(Group).order_by(Group.position).all()
    assert [(group.name, group.letter, group.is_police) for group in rows] == [
        ("Police", "A", True),
        ("Community", "B", False),
    ]
    again = app.test_client()
    assert again.get("/setup").location == "/sign-in"
    assert again.post("/setup", data=_set_up(empty)).location == "/sign-in"
    assert _count(Account) == 1


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("zone", "Mars/Olympus", "There is no such time zone."),
        ("zone", "../../etc/passwd", "There is no such time zone."),
        ("languages", [], "Choose a language."),
        ("languages", ["xx"], "Choose from the list."),
        ("group_b", "police", "The two groups need different names."),
        ("password", "kisumukisumu", "Too many people use this password."),
        ("administrator_email", "amina", "This is not an e-mail address."),
        ("name", "n" * 121, "Use at most 120 characters."),
    ],
)
def test_a_set_up_that_cannot_be(empty, client, field, value, sentence):
    answer = client.post("/setup", data=_set_up(empty, **{field: value}))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert _count(Programme) == 0


# --- Forms ----------------------------------------------------------------------------------


def test_a_form_without_its_token_changes_nothing(app, client, actor):
    app.config["WTF_CSRF_ENABLED"] = True
    actor("trainer", email="t@example.org")
    answer = _sign_in(client, "t@example.org")
    assert answer.status_code == 400
    assert "load the page again" in answer.text
    token = csrf_token(client.get("/sign-in").text)
    assert _sign_in(client, "t@example.org", csrf_token=token).status_code == 303


def test_a_double_submit_of_an_invitation_leaves_one(sign_in):
    browser = sign_in("administrator")
    data = {"name": "Njeri", "email": "n@example.org", "roles": "trainer"}
    first = browser.post("/accounts/invite", data=data)
    second = browser.post("/accounts/invite", data=data)
    assert [first.status_code, second.status_code] == [200, 200]
    assert _count(Invitation) == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_wrong_ids_are_not_found(sign_in, method):
    browser = sign_in("administrator")
    for path in ("", "/roles", "/name", "/participant", "/hand-over", "/reactivate"):
        for public_id in ("0123456789abcdef", "x", "1", "é" * 200):
            if path == "" and method == "post":
                continue
            data = {"name": "N", "roles": "trainer"} if method == "post" else None
            answer = getattr(browser, method)(f"/accounts/{public_id}{path}", data=data)
            assert answer.status_code == 404, (path, public_id)


def test_services_are_not_reachable_by_a_spent_session(sign_in, actor):
    who = actor("trainer", name="Tabu")
    browser = sign_in("administrator")
    db.session.execute(update(SignedInSession).values(created_at=utc_now() - timedelta(hours=17)))
    db.session.commit()
    answer = browser.post(f"/accounts/{who.public_id}/name", data={"name": "X"})
    assert answer.location == f"/sign-in?next=/accounts/{who.public_id}/name"
    assert account(who.public_id).name == "Tabu"
