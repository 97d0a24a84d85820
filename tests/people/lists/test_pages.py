"""Bringing in a list by its pages: what is shown, corrected, decided, saved and taken back."""

import io
import re
import tempfile
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from kash.people.lists.choices import ADD
from kash.people.lists.files import MOST_BYTES
from kash.people.lists.services import GuessNotLookedAt, choose
from kash.people.lists.services.storing import undo_list
from kash.people.models import Group, Organisation, PeopleList, PeopleListPerson, Person
from kash.people.services.contacts import OrganisationDetails, add_organisation
from kash.people.services.persons import PersonDetails, add_person, record_consent
from kash.platform.database import db
from kash.platform.jobs import run_waiting
from tests.people.lists.conftest import DATA, confirm, held, preview_of, states
from tests.refusals import refuses

LIST = "Name;Code;Simu;Age\nAmani Mfano;K-1;0712345678;30\n;K-2;;31\n"


def send(browser: FlaskClient, content: bytes, name: str = "list.csv", **more: str) -> TestResponse:
    data: dict[str, Any] = {"file": (io.BytesIO(content), name), "group": "", **more}
    return browser.post("/people/lists/new", data=data)


def said(answer: TestResponse) -> str:
    """The words of the page."""
    main = answer.text.partition('id="main"')[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def seen_of(body: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', body)
    assert found
    return found[1]


def test_from_the_file_to_the_people_and_back(app, browser, groups):
    sent = send(browser, LIST.encode(), group=groups[1].public_id)
    assert sent.status_code == 303
    page = browser.get(sent.location)
    words = said(page)
    assert "New people to be saved: 1" in words
    assert "A person needs a name." in words
    browser.post(f"{sent.location}/rows/3", data={"name": "Baraka Mfano", "reference": "K-2"})
    page = browser.get(sent.location)
    assert "New people to be saved: 2" in said(page)
    assert db.session.query(Person).count() == 0
    seen = seen_of(page.text)
    saved = browser.post(f"{sent.location}/confirm", data={"seen": seen})
    twice = browser.post(f"{sent.location}/confirm", data={"seen": seen})
    assert (saved.status_code, twice.status_code) == (303, 303)
    assert sorted(row.chosen_name for row in db.session.query(Person)) == [
        "Amani Mfano",
        "Baraka Mfano",
    ]
    assert "The list is saved" in said(browser.get(sent.location))
    report = browser.get(f"{sent.location}/report")
    assert report.headers["Content-Disposition"] == "attachment; filename=report.csv"
    assert report.data.decode("utf-8-sig").splitlines() == [
        "Row,Name,Number,What was done,Why",
        "2,Amani Mfano,K-1,Added,Age “30” is kept as 25 to 34.",
        "3,Baraka Mfano,K-2,Added,Age “31” is kept as 25 to 34.",
    ]
    assert browser.post(f"{sent.location}/undo").status_code == 303
    assert db.session.query(Person).count() == 0
    assert "The list was undone" in said(browser.get(sent.location))
    assert browser.post(f"{sent.location}/undo").status_code == 303


def test_the_file_lies_in_memory_only(browser, groups, monkeypatch):
    def refuse(*_given: Any, **_more: Any) -> Any:
        raise AssertionError("a temporary file was made")

    monkeypatch.setattr(tempfile, "SpooledTemporaryFile", refuse)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    monkeypatch.setattr("werkzeug.formparser.TemporaryFile", refuse, raising=False)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse, raising=False)
    # More than the form's parser would keep in memory.
    rows = "".join(f"Mfano Jaribio {number};X-{number};;30{' ' * 1900}\n" for number in range(300))
    sent = send(browser, ("Name;Code;Simu;Age\n" + rows).encode(), group=groups[1].public_id)
    assert sent.status_code == 303
    assert run_waiting() == 1
    assert "New people to be saved: 300" in said(browser.get(sent.location))


def test_a_file_of_200_mb_is_refused_before_it_is_read(browser):
    class Counting(io.BytesIO):
        so_far = 0

        def read(self, size: int | None = -1) -> bytes:
            got = super().read(size)
            self.so_far += len(got)
            return got

    body = Counting(b"x" * 1_000_000)
    answer = browser.open(
        "/people/lists/new",
        method="POST",
        input_stream=body,
        content_type="multipart/form-data; boundary=b",
        environ_overrides={"CONTENT_LENGTH": str(200 * 1024 * 1024)},
    )
    assert answer.status_code == 413
    assert "This file is larger than 10 MB. Nothing was read." in said(answer)
    assert body.so_far == 0
    slightly = send(browser, b"x" * (MOST_BYTES + 1))
    assert slightly.status_code == 422
    assert "This file is larger than 10 MB." in said(slightly)


def test_two_who_bring_the_same_list_add_everyone_once(both_engines_app, actor, client_for):
    content = (DATA / "officers.xlsx").read_bytes()
    browsers = [client_for(actor("trainer")) for _each in range(2)]
    lists = [send(each, content, "officers.xlsx").location for each in browsers]
    seen = [seen_of(each.get(address).text) for each, address in zip(browsers, lists, strict=True)]
    first = browsers[0].post(f"{lists[0]}/confirm", data={"seen": seen[0]})
    assert first.status_code == 303
    second = browsers[1].post(
        f"{lists[1]}/confirm", data={"seen": seen[1], "counts": "new 46, same 3"}
    )
    assert second.status_code == 409
    words = said(second)
    assert "Something changed since you looked" in words
    assert "Before: new 46, same 3" in words
    assert "New people to be saved: 0" in words
    assert db.session.query(Person).count() == 46
    fresh = browsers[1].post(f"{lists[1]}/confirm", data={"seen": seen_of(second.text)})
    assert fresh.status_code == 303
    db.session.rollback()
    assert db.session.query(Person).count() == 46


def test_someone_elses_person_shows_name_and_group_only(actor, browser, groups):
    other = actor("trainer")
    add_person(
        PersonDetails(
            "Amani Mfano",
            groups[1].public_id,
            reference="K-1",
            ward="Ward-of-another",
            cadre="Cadre-of-another",
            phone="+254722000999",
        ),
        other,
    )
    sent = send(browser, LIST.encode(), group=groups[1].public_id)
    body = browser.get(sent.location).text
    assert "Same" in body
    for secret in ("Ward-of-another", "Cadre-of-another", "722000999"):
        assert secret not in body
    browser.post(f"{sent.location}/confirm", data={"seen": seen_of(body)})
    db.session.rollback()
    row = db.session.query(Person).one()
    assert (row.row_version, row.age_band) == (1, "")


def test_empty_fields_are_filled_and_others_only_when_chosen(trainer, bring, groups):
    person = add_person(
        PersonDetails("Amani Mfano", groups[1].public_id, reference="K-1", ward="Kondele"), trainer
    )
    text = "Name;Code;Ward;Language;Phone\nAmani Mfano;K-1;Obunga;Luo;0712345678\n"
    made = bring(trainer, text, group=groups[1].public_id)
    (comparison,) = [row.comparison for row in preview_of(made, trainer).rows if row.comparison]
    assert (comparison.fills, comparison.differs) == (("language", "phone"), ("ward",))
    choose(made, lambda choices: choices.takes.update({2: ["ward"]}), trainer)
    confirm(made, trainer)
    db.session.rollback()
    row = db.session.query(Person).filter_by(public_id=person).one()
    assert (row.ward, row.language, row.phone_lookup is not None) == ("Obunga", "luo", True)
    other = bring(trainer, "Name;Code\nMto Mfano;K-2\n", group=groups[1].public_id)
    confirm(other, trainer)
    undo_list(made, trainer)
    db.session.rollback()
    row = db.session.query(Person).filter_by(public_id=person).one()
    assert (row.ward, row.language, row.phone_lookup) == ("Kondele", "", None)
    # The people of another list stay on it.
    assert db.session.query(PeopleListPerson).count() == 1


def test_a_guess_that_changes_what_is_kept_of_people_stops_saving_until_it_was_looked_at(
    browser, trainer, groups
):
    for number in (1, 2):
        name = f"Amani Mfano {'AB'[number - 1]}"
        add_person(PersonDetails(name, groups[1].public_id, reference=f"K-{number}"), trainer)
    rows = "".join(f"Amani Mfano {'AB'[n - 1]};K-{n};{said}\n" for n, said in ((1, "F"), (2, "M")))
    sent = send(browser, f"Name;Code;Stay\n{rows}".encode(), group=groups[1].public_id)
    page = browser.get(sent.location)
    assert "Look at the guesses first" in said(page)
    assert "Changes what is kept of people: 2" in said(page)
    assert "Save the list" not in said(page)
    refused = browser.post(f"{sent.location}/confirm", data={"seen": seen_of(page.text)})
    assert refused.status_code == 409
    with pytest.raises(GuessNotLookedAt):
        confirm(sent.location.rpartition("/")[2], trainer)
    assert {one.sex for one in db.session.query(Person)} == {""}
    db.session.rollback()
    # Reading it again without having looked changes nothing.
    browser.post(f"{sent.location}/columns", data={"column-2": "sex"})
    assert "Save the list" not in said(browser.get(sent.location))
    browser.post(f"{sent.location}/columns", data={"column-2": "sex", "looked-2": "1"})
    page = browser.get(sent.location)
    assert "Save the list" in said(page)
    saved = browser.post(f"{sent.location}/confirm", data={"seen": seen_of(page.text)})
    assert saved.status_code == 303
    assert {one.sex for one in db.session.query(Person)} == {"female", "male"}


def test_a_guess_that_is_left_out_or_chosen_is_looked_at(browser, trainer, groups):
    add_person(PersonDetails("Amani Mfano", groups[1].public_id, reference="K-1"), trainer)
    content = b"Name;Code;Stay;Lunch\nAmani Mfano;K-1;F;x\n"
    sent = send(browser, content, group=groups[1].public_id)
    assert "Look at the guesses first" in said(browser.get(sent.location))
    browser.post(f"{sent.location}/columns", data={"column-2": ""})
    page = browser.get(sent.location)
    assert "Look at the guesses first" not in said(page)
    browser.post(f"{sent.location}/confirm", data={"seen": seen_of(page.text)})
    assert [one.sex for one in db.session.query(Person)] == [""]


@pytest.mark.any_engine
def test_whoever_stands_on_a_list_unchanged_is_one_of_its_people_all_the_same(
    trainer, bring, groups
):
    group = groups[1].public_id
    person = add_person(PersonDetails("Amani Mfano", group, reference="K-1"), trainer)
    made = bring(trainer, "Name;Code\nAmani Mfano;K-1\n", group=group)
    confirm(made, trainer)
    db.session.rollback()
    (kept,) = db.session.query(PeopleListPerson).all()
    assert db.session.get_one(Person, kept.person_id).public_id == person
    assert (kept.added, kept.row, kept.row_version) == (False, 2, 0)


@pytest.mark.any_engine
def test_undoing_a_list_takes_away_its_own_stations_and_no_others(trainer, bring, groups):
    for name in ("Aaa Post", "Zzz Post"):
        add_organisation(OrganisationDetails(name, "station"), trainer)
    made = bring(trainer, "Name;Station\nAmani Mfano;Middle Post\n", group=groups[0].public_id)
    choose(made, lambda choices: choices.stations.update({"Middle Post": ADD}), trainer)
    confirm(made, trainer)
    names = select(Organisation.name).order_by(Organisation.name)
    assert db.session.scalars(names).all() == ["Aaa Post", "Middle Post", "Zzz Post"]
    db.session.rollback()
    undo_list(made, trainer)
    db.session.rollback()
    assert db.session.scalars(names).all() == ["Aaa Post", "Zzz Post"]


def test_a_list_is_not_undone_once_something_depends_on_it(both_engines_app, actor, bring):
    trainer = actor("trainer")
    group = db.session.query(Group).filter_by(letter="B").one().public_id
    made = bring(trainer, LIST, group=group)
    confirm(made, trainer)
    db.session.rollback()
    person = db.session.query(Person).one().public_id
    record_consent(person, "printed_name", "given", trainer)
    with refuses("This list can no longer be undone:"):
        undo_list(made, trainer)
    db.session.rollback()
    assert held(made, trainer).state == "added"
    assert db.session.query(Person).count() == 1


def test_columns_and_stations_are_corrected_and_remembered(browser, trainer, bring, groups):
    station = add_organisation(OrganisationDetails("Riverbank Police Station", "station"), trainer)
    text = "Who;Place\nAmani Mfano;The river\nBaraka Mfano;The river\n"
    made = bring(trainer, text, group=groups[0].public_id)
    page = f"/people/lists/{made}"
    browser.post(f"{page}/columns", data={"header": "1"})
    browser.post(f"{page}/columns", data={"column-0": "name", "column-1": "organisation"})
    browser.post(f"{page}/columns", data={"station-0": station})
    preview = preview_of(made, trainer)
    assert [guess.field for guess in preview.guesses] == ["name", "organisation"]
    assert set(states(preview).values()) == {"new"}
    confirm(made, trainer)
    again = bring(trainer, "Who;Place\nZawadi Mfano;The river\n")
    preview = preview_of(again, trainer)
    assert preview.seen_before
    assert [(guess.field, guess.sure) for guess in preview.guesses] == [
        ("name", "remembered"),
        ("organisation", "remembered"),
    ]
    assert [place.chosen for place in preview.places] == [station]
    assert preview.group == groups[0].public_id


def test_a_doubtful_row_is_decided_by_a_person(browser, trainer, bring, groups):
    person = add_person(
        PersonDetails("Furaha Jaribio", groups[1].public_id, phone="+254712345678"), trainer
    )
    text = "Name;Phone;Age\nZawadi Mfano;0712345678;30\n"
    made = bring(trainer, text, group=groups[1].public_id)
    page = f"/people/lists/{made}"
    assert states(preview_of(made, trainer)) == {2: "doubtful"}
    assert "Same as Furaha Jaribio" in said(browser.get(page))
    confirmed: dict[str, str] = {}
    for decision, state in ((person, "same"), ("out", "out"), ("new", "new"), ("ask", "doubtful")):
        browser.post(f"{page}/rows/2", data={"decision": decision})
        confirmed[decision] = states(preview_of(made, trainer))[2]
        assert confirmed[decision] == state
    browser.post(f"{page}/rows/2", data={"decision": "new"})
    confirm(made, trainer)
    db.session.rollback()
    assert db.session.query(Person).count() == 2


def test_the_template_of_each_group_reads_back_without_a_question(browser, trainer, bring, groups):
    from kash.people.lists.files import read_file
    from kash.people.lists.pages import template_of
    from kash.people.lists.rules.headings import field_by_heading

    for group in groups:
        got = browser.get(f"/people/lists/templates/{group.public_id}")
        assert got.data.startswith(b"PK")
        (sheet,) = read_file(got.data).sheets
        ((_number, headings),) = sheet.rows
        assert [field_by_heading(str(each))[1] for each in headings] == [100] * len(headings)
    assert template_of(groups[0], []) == template_of(groups[0], [])


def test_cancelling_throws_the_list_away(browser, trainer):
    sent = send(browser, LIST.encode())
    # An hour of decisions is not gone by one tap beside "Save the list".
    shown = browser.get(sent.location).text
    assert f'href="{sent.location}/cancel"' in shown
    assert 'form="cancel"' not in shown
    assert "Throw this list away?" in browser.get(f"{sent.location}/cancel").text
    assert db.session.query(PeopleList).count() == 1
    assert browser.post(f"{sent.location}/cancel").location == "/people/lists"
    assert browser.get(f"{sent.location}/cancel").status_code == 404
    assert db.session.query(PeopleList).count() == 0
    assert browser.get(sent.location).status_code == 404


def test_anothers_list_is_not_there(browser, actor, bring):
    made = bring(actor("trainer"), LIST)
    for path in ("", "/undo", "/report"):
        assert browser.get(f"/people/lists/{made}{path}").status_code == 404
    for path in ("/confirm", "/cancel", "/columns", "/rows/2"):
        assert browser.post(f"/people/lists/{made}{path}").status_code == 404
