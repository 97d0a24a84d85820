"""Timetables, seats and shares, by properties."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.workshops.rules import (
    Break,
    EnrolmentState,
    FundingFault,
    Span,
    Stage,
    Teaching,
    days_between,
    days_needed,
    following_on,
    funding_fault,
    lay_into_days,
    overlap_with,
    pause_kind,
    possible_moves,
    seated,
    stage,
)

FIRST = date(2026, 11, 17)


def teachings(minutes: list[int]) -> list[Teaching]:
    return [Teaching(str(number), length) for number, length in enumerate(minutes)]


def test_eight_sessions_of_ninety_minutes_take_two_days_with_tea_and_lunch():
    table = lay_into_days(
        teachings([90] * 8), days_between(FIRST, FIRST + timedelta(1)), time(8, 30), time(16, 30)
    )
    assert table.left_over == ()
    assert [(place.day.day, place.starts_at) for place in table.placed] == [
        (17, time(8, 30)),
        (17, time(10, 15)),
        (17, time(11, 45)),
        (17, time(14, 15)),
        (18, time(8, 30)),
        (18, time(10, 15)),
        (18, time(11, 45)),
        (18, time(14, 15)),
    ]


@given(
    st.lists(st.integers(5, 600), max_size=25),
    st.integers(1, 5),
    st.integers(0, 12 * 60),
    st.integers(30, 11 * 60),
)
def test_a_timetable_keeps_order_hours_and_every_session(minutes, day_count, begins, length):
    given_teachings = teachings(minutes)
    days = days_between(FIRST, FIRST + timedelta(days=day_count - 1))
    day_start = time(begins // 60, begins % 60)
    ends = begins + length
    day_end = time(ends // 60, ends % 60)
    table = lay_into_days(given_teachings, days, day_start, day_end)
    assert [place.key for place in table.placed] + [one.key for one in table.left_over] == [
        one.key for one in given_teachings
    ]
    spans = [
        Span(place.key, datetime.combine(place.day, place.starts_at), place.minutes)
        for place in table.placed
    ]
    for place, span in zip(table.placed, spans, strict=True):
        assert place.day in days
        assert span.starts_at >= datetime.combine(place.day, day_start)
        assert span.ends_at <= datetime.combine(place.day, day_end)
    for before, after in pairwise(spans):
        assert before.ends_at <= after.starts_at
    assert all(overlap_with(span, spans) is None for span in spans)
    if all(one.minutes <= length for one in given_teachings):
        needed = days_needed(given_teachings, day_start, day_end)
        assert needed is not None
        assert (needed <= day_count) == (not table.left_over)


def of_modules(*lengths: list[int]) -> list[Teaching]:
    """Modules in order, each with sessions of these minutes."""
    return [
        Teaching(f"{module}.{number}", minutes, str(module))
        for module, sessions in enumerate(lengths, 1)
        for number, minutes in enumerate(sessions, 1)
    ]


def laid(given_teachings: list[Teaching], day_count: int) -> list[list[str]]:
    """The keys of each day's sessions, those left over last."""
    days = days_between(FIRST, FIRST + timedelta(days=day_count - 1))
    table = lay_into_days(given_teachings, days, time(8, 30), time(16, 30))
    found = [[place.key for place in table.placed if place.day == day] for day in days]
    return [*found, [one.key for one in table.left_over]]


def test_a_module_that_is_a_day_is_not_split_over_two():
    # Each takes five and a half hours of a day of eight.
    assert laid(of_modules([90, 90, 90, 60], [90, 90, 90, 60], [90, 120, 120]), 3) == [
        ["1.1", "1.2", "1.3", "1.4"],
        ["2.1", "2.2", "2.3", "2.4"],
        ["3.1", "3.2", "3.3"],
        [],
    ]


def test_short_modules_share_a_day_and_one_longer_than_a_day_runs_on():
    assert laid(of_modules([60, 60], [60, 60], [90, 90, 90, 90, 90]), 3) == [
        ["1.1", "1.2", "2.1", "2.2", "3.1"],
        ["3.2", "3.3", "3.4", "3.5"],
        [],
        [],
    ]


def test_a_module_that_would_be_split_after_one_session_begins_the_next_day():
    assert laid(of_modules([150], [150, 150]), 2) == [["1.1"], ["2.1", "2.2"], []]


def test_where_the_days_do_not_suffice_modules_are_split_rather_than_sessions_lost():
    modules = of_modules([90, 90, 90], [90, 90], [90, 90, 90])
    assert laid(modules, 3) == [["1.1", "1.2", "1.3"], ["2.1", "2.2"], ["3.1", "3.2", "3.3"], []]
    assert laid(modules, 2) == [["1.1", "1.2", "1.3", "2.1"], ["2.2", "3.1", "3.2", "3.3"], []]
    assert days_needed(modules, time(8, 30), time(16, 30)) == 2


