"""Ranges that anybody can work out from what was told are found, to the last number."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from kash.figures.statements.rules import (
    COMPLETED,
    FORMAT,
    Name,
    Range,
    Remainder,
    leaks,
    paper,
    table_of,
    whole_numbers,
)
from kash.figures.statements.solving.solver import ranges_of

TOTAL = Name(COMPLETED)
CELLS = tuple(product(("female", "male"), ("older", "younger")))


def table(*counts: int) -> dict[Name, int]:
    cells = {
        cell: frozenset(f"{cell}{number}" for number in range(count))
        for cell, count in zip(CELLS, counts, strict=True)
    }
    return {name: len(people) for name, people in table_of(cells).items()}


@given(
    st.lists(st.integers(0, 4), min_size=4, max_size=4),
    st.sets(st.sampled_from(sorted(set(table(1, 1, 1, 1)) - {TOTAL}))),
)
def test_ranges_are_those_of_all_tables_that_agree_with_what_was_told(counts, stars):
    true = table(*counts)
    told = {name: None if name in stars and count else count for name, count in true.items()}
    alike = [
        other
        for values in product(range(true[TOTAL] + 1), repeat=4)
        if sum(values) == true[TOTAL]
        for other in [table(*values)]
        if all(
            (other[name] >= 1) if told[name] is None else other[name] == told[name] for name in told
        )
    ]
    hidden = {name for name, value in told.items() if value is None}
    assert ranges_of(told) == {
        name: Range(min(one[name] for one in alike), max(one[name] for one in alike))
        for name in hidden
    }


def test_a_lone_star_beside_its_sum_is_known_exactly_and_told():
    told = table(3, 9, 8, 7) | {
        Name(COMPLETED, "", (("sex", "female"), ("age_band", "older"))): None
    }
    ranges = ranges_of(told)
    assert ranges is not None
    assert list(ranges.values()) == [Range(3, 3)]
    assert leaks(ranges) == list(ranges)


def test_a_few_who_are_left_when_two_papers_are_taken_from_each_other_are_told():
    amber = Name(COMPLETED, "amber")
    rest = Remainder(TOTAL, amber)
    for value, expected in ((28, [rest]), (30, []), (20, [])):
        ranges = ranges_of({TOTAL: 30, amber: value})
        assert ranges == {rest: Range(30 - value, 30 - value)}
        assert leaks(ranges) == expected
    assert ranges_of({TOTAL: 30, amber: None}) == {amber: Range(0, 30), rest: Range(0, 30)}


def test_papers_that_contradict_each_other_are_not_taken_for_safe():
    assert ranges_of({TOTAL: 10, Name(COMPLETED, "amber"): 12}) is None


def test_nothing_told_is_nothing_known():
    assert ranges_of({}) == {}


def test_a_solver_that_is_off_by_a_millionth_widens_no_range():
    assert whole_numbers(0.9999999, 6.0000001) == Range(1, 6)
    assert whole_numbers(1.5, None) == Range(2, None)
    assert Range(1, 5).is_narrow
    assert not Range(1, 6).is_narrow
    assert not Range(1, None).is_narrow


def test_names_stand_in_the_document_of_a_statement_as_they_are_written():
    assert paper({"of": "Mbögö"}, []) == f'{{"figures":[],"format":"{FORMAT}","of":"Mbögö"}}'
