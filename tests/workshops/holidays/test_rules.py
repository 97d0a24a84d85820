"""Holidays of the law, whatever the year."""

from collections import Counter
from datetime import date, timedelta

from dateutil.easter import easter
from hypothesis import given
from hypothesis import strategies as st

from kash.workshops.holidays.rules import (
    KeptHoliday,
    PublicHoliday,
    is_public_holiday,
    public_holidays,
)


@given(year=st.integers(2000, 2199))
def test_every_holiday_falls_once_and_is_kept_again_after_a_sunday(year):
    kept = public_holidays(year)
    fell = {day: one.which for day, one in kept.items() if not one.instead}
    assert Counter(fell.values()) == Counter(dict.fromkeys(PublicHoliday, 1))
    on_sundays = sorted(which for day, which in fell.items() if day.weekday() == 6)
    assert sorted(one.which for one in kept.values() if one.instead) == on_sundays
    for day, one in kept.items():
        assert is_public_holiday(day)
        if one.instead:
            fell_on = next(day for day, which in fell.items() if which == one.which)
            between = [fell_on + timedelta(days) for days in range(1, (day - fell_on).days)]
            # Each day between is a holiday already: the day after is the first that is free.
            assert all(is_public_holiday(other) for other in between)
    assert list(kept) == sorted(kept)


@given(year=st.integers(2000, 2199))
def test_easter_is_kept_from_friday_to_monday(year):
    sunday = easter(year)
    kept = public_holidays(year)
    assert kept[sunday - timedelta(days=2)] == KeptHoliday(PublicHoliday.GOOD_FRIDAY)
    assert kept[sunday + timedelta(days=1)] == KeptHoliday(PublicHoliday.EASTER_MONDAY)


def test_the_days_of_a_year_in_which_christmas_falls_on_a_sunday():
    assert {
        day.isoformat(): (one.which.value, one.instead)
        for day, one in public_holidays(2033).items()
    } == {
        "2033-01-01": ("new_year", False),
        "2033-04-15": ("good_friday", False),
        "2033-04-18": ("easter_monday", False),
        "2033-05-01": ("labour", False),
        "2033-05-02": ("labour", True),
        "2033-06-01": ("madaraka", False),
        "2033-10-10": ("mazingira", False),
        "2033-10-20": ("mashujaa", False),
        "2033-12-12": ("jamhuri", False),
        "2033-12-25": ("christmas", False),
        "2033-12-26": ("boxing", False),
        "2033-12-27": ("christmas", True),
    }
    assert not is_public_holiday(date(2033, 12, 28))
