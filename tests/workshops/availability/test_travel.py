"""Minutes between zones: the same both ways, and what was typed nearest goes first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kash.workshops.availability.rules import minutes_between, minutes_of_all

ZONES = st.integers(1, 8)
TYPED = st.dictionaries(
    st.frozensets(ZONES, min_size=2, max_size=2), st.integers(1, 1440), max_size=12
)
# Circles included: the database refuses them, and a rule that met one must still end.
WITHIN = st.dictionaries(ZONES, st.none() | ZONES)


@given(ZONES, ZONES, TYPED, WITHIN)
def test_the_way_back_takes_as_long(
    one: int, other: int, typed: dict[frozenset[int], int], within: dict[int, int | None]
) -> None:
    there = minutes_between(one, other, typed, within)
    assert there == minutes_between(other, one, typed, within)
    if one == other:
        assert there == 0
    elif frozenset((one, other)) in typed:
        assert there == typed[frozenset((one, other))]
    else:
        assert there is None or there in typed.values()


@given(st.lists(ZONES), TYPED, WITHIN)
def test_the_table_of_all_says_what_each_pair_says(
    zones: list[int], typed: dict[frozenset[int], int], within: dict[int, int | None]
) -> None:
    table = minutes_of_all(zones, typed, within)
    assert {pair: table[pair] for pair in typed} == typed
    for pair in table.keys() - typed.keys():
        assert pair <= set(zones)
    for one in zones:
        for other in zones:
            if one != other:
                assert table.get(frozenset((one, other))) == minutes_between(
                    one, other, typed, within
                )


def test_what_was_typed_for_a_ward_goes_before_what_was_typed_for_its_sub_county() -> None:
    ward, sub_county, far, unrelated = 1, 2, 3, 4
    within = {ward: sub_county}
    typed = {frozenset((sub_county, far)): 40}
    assert minutes_between(ward, far, typed, within) == 40
    assert minutes_between(far, ward, typed | {frozenset((ward, far)): 55}, within) == 55
    assert minutes_between(ward, unrelated, typed, within) is None
    assert minutes_between(ward, sub_county, typed, within) is None
