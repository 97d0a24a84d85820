"""One group of people at a time on a screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kash.people.rules.one_group import one_group

PEOPLE = st.lists(st.tuples(st.sampled_from("ABC"), st.integers()))


@given(PEOPLE, st.sampled_from(["", "A", "B", "C", "Z"]))
def test_no_screen_holds_names_of_two_groups(people: list[tuple[str, int]], wanted: str) -> None:
    shown = one_group(people, lambda one: one[0], wanted)
    assert {letter for letter, _number in shown.rows} == ({shown.letter} if people else set())
    assert shown.rows == [one for one in people if one[0] == shown.letter]
    assert shown.counts == {
        letter: sum(one[0] == letter for one in people) for letter in {one[0] for one in people}
    }
    assert list(shown.counts) == sorted(shown.counts)
    assert shown.others == [one for one in people if one[0] != shown.letter]


def test_a_group_of_which_only_former_people_are_left_can_be_wanted() -> None:
    shown = one_group([("A", 1)], lambda one: one[0], "B", beside=[("B", 2)])
    assert (shown.letter, shown.rows, shown.counts) == ("B", [], {"A": 1, "B": 0})


@given(PEOPLE, st.sampled_from("ABC"))
def test_the_group_that_was_chosen_is_shown_if_it_has_anybody(
    people: list[tuple[str, int]], wanted: str
) -> None:
    letters = {letter for letter, _number in people}
    shown = one_group(people, lambda one: one[0], wanted)
    assert shown.letter == (wanted if wanted in letters else min(letters, default=""))
