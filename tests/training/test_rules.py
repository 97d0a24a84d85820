"""Titles, states, orders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.training import rules

ids = st.lists(st.text("abcdef", min_size=1, max_size=2), unique=True, max_size=8)


@pytest.mark.parametrize(
    ("title", "telling"),
    [
        ("Working Together", ()),
        ("Good practice for scopes and grapes", ()),
        ("Safety for Sex Workers and POLICE", ("sex", "police")),
        ("Sexual health", ("sexual",)),
        ("Kuzuia ukatili", ("ukatili",)),
        ("Human  rights, step by step", ("human rights",)),
        ("Violénce and arrests", ("arrests", "violence")),
        ("Mafunzo haya na hivi", ()),
        ("𝗛𝗜𝗩 and 𝑆𝐸𝑋 work", ("hiv", "sex")),
    ],
)
def test_titles_that_tell(title: str, telling: tuple[str, ...]) -> None:
    assert sorted(rules.telling_words(title)) == sorted(telling)


@given(st.lists(st.integers(5, 600)))
def test_total(minutes: list[int]) -> None:
    assert rules.total_minutes(minutes) == sum(minutes)


@given(ids, st.integers(0, 7), st.sampled_from([-1, 1]))
def test_moving_there_and_back(order: list[str], at: int, by: int) -> None:
    if at >= len(order):
        assert rules.moved(order, "nothing", by) == order
        return
    item = order[at]
    there = rules.moved(order, item, by)
    assert sorted(there) == sorted(order)
    if 0 <= at + by < len(order):
        assert there.index(item) == at + by
        assert rules.moved(there, item, -by) == order
    else:
        assert there == order


@given(ids, st.lists(st.text("abcdefgh", min_size=1, max_size=2), max_size=12))
def test_an_order_loses_and_invents_nothing(present: list[str], asked: list[str]) -> None:
    result = rules.arranged(present, asked)
    assert sorted(result) == sorted(present)
    named = [each for each in dict.fromkeys(asked) if each in present]
    assert result[: len(named)] == named
    assert rules.arranged(result, asked) == result


def test_every_step_from_every_state() -> None:
    possible = {
        (state, step): to
        for state in ("draft", "proposed", "published")
        for step in ("propose", "take_back", "publish", "return")
        if (to := rules.next_state(state, step, plans=1)) is not None  # type: ignore[arg-type]
    }
    assert possible == {
        ("draft", "propose"): "proposed",
        ("proposed", "take_back"): "draft",
        ("proposed", "return"): "draft",
        ("proposed", "publish"): "published",
    }
    assert rules.next_state("draft", "propose", plans=0) is None
    assert rules.next_state("proposed", "publish", plans=0) is None


@given(st.lists(st.text("ab -•*\t", max_size=6)))
def test_lines_hold_something_and_no_marks(parts: list[str]) -> None:
    for line in rules.lines("\n".join(parts)):
        assert line == line.strip()
        assert line[0] not in "-•*"
