"""Days of an absence: which may be written down, and which two share."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.workshops.availability.rules import (
    DAYS_AHEAD,
    KEPT_DAYS,
    MOST_DAYS,
    AbsenceDays,
    days_fault,
    forgotten_before,
    overlapped,
)

TODAY = date(2026, 11, 28)
DAYS = st.builds(
    lambda first, length: AbsenceDays(
        TODAY + timedelta(days=first), TODAY + timedelta(days=first + length)
    ),
    st.integers(-500, 1500),
    st.integers(-5, 400),
)

# Some days of one month, of which many share one.
NEAR = st.builds(
    lambda first, length: AbsenceDays(
        TODAY + timedelta(days=first), TODAY + timedelta(days=first + length)
    ),
    st.integers(0, 30),
    st.integers(-2, 10),
)


def _each(days: AbsenceDays) -> set[date]:
    return {
        days.first + timedelta(days=number) for number in range((days.last - days.first).days + 1)
    }


@given(DAYS)
def test_what_may_be_written_down_has_a_day_is_short_and_near(days):
    each = _each(days)
    allowed = (
        0 < len(each) <= MOST_DAYS
        and max(each) >= TODAY - timedelta(days=KEPT_DAYS)
        and min(each) <= TODAY + timedelta(days=DAYS_AHEAD)
    )
    assert (not days_fault(days, TODAY)) == allowed


@given(NEAR, st.lists(NEAR, max_size=6))
def test_two_overlap_if_they_share_a_day(days, others):
    others = [one for one in others if one.first <= one.last]
    if days.first > days.last:
        return
    shared = [one for one in others if _each(one) & _each(days)]
    found = overlapped(days, others)
    assert (found is None) == (not shared)
    if found is not None:
        assert found in shared
        assert found.first == min(one.first for one in shared)


def test_ten_years_are_a_slip_and_what_is_forgotten_is_not_written_anew():
    assert days_fault(AbsenceDays(TODAY, date(2036, 11, 28)), TODAY) == "long"
    assert days_fault(AbsenceDays(TODAY, TODAY - timedelta(days=1)), TODAY) == "order"
    gone = forgotten_before(TODAY)
    assert days_fault(AbsenceDays(gone, gone), TODAY) == ""
    gone -= timedelta(days=1)
    assert days_fault(AbsenceDays(gone, gone), TODAY) == "far"
    assert days_fault(AbsenceDays(date(2204, 1, 1), date(2204, 1, 1)), TODAY) == "far"
