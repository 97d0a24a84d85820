"""The tables that a plan may hold."""

from __future__ import annotations

from kash.incidents.rules.acts import ACTS
from kash.releases.rules.tables import (
    FAMILIES,
    FAMILY_OF,
    KNOWN,
    YearPlan,
    tables_as_json,
    tables_from_json,
)
from kash.releases.words import LINES, TITLES


def test_each_act_belongs_to_exactly_one_of_eight_families() -> None:
    """An act that was in none would never be printed, and one in two would be counted twice."""
    assert len(FAMILIES) == 8
    assert set(FAMILY_OF) == set(ACTS)
    assert sum(map(len, FAMILIES.values())) == len(ACTS)


def test_the_lines_of_each_table_stay_what_they_are() -> None:
    """A case that is late by years enters the line that its own plan announced. Whoever gives a
    code another meaning, or a line another table, counts old cases again."""
    assert {key: " ".join(table.codes) for key, table in KNOWN.items()} == {
        "who": "police client other",
        "mediation": "settled partly failed withdrawn court",
        "acts": "liberty assault sexual threats health property payment justice",
    }
    assert {key: (table.most, table.unit) for key, table in KNOWN.items()} == {
        "who": (1, 1),
        "mediation": (1, 1),
        "acts": (6, 6),
    }


def test_each_table_and_line_has_a_name() -> None:
    """A code on a wall chart means nothing to whoever reads it."""
    assert {one.title_key for one in KNOWN.values()} == set(TITLES)
    assert {(one.key, code) for one in KNOWN.values() for code in one.codes} == set(LINES)


def test_a_plan_is_read_as_it_was_kept() -> None:
    """Dice that were read differently than approved would break the promise unseen."""
    plan = YearPlan(2026, tuple(KNOWN.values()))
    assert YearPlan(2026, tables_from_json(tables_as_json(plan.tables))) == plan
