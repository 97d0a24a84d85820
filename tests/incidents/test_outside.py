"""The contact outside the programme, and what a reporter reads of who reads her report: two people
put it there, and whoever reports somebody of the programme is told before she sends."""

import re
from datetime import timedelta

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from kash.accounts.models import Account, AccountBacking
from kash.incidents.queries.officers import outside_contact, proposed_contacts, what_is_missing
from kash.incidents.rules.filing import new_code
from kash.incidents.rules.mediation import Contact, contact_from
from kash.incidents.services.alerts import agree_to_contact, propose_contact
from kash.platform.database import db, utc_now
from kash.platform.vault import AuditEntry
from tests.incidents.filed_cases import let_arrive
from tests.refusals import refuses

NAME, REACH = "Wakili Mfano", "0700 000 790"


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(["", "anna"]))
def test_a_contact_is_kept_as_it_was_proposed(name, reach, by):
    contact = Contact(name, reach, by)
    kept = contact_from(contact.as_kept())
    assert kept == (contact if name and reach else None)
    assert contact.digest != Contact(name + "x", reach, by).digest


def test_one_proposes_another_agrees_and_only_then_it_is_shown(a_member, actor):
    grace, dora = a_member("custodian").actor, actor("director")
    assert [what_is_missing(one) for one in (grace, dora, actor("peer"))] == ["none", "none", ""]
    propose_contact(grace, NAME, REACH)
    assert outside_contact() is None
    (waiting,) = proposed_contacts().values()
    assert [what_is_missing(one) for one in (grace, dora)] == ["", "waits"]
    with refuses("Another director or custodian agrees to it"):
        agree_to_contact(grace, waiting.digest)
    # What was shown is no longer what is proposed.
    propose_contact(grace, "A friend", REACH)
    with refuses("Something else is proposed now"):
        agree_to_contact(dora, waiting.digest)
    assert outside_contact() is None
    propose_contact(grace, NAME, REACH)
    agree_to_contact(dora, waiting.digest)
    holds = outside_contact()
    assert holds is not None
    assert (holds.name, holds.reach, proposed_contacts()) == (NAME, REACH, {})
    # What holds goes on holding while something else waits.
    propose_contact(dora, "Somebody else", REACH)
    assert outside_contact() == holds
    actions = list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))
    assert actions.count("accounts.outside_changed") == 5


def test_nobody_keeps_a_contact_away_by_proposing_another_over_it(a_member):
    grace, dora, ruth = a_member("custodian"), a_member("director"), a_member("custodian")
    grace.client.post("/w/z", data={"name": NAME, "reach": REACH})
    # Whoever might be complained of proposes anew whenever something else waits.
    for name in ("A friend", "Another friend"):
        dora.client.post("/w/z", data={"name": name, "reach": REACH})
    page = ruth.client.get("/w/z").text
    assert [one in page for one in (NAME, "A friend", "Another friend")] == [True, False, True]
    assert len(re.findall(r'name="agree"', page)) == 2
    assert [what_is_missing(one.actor) for one in (grace, dora, ruth)] == ["waits"] * 3
    (digest,) = [one.digest for one in proposed_contacts().values() if one.name == NAME]
    assert ruth.client.post("/w/z", data={"agree": digest}).status_code == 303
    holds = outside_contact()
    assert holds is not None
    assert (holds.name, proposed_contacts()) == (NAME, {})


def test_no_friend_whom_the_proposer_brought_in_and_nobody_new_puts_a_contact_there_with_her(
    app, a_member
):
    grace, dora, ruth = a_member("custodian"), a_member("director"), a_member("custodian")
    new = a_member("director", settled_at=utc_now() - timedelta(days=6, hours=23))
    account = select(Account.id).where(Account.public_id == dora.actor.public_id)
    brought_in = AccountBacking(
        account_id=db.session.scalars(account).one(), by=grace.actor.public_id
    )
    db.session.add(brought_in)
    db.session.commit()
    propose_contact(grace.actor, NAME, REACH)
    (waiting,) = proposed_contacts().values()
    for who, sentence in (
        (grace, "Another director or custodian agrees to it"),
        (dora, "one of you brought in or gave power to the other, or the same person did to both"),
        (new, "Your account, its roles or the ways into it are less than seven days old"),
    ):
        with refuses(sentence):
            agree_to_contact(who.actor, waiting.digest)
        page = who.client.get("/w/z").text
        assert (sentence in page, 'name="agree"' in page) == (True, False)
        answer = who.client.post("/w/z", data={"agree": waiting.digest})
        assert (answer.status_code, sentence in answer.text) == (409, True)
        assert what_is_missing(who.actor) == ""
    assert outside_contact() is None
    assert what_is_missing(ruth.actor) == "waits"
    agree_to_contact(ruth.actor, waiting.digest)
    assert outside_contact() is not None


