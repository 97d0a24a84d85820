"""Lists that stay quick among many people: none of them reads everybody to show a few."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import Date, event, insert, literal, select, update

from kash.desk import queries as desk_queries
from kash.people.models import Organisation, Person, Posting
from kash.people.queries import search as search_queries
from kash.people.queries.directory import organisation_list
from kash.people.queries.search import PeopleSearch, find_people, people
from kash.people.search import BLOCK
from kash.people.services.contacts import OrganisationDetails, add_organisation
from kash.platform.database import db, utc_now, writing
from kash.policy import SYSTEM
from tests.people.conftest import many

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


@contextmanager
def questions() -> Iterator[list[tuple[str, Any]]]:
    """The selects that are asked meanwhile, with what is given to them."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
        if statement.lstrip().startswith(("SELECT", "WITH")):
            asked.append((statement, given))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PAGES)
def test_no_list_of_a_few_reads_everybody(path, app, sign_in, person):
    """At 200,000 people each of these pages took five to forty times as long as at 2,000."""
    place = add_organisation(OrganisationDetails("Kondele", "station"), SYSTEM)
    for ward in ("Obunga", "Manyatta"):
        person(organisation=place, ward=ward, reference="", phone=None)
    browser = sign_in(PAGES[path])
    with questions() as asked:
        assert browser.get(path).status_code == 200
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


def test_at_a_station_so_many_are_counted_and_no_more(both_engines_app, groups, sign_in):
    busy, quiet = (
        add_organisation(OrganisationDetails(name, "station"), SYSTEM)
        for name in ("Kondele", "Manyatta")
    )
    for name, count, place in (("Asha", 251, busy), ("Juma", 250, quiet)):
        many(groups[0].id, [f"{name} {number}" for number in range(count)])
        post_all(name, place)
    for role in ("trainer", "director"):
        page = sign_in(role).get("/people/organisations?sort=people&direction=desc").text
        cells = re.findall(r'(?s)<td class="num"[^>]*>(.*?)</td>', page)
        told = [re.sub(r"<[^>]*>", "", cell).strip() for cell in cells]
        assert told == ["More than 250", "250"]
        # Whoever sees everybody reads in their list how many.
        links = [re.findall(r'href="([^"]*)"', cell) for cell in cells]
        lists = [[f"/people?organisation={place}"] for place in (busy, quiet)]
        assert links == (lists if role == "director" else [[], []])
    assert "Total: 251" in sign_in("director").get(f"/people?organisation={busy}").text


def test_the_list_of_organisations_takes_as_long_however_many_are_posted(app, groups):
    place = add_organisation(OrganisationDetails("Kondele", "station"), SYSTEM)
    steps = []
    for name in ("Asha", "Juma"):
        many(groups[0].id, [f"{name} {number}" for number in range(600)])
        post_all(name, place)
        steps.append(steps_of(app, organisation_list))
    assert steps[0] == steps[1]


def test_to_choose_somebody_as_few_are_looked_at_however_many_are_called_so(app, groups, actor):
    trainer = actor("trainer")
    many(groups[1].id, ["Ochieng"] * 150)
    steps = []
    for _again in range(2):
        many(groups[0].id, [f"Achieng Ochieng {number}" for number in range(300)])
        steps.append(steps_of(app, lambda: find_people(trainer, "ochieng")))
    # The index of words takes a few of its own, as it lies in more or fewer pieces.
    assert steps[1] < steps[0] * 1.1


def test_of_everybody_so_many_are_counted_until_all_are_asked_for(
    both_engines_app, groups, sign_in, monkeypatch
):
    monkeypatch.setattr(search_queries, "MOST_COUNTED", 100)
    many(groups[0].id, [f"Asha {number:03}" for number in range(100)])
    director = sign_in("director")
    page = director.get("/people").text
    assert "Total: 100" in page
    assert "Count all" not in page
    many(groups[1].id, [f"Juma {number:03}" for number in range(51)])
    for path in ("/people", f"/people?group={groups[1].public_id}&page=9"):
        assert "Those added last are shown" not in director.get(path).text
    page = director.get("/people").text
    assert "More than 100" in page
    assert "Total" not in page
    assert 'href="/people?counted=all">Count all<' in page
    counted = director.get("/people?counted=all").text
    assert "Total: 151" in counted
    assert "Count all" not in counted
    # Whoever is not counted yet is reached page by page all the same.
    for number in (2, 3):
        assert (
            f'href="/people?page={number + 1}&amp;sort=name'
            in director.get(f"/people?page={number}").text
        )
    assert "Juma 050" in director.get("/people?page=4").text


