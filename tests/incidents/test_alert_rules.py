"""Who is told first, who next, and that a drill can come in any minute of the week."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as some

from kash.incidents.rules.casework import COME_AT, next_arrival
from kash.incidents.rules.totals import (
    MINUTES_OF_WEEK,
    OnRoster,
    in_order,
    is_drill,
    is_in_time,
    step_begins,
    step_of,
    steps,
    steps_due,
)
from kash.people.rules.directory import Stretch

NAIROBI = ZoneInfo("Africa/Nairobi")
NOW = datetime(2026, 11, 27, 9, 30, tzinfo=UTC)
_stretches = some.lists(
    some.integers(0, MINUTES_OF_WEEK - 61).map(lambda start: Stretch(start, start + 60)), max_size=2
).map(tuple)
_rosters = some.lists(
    some.builds(
        OnRoster,
        account=some.text("abcdef", min_size=4, max_size=6),
        position=some.integers(1, 5),
        stretches=_stretches,
        active=some.booleans(),
    ),
    max_size=6,
    unique_by=lambda one: one.account,
)


@settings(deadline=None)
@given(_rosters, some.integers(0, MINUTES_OF_WEEK - 1))
def test_whoever_is_on_duty_is_told_before_anybody_else(roster, minute):
    order = in_order(roster, minute)
    told = [one.is_on_duty(minute) for one in order]
    assert told == sorted(told, reverse=True)
    there = {one.account for one in roster if one.active}
    assert {one.account for one in order} == (there or {one.account for one in roster})


@settings(deadline=None)
@given(_rosters, some.lists(some.sampled_from(["grace", "joan"]), unique=True))
def test_nobody_is_left_out_and_custodians_come_with_the_second(roster, custodians):
    order = in_order(roster, 0)
    plan = steps(order, custodians, ["dora"])
    everybody = {one.account for one in order} | {"dora", *custodians}
    assert {one for step in plan for one in step} == everybody
    if order:
        assert set(plan[0]) == {order[0].account, *custodians}
        rest = [one.account for one in order[1:]]
        assert plan[1:] == [rest[:1], ["dora"], rest[1:]]


def test_the_next_is_told_after_a_quarter_of_an_hour():
    minutes = (-9, 0, 14, 15, 29, 30, 45, 59, 60, 119, 120)
    due = [steps_due(NOW, NOW + timedelta(minutes=minute)) for minute in minutes]
    assert due == [1, 1, 1, 2, 2, 3, 4, 4, 5, 5, 6]
    begins = [step_begins(step) // timedelta(minutes=1) for step in range(6)]
    assert begins == [0, 15, 30, 45, 60, 120]
    assert [step_of([["a"], ["b"], ["c"], ["d"]], step) for step in (0, 3, 4, 9)] == [
        ["a"],
        ["d"],
        ["a"],
        ["a"],
    ]
    assert is_in_time(NOW, NOW + timedelta(minutes=15))
    assert not is_in_time(NOW, NOW + timedelta(minutes=16))


@settings(deadline=None)
@given(some.integers(0, 7))
def test_of_all_minutes_of_a_week_as_many_hold_a_drill_as_were_asked_for(drills):
    assert sum(is_drill(drills, roll) for roll in range(MINUTES_OF_WEEK)) == drills


@settings(deadline=None)
@given(some.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=some.just(UTC)))
def test_reports_come_at_the_fixed_hours_and_no_others(now):
    comes = next_arrival(now, NAIROBI)
    there = comes.astimezone(NAIROBI)
    assert now < comes <= now + timedelta(hours=14)
    assert (there.hour in COME_AT, there.minute, there.second) == (True, 0, 0)
    assert next_arrival(comes - timedelta(microseconds=1), NAIROBI) == comes


def test_nobody_who_is_away_is_on_duty_whatever_her_hours():
    hours = (Stretch(60, 120),)
    told = {
        (active, stretches, minute): OnRoster("a", stretches=stretches, active=active).is_on_duty(
            minute
        )
        for active in (True, False)
        for stretches in ((), hours)
        for minute in (60, 120)
    }
    on = {key for key, is_on in told.items() if is_on}
    assert on == {(True, (), 60), (True, (), 120), (True, hours, 60)}
