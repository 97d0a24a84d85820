"""Figures are frozen, sent once two people stand for them, and stay as they were sent."""

import json
from datetime import date

import pytest

from kash.figures.indicators.rules import Period, read_period, year
from kash.figures.statements.models import FrozenFigure, Statement
from kash.figures.statements.queries import figures_of, left_to, ranges_now, sealed_people
from kash.figures.statements.services import approve, discard, freeze, propose, send, turn_back
from kash.platform.approvals.approval import SamePerson, WrongStep
from kash.platform.database import db
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem
from kash.policy import Actor
from tests.figures.statements.conftest import Q1, Q2
from tests.refusals import refuses

SUPPORTED = "people_completed-community-supported"
WHOLE = "people_completed-community-programme"
POLICE = "people_completed-police-supported"


def figures(public_id: str) -> dict[tuple[str, str], int | str | None]:
    rows = db.session.query(FrozenFigure).join(Statement).filter(Statement.public_id == public_id)
    found = {
        (row.line, ",".join(value for _name, value in row.place)): "*" if row.starred else row.value
        for row in rows
    }
    db.session.rollback()
    return found


def test_no_digest_beside_a_star_equals_that_of_a_number_and_so_tells_what_it_stands_for(programme):
    many = programme.workshop(date(2025, 2, 10), "Amber")
    programme.completed(many, 40, sex="female", age="18-24")
    few = programme.workshop(date(2025, 3, 10), "Birch")
    programme.completed(few, 3, sex="male", age="25-34")
    programme.completed(few, 3, police=True, sex="male")
    figures = programme.read(programme.frozen("Birch")).figures
    told = {one.inputs for one in figures if one.value is not None}
    starred = [one.inputs for one in figures if one.starred]
    assert starred
    assert not told & set(starred)
    assert len({one.inputs for one in figures}) == len(figures)


def test_whoever_froze_figures_never_approves_them_though_another_proposed_them(held, actor):
    both = actor("monitoring", "director")
    made = freeze(held.funders["Amber"], Q1, both)
    propose(made, held.monitoring)
    with pytest.raises(SamePerson):
        approve(made, held.read(made).digest, both)


def test_officers_are_told_exactly_and_others_so_that_nobody_is_found(held):
    found = figures(held.frozen())
    assert found[POLICE, ""] == 2
    assert found[POLICE, "male"] == 2
    assert (found[SUPPORTED, ""], found[WHOLE, ""]) == (62, 62)
    assert {place: found[WHOLE, place] for place in ("female", "male", "18-24")} == {
        "female": 31,
        "male": 31,
        "18-24": 20,
    }
    assert {place for (line, place), value in found.items() if value == "*"} == {
        f"{sex},{age}" for sex in ("female", "male") for age in ("18-24", "25-34")
    }
    assert found["people_completed-police-supported-weighted", ""] == 2
    # Which of two equal halves is rounded up is settled by the funders' ids.
    assert found["people_completed-community-supported-weighted", ""] in (41, 42)
    assert found["workshops_held-nobody-supported", ""] is None


def test_one_freezes_another_approves_and_it_leaves_as_it_was(both_engines_app, held):
    made = held.frozen()
    officer, director = held.monitoring, held.director
    both = Actor(officer.public_id, officer.roles | director.roles, officer.account_id)
    with pytest.raises(WrongStep):
        send(made, officer)
    propose(made, officer)
    digest = held.read(made).digest
    with pytest.raises(SamePerson):
        approve(made, digest, both)
    with pytest.raises(ChangedMeanwhile):
        approve(made, "another", director)
    approve(made, digest, director)
    with refuses("A statement of this period waits to be approved or sent."):
        held.frozen()
    turn_back(made, "Wait for the register of March.", director)
    assert held.frozen() == made
    propose(made, officer)
    approve(made, held.read(made).digest, director)
    send(made, officer)
    sent = held.read(made)
    written = json.loads(sent.document)
    assert (written["funder"], written["period"], written["audit"]) == (
        "Amber",
        "2025-Q1",
        sent.head_code,
    )
    assert {one["value"] for one in written["figures"]} >= {"*", 62, 2, None}
    for step in (send, propose, discard):
        with pytest.raises(WrongStep):
            step(made, officer)
    with refuses("A statement of this period was sent to this funder."):
        held.frozen()


def test_what_changed_since_stands_beside_what_was_sent(held):
    made = held.sent()
    before = held.read(made).document
    late = held.workshop(date(2025, 3, 20), "Amber")
    held.completed(late, 3, sex="female", age="18-24")
    held.completed(late, 1, police=True)
    found = held.read(made)
    rows = {row.line.code: row for row in figures_of(found, changes=True)}
    assert (rows[WHOLE].total.value, rows[WHOLE].since_then) == (62, 3)
    assert (rows[POLICE].total.value, rows[POLICE].since_then) == (2, 1)
    assert {cell.since_then for cell in rows[WHOLE].by("age_band")} == {0, 3}
    assert {cell.since_then for row in figures_of(found) for cell in row.cells} == {None}
    assert found.document == before


