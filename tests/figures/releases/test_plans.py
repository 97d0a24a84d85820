"""Plans on their way: proposed by one, approved by another, before anybody can know a figure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from kash.accounts.queries.requests import unseen_notices
from kash.figures.releases.feature import PLANS_NEEDED
from kash.figures.releases.models import ReleasePlan
from kash.figures.releases.queries import is_planned, plan, plans, waiting_plans, years_to_plan
from kash.figures.releases.rules.proposing import propose
from kash.figures.releases.rules.tables import (
    EDITIONS,
    KNOWN,
    WHO,
    last_days,
    proposed_days,
    windows_of,
    wrong_quarter,
)
from kash.figures.releases.services import (
    PlanDetails,
    approve_plan,
    change_plan,
    propose_plan,
    return_plan,
)
from kash.platform.approvals.approval import SamePerson, WrongStep
from kash.platform.database import db, writing
from kash.platform.web.errors import ChangedMeanwhile, NotFound
from kash.platform.web.today import Need, Viewer
from kash.policy import Actor
from tests.refusals import refuses

YEAR = 2031


def _details(year: int = YEAR, **columns: object) -> PlanDetails:
    start = propose({}, 40, year=year)
    tables = tuple(replace(one, **columns) if one.key == WHO else one for one in start.tables)
    return PlanDetails(tables, last_days(year), 40, "As minuted in October.")


def _read(public_id: str) -> ReleasePlan:
    db.session.expire_all()
    found = db.session.query(ReleasePlan).filter_by(public_id=public_id).one()
    assert isinstance(found, ReleasePlan)
    return found


def test_one_proposes_and_another_approves_exactly_what_she_read(actor):
    """A plan that one person could fix alone could be made to fit a case."""
    officer, director = actor("documentation"), actor("director")
    made = propose_plan(YEAR, _details(), by=officer)
    digest = _read(made).digest
    change_plan(made, _details(die=6), 1, by=officer)
    with pytest.raises(ChangedMeanwhile):
        approve_plan(made, digest, by=director)
    approve_plan(made, _read(made).digest, by=director)
    kept = _read(made)
    with pytest.raises(WrongStep):
        approve_plan(made, kept.digest, by=director)
    assert (kept.state, kept.approved_by) == ("approved", director.public_id)
    assert kept.year_plan.table(WHO) == replace(KNOWN[WHO], die=6)
    assert kept.calendar == windows_of(kept.year_plan, last_days(YEAR))
    with pytest.raises(WrongStep):
        change_plan(made, _details(), 2, by=officer)
    with pytest.raises(WrongStep):
        return_plan(made, "No.", by=director)


def test_whoever_proposed_or_changed_a_plan_never_approves_it(actor):
    """Somebody who holds both roles would else be the two people by herself."""
    first, both = actor("documentation"), actor("documentation", "director")
    made = propose_plan(YEAR, _details(), by=both)
    with pytest.raises(SamePerson):
        approve_plan(made, _read(made).digest, by=both)
    return_plan(made, "Again.", by=actor("custodian"))
    again = propose_plan(YEAR, _details(), by=first)
    change_plan(again, _details(), 1, by=both)
    with pytest.raises(SamePerson):
        approve_plan(again, _read(again).digest, by=both)
    assert not waiting_plans(both)
    approve_plan(again, _read(again).digest, by=actor("custodian"))


def test_a_year_has_one_plan_and_one_that_waits(actor):
    """Two plans of a year would print its cases twice."""
    officer = actor("documentation")
    made = propose_plan(YEAR, _details(), by=officer)
    with refuses("This year has a plan already."):
        propose_plan(YEAR, _details(), by=officer)
    approve_plan(made, _read(made).digest, by=actor("director"))
    with refuses("This year has a plan already."):
        propose_plan(YEAR, _details(), by=officer)
    assert is_planned(YEAR)
    assert not is_planned(YEAR + 1)


def test_a_plan_that_breaks_the_promise_of_an_earlier_one_is_neither_proposed_nor_approved(actor):
    """Dice with fewer sides break the promise to whoever comes late."""
    officer, director = actor("documentation"), actor("director")
    later = propose_plan(YEAR + 1, _details(YEAR + 1), by=officer)
    made = propose_plan(YEAR, _details(die=8), by=officer)
    approve_plan(made, _read(made).digest, by=director)
    with refuses("had more sides") as caught:
        approve_plan(later, _read(later).digest, by=director)
    assert (caught.value.field, _read(later).state) == ("who_die", "proposed")
    return_plan(later, "Larger dice.", by=director)
    with refuses("who_did"):
        propose_plan(YEAR + 1, _details(YEAR + 1, key="who_did"), by=officer)
    with refuses("There is an approved plan"):
        propose_plan(YEAR - 1, _details(YEAR - 1), by=officer)


def test_a_plan_is_not_approved_once_its_first_day_is_there(actor):
    """From then on somebody may know what will be counted."""
    officer = actor("documentation")
    made = propose_plan(YEAR, _details(), by=officer)
    with writing() as session:
        kept = session.query(ReleasePlan).filter_by(public_id=made).one()
        kept.windows = [{**one, "freeze_on": "2020-03-31"} for one in kept.windows]
    with refuses("Its first day is here or over."):
        approve_plan(made, _read(made).digest, by=actor("director"))


def test_plans_that_are_not_approved_are_read_by_who_decides_on_them_alone(actor):
    """A plan that may yet change would be taken for a promise."""
    made = propose_plan(YEAR, _details(), by=actor("documentation"))
    with pytest.raises(NotFound):
        plan(made, actor("funder"))
    assert not plans(actor("police_peer"))
    assert [one.public_id for one in plans(actor("custodian"))] == [made]
    approve_plan(made, _read(made).digest, by=actor("custodian"))
    assert [one.public_id for one in plans(actor("police_peer"))] == [made]


@pytest.mark.any_engine
def test_freeze_days_lie_in_their_quarters_and_leave_none_out():
    """A quarter that could be left out could be left out for what it shows."""
    today = date(2026, 5, 4)
    proposed = proposed_days(2026, today)
    assert proposed == (None, *last_days(2026)[1:])
    assert wrong_quarter(2026, proposed, today) is None
    assert wrong_quarter(2026, last_days(2026), today) == 1
    gap = [None, proposed[1], None, proposed[3]]
    assert wrong_quarter(2026, gap, today) == 3
    assert wrong_quarter(2026, [None] * 4, today) == 4
    late = [None, date(2026, 7, 1), *proposed[2:]]
    assert wrong_quarter(2026, late, today) == 2
    assert proposed_days(2026, date(2026, 12, 31)) == (None,) * 4


def test_a_freeze_day_may_be_any_of_its_quarter_that_is_still_to_come():
    days = last_days(2026)
    for quarter in (1, 2, 3, 4):
        first, last = date(2026, 3 * quarter - 2, 1), days[quarter - 1]
        for day, wrong in (
            (first - timedelta(days=1), quarter),
            (first, None),
            (last, None),
            (last + timedelta(days=1), quarter),
        ):
            changed = [*days[: quarter - 1], day, *days[quarter:]]
            assert wrong_quarter(2026, changed, date(2025, 12, 31)) == wrong
        begun = [None] * (quarter - 1) + list(days[quarter - 1 :])
        assert wrong_quarter(2026, begun, first) is None
        assert wrong_quarter(2026, begun, last - timedelta(days=1)) is None
        assert wrong_quarter(2026, begun, last) == quarter


def test_a_wrong_day_is_refused_beside_it(actor):
    """The same rule holds where nobody fills in the form."""
    wrong = replace(_details(), days=(date(YEAR, 4, 1), *last_days(YEAR)[1:]))
    with refuses("Choose a coming day of this quarter") as caught:
        propose_plan(YEAR, wrong, by=actor("documentation"))
    assert caught.value.field == "day_1"


def test_plans_follow_each_other(actor):
    """Nothing is planned for a year before the newest approved plan."""
    today = date(YEAR, 11, 3)
    assert years_to_plan(today) == [YEAR, YEAR + 1]
    made = propose_plan(YEAR + 1, _details(YEAR + 1), by=actor("documentation"))
    assert years_to_plan(today) == [YEAR]
    approve_plan(made, _read(made).digest, by=actor("director"))
    assert years_to_plan(today) == []


# --- Pages ----------------------------------------------------------------------------------------


def test_a_plan_goes_from_the_form_to_everybody(sign_in):
    """Proposed from what the forum states, refused with a reason and nothing lost, approved by
    another, read by the police."""
    officer = sign_in("documentation")
    year = years_to_plan(date.today())[-1]
    shown = officer.get(f"/releases/plans/new?year={year}&stated=12").text
    assert 'value="12"' in shown
    entered = {
        **{f"{key}_every": "4" for key in KNOWN},
        **{f"{key}_die": str(table.die) for key, table in KNOWN.items()},
        **{f"{key}_floor": "10" for key in KNOWN},
        **{f"day_{n}": day.isoformat() for n, day in enumerate(last_days(year), 1)},
        "stated_figure": "12",
        "forum_decision": "Agreed in the meeting of October.",
    }
    address = f"/releases/plans/new?year={year}"
    coarse = officer.post(address, data={**entered, "who_die": "2"})
    assert coarse.status_code == 422
    assert "is refused" in coarse.text
    assert "Agreed in the meeting of October." in coarse.text
    made = officer.post(address, data=entered).headers["Location"]
    # What a new plan counts is the newest list of acts.
    proposed = db.session.scalars(select(ReleasePlan)).one()
    assert [one["edition"] for one in proposed.tables if one["key"] == "acts"] == [max(EDITIONS)]
    db.session.rollback()
    own = officer.get(made).text
    assert "50 in 100 becomes at most 73 in 100" in own
    assert "50 in 100 becomes at most 88 in 100" in own
    assert "/approve" not in own
    police = sign_in("police_peer")
    assert police.get(made).status_code == 404
    director = sign_in("director")
    digest = _read(made.rpartition("/")[2]).digest
    assert director.post(f"{made}/approve", data={"digest": "0" * 64}).status_code == 409
    assert director.post(f"{made}/approve", data={"digest": digest}).status_code == 302
    assert f"Plan of {year}" in police.get(made).text
    assert str(year) in police.get("/releases/plans").text
    assert officer.get(f"{made}/edit").status_code == 404


def test_a_plan_is_sent_back_with_what_must_be_put_right(actor, sign_in):
    """Whoever proposed it is told, and reads the reason."""
    proposer = actor("documentation")
    made = propose_plan(YEAR, _details(), by=proposer)
    custodian = sign_in("custodian")
    assert custodian.post(f"/releases/plans/{made}/turn-back", data={}).status_code == 422
    sent = custodian.post(
        f"/releases/plans/{made}/turn-back", data={"reason": "Ask the forum first."}
    )
    assert sent.status_code == 302
    assert "Ask the forum first." in sign_in("documentation").get(f"/releases/plans/{made}").text
    assert [(one.kind, one.request_id) for one in unseen_notices(proposer.account_id)] == [
        ("plan_sent_back", made)
    ]


def test_a_change_meanwhile_is_shown_and_nothing_typed_is_lost(actor, sign_in):
    """Two officers at one plan."""
    first = actor("documentation")
    made = propose_plan(YEAR, _details(), by=first)
    officer = sign_in("documentation")
    form = officer.get(f"/releases/plans/{made}/edit").text
    assert "As minuted in October." in form
    change_plan(made, _details(die=6), 1, by=first)
    sent = {
        **{f"{key}_every": "1" if key != "acts" else "4" for key in KNOWN},
        **{f"{key}_die": str(table.die) for key, table in KNOWN.items()},
        **{f"{key}_floor": "10" for key in KNOWN},
        **{f"day_{n}": day.isoformat() for n, day in enumerate(last_days(YEAR), 1)},
        "stated_figure": "40",
        "forum_decision": "Mine.",
        "row_version": "1",
    }
    answer = officer.post(f"/releases/plans/{made}/edit", data=sent)
    assert "Someone else saved changes" in answer.text
    assert "Mine." in answer.text
    assert (
        officer.post(f"/releases/plans/{made}/edit", data={**sent, "row_version": "2"}).status_code
        == 303
    )
    assert _read(made).forum_decision == "Mine."


def test_today_tells_of_a_plan_that_waits_and_from_november_of_one_that_is_missing(app, actor):
    """A year that nobody planned in time prints nothing."""
    officer, director = actor("documentation"), actor("director")
    waits, missing = PLANS_NEEDED

    def shown(need: Need, who: Actor, month: int) -> int:
        with app.test_request_context():
            return len(need.find(Viewer(who, datetime(YEAR - 1, month, 5, 9, tzinfo=UTC))))

    assert [shown(missing, officer, month) for month in (10, 11, 12)] == [0, 1, 1]
    assert shown(missing, director, 11) == 0
    made = propose_plan(YEAR, _details(), by=officer)
    assert shown(missing, officer, 11) == 0
    assert (shown(waits, director, 11), shown(waits, officer, 11)) == (1, 0)
    return_plan(made, "Ask again.", by=director)
    assert (shown(missing, officer, 11), shown(waits, director, 11)) == (1, 0)


def test_the_command_line_says_what_is_printed_when(app, actor):
    """An operator reads what everybody may read, and the digest that was approved."""
    made = propose_plan(YEAR, _details(), by=actor("documentation"))
    run = app.test_cli_runner().invoke
    assert run(args=["releases", "plan"]).output == ""
    approve_plan(made, _read(made).digest, by=actor("director"))
    said = run(args=["releases", "plan", str(YEAR)]).output.splitlines()
    assert said[0] == f"{YEAR}  reported 2.62  content 6.86  {_read(made).digest}"
    assert said[1].split()[:3] == ["who", "1d4", "few<10"]
    assert said[3].split()[3:] == [f"{YEAR}-12-31"]
