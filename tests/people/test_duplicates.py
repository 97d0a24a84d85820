"""Looking through everyone, telling people apart, and being asked on entry."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from kash.people.models import LikelyDuplicate, NotTheSame, Person, PersonMerge
from kash.people.queries.copies import copy_of
from kash.people.services.merging import ask_for_sweep, sweep
from kash.people.services.persons import PersonDetails, add_person, mark_distinct, withdraw_distinct
from kash.platform.database import db, writing
from kash.platform.jobs import SILENT
from kash.platform.jobs.models import Job
from kash.policy import SYSTEM, Actor

PHONE = "+254712345678"


@pytest.fixture
def add(groups):
    group = groups[0].public_id

    def make(name: str, by: Actor = SYSTEM, **facts: Any) -> str:
        return add_person(PersonDetails(name, group, **facts), by)

    return make


@pytest.fixture
def trainer(actor):
    return actor("trainer")


@pytest.fixture
def browser(client_for, trainer):
    return client_for(trainer)


def pairs() -> set[frozenset[str]]:
    db.session.rollback()
    found = {
        frozenset((row.first.public_id, row.second.public_id))
        for row in db.session.scalars(select(LikelyDuplicate))
    }
    db.session.rollback()
    return found


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.any_engine
def test_a_sweep_finds_pairs_and_keeps_their_ids(both_engines_app, add):
    one, two = add("Otieno Wekesa Juma"), add("Wekesa Otieno Juma")
    add("Mary Barasa")
    sweep(SILENT)
    assert pairs() == {frozenset((one, two))}
    before = db.session.scalars(select(LikelyDuplicate.public_id)).all()
    sweep(SILENT)
    assert db.session.scalars(select(LikelyDuplicate.public_id)).all() == before


def test_who_was_told_apart_is_not_proposed_until_it_is_taken_back(both_engines_app, add):
    one, two = add("Otieno Wekesa Juma"), add("Wekesa Otieno Juma")
    sweep(SILENT)
    mark_distinct(two, one, SYSTEM)
    assert pairs() == set()
    sweep(SILENT)
    assert pairs() == set()
    withdraw_distinct(db.session.scalars(select(NotTheSame.public_id)).one(), SYSTEM)
    sweep(SILENT)
    assert pairs() == {frozenset((one, two))}


def test_one_sweep_runs_at_a_time(app):
    first = ask_for_sweep(SYSTEM)
    assert ask_for_sweep(SYSTEM) == first
    assert count(Job) == 1


def test_of_whom_is_out_of_reach_only_the_name_is_told(browser, trainer, add):
    own = add("Otieno Wekesa Juma", trainer, phone=PHONE, ward="Kondele")
    other = add(
        "Wekesa Otieno Juma", ward="Nyalenda-7", phone=PHONE, shared_phone=True, reference="R-9"
    )
    add("Zawadi Akoth", phone=PHONE, shared_phone=True)
    sweep(SILENT)
    page = browser.get("/people/duplicates").text
    assert own in page
    assert "Wekesa Otieno Juma" in page
    # Neither her facts, nor that the phone is the same; nor who else has that phone.
    for hidden in (other, "Nyalenda-7", "R-9", "Zawadi", "Almost certain"):
        assert hidden not in page
    assert browser.get(f"/people/{own}/merge/{other}").status_code == 404
    # Nor does what the list is narrowed by tell it, or a copy of what is held about her own.
    narrowed = {
        reason: own in browser.get(f"/people/duplicates?reason={reason}").text
        for reason in ("same_phone", "similar_name")
    }
    assert narrowed == {"same_phone": False, "similar_name": True}
    mine = db.session.scalars(select(Person).where(Person.public_id == own)).one()
    assert "likely_duplicate" not in copy_of(db.session(), mine, hers=False, contacts=False)


def test_a_phone_that_is_typed_with_a_common_name_tells_of_nobody_out_of_reach(
    browser, trainer, add
):
    """Whoever found a number in a phone would learn by a sweep whether it is Mary's."""
    own = add("Mary", trainer, phone=PHONE)
    add("Mary", phone=PHONE, shared_phone=True)
    sweep(SILENT)
    assert len(pairs()) == 1
    assert own not in browser.get("/people/duplicates").text