def test_the_page_asks_for_a_second_person_and_leaves_what_was_typed(a_member):
    grace, dora = a_member("custodian"), a_member("director")
    wrong = grace.client.post("/w/z", data={"name": NAME, "reach": ""})
    assert (wrong.status_code, NAME in wrong.text) == (422, True)
    grace.client.post("/w/z", data={"name": NAME, "reach": REACH})
    page = grace.client.get("/w/z").text
    assert 'name="agree"' not in page
    assert "Contact outside the programme" in dora.client.get("/").text
    page = dora.client.get("/w/z").text
    (digest,) = re.findall(r'name="agree" value="(\w+)"', page)
    assert grace.client.post("/w/z", data={"agree": digest}).status_code == 409
    assert dora.client.post("/w/z", data={"agree": "0" * 32}).status_code == 409
    assert dora.client.post("/w/z", data={"agree": digest}).status_code == 303
    assert outside_contact() is not None


def step(phone: FlaskClient, code: str, screen: str, go: str, **data: str) -> str:
    return phone.post("/w/n", data={"code": code, "screen": screen, "go": go, **data}).text


def test_a_reporter_is_told_who_reads_it_and_where_else_to_turn_before_she_sends(
    a_member, actor, client_for
):
    grace = a_member("custodian", name="Neema Mfano")
    a_member("documentation", name="Siri Mfano")
    propose_contact(grace.actor, NAME, REACH)
    (waiting,) = proposed_contacts().values()
    agree_to_contact(actor("director"), waiting.digest)
    phone, code = client_for(actor("peer")), new_code()
    for screen in ("who", "review"):
        page = step(phone, code, screen, "here")
        assert [one for one in ("Neema Mfano", NAME, REACH) if one not in page] == []
        assert "Siri Mfano" not in page
    assert "only Neema Mfano reads it" in step(phone, code, "whom", "here")
    step(phone, code, "words", "next", narrative="It was one of you.")
    word = step(phone, code, "review", "send")
    token = re.findall(r'name="token" value="([^"]+)"', word)[0]
    assert REACH in step(phone, code, "sent", "know", token=token)


def test_a_custodian_whom_the_reporter_names_does_not_read_it(a_member, actor, client_for):
    grace, ruth = a_member("custodian"), a_member("custodian")
    phone, code = client_for(actor("peer")), new_code()
    step(phone, code, "who", "next", who=f"programme:{grace.actor.public_id}")
    step(phone, code, "words", "next", narrative="It was she.")
    step(phone, code, "review", "send")
    let_arrive()
    assert "No act yet" not in grace.client.get("/w").text
    page = ruth.client.get("/w").text
    (reference,) = set(re.findall(r'href="/w/(\w{16})"', page))
    assert "Somebody of the programme" in ruth.client.get(f"/w/{reference}").text
    assert grace.client.get(f"/w/{reference}").status_code == 404
    # Nobody else can be named so.
    wrong = step(phone, new_code(), "who", "next", who=f"programme:{actor('peer').public_id}")
    assert "errors" in wrong


def test_without_a_custodian_the_reporter_reads_that_nobody_could(a_member, actor, client_for):
    a_member("documentation")
    page = step(client_for(actor("peer")), new_code(), "who", "here")
    assert "nobody here can read it at the moment" in page


def test_who_names_the_only_custodian_is_told_that_nobody_reads_it(a_member, actor, client_for):
    grace = a_member("custodian", name="Neema Mfano")
    propose_contact(grace.actor, NAME, REACH)
    (waiting,) = proposed_contacts().values()
    agree_to_contact(actor("director"), waiting.digest)
    phone, code = client_for(actor("peer")), new_code()
    assert "then nobody here can read it now" in step(phone, code, "who", "here")
    assert "If you named that one, nobody here can read it now" in step(phone, code, "review", "x")
    named = f"programme:{grace.actor.public_id}"
    sent = step(phone, new_code(), "who", "now", who=named)
    assert [one in sent for one in ("Nobody here can read this now", REACH)] == [True, True]
    assert "is told now" not in sent
    page = step(phone, code, "who", "next", who=named)
    assert [
        one for one in ("Nobody here can read this now", REACH, "Help now") if one not in page
    ] == []
    assert "Nobody here can read this now" not in step(phone, code, "who", "next", who="police")
    a_member("custodian")
    assert "Nobody here can read this now" not in step(phone, code, "who", "next", who=named)
    review = step(phone, code, "review", "x")
    assert "only those of them that you did not name do" in review
    assert "nobody here can read it now" not in review


def test_directors_read_that_a_second_custodian_is_missing_whatever_cases_there_are(a_member):
    dora, grace = a_member("director"), a_member("custodian")
    said = "Fewer than two custodians hold keys"
    assert [said in one.client.get("/").text for one in (dora, grace)] == [True, False]
    a_member("custodian")
    assert said not in dora.client.get("/").text
