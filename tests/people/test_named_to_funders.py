"""Nobody who can be jailed for her work is asked to be shown to funders by name, or shown."""

import pytest

from kash.people import documents as consents
from kash.people.documents import consent_form
from kash.people.models import Consent, Person
from kash.people.queries.persons import consent_holds
from kash.people.rules.persons import OF_POLICE_ALONE, PURPOSES, purposes_for
from kash.people.services.persons import note_signed_forms, record_consent
from kash.platform.database import db
from kash.platform.web import NotFound
from kash.policy import SYSTEM
from tests.refusals import refuses

WORDS = "show my name and my attendance"


@pytest.fixture
def two(person, groups):
    """An officer and somebody of the community, by public ids."""
    other = groups[1].public_id
    hers = {"group": other, "chosen_name": "Baraka Mfano", "reference": "", "phone": None}
    return person(), person(**hers)


def _given_once(public_id: str) -> None:
    """What an earlier version recorded."""
    person = db.session.query(Person).filter_by(public_id=public_id).one()
    facts = {"text": "x", "text_version": "2026-1", "recorded_by": "system"}
    db.session.add(Consent(person_id=person.id, purpose="funder", answer="given", **facts))
    db.session.commit()
    db.session.rollback()


def test_only_officers_are_asked():
    assert set(PURPOSES) - set(purposes_for(police=False)) == OF_POLICE_ALONE == {"funder"}
    assert purposes_for(police=True) == PURPOSES


@pytest.mark.any_engine
@pytest.mark.usefixtures("both_engines_app")
def test_an_old_yes_of_a_community_member_opens_nothing_to_funders(two, row):
    officer, member = (row(one).id for one in two)
    _given_once(two[1])
    assert consent_holds({officer, member}, "funder") == {officer}
    record_consent(two[0], "funder", "refused", SYSTEM)
    assert consent_holds({officer, member}, "funder") == set()
    assert consent_holds({officer, member}, "printed_name") == {officer, member}


def test_no_page_paper_or_heap_of_forms_asks_a_community_member(
    two, row, actor, client_for, monkeypatch
):
    officer, member = two
    trainer = actor("trainer")
    for one in db.session.query(Person):
        one.created_by = trainer.public_id
    db.session.commit()
    browser = client_for(trainer)
    asks = {one: f"/people/{one}/consents/funder" for one in two}
    assert [browser.get(asks[one]).status_code for one in two] == [200, 404]
    assert browser.post(asks[member], data={"answer": "given"}).status_code == 404
    with pytest.raises(NotFound):
        record_consent(member, "funder", "given", SYSTEM)
    assert [asks[one] in browser.get(f"/people/{one}").text for one in two] == [True, False]
    made: list[str] = []
    monkeypatch.setattr(consents, "document", lambda paged: made.append(paged.html) or b"")
    for one in two:
        consent_form(row(one))
    assert [WORDS in html for html in made] == [True, False]
    offered = [
        'value="funder"' in browser.post("/people/consents/signed", data={"chosen": chosen}).text
        for chosen in ([officer], [member], [officer, member])
    ]
    assert offered == [True, False, False]
    noted = note_signed_forms([officer, member], ["funder"], 2, "Cupboard", SYSTEM)
    assert noted == (1, [])
    assert {one.person.public_id for one in db.session.query(Consent)} == {officer}


@pytest.mark.usefixtures("both_engines_app")
def test_whoever_is_not_asked_is_not_in_the_list_of_those_to_be_asked(two, actor, client_for):
    officer, _member = two
    browser = client_for(actor("director"))
    shown = dict(zip(two, ("Asali Sampuli", "Baraka Mfano"), strict=True))

    def listed(unasked: str) -> set[str]:
        body = browser.get(f"/people?unasked={unasked}").text
        return {one for one, name in shown.items() if name in body}

    assert listed("funder") == {officer}
    for one in two:
        for purpose in purposes_for(police=False):
            record_consent(one, purpose, "given", SYSTEM)
    assert listed("any") == {officer}
    record_consent(officer, "funder", "refused", SYSTEM)
    assert listed("any") == set()


def test_what_she_once_answered_is_shown_and_not_asked_again(two, actor, client_for):
    _given_once(two[1])
    page = client_for(actor("director")).get(f"/people/{two[1]}").text
    assert "Sharing with funders" in page
    assert "Not asked any more" in page


@pytest.mark.usefixtures("both_engines_app")
def test_photos_and_research_for_which_no_code_asks_are_asked_of_nobody(two, actor, client_for):
    browser = client_for(actor("director"))
    for person in two:
        for purpose in ("photo", "research"):
            with pytest.raises(NotFound):
                record_consent(person, purpose, "given", SYSTEM)
            with refuses("Tick who signed, and what was signed."):
                note_signed_forms([person], [purpose], 1, "Cupboard", SYSTEM)
    listed = browser.get("/people").text
    assert "Not asked yet: Name on paper" in listed
    assert "Not asked yet: Photos" not in listed
    assert db.session.query(Consent).count() == 0
