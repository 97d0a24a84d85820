"""The tables that a plan may hold."""

from kash.figures.releases.queries import LINES, TITLES
from kash.figures.releases.rules.tables import (
    EDITIONS,
    FAMILIES,
    KNOWN,
    YearPlan,
    changed,
    digest_of,
    families_of,
    tables_as_json,
    tables_from_json,
)
from kash.incidents.rules.filing import ACTS


def test_each_act_belongs_to_exactly_one_of_eight_families():
    """An act that was in none would never be printed, and one in two would be counted twice."""
    assert len(FAMILIES) == 8
    for edition, families in EDITIONS.items():
        codes = [code for group in families.values() for code in group]
        assert len(set(codes)) == len(codes)
        assert [families_of([code], edition) for code in codes] == [
            (family,) for family, group in families.items() for _code in group
        ]
        assert tuple(families) == KNOWN["acts"].codes
    assert {code for group in FAMILIES.values() for code in group} == set(ACTS)


def test_the_first_list_of_acts_stays_what_it_was():
    """Plans that were voted on count by it: an act added to it would change them."""
    assert {family: " ".join(codes) for family, codes in EDITIONS[1].items()} == {
        "liberty": "L1 L2 L3 L4",
        "assault": "P1",
        "sexual": "S1 S2 S3",
        "threats": "T1",
        "health": "H1 H2 H3 M4",
        "property": "M1 M2 M3",
        "payment": "W1",
        "justice": "Q1 C1 R1",
    }
    assert families_of(["S4", "P1", "P2", "L7"], 1) == ("assault",)
    assert families_of(["S4", "P1", "P2", "L7"]) == ("sexual", "assault", "liberty")


def test_a_plan_of_the_first_list_keeps_its_digest():
    """It is what two people approved: written as it was when there was one list."""
    first = changed(KNOWN["acts"], edition=1)
    assert list(tables_as_json([first])[0]) == [
        *("key", "title_key", "codes", "die", "most", "floor", "every", "unit")
    ]
    assert digest_of(YearPlan(2026, (first,)), []) == (
        "7a3852ff7aee9f264b7e5fcd7d4e51d8ddb35cafd4ddd0ce8f9c5c4c7895aa79"
    )
    assert tables_from_json(tables_as_json([first])) == (first,)
    assert tables_as_json([KNOWN["acts"]])[0]["edition"] == 2


def test_the_lines_of_each_table_stay_what_they_are():
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


def test_each_table_and_line_has_a_name():
    """A code on a wall chart means nothing to whoever reads it."""
    assert {one.title_key for one in KNOWN.values()} == set(TITLES)
    assert {(one.key, code) for one in KNOWN.values() for code in one.codes} == set(LINES)


def test_a_plan_is_read_as_it_was_kept():
    """Dice that were read differently than approved would break the promise unseen."""
    plan = YearPlan(2026, tuple(KNOWN.values()))
    assert YearPlan(2026, tables_from_json(tables_as_json(plan.tables))) == plan
