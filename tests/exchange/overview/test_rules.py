"""A count is called behind only when it is, and never before there was time."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.exchange.overview.rules import TargetPace, elapsed_share, pace_of
from kash.figures.indicators.rules import quarter

QUARTER = quarter(2026, 4)
COUNTS = st.one_of(st.none(), st.integers(0, 10_000))


@pytest.mark.parametrize(
    ("day", "share"),
    [
        (date(2026, 9, 30), 0),
        (date(2026, 10, 1), 1),
        (date(2026, 11, 15), 50),
        (date(2026, 12, 31), 100),
        (date(2027, 2, 1), 100),
    ],
)
def test_the_share_of_days_that_are_over(day, share):
    assert elapsed_share(QUARTER, day) == share


@pytest.mark.parametrize(
    ("count", "target", "elapsed", "pace"),
    [
        (5, None, 50, TargetPace.NO_TARGET),
        (5, 0, 50, TargetPace.NO_TARGET),
        (None, 20, 50, TargetPace.NO_DATA),
        (20, 20, 10, TargetPace.REACHED),
        (9, 20, 50, TargetPace.ON_THE_WAY),
        (8, 20, 50, TargetPace.BEHIND),
        (0, 20, 0, TargetPace.ON_THE_WAY),
        (19, 20, 100, TargetPace.MISSED),
        (None, 20, 100, TargetPace.MISSED),
    ],
)
def test_each_pace(count, target, elapsed, pace):
    assert pace_of(count, target, elapsed) is pace


@given(COUNTS, st.integers(1, 10_000), st.integers(0, 99))
def test_more_people_never_look_worse(count, target, elapsed):
    order = [TargetPace.BEHIND, TargetPace.ON_THE_WAY, TargetPace.REACHED]
    if count is not None:
        before, after = pace_of(count, target, elapsed), pace_of(count + 1, target, elapsed)
        assert order.index(after) >= order.index(before)


@given(st.integers(0, 91))
def test_days_go_forward(days):
    day = QUARTER.first + timedelta(days=days)
    assert elapsed_share(QUARTER, day) <= elapsed_share(QUARTER, day + timedelta(days=1)) <= 100
