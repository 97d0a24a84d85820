"""Falls of police cases: the tests cry wolf seldom, whatever else happens, and say what they
could not have seen."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.trends.rules import (
    FEWEST,
    BeforeAfter,
    FallVerdict,
    beside_other_stations,
    beside_others,
    ratio_beside_others,
    smallest_fall,
)
from tests.figures.trends.worlds import WORLDS, World, programmes, tables_of
from tests.profile import usual_or_long

pytestmark = pytest.mark.any_engine

tables = st.builds(BeforeAfter, *[st.integers(0, 30)] * 4)
PROGRAMMES = usual_or_long(400, 4000)


def share_found(world, **given):
    """Per cent of programmes in which the test beside others says that something changed."""
    made = tables_of(*programmes(PROGRAMMES, world, **given))
    return 100 * sum(beside_others(one).found for one in made) / PROGRAMMES


@pytest.mark.parametrize("name", WORLDS)
def test_where_no_workshop_changed_anything_it_is_seldom_said_that_one_did(name):
    assert 2 <= share_found(WORLDS[name]) <= 8


def test_a_halving_of_three_hundred_cases_at_ten_stations_is_found_in_half():
    assert 48 <= share_found(World(), ratio=0.5) <= 64


def test_a_halving_is_found_as_often_where_people_report_more_after_a_workshop():
    assert share_found(WORLDS["reporting"], ratio=0.5) >= share_found(World(), ratio=0.5) - 3


def test_beside_other_stations_a_rise_in_reporting_passes_for_a_rise_in_abuse():
    """So that test is never told alone."""

    def said(world):
        police, _others, after = programmes(PROGRAMMES, world)
        found = [beside_other_stations(one, after) for one in police]
        return 100 * sum(one.found for one in found) / PROGRAMMES

    assert 2 <= said(WORLDS["common rise"]) <= 9
    assert said(WORLDS["reporting"]) > 15


@given(st.lists(tables, max_size=FEWEST - 1))
def test_with_too_few_stations_nothing_is_said(found):
    assert beside_others(found).chance is None
    assert smallest_fall(found) is None
    counts = [[one.police_before, one.police_after] for one in found]
    few = beside_other_stations(counts, [[0.0, 1.0]] * len(found))
    assert (few.chance, few.places) == (None, sum(any(one) for one in counts))


@given(st.lists(tables, max_size=9))
def test_stations_that_cannot_tell_are_not_counted_among_those_that_do(found):
    one_sided = [BeforeAfter(3, 4, 0, 0), BeforeAfter(0, 0, 2, 1), BeforeAfter(2, 0, 3, 0)]
    verdict = beside_others(found + one_sided)

    assert verdict == beside_others(found)
    assert verdict.places == sum(one.tells for one in found)
    assert ratio_beside_others(found + one_sided) == ratio_beside_others(found)


@given(st.lists(tables, min_size=FEWEST, max_size=9))
def test_the_chance_is_that_of_all_turns_of_the_signs(found):
    telling = [one for one in found if one.tells]
    verdict = beside_others(found)
    if len(telling) < FEWEST:
        assert verdict == FallVerdict(len(telling))
        return
    scores = []
    for before, after, others_before, others_after in telling:
        total = before + after + others_before + others_after
        scores.append(after - (before + after) * (after + others_after) / total)
    seen = abs(sum(scores))
    turned = [
        abs(sum(sign * score for sign, score in zip(signs, scores, strict=True)))
        for signs in product((1, -1), repeat=len(scores))
    ]
    far = sum(one >= seen - 1e-9 for one in turned)
    assert verdict.chance == pytest.approx(far / len(turned))
    assert verdict.fell is (sum(scores) < 0)


@given(st.lists(tables, min_size=FEWEST, max_size=14), st.integers(2, 5))
def test_reporting_that_grows_alike_for_all_cases_moves_no_score(found, factor):
    """Twice as much is reported after: a place where nothing else changed still says nothing."""
    even = [
        BeforeAfter(police, police * factor, others, others * factor)
        for police, _after, others, _later in found
    ]
    verdict = beside_others(even)
    assert verdict.chance in (None, 1.0)
    assert ratio_beside_others(even) in (None, pytest.approx(1))


@given(st.lists(tables, min_size=FEWEST, max_size=14))
def test_a_mirrored_change_is_as_likely_and_points_the_other_way(found):
    mirrored = [BeforeAfter(one[1], one[0], one[3], one[2]) for one in found]
    verdict, other = beside_others(found), beside_others(mirrored)
    assert verdict.places == other.places
    if verdict.chance is not None:
        assert other.chance == pytest.approx(verdict.chance)
        assert not (verdict.found and verdict.fell is other.fell)


def test_months_that_everybody_shares_and_sizes_of_stations_explain_nothing_away():
    """A place twice as large, and a month in which twice as much happens everywhere."""
    shape = np.outer([1, 2, 3, 1, 2, 4, 1, 2], [2, 4, 2, 6, 2, 2])
    after = [[1.0 if month >= start else 0.0 for month in range(6)] for start in (1, 2, 3, 4) * 2]
    assert beside_other_stations(shape, after).chance == pytest.approx(1.0)


def test_a_fall_after_each_workshop_is_seen_beside_other_stations():
    after = [[1.0 if month >= start else 0.0 for month in range(12)] for start in range(2, 10)]
    counts = [[1 if later else 9 for later in row] for row in after]
    verdict = beside_other_stations(counts, after)
    assert (verdict.found, verdict.fell, verdict.places) == (True, True, 8)


def test_the_more_cases_the_smaller_the_fall_that_they_show():
    falls = [
        smallest_fall([BeforeAfter(cases, cases, cases, cases)] * 10) for cases in (2, 5, 15, 60)
    ]
    assert falls[0] is None or falls[0] > falls[1]
    assert falls[1] > falls[2] > falls[3]
    assert 0.6 <= smallest_fall([BeforeAfter(8, 8, 8, 8)] * 10) <= 0.8


def test_the_smallest_fall_is_found_eight_times_of_ten_and_a_smaller_one_is_not():
    made = tables_of(*programmes(1, World(), cases=600))[0]
    fall = smallest_fall(made)
    assert share_found(World(), cases=600, ratio=1 - fall) >= 70
    assert share_found(World(), cases=600, ratio=1 - fall + 0.2) < 80


def test_a_change_that_is_there_already_hides_no_smaller_one():
    """Else a great fall would make it look as if anything could be seen."""
    fell = smallest_fall([BeforeAfter(20, 5, 15, 15)] * 10)
    stood = smallest_fall([BeforeAfter(12, 13, 15, 15)] * 10)
    assert abs(fell - stood) <= 0.1


def test_where_cases_come_in_heaps_a_fall_must_be_larger_to_be_seen():
    even = [BeforeAfter(12, 12, 12, 12)] * 10
    heaped = [BeforeAfter(20, 4, 6, 18), BeforeAfter(4, 20, 18, 6)] * 5
    assert (smallest_fall(heaped) or 1) > smallest_fall(even)


@pytest.mark.parametrize(("apart", "heaps", "fall"), [(7, 2, 0.3), (10, 4, 0.45)])
def test_cases_in_heaps_promise_as_much_as_so_many_fewer_that_come_one_by_one(apart, heaps, fall):
    """Four times the variance, and four times the cases: no more and no less can be seen."""
    more, less = 100 + apart, 100 - apart
    heaped = [BeforeAfter(more, less, less, more), BeforeAfter(less, more, more, less)] * 4
    alone = 100 // heaps
    single = [BeforeAfter(alone, alone, alone, alone)] * 8
    assert smallest_fall(heaped) == smallest_fall(single) == fall


# Six stations that would show the slightest fall, of seven that it takes at the least.
SIX = [BeforeAfter(20000, 20000, 20000, 20000)] * (FEWEST - 1)


@pytest.mark.parametrize(
    "seventh",
    [
        BeforeAfter(1, 0, 50, 50),
        BeforeAfter(50, 50, 1, 0),
        BeforeAfter(1, 50, 0, 50),
        BeforeAfter(50, 1, 50, 0),
    ],
)
def test_no_fall_is_promised_that_hangs_on_a_station_which_may_have_nothing_to_tell(seventh):
    """As many cases as at the seventh, and by chance there is none of one sort in four of ten."""
    assert smallest_fall([*SIX, seventh]) is None


@pytest.mark.parametrize(
    "seventh",
    [
        BeforeAfter(15, 15, 2, 1),
        BeforeAfter(2, 1, 15, 15),
        BeforeAfter(15, 2, 15, 1),
        BeforeAfter(2, 15, 1, 15),
    ],
)
def test_three_cases_of_each_sort_let_a_station_tell_wherever_they_lie(seventh):
    assert smallest_fall([*SIX, seventh]) == 0.05


@given(st.lists(tables, max_size=14))
def test_a_ratio_is_never_of_nothing(found):
    ratio = ratio_beside_others(found)
    assert ratio is None or ratio >= 0


def test_as_many_before_as_after_is_no_fall():
    same = beside_other_stations([[2, 2]] * FEWEST, [[0.0, 1.0]] * FEWEST)
    assert (same.places, same.fell) == (FEWEST, False)
