"""Opening hours, and how long a check holds."""

import contextlib
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.people.rules.directory import (
    DAY,
    WEEK,
    NotHours,
    Stretch,
    always_open,
    check_is_stale,
    found_by,
    last_fresh_day,
    minute_of_week,
    open_at,
    open_until,
    opens_next,
    overlap,
    read_day,
    week_lines,
    written_day,
)

stretches = st.builds(
    lambda opens, length: Stretch(opens, opens + length),
    st.integers(0, WEEK - 1),
    st.integers(1, DAY),
)
weeks = st.lists(stretches, max_size=6)
minutes = st.integers(0, WEEK - 1)


def minutes_open(week: list[Stretch]) -> set[int]:
    """Every open minute, one by one."""
    return {minute % WEEK for each in week for minute in range(each.opens, each.closes)}


@given(weeks, minutes)
def test_open_is_what_lies_in_a_stretch_of_this_week_or_runs_over_from_the_last(week, minute):
    assert open_at(week, minute) == (minute in minutes_open(week))


@given(weeks, minutes)
def test_it_closes_at_the_first_minute_that_is_not_open(week, minute):
    known = minutes_open(week)
    ahead = [(minute + step) % WEEK for step in range(WEEK)]
    closed = next((each for each in ahead if each not in known), None)
    assert open_until(week, minute) == (closed if minute in known else None)
    assert always_open(week) == (len(known) == WEEK)


@given(weeks, minutes)
def test_a_closed_service_opens_at_the_first_open_minute(week, minute):
    known = minutes_open(week)
    if minute in known or not known:
        return
    ahead = [(minute + step) % WEEK for step in range(WEEK)]
    assert opens_next(week, minute) == next(each for each in ahead if each in known)


@given(weeks)
def test_hours_overlap_if_and_only_if_two_share_a_minute(week):
    spent = sum(each.closes - each.opens for each in week)
    assert overlap(week) == (spent != len(minutes_open(week)))


@given(st.integers(0, 6), st.integers(0, DAY - 1), st.integers(0, DAY))
def test_what_is_written_is_read_back(weekday, start, end):
    length = end - start if end > start else end - start + DAY
    opens = weekday * DAY + start
    one = Stretch(opens, opens + length)
    assert read_day(weekday, written_day([one], weekday)) == [one]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", []),
        ("8-13", [(480, 780)]),
        ("08:00–13:00, 14.00-17.30", [(480, 780), (840, 1050)]),
        ("14:00-17:00 and 8:00-12:00", [(480, 720), (840, 1020)]),
        ("08:00–12:00,12:00–16:00", [(480, 720), (720, 960)]),
        ("20:00-02:00", [(1200, 1560)]),
        ("18:00 hadi 24:00", [(1080, 1440)]),
        ("08:00-08:00", [(480, 1920)]),
        ("24 h", [(0, 1440)]),
        ("24/7", [(0, 1440)]),
    ],
)
def test_a_day_as_people_type_it(typed, read):
    assert read_day(0, typed) == [Stretch(*each) for each in read]


@pytest.mark.parametrize(
    "typed",
    [
        "closed",
        "8",
        "25:00-26:00",
        "24:00-02:00",
        "08:60-09:00",
        "8-12, 11-13",
        "8-9,10-11,12-13,14-15,16-17",
        "٨-١٢",
        "8-12,",
        "x" * 60,
    ],
)
def test_what_is_no_hours_is_refused(typed):
    with pytest.raises(NotHours):
        read_day(0, typed)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(typed):
    with contextlib.suppress(NotHours):
        assert not overlap(read_day(6, typed))


def test_days_with_the_same_hours_stand_together():
    week = [each for day in range(5) for each in read_day(day, "8-17")] + read_day(6, "20-2")
    assert [(each.first, each.last, each.periods) for each in week_lines(week)] == [
        (0, 4, ((480, 1020),)),
        (5, 5, ()),
        (6, 6, ((1200, 120),)),
    ]


def test_from_sunday_night_to_monday_morning():
    week = read_day(6, "22:00–06:00")
    monday = datetime(2026, 11, 16, 5, 59)
    assert open_at(week, minute_of_week(monday))
    assert not open_at(week, minute_of_week(monday + timedelta(minutes=1)))
    assert open_until(week, minute_of_week(monday)) == 6 * 60


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_check_holds_for_half_a_year_whatever_the_day(today):
    assert 181 <= (today - last_fresh_day(today)).days <= 184


@pytest.mark.parametrize(
    ("checked", "today", "stale"),
    [
        (date(2026, 5, 16), date(2026, 11, 16), False),
        (date(2026, 5, 15), date(2026, 11, 16), True),
        (date(2026, 2, 28), date(2026, 8, 31), False),
        (date(2026, 2, 27), date(2026, 8, 31), True),
        (date(2025, 7, 16), date(2026, 1, 15), False),
    ],
)
def test_a_check_of_more_than_six_months_is_stale(checked, today, stale):
    assert check_is_stale(checked, today) == stale


def test_words_are_found_without_accents_and_apostrophes():
    assert found_by("Ng’ang’a  CLÍNIC", "Nyalenda-B") == "nganga clinic nyalenda b"
    assert found_by("’’ --") == ""


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)))
def test_minutes_of_a_week_are_counted_from_monday(moment):
    monday = datetime.combine(moment.date() - timedelta(days=moment.weekday()), time())
    assert minute_of_week(moment) == (moment - monday) // timedelta(minutes=1)
