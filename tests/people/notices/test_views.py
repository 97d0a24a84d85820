"""Pages of messages: what failed and what nobody knows is decided by a person, within her reach;
numbers and texts are shown to nobody, and whoever stops messages gets none."""

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from kash.people.models import Consent, Person
from kash.people.notices.models import MessageChoice, Notice, SenderCheck
from kash.people.notices.services import LONG_AGO, check_sender, sender
from kash.people.notices.views import callback_secret
from kash.people.queries.persons import consent_given
from kash.people.services.persons import phone_values
from kash.platform.database import db, utc_now, writing
from kash.platform.messages.models import OutboxMessage
from kash.platform.messages.outbox import send_due
from kash.platform.messages.rules import Tried, TryOutcome
from tests.conftest import csrf_token
from tests.people.notices.conftest import TEN, say_to, states

PHONE, OTHER = "+254712345678", "+254722000111"


@pytest.fixture(autouse=True)
def _kind(told, gateway):
    """A kind to say, and a gateway that reaches people."""


def _send(minutes: int = 0) -> int:
    at = TEN + timedelta(minutes=minutes)
    return send_due(replace(sender(), now=lambda: at, seconds=lambda: 0.0))


def _decide(browser: FlaskClient, decision: str, *messages: str) -> int:
    page = browser.get("/messages?state=unknown").text
    fields = {"csrf_token": csrf_token(page), "decision": decision, "message": list(messages)}
    return browser.post("/messages/decide", data=fields).status_code


def _notice() -> str:
    db.session.rollback()
    return db.session.scalars(select(Notice.public_id)).one()


def _lost(_text: str, _number: str) -> Tried:
    return Tried(TryOutcome.UNKNOWN, "no_answer")


def test_what_nobody_knows_waits_for_a_person_who_sends_it_again_or_leaves_it(
    someone, gateway, sign_in
):
    gateway.answer = _lost
    say_to(someone(PHONE))
    _send()
    director = sign_in("director")
    assert "Messages to decide on:" in director.get("/").text
    page = director.get("/messages?state=unknown").text
    assert "The connection broke before an answer came." in page
    assert [said for said in ("712345678", "First steps: 12 May") if said in page] == []
    assert _send(60) == 0
    assert _decide(director, "again", _notice()) == 302
    assert states() == ["due"]
    _send(24 * 60)
    assert _decide(director, "leave", _notice()) == 302
    assert states() == ["left"]
    assert _decide(director, "leave", _notice()) == 409
    assert _send(48 * 60) == 0
    assert len(gateway.sent) == 2


def test_where_nothing_is_ticked_the_list_says_so_as_it_was_narrowed(someone, gateway, sign_in):
    gateway.answer = _lost
    say_to(someone(PHONE))
    _send()
    director = sign_in("director")
    page = director.get("/messages?state=unknown").text
    fields = {"csrf_token": csrf_token(page), "decision": "again", "state": "unknown"}
    answer = director.post("/messages/decide", data=fields)
    assert (answer.status_code, answer.location) == (302, "/messages?state=unknown")
    assert "Tick the messages first." in director.get(answer.location).text
    assert states() == ["unknown"]


def test_a_decision_goes_back_to_messages_of_the_kind_that_was_chosen(someone, gateway, sign_in):
    gateway.answer = _lost
    say_to(someone(PHONE))
    _send()
    director = sign_in("director")
    address = "/messages?state=unknown&kind=tests.told"
    fields = dict(
        re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', director.get(address).text)
    )
    answer = director.post(
        "/messages/decide", data=fields | {"decision": "leave", "message": _notice()}
    )
    assert answer.location == f"{address}&group=B"


def test_a_trainer_decides_on_her_own_people_alone(someone, gateway, actor, client_for):
    gateway.answer = _lost
    her = someone(PHONE)
    say_to(her)
    _send()
    trainer = actor("trainer")
    browser = client_for(trainer)
    assert "Achieng" not in browser.get("/messages?state=unknown").text
    assert _decide_posted(browser, _notice()) == 409
    assert states() == ["unknown"]
    with writing() as session:
        session.execute(update(Person).values(created_by=trainer.public_id))
    assert "Achieng" in browser.get("/messages?state=unknown").text
    assert _decide(browser, "again", _notice()) == 302


def _decide_posted(browser: FlaskClient, notice: str) -> int:
    token = csrf_token(browser.get("/people/new").text)
    fields = {"csrf_token": token, "decision": "again", "message": notice}
    return browser.post("/messages/decide", data=fields).status_code


def test_one_group_at_a_time_stands_on_the_page(someone, sign_in):
    say_to(someone(PHONE, name="Zawadi"), someone(OTHER, police=True, name="Otieno"))
    director = sign_in("director")
    pages = [director.get(f"/messages?group={letter}").text for letter in "AB"]
    assert [("Otieno" in page, "Zawadi" in page) for page in pages] == [
        (True, False),
        (False, True),
    ]


