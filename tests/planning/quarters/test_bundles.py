"""Workshops made of what stations need: everybody is in one, and no station is emptied for it."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from kash.planning.quarters.rules import Bundle, Limits, PlacesNeeded, bundled

NEEDS = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(1, 4)), st.integers(0, 60)), max_size=12
).map(lambda rows: [PlacesNeeded(str(number), *row) for number, row in enumerate(rows)])
LIMITS = st.builds(
    Limits, st.integers(1, 12), st.integers(12, 30), st.integers(1, 15), st.integers(30, 120)
)
MINUTES = st.dictionaries(
    st.sets(st.integers(1, 4), min_size=2, max_size=2).map(frozenset), st.integers(1, 200)
)


@given(NEEDS, LIMITS, MINUTES)
def test_everybody_comes_to_one_workshop_or_is_named_as_left_over(needs, limits, minutes):
    bundles, left_over = bundled(needs, limits, minutes)
    counted = Counter[str]()
    for one in bundles:
        assert limits.fewest <= one.size <= limits.most
        assert len({station for station, _ in one.people}) == len(one.people)
        assert all(0 < count <= limits.most_from_station for _, count in one.people)
        assert all(
            minutes.get(frozenset((a, b)), 0) <= limits.most_minutes
            for a in one.zones
            for b in one.zones
        )
        counted.update(dict(one.people))
    needed = Counter({one.station: one.people for one in needs if one.people})
    assert counted <= needed
    assert counted.total() + left_over == needed.total()


def test_stations_of_one_zone_come_together_and_a_large_one_sends_its_people_in_turn():
    needs = [PlacesNeeded("1", 1, 24), PlacesNeeded("2", 2, 12), PlacesNeeded("3", 1, 12)]
    bundles, _ = bundled(needs, Limits(5, 24, 12, 60), {frozenset({1, 2}): 90})
    assert bundles == [
        Bundle((("1", 12), ("3", 12)), frozenset({1})),
        Bundle((("1", 12),), frozenset({1})),
        Bundle((("2", 12),), frozenset({2})),
    ]


def test_too_few_for_a_workshop_are_left_over_and_said():
    assert bundled([PlacesNeeded("1", 1, 4)], Limits(5, 24, 12, 60), {}) == ([], 4)


def test_the_largest_shares_find_a_workshop_first_once_zones_are_joined():
    needs = [PlacesNeeded("1", None, 16), PlacesNeeded("2", 2, 17), PlacesNeeded("3", 2, 13)]
    bundles, _ = bundled(needs, Limits(5, 24, 12, 60), {})
    assert bundles == [
        Bundle((("2", 9), ("3", 7), ("1", 8)), frozenset({2})),
        Bundle((("2", 8), ("3", 6), ("1", 8)), frozenset({2})),
    ]
