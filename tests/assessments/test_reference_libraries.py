"""Gains, intervals and what is said of questions, beside what pandas and SciPy make of the same
answers: they take too much memory to be loaded where the application runs."""

import math
import random
from types import ModuleType

import pytest

from kash.assessments.rules.bank import correlation_interval, look_at
from kash.assessments.rules.results import gain_of, shift_of, t_between, t_quantile

COHORTS = 50


@pytest.fixture(scope="module")
def pandas():
    import pandas

    return pandas


@pytest.fixture(scope="module")
def stats():
    from scipy import stats

    return stats


def _cohort(seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """Scores before and after of up to 40 people, of whom some came only once."""
    chance = random.Random(seed)
    before: dict[str, float] = {}
    after: dict[str, float] = {}
    for person in range(chance.randint(6, 40)):
        knew = chance.randint(0, 10)
        if chance.random() < 0.9:
            before[str(person)] = 10.0 * knew
        if chance.random() < 0.9:
            after[str(person)] = 10.0 * chance.randint(knew, 10)
    return before, after


def _value(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _by_pandas(
    pandas: ModuleType, stats: ModuleType, before: dict[str, float], after: dict[str, float]
) -> dict[str, float | int | None]:
    table = pandas.DataFrame({"before": before, "after": after}, dtype=float)
    both = table.dropna()
    lost = table[table["after"].isna()]
    joined = table[table["before"].isna()]
    room = (100 - both["before"]).mean()
    gain = (both["after"] - both["before"]).mean() / room
    residuals = both["after"] - both["before"] - gain * (100 - both["before"])
    low, high = stats.t.interval(0.95, len(both) - 1, scale=residuals.sem() / room, loc=gain)
    return {
        "people": len(both),
        "before": _value(both["before"].mean()),
        "after": _value(both["after"].mean()),
        "gain": _value(gain),
        "low": _value(low),
        "high": min(1.0, float(high)),
        "lost": len(lost),
        "lost_before": _value(lost["before"].mean()),
        "joined": len(joined),
        "joined_after": _value(joined["after"].mean()),
    }


@pytest.mark.parametrize("seed", range(COHORTS))
def test_gain_and_interval_are_those_of_pandas_and_scipy(seed, pandas, stats):
    before, after = _cohort(seed)
    gain = gain_of(before, after)
    assert vars(gain) == pytest.approx(_by_pandas(pandas, stats, before, after))


@pytest.mark.parametrize("freedom", [1, 2, 3, 7, 24, 25, 200, 1999, 2001, 50_000])
@pytest.mark.parametrize("inside", [0.5, 0.9, 0.95, 0.99])
def test_quantiles_are_those_of_scipy(freedom, inside, stats):
    quantile = t_quantile(freedom, inside)
    assert quantile == pytest.approx(stats.t.ppf((1 + inside) / 2, freedom), rel=1e-8)
    if freedom <= 2000:
        between = stats.t.cdf(quantile, freedom) - stats.t.cdf(-quantile, freedom)
        assert t_between(quantile, freedom) == pytest.approx(between, abs=1e-10)


@pytest.mark.parametrize("seed", range(10))
def test_the_shift_on_a_scale_is_that_of_pandas_and_scipy(seed, pandas, stats):
    chance = random.Random(seed)
    people = range(chance.randint(3, 30))
    before = {str(person): chance.randint(1, 5) for person in people}
    after = {str(person): chance.randint(1, 5) for person in people if person % 7}
    table = pandas.DataFrame({"before": before, "after": after}).dropna()
    steps = table["after"] - table["before"]
    low, high = stats.t.interval(0.95, len(steps) - 1, loc=steps.mean(), scale=steps.sem())
    shift = shift_of(before, after, 5)
    for counts, answers in ((shift.before, table["before"]), (shift.after, table["after"])):
        assert list(counts) == [int((answers == point).sum()) for point in range(1, 6)]
    assert (shift.people, shift.shift, shift.low, shift.high) == pytest.approx(
        (len(table), float(steps.mean()), float(low), float(high))
    )


@pytest.mark.parametrize("seed", range(10))
def test_difficulty_and_discrimination_are_those_of_pandas_and_scipy(seed, pandas, stats):
    chance = random.Random(seed)
    answers = [
        (float(chance.random() < rest), rest)
        for rest in (chance.random() for _ in range(chance.randint(50, 120)))
    ]
    table = pandas.DataFrame(answers, columns=["score", "rest"])
    told = look_at(answers)
    pearson = stats.pearsonr(table["score"], table["rest"])
    low, high = pearson.confidence_interval(0.95)
    assert (told.answers, told.difficulty) == (len(table), pytest.approx(table["score"].mean()))
    assert (told.discrimination, told.low, told.high) == pytest.approx(
        (float(pearson.statistic), float(low), float(high))
    )
    assert correlation_interval(float(pearson.statistic), len(table)) == (
        pytest.approx(float(low)),
        pytest.approx(float(high)),
    )
