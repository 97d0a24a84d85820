"""Pages about people: what stands in them, and what must not."""

import re

import pytest
from markupsafe import escape

from kash.people.models import Group, Organisation, Person
from kash.people.sections import PersonSection, SectionRow
from kash.people.services.contacts import OrganisationDetails, add_organisation
from kash.people.services.persons import (
    ContactChange,
    PersonDetails,
    add_people,
    change_person,
    record_consent,
)
from kash.platform.database import db, new_public_id
from kash.platform.vault import AuditEntry, lookup
from kash.policy import SYSTEM, Actor
from tests.declaring import also_declared
from tests.people.conftest import EMAIL, PHONE, SECRETS

HOSTILE = ["<script>alert(1)</script>", "{{ 7*7 }}", "' or 1=1 --", "x" * 20_000, "\u202eabc"]


def holds_none_of(body: str, values: tuple[str, ...] = SECRETS) -> bool:
    return not [value for value in values if value in body]


def entered(groups: tuple[Group, Group], **more: str) -> dict[str, str]:
    return {
        "key": new_public_id(),
        "chosen_name": "Zuri Mfano",
        "group": groups[1].public_id,
    } | more


def said_beside(body: str, field: str) -> str:
    found = re.search(rf'id="{field}-error">\s*<p>\s*(.*?)\s*</p>', body, re.S)
    return found.group(1).strip() if found else ""


def test_a_trainer_adds_a_person_and_sees_her_masked(client_for, actor, groups):
    browser = client_for(actor("trainer"))
    sent = entered(groups, phone="0712 345 678", email=EMAIL, language="luo")
    first = browser.post("/people/new", data=sent)
    again = browser.post("/people/new", data=sent)
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.location == again.location == f"/people/{sent['key']}"
    assert db.session.query(Person).count() == 1
    body = browser.get(first.location).text
    assert "Zuri Mfano" in body
    assert "Dholuo" in body
    assert holds_none_of(body, (PHONE, EMAIL, "712"))
    assert "<title>Programme</title>" in body


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("chosen_name", "", "Enter this."),
        ("chosen_name", "’’", "A name needs at least one letter."),
        ("chosen_name", "x" * 201, "Use at most 200 characters."),
        ("group", "nothing", "Choose one from the list."),
        ("phone", "12", "This is not a phone number. It looks like 0712 345 678."),
        ("email", "nobody", "This is not an e-mail address. It looks like name@example.org."),
        ("birth_year", "soon", "This must be a whole number."),
        ("since", "2026-02-31", "This is not a day. It looks like 2026-11-16."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    sign_in, groups, field, value, sentence
):
    sent = entered(groups, ward="Manyatta B") | {field: value}
    answer = sign_in("trainer").post("/people/new", data=sent)
    assert answer.status_code == 422
    assert said_beside(answer.text, field).startswith(sentence)
    assert 'value="Manyatta B"' in answer.text
    assert db.session.query(Person).count() == 0


def test_a_phone_in_use_asks_whether_it_is_shared(client_for, actor, person, groups):
    trainer = actor("trainer")
    person(by=trainer)
    browser = client_for(trainer)
    assert "shared_phone" not in browser.get("/people/new").text
    sent = entered(groups, phone=PHONE)
    refused = browser.post("/people/new", data=sent)
    assert said_beside(refused.text, "phone") == "Someone with this phone is here already."
    assert "shared_phone" in refused.text
    assert browser.post("/people/new", data=sent | {"shared_phone": "y"}).status_code == 303


def test_a_phone_of_someone_out_of_reach_is_taken_without_a_word(client_for, actor, person, groups):
    trainer = actor("trainer")
    person()
    browser = client_for(trainer)
    added = browser.post("/people/new", data=entered(groups, phone=PHONE))
    assert added.status_code == 303
    other = browser.post("/people/new", data=entered(groups, chosen_name="Amani Jaribio"))
    address = other.headers["Location"]
    changed = {"chosen_name": "Amani Jaribio", "row_version": "1", "shared_phone": ""}
    refused = browser.post(f"{address}/edit", data=entered(groups, phone=PHONE) | changed)
    # What is asked is about the one whom she added herself.
    assert "Zuri Mfano" in refused.text
    assert "Asali" not in added.text + refused.text
    held = db.session.query(Person).filter(Person.phone_lookup == lookup(PHONE, kind="phone"))
    assert {each.created_by for each in held} == {SYSTEM.public_id, trainer.public_id}


