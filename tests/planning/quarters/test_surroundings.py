"""Days that are taken, as the planner is told of them."""

from datetime import date, timedelta

from kash.planning.quarters.queries import spans

DAY = date(2026, 11, 30)


def test_days_that_follow_each_other_are_one_span():
    days = [DAY + timedelta(days=number) for number in (0, 1, 2, 4, 6, 7)]
    assert spans(days) == [(days[0], days[2]), (days[3], days[3]), (days[4], days[5])]
    assert (spans([DAY]), spans([])) == ([(DAY, DAY)], [])
