"""Counting people into cells, each once, and sharing them among funders."""

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.indicators.rules import (
    OF_A_PERSON,
    FactRow,
    HeldCourse,
    PaidShare,
    band_on,
    largest_remainder,
    people_cells,
    refreshers,
    row_counts,
    shared_rows,
)

pytestmark = pytest.mark.any_engine
START = date(2026, 1, 1)


@st.composite
def fact_rows(draw: st.DrawFn) -> list[FactRow]:
    """Rows of few people in few workshops, whose facts change over time."""
    pairs = draw(st.sets(st.tuples(st.integers(1, 9), st.integers(1, 6)), max_size=25))
    rows = []
    for order, (person, workshop) in enumerate(sorted(pairs)):
        values = {
            "group": draw(st.sampled_from("AB")),
            "sex": draw(st.sampled_from(["female", "male", ""])),
            "course": f"c{workshop % 3}",
            "refresher": draw(st.sampled_from(["new", "refresher"])),
        }
        day = START + timedelta(draw(st.integers(0, 5)))
        rows.append(FactRow(person, workshop, day, order, values))
    return rows


@st.composite
def funding(draw: st.DrawFn) -> dict[int, list[PaidShare]]:
    """Funders of workshops: nobody, one, or several who make a hundred."""
    found: dict[int, list[PaidShare]] = {}
    for workshop in range(1, 7):
        kind = draw(st.integers(0, 2))
        first = draw(st.integers(1, 99))
        found[workshop] = [
            [],
            [PaidShare("x", 100)],
            [PaidShare("x", first), PaidShare("y", 100 - first)],
        ][kind]
    return found


@given(fact_rows(), st.sampled_from(["group", "sex"]))
def test_cells_by_what_a_person_is_add_up_to_the_people_however_she_changed(rows, name):
    assert name in OF_A_PERSON
    cells = people_cells(rows, [name], {})
    assert sum(map(len, cells.values())) == len({row.person for row in rows})


@given(fact_rows())
def test_somebody_in_two_courses_stands_in_both_and_once_in_each(rows):
    wanted: defaultdict[tuple[str, ...], set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.values["course"],].add(row.person)
    assert people_cells(rows, ["course"], {}) == wanted


@given(fact_rows(), funding())
def test_attendances_count_every_row_and_people_never_do(rows, funders):
    assert row_counts(rows, [], {}).get((), 0) == len(rows)
    assert sum(row_counts(rows, ["course", "group"], {}).values()) == len(rows)
    for values, people in people_cells(rows, ["funder", "sex"], funders).items():
        assert len(people) <= row_counts(rows, ["funder"], funders)[values[:1]]


@given(fact_rows(), funding())
def test_shares_of_all_funders_add_up_to_all_people(rows, funders):
    shared = shared_rows(rows, funders)
    assert sum(one.weighted for one in shared) == len({row.person for row in rows})
    reached = people_cells(rows, ["funder"], funders)
    for one in shared:
        if one.funder:
            assert one.reached == len(reached[one.funder,])
            assert one.weighted <= one.reached


def test_two_views_of_one_workshop_shared_by_two():
    rows = [FactRow(person, 1, START, person, {}) for person in range(1, 6)]
    shared = shared_rows(rows, {1: [PaidShare("x", 70), PaidShare("y", 30)]})
    # Each reached five people; of five people 3.5 and 1.5 are theirs.
    assert [(one.funder, one.reached, one.weighted) for one in shared] == [("x", 5, 4), ("y", 5, 1)]


@given(st.dictionaries(st.sampled_from("abcdef"), st.fractions(0, 50, max_denominator=12)))
def test_rounding_by_largest_remainder_adds_up_and_moves_nobody_by_one(weights):
    whole = sum(weights.values(), Fraction(0))
    if whole.denominator != 1:
        weights["rest"] = Fraction(-(-whole.numerator // whole.denominator)) - whole
    total = int(sum(weights.values()))
    rounded = largest_remainder(weights, total)
    assert sum(rounded.values()) == total
    assert all(abs(rounded[key] - weight) < 1 for key, weight in weights.items())


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 4), st.booleans()), max_size=12),
    st.randoms(use_true_random=False),
)
def test_a_refresher_is_what_came_after_a_workshop_in_which_she_had_met_it(drawn, order):
    held = [
        HeldCourse(fact, person, START + timedelta(day), met)
        for fact, (person, day, met) in enumerate(drawn)
    ]
    wanted = {
        one.fact
        for one in held
        if any(
            other.person == one.person
            and other.met
            and (other.last_day, other.fact) < (one.last_day, one.fact)
            for other in held
        )
    }
    order.shuffle(held)  # type: ignore[attr-defined]
    assert refreshers(held) == wanted


@pytest.mark.parametrize(
    ("band", "born", "found"),
    [("25-34", 1950, "25-34"), ("", 2008, "18-24"), ("", 2009, "under18"), ("", 1981, "45-plus"),
     ("", None, ""), ("", 1900, "")],
)  # fmt: skip
def test_an_age_that_was_said_stands_and_else_the_year_of_birth_tells_it(band, born, found):
    assert band_on(band, born, date(2026, 6, 1)) == found
