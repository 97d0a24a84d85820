"""Refusals and withdrawals take effect wherever a purpose is used; minors; moves; who looked."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from kash.people import documents as consents
from kash.people.documents import consent_form
from kash.people.lists.services.storing import depending
from kash.people.models import Posting, form_language
from kash.people.queries.directory import PostedPerson, movable_from
from kash.people.queries.persons import consent_holds, minors_unseen
from kash.people.rules.persons import PURPOSES, is_minor
from kash.people.services.contacts import (
    OrganisationDetails,
    SomeCannotMove,
    add_organisation,
    show_contact,
    transfer_many,
)
from kash.people.services.persons import (
    ContactChange,
    PersonDetails,
    change_person,
    note_who_came_of_age,
    record_consent,
)
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from kash.platform.web import programme as paper
from kash.policy import SYSTEM
from tests.people.conftest import PHONE
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")
TODAY = date(2026, 11, 24)


def last_action() -> str:
    db.session.rollback()
    return (
        db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq.desc())).first() or ""
    )


def test_what_holds_follows_the_newest_answer_and_what_was_never_asked_blocks_nothing(person, row):
    first = person()
    second = person(reference="", phone=None)
    ids = {row(first).id, row(second).id}
    for purpose in PURPOSES:
        assert consent_holds(ids, purpose) == ids
        record_consent(first, purpose, "refused", SYSTEM)
        assert consent_holds(ids, purpose) == {row(second).id}
        record_consent(first, purpose, "given", SYSTEM)
        assert consent_holds(ids, purpose) == ids
        record_consent(first, purpose, "withdrawn", SYSTEM)
        assert consent_holds(ids, purpose) == {row(second).id}


@pytest.mark.any_engine
def test_a_contact_is_shown_no_more_once_its_consent_is_withdrawn(person, actor, client_for):
    trainer = actor("trainer")
    public_id = person(by=trainer)
    record_consent(public_id, "contact", "given", SYSTEM)
    assert show_contact(public_id, "phone", trainer) == PHONE
    record_consent(public_id, "contact", "withdrawn", SYSTEM)
    for which in ("phone", "email"):
        with refuses("This person refused calls and messages, or withdrew the consent."):
            show_contact(public_id, which, trainer)  # type: ignore[arg-type]
    browser = client_for(trainer)
    body = browser.post(f"/people/{public_id}/contact/phone", follow_redirects=True).text
    assert PHONE not in body
    assert re.search(r"712\D?345", body) is None
    assert "not shown and not used" in body
    assert last_action() == "people.consent_recorded"


@pytest.mark.any_engine
def test_a_name_gives_way_to_a_code_on_paper(person, row):
    public_id = person()
    assert (row(public_id).name_for_paper, row(public_id).called_on_paper) == (
        "Asali Printed",
        "Asali Sampuli",
    )
    for answer in ("refused", "given", "withdrawn"):
        record_consent(public_id, "printed_name", answer, SYSTEM)
        code = public_id[:6].upper()
        kept = row(public_id)
        shown = {kept.name_for_paper, kept.called_on_paper}
        assert (shown == {code}) == (answer != "given")


@pytest.mark.any_engine
def test_the_form_is_in_her_language_or_says_that_it_is_not(
    person, row, both_engines_app, monkeypatch
):
    made: list[tuple[str, str]] = []
    monkeypatch.setattr(
        consents, "document", lambda paged: made.append((paged.language, paged.html)) or b""
    )
    ids = {
        code: person(language=code, reference="", phone=None) for code in ("sw", "en", "luo", "")
    }
    assert {code: form_language(row(one)) for code, one in ids.items()} == {
        "sw": ("sw", True),
        "en": ("en", True),
        "luo": ("en", False),
        "": ("en", True),
    }
    record_consent(ids["sw"], "printed_name", "refused", SYSTEM)
    with both_engines_app.test_request_context():
        for one in ids.values():
            consent_form(row(one))
    (swahili, in_swahili), _english, (_luo, instead), _none = made
    assert swahili == "sw"
    assert "Asali" not in in_swahili
    assert ids["sw"][:6].upper() in in_swahili
    assert "Dholuo" in instead
    assert "Asali Sampuli" in instead


@pytest.mark.any_engine
def test_the_consent_form_bears_the_logo_where_the_programme_wants_it(
    both_engines_app, person, row, monkeypatch
):
    made: list[str] = []
    monkeypatch.setattr(consents, "document", lambda paged: made.append(paged.html) or b"")
    monkeypatch.setattr(paper, "picture_address", lambda wording: "data:image/png;base64,AAAA")
    one = person()
    for kinds in (("consents",), ("minutes", "registers")):
        wording = paper.PaperWording(logo="logo/x", logo_on=frozenset(kinds))
        monkeypatch.setattr(consents, "paper_wording", lambda wording=wording: wording)
        with both_engines_app.test_request_context():
            consent_form(row(one))
    assert ['src="data:image/png;base64,AAAA"' in html for html in made] == [True, False]


def test_the_list_is_narrowed_by_what_was_not_asked_yet(person, actor, client_for):
    person()
    asked = person(chosen_name="Baraka Mfano", reference="", phone=None)
    browser = client_for(actor("director"))
    record_consent(asked, "printed_name", "refused", SYSTEM)

    def names(unasked: str) -> set[str]:
        body = browser.get(f"/people?unasked={unasked}").text
        return {name for name in ("Asali Sampuli", "Baraka Mfano") if name in body}

    assert names("printed_name") == {"Asali Sampuli"}
    assert names("any") == names("contact") == {"Asali Sampuli", "Baraka Mfano"}
    for purpose in ("contact", "funder"):
        record_consent(asked, purpose, "given", SYSTEM)
    assert names("any") == {"Asali Sampuli"}


def test_minors_are_seen_once_and_come_of_age(person, row, actor, client_for):
    trainer, custodian = actor("trainer", name="Amani T"), actor("custodian", name="Neema C")
    public_id = person(by=trainer, birth_year=None, age_band="under18")
    kept = row(public_id)
    assert (kept.minor, kept.minor_by, kept.minor_seen_at) == (True, trainer.public_id, None)
    assert kept.age_recorded_on is not None
    assert minors_unseen(custodian) == 1
    assert minors_unseen(trainer) == 0
    browser = client_for(custodian)
    body = browser.get("/people/minors").text
    assert "flagged by Amani T" in body
    assert "Under 18, not seen yet" in browser.get("/").text
    for _ in range(2):
        assert browser.post(f"/people/{public_id}/minor-seen").status_code == 303
    assert "by Neema C" in browser.get("/people/minors").text
    assert last_action() == "people.minor_seen"
    assert minors_unseen(custodian) == 0
    recorded = kept.age_recorded_on.year
    assert note_who_came_of_age(date(recorded + 18, 12, 31)) == 0
    assert note_who_came_of_age(date(recorded + 19, 1, 1)) == 1
    assert not row(public_id).minor


@pytest.mark.any_engine
def test_a_birth_year_ends_it_sooner_than_an_old_age_band():
    assert is_minor("under18", 2009, 2027)
    assert not is_minor("under18", 2009, 2028)
    assert not is_minor("18-24", 2009, 2027)
    assert is_minor("under18", None, 2044, 2026)
    assert not is_minor("under18", None, 2045, 2026)


@pytest.mark.any_engine
def test_many_move_together_or_nobody(person, actor):
    first, second = (
        add_organisation(OrganisationDetails(name, "station"), SYSTEM)
        for name in ("Kondele", "Nyalenda")
    )
    since = date(2026, 3, 1)
    here = person(organisation=first, since=since)
    there = person(organisation=second, since=since, reference="", phone=None)
    nowhere = person(reference="", phone=None)

    def open_postings() -> dict[str, str]:
        return {
            posting.person.public_id: posting.organisation.public_id
            for posting in db.session.scalars(select(Posting).where(Posting.until.is_(None)))
        }

    with pytest.raises(SomeCannotMove) as stopped:
        transfer_many([here, there, nowhere], second, TODAY, today=TODAY, by=SYSTEM)
    assert list(stopped.value.errors) == [there]
    assert open_postings() == {here: first, there: second}
    assert transfer_many([here, nowhere], second, TODAY, today=TODAY, by=SYSTEM) == 2
    assert open_postings() == dict.fromkeys((here, there, nowhere), second)
    assert last_action() == "people.people_transferred"


def test_a_station_is_moved_by_its_page_and_only_ones_own(person, actor, client_for):
    first, second = (
        add_organisation(OrganisationDetails(name, "station"), SYSTEM)
        for name in ("Kondele", "Nyalenda")
    )
    trainer = actor("trainer")
    hers = person(by=trainer, organisation=first, since=date(2026, 3, 1))
    other = person(
        chosen_name="Baraka Mfano", organisation=first, since=TODAY, reference="", phone=None
    )
    browser = client_for(trainer)
    body = browser.get(f"/people/transfer?station={first}").text
    assert "Asali Sampuli" in body
    assert "Baraka Mfano" not in body
    sent = {"step": "move", "organisation": second, "since": "2026-11-20"}
    assert browser.post("/people/transfer", data=sent | {"chosen": [other]}).status_code == 404
    assert browser.post("/people/transfer", data={"chosen": [hers]}).status_code == 200
    late = browser.post("/people/transfer", data=sent | {"chosen": [hers], "since": "2026-01-01"})
    assert (
        late.status_code,
        "This day is in the future, or before the present posting" in late.text,
    ) == (422, True)
    assert browser.post("/people/transfer", data=sent | {"chosen": [hers]}).status_code == 303
    moved = PostedPerson(hers, "Asali Sampuli", "Nyalenda", "A", True)
    assert movable_from(trainer, second) == [moved]


@pytest.mark.any_engine
def test_a_list_is_kept_by_a_later_posting_of_somebody_on_it_and_of_nobody_else(person, row):
    first, second = (
        add_organisation(OrganisationDetails(name, "station"), SYSTEM)
        for name in ("Kondele", "Nyalenda")
    )
    here = person(organisation=first, since=date(2026, 3, 1))
    other = person(chosen_name="Baraka Mfano", organisation=first, reference="", phone=None)
    mine, others = row(here).id, row(other).id
    assert depending(db.session(), [mine, others]) is False
    transfer_many([here], second, TODAY, today=TODAY, by=SYSTEM)
    assert depending(db.session(), [others]) is False
    assert depending(db.session(), [mine, others]) is True


def test_she_sees_who_looked_and_others_do_not(person, row, actor, client_for):
    trainer = actor("trainer", name="Amani T")
    public_id = person(by=trainer)
    show_contact(public_id, "phone", trainer)
    details = PersonDetails("Asali Mpya", row(public_id).group.public_id)
    change_person(public_id, details, ContactChange(), 1, trainer)
    herself = actor("peer", person_id=row(public_id).id)
    for who in (herself, trainer, actor("director"), actor("custodian")):
        body = client_for(who).get(f"/people/{public_id}/trail").text
        order = [body.index(said) for said in ("Changed facts", "Looked at the phone", "Added")]
        assert order == sorted(order)
        assert "Amani T" in body
        assert "Looked at the phone" in client_for(who).get(f"/people/{public_id}").text
    for role in ("monitoring", "documentation", "administrator", "funder"):
        assert client_for(actor(role)).get(f"/people/{public_id}/trail").status_code in (403, 404)
    assert "Looked at" not in client_for(actor("monitoring")).get(f"/people/{public_id}").text
    assert client_for(actor("trainer")).get(f"/people/{public_id}/trail").status_code == 404
