"""Lists that stay quick among many people: none of them reads everybody to show a few."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import event, update

from kash.database import db, utc_now, writing
from kash.desk import queries as desk_queries
from kash.people import services
from kash.people.models import Person
from kash.people.services import OrganisationDetails
from kash.policy import SYSTEM
from tests.people.conftest import Adding

SignIn = Callable[..., FlaskClient]

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
    place = services.add_organisation(OrganisationDetails("Kondele", "station"), SYSTEM)
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
