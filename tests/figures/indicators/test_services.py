"""Definitions that two people change, and targets."""

from datetime import timedelta

import pytest
from flask_babel import force_locale

from kash.accounts.queries.requests import unseen_notices
from kash.figures.indicators.models import IndicatorDefinition, Target
from kash.figures.indicators.queries.definitions import (
    definition_of,
    standard,
    targets_in,
    title_of,
    version,
)
from kash.figures.indicators.rules import IndicatorKey, Least, quarter
from kash.figures.indicators.services import (
    DefinitionDetails,
    TargetDetails,
    add_target,
    approve_definition,
    change_target,
    propose_definition,
    remove_target,
    return_definition,
)
from kash.platform.approvals.approval import SamePerson
from kash.platform.database import db
from kash.platform.web.errors import ChangedMeanwhile, NotFound
from kash.platform.web.formats import local_today
from kash.workshops.models import Funder
from tests.refusals import refuses

REACHED, COMPLETED = str(IndicatorKey.REACHED), str(IndicatorKey.COMPLETED)
pytestmark = pytest.mark.any_engine


def details(**changes: object) -> DefinitionDetails:
    given = {
        "title": "People met",
        "remark": "At least five days, as the funder has it.",
        "from_day": local_today(),
        "because": "The funder asks so",
        "least_share": 50,
    }
    return DefinitionDetails(**(given | changes))  # type: ignore[arg-type]


def test_a_definition_holds_once_another_approved_it_and_only_from_its_day_on(app, actor):
    officer, director = actor("monitoring"), actor("director")
    made = propose_definition(REACHED, details(), by=officer)
    assert definition_of(REACHED, local_today()) == standard(REACHED)
    approve_definition(made, by=director)
    found = definition_of(REACHED, local_today())
    assert (found.version, found.title, found.least) == (2, "People met", Least(50))
    # The sentence is that of what counts; what was typed is a remark, and says so.
    assert found.text == (
        f"{standard(REACHED).text} Counted is only who was there for at least 50 % of the"
        " workshop's hours. Remark: At least five days, as the funder has it."
    )
    # A period that is over was told by the earlier one.
    assert definition_of(REACHED, local_today() - timedelta(1)) == standard(REACHED)
    row = db.session.query(IndicatorDefinition).one()
    assert (row.because, row.proposed_by, row.approved_by) == (
        "The funder asks so", officer.public_id, director.public_id,
    )  # fmt: skip


def test_a_title_that_was_left_as_it_stood_is_read_in_the_readers_language(app, actor):
    officer, director = actor("monitoring"), actor("director")
    left = standard(REACHED).title
    made = propose_definition(REACHED, details(title=left), by=officer)
    approve_definition(made, by=director)
    with app.test_request_context("/"), force_locale("sw"):
        found = definition_of(REACHED, local_today())
        assert (found.version, found.title) == (2, standard(REACHED).title)
        assert found.title != left
        assert title_of(version(made)) == found.title


def test_nobody_decides_alone_what_a_figure_means(app, actor):
    both = actor("monitoring", "director")
    made = propose_definition(REACHED, details(), by=both)
    with pytest.raises(SamePerson):
        approve_definition(made, by=both)
    assert definition_of(REACHED, local_today()).version == 1


def test_figures_that_were_told_are_not_changed_from_behind(app, actor):
    officer, director = actor("monitoring"), actor("director")
    yesterday = local_today() - timedelta(1)
    with refuses("A new definition holds from today on or later"):
        propose_definition(REACHED, details(from_day=yesterday), by=officer)
    made = propose_definition(REACHED, details(), by=officer)
    db.session.query(IndicatorDefinition).update({"from_day": yesterday})
    db.session.commit()
    with refuses("A new definition holds from today on or later"):
        approve_definition(made, by=director)


def test_one_definition_waits_at_a_time_and_another_follows_what_was_sent_back(app, actor):
    officer, director = actor("monitoring"), actor("director")
    made = propose_definition(REACHED, details(), by=officer)
    with refuses("A definition of this indicator waits to be decided first"):
        propose_definition(REACHED, details(), by=officer)
    return_definition(made, "Say half of what", by=director)
    assert [(one.kind, one.request_id) for one in unseen_notices(officer.account_id)] == [
        ("definition_sent_back", REACHED)
    ]
    propose_definition(REACHED, details(), by=officer)
    with pytest.raises(NotFound):
        propose_definition("none", details(), by=officer)


def test_a_least_is_kept_only_by_what_counts_from_it(app, actor):
    given = details(least_share=50, least_days=3, least_workshops=2)
    for key, least in (
        (COMPLETED, Least()),
        (str(IndicatorKey.ATTENDANCES), Least(50, 3)),
        (REACHED, Least(50, 3, 2)),
    ):
        made = propose_definition(key, given, by=actor("monitoring"))
        assert version(made).least == least


def test_a_target_is_of_all_of_a_funder_or_of_a_group_and_never_twice_of_the_same(app, actor):
    officer = actor("monitoring")
    funder = Funder(name="Lake fund")
    db.session.add(funder)
    db.session.commit()
    of_funder = funder.public_id
    db.session.rollback()
    period = quarter(2026, 4)
    for value, more in enumerate(
        ({}, {"group": "A"}, {"funder": of_funder}, {"funder": of_funder, "group": "A"}), 10
    ):
        target = TargetDetails(COMPLETED, "2026-10-01..2026-12-31", value, **more)
        add_target(target, by=officer)
        with refuses("There is such a target already. Change that one"):
            add_target(target, by=officer)
    whole, shared = targets_in(period), targets_in(period, of_funder)
    assert (whole[COMPLETED].value, whole[COMPLETED].groups) == (10, {"A": 11})
    assert (shared[COMPLETED].value, shared[COMPLETED].groups) == (12, {"A": 13})
    assert targets_in(quarter(2026, 3)) == {}


def test_a_target_for_what_is_no_period_or_no_group_is_refused(app, actor):
    officer = actor("monitoring")
    for wrong, given in (
        ("Write a period such as", TargetDetails(COMPLETED, "soon", 1)),
        ("This period ends before it", TargetDetails(COMPLETED, "2026-03-31..2026-01-01", 1)),
        (
            "This indicator is not told apart by",
            TargetDetails("workshops_held", "2026", 1, group="A"),
        ),
        ("The address is wrong", TargetDetails("none", "2026", 1)),
        ("The address is wrong", TargetDetails(COMPLETED, "2026", 1, funder="none")),
        ("The address is wrong", TargetDetails(COMPLETED, "2026", 1, group="Z")),
    ):
        with refuses(wrong):
            add_target(given, by=officer)
    assert db.session.query(Target).count() == 0


def test_a_target_that_another_changed_meanwhile_is_not_overwritten(app, actor):
    officer = actor("monitoring")
    made = add_target(TargetDetails(COMPLETED, "2026", 40), by=officer)
    change_target(made, 50, 1, by=officer)
    with pytest.raises(ChangedMeanwhile):
        change_target(made, 60, 1, by=officer)
    assert db.session.query(Target).one().value == 50
    remove_target(made, by=officer)
    assert db.session.query(Target).count() == 0
