"""Lists that stay quick among many people: none of them reads everybody to show a few."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import Date, event, insert, literal, select, update

from kash.desk import queries as desk_queries
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.queries.organisations import organisation_list
from kash.people.queries.search import PeopleSearch, find_people, people
from kash.people.services.organisations import OrganisationDetails, add_organisation
from kash.platform.database import db, utc_now, writing
from kash.policy import SYSTEM, Actor
from tests.people.conftest import Adding, many

SignIn = Callable[..., FlaskClient]
Counting = Callable[[], AbstractContextManager[Any]]

PAGES = {
    "/": "custodian",
    "/people/minors": "custodian",
    "/people/organisations": "trainer",
    "/settings/zones": "administrator",
    "/settings/zones/spellings": "administrator",
    "/settings/retention": "administrator",
    "/settings/retention/people": "director",
}


# What is counted is counted in an index, without reading the rows themselves; but for who was quiet
# for long, of whom so many are counted and no more.
_READS_ROWS = re.compile(
    r"(SCAN|SEARCH) (person|posting)\b(?!.*(COVERING INDEX|PRIMARY KEY|ix_person_changed_at))"
)


@pytest.mark.parametrize("path", PAGES)
def test_no_list_of_a_few_reads_everybody(
    path: str, app: APIFlask, sign_in: SignIn, person: Adding
) -> None:
    """At 200,000 people each of these pages took five to forty times as long as at 2,000."""
    place = add_organisation(OrganisationDetails("Kondele", "station"), SYSTEM)
    for ward in ("Obunga", "Manyatta"):
        person(organisation=place, ward=ward, reference="", phone=None)
    browser = sign_in(PAGES[path])
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.append((statement, given))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert browser.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    read_whole = []
    with db.engine.connect() as connection:
        for statement, given in asked:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
            steps = [str(row[-1]) for row in plan]
            read_whole += [
                (step, statement)
                for step in steps
                if step in ("SCAN person", "SCAN posting")
                or ("count(" in statement and _READS_ROWS.match(step))
            ]
    assert asked
    assert read_whole == []


def steps_of(app: APIFlask, ask: Callable[[], object]) -> int:
    """How many steps SQLite takes to answer."""
    steps = 0

    def note() -> int:
        nonlocal steps
        steps += 1
        return 0

    with app.test_request_context("/", method="POST"):
        # The first question of a connection takes steps of its own.
        ask()
        connection: Any = db.session.connection().connection.driver_connection
        connection.set_progress_handler(note, 1)
        try:
            ask()
        finally:
            connection.set_progress_handler(None, 0)
    return steps


def post_all(name: str, to: str) -> None:
    """Post everybody of this first name, who is posted nowhere yet, to an organisation."""
    place = select(Organisation.id).where(Organisation.public_id == to).scalar_subquery()
    with writing() as session:
        session.execute(
            insert(Posting).from_select(
                ["public_id", "person_id", "organisation_id", "since"],
                select(Person.public_id, Person.id, place, literal(utc_now().date(), Date())).where(
                    Person.chosen_name.startswith(f"{name} ")
                ),
            )
        )


def test_at_a_station_so_many_are_counted_and_no_more(
    both_engines_app: APIFlask, groups: tuple[Group, Group], sign_in: SignIn
) -> None:
    busy, quiet = (
        add_organisation(OrganisationDetails(name, "station"), SYSTEM)
        for name in ("Kondele", "Manyatta")
    )
    for name, count, place in (("Asha", 501, busy), ("Juma", 500, quiet)):
        many(groups[0].id, [f"{name} {number}" for number in range(count)])
        post_all(name, place)
    for role in ("trainer", "director"):
        page = sign_in(role).get("/people/organisations?sort=people&direction=desc").text
        cells = re.findall(r'(?s)<td class="num"[^>]*>(.*?)</td>', page)
        told = [re.sub(r"<[^>]*>", "", cell).strip() for cell in cells]
        assert told == ["More than 500", "500"]
        # Whoever sees everybody reads in their list how many.
        links = [re.findall(r'href="([^"]*)"', cell) for cell in cells]
        lists = [[f"/people?organisation={place}"] for place in (busy, quiet)]
        assert links == (lists if role == "director" else [[], []])
    assert "Total: 501" in sign_in("director").get(f"/people?organisation={busy}").text


def test_the_list_of_organisations_takes_as_long_however_many_are_posted(
    app: APIFlask, groups: tuple[Group, Group]
) -> None:
    place = add_organisation(OrganisationDetails("Kondele", "station"), SYSTEM)
    steps = []
    for name in ("Asha", "Juma"):
        many(groups[0].id, [f"{name} {number}" for number in range(600)])
        post_all(name, place)
        steps.append(steps_of(app, organisation_list))
    assert steps[0] == steps[1]


def test_to_choose_somebody_as_few_are_looked_at_however_many_are_called_so(
    app: APIFlask, groups: tuple[Group, Group], actor: Callable[..., Actor]
) -> None:
    trainer = actor("trainer")
    many(groups[1].id, ["Ochieng"] * 150)
    steps = []
    for _again in range(2):
        many(groups[0].id, [f"Achieng Ochieng {number}" for number in range(300)])
        steps.append(steps_of(app, lambda: find_people(trainer, "ochieng")))
    # The index of words takes a few of its own, as it lies in more or fewer pieces.
    assert steps[1] < steps[0] * 1.1


def test_who_was_found_by_name_is_not_counted_once_more(
    app: APIFlask, person: Adding, actor: Callable[..., Actor], count_queries: Counting
) -> None:
    person()
    director = actor("director")
    with app.test_request_context("/", method="POST"), count_queries() as asked:
        found = people(director, PeopleSearch("asali"))
    assert (found.total, [row.chosen_name for row in found]) == (1, ["Asali Sampuli"])
    assert [one for one in asked.statements if "count(" in one] == []


def test_who_was_found_by_name_is_put_in_order_beside_every_index_of_names(
    app: APIFlask, person: Adding, actor: Callable[..., Actor], count_queries: Counting
) -> None:
    """PostgreSQL read 130,000 names in their order to give the first six of a thousand."""
    person()
    director = actor("director")
    with app.test_request_context("/", method="POST"), count_queries() as asked:
        people(director, PeopleSearch("asali"))
        find_people(director, "asali")
    orders = [one.rpartition("ORDER BY ")[2] for one in asked.statements if "chosen_name" in one]
    assert len(orders) == 2
    assert [order for order in orders if order.startswith("person.sort_name,")] == []


def test_of_more_than_are_told_those_who_were_quiet_longest_are_listed(
    app: APIFlask,
    sign_in: SignIn,
    person: Adding,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk_queries, "MOST_QUIET", 2)
    monkeypatch.setattr("kash.desk.settings.retention.queries.MOST_QUIET", 2)
    names = ("Zawadi", "Akinyi", "Odera")
    long_ago = utc_now() - timedelta(days=365 * 20)
    for number, name in enumerate(names):
        public_id = person(chosen_name=name, reference="", phone=None)
        with writing() as session:
            at = long_ago + timedelta(days=number)
            session.execute(
                update(Person)
                .where(Person.public_id == public_id)
                .values(changed_at=at, created_at=at)
            )
    listed = sign_in("director").get("/settings/retention/people").text
    assert [name for name in names if name in listed] == ["Zawadi", "Akinyi"]
    assert "There are more than 2." in listed
    assert "more than 2" in sign_in("administrator").get("/settings/retention").text