def test_under_18_is_said_on_the_page_and_in_the_list(sign_in, person):
    public_id = person(birth_year=None, age_band="under18")
    browser = sign_in("director")
    assert "Nobody under 18 is enrolled" in browser.get(f"/people/{public_id}").text
    assert "Under 18" in browser.get("/people").text


def test_showing_a_phone_is_written_down(client_for, actor, person):
    trainer = actor("trainer")
    public_id = person(by=trainer)
    browser = client_for(trainer)
    shown = browser.post(f"/people/{public_id}/contact/phone")
    assert '<b class="num">0712 345678</b>' in shown.text
    assert EMAIL not in shown.text
    entry = db.session.query(AuditEntry).order_by(AuditEntry.seq.desc()).first()
    assert entry is not None
    assert (entry.action, entry.actor, entry.subjects) == (
        "people.phone_shown",
        trainer.public_id,
        [public_id],
    )
    assert "345678" not in browser.get(f"/people/{public_id}").text
    assert browser.get(f"/people/{public_id}/contact/phone").status_code == 405
    assert browser.post(f"/people/{public_id}/contact/reference").status_code == 404


@pytest.mark.parametrize("role", ["director", "monitoring", "custodian"])
def test_who_sees_all_sees_no_contact(sign_in, person, role):
    public_id = person()
    browser = sign_in(role)
    body = browser.get(f"/people/{public_id}").text
    assert "Corporal-77" in body
    assert holds_none_of(body, (EMAIL, "712345678", "/contact/"))
    refused = browser.post(f"/people/{public_id}/contact/phone")
    assert refused.status_code == 403
    assert holds_none_of(refused.text)
    assert browser.get(f"/people/{public_id}/edit").status_code == 403


def test_a_documentation_officer_sees_names_and_groups(sign_in, person):
    public_id = person()
    browser = sign_in("documentation")
    pages = [
        browser.get("/people"),
        browser.get(f"/people/{public_id}"),
        browser.post("/people/search", data={"search": "asali"}),
    ]
    for answer in pages:
        assert answer.status_code == 200
        assert "Asali Sampuli" in answer.text
        assert "Police" in answer.text
        assert holds_none_of(answer.text)
    for typed in ("REF-77", "0712345678"):
        nobody = browser.post("/people/search", data={"search": typed})
        assert "Nobody found" in nobody.text
        assert "Asali" not in nobody.text


def test_a_trainer_finds_anyone_by_name_and_nothing_else(sign_in, person):
    public_id = person()
    browser = sign_in("trainer")
    assert "Asali" not in browser.get("/people").text
    found = browser.post("/people/search", data={"search": "asali"})
    assert "Asali Sampuli" in found.text
    assert public_id not in found.text
    assert holds_none_of(found.text)
    for typed in ("REF-77", "0712345678"):
        assert "Nobody found" in browser.post("/people/search", data={"search": typed}).text
    for path in ("", "/edit", "/transfer", "/consents/printed_name"):
        refused = browser.get(f"/people/{public_id}{path}")
        assert refused.status_code == 404
        assert holds_none_of(refused.text, (*SECRETS, "Asali"))
    assert browser.post(f"/people/{public_id}/contact/phone").status_code == 404


@pytest.mark.parametrize("role", ["peer", "police_peer"])
def test_a_peer_sees_only_her_own_page(sign_in, person, row, role):
    public_id = person()
    other = person(chosen_name="Baraka Jaribio", reference="", phone=None, ward="Elsewhere")
    browser = sign_in(role, person_id=row(public_id).id)
    assert browser.get("/people").location == f"/people/{public_id}"
    own = browser.get(f"/people/{public_id}").text
    assert "Corporal-77" in own
    assert holds_none_of(own, (EMAIL, "712345678", "/edit", "/transfer"))
    refused = browser.get(f"/people/{other}")
    assert refused.status_code == 404
    assert holds_none_of(refused.text, ("Baraka", "Elsewhere"))
    for path in ("/people/organisations", "/people/new", "/people/groups"):
        assert browser.get(path).status_code == 403
    assert browser.post("/people/search", data={"search": "Baraka"}).status_code == 403


def test_an_account_without_a_person_is_told_so(sign_in):
    assert "not tied to a person" in sign_in("peer").get("/people").text