def test_of_her_own_whose_contact_is_closed_no_phone_is_told_either(browser, trainer, add):
    own = add("Otieno Wekesa Juma", trainer, phone=PHONE)
    other = add("Wekesa Otieno Juma", trainer, phone=PHONE, shared_phone=True)
    sweep(SILENT)
    assert "Same phone" in browser.get("/people/duplicates").text.partition("<article")[2]
    with writing() as session:
        session.execute(update(Person).where(Person.public_id == other).values(phone_by="another"))
    page = browser.get("/people/duplicates").text.partition("<article")[2]
    assert [said in page for said in ("Same phone", "Almost certain", "/merge/")] == [False] * 3
    # What can't be merged isn't offered to be.
    found = browser.post(f"/people/{own}/merge", data={"search": "Wekesa"})
    assert ("Side by side" in found.text, "You can't merge this person" in found.text) == (
        False,
        True,
    )


def test_whoever_is_like_someone_is_asked_about_and_nothing_is_lost(browser, trainer, add, groups):
    here = add("Otieno Wekesa Juma", trainer, phone=PHONE)
    sent = {
        "chosen_name": "O. Wekesa Juma",
        "group": groups[0].public_id,
        "phone": "0712345678",
        "ward": "Manyatta B",
        "key": "0123456789abcdef",
    }
    asked = browser.post("/people/new", data=sent)
    assert "Is it this person?" in asked.text
    assert "Same phone" in asked.text
    assert f"/people/{here}" in asked.text
    assert 'value="Manyatta B"' in asked.text
    assert count(Person) == 1
    back = browser.post("/people/new", data=sent | {"go": "back", "another": here})
    assert 'value="Manyatta B"' in back.text
    assert count(Person) == 1
    saved = browser.post("/people/new", data=sent | {"go": "save", "another": here})
    assert saved.status_code == 303
    assert count(Person) == 2
    # Remembered: neither proposed by the sweep nor asked again.
    sweep(SILENT)
    assert pairs() == set()
    made = db.session.scalars(select(Person).where(Person.public_id != here)).one()
    again = {**sent, "row_version": str(made.row_version), "phone": ""}
    assert browser.post(f"/people/{made.public_id}/edit", data=again).status_code == 302


def test_a_phone_does_not_tell_whose_it_is(browser, add, groups):
    add("Zawadi Akoth", phone=PHONE)
    answer = browser.post(
        "/people/new",
        data={"chosen_name": "Mary", "group": groups[0].public_id, "phone": "0712345678"},
    )
    # Not even that somebody has it: she is added without a word.
    assert answer.status_code == 303
    assert "Zawadi" not in browser.get(answer.location).text
    assert count(Person) == 2


def test_two_are_merged_and_made_two_again_by_pages(browser, trainer, add):
    kept = add("Otieno Wekesa Juma", trainer, ward="Kondele")
    gone = add("Mary Barasa", trainer, ward="Nyalenda", reference="R-9")
    found = browser.post(f"/people/{kept}/merge", data={"search": "barasa"})
    assert f"/people/{kept}/merge/{gone}" in found.text
    address = f"/people/{kept}/merge/{gone}"
    page = browser.get(address).text
    assert "Nyalenda" in page
    sent = {"row_versions": "1-1", "ward": "gone", "reference": "gone"}
    check = browser.post(address, data=sent | {"step": "check"})
    assert "Merge these two?" in check.text
    assert count(Person) == 2
    assert browser.post(address, data=sent | {"step": "merge"}).status_code == 303
    assert count(Person) == 1
    # Sent twice, or by the other's old address, it leads to the one who is kept.
    assert browser.post(address, data=sent | {"step": "merge"}).status_code == 303
    assert browser.get(f"/people/{gone}").headers["Location"].endswith(f"/people/{kept}")
    other_way = browser.post(f"/people/{gone}/merge/{kept}", data={"step": "merge"})
    assert other_way.status_code == 409
    assert "Somebody else just merged one of them" in other_way.text
    merge = db.session.scalars(select(PersonMerge.public_id)).one()
    assert browser.get(f"/people/merges/{merge}/undo").status_code == 200
    assert browser.post(f"/people/merges/{merge}/undo").status_code == 303
    assert count(Person) == 2
    assert "Mary Barasa" in browser.get(f"/people/{gone}").text


def test_the_list_asks_as_much_for_three_pairs_as_for_one(browser, trainer, add, count_queries):
    add("Otieno Wekesa Juma", trainer)
    add("Wekesa Otieno Juma", trainer)
    sweep(SILENT)
    with count_queries() as one:
        browser.get("/people/duplicates")
    add("Juma Wekesa Otieno", trainer)
    sweep(SILENT)
    assert count(LikelyDuplicate) == 3
    with count_queries() as three:
        browser.get("/people/duplicates")
    assert three.count == one.count
