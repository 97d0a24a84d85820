"""Dates of a rule, held against somebody who reads its sentence with a calendar on the wall."""

import re
from datetime import date, timedelta

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kash.planning.series.forms import ORDINALS, sentence, weekday_name
from kash.planning.series.rules import (
    LAST,
    MOST_DATES,
    OnHoliday,
    Pattern,
    PatternFault,
    Repeats,
    dates_of,
    pattern_fault,
)
from kash.platform.web.formats import date_text

_DAY = timedelta(days=1)
_FIRST = date(2026, 1, 1)


def _patterns(**more: st.SearchStrategy[object]) -> st.SearchStrategy[Pattern]:
    return st.builds(
        Pattern,
        repeats=st.sampled_from(Repeats),
        first=st.dates(_FIRST, date(2029, 12, 31)),
        every=st.integers(1, 3),
        weekdays=st.sets(st.integers(0, 6), min_size=1, max_size=3).map(
            lambda days: tuple(sorted(days))
        ),
        ordinal=st.sampled_from((1, 2, 3, 4, LAST)),
        day=st.sampled_from((1, 15, 28, 29, 30, 31, LAST)),
        until=st.none(),
        count=st.integers(1, 8),
        on_holiday=st.just(OnHoliday.KEEP),
        **more,
    )


def _last_of_month(day: date) -> date:
    following = (day.replace(day=28) + 4 * _DAY).replace(day=1)
    return following - _DAY


def _read(
    said: str, first: date, count: int, names: dict[str, int], ordinals: dict[str, int]
) -> list[date]:
    """The dates of a sentence: every day is looked at, one after the other."""
    weekly = re.search(r"week(?:s)? on (.*), \d+ time", said)
    every = int(found.group(1)) if (found := re.search(r"very (\d+) (?:week|month)", said)) else 1
    monday = first - first.weekday() * _DAY
    found_days: list[date] = []
    day = first
    while len(found_days) < count:
        months = (day.year - first.year) * 12 + day.month - first.month
        if weekly:
            wanted = {names[one] for one in re.split(r", | and ", weekly.group(1))}
            fits = ((day - monday).days // 7) % every == 0 and day.weekday() in wanted
        elif months % every:
            fits = False
        elif month_day := re.search(r"on day (\d+)", said):
            fits = day == min(
                _last_of_month(day), day.replace(day=1) + (int(month_day.group(1)) - 1) * _DAY
            )
        elif "last day" in said:
            fits = day == _last_of_month(day)
        else:
            which, name = re.search(r"(\w+) (\w+day)", said).groups()  # type: ignore[union-attr]
            same = [
                each
                for number in range(31)
                if (each := day.replace(day=1) + number * _DAY).month == day.month
                and each.weekday() == names[name]
            ]
            number = ordinals[which]
            fits = day == same[number - 1 if number > 0 else -1]
        if fits:
            found_days.append(day)
        day += _DAY
    return found_days


@given(pattern=_patterns())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_dates_are_those_that_its_sentence_says(pattern, sqlite_app):
    with sqlite_app.test_request_context("/"), force_locale("en"):
        names = {weekday_name(day): day for day in range(7)}
        ordinals = {str(word): number for number, word in ORDINALS.items()}
        said = sentence(pattern)
    assert pattern_fault(pattern) is None
    dates = [one.day for one in dates_of(pattern, lambda _day: False)]
    assert dates == _read(said, pattern.first, pattern.count or 0, names, ordinals)


@given(
    pattern=_patterns(),
    policy=st.sampled_from(OnHoliday),
    holidays=st.sets(st.integers(0, 400), max_size=80),
)
def test_what_gives_way_to_a_holiday_stands_on_a_free_working_day_and_nothing_stands_twice(
    pattern, policy, holidays
):
    days = {pattern.first + number * _DAY for number in holidays}
    plain = dates_of(pattern, lambda _day: False)
    given_way = dates_of(
        Pattern(**(vars(pattern) | {"on_holiday": policy})), lambda day: day in days
    )
    assert [one.named for one in given_way] == [one.named for one in plain]
    held = [one.day for one in given_way if one.day is not None]
    assert len(set(held)) == len(held)
    for one in given_way:
        if one.named not in days or policy is OnHoliday.KEEP:
            assert one.day == one.named
        elif policy is OnHoliday.SKIP:
            assert one.day is None
        else:
            assert one.day is not None
            assert one.day not in days
            assert one.day.weekday() < 5
            assert (one.day > one.named) is (policy is OnHoliday.NEXT)


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"count": None}, PatternFault.NO_END),
        ({"count": None, "until": _FIRST - _DAY}, PatternFault.ENDS_BEFORE),
        ({"weekdays": ()}, PatternFault.NO_WEEKDAY),
        ({"count": MOST_DATES + 1}, PatternFault.TOO_LONG),
        ({"count": 40, "every": 12}, PatternFault.TOO_LONG),
        ({"count": None, "until": date(9999, 12, 31)}, PatternFault.TOO_LONG),
        ({"count": None, "until": _FIRST, "weekdays": (0,)}, PatternFault.NO_DATE),
        ({"count": MOST_DATES}, None),
    ],
)
def test_a_rule_without_an_end_or_without_dates_says_so(changed, fault):
    rule = {"repeats": Repeats.WEEKLY, "first": _FIRST, "weekdays": (2,), "count": 3}
    assert pattern_fault(Pattern(**(rule | changed))) is fault  # type: ignore[arg-type]


def test_the_29th_of_february_is_the_28th_where_there_is_none():
    rule = Pattern(Repeats.MONTHLY_DAY, date(2027, 2, 1), every=12, day=29, count=3)
    assert [one.day for one in dates_of(rule, lambda _day: False)] == [
        date(2027, 2, 28),
        date(2028, 2, 29),
        date(2029, 2, 28),
    ]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            "Every third Wednesday of the month, until %s; on a public holiday on the next working"
            " day",
        ),
        ("sw", "Kila Jumatano ya tatu ya mwezi, hadi %s; sikukuu, siku ya kazi inayofuata"),
    ],
)
def test_a_rule_is_said_in_both_languages(language, said, sqlite_app):
    until = date(2026, 12, 31)
    rule = Pattern(
        Repeats.MONTHLY_WEEKDAY,
        _FIRST,
        weekdays=(2,),
        ordinal=3,
        until=until,
        on_holiday=OnHoliday.NEXT,
    )
    with sqlite_app.test_request_context("/"), force_locale(language):
        assert sentence(rule) == said % date_text(until)