@pytest.mark.parametrize("role", ["administrator", "funder"])
def test_who_has_no_business_here_is_refused(sign_in, person, role):
    public_id = person()
    browser = sign_in(role)
    for path in ("/people", f"/people/{public_id}", "/people/organisations"):
        answer = browser.get(path)
        assert answer.status_code == 403
        assert holds_none_of(answer.text, (*SECRETS, "Asali"))


def test_a_search_pages_and_sorts_by_posting(sign_in, groups):
    rows = [
        PersonDetails(f"Mfano {number:03}", groups[number % 2].public_id, reference=f"N-{number}")
        for number in range(60)
    ]
    add_people(rows, SYSTEM)
    browser = sign_in("director")
    asked = {"search": "mfano", "sort": "name", "direction": "desc", "page": "2"}
    second = browser.post("/people/search", data=asked)
    assert re.findall(r"Mfano \d{3}", second.text) == [f"Mfano {n:03}" for n in range(39, 19, -1)]
    assert "Page 2 of 3" in second.text
    addresses = re.findall(r'(?:href|action)="([^"]*)"', second.text)
    assert not [each for each in addresses if "fano" in each]
    half = browser.post("/people/search", data=asked | {"group": groups[0].public_id})
    assert "Total: 30" in half.text
    plain = browser.post("/people/search", data={"search": "", "group": groups[0].public_id})
    assert plain.status_code == 303
    assert plain.location == f"/people?group={groups[0].public_id}"
    assert "Total: 30" in browser.get(plain.location).text
    number = browser.post("/people/search", data={"search": "N-41"})
    assert re.findall(r"Mfano \d{3}", number.text) == ["Mfano 041"]


def test_someone_else_saved_meanwhile(client_for, actor, person, row):
    trainer = actor("trainer")
    public_id = person(by=trainer)
    group = row(public_id).group.public_id
    browser = client_for(trainer)
    page = browser.get(f"/people/{public_id}/edit").text
    assert holds_none_of(page, (PHONE, EMAIL, "712345678"))
    change_person(
        public_id, PersonDetails("Asali Mpya", group, ward="Ward-new"), ContactChange(), 1, trainer
    )
    sent = {"row_version": "1", "chosen_name": "Asali Yangu", "group": group, "cadre": "Mine"}
    # As a page sends it that was opened before the field got its name.
    opened_before = {"edition" if name == "row_version" else name: sent[name] for name in sent}
    asked = browser.post(f"/people/{public_id}/edit", data=opened_before)
    assert (asked.status_code, 'value="Asali Yangu"' in asked.text) == (409, True)
    conflict = browser.post(f"/people/{public_id}/edit", data=sent)
    assert conflict.status_code == 409
    assert "Asali Mpya" in conflict.text
    assert "Ward-new" in conflict.text
    assert 'value="Asali Yangu"' in conflict.text
    assert re.search(r'name="row_version"[^>]*value="2"', conflict.text)
    done = browser.post(f"/people/{public_id}/edit", data=sent | {"row_version": "2"})
    assert done.status_code == 302
    kept = row(public_id)
    assert (kept.chosen_name, kept.cadre, kept.row_version) == ("Asali Yangu", "Mine", 3)
    assert kept.phone_sealed is not None


def test_consent_and_transfer_by_their_pages(client_for, actor, person):
    trainer = actor("trainer")
    public_id = person(by=trainer)
    place = add_organisation(OrganisationDetails("Kondele", "station"), trainer)
    browser = client_for(trainer)
    asked = f"/people/{public_id}/consents/printed_name"
    assert "lists that others in the room can see" in browser.get(asked).text
    assert browser.post(asked, data={}).status_code == 422
    assert browser.post(asked, data={"answer": "withdrawn"}).status_code == 422
    assert browser.post(asked, data={"answer": "given"}).status_code == 302
    assert browser.post(asked, data={"answer": "given"}).status_code == 422
    assert browser.get(f"/people/{public_id}/consents/anything").status_code == 404
    moving = f"/people/{public_id}/transfer"
    late = browser.post(moving, data={"organisation": place, "since": "2199-01-01"})
    assert said_beside(late.text, "since").startswith("This day is in the future")
    nowhere = browser.post(moving, data={"organisation": "", "since": ""})
    assert said_beside(nowhere.text, "organisation") == "Enter this."
    assert said_beside(nowhere.text, "since") == "Enter the day."
    moved = {"organisation": place, "since": "2026-01-05"}
    assert browser.post(moving, data=moved).status_code == 302
    assert browser.post(moving, data=moved).status_code == 422
    body = browser.get(f"/people/{public_id}").text
    assert "Kondele" in body
    assert "5 Jan 2026" in body
    assert "Given" in body


