"""Every scope on every address: one opens what the table says, and nothing else."""

from datetime import date, timedelta

import pytest
from apiflask import APIFlask
from sqlalchemy import func, select, update

from kash.exchange.api.models import SCOPES, ApiToken
from kash.exchange.api.queries import count_in_use
from kash.exchange.api.rules import TokenStands
from kash.exchange.api.specification import ScopedBlueprint, endpoints
from kash.figures.indicators.models import Completion
from kash.figures.statements.rules import Name
from kash.people.connections.models import Connection
from kash.people.models import Person
from kash.platform.database import db, utc_now, writing
from kash.policy import UndeclaredPermission, allow
from kash.workshops.models import Workshop
from tests.workshops.conftest import make_person

# Written from what the programme agreed: which scope opens which address.
TABLE = {
    "GET /token": "",
    "GET /openapi.json": "",
    "GET /people": "people.read",
    "GET /people/<public_id>": "people.read",
    "GET /workshops": "workshops.read",
    "GET /workshops/<public_id>": "workshops.read",
    "GET /workshops/<public_id>/attendance": "attendance.read",
    "POST /workshops/<public_id>/attendance/operations": "attendance.mark",
    "GET /certificates": "certificates.read",
    "GET /certificates/<serial>": "certificates.read",
    "GET /releases": "releases.read",
    "GET /indicators": "indicators.read",
    "GET /indicators/<key>": "indicators.read",
}


