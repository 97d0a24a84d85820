"""A funder's first page tells what was sent to it, and of people nothing newer."""

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from kash.figures.funders.services import agree_to_tie, ask_to_tie
from kash.platform.database import db
from kash.policy import Role
from kash.workshops.models import Workshop
from tests.figures.statements.conftest import Programme, held, programme  # noqa: F401


@pytest.fixture
def reader(
    held,  # noqa: F811
    actor,
    client_for,
):
    """A browser of an account that belongs to the funder of this name."""

    def make(name: str) -> FlaskClient:
        account = actor(Role.FUNDER)
        asking = actor(Role.ADMINISTRATOR)
        asked = ask_to_tie(account.public_id, held.funders[name], by=asking)
        agree_to_tie(asked, by=held.director)
        return client_for(account)

    return make


def _text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_it_tells_own_workshops_and_no_figure_of_people_before_one_was_sent(
    held,  # noqa: F811
    reader,
):
    amber, birch = (reader(name).get("/overview/funder").text for name in ("Amber", "Birch"))
    assert amber.count('<td class="num" data-label="Your share">') == 2
    assert birch.count('<td class="num" data-label="Your share">') == 1
    for page in (amber, birch):
        assert "People who completed a course" not in page
        assert page.count('<article class="tile">') == 1


def test_figures_are_those_that_were_sent_whatever_is_known_since(
    held,  # noqa: F811
    reader,
):
    held.sent()
    browser = reader("Amber")
    before = _text(browser.get("/overview/funder").text.partition("</section>")[0])
    held.completed(held.workshop(date(2025, 3, 20), "Amber"), 30, police=True)
    after = _text(browser.get("/overview/funder").text.partition("</section>")[0])
    assert "People who completed a course 2 Police officers" in before
    assert after.replace("3 held", "2 held") == before


def test_its_today_leads_to_what_was_sent_lately(
    held,  # noqa: F811
    reader,
):
    amber, birch = reader("Amber"), reader("Birch")
    before = amber.get("/").text
    assert "Nothing was sent yet" in before
    assert before.count('<article class="tile">') == 1
    sent = held.sent()
    look = _text(amber.get("/").text.partition('class="tiles"')[2].partition("</section>")[0])
    assert look == _text(
        amber.get("/overview/funder").text.partition('class="tiles"')[2].partition("</section>")[0]
    )
    assert "People who completed a course 2 Police officers" in look
    assert [f'href="/statements/{sent}"' in one.get("/").text for one in (amber, birch)] == [
        True,
        False,
    ]


def test_no_title_of_the_programmes_own_leaves_and_no_name(
    held,  # noqa: F811
    reader,
):
    held.sent()
    db.session.query(Workshop).update({"title": "A title for staff alone"})
    db.session.commit()
    page = reader("Amber").get("/overview/funder").text
    assert "A title for staff alone" not in page
    assert "Person 1" not in page


def test_an_account_that_belongs_to_no_funder_is_told_whom_to_ask(actor, client_for):
    browser = client_for(actor(Role.FUNDER))
    page = browser.get("/overview/funder").text
    assert "This account belongs to no funder yet" in page
    assert browser.get("/overview/").status_code == 403


def test_the_plan_of_a_quarter_is_a_paper_and_a_wrong_period_is_told(
    held,  # noqa: F811
    client_for,
):
    browser = client_for(held.director)
    paper = browser.get("/overview/plan.pdf?period=2025-Q1")
    assert (paper.status_code, paper.data[:4]) == (200, b"%PDF")
    wrong = browser.get("/overview/plan.pdf?period=2025-Q9", follow_redirects=True)
    assert (wrong.status_code, 'id="period-problem"' in wrong.text) == (422, True)
