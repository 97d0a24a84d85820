"""One group of people at a time on a screen."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Select, select

from kash.people.models import Person
from kash.people.queries.persons import listed_by_group
from kash.people.rules.persons import one_group

PEOPLE = st.lists(st.tuples(st.sampled_from("ABC"), st.integers()))


@given(PEOPLE, st.sampled_from(["", "A", "B", "C", "Z"]))
def test_no_screen_holds_names_of_two_groups(people, wanted):
    shown = one_group(people, lambda one: one[0], wanted)
    assert {letter for letter, _number in shown.rows} == ({shown.letter} if people else set())
    assert shown.rows == [one for one in people if one[0] == shown.letter]
    assert shown.counts == {
        letter: sum(one[0] == letter for one in people) for letter in {one[0] for one in people}
    }
    assert list(shown.counts) == sorted(shown.counts)
    assert shown.others == [one for one in people if one[0] != shown.letter]


def test_a_group_of_which_only_former_people_are_left_can_be_wanted():
    shown = one_group([("A", 1)], lambda one: one[0], "B", beside=[("B", 2)])
    assert (shown.letter, shown.rows, shown.counts) == ("B", [], {"A": 1, "B": 0})


@given(PEOPLE, st.sampled_from("ABC"))
def test_the_group_that_was_chosen_is_shown_if_it_has_anybody(people, wanted):
    letters = {letter for letter, _number in people}
    shown = one_group(people, lambda one: one[0], wanted)
    assert shown.letter == (wanted if wanted in letters else min(letters, default=""))


def _of_group(key: int) -> Select[Any]:
    return select(Person.chosen_name).where(Person.group_id == key)


@pytest.mark.any_engine
def test_of_many_it_is_told_that_there_are_more_and_each_page_leads_to_the_next(
    both_engines_app, person, groups
):
    for number in range(3):
        person(chosen_name=f"Baraka {number}", reference=f"R{number}", phone=None)
    told: list[bool] = []

    def shown(address: str, wanted: str = "", most: int = 2) -> tuple[list[str], int, bool, str]:
        def sorts(few: bool) -> dict[str, Any]:
            told.append(few)
            return {"name": Person.sort_name}

        with both_engines_app.test_request_context(address):
            page, group = listed_by_group(
                _of_group, wanted, sorts=sorts, default_sort="name", key=Person.id, most=most
            )
            return list(page.rows), page.total, page.beyond, group.number(group.letter)

    names = ["Baraka 0", "Baraka 1", "Baraka 2"]
    # One page further than is asked for is counted, so that a next one is known.
    assert shown("/") == (names, 3, False, "2+")
    assert shown("/", most=200) == (names, 3, False, "3")
    assert shown("/?counted=all") == (names, 3, False, "2+")
    assert shown("/", wanted="none such", most=3) == (names, 3, False, "3")
    assert told == [False, True, False, True]


@pytest.mark.any_engine
def test_without_anybody_no_group_is_shown(both_engines_app, groups):
    with both_engines_app.test_request_context("/"):
        page, group = listed_by_group(
            _of_group, "", sorts=lambda _few: {}, default_sort="name", key=Person.id
        )
    assert (list(page.rows), page.total, group.letter, group.counts) == ([], 0, "", {})
