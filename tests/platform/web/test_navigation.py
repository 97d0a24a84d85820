"""Which places stand in a phone's bar."""

from hypothesis import given
from hypothesis import strategies as st

from kash.platform.web.parts import beyond_the_row, in_the_bar


def test_few_places_all_stand_in_the_bar():
    assert in_the_bar([True, False, False, False, False]) == [True] * 5
    assert in_the_bar([]) == []


def test_the_next_in_order_fill_it_beside_more():
    assert in_the_bar([True, False, True, False, False, False]) == [True] * 4 + [False] * 2


@given(st.lists(st.booleans(), max_size=16))
def test_none_that_comes_first_is_left_out(first):
    chosen = in_the_bar(first)
    assert all(bar for one, bar in zip(first, chosen, strict=True) if one)
    assert sum(chosen) == (len(first) if len(first) <= 5 else max(4, sum(first)))


def test_a_desk_keeps_under_more_what_a_row_has_no_room_for():
    barred = [True] * 4 + [False] * 11
    assert beyond_the_row(barred) == [""] * 8 + ["far"] * 4 + ["far rest"] * 3
    assert beyond_the_row(barred[:13]) == [""] * 8 + ["far"] * 5
    assert beyond_the_row(barred[:9]) == [""] * 9


@given(st.lists(st.booleans(), max_size=16))
def test_a_desk_keeps_back_nothing_that_a_phone_shows(barred):
    beyond = beyond_the_row(barred)
    assert [far for far, phone in zip(beyond, barred, strict=True) if phone and far] == []
