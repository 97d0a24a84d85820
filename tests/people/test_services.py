"""What is done to people, on both engines."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from kash.people.models import Consent, Person, Posting
from kash.people.queries import directory as organisations
from kash.people.scope import OwnScope, within_reach
from kash.people.services.contacts import (
    OrganisationDetails,
    add_organisation,
    change_organisation,
    show_contact,
    transfer,
)
from kash.people.services.persons import (
    AlreadyHere,
    ContactChange,
    PersonDetails,
    add_group,
    add_people,
    add_person,
    change_person,
    new_person,
    record_consent,
)
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.vault import AuditEntry, open_text
from kash.platform.web import NotFound
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import SYSTEM, Actor
from tests.declaring import also_declared
from tests.people.conftest import EMAIL, PHONE
from tests.refusals import refuses

pytestmark = pytest.mark.usefixtures("both_engines_app")
TODAY = date(2026, 11, 24)


def actions() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


@pytest.mark.any_engine
def test_phone_and_email_are_sealed_and_found_by_their_lookup(person, row):
    public_id = person()
    kept = row(public_id)
    assert kept.phone_sealed is not None
    assert PHONE.encode() not in kept.phone_sealed
    assert open_text(kept.phone_sealed, kind="person.phone", public_id=public_id) == PHONE
    assert len(kept.phone_lookup or "") == len(kept.email_lookup or "") == 64
    assert kept.sort_name == "asali sampuli"
    assert kept.created_by == "system"
    assert actions() == ["people.person_added"]


@pytest.mark.any_engine
def test_the_same_form_sent_twice_adds_one_person(person, groups, actor):
    trainer, other = actor("trainer"), actor("trainer")
    details = PersonDetails("Imani", groups[1].public_id)
    key = new_public_id()
    assert add_person(details, trainer, key) == key
    assert add_person(details, trainer, key) == key
    with pytest.raises(NotFound):
        add_person(details, other, key)
    assert actions() == ["people.person_added"]
    assert db.session.query(Person).count() == 1


@pytest.mark.any_engine
def test_who_is_here_already_is_refused(person, groups):
    person()
    with pytest.raises(AlreadyHere) as by_reference:
        person(phone=None)
    assert by_reference.value.field == "reference"
    with pytest.raises(AlreadyHere) as by_phone:
        person(reference="")
    assert by_phone.value.field == "phone"
    person(reference="", shared_phone=True)
    person(group=groups[1].public_id, phone=None)
    assert db.session.query(Person).count() == 3


@pytest.mark.any_engine
@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"chosen_name": "’"}, "A name needs at least one letter."),
        ({"group": "nothing"}, "Choose a group."),
        ({"organisation": "nothing"}, "Choose a station or collective from the list."),
        ({"age_band": "under18"}, "Age and birth year differ. Give one of them."),
    ],
)
def test_a_wrong_row_leaves_nothing(person, more, problem):
    with refuses(problem):
        person(**more)
    assert actions() == []
    assert db.session.query(Person).count() == 0


@pytest.mark.any_engine
def test_a_minor_is_flagged_and_no_longer_when_corrected(person, row):
    public_id = person(age_band="under18", birth_year=None)
    assert row(public_id).minor
    kept = row(public_id)
    details = PersonDetails(kept.chosen_name, kept.group.public_id, age_band="18-24")
    change_person(public_id, details, ContactChange(), 1, SYSTEM)
    assert not row(public_id).minor


@pytest.mark.any_engine
def test_many_are_added_as_one_action_or_none(groups):
    group = groups[0].public_id
    rows = [PersonDetails(f"Person {number}", group) for number in range(3)]
    assert len(add_people(rows, SYSTEM)) == 3
    with refuses("A name needs at least one letter."):
        add_people([*rows, PersonDetails("-", group)], SYSTEM)
    assert db.session.query(Person).count() == 3
    assert actions() == ["people.people_imported"]


@pytest.mark.any_engine
def test_a_change_on_an_old_page_is_refused(person, row):
    public_id = person()
    details = PersonDetails("Asali Mpya", row(public_id).group.public_id, reference="REF-77")
    change_person(public_id, details, ContactChange(), 1, SYSTEM)
    with pytest.raises(ChangedMeanwhile):
        change_person(public_id, details, ContactChange(), 1, SYSTEM)
    kept = row(public_id)
    assert (kept.chosen_name, kept.sort_name, kept.row_version) == ("Asali Mpya", "asali mpya", 2)
    assert kept.phone_sealed is not None
    assert kept.email_sealed is not None


@pytest.mark.any_engine
def test_contacts_are_replaced_or_removed(person, row):
    public_id = person()
    details = PersonDetails("Asali", row(public_id).group.public_id)
    change_person(
        public_id, details, ContactChange(phone="+254722000111", remove_email=True), 1, SYSTEM
    )
    assert show_contact(public_id, "phone", SYSTEM) == "+254722000111"
    assert show_contact(public_id, "email", SYSTEM) is None
    assert row(public_id).email_lookup is None
    assert actions()[-1] == "people.phone_shown"


@pytest.mark.any_engine
def test_a_new_printed_name_has_yet_to_be_confirmed(person, row):
    from kash.people.queries.persons import locked_person
    from kash.platform.vault import audited

    public_id = person()
    with audited("certificates.name_confirmed", SYSTEM) as change:
        stored = locked_person(change.session, public_id)
        stored.printed_name, stored.printed_name_confirmed_at = "Asali S.", change.now
        stored.row_version += 1
    assert row(public_id).name_for_paper == "Asali S."
    assert row(public_id).printed_name_confirmed_at is not None
    same = PersonDetails("Asali", row(public_id).group.public_id, printed_name="Asali S.")
    change_person(public_id, same, ContactChange(), 2, SYSTEM)
    assert row(public_id).printed_name_confirmed_at is not None
    other = PersonDetails("Asali", row(public_id).group.public_id, printed_name="Asali T.")
    change_person(public_id, other, ContactChange(), 3, SYSTEM)
    assert row(public_id).printed_name_confirmed_at is None


def test_postings_follow_each_other(person):
    first, second = (
        add_organisation(OrganisationDetails(name, "station"), SYSTEM)
        for name in ("Kondele", "Nyalenda")
    )
    public_id = person(organisation=first, since=date(2026, 3, 1))

    def move(where: str, day: date) -> None:
        transfer(public_id, where, day, today=TODAY, by=SYSTEM)

    with refuses("This person is there already."):
        move(first, TODAY)
    with refuses("This day is in the future, or before"):
        move(second, date(2026, 2, 1))
    with refuses("This day is in the future, or before"):
        move(second, date(2026, 11, 25))
    with refuses("Choose a station or collective from the list."):
        move("nothing", TODAY)
    move(second, date(2026, 9, 1))
    stays = [
        (posting.since, posting.until)
        for posting in db.session.scalars(select(Posting).order_by(Posting.since))
    ]
    assert stays == [(date(2026, 3, 1), date(2026, 9, 1)), (date(2026, 9, 1), None)]


@pytest.mark.any_engine
def test_after_midnight_it_is_the_day_and_the_year_of_the_programme(person, row, monkeypatch):
    """Three hours after it in Kisumu it is still yesterday in Greenwich, once a year last year."""
    place = add_organisation(OrganisationDetails("Kondele station", "station"), SYSTEM)
    night = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    monkeypatch.setattr("kash.platform.vault.audit.utc_now", lambda: night)
    found = row(person(organisation=place, birth_year=2009, age_band="18-24"))
    assert ([one.since for one in found.postings], found.minor) == ([date(2027, 1, 1)], False)


@pytest.mark.any_engine
def test_consent_is_added_never_changed(person):
    public_id = person()
    record_consent(public_id, "printed_name", "given", SYSTEM)
    for wrong in ("given", "refused"):
        with refuses("The answer has changed meanwhile."):
            record_consent(public_id, "printed_name", wrong, SYSTEM)
    record_consent(public_id, "printed_name", "withdrawn", SYSTEM)
    record_consent(public_id, "printed_name", "given", SYSTEM)
    kept = db.session.scalars(select(Consent).order_by(Consent.id)).all()
    assert [each.answer for each in kept] == ["given", "withdrawn", "given"]
    assert {each.text_version for each in kept} == {"2026-1"}
    assert kept[0].text.startswith("The programme may print the name")


@pytest.mark.any_engine
def test_an_organisation_and_a_group_have_names_of_their_own():
    made = add_organisation(OrganisationDetails("Kondele", "station"), SYSTEM)
    with refuses("Another organisation has this name."):
        add_organisation(OrganisationDetails("KONDELE", "partner"), SYSTEM)
    change_organisation(made, OrganisationDetails("Kondele", "partner"), SYSTEM)
    with refuses("Another group has this already.") as taken:
        add_group("Health workers", "a", is_police=False, by=SYSTEM)
    assert taken.value.field == "letter"
    add_group("Health workers", "c", is_police=False, by=SYSTEM)
    assert [group.letter for group in organisations.groups()] == ["A", "B", "C"]


@pytest.mark.any_engine
def test_how_far_each_role_reaches(person, row, actor, groups):
    trainer = actor("trainer")
    hers = person(by=trainer)
    other = person(chosen_name="Baraka", reference="X", phone=None)
    taught = person(chosen_name="Chausiku", reference="Y", phone=None)
    itself = actor("peer", person_id=row(other).id)

    def reached(who: Actor, permission: str = "people.see") -> set[str]:
        statement = select(Person.public_id).where(within_reach(who, permission))
        return set(db.session.scalars(statement))

    everyone = {hers, other, taught}
    for role in ("director", "monitoring", "custodian"):
        assert reached(actor(role)) == everyone
    for role in ("documentation", "administrator", "funder", "police_peer"):
        assert reached(actor(role)) == set()
    assert reached(itself) == {other}
    assert reached(trainer) == {hers}

    def of_workshops(who: Actor) -> Any:
        return select(Person.id).where(Person.public_id == taught, who == trainer)

    def has(who: Actor) -> Any:
        return Person.id.in_(of_workshops(who))

    with also_declared(OwnScope(of_workshops, has)):
        assert reached(trainer) == reached(trainer, "people.edit") == {hers, taught}
        assert reached(actor("trainer", "documentation")) == set()
        assert reached(actor("trainer", "monitoring"), "people.edit") == set()


@pytest.mark.any_engine
def test_a_walk_in_is_added_within_another_action(groups):
    from kash.platform.vault import audited

    with audited("workshops.walk_in_added", SYSTEM) as change:
        made = new_person(
            change.session, PersonDetails("Heri", groups[1].public_id), SYSTEM, utc_now()
        )
        change.about(made.public_id)
    assert actions() == ["workshops.walk_in_added"]
    assert EMAIL not in str(actions())


@pytest.mark.any_engine
def test_a_posting_is_open_for_the_database_as_it_is_in_memory(both_engines_app, person, groups):
    first, second = (
        add_organisation(OrganisationDetails(name, "station"), SYSTEM) for name in ("First", "Last")
    )
    moved = person(organisation=first, since=date(2026, 1, 5))
    person(chosen_name="Zuri Mfano", reference="", phone=None)
    today = date(2026, 3, 1)
    transfer(moved, second, today, today=today, by=SYSTEM)
    db.session.rollback()
    every = db.session.scalars(select(Posting).order_by(Posting.id)).all()
    by_sql = db.session.scalars(select(Posting).where(Posting.is_open)).all()
    people = db.session.scalars(select(Person).order_by(Person.id)).all()
    assert [each.is_open for each in every] == [False, True]
    assert by_sql == [each for each in every if each.is_open] == [every[0].person.present_posting]
    assert [each.present_posting is None for each in people] == [False, True]
