"""Gains: what they are, whom they leave out, and how often their interval holds the truth."""

import random
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.assessments.rules.results import gain_of, shift_of, t_between, t_quantile

# Two-sided 95 % and 99 % points, from the printed tables of Fisher and Yates.
PRINTED = [
    (1, 0.95, 12.706),
    (2, 0.95, 4.303),
    (3, 0.95, 3.182),
    (7, 0.95, 2.365),
    (14, 0.95, 2.145),
    (24, 0.95, 2.064),
    (30, 0.95, 2.042),
    (60, 0.95, 2.000),
    (120, 0.95, 1.980),
    (5, 0.99, 4.032),
    (10, 0.99, 3.169),
    (40, 0.99, 2.704),
]


@pytest.mark.parametrize(("freedom", "inside", "printed"), PRINTED)
def test_the_quantile_is_that_of_the_printed_tables(freedom, inside, printed):
    assert round(t_quantile(freedom, inside), 3) == printed


def test_many_people_make_no_step_where_the_sums_end():
    assert t_quantile(2001) == pytest.approx(t_quantile(2000), abs=1e-6)
    assert t_between(t_quantile(2001), 2001) == pytest.approx(0.95, abs=1e-9)


@pytest.mark.parametrize("wrong", [0.0, 1.0])
def test_certainty_has_no_quantile(wrong):
    with pytest.raises(ValueError, match="between 0 and 1"):
        t_quantile(5, wrong)


def test_a_gain_worked_out_by_hand():
    """Means 50 and 80 over three: gain 30 / 50. Residuals 8, -4, -4: deviation 6.9282, t 4.3027,
    half 4.3027 * 6.9282 / sqrt(3) / 50 = 0.34421."""
    found = gain_of({"a": 40, "b": 50, "c": 60, "left": 20}, {"a": 84, "b": 76, "c": 80, "new": 90})
    assert (found.people, found.before, found.after) == (3, 50, 80)
    assert found.gain == pytest.approx(0.6)
    assert found.low == pytest.approx(0.6 - 0.34421, abs=1e-4)
    assert found.high == pytest.approx(0.6 + 0.34421, abs=1e-4)
    assert (found.lost, found.lost_before, found.joined, found.joined_after) == (1, 20, 1, 90)


SCORES = st.dictionaries(
    st.sampled_from("abcdefghijkl"), st.integers(0, 10).map(lambda right: right * 10.0)
)


@given(SCORES, SCORES)
def test_gain_is_the_ratio_of_means_over_those_who_answered_both(before, after):
    found = gain_of(before, after)
    both = before.keys() & after.keys()
    assert (found.people, found.lost, found.joined) == (
        len(both),
        len(before) - len(both),
        len(after) - len(both),
    )
    room = sum(100 - before[one] for one in both)
    if room == 0:
        assert found.gain is None
        assert found.everybody_knew == bool(both)
    else:
        moved = sum(after[one] - before[one] for one in both)
        assert found.gain == pytest.approx(moved / room)
    if found.low is not None and found.high is not None and found.gain is not None:
        assert found.low < found.gain < found.high


@given(SCORES, st.randoms())
def test_whoever_answered_once_changes_no_gain(scores, chance):
    after = {one: min(100.0, scores[one] + 10 * chance.randrange(4)) for one in scores}
    whole = gain_of({**scores, "lost": 0.0}, {**after, "joined": 100.0})
    alone = gain_of(scores, after)
    assert (whole.gain, whole.low, whole.high) == (alone.gain, alone.low, alone.high)


def _cohort(chance: random.Random, people: int, true_gain: float) -> tuple[dict, dict]:
    """Ten questions; each person knows a share of her own before, and the gain of the rest after,
    more or less."""
    before, after = {}, {}
    for one in range(people):
        knows = chance.betavariate(3, 4)
        learns = chance.betavariate(8 * true_gain, 8 * (1 - true_gain))
        later = knows + learns * (1 - knows)
        before[str(one)] = 10.0 * sum(chance.random() < knows for _ in range(10))
        after[str(one)] = 10.0 * sum(chance.random() < later for _ in range(10))
    return before, after


def test_the_interval_holds_the_truth_in_ninety_four_to_ninety_six_of_a_hundred_cohorts():
    chance = random.Random(20261128)
    held, gains = 0, []
    for at in range(2000):
        found = gain_of(*_cohort(chance, 8 + at % 18, 0.45))
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.45 <= found.high
        gains.append(found.gain)
    assert 0.94 <= held / 2000 <= 0.96
    assert fmean(gains) == pytest.approx(0.45, abs=0.01)


def test_a_scale_shows_its_two_distributions_and_the_shift():
    found = shift_of({"a": 1, "b": 2, "c": 3, "left": 5}, {"a": 3, "b": 2, "c": 5, "new": 1}, 5)
    assert (found.before, found.after) == ((1, 1, 1, 0, 0), (0, 1, 1, 0, 1))
    assert found.shift == pytest.approx(4 / 3)
    # Deviation of 2, 0, 2 is 1.1547; t 4.3027; half 2.8684.
    assert found.low == pytest.approx(4 / 3 - 2.8684, abs=1e-3)


def test_nobody_and_one_person_have_no_interval():
    assert gain_of({}, {}).gain is None
    one = gain_of({"a": 40.0}, {"a": 70.0})
    assert (one.gain, one.low) == (0.5, None)


def test_all_alike_claim_no_certainty():
    found = gain_of(dict.fromkeys("abc", 40.0), dict.fromkeys("abc", 100.0))
    assert (found.gain, found.low, found.high) == (1.0, None, None)
