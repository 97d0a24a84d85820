"""Aids to read printed lines."""

import inspect
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.releases.queries import (
    PrintedLine,
    PrintedTable,
    chart_top,
    first_days,
    read_table,
)
from kash.figures.releases.rules import proposing
from kash.figures.releases.rules.proposing import propose
from kash.figures.releases.rules.tables import (
    ACTS,
    KNOWN,
    MEDIATION,
    WHO,
    Trend,
    difference,
    range_of,
    share,
    trend,
    value,
)

pytestmark = pytest.mark.any_engine
TABLE, SHARED = KNOWN[WHO], KNOWN[ACTS]


@pytest.mark.parametrize(
    ("printed", "table", "wanted"),
    [
        (40, TABLE, (32, 48)),
        (None, TABLE, (0, 14)),
        (40, SHARED, (34, 46)),
        (40, replace(TABLE, die=8, floor=20), (23, 57)),
        (None, replace(TABLE, die=8, floor=20), (1, 29)),
        (5000, TABLE, (4992, 5008)),
    ],
)
def test_a_printed_value_means_a_range(printed, table, wanted):  # type: ignore[no-untyped-def]
    """A printed 40 that was read as 40 would be argued about."""
    assert range_of(printed, table) == wanted


def test_trend_words_are_said_only_of_large_changes():
    """A forum that acted on the dice would be misled."""
    assert trend([80, 60, 40, 20], TABLE) is Trend.FALLING
    assert trend([20, 40, 60, 80], TABLE) is Trend.RISING
    assert trend([40, 45, 35, 40], TABLE) is Trend.CANNOT_TELL
    assert trend([None, None, None, None], TABLE) is Trend.CANNOT_TELL
    assert trend([80, 20], TABLE) is Trend.CANNOT_TELL


def _printed(*values: int | None, key: str = WHO) -> list[PrintedTable]:
    plan = KNOWN[key]
    return [
        PrintedTable(
            f"{number}",
            key,
            key,
            2026,
            number,
            date(2026, 3, 31) + timedelta(days=91 * number),
            tuple(PrintedLine(code, code, printed) for code in plan.codes),
            plan,
        )
        for number, printed in enumerate(values)
    ]


@pytest.mark.parametrize("values", [(20, 15, 10, None), (80, 60, 40, None), (None,) * 4])
def test_no_trend_is_said_of_a_line_that_reads_few(values):
    read = read_table(_printed(*values))
    assert [line.trend for line in read.lines] == [None] * len(read.lines)
    assert read.is_few
    assert read_table(_printed(*values, 40)).lines[0].trend is not None


@given(
    st.lists(st.lists(st.none() | st.integers(2, 400).map(lambda n: 5 * n), min_size=1), max_size=3)
)
def test_charts_of_all_tables_end_where_the_largest_value_fits(histories):
    tables = [read_table(_printed(*values[-8:])) for values in histories]
    top = chart_top(tables)
    highest = max((table.highest for table in tables), default=1)
    assert highest <= top < highest + 20
    assert top // 2 % 10 == 0


def test_a_window_begins_when_the_one_before_it_was_counted():
    tables = _printed(40, 40, 40)
    assert first_days(tables) == [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]
    assert first_days([]) == []


def test_shares_and_differences_say_how_far_off_they_may_be():
    """A share without it claims what the dice do not give."""
    lines = {"police": 90, "client": 40, "other": None}
    found = share(lines, "police", TABLE)
    assert found is not None
    assert (round(found.part, 2), round(found.within, 2)) == (0.67, 0.07)
    less = share(lines, "client", TABLE)
    assert less is not None
    assert (round(less.part, 2), round(less.within, 3)) == (0.3, 0.061)
    assert share({"police": 20, "client": None, "other": None}, "police", TABLE) is None
    assert not difference(40, 50, TABLE).clear
    gone = difference(90, 30, TABLE)
    assert gone.clear
    assert gone.by == -60
    assert value(None, 10) == 5


def test_a_plan_is_proposed_from_printed_values_and_what_the_forum_states():
    """A plan that read true counts would tell them: it is given none, and can reach none."""
    assert list(inspect.signature(propose).parameters) == ["printed", "stated", "year", "earlier"]
    imported = {name for name, one in vars(proposing).items() if inspect.ismodule(one)}
    assert imported == set()
    many, few = propose({}, 20, year=2026), propose({}, 19, year=2026)
    assert [one.every for one in many.tables] == [1, 1, 4]
    assert [one.every for one in few.tables] == [4, 4, 4]
    assert propose({}, None, year=2026) == few
    printed = {WHO: [{"police": None}, {"police": 40, "client": 20, "other": None}]}
    assert propose(printed, None, year=2027, earlier=[many]).tables[0].every == 1
    assert propose(printed, None, year=2027, earlier=[few]).tables[0].every == 4
    assert propose(printed, 10, year=2027, earlier=[many]).tables[0].every == 4


def test_a_proposed_plan_goes_on_with_the_dice_there_are():
    """Smaller dice than last year's would be refused, so they are not proposed."""
    first = propose({}, 40, year=2026)
    larger = replace(first, tables=(replace(first.tables[0], die=6), *first.tables[1:]))
    following = propose({}, 40, year=2027, earlier=[larger])
    assert [one.die for one in following.tables] == [6, 4, 16]
    assert following.table(MEDIATION) == first.table(MEDIATION)
