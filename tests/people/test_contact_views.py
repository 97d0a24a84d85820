"""Contacts in the browser: closed, asked for, agreed to, and looked at more often than usual."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from kash.accounts.services.accounts import change_settings
from kash.people.models import ContactReason, ContactRequest, Person
from kash.people.services.contacts import ask_for_contact
from kash.people.services.persons import PersonDetails, add_person
from kash.platform.database import db, new_public_id
from kash.platform.vault import seal
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM, Actor
from kash.workshops.services.people import enrol
from tests.workshops.conftest import Held, plan  # noqa: F401

PHONE = "+254712345678"
Browsers = Callable[[Actor], FlaskClient]

# However the number is written; three digits alone stand in many a token.
NUMBER = re.compile(r"712\D?345")


@pytest.fixture
def stranger(actor, groups):
    details = PersonDetails("Asali Sampuli", groups[0].public_id, phone=PHONE)
    return add_person(details, actor("trainer", name="Mwingine Mfano"))


@pytest.fixture
def held(plan, stranger):  # noqa: F811
    made = plan()
    enrol(made.workshop, stranger, made.trainer)
    return made


def said(browser: FlaskClient, address: str) -> str:
    return re.sub(r"\s+", " ", browser.get(address).text)


def test_whoever_decides_on_contacts_reads_names_of_one_group_at_a_time(
    plan,  # noqa: F811
    groups,
    client_for,
    actor,
):
    other, made = actor("trainer", name="Mwingine Mfano"), plan()
    names = {"A": "Otieno Sampuli", "B": "Neema Sampuli"}
    people = [
        add_person(PersonDetails(names[letter], group.public_id, phone=phone), other)
        for letter, group, phone in zip("AB", groups, (PHONE, PHONE[:-1] + "9"), strict=True)
    ]
    for person in people:
        enrol(made.workshop, person, made.trainer)
    ask_for_contact(people, "To tell the place", made.trainer)
    request = db.session.query(ContactRequest).one().public_id
    db.session.rollback()
    director = client_for(actor("director"))
    for letter, name in names.items():
        page = said(director, f"/people/contacts/{request}?group={letter}")
        assert set(re.findall(r"\w+ Sampuli", page.partition("<main")[2])) == {name}


def test_a_closed_contact_is_asked_for_and_shown_once_a_second_person_agrees(
    held, stranger, client_for, actor
):
    trainer, director = client_for(held.trainer), client_for(actor("director"))
    at = f"/people/{stranger}"
    page = said(trainer, at)
    assert "Closed to you." in page
    assert f"{at}/contact/phone" not in page
    refused = trainer.post(f"{at}/contact/phone", follow_redirects=True)
    assert "Closed to you" in refused.text
    assert NUMBER.search(refused.text) is None
    unsaid = trainer.post(f"{at}/contact/ask", data={"reason": " "})
    assert (unsaid.status_code, "data-errors" in unsaid.text) == (422, True)
    sent = trainer.post(f"{at}/contact/ask", data={"reason": "The hall has changed"})
    assert sent.status_code == 303
    assert "It waits for a second person." in said(trainer, at)
    request = db.session.query(ContactRequest).one().public_id
    db.session.rollback()
    # Whoever asked reads her request and can't decide on it.
    own = said(trainer, f"/people/contacts/{request}")
    assert "The hall has changed" in own
    assert "Agree</button>" not in own
    assert trainer.post(f"/people/contacts/{request}/agree").status_code == 404
    assert "Somebody asks to see contacts" in said(director, "/")
    decided = said(director, f"/people/contacts/{request}")
    assert "The hall has changed" in decided
    assert director.post(f"/people/contacts/{request}/agree").status_code == 303
    assert director.post(f"/people/contacts/{request}/refuse").status_code == 409
    assert "Somebody asks to see contacts" not in said(director, "/")
    # Whoever asked need not look for the answer.
    assert "your request to see phones and e-mails was agreed to" in said(trainer, "/")
    assert "0712 345678" in trainer.post(f"{at}/contact/phone").text
    assert director.post(f"/people/contacts/{request}/end").status_code == 303
    assert "phones and e-mails opened to you were closed again" in said(trainer, "/")
    closed = trainer.post(f"{at}/contact/phone", follow_redirects=True)
    assert NUMBER.search(closed.text) is None


def test_everybody_of_a_workshop_is_asked_for_at_once(held, stranger, client_for):
    trainer = client_for(held.trainer)
    at = f"/workshops/{held.workshop}/people"
    assert "People whose phone or e-mail is closed to you: 1." in said(trainer, at)
    assert trainer.post(f"{at}/contacts", data={"reason": ""}).status_code == 422
    assert trainer.post(f"{at}/contacts", data={"reason": "To call all"}).location == at
    assert "closed to you" not in said(trainer, at)
    assert "No contact here is closed" in trainer.get(f"{at}/contacts", follow_redirects=True).text


def test_the_form_offers_no_field_for_a_contact_that_is_closed(held, stranger, client_for, groups):
    trainer = client_for(held.trainer)
    page = trainer.get(f"/people/{stranger}/edit").text
    assert 'name="phone"' not in page
    assert 'name="email"' in page
    sent = {
        "chosen_name": "Asali Mpya",
        "group": groups[0].public_id,
        "row_version": "1",
        "phone": "0722 000 111",
        "remove_phone": "y",
    }
    assert trainer.post(f"/people/{stranger}/edit", data=sent).status_code == 302
    db.session.rollback()
    kept = db.session.query(Person).filter_by(public_id=stranger).one()
    assert (kept.chosen_name, kept.phone_sealed is not None) == ("Asali Mpya", True)


def test_beyond_the_usual_looks_the_page_asks_why_and_the_director_reads_it(
    held, client_for, actor, groups
):
    change_settings(SYSTEM, "contacts", "contacts", {"looks_a_day": 5})
    own = add_person(PersonDetails("Mtu Wangu", groups[0].public_id, phone=PHONE), held.trainer)
    trainer, director = client_for(held.trainer), client_for(actor("director"))
    at = f"/people/{own}/contact/phone"
    for _ in range(5):
        assert "0712 345678" in trainer.post(at).text
    # As the button sends it, with a token and nothing else.
    asked = trainer.post(at, data={"csrf_token": "x"})
    assert (asked.status_code, "345678" in asked.text) == (409, False)
    assert "More looks than usual today" in asked.text
    assert "data-errors" not in asked.text
    unsaid = trainer.post(at, data={"reason": "  "})
    assert (unsaid.status_code, "data-errors" in unsaid.text) == (409, True)
    long = trainer.post(at, data={"reason": "x" * 501})
    assert (long.status_code, "x" * 501 in long.text) == (409, True)
    assert db.session.query(ContactReason).count() == 0
    db.session.rollback()
    assert "0712 345678" in trainer.post(at, data={"reason": "All must be called"}).text
    today = said(director, "/")
    assert "More looks at phones than usual: Amani Mfano" in today
    assert "Looks: 6, beyond the usual number: 1" in today
    assert "All must be called" in today
    assert "More looks at phones" not in said(trainer, "/")
    seen = re.search(
        r'action="(/people/contacts/looks/[^"]+)"', director.get("/people/contacts").text
    )
    assert seen is not None
    assert trainer.post(seen[1]).status_code == 403
    # A reason that was given since her page was made still waits for her.
    fresh = new_public_id()
    sealed = seal("Once more", kind="contact.reason", public_id=fresh)
    told = {"account": held.trainer.public_id, "day": local_today(), "reason_sealed": sealed}
    db.session.add(ContactReason(public_id=fresh, **told))
    db.session.commit()
    assert director.post(seen[1], data={"read": "1"}).status_code == 303
    assert "Once more" in said(director, "/")
    assert director.post(seen[1], data={"read": "1"}).status_code == 303
    assert "More looks at phones" not in said(director, "/")


def test_how_many_looks_are_usual_is_set_within_bounds(sign_in, held):
    administrator = sign_in("administrator")
    assert "In a day without a reason: 30" in said(administrator, "/settings")
    at = "/settings/contacts"
    row_version = re.search(r'name="row_version"[^>]*value="(\d+)"', administrator.get(at).text)
    assert row_version is not None
    for wrong in ("4", "201", "many", ""):
        assert (
            administrator.post(
                at, data={"looks_a_day": wrong, "row_version": row_version[1]}
            ).status_code
            == 422
        )
    sent = {"looks_a_day": "12", "row_version": row_version[1]}
    assert administrator.post(at, data=sent).status_code == 303
    assert administrator.post(at, data=sent).status_code == 409
    assert "In a day without a reason: 12" in said(administrator, "/settings")
