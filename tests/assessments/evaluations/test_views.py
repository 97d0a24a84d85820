"""The sheet on a phone that nobody is signed in on, and the pages of whoever runs the workshop."""

import csv
import gzip
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from kash.accounts.models import CountedTries
from kash.assessments.evaluations.models import EvaluationBox, EvaluationForm, destroy_form_key
from kash.assessments.evaluations.services import add_form
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.web.logs import configure_logs
from kash.policy import Actor
from kash.workshops.services.people import enrol
from tests.workshops.conftest import FIRST_DAY, make_person

Browser = Callable[[Actor], FlaskClient]


def taken() -> int:
    db.session.rollback()
    return sum(db.session.scalars(db.select(EvaluationBox.taken)))


def so_far(page: str) -> str:
    return re.findall(r"<dd>\s*(.*?)\s*</dd>", page)[0]


def sheet_in(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(code|sheet|in)" value="(\w+)"', page))


def test_a_phone_answers_without_an_account_in_a_few_kilobytes(evaluated, client, capfd):
    code = evaluated.code
    configure_logs("info")
    page = client.get(f"/e?code={code[:3]}-{code[3:].lower()}&in=sw")
    assert page.status_code == 200
    assert '<html lang="sw">' in page.text
    assert "Nilijisikia salama" in page.text
    loaded = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert len(loaded) == 6
    sizes = [len(gzip.compress(client.get(one).data)) for one in loaded]
    assert sum(sizes, len(gzip.compress(page.data))) < 11_000
    fields = sheet_in(page.text) | {"q0": "5", "q4": "Mapumziko\r\nzaidi", "group": ""}
    sent = client.post("/e", data=fields)
    assert sent.status_code == 200
    again = client.post("/e", data=fields, headers={"X-Requested-With": "fetch"})
    assert (again.status_code, again.get_json()) == (200, {"sent": True})
    configure_logs("error")

    assert taken() == 1
    assert [one.headers.getlist("Set-Cookie") for one in (page, sent, again)] == [[], [], []]
    assert capfd.readouterr().err == ""
    assert db.session.query(CountedTries).count() == 0


def test_a_wrong_code_leads_nowhere_and_only_wrong_ones_are_counted(evaluated, client, monkeypatch):
    monkeypatch.setattr("kash.assessments.evaluations.views._TRIES", 2)
    code = evaluated.code
    assert client.get("/e").status_code == 200
    wrong = [client.get("/e?code=ZZZZZZ").status_code for _each in range(3)]
    assert wrong == [404, 404, 429]
    elsewhere = {"REMOTE_ADDR": "10.1.2.3"}
    shown = client.get(f"/e?code={code}", environ_overrides=elsewhere)
    assert shown.status_code == 200
    assert client.get(f"/e?code={code}").status_code == 429


def test_what_is_wrong_is_said_and_nothing_that_was_typed_is_lost(evaluated, client):
    fields = sheet_in(client.get(f"/e?code={evaluated.code}").text)
    empty = client.post("/e", data=fields)
    assert (empty.status_code, "Answer at least one question." in empty.text) == (422, True)
    long = client.post("/e", data=fields | {"q0": "4", "q4": "far too long " * 40})
    assert long.status_code == 422
    assert "far too long far too long" in long.text
    assert re.search(r'name="q0" value="4" checked', long.text)
    assert sheet_in(long.text) == fields
    by_script = {"X-Requested-With": "fetch"}
    odd = client.post("/e", data=fields | {"sheet": "x", "q0": "4"}, headers=by_script)
    assert (odd.status_code, list(odd.get_json())) == (422, ["problem"])
    strange = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/e", data=fields | {"q0": "4"}, headers=strange).status_code == 403
    assert taken() == 0


def test_after_its_time_a_form_says_so_on_the_phone(evaluated, client):
    fields = sheet_in(client.get(f"/e?code={evaluated.code}").text) | {"q0": "4"}
    row = evaluated.row
    row.closes_at = utc_now() - timedelta(seconds=1)
    db.session.commit()
    late = client.post("/e", data=fields, headers={"X-Requested-With": "fetch"})
    assert (late.status_code, "takes no answers" in late.get_json()["problem"]) == (409, True)
    assert client.get(f"/e?code={fields['code']}").status_code == 409
    evaluated.close()
    assert client.post("/e", data=fields).status_code == 409


def test_a_form_whose_key_is_gone_says_so_and_not_that_few_answered(evaluated, client_for):
    for _each in range(5):
        evaluated.answer({0: "5"})
    destroy_form_key(evaluated.form)
    evaluated.close()
    shown = client_for(evaluated.trainer).get(evaluated.address).text
    assert "their key is gone" in shown
    assert "Fewer than" not in shown


def test_a_trainer_makes_opens_fills_and_closes_a_form(plan, client_for):
    held = plan()
    browser, at = client_for(held.trainer), f"/workshops/{held.workshop}/evaluations"
    assert "No form yet" in browser.get(at).text
    made = browser.post(at, data={"of": FIRST_DAY.isoformat()})
    page = made.headers["Location"]
    assert "I could follow what was said." in browser.get(page).text
    assert browser.get(f"{page}/paper").status_code == 200

    def row_version() -> int:
        db.session.rollback()
        return db.session.query(EvaluationForm).one().row_version

    asked = {"row_version": "1", "kind": "choice", "text_en": "Food", "text_sw": "Chakula"}
    wrong = browser.post(
        f"{page}/questions/new", data=asked | {"options_en": "good\nbad", "options_sw": "vizuri"}
    )
    assert (wrong.status_code, "as many in each language" in wrong.text) == (422, True)
    options = {"options_en": "good\nbad", "options_sw": "vizuri\nvibaya"}
    assert browser.post(f"{page}/questions/new", data=asked | options).status_code == 303
    assert row_version() == 2
    # What was typed in two languages goes at no single tap.
    asks = re.search(rf"{page}/questions/\w+/remove", browser.get(page).text)
    assert asks is not None
    assert "Remove this question?" in browser.get(asks[0]).text
    assert row_version() == 2
    meanwhile = browser.post(f"{page}/questions/new", data=asked | options)
    assert meanwhile.status_code == 409

    late = browser.post(f"{page}/open", data={"closes_at": "2030-01-01T10:00"})
    assert (late.status_code, "three days away" in late.text) == (422, True)
    assert "Closes by itself at" in browser.get(f"{page}/open").text
    now = re.search(r'name="closes_at"[^>]*value="([^"]+)"', browser.get(f"{page}/open").text)
    assert now is not None
    assert browser.post(f"{page}/open", data={"closes_at": now[1]}).status_code == 303
    assert "Show the code on the wall" in browser.get(page).text
    assert "wall-typed" in browser.get(f"{page}/wall").text
    for number in range(5):
        assert so_far(browser.get(page).text) == "fewer than 5"
        sheet = {"sheet": new_public_id(), "q0": "5", "q5": "1", "q4": f"=note {number}"}
        assert browser.post(f"{page}/sheet", data=sheet).status_code == 303
    assert browser.post(f"{page}/sheet", data={"sheet": new_public_id()}).status_code == 422
    assert so_far(browser.get(page).text) == "5"
    today = browser.get("/").text
    assert "Evaluation open" in today
    assert re.search(r"until \d\d:\d\d", today)
    assert browser.get(f"{page}/results.csv").status_code == 404
    assert browser.get(f"{page}/close").status_code == 200
    assert browser.post(f"{page}/close").status_code == 303
    assert "Evaluation open" not in browser.get("/").text
    results = browser.get(page).text
    assert "Everybody gave the same answer." in results
    assert "=note 3" in results
    # Nobody answered the third question.
    assert "Fewer than 5 answered this question" in results
    text = browser.get(f"{page}/results.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert ["Today was worth my time.", "All", "5 · Yes, fully", "5"] in rows
    assert ["Food", "All", "good", "5"] in rows
    assert sorted(row[2] for row in rows if "note" in row[2])[0] == "'=note 0"


@pytest.mark.parametrize("police", [4, 5])
def test_the_group_is_asked_for_only_where_it_could_ever_be_shown(plan, client_for, police):
    held = plan()
    for number in range(5 + police):
        person = make_person(f"Sampuli {number}", "A" if number < police else "B")
        enrol(held.workshop, person, held.trainer)
    form = add_form(held.workshop, None, by=held.trainer)
    page = f"/workshops/{held.workshop}/evaluations/{form}/open"
    browser = client_for(held.trainer)
    shown = browser.get(page).text
    assert ("Ask for the group" in shown) is (police == 5)
    now = re.search(r'name="closes_at"[^>]*value="([^"]+)"', shown)
    assert now is not None
    browser.post(page, data={"closes_at": now[1], "asks_group": "y"})
    db.session.rollback()
    row = db.session.query(EvaluationForm).one()
    assert (row.state, row.asks_group) == ("open", police == 5)


def test_somebody_else_sees_results_and_opens_nothing(evaluated, actor, client_for):
    for _each in range(5):
        evaluated.answer({0: "5"})
    for role, seen in (("director", 200), ("monitoring", 200), ("trainer", 403), ("peer", 403)):
        browser = client_for(actor(role))
        assert browser.get(evaluated.address).status_code in (seen, 404 if seen == 403 else seen)
        assert browser.get(f"{evaluated.address}/wall").status_code in (403, 404)
        assert browser.post(f"{evaluated.address}/close").status_code in (403, 404)
    assert evaluated.row.state == "open"


@pytest.mark.parametrize("rows", [1, 3])
def test_a_workshops_forms_are_found_with_as_many_queries_for_three_as_for_one(
    make_open, client_for, count_queries, rows
):
    evaluated = make_open()
    workshop_id = evaluated.row.workshop_id
    for _more in range(rows - 1):
        db.session.add(EvaluationForm(workshop_id=workshop_id, state="closed", created_by="system"))
    db.session.commit()
    browser = client_for(evaluated.trainer)
    at = f"/workshops/{evaluated.workshop}/evaluations"
    browser.get(at)
    with count_queries() as asked:  # type: ignore[attr-defined]
        assert browser.get(at).status_code == 200
    assert asked.count <= 26
