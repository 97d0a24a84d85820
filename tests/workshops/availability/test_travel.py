"""Minutes between zones: the longer of both, and what was typed nearest goes first."""

from hypothesis import given
from hypothesis import strategies as st

from kash.workshops.availability.rules import minutes_of_all

ZONES = st.integers(1, 8)
TYPED = st.dictionaries(ZONES, st.integers(1, 1440), max_size=8)
# Circles included: the database refuses them, and a rule that met one must still end.
WITHIN = st.dictionaries(ZONES, st.none() | ZONES)


@given(st.sets(ZONES), TYPED, WITHIN)
def test_each_pair_of_which_any_are_typed_takes_the_longer_of_both(zones, typed, within):
    table = minutes_of_all(zones, typed, within)
    assert set().union(*table) <= zones
    for one in zones & typed.keys():
        for other in (zones & typed.keys()) - {one}:
            assert table[frozenset((one, other))] == max(typed[one], typed[other])


def test_what_was_typed_for_a_ward_goes_before_what_was_typed_for_its_sub_county():
    ward, sub_county, far, unrelated = 1, 2, 3, 4
    zones, within = (ward, sub_county, far, unrelated), {ward: sub_county}
    pairs = {frozenset(pair): 40 for pair in ((1, 3), (1, 4), (2, 3), (2, 4))}
    assert minutes_of_all(zones, {sub_county: 40}, within) == pairs
    assert minutes_of_all(zones, {sub_county: 40, ward: 15, far: 10}, within) == {
        frozenset((ward, sub_county)): 40,
        frozenset((ward, far)): 15,
        frozenset((ward, unrelated)): 15,
        frozenset((sub_county, far)): 40,
        frozenset((sub_county, unrelated)): 40,
        frozenset((far, unrelated)): 10,
    }