def test_the_list_of_everybody_takes_as_long_however_many_they_are(app, groups, actor, monkeypatch):
    monkeypatch.setattr(search_queries, "MOST_COUNTED", 100)
    director = actor("director")
    steps = []
    for name in ("Asha", "Juma"):
        many(groups[0].id, [f"{name} {number}" for number in range(600)])
        steps.append(steps_of(app, lambda: people(director, PeopleSearch())))
    assert steps[0] == steps[1]


def test_of_those_whom_a_trainer_reaches_the_first_are_looked_for_among_the_first_names(
    both_engines_app, groups, actor, client_for, monkeypatch
):
    """A page is the same however it is found, and says how many there are as far as is counted."""
    trainer = actor("trainer")
    many(groups[0].id, [f"Asha {number:03}" for number in range(260)])
    with writing() as session:
        # Every second one is hers.
        hers = Person.id % 2 == 0
        session.execute(update(Person).where(hers).values(created_by=trainer.public_id))
    browser = client_for(trainer)
    for most, told in ((60, "More than 60"), (129, "More than 129"), (130, "Total: 130")):
        monkeypatch.setattr(search_queries, "MOST_REACHED", most)
        pages = {}
        for among in (250, 10, 0):
            monkeypatch.setattr(search_queries, "_FIRST_NAMES", among)
            for asked in ("", "?page=2", "?direction=desc", "?sort=added"):
                page = browser.get(f"/people{asked}").text
                found = re.findall(r"Asha \d{3}(?=<)", page.partition("<main")[2])
                names = list(dict.fromkeys(found))
                assert pages.setdefault(asked, names) == names
                assert (told in page) or asked
        assert [len(pages[asked]) for asked in pages] == [50, 50, 50, 50]
        assert pages[""] + pages["?page=2"] == sorted(pages[""] + pages["?page=2"])


def read_by_words(app: APIFlask, ask: Callable[[], object]) -> int:
    """How many rows PostgreSQL reads of people found by the words of their names.

    Among few it would rather try everybody than use an index: that is not let here.
    """
    with app.test_request_context("/", method="POST"), questions() as asked:
        ask()
    by_words = [(statement, given) for statement, given in asked if "tsquery" in statement]
    assert by_words
    read = []

    def look_at(node: dict[str, Any]) -> None:
        if node.get("Relation Name") == "person":
            assert node["Node Type"] == "Bitmap Heap Scan"
            read.append(int(node["Actual Rows"]))
        for below in node.get("Plans", ()):
            look_at(below)

    with db.engine.connect() as connection:
        for way in ("seqscan", "indexscan", "indexonlyscan"):
            connection.exec_driver_sql(f"SET LOCAL enable_{way} = off")
        for statement, given in by_words:
            explained = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
            (plan,) = connection.exec_driver_sql(explained, given).scalar_one()
            look_at(plan["Plan"])
    return sum(read)


def test_of_a_common_name_those_added_last_are_found_without_reading_all_who_are_called_so(
    postgresql_app, groups, actor
):
    """PostgreSQL read 5,600 people of one name among 200,000 to list 500 of them."""
    director = actor("director")

    def find() -> None:
        assert people(director, PeopleSearch("ochieng")).beyond
        find_people(director, "ochieng")

    read = []
    for blocks in (range(20, 32), range(20)):
        for block in blocks:
            many(groups[0].id, ["Achieng Ochieng"] * 60, range(block * BLOCK, block * BLOCK + 60))
        read.append(read_by_words(postgresql_app, find))
    # Those of the ten blocks that were added last, by each of the two.
    assert read == [600 + 600] * 2


def test_who_was_found_by_name_is_not_counted_once_more(app, person, actor, count_queries):
    person()
    director = actor("director")
    with app.test_request_context("/", method="POST"), count_queries() as asked:
        found = people(director, PeopleSearch("asali"))
    assert (found.total, [row.chosen_name for row in found]) == (1, ["Asali Sampuli"])
    assert [one for one in asked.statements if "count(" in one] == []


def test_who_was_found_by_name_is_put_in_order_beside_every_index_of_names(
    app, person, actor, count_queries
):
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
    app, sign_in, person, monkeypatch
):
    monkeypatch.setattr(desk_queries, "MOST_QUIET", 2)
    monkeypatch.setattr("kash.desk.settings.people.queries.MOST_QUIET", 2)
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


def test_whoever_was_found_is_asked_about_alone(app, person, actor, count_queries):
    """To show fifty of those who are called so, all whom a trainer reaches were gathered."""
    person()
    with app.test_request_context("/", method="POST"), count_queries() as asked:
        assert people(actor("trainer"), PeopleSearch("asali")).total == 1
    assert [one for one in asked.statements if "IN (SELECT enrolment" in one] == []
