"""Pages of indicators: counts for whoever answers for them, names only where they are reached."""

import csv
import io
import re

import pytest

from kash.figures.indicators.models import Completion, IndicatorDefinition, Target
from kash.figures.indicators.rules import BOUNDS, INDICATORS, quarter_holding
from kash.figures.indicators.services import TargetDetails, add_target, propose_definition
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.vault.models import AuditEntry
from kash.platform.web.formats import local_today
from tests.certificates.conftest import ALL, LITTLE, MOST
from tests.certificates.test_views import words

from .conftest import confirm
from .test_services import REACHED, details

pytestmark = pytest.mark.any_engine


@pytest.fixture
def counted(ready):
    """A workshop that is counted, and the quarter in which it ended."""
    confirm(ready.held, ready.director)
    period = quarter_holding(ready.workshop.ends_on)
    db.session.rollback()
    return ready, period


def test_the_page_of_all_shows_each_count_with_its_target_and_its_definition(
    counted, actor, client_for
):
    _ready, period = counted
    officer = actor("monitoring")
    add_target(TargetDetails("people_completed", period.text, 4), by=officer)
    page = client_for(officer).get(f"/indicators/?period={period.text}")
    told = words(page)
    assert re.search(r"People who completed a course Version 1 2 4 50 % reached", told)
    assert "People certified Version 1 0 –" in told
    assert "Heads counted without names Version 1 no data –" in told


def test_a_period_of_which_nothing_is_known_says_so_and_never_0(counted, client_for):
    ready, _period = counted
    browser = client_for(ready.director)
    told = words(browser.get("/indicators/people_completed?period=2019"))
    assert "No data in this period" in told
    assert browser.get("/indicators/people_completed?period=2019&by=group").status_code == 200


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("first=2026-03-31&last=2026-01-01", "ends before it starts"),
        ("period=2026-12-31..2026-01-01", "ends before it starts"),
        ("period=soon", "Write a period such as 2026, 2026-Q3, 2026-01 or 2026-01-01..2026-03-31"),
        (
            "first=2026-02-30&last=2026-03-01",
            "Write a period such as 2026, 2026-Q3, 2026-01 or 2026-01-01..2026-03-31",
        ),
    ],
)
def test_a_wrong_period_is_told_beside_its_field_and_what_was_typed_stays(
    app, actor, client_for, question, sentence
):
    browser = client_for(actor("director"))
    for place in ("", "people_completed", "people_completed/people", "shared", "levels"):
        page = browser.get(f"/indicators/{place}?{question}")
        assert page.status_code == 422
        assert sentence in words(page)
        if "first=2026-03-31" in question:
            assert 'value="2026-03-31"' in page.text


def test_days_of_ones_own_become_an_address_that_can_be_sent_on(app, actor, client_for):
    answer = client_for(actor("director")).get("/indicators/?first=2026-07-01&last=2026-09-30")
    assert answer.headers["Location"] == "/indicators/?period=2026-Q3"


def test_a_count_leads_to_its_people_one_group_at_a_time_and_only_to_those_one_reaches(
    counted, actor, client_for
):
    ready, period = counted
    address = f"/indicators/people_reached/people?period={period.text}"
    whole = client_for(ready.director)
    first, second = whole.get(f"{address}&group=A").text, whole.get(f"{address}&group=B").text
    assert [name in first for name in (ALL, MOST, LITTLE)] == [False, True, False]
    assert [name in second for name in (ALL, MOST, LITTLE)] == [True, False, True]
    stranger = client_for(actor("trainer"))
    table = words(stranger.get(f"/indicators/people_reached?period={period.text}"))
    assert "The people:" not in table
    told = words(stranger.get(address))
    assert not any(name in told for name in (ALL, MOST, LITTLE))
    assert "beyond your reach: 3." in told
    own = client_for(ready.trainer).get(f"{address}&group=B").text
    assert ALL in own


def test_a_cell_opens_into_just_those_whom_it_counts(counted, client_for):
    ready, period = counted
    person = db.session.query(Person.id).filter_by(chosen_name=ALL).scalar()
    db.session.query(Completion).filter_by(person_id=person).update({"ward": "Nyalenda"})
    db.session.commit()
    browser = client_for(ready.director)
    table = browser.get(f"/indicators/people_reached?period={period.text}&by=ward&then=group").text
    links = re.findall(r'href="(/indicators/people_reached/people[^"]*)"', table)
    shown = [browser.get(link.replace("&amp;", "&")).text for link in links]
    assert sorted(
        tuple(name for name in (ALL, MOST, LITTLE) if name in page) for page in shown
    ) == sorted([(ALL,), (MOST,), (LITTLE,)])
    address = f"/indicators/people_reached/people?period={period.text}&by=ward&value=Elsewhere"
    assert browser.get(address).status_code == 404
    assert browser.get("/indicators/workshops_held/people").status_code == 404


def test_a_table_is_taken_along_with_its_period_and_definition_and_noted(counted, client_for):
    ready, period = counted
    browser = client_for(ready.director)
    address = f"/indicators/people_reached?period={period.text}&by=group&take=csv"
    table = list(csv.reader(io.StringIO(browser.post(address).data.decode("utf-8-sig"))))
    assert table == [
        ["Group", "Count", "Period", "Definition, version"],
        ["Group A", "1", period.text, "1"],
        ["Group B", "2", period.text, "1"],
    ]
    assert db.session.query(AuditEntry).filter_by(action="lists.exported").count() == 1


