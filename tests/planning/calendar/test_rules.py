"""What a calendar shows, and how bars lie in a week."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from kash.planning.calendar.rules import (
    DAY,
    FIRST_DAY,
    LAST_DAY,
    DaySpan,
    View,
    bars_of_week,
    cells_of_week,
    month_of,
    shown,
    turned,
)

DAYS = st.dates(FIRST_DAY, LAST_DAY)
MONDAY = date(2027, 3, 1)
SPANS = st.lists(
    st.tuples(st.integers(-9, 9), st.integers(0, 12)).map(
        lambda at: DaySpan(MONDAY + DAY * at[0], MONDAY + DAY * (at[0] + at[1]))
    ),
    max_size=12,
)


@given(DAYS)
def test_a_month_is_shown_in_whole_weeks_and_turning_leaves_out_no_day(day):
    span = shown(View.MONTH, day)
    assert (span.first.weekday(), span.last.weekday(), len(span.days()) % 7) == (0, 6, 0)
    assert span.first <= month_of(day).first <= day <= month_of(day).last <= span.last
    for view in View:
        before, after = turned(view, day)
        if before > FIRST_DAY and after < LAST_DAY:
            whole = month_of if view is View.MONTH else lambda one, view=view: shown(view, one)
            assert whole(before).last + DAY == whole(day).first
            assert whole(day).last + DAY == whole(after).first


@given(SPANS)
def test_no_two_bars_share_a_lane_on_a_day_and_each_of_the_week_is_drawn_once(spans):
    things = [(span, number) for number, span in enumerate(spans)]
    bars = bars_of_week(MONDAY, things)
    cells = cells_of_week(bars)
    for column, cell in enumerate(cells):
        day = MONDAY + DAY * column
        there = sorted(one[0].thing for one in cell if one)
        assert there == [number for span, number in things if span.first <= day <= span.last]
        assert not cell or cell[-1] is not None
    drawn = [one[0].thing for cell in cells for one in cell if one and one[1]]
    assert len(drawn) == len(set(drawn))
    # As few lanes as the fullest day has things.
    fullest = max((sum(one is not None for one in cell) for cell in cells), default=0)
    assert max((bar.lane + 1 for bar in bars), default=0) == fullest