def test_organisations_and_groups_by_their_pages(sign_in, groups):
    browser = sign_in("trainer")
    sent = {"name": "Kondele", "kind": "station", "group": groups[0].public_id}
    assert browser.post("/people/organisations/new", data=sent).status_code == 303
    again = browser.post("/people/organisations/new", data=sent)
    assert said_beside(again.text, "name") == "Another organisation has this name."
    made = db.session.query(Organisation).one().public_id
    assert 'value="Kondele"' in browser.get(f"/people/organisations/{made}/edit").text
    assert "Kondele" in browser.get("/people/organisations?kind=station").text
    assert "Kondele" not in browser.get("/people/organisations?kind=partner").text
    assert browser.get("/people/organisations/nothing/edit").status_code == 404
    office = sign_in("administrator")
    wrong = office.post("/people/groups/new", data={"name": "Health", "letter": "7"})
    assert said_beside(wrong.text, "letter") == "Enter one letter, A to Z."
    taken = office.post("/people/groups/new", data={"name": "Health", "letter": "a"})
    assert said_beside(taken.text, "letter") == "Another group has this already."
    assert office.post("/people/groups/new", data={"name": "Health", "letter": "c"}).location == (
        "/people/groups"
    )
    assert "Health" in office.get("/people/groups").text
    assert sign_in("director").get("/people/groups/new").status_code == 403


def test_sections_of_the_rooms_above(sign_in, person):
    public_id = person()

    def shown(person_id: str, _actor: Actor) -> list[SectionRow]:
        return [SectionRow("12 May", f"About {person_id}", "/somewhere", state="Held")]

    def hidden(_person_id: str, _actor: Actor) -> None:
        return None

    parts = PersonSection("Shown part", shown), PersonSection("Hidden part", hidden)
    with also_declared(*parts):
        body = sign_in("director").get(f"/people/{public_id}").text
    assert "Shown part" in body
    assert f'<a href="/somewhere">About {public_id}</a>' in body
    assert "Hidden part" not in body


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_refused_or_shown_as_text(client_for, actor, groups, text):
    browser = client_for(actor("trainer"))
    sent = entered(groups, chosen_name=text, ward=text, reference=text[:40])
    answer = browser.post("/people/new", data=sent)
    assert answer.status_code in (303, 422)
    assert "<script>alert" not in answer.text
    body = browser.get("/people").text
    assert "<script>alert" not in body
    if answer.status_code == 303:
        assert str(escape(text)) in body
    found = browser.post("/people/search", data={"search": text, "group": text, "page": text})
    assert found.status_code in (200, 422)
    assert browser.get("/people", query_string={"group": text, "sort": text}).status_code == 200


def test_nul_and_wrong_ids_are_no_errors_of_ours(sign_in, groups):
    browser = sign_in("trainer")
    assert browser.post("/people/new", data=entered(groups, ward="a\x00b")).status_code == 400
    assert browser.post("/people/search", data={"search": "\x00"}).status_code == 400
    wrong_key = browser.post("/people/new", data=entered(groups, key="<>' wrong"))
    assert wrong_key.status_code == 303
    for path in ("nothing", "x" * 3000, "%00", "0" * 16):
        assert browser.get(f"/people/{path}").status_code in (400, 404)


def test_the_number_of_queries_does_not_grow(app, sign_in, person, count_queries):
    place = add_organisation(OrganisationDetails("Kondele", "station"), SYSTEM)
    first = person(organisation=place)
    browser = sign_in("director")
    paths = ["/people", f"/people/{first}", "/people/organisations"]

    def counts() -> list[int]:
        found = []
        for path in paths:
            browser.get(path)
            with count_queries() as queries:
                assert browser.get(path).status_code == 200
            found.append(queries.count)
        return found

    before = counts()
    for number in range(2):
        person(organisation=place, reference=f"R{number}", phone=None)
        add_organisation(OrganisationDetails(f"Place {number}", "station"), SYSTEM)
        record_consent(first, ("printed_name", "contact")[number], "given", SYSTEM)
    assert counts() == before
    assert max(before) <= 18