def test_a_definition_is_proposed_on_one_page_and_approved_on_another(app, actor, client_for):
    officer, director = actor("monitoring"), actor("director")
    sent = {
        "title": "People met",
        "remark": "At least five days.",
        "from_day": local_today().isoformat(),
        "because": "The funder asks so",
        "least_share": "50",
    }
    page = "/indicators/definitions/people_reached"
    wrong = client_for(officer).post(f"{page}/new", data={**sent, "least_share": "x"})
    assert wrong.status_code == 422
    assert 'value="People met"' in wrong.text
    sent |= {"least_days": "3", "least_workshops": "2"}
    for name, values in (("share", "-1 101"), ("days", "0 61"), ("workshops", "0 61")):
        for value in values.split():
            wrong = client_for(officer).post(f"{page}/new", data={**sent, f"least_{name}": value})
            assert wrong.status_code == 422
            assert f'id="least_{name}-error"' in wrong.text
            assert wrong.text.count('class="error"') == 1
            assert f'value="{value}"' in wrong.text
    client_for(officer).post(f"{page}/new", data=sent)
    row = db.session.query(IndicatorDefinition).one()
    address = f"/indicators/definitions/waiting/{row.public_id}"
    db.session.rollback()
    today = words(client_for(director).get("/"))
    assert "Definition of an indicator: People met" in today
    assert client_for(officer).post(f"{address}/approve").status_code == 403
    client_for(director).post(f"{address}/approve")
    told = words(client_for(director).get(page))
    drawn = (
        "Counted is only who was there for at least 50 % of the workshop's hours. Counted is only"
        " who was there on at least 3 days of the workshop. Counted is only who was there so in at"
        " least 2 workshops that ended in the period, no matter who paid for them."
    )
    assert f"{drawn} Remark: At least five days." in told
    assert client_for(director).post(f"{address}/approve").status_code == 409


def test_a_form_asks_only_for_the_numbers_by_which_its_indicator_counts(app, actor, client_for):
    browser = client_for(actor("monitoring"))
    for key, indicator in INDICATORS.items():
        form = browser.get(f"/indicators/definitions/{key}/new").text
        asked = [name for name in BOUNDS if f'name="least_{name}"' in form]
        assert asked == list(indicator.least)
        fixed = "Only title and remark change, not what it counts."
        assert (fixed in form) is (not asked)


def test_a_target_is_set_changed_and_removed_on_its_pages(app, actor, client_for):
    browser = client_for(actor("monitoring"))
    sent = {"key": "people_completed", "period": "2026-Q4", "value": "40", "funder": "",
            "group": "A"}  # fmt: skip
    wrong = browser.post("/indicators/targets/new", data={**sent, "period": "2026-Q5"})
    assert wrong.status_code == 422
    assert 'value="2026-Q5"' in wrong.text
    browser.post("/indicators/targets/new", data=sent)
    twice = browser.post("/indicators/targets/new", data=sent)
    assert (twice.status_code, "already" in twice.text) == (422, True)
    found = db.session.query(Target).one()
    address, version = f"/indicators/targets/{found.public_id}", found.row_version
    db.session.rollback()
    browser.post(f"{address}/edit", data={"value": "50", "row_version": version})
    late = browser.post(f"{address}/edit", data={"value": "60", "row_version": version})
    assert (late.status_code, 'value="60"' in late.text) == (409, True)
    assert "Quarter 4 of 2026" in words(browser.get("/indicators/targets"))
    assert db.session.query(Target.value).scalar() == 50
    db.session.rollback()
    gone = browser.post(f"{address}/remove", follow_redirects=True)
    assert ", Quarter 4 of 2026: 50" in words(gone)
    assert db.session.query(Target).count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_the_same_of_one_row_and_of_three(
    counted, actor, client_for, count_queries, rows
):
    ready, period = counted
    if rows == 1:
        kept = db.session.query(Person.id).filter_by(chosen_name=ALL).scalar()
        db.session.query(Completion).filter(Completion.person_id != kept).delete()
        db.session.commit()
    officer = actor("monitoring")
    for number in range(rows):
        add_target(TargetDetails("people_completed", f"{2020 + number}", 4), by=officer)
    propose_definition(REACHED, details(), by=officer)
    browser = client_for(ready.director)
    for address, most in (
        (f"?period={period.text}", 36),
        (f"people_completed?period={period.text}&by=station&then=ward", 16),
        (f"people_completed/people?period={period.text}", 18),
        (f"levels?period={period.text}", 18),
        (f"shared?period={period.text}", 14),
        ("targets", 12),
    ):
        browser.get(f"/indicators/{address}")
        with count_queries() as asked:
            assert browser.get(f"/indicators/{address}").status_code == 200
        assert asked.count <= most, address


def test_the_command_tells_a_figure_and_names_nobody(counted, app):
    _ready, period = counted
    run = app.test_cli_runner().invoke
    told = run(args=["indicators", "show", "people_reached", "--period", period.text, "--by",
                     "group"]).output  # fmt: skip
    assert "1\tGroup A" in told
    assert "3\tAll" in told
    assert "Sampuli" not in told
    wrong = run(args=["indicators", "show", "people_reached", "--period", "2026-Q9"])
    assert (
        wrong.exit_code,
        "Write a period such as 2026, 2026-Q3, 2026-01 or 2026-01-01..2026-03-31" in wrong.output,
    ) == (1, True)
    assert run(args=["indicators", "show", "headcount", "--by", "ward"]).exit_code == 1