def test_sent_again_it_goes_to_the_number_of_today(someone, gateway, sign_in):
    her = someone(PHONE)
    say_to(her)
    with writing() as session:
        person = session.get_one(Person, her)
        for name, value in phone_values(person.public_id, OTHER, "system").items():
            setattr(person, name, value)
    _send()
    director = sign_in("director")
    assert "The phone or e-mail changed" in director.get("/messages?state=failed").text
    assert _decide_from(director, "failed", _notice()) == 302
    # Now is long after the hour of the test.
    with writing() as session:
        session.execute(update(OutboxMessage).values(due_at=TEN))
    _send()
    assert gateway.sent == [(OTHER, "First steps: 12 May.")]


def _decide_from(browser: FlaskClient, state: str, notice: str) -> int:
    token = csrf_token(browser.get(f"/messages?state={state}").text)
    fields = {"csrf_token": token, "decision": "again", "message": notice, "state": state}
    return browser.post("/messages/decide", data=fields).status_code


def test_who_was_not_told_is_seen_with_the_reason(someone, sign_in):
    say_to(someone(PHONE, answer=""), someone())
    page = sign_in("director").get("/messages?state=unsent").text
    assert "There is no consent to messages." in page
    assert "No phone or e-mail is kept." in page


def test_the_list_asks_as_much_for_three_rows_as_for_one(someone, sign_in, count_queries):
    director = sign_in("director")
    director.get("/messages")
    counts = []
    for number in (1, 3):
        say_to(*(someone(f"+25471000{number}00{one}") for one in range(number)), event=str(number))
        with count_queries() as queries:  # type: ignore[attr-defined]
            director.get("/messages")
        counts.append(queries.count)
    assert counts[0] == counts[1] <= 12


# --- stopping -------------------------------------------------------------------------------


def _mail(app: APIFlask) -> tuple[str, dict[str, str]]:
    (path,) = Path(app.config["MAIL_FILE_PATH"]).glob("*")
    content = path.read_bytes().partition(b"\n-----")[0]
    message = message_from_bytes(content, policy=policy.default)
    return str(message.get_payload(decode=True), "utf-8"), dict(message.items())


def test_one_click_in_a_mail_program_stops_messages_and_a_look_does_not(app, someone, client):
    her = someone(email="amina@example.org")
    say_to(her)
    assert _send() == 1
    text, headers = _mail(app)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = headers["List-Unsubscribe"].strip(" <>")
    assert url in text
    path = url.partition("://")[2].partition("/")[2]
    page = client.get(f"/{path}")
    assert (page.status_code, "amina" in page.text) == (200, False)
    assert consent_given([her], "contact") == {her}
    # As a mail program sends it: no cookie, no token of a form.
    for _ in range(2):
        done = client.post(f"/{path}", data={"List-Unsubscribe": "One-Click"})
        assert (done.status_code, "amina" in done.text) == (200, False)
    db.session.rollback()
    assert consent_given([her], "contact") == set()
    answers = db.session.scalars(
        select(Consent.answer).where(Consent.person_id == her).order_by(Consent.id)
    ).all()
    assert answers == ["given", "withdrawn"]
    assert client.post("/messages/stop/nothing").status_code == 404


def test_a_refused_number_withdraws_the_consent_of_all_who_have_it(someone, gateway):
    gateway.answer = lambda _text, _number: Tried(TryOutcome.REFUSED, "406")
    first, second, other = someone(PHONE), someone(PHONE), someone(OTHER)
    say_to(first)
    _send()
    assert states() == ["refused"]
    assert consent_given([first, second, other], "contact") == {other}


def test_a_stop_that_the_gateway_tells_does_the_same_at_its_secret_address_alone(someone, client):
    her = someone(PHONE)
    fields = {"phoneNumber": PHONE.lstrip("+"), "senderId": "OFFICE"}
    assert client.post("/messages/stops/guess", data=fields).status_code == 404
    assert consent_given([her], "contact") == {her}
    for number in ("", "nonsense", "+254799999999", PHONE, PHONE):
        answer = client.post(
            f"/messages/stops/{callback_secret()}", data={**fields, "phoneNumber": number}
        )
        assert (answer.status_code, answer.text) == (200, "")
    db.session.rollback()
    assert consent_given([her], "contact") == set()


# --- delivery reports -----------------------------------------------------------------------


def _report(client: FlaskClient, **fields: str) -> int:
    return client.post(f"/messages/reports/{callback_secret()}", data=fields).status_code


