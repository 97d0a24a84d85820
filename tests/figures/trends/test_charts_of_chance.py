"""Limits of chance: wide where cases come in heaps, and kept by nearly all that chance makes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.trends.rules import funnel, gap_limits, month_limits

pytestmark = pytest.mark.any_engine

counts = st.lists(st.integers(0, 200), min_size=2, max_size=24)


@given(counts)
def test_a_month_has_room_for_its_mean_and_no_limit_below_nought(found):
    limits = month_limits(found, [30] * len(found))
    mean = sum(found) / (len(found) * 30 * 12 / 365.25)
    assert limits.middle == pytest.approx(mean)
    for low, high in zip(limits.lower, limits.upper, strict=True):
        assert 0 <= low <= mean * 30 * 12 / 365.25 + 1e-9 <= high + 2e-9
    # Never narrower than single cases would make it.
    single = 3 * math.sqrt(mean * 30 * 12 / 365.25)
    assert limits.upper[0] >= mean * 30 * 12 / 365.25 + single - 1e-6


def test_a_longer_month_has_higher_limits():
    limits = month_limits([10, 12, 9], [28, 31, 30])
    assert limits.upper[0] < limits.upper[2] < limits.upper[1]


def test_limits_of_months_are_kept_where_cases_come_in_heaps_and_still_show_a_leap():
    draw = np.random.default_rng(5)
    outside = single = 0
    for _ in range(200):
        found = [int(one) for one in draw.poisson(draw.gamma(20 / 1.5, 1.5, 24))]
        outside += len(month_limits(found, [30] * 24).outside(found))
        mean = sum(found) / 24
        single += sum(abs(one - mean) > 3 * math.sqrt(mean) for one in found)
    assert outside / 4800 < 0.01 < 0.04 < single / 4800
    leap = [10, 11, 9, 10, 12, 10, 9, 11, 10, 45, 10, 9]
    assert month_limits(leap, [30] * 12).outside(leap) == [9]


@given(st.lists(st.integers(0, 400), min_size=2, max_size=30))
def test_half_of_the_days_between_cases_lie_on_either_side_of_the_median(gaps):
    limits = gap_limits(gaps)
    mean = sum(gaps) / len(gaps)
    stays = mean / (1 + mean)
    middle, high = limits.middle, limits.upper[0]
    assert 1 - stays ** (middle + 1) >= 0.5 - 1e-9
    assert middle == 0 or 1 - stays**middle < 0.5 + 1e-9
    assert 0 <= limits.lower[0] <= middle <= high
    assert stays ** (high + 1) <= 0.00135 + 1e-9


def test_a_long_quiet_time_is_seen_and_a_usual_one_is_not():
    gaps = [20, 41, 33, 8, 55, 260, 12, 30]
    assert gap_limits(gaps).outside(gaps) == []
    gaps = [20, 41, 33, 8, 55, 30, 12, 30, 25, 40, 10, 700]
    assert gap_limits(gaps).outside(gaps) == [11]


places = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda one: (one[0], sum(one))),
    max_size=20,
)


@given(places)
def test_a_funnel_is_there_once_police_and_others_both_have_cases(found):
    made = funnel(found)
    police, total = sum(one[0] for one in found), sum(one[1] for one in found)
    assert (made is not None) is (0 < police < total)
    if made is None:
        return
    assert made.share == pytest.approx(police / total)
    assert made.wider >= 1
    for deviations in (1.96, 3.09):
        low, high = made.limits(10, deviations)
        wide_low, wide_high = made.limits(2, deviations)
        assert 0 <= wide_low <= low <= made.share <= high <= wide_high <= 1


@given(st.integers(1, 400), st.integers(1, 400), st.floats(1, 1000), st.floats(0.5, 4))
def test_the_line_around_a_funnel_is_whole_and_ends_where_it_began(
    police, others, most, deviations
):
    made = funnel([(police, police + others)])
    first, *line, last = made.outline(most, deviations)
    assert first == last == (0, 0)
    # Out above and back below, by the same points of which none comes twice.
    above, below = line[: len(line) // 2 + 1], [last, *reversed(line[len(line) // 2 + 1 :])]
    sizes = [size for size, _share in above]
    assert sizes == [size for size, _share in below] == sorted(set(sizes))
    assert (sizes[-1], above[0]) == (pytest.approx(most), (0, 1))
    for (size, high), (_size, low) in zip(above[1:], below[1:], strict=True):
        assert (low, high) == made.limits(size, deviations)


def test_places_that_differ_by_more_than_chance_widen_the_funnel_and_one_alone_does_not():
    draw = np.random.default_rng(3)
    even = [(int(draw.binomial(40, 0.5)), 40) for _ in range(20)]
    one_off = [*even[1:], (38, 40)]
    assert funnel(even).wider < 1.2
    assert funnel(one_off).wider < 1.4
    assert funnel(one_off).is_outside(38, 40)
    spread = [(int(draw.binomial(40, draw.beta(2, 2))), 40) for _ in range(20)]
    assert funnel(spread).wider > 2
    assert sum(funnel(spread).is_outside(*one) for one in spread) <= 1


def test_limits_are_wider_by_as_much_as_neighbours_differ():
    """By hand: 5 and 15 a month in turn, whose mean is 10."""
    area = 30 * 12 / 365.25
    deviation = math.sqrt(10 / area / area)
    wider = 10 / area / deviation / 1.128
    limits = month_limits([5, 15] * 6, [30] * 12)
    assert limits.upper[0] == pytest.approx(10 + 3 * wider * deviation * area)
    assert month_limits([15, 5] * 6, [30] * 12).upper[0] == pytest.approx(limits.upper[0])
