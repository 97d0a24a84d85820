"""How long sessions really take: the last six times, their range, and their median."""

from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from kash.training.rules.versions import (
    LAST_TIMES,
    MOST_MINUTES,
    minutes_to_plan,
    of_last,
    whole_time,
)

TIMES = st.lists(st.integers(1, 720), min_size=1, max_size=20)


@given(TIMES)
def test_only_the_last_six_times_count_with_their_range_and_median(times):
    found = of_last(times)
    assert found is not None
    last = times[:LAST_TIMES]
    assert (found.times, found.least, found.most) == (len(last), min(last), max(last))
    assert 0 <= found.median - median(last) <= 0.5


@given(TIMES, st.integers(5, 600))
def test_a_timetable_gets_at_least_the_median_and_goes_by_fives(times, planned):
    found = of_last(times)
    assert found is not None
    wanted = minutes_to_plan(planned, found)
    assert wanted % 5 == 0
    assert min(found.median, MOST_MINUTES) <= wanted < found.median + 5
    assert minutes_to_plan(planned, None) == planned


def test_a_course_counts_as_planned_what_was_never_taught():
    whole = whole_time([(45, of_last([50, 70, 60])), (90, None), (30, of_last([20]))])
    assert list(whole.values()) == [165, 170, 2, 3]
    assert whole_time([])["delivered"] == 0
