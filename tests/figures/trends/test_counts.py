"""Cases are counted by place and month, each once and on its own side of a workshop."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.trends.rules import (
    BeforeAfter,
    CountedPlace,
    TrendCase,
    before_and_after,
    by_month,
    days_between,
    help_given,
    places_of,
    window,
)
from kash.incidents.rules.parts import Intervention
from kash.incidents.rules.record import Record

pytestmark = pytest.mark.any_engine

TODAY = date(2026, 11, 28)
days = st.dates(date(2024, 6, 1), date(2027, 3, 1))
cases = st.lists(
    st.builds(TrendCase, days, st.booleans(), st.sampled_from(["a", "b", "c", None])), max_size=40
)


@given(days)
def test_the_month_that_runs_is_never_counted_since_it_would_look_like_a_fall(today):
    within = window(today)
    assert len(within.starts) == len(within.days) == 24
    assert within.month_of(today) is None
    assert within.month_of(today.replace(day=1) - timedelta(days=1)) == 23
    assert within.month_of(within.starts[0]) == 0
    assert within.month_of(within.starts[0] - timedelta(days=1)) is None


@given(cases)
def test_each_case_stands_in_one_month_of_one_place_and_on_one_side(found):
    within = window(TODAY)
    tables = [by_month(found, ["a", "b", "c"], within, police=side) for side in (True, False)]
    inside = [one for one in found if one.place and within.month_of(one.day) is not None]
    assert sum(sum(map(sum, table)) for table in tables) == len(inside)
    places = [CountedPlace(key, key, date(2025, 12, 5)) for key in "abc"]
    assert sum(sum(one) for one in before_and_after(found, places, within).values()) == len(inside)


def test_the_last_day_of_a_workshop_belongs_to_the_time_before():
    reached = date(2026, 1, 15)
    found = [
        TrendCase(reached, True, "a"),
        TrendCase(reached + timedelta(days=1), True, "a"),
        TrendCase(reached, False, "a"),
    ]
    counts = before_and_after(found, [CountedPlace("a", "A", reached)], window(TODAY))
    assert counts == {"a": BeforeAfter(1, 1, 1, 0)}


def test_a_place_that_was_reached_before_the_months_counted_has_no_before():
    old = CountedPlace("a", "A", date(2024, 10, 31))
    never = CountedPlace("b", "B")
    assert before_and_after([], [old, never], window(TODAY)) == {}


@given(days)
def test_shares_after_a_workshop_are_those_of_its_days(reached):
    within = window(TODAY)
    shares = within.shares_after(reached)
    later = sum(share * days for share, days in zip(shares, within.days, strict=True))
    total = sum(within.days)
    expected = min(max((within.end - reached).days - 1, 0), total)
    assert later == pytest.approx(expected)
    assert shares == sorted(shares)


def test_stations_of_one_ward_are_one_place_since_others_cases_have_a_ward_only():
    first, second = date(2026, 2, 1), date(2026, 5, 1)
    places, of_station, of_ward = places_of(
        [
            ("s2", "Obunga", "Railways", second),
            ("s1", "Kondele", "railways ", first),
            ("s3", "Central", "Milimani", None),
            ("s4", "Nowhere", "", None),
            ("s5", "Nowhere else", "", None),
        ]
    )
    assert [(one.key, one.name, one.reached_on) for one in places] == [
        ("s3", "Central", None),
        ("s1", "Kondele · Obunga", first),
        ("s4", "Nowhere", None),
        ("s5", "Nowhere else", None),
    ]
    assert of_station == {"s1": "s1", "s2": "s1", "s3": "s3", "s4": "s4", "s5": "s5"}
    assert of_ward == {"railways": "s1", "milimani": "s3"}


def test_days_between_cases_are_those_of_the_months_counted():
    found = [date(2026, 3, 9), date(2026, 3, 1), date(2026, 3, 9), date(2020, 1, 1), TODAY]
    assert days_between(found, window(TODAY)) == [8, 0]


def test_the_time_of_answers_is_told_in_hours():
    asked_at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    asked = [
        Intervention(
            id=f"i{hours}", asked_at=asked_at, answered_at=asked_at + timedelta(hours=hours)
        )
        for hours in (1, 5, 30)
    ]
    found = help_given([(Record(interventions=asked), "triaged")], date(2026, 11, 20))
    assert (found.asked, found.answered, found.hours) == (3, 3, 5.0)


def test_names_of_stations_stand_by_the_alphabet_whatever_their_capitals():
    reached = date(2026, 2, 1)
    (place,), _of_station, _of_ward = places_of(
        [
            ("s1", "obunga", "Railways", reached),
            ("s2", "Kondele", "Railways", None),
            ("s3", "bandani", "Railways", None),
        ]
    )
    assert place.name == "bandani · Kondele · obunga"
