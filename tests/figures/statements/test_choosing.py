"""A statement tells of people what is true, as much as may leave, and nobody is found by it."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.figures.statements.rules import (
    COMPLETED,
    HEADCOUNT,
    Contradiction,
    Name,
    as_frozen,
    choose,
    leaks,
    starred,
    table_of,
)
from kash.figures.statements.solving.solver import ranges_of

TOTAL, AMBER = Name(COMPLETED), Name(COMPLETED, "amber")
AGES = ("under_25", "25_34", "35_49", "50_over")


def people(count: int, of: object) -> frozenset[str]:
    return frozenset(f"{of}{number}" for number in range(count))


def counts_of(*counts: int) -> dict[Name, int]:
    cells = dict(zip(product(("female", "male"), AGES), counts, strict=True))
    found = table_of({cell: people(count, cell) for cell, count in cells.items()})
    return {name: len(those) for name, those in found.items()}


@given(st.lists(st.sampled_from((0, 1, 2, 4, 5, 6, 9, 14, 30)), min_size=8, max_size=8))
def test_what_is_printed_is_true_and_nobody_can_be_worked_out(counts):
    true = counts_of(*counts)
    told = choose({}, true, ranges_of)
    assert all(value in (None, true[name]) for name, value in told.items())
    assert not any(value and value < 5 for value in told.values())
    ranges = ranges_of(told)
    assert ranges is not None
    assert leaks(ranges) == []
    for name, found in ranges.items():
        assert isinstance(name, Name)
        assert found.low <= true[name]
        assert found.high is None or true[name] <= found.high


def test_one_small_count_takes_three_others_with_it_and_no_more():
    told = choose({}, counts_of(10, 3, 12, 20, 9, 14, 8, 20), ranges_of)
    stars = {name.place for name, value in told.items() if value is None}
    assert stars == {
        (("sex", sex), ("age_band", age))
        for sex in ("female", "male")
        for age in ("under_25", "25_34")
    }
    assert told[TOTAL] == 96


def test_stars_are_added_where_somebody_could_be_found_so_that_sums_by_sex_stay():
    """Anywhere else they would hide more and protect nobody."""
    table = starred(counts_of(1, 1, 30, 20, 0, 0, 30, 1), {}, ranges_of)
    assert table is not None
    assert [table[Name(COMPLETED, place=(("sex", sex),))] for sex in ("female", "male")] == [52, 31]
    assert sum(value is None for value in table.values()) == 9


def test_a_table_of_few_people_becomes_coarser():
    by = [
        {name.dimensions for name in choose({}, counts_of(*counts), ranges_of)}
        for counts in (
            (9, 9, 9, 9, 9, 9, 9, 9),
            (3, 9, 2, 9, 9, 3, 9, 2),
            (2, 2, 2, 2, 2, 2, 2, 2),
            (1, 1, 1, 0, 1, 1, 1, 0),
        )
    ]
    assert by == [
        {(), ("sex",), ("age_band",), ("sex", "age_band")},
        {(), ("sex",), ("age_band",)},
        {(), ("sex",)},
        {()},
    ]


@pytest.mark.parametrize("total", [0, 1, 4])
def test_fewer_than_five_or_none_are_the_same_to_a_reader(total):
    assert choose({}, counts_of(total, *[0] * 7), ranges_of) == {TOTAL: None}
    assert choose({}, {Name(HEADCOUNT, "amber"): total}, ranges_of) == {
        Name(HEADCOUNT, "amber"): None
    }


@pytest.mark.parametrize(
    ("supported", "told"),
    [(0, None), (4, None), (5, 5), (35, 35), (36, None), (39, None), (40, 40)],
)
def test_a_funder_is_not_told_what_leaves_a_few_who_were_not_its_own(supported, told):
    counts = counts_of(40, *[0] * 7) | {AMBER: supported}
    assert choose({}, counts, ranges_of)[AMBER] == told


def test_a_second_funder_is_told_of_the_programme_what_the_first_was_told():
    first = choose({}, counts_of(10, 3, 12, 20, 9, 14, 8, 20), ranges_of)
    later = counts_of(10, 5, 12, 20, 9, 14, 8, 21) | {Name(COMPLETED, "birch"): 50}
    second = choose(first, later, ranges_of)
    assert second == first | {Name(COMPLETED, "birch"): 50}


def test_papers_that_cannot_all_be_true_end_the_choosing():
    told = {Name(HEADCOUNT): 5, Name(HEADCOUNT, "amber"): 9}
    with pytest.raises(Contradiction):
        choose(told, counts_of(9, 9, 9, 9, 9, 9, 9, 9), ranges_of)


def test_a_funders_figure_that_contradicts_what_left_is_left_out():
    told = {TOTAL: 20}
    assert choose(told, {AMBER: 25}, ranges_of) == {TOTAL: 20, AMBER: None}


def test_a_table_that_stars_cannot_save_is_none():
    assert starred(counts_of(2, 3, 0, 0, 0, 0, 0, 0), {}, ranges_of) is None


def test_whoever_came_in_after_the_first_paper_is_in_no_paper_of_that_period():
    frozen = {TOTAL: people(20, "p"), AMBER: people(9, "p")}
    birch = Name(COMPLETED, "birch")
    now = {TOTAL: people(25, "p"), birch: people(22, "p") - people(3, "p")}
    assert as_frozen(now, frozen) == {
        TOTAL: people(20, "p"),
        birch: people(20, "p") - people(3, "p"),
    }
    assert as_frozen(now, {}) == now
