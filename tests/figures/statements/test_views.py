"""Pages of statements: each role finds its steps, and a funder reads only what was sent to it."""

import csv
import io
import json

import pytest
from flask import current_app
from sqlalchemy import select

from kash.figures.funders.models import FunderAccount
from kash.people.models import Person
from kash.platform.database import db, is_public_id, new_public_id
from kash.workshops.models import Funder

pytestmark = pytest.mark.any_engine


@pytest.fixture
def funder(programme, actor):
    """Somebody of Amber."""
    made = actor("funder")
    amber = db.session.query(Funder).filter_by(name="Amber").one()
    db.session.add(
        FunderAccount(
            account_id=made.account_id,
            funder_id=amber.id,
            state="approved",
            proposed_by=new_public_id(),
            approved_by=new_public_id(),
        )
    )
    db.session.commit()
    return made


def test_a_statement_goes_from_one_to_another_and_then_to_its_funder(held, funder, client_for):
    officer, director, reader = map(client_for, (held.monitoring, held.director, funder))
    assert "2024-Q4" in officer.get("/statements/new").text
    chosen = {"funder": held.funders["Amber"], "period": "2025-Q1"}
    wrong = officer.post("/statements/new", data=chosen | {"period": "2025-03"})
    assert wrong.status_code == 422
    made = officer.post("/statements/new", data=chosen)
    at = made.headers["Location"]
    assert (made.status_code, reader.get(at).status_code) == (303, 404)
    assert officer.post(f"{at}/propose").status_code == 302
    assert "Figures for funders that wait for you" in director.get("/").text
    page = director.get(at).text
    digest = page.partition('name="digest"')[2].partition('value="')[2].partition('"')[0]
    assert director.post(f"{at}/approve", data={"digest": "0" * 64}).status_code == 409
    assert director.post(f"{at}/approve", data={"digest": digest}).status_code == 302
    assert reader.get(f"{at}/document").status_code == 404
    assert f"{at}" in officer.get("/").text
    assert f'href="{at}/send"' in officer.get(at).text
    assert "cannot be taken back" in officer.get(f"{at}/send").text
    assert officer.post(f"{at}/send").status_code == 302
    assert "Quarter 1 of 2025" in reader.get("/statements").text
    onward = ['href="/funder-reports/"' in one.get(at).text for one in (officer, director)]
    assert onward == [True, False]
    read, sent = reader.get(at).text, officer.get(at).text
    assert ("Since then" in read, "Since then" in sent) == (False, True)
    assert held.monitoring.public_id not in read
    assert "Account 1" not in read
    whole = reader.get(f"{at}/document")
    assert json.loads(whole.data)["funder"] == "Amber"
    assert reader.get("/statements/left").status_code == 403
    left = f"/statements/left/{held.funders['Amber']}"
    assert "1 to 10" in director.get(left).text
    table = director.post(f"{left}?take=csv").text
    _head, *rows = csv.reader(io.StringIO(table.lstrip("\ufeff")))
    assert len(rows) == len(json.loads(whole.data)["figures"])
    assert [row[5:] for row in rows if row[7] == "10"] == [["*", "1", "10"]] * 2
    assert reader.post(f"{left}?take=csv").status_code == 403
    assert (
        "No star can be narrowed to fewer than five people" in director.get("/statements/left").text
    )


def test_no_page_and_no_download_of_a_funder_tells_of_the_community_one_by_one(
    held, funder, client_for
):
    """With rows of people, of marks or of certificates beside its statement no star would hide
    anybody."""
    made = held.sent("Amber")
    reader, officer = client_for(funder), client_for(held.monitoring)
    words = {
        word
        for person in db.session.scalars(select(Person))
        for word in (person.public_id, person.chosen_name)
    }
    db.session.rollback()
    addresses = [
        str(rule)
        for rule in current_app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]
    addresses += [f"/statements/{made}", f"/statements/{made}/document"]
    read = 0
    for address in addresses:
        for answer in (reader.get(address), reader.post(f"{address}?take=csv")):
            if answer.status_code == 200 and answer.mimetype != "text/javascript":
                read += 1
                assert {word for word in words if word in answer.text} == set(), address
    assert read > 10
    # The control: whoever may see people reads them there.
    some = min(word for word in words if is_public_id(word))
    assert some in officer.get(f"/people/{some}").text


def test_a_funder_reads_nothing_of_another_nor_without_a_tie(held, funder, actor, client_for):
    made = held.sent("Birch")
    for who in (funder, actor("funder")):
        reader = client_for(who)
        assert reader.get(f"/statements/{made}").status_code == 404
        assert reader.get(f"/statements/{made}/document").status_code == 404
        assert "2025" not in reader.get("/statements").text.partition("<main")[2]


def test_where_no_funder_is_yet_freezing_says_where_one_is_named(actor, client_for):
    page = client_for(actor("monitoring")).get("/statements/new").text
    assert ("A trainer names on a workshop's plan who pays" in page, "<select" in page) == (
        True,
        False,
    )
    assert "then you decide on Today" in client_for(actor("director")).get("/statements").text


def test_a_mixed_year_is_refused_beside_what_was_chosen(held, client_for):
    held.sent()
    officer = client_for(held.monitoring)
    chosen = {"funder": held.funders["Birch"], "period": "2025"}
    refused = officer.post("/statements/new", data=chosen)
    assert (refused.status_code, "would show single people" in refused.text) == (409, True)
    assert officer.post("/statements/new", data=chosen | {"police_only": "y"}).status_code == 303


def test_what_was_not_sent_is_frozen_anew_sent_back_or_thrown_away(held, client_for):
    officer, director = client_for(held.monitoring), client_for(held.director)
    at = f"/statements/{held.agreed()}"
    assert officer.post(f"{at}/discard").headers["Location"] == at
    assert director.post(f"{at}/turn-back", data={}).status_code == 422
    assert director.post(f"{at}/turn-back", data={"reason": "March is late."}).status_code == 302
    assert "March is late." in officer.get(at).text
    assert ["March is late." in one.get("/").text for one in (officer, director)] == [True, False]
    assert officer.post(f"{at}/freeze-again").status_code == 302
    assert f'href="{at}/discard"' in officer.get(at).text
    assert "Throw these figures away?" in officer.get(f"{at}/discard").text
    assert officer.post(f"{at}/discard").headers["Location"] == "/statements"
    assert officer.get(at).status_code == 404


def test_the_list_asks_no_more_for_three_statements_than_for_one(
    programme, client_for, count_queries
):
    page, counts = client_for(programme.director), []
    for funder in ("Amber", "Birch"):
        programme.frozen(funder)
        page.get("/statements")
        with count_queries() as asked:
            assert page.get("/statements").status_code == 200
        counts.append(asked.count)
    assert counts[0] == counts[1]


def test_a_page_asks_no_more_for_many_people_than_for_few(held, client_for, count_queries):
    page, at = client_for(held.director), f"/statements/{held.sent()}"
    counts = []
    for more in (0, 40):
        if more:
            held.completed(held.workshop(held.day, "Amber"), more, police=True, sex="female")
        page.get(at)
        with count_queries() as asked:
            assert page.get(at).status_code == 200
        counts.append(asked.count)
    assert counts[0] == counts[1]


def test_where_nothing_has_left_the_page_says_so_and_what_will_stand_there(held, client_for):
    """That there was nothing to work out would sound as if all that left had been looked at."""
    director = client_for(held.director)
    told = director.get("/statements/left").text
    assert ("Nothing has left yet" in told, "No figure that left was starred" in told) == (
        True,
        False,
    )
    assert "how far all that left narrows the people behind a star" in told
