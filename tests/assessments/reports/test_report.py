"""The report of a workshop: its sums, and what of people it may tell to whom."""

import sqlite3
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.assessments.evaluations.rules import FEWEST
from kash.assessments.evaluations.services import add_form, close_form, open_form, take_answer
from kash.assessments.reports.queries import may_be_told, objectives_together, times_together
from kash.assessments.reports.views import workshop_report
from kash.assessments.rules.results import (
    Compared,
    ComparedTests,
    Gain,
    Moment,
    ObjectiveGain,
    gain_of,
)
from kash.attendance.rules.marking import Edge
from kash.attendance.services.marking import set_times
from kash.platform.database import db, new_public_id, utc_now
from kash.platform.press import PagedDocument
from kash.training.models import PlanRow, SessionPlan
from kash.workshops.queries.plan import sessions_of
from kash.workshops.services.sessions import TaughtRecord, record_session
from tests.workshops.conftest import FIRST_DAY

WORDS = ("Zawadi wept at the film", "Ask Faraja to lead it", "Baraka left the room")


@given(st.lists(st.tuples(st.integers(5, 600), st.none() | st.integers(1, 720))))
def test_planned_and_taught_minutes_are_of_the_same_sessions(sessions):
    found = times_together(sessions)
    timed = [(planned, taught) for planned, taught in sessions if taught is not None]
    assert (found["timed"], found["sessions"]) == (len(timed), len(sessions))
    assert found["taught"] - found["planned"] == sum(taught - planned for planned, taught in timed)


@given(st.lists(st.sampled_from(["reached", "partly", "not_taught", ""])))
def test_every_objective_is_counted_once(said):
    found = objectives_together(said)
    assert sum(found.values()) == len(said)
    assert found["unsaid"] == said.count("")


@given(st.integers(0, 12))
def test_a_gain_of_fewer_than_five_people_is_not_told(people):
    scores = {str(one): 50.0 for one in range(people)}
    assert may_be_told(gain_of(scores, scores)) is (people >= FEWEST)
    assert not may_be_told(Gain(people=0))


@pytest.fixture
def printed(monkeypatch):
    """Papers as the press is given them."""
    papers: list[PagedDocument] = []
    monkeypatch.setattr(
        "kash.assessments.reports.views.document", lambda paged: papers.append(paged) or b"%PDF"
    )
    return papers


@pytest.fixture
def taught(held):
    """A workshop whose first session was taught, with words of its trainer."""
    plan = db.session.query(SessionPlan).order_by(SessionPlan.id).first()
    assert plan is not None
    plan.rows = [
        PlanRow(kind="step", position=1, to_do="A film", minutes=15, method="practice"),
        PlanRow(kind="objective", position=1, text="Say whom to call"),
    ]
    db.session.commit()
    step, objective = plan.rows[0].lineage, plan.rows[1].lineage
    first = sessions_of(held.row)[0]
    register = held.register
    set_times(
        register,
        first.slot,
        {Edge.START: first.starts_at, Edge.END: first.starts_at + timedelta(minutes=107)},
        held.trainer,
    )
    told = TaughtRecord(
        {step: ("unsafe", WORDS[2])}, {objective: "partly"}, notes=WORDS[0], next_time=WORDS[1]
    )
    record_session(held.workshop, first.public_id, told, 0, held.trainer)
    return held


def test_no_table_holds_a_word_that_the_page_of_the_session_shows(app, taught, client_for):
    session = sessions_of(taught.row)[0].public_id
    page = client_for(taught.trainer).get(f"/workshops/{taught.workshop}/sessions/{session}/taught")
    assert [words in page.text for words in WORDS] == [True, True, True]
    db.session.rollback()
    connection = db.session.connection().connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    file = connection.serialize()
    # What is not sealed is found there.
    assert b"Say whom to call" in file
    assert [words.encode() in file for words in WORDS] == [False, False, False]


@pytest.mark.parametrize("language", ["en", "sw"])
def test_what_a_funder_gets_holds_nobodys_own_words_and_no_name_but_the_trainers(
    app, taught, printed, language
):
    with app.test_request_context():
        workshop_report(taught.row, language, with_words=False)
        workshop_report(taught.row, language, with_words=True)
    funder, programme = (paper.html for paper in printed)
    for words in WORDS:
        assert words not in funder
        assert words in programme
    for html in (funder, programme):
        assert "Amani Mfano" in html
        assert "107" in html
        assert "Say whom to call" in html
        # Participants, and what their groups are called, are in neither.
        for name in ("Zawadi Sampuli", "Baraka Sampuli", "Faraja Sampuli", "Police", "Community"):
            assert name not in html
    heading = {"en": "Workshop report", "sw": "Ripoti ya warsha"}[language]
    assert [paper.title for paper in printed] == [f"{heading}: Working Together"] * 2
    assert heading in funder
    assert [paper.language for paper in printed] == [language] * 2


def test_whoever_pays_is_told_officers_and_no_count_of_the_community(
    app, taught, printed, monkeypatch
):
    """Beside the figures that are sent to funders it could tell who was there; and so could how
    many answered: beside the officers who came, the rest are the others."""
    form = add_form(taught.workshop, FIRST_DAY, by=taught.trainer)
    until = utc_now() + timedelta(hours=1)
    open_form(taught.workshop, form, until, asks_group=False, by=taught.trainer)
    for said in "5554444":
        take_answer(form, {0: said}, "", new_public_id())
    close_form(taught.workshop, form, by=taught.trainer)
    scores = {str(one): 50.0 + one for one in range(17)}
    learned = ObjectiveGain("", 1, gain_of(scores, scores))
    tests = ComparedTests(learned.gain, [learned], [], 1, 0)
    pair = Compared(Moment.BEFORE, Moment.AFTER, tests)
    monkeypatch.setattr("kash.assessments.reports.queries.compared", lambda _sat: [pair])
    with app.test_request_context():
        workshop_report(taught.row, "en", with_words=False)
        workshop_report(taught.row, "en", with_words=True)
    funder, programme = (paper.html for paper in printed)
    assert [letter in funder for letter in ("Group A", "Group B")] == [True, False]
    assert [letter in programme for letter in ("Group A", "Group B")] == [True, True]
    assert "Officers only." in funder
    counts = ("Answered both: 17.", '<td class="num">17</td>', "Answered: 7", "Mostly: 4")
    assert [words in funder for words in counts] == [False] * 4
    assert [words in programme for words in counts] == [True] * 4
    assert "Mostly: 60 %" in funder


def test_the_page_tells_what_is_missing_and_words_are_only_there_if_asked_for(
    app, taught, printed, client_for
):
    browser = client_for(taught.trainer)
    address = f"/workshops/{taught.workshop}/report"
    page = browser.get(address).text
    assert "1 of 4" in page
    assert "107 min" in page
    assert [words for words in WORDS if words in page] == []
    for asked, has_words in (
        ("", False),
        ("?for=funder", False),
        ("?for=anything&language=xx", False),
        ("?for=programme&language=sw", True),
    ):
        answer = browser.get(f"{address}.pdf{asked}")
        assert answer.mimetype == "application/pdf"
        assert (WORDS[0] in printed[-1].html) is has_words
