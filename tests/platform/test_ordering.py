"""The order of a list that people arrange."""

from hypothesis import given
from hypothesis import strategies as st

from kash.platform.ordering import arranged, moved

IDS = st.lists(st.sampled_from("abcdef"), unique=True)


@given(IDS, st.lists(st.sampled_from("abcdefgh")))
def test_whatever_is_asked_for_nothing_is_lost_and_nothing_twice(present, asked):
    order = arranged(present, asked)
    assert sorted(order) == sorted(present)
    named = [one for one in dict.fromkeys(asked) if one in present]
    assert order[: len(named)] == named
    assert order[len(named) :] == [one for one in present if one not in asked]


@given(IDS, st.sampled_from("abcdefgh"), st.sampled_from([-1, 1]))
def test_one_moves_by_a_place_and_past_no_end(present, one, by):
    order = moved(present, one, by)
    place = present.index(one) if one in present else -1
    if place == -1 or not 0 <= place + by < len(present):
        assert order == present
    else:
        assert order.index(one) == place + by
        assert [each for each in order if each != one] == [each for each in present if each != one]
        assert moved(order, one, -by) == present
