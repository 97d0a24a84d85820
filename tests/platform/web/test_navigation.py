"""Which places stand in a phone's bar."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kash.platform.web.navigation import in_the_bar


def test_few_places_all_stand_in_the_bar() -> None:
    assert in_the_bar([True, False, False, False, False]) == [True] * 5
    assert in_the_bar([]) == []


def test_the_next_in_order_fill_it_beside_more() -> None:
    assert in_the_bar([True, False, True, False, False, False]) == [True] * 4 + [False] * 2


@given(st.lists(st.booleans(), max_size=16))
def test_none_that_comes_first_is_left_out(first: list[bool]) -> None:
    chosen = in_the_bar(first)
    assert all(bar for one, bar in zip(first, chosen, strict=True) if one)
    assert sum(chosen) == (len(first) if len(first) <= 5 else max(4, sum(first)))