def test_reports_settle_what_they_name_once_and_any_other_is_answered_alike(
    someone, gateway, client
):
    gateway.answer = lambda _text, _number: Tried(TryOutcome.ACCEPTED, gateway_id="ATXid_1")
    say_to(someone(PHONE))
    _send()
    assert states() == ["accepted"]
    assert client.post("/messages/reports/guess", data={"id": "ATXid_1"}).status_code == 404
    for fields in (
        {},
        {"id": "ATXid_9", "status": "Success", "phoneNumber": "+254700000000"},
        {"id": "ATXid_1", "status": "Nonsense"},
        {"id": "9" * 5000, "status": "Failed", "phoneNumber": "9" * 5000},
    ):
        assert _report(client, **fields) == 200
        assert states() == ["accepted"]
    for status, after in [
        ("Sent", "accepted"),
        ("Success", "delivered"),
        ("Success", "delivered"),
        ("Failed", "delivered"),
    ]:
        assert _report(client, id="ATXid_1", status=status, phoneNumber=PHONE) == 200
        assert states() == [after]


@pytest.mark.parametrize(
    "reported",
    [{"status": "Failed", "failureReason": "UserInBlacklist"}, {"status": "Blacklisted"}],
    ids=["as a reason", "as a status"],
)
def test_a_report_that_says_blacklisted_withdraws_the_consent(someone, gateway, client, reported):
    gateway.answer = lambda _text, _number: Tried(TryOutcome.ACCEPTED, gateway_id="ATXid_1")
    her = someone(PHONE)
    say_to(her)
    _send()
    assert _report(client, id="ATXid_1", **reported, phoneNumber=PHONE) == 200
    assert (states(), consent_given([her], "contact")) == (["failed"], set())


# --- choices and settings -------------------------------------------------------------------


def test_a_participant_chooses_her_own_hours_and_nobody_elses(someone, actor, client_for):
    her, other = someone(PHONE), someone(OTHER)
    rows = dict(db.session.execute(select(Person.id, Person.public_id)).all())
    browser = client_for(actor("peer", person_id=her))
    address = f"/messages/people/{rows[her]}"
    assert address in browser.get(f"/people/{rows[her]}").text
    token = csrf_token(browser.get(address).text)
    typed = {"csrf_token": token, "row_version": "0", "channel": "sms", "calendar": "usual"}
    wrong = browser.post(address, data={**typed, "from_hour": "14", "until_hour": "14"})
    assert (wrong.status_code, "the later one last" in wrong.text) == (422, True)
    far = browser.post(address, data={**typed, "from_hour": "9" * 30, "until_hour": "3"})
    assert far.status_code == 422
    assert (
        browser.post(address, data={**typed, "from_hour": "14", "until_hour": "16"}).status_code
        == 303
    )
    kept = db.session.scalars(select(MessageChoice)).one()
    assert (kept.person_id, kept.channel, kept.from_hour, kept.until_hour) == (her, "sms", 14, 16)
    again = browser.post(address, data={**typed, "from_hour": "15", "until_hour": "16"})
    assert (again.status_code, "Someone else saved changes" in again.text) == (409, True)
    assert browser.get(f"/messages/people/{rows[other]}").status_code == 404


def test_a_call_is_asked_for_once_a_day_in_words_that_tell_nothing(
    someone, gateway, actor, client_for
):
    trainer = actor("trainer")
    with writing() as session:
        session.execute(update(Person).values(created_by=trainer.public_id))
    her = someone(PHONE, language="sw")
    with writing() as session:
        person = session.get_one(Person, her)
        person.created_by = trainer.public_id
        address = f"/messages/people/{person.public_id}"
    browser = client_for(trainer)
    token = csrf_token(browser.get(address).text)
    for _ in range(2):
        assert browser.post(f"{address}/call", data={"csrf_token": token}).status_code == 303
    with writing() as session:
        session.execute(update(OutboxMessage).values(due_at=TEN))
    _send()
    assert gateway.sent == [(PHONE, "Habari. Tafadhali tupigie simu ukipata nafasi. Asante.")]


def test_settings_tell_ways_records_and_counts_and_secrets_to_whoever_may_change_them(
    app, someone, sign_in, monkeypatch
):
    settings = app.config["SETTINGS"].model_copy(
        update={"mail_from": "Office <office@example.org>", "dkim_selector": "mail"}
    )
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    say_to(someone(PHONE))
    records = {
        "example.org": ["v=spf1 mx -all"],
        "mail._domainkey.example.org": ["v=DKIM1; p=MIGf"],
        "_dmarc.example.org": ["v=DMARC1; p=none"],
    }
    assert check_sender(records.__getitem__) is not None
    assert check_sender(records.__getitem__) is None
    page = sign_in("administrator").get("/settings/messages").text
    assert [said for said in ("In order", "Too weak", callback_secret()) if said not in page] == []
    assert "712345678" not in page
    assert callback_secret() not in sign_in("director").get("/settings/messages").text
    browser = sign_in("administrator")
    token = csrf_token(browser.get("/settings/messages").text)
    browser.post("/settings/messages/look", data={"csrf_token": token})
    db.session.rollback()
    assert db.session.scalars(select(SenderCheck.checked_at)).one() == LONG_AGO
    found = check_sender(lambda _name: [])
    assert found is not None
    assert {found.spf, found.dkim, found.dmarc} == {"missing"}
    assert utc_now() - db.session.scalars(select(SenderCheck.checked_at)).one() < timedelta(hours=1)
