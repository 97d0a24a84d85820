"""Days that are taken, and what trainers may teach, as the planner is told of them."""

from __future__ import annotations

from datetime import date, timedelta

from kash.certificates.skills.rules import Level
from kash.planning.quarters.queries import _courses, _end_of_month, _spans

DAY = date(2026, 11, 30)


def test_days_that_follow_each_other_are_one_span() -> None:
    days = [DAY + timedelta(days=number) for number in (0, 1, 2, 4, 6, 7)]
    assert _spans(days) == [(days[0], days[2]), (days[3], days[3]), (days[4], days[5])]
    assert (_spans([DAY]), _spans([])) == ([(DAY, DAY)], [])


def test_a_month_ends_on_its_last_day() -> None:
    days = (date(2026, 1, 31), date(2026, 2, 1), date(2028, 2, 28), date(2026, 12, 5))
    assert [_end_of_month(day) for day in days] == [
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2028, 2, 29),
        date(2026, 12, 31),
    ]


def test_where_no_skill_is_written_down_everybody_may_lead() -> None:
    levels = {
        "none": {},
        "lead": {"a": Level.LEAD, "b": Level.CO_TEACH},
        "other": {"b": Level.LEAD},
        "watch": {"a": Level.OBSERVE},
    }
    assert _courses(levels, "a") == ({"none", "lead"}, set())
    assert _courses(levels, "b") == ({"none", "other"}, {"lead"})
    assert _courses(levels, "c") == ({"none"}, set())
