"""Whom a trainer reaches: those she added, those in her workshops, and herself."""

from dataclasses import replace

from sqlalchemy import select, update

from kash.people.models import Person
from kash.people.queries.search import PeopleSearch, people
from kash.people.scope import ids_within_reach, within_reach
from kash.platform.database import db, utc_now, writing
from kash.policy import Role
from kash.workshops.queries.deliveries import open_slots, upcoming_sessions
from kash.workshops.services.people import enrol
from tests.workshops.conftest import make_person


def test_each_is_counted_once_however_often_she_is_reached(both_engines_app, plan):
    made = plan()
    again = plan(by=made.trainer)
    enrolled, twice, added_too, added, nobodys = (
        make_person(f"{name} Sampuli") for name in ("Zawadi", "Baraka", "Faraja", "Neema", "Tatu")
    )
    for workshop, public_ids in ((made, (enrolled, twice, added_too)), (again, (twice, added_too))):
        for public_id in public_ids:
            enrol(workshop.workshop, public_id, made.trainer)
    with writing() as session:
        session.execute(
            update(Person)
            .where(Person.public_id.in_((added_too, added)))
            .values(created_by=made.trainer.public_id)
        )
    for herself, number in (("", 4), (enrolled, 4), (nobodys, 5)):
        own = db.session.scalar(select(Person.id).where(Person.public_id == herself))
        who = replace(made.trainer, roles=frozenset({Role.TRAINER, Role.PEER}), person_id=own)
        reached = select(Person.id).where(within_reach(who, "people.see"))
        counted = db.session.scalars(ids_within_reach(who, "people.see")).all()
        assert sorted(counted) == sorted(db.session.scalars(reached))
        assert len(counted) == number
        one_by_one = select(Person.id).where(within_reach(who, "people.see", few=True))
        assert sorted(db.session.scalars(one_by_one)) == sorted(counted)


def test_who_is_in_her_workshops_is_counted_without_looking_for_her_among_everybody(
    app, held, count_queries
):
    """PostgreSQL read 200,000 people to count 2,000 of them."""
    with app.test_request_context("/"), count_queries() as asked:
        assert people(held.trainer, PeopleSearch()).total == 3
    (counting,) = (one for one in asked.statements if "count(" in one)
    assert "FROM enrolment" in counting
    assert "person.id IN" not in counting


def test_somebody_is_asked_for_in_her_own_workshops_alone_where_few_are_asked_about(actor):
    """Beside all workshops of a trainer PostgreSQL read 5,000 of them anew for each person: the
    people of a station took 1.3 s, those on a track five."""
    asked = str(within_reach(actor("trainer"), "people.see", few=True))
    assert " IN " not in asked
    assert "facilitator.workshop_id = enrolment_1.workshop_id" in asked


def test_what_is_open_is_asked_for_as_its_index_holds_it(app, held, count_queries):
    """PostgreSQL put thousands of registers in order to show a trainer the next five of hers."""
    with app.test_request_context("/"), count_queries() as asked:
        upcoming_sessions(held.trainer, utc_now())
        open_slots(held.trainer, utc_now())
    of_open = "slot.closed_at IS NULL AND slot.confirmed_at IS NULL AND slot.starts_at"
    assert [of_open in one for one in asked.statements] == [True, True]
