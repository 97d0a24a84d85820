"""Periods as they stand in addresses."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.indicators.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    Period,
    PeriodFault,
    PeriodProblem,
    month,
    quarter,
    quarter_holding,
    read_period,
    year,
)

pytestmark = pytest.mark.any_engine
DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


@given(DAYS, st.integers(0, 800))
def test_a_period_is_read_back_from_its_own_text(first, length):
    last = min(first + timedelta(length), date(LAST_YEAR, 12, 31))
    period = Period(first, last)
    assert read_period(period.text) == period
    assert read_period(f"  {period.text.lower()} ") == period


@given(DAYS, DAYS)
def test_a_period_that_ends_before_it_starts_is_told_so_and_not_turned_round(one, other):
    if one == other:
        return
    later, earlier = max(one, other), min(one, other)
    with pytest.raises(PeriodProblem) as caught:
        read_period(f"{later}..{earlier}")
    assert caught.value.fault is PeriodFault.BACKWARDS


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_told_to_be_none(text):
    with suppress(PeriodProblem):
        assert read_period(text).first <= read_period(text).last


@pytest.mark.parametrize(
    "text",
    ["", "2026-Q5", "2026-Q0", "2026-13", "2026-00", "2026-02-30..2026-03-01", "1999", "2200",
     "٢٠٢٦", "2026..2027", "0000"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text):
    with pytest.raises(PeriodProblem) as caught:
        read_period(text)
    assert caught.value.fault is PeriodFault.UNREADABLE


@given(DAYS)
def test_the_four_quarters_of_a_year_hold_each_of_its_days_once(day):
    quarters = [quarter(day.year, part) for part in range(1, 5)]
    assert [one for one in quarters if one.contains(day)] == [quarter_holding(day)]
    assert (quarters[0].first, quarters[3].last) == (year(day.year).first, year(day.year).last)


@pytest.mark.parametrize(
    ("period", "text", "kind", "before"),
    [
        (quarter(2026, 1), "2026-Q1", "quarter", "2025-Q4"),
        (quarter(2026, 3), "2026-Q3", "quarter", "2026-Q2"),
        (year(2026), "2026", "year", "2025"),
        (month(2026, 1), "2026-01", "month", "2025-12"),
        (month(2024, 2), "2024-02", "month", "2024-01"),
        (
            Period(date(2026, 1, 5), date(2026, 1, 11)),
            "2026-01-05..2026-01-11",
            "days",
            "2025-12-29..2026-01-04",
        ),
    ],
)
def test_each_kind_of_period_has_one_text_and_one_before_it(period, text, kind, before):
    assert (period.text, period.kind, period.before.text) == (text, kind, before)


def test_nothing_is_compared_with_days_before_the_calendar_begins():
    with pytest.raises(PeriodProblem):
        _ = year(FIRST_YEAR).before