def test_a_second_funder_is_told_of_the_programme_what_the_first_was(both_engines_app, held):
    """Two tables of one quarter, some weeks apart, would show who came in between."""
    first = figures(held.sent("Amber"))
    late = held.workshop(date(2025, 3, 20), "Birch")
    held.completed(late, 6, sex="female", age="25-34")
    second = figures(held.sent("Birch"))
    assert {key: value for key, value in second.items() if key[0] == WHOLE} == {
        key: value for key, value in first.items() if key[0] == WHOLE
    }
    assert (second[SUPPORTED, ""], first[SUPPORTED, ""]) == (41, 62)


def test_two_drafts_of_one_quarter_cannot_both_leave_once_they_differ(held):
    first, second = held.agreed("Amber"), held.frozen("Birch")
    late = held.workshop(date(2025, 3, 20), "Birch")
    held.completed(late, 6, sex="female", age="25-34")
    assert freeze(held.funders["Birch"], Q1, held.monitoring) == second
    propose(second, held.monitoring)
    approve(second, held.read(second).digest, held.director)
    send(first, held.monitoring)
    with refuses("Another funder was sent differing figures of this period"):
        send(second, held.monitoring)
    turn_back(second, "Freeze again.", held.director)
    held.sent("Birch")


def test_quarter_and_year_of_the_same_months_never_both_leave(held):
    held.sent()
    with refuses("left for 2025-Q1"):
        freeze(held.funders["Birch"], year(2025), held.monitoring)

    whole = freeze(held.funders["Birch"], year(2025), held.monitoring, police_only=True)
    assert figures(whole)[POLICE, ""] == 0
    assert not [line for line, _place in figures(whole) if "community" in line]
    held.sent("Birch", year(2025), police_only=True)
    held.sent("Birch", Q1)


@pytest.mark.parametrize(
    ("period", "problem"),
    [
        (read_period("2025-03"), "A statement is of a quarter or of a"),
        (Period(date(2025, 1, 1), date(2025, 1, 9)), "A statement is of a quarter or of a"),
        (read_period("2199-Q1"), "These days are not over"),
    ],
)
def test_only_a_quarter_or_a_year_that_is_over_is_frozen(programme, period, problem):
    with refuses(problem):
        freeze(programme.funders["Amber"], period, programme.monitoring)
    with pytest.raises(NotFound):
        freeze("0" * 16, Q1, programme.monitoring)


def test_a_period_without_facts_says_no_data_and_never_nought(programme):
    found = figures(programme.frozen(period=Q2))
    assert set(found.values()) == {None}
    assert {line for line, _place in found} >= {POLICE, WHOLE, SUPPORTED}
    programme.sent(period=Q2)


def test_a_figure_that_was_tampered_with_does_not_leave(held):
    """Whatever chose the stars, all that leaves is attacked once more."""
    made = held.agreed()
    star = db.session.query(FrozenFigure).filter_by(starred=True).first()
    assert star is not None
    star.starred, star.value = False, 12
    db.session.commit()
    with pytest.raises(Problem, match=r"Together with what was sent|Another funder was sent"):
        send(made, held.monitoring)
    star.value = 3
    db.session.commit()
    with refuses(
        "With what was sent before, somebody could work out a figure of fewer than five people"
    ):
        send(made, held.monitoring)


def test_what_has_left_tells_what_each_star_may_stand_for(app, held):
    held.sent()
    with app.test_request_context():
        funder, sent = left_to(held.funders["Amber"])
        assert funder.name == "Amber"
        (left,) = sent
        assert (len(left.stars), len(ranges_now())) == (4, 4)
        assert all(
            star["range"].high is not None and star["range"].high - star["range"].low >= 5
            for star in left.stars
        )
        assert list(left_to(held.funders["Birch"])[1]) == []


def test_who_was_counted_lies_sealed_and_the_number_behind_a_star_too(held):
    held.frozen()
    rows = db.session.query(FrozenFigure).filter_by(starred=True).all()
    for row in rows:
        sealed = sealed_people(row)
        assert (row.value, len(sealed.people)) == (None, sealed.count)
        assert not any(person.encode() in row.people_sealed for person in sealed.people)


def test_figures_that_were_not_sent_can_be_thrown_away(held):
    made = held.frozen()
    discard(made, held.monitoring)
    assert db.session.query(FrozenFigure).count() == 0
    with pytest.raises(NotFound):
        held.read(made)
