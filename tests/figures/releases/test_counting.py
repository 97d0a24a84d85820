"""The cases that enter a table."""

from dataclasses import replace
from datetime import date

import pytest

from kash.figures.releases.rules.proposing import propose
from kash.figures.releases.rules.tables import (
    ACTS,
    KNOWN,
    WHO,
    CountedCase,
    YearPlan,
    counts,
    shares,
)
from tests.figures.releases.attacking import case

pytestmark = pytest.mark.any_engine
PLAN = propose({}, 40, year=2026)
LATER = replace(PLAN, year=2027)
DAY = date(2026, 5, 6)


def test_a_case_enters_a_table_once_in_its_life():
    """Twice, and its odds would move twice."""
    one = case("a", DAY, who=("police",))
    found, entered = counts([one], KNOWN[WHO], {}, [PLAN, LATER])
    assert found == {"police": 1, "client": 0, "other": 0}
    again, same = counts([one], KNOWN[WHO], entered, [PLAN, LATER])
    assert again == {"police": 0, "client": 0, "other": 0}
    assert same == entered == {"a": frozenset({WHO})}


def test_the_same_case_given_twice_counts_once():
    """A duplicate that was merged must not stand for two."""
    one = case("a", DAY, who=("police",))
    assert counts([one, one], KNOWN[WHO], {}, [PLAN])[0]["police"] == 1


def test_reports_that_are_one_case_count_once_whatever_is_linked_later():
    """Counted under the one reference, unlinked, and counted under the other, a case would stand in
    two windows: two reports linked after both, in three."""
    both = replace(case("a", DAY, who=("police",)), also=frozenset({"b"}))
    _, entered = counts([both], KNOWN[WHO], {}, [PLAN])
    apart = [case("a", DAY, who=("police",)), case("b", DAY, who=("police",))]
    assert counts(apart, KNOWN[WHO], entered, [PLAN])[0]["police"] == 0
    _, entered = counts(apart[1:], KNOWN[WHO], {}, [PLAN])
    assert counts([both], KNOWN[WHO], entered, [PLAN])[0]["police"] == 0


def test_an_act_corrected_after_printing_enters_nothing_again():
    """A correction in the next window would tell, by its difference, what was corrected."""
    before = case("a", DAY, acts=("assault",))
    _, entered = counts([before], KNOWN[ACTS], {}, [PLAN, LATER])
    after = case("a", DAY, acts=("sexual",))
    found, _ = counts([after], KNOWN[ACTS], entered, [PLAN, LATER])
    assert set(found.values()) == {0}


def test_a_case_of_a_year_without_a_plan_is_never_counted():
    """Nobody was told what would be printed of it."""
    old = case("a", date(2025, 5, 6), who=("police",))
    found, entered = counts([old], KNOWN[WHO], {}, [PLAN])
    assert set(found.values()) == {0}
    assert entered == {}


def test_a_late_case_falls_into_the_next_window_if_its_own_plan_has_the_table():
    """A table that came later is not for cases to which it was not announced."""
    without = YearPlan(2025, PLAN.tables[1:])
    late = CountedCase("a", date(2025, 12, 30), {"who": ("other",), "mediation": ("court",)})
    assert counts([late], KNOWN[WHO], {}, [without, PLAN])[0]["other"] == 0
    assert counts([late], KNOWN["mediation"], {}, [without, PLAN])[0]["court"] == 1


@pytest.mark.parametrize(
    ("acts", "wanted"),
    [
        ((), {}),
        (("assault",), {"assault": 6}),
        (("assault", "sexual"), {"assault": 3, "sexual": 3}),
        (("assault", "sexual", "assault", "health"), {"assault": 2, "sexual": 2, "health": 2}),
        (("assault", "sexual", "health", "threats"), {"assault": 2, "sexual": 2, "health": 2}),
        (("nowhere", "threats"), {"threats": 6}),
    ],
)
def test_a_case_is_one_stone_shared_among_three_acts_at_most(acts, wanted):
    """Six sixths and never more, whatever was done."""
    assert shares(acts, KNOWN[ACTS]) == wanted
