"""Three months later the same questions are due once more."""

from datetime import timedelta

import pytest

from kash.assessments.queries import follow_ups_due
from kash.assessments.rules.results import Moment, is_months_later
from tests.workshops.conftest import SECOND_DAY


@pytest.mark.parametrize(("days", "due"), [(84, 0), (85, 1), (180, 1), (181, 0)])
def test_a_workshop_is_asked_once_more_after_a_quarter_and_not_after_half_a_year(bank, days, due):
    bank.test()
    assert len(follow_ups_due(bank.trainer, SECOND_DAY + timedelta(days=days), 10)) == due


@pytest.mark.parametrize(("days", "later"), [(84, False), (85, True)])
def test_what_stayed_is_asked_from_the_same_day_on(days, later):
    assert is_months_later(SECOND_DAY, SECOND_DAY + timedelta(days=days)) is later


def test_only_whoever_runs_a_workshop_that_was_tested_is_told_and_only_until_it_is_asked(
    bank, actor
):
    day = SECOND_DAY + timedelta(days=90)
    assert follow_ups_due(bank.trainer, day, 10) == []
    bank.test()
    (found,) = follow_ups_due(bank.trainer, day, 10)
    assert (found.public_id, found.ends_on) == (bank.held.workshop, SECOND_DAY)
    assert follow_ups_due(actor("trainer"), day, 10) == []
    assert follow_ups_due(actor("director"), day, 10) == []
    assert found.asked is False
    bank.test(Moment.FOLLOW_UP)
    assert [one.asked for one in follow_ups_due(bank.trainer, day, 10)] == [True]