@given(st.lists(st.lists(st.integers(5, 200), min_size=1, max_size=5), max_size=6))
def test_modules_are_together_whenever_there_is_a_day_for_each(lengths):
    modules = of_modules(*lengths)
    table = laid(modules, 6)
    if table[-1] or not all(laid(of_modules(one), 1)[-1] == [] for one in lengths):
        return
    on_days = [
        {day for day, keys in enumerate(table) if key in keys}
        for key in (one.key for one in modules)
    ]
    of_module = {one.module: set() for one in modules}
    for one, days in zip(modules, on_days, strict=True):
        of_module[one.module] |= days
    assert {len(days) for days in of_module.values()} <= {1}


@pytest.mark.parametrize(
    ("ends", "follows"),
    [
        ((17, 10, 0), (17, 10, 0)),
        ((17, 16, 30), (18, 8, 30)),
        ((17, 18, 0), (18, 8, 30)),
        # There is no day after the last one.
        ((18, 16, 45), (18, 16, 45)),
        # What lies on no day of the workshop says nothing.
        ((25, 9, 0), (17, 8, 30)),
    ],
)
def test_a_session_follows_on_where_the_last_one_ends(ends, follows):
    day, hour, minute = ends
    days = days_between(FIRST, FIRST + timedelta(1))
    # Whatever seconds a moment has, none is typed into a form.
    moment = datetime(2026, 11, day, hour, minute, 9, 5)
    assert following_on(moment, days, time(8, 30), time(16, 30)) == (
        date(2026, 11, follows[0]),
        time(*follows[1:]),
    )


def test_what_is_longer_than_a_day_is_said_to_need_no_number_of_days():
    assert days_needed(teachings([60, 500]), time(8, 30), time(16, 30)) is None


@given(st.integers(0, 600), st.integers(1, 300), st.integers(0, 600), st.integers(1, 300))
def test_overlap_is_symmetric_and_touching_is_none(a, la, b, lb):
    start = datetime(2026, 11, 17, 6, 0)
    one = Span("one", start + timedelta(minutes=a), la)
    two = Span("two", start + timedelta(minutes=b), lb)
    across = max(a, b) < min(a + la, b + lb)
    assert (overlap_with(one, [two]) == two) is across
    assert (overlap_with(two, [one]) == one) is across
    assert overlap_with(one, [one]) is None


@pytest.mark.parametrize(
    ("starts_at", "minutes", "kind"),
    [
        (time(10, 0), 15, Break.TEA),
        (time(13, 15), 60, Break.LUNCH),
        (time(16, 0), 90, Break.OTHER),
        (time(12, 0), 20, Break.TEA),
        (time(12, 0), 40, Break.LUNCH),
        (time(9, 0), 40, Break.TEA),
        (time(9, 0), 41, Break.OTHER),
        (time(11, 29), 60, Break.OTHER),
        (time(11, 30), 60, Break.LUNCH),
        (time(14, 30), 60, Break.LUNCH),
        (time(14, 31), 60, Break.OTHER),
    ],
)
def test_pauses_are_named(starts_at, minutes, kind):
    assert pause_kind(starts_at, minutes) is kind


@given(st.integers(0, 50), st.one_of(st.none(), st.integers(1, 50)))
def test_nobody_takes_a_seat_that_is_not_there(confirmed, capacity):
    state = seated(EnrolmentState.CONFIRMED, confirmed, capacity)
    if capacity is None or confirmed < capacity:
        assert state is EnrolmentState.CONFIRMED
    else:
        assert state is EnrolmentState.WAITING
    assert seated(EnrolmentState.INVITED, confirmed, capacity) is EnrolmentState.INVITED


def test_no_one_is_made_to_wait_by_choice():
    assert all(EnrolmentState.WAITING not in possible_moves(state) for state in EnrolmentState)


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(-5, 120)), max_size=5))
def test_shares_are_faultless_only_if_each_is_one_to_hundred_and_all_make_hundred(shares):
    fault = funding_fault(shares)
    fine = (
        all(1 <= share <= 100 for _, share in shares)
        and len({funder for funder, _ in shares}) == len(shares)
        and sum(share for _, share in shares) in ({100} if shares else {0})
    )
    assert (fault is None) == fine


def test_shares_name_their_fault():
    assert funding_fault([]) is None
    assert funding_fault([("a", 60), ("A", 40)]) is FundingFault.TWICE
    assert funding_fault([("a", 60), ("b", 30)]) is FundingFault.SUM
    assert funding_fault([("a", 101)]) is FundingFault.SHARE


@pytest.mark.parametrize(
    ("today", "expected"),
    [(16, Stage.PLANNED), (17, Stage.RUNNING), (18, Stage.RUNNING), (19, Stage.OVER)],
)
def test_stage(today, expected):
    day = date(2026, 11, today)
    assert stage("planned", FIRST, FIRST + timedelta(1), day) is expected
    assert stage("cancelled", FIRST, FIRST + timedelta(1), day) is Stage.CANCELLED