def _addresses(app: APIFlask) -> set[str]:
    return {
        f"{method} {rule.rule.removeprefix('/api/v1')}"
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(f"{endpoints.name}.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


@pytest.mark.any_engine
def test_every_scope_opens_the_addresses_of_the_table_and_no_other(app, held, program):
    assert _addresses(app) == set(TABLE)
    parts = {"<public_id>": held.workshop, "<serial>": "K7RM2WQX4NVH", "<key>": "headcount"}
    wrong = []
    for scope in SCOPES:
        with_people = ("people.read",) if scope.key == "people.names" else ()
        one = program(scope.key, *with_people, owner=held.trainer)
        has = {"", scope.key, *with_people}
        for place, needed in TABLE.items():
            method, _space, path = place.partition(" ")
            address = path
            for part, value in parts.items():
                address = address.replace(part, value)
            status = one.ask(address, method).status_code
            if (status == 403) is (needed in has) or status >= 500:
                wrong.append(f"{place} with {scope.key}: {status}")
    assert wrong == []


@pytest.mark.any_engine
def test_an_address_without_a_scope_stops_the_start():
    forgetful = ScopedBlueprint("forgetful", __name__)
    with pytest.raises(UndeclaredPermission, match="/forgotten"):
        forgetful.get("/forgotten")(allow("people.see")(lambda: ""))


@pytest.mark.any_engine
def test_no_session_of_a_browser_counts_and_no_token_opens_a_page(app, sign_in, program):
    browser = sign_in("director")
    assert browser.get("/api/v1/workshops").status_code == 401  # type: ignore[attr-defined]
    one = program()
    bearing = {"Authorization": f"Bearer {one.secret}"}
    assert app.test_client().get("/people", headers=bearing).status_code == 303


@pytest.mark.any_engine
def test_names_leave_by_their_own_scope_and_contacts_and_minors_never(app, held, program):
    shown, minor = make_person("Akinyi Wazi", "A"), make_person("Mdogo Siri", "A", minor=True)
    with writing() as session:
        row = session.scalars(select(Person).where(Person.public_id == shown)).one()
        row.phone_sealed, row.reference = b"+254712345678", "zq-reference"
    one, other = program("people.read"), program("people.read", "people.names")
    told = {item["id"]: item["name"] for item in one.ask("/people?group=A").json["items"]}
    named = {item["id"]: item["name"] for item in other.ask("/people?group=A").json["items"]}
    assert told.keys() == named.keys()
    assert set(told.values()) == {None}
    assert named[shown] == "Akinyi Wazi"
    assert minor not in named
    assert other.ask(f"/people/{minor}").status_code == 404
    person = other.ask(f"/people/{shown}")
    assert set(person.json) == {
        "id", "group", "sex", "age_band", "cadre", "ward", "station", "changed_at", "name",
    }  # fmt: skip
    assert "712345678" not in person.text
    assert "zq-reference" not in person.text


@pytest.mark.any_engine
def test_people_of_two_groups_never_stand_in_one_answer(app, held, program):
    one = program("people.read")
    assert one.ask("/people").status_code == 422
    officers = one.ask("/people?group=A").json
    assert {item["group"] for item in officers["items"]} == {"A"}
    assert officers["counts"] == []
    others = one.ask("/people?group=B").json
    assert (others["items"], others["next"]) == ([], None)


@pytest.mark.any_engine
def test_a_trainers_token_reaches_the_people_of_her_workshops_alone(app, held, program):
    stranger = make_person("Mgeni Mbali", "A")
    one = program("people.read", owner=held.trainer)
    told = {item["id"] for item in one.ask("/people?group=A").json["items"]}
    assert told
    assert stranger not in told
    assert one.ask(f"/people/{stranger}").status_code == 404


@pytest.mark.any_engine
def test_a_walk_through_pages_gives_each_once_while_others_are_added(
    both_engines_app, actor, program
):
    before = {make_person(f"Person {number}", "A") for number in range(7)}
    one = program("people.read")
    address, read = "/people?group=A&limit=2", []
    for number in range(20):
        page = one.ask(address).json
        read += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        make_person(f"Later {number}", "A")
        address = page["next"]
    assert page["next"] is None
    assert len(read) == len(set(read))
    assert before <= set(read)
    assert read == sorted(read)


@pytest.mark.any_engine
def test_what_has_not_changed_is_not_sent_again(app, held, program):
    one = program("workshops.read")
    first = one.ask("/workshops")
    tag = {"If-None-Match": first.headers["ETag"]}
    again = one.ask("/workshops", headers=tag)
    assert (again.status_code, again.get_data()) == (304, b"")
    with writing() as session:
        session.execute(update(Workshop).values(state="cancelled"))
    changed = one.ask("/workshops", headers=tag)
    assert changed.status_code == 200
    assert [item["state"] for item in changed.json["items"]] == ["cancelled"]
    assert {"Authorization", "Accept-Language"} <= set(first.vary)


@pytest.mark.any_engine
def test_no_list_asks_more_often_for_three_rows_than_for_one(app, held, program, count_queries):
    owner = held.trainer
    one = program("people.read", "workshops.read", "attendance.read", owner=owner)
    places = ("/people?group=A", "/workshops", f"/workshops/{held.workshop}/attendance")
    for place in places:
        one.ask(place)
        counts = []
        for limit in (1, 3):
            address = f"{place}{'&' if '?' in place else '?'}limit={limit}"
            with count_queries() as queries:  # type: ignore[attr-defined]
                assert one.ask(address).status_code == 200
            counts.append(queries.count)
        assert counts[0] == counts[1], place
    assert db.session.scalar(select(func.count(ApiToken.id))) == 1


def test_community_members_are_told_as_a_statement_told_them_and_never_as_of_now(
    app, held, program, monkeypatch
):
    """Two counts of them a day apart would tell who came on it."""
    day, version = date(2026, 11, 18), held.row.version
    zawadi = db.session.scalars(select(Person).where(Person.chosen_name == "Zawadi Sampuli")).one()
    db.session.add(
        Completion(
            workshop_id=held.row.id,
            person_id=zawadi.id,
            course_id=version.course_id,
            held_on=day,
            completed_on=day,
            minutes=360,
            percentage=100,
            met=True,
            group_id=zawadi.group_id,
        )
    )
    db.session.commit()
    one = program("indicators.read")
    path = "/indicators/people_completed?period=2026-Q4&by=course"
    told = one.ask(path).json
    assert (told["count"], told["community"], told["cells"]) == (0, None, [])
    for value, starred in ((12, False), (None, True)):
        monkeypatch.setattr(
            "kash.exchange.api.queries.told_by_period",
            lambda _session, value=value: {"2026-Q4": {Name("people_completed"): value}},
        )
        told = one.ask(path).json
        assert (told["count"], told["community"]) == (0, value)
        assert told["community_starred"] is starred


def test_a_token_ends_with_the_connection_that_was_agreed_to_with_it(app, program):
    """Another processor in another country is another agreement, though both are on."""
    one = program("indicators.read")
    assert one.ask("/token").status_code == 200
    row = db.session.scalars(select(Connection).where(Connection.public_id == one.connection)).one()
    row.created_at = utc_now() + timedelta(seconds=1)
    db.session.commit()
    assert one.ask("/token").status_code == 401
    # And it says so, where it stands as in use no longer.
    found = db.session.scalars(select(ApiToken).where(ApiToken.public_id == one.token)).one()
    assert found.stands(utc_now()) is TokenStands.ENDED
    assert db.session.scalar(count_in_use(utc_now())) == 0


@pytest.mark.any_engine
def test_indicators_are_told_of_whole_quarters_and_never_by_what_singles_a_person_out(
    both_engines_app, held, program
):
    day, version = date(2026, 11, 18), held.row.version
    baraka = db.session.scalars(select(Person).where(Person.chosen_name == "Baraka Sampuli")).one()
    db.session.add(
        Completion(
            workshop_id=held.row.id,
            person_id=baraka.id,
            course_id=version.course_id,
            held_on=day,
            completed_on=day,
            minutes=360,
            percentage=100,
            met=True,
            group_id=baraka.group_id,
        )
    )
    db.session.commit()
    one = program("indicators.read")
    told = one.ask("/indicators?period=2026-Q4").json["items"]
    counts = {item["key"]: item["count"] for item in told}
    assert (counts["people_completed"], counts["gain"]) == (1, None)
    assert {item["period"] for item in told} == {"2026-Q4"}
    apart = one.ask("/indicators/people_completed?period=2026&by=refresher").json
    assert apart["cells"] == [{"value": "new", "count": 1}]
    assert one.ask("/indicators?period=2025-Q1").json["items"][0]["count"] is None
    for by in ("group", "sex", "ward", "station", "age_band", "cadre"):
        answer = one.ask(f"/indicators/people_completed?period=2026-Q4&by={by}")
        assert answer.status_code == 422
    for period in ("2026-11", "2026-11-17..2026-11-18", "2026-Q5", "x"):
        assert one.ask(f"/indicators?period={period}").status_code == 422
    for path in (
        "/indicators/nothing?period=2026",
        "/indicators/workshops_held?period=2026&by=refresher",
        f"/indicators?period=2026&funder={'0' * 16}",
    ):
        assert one.ask(path).status_code == 404
