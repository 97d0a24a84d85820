"""Titles, states, orders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.training.rules.states import next_state, total_minutes
from kash.training.rules.texts import lines
from kash.training.rules.titles import telling_words


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
    assert sorted(telling_words(title)) == sorted(telling)


@given(st.lists(st.integers(5, 600)))
def test_total(minutes: list[int]) -> None:
    assert total_minutes(minutes) == sum(minutes)


def test_every_step_from_every_state() -> None:
    possible = {
        (state, step): to
        for state in ("draft", "proposed", "published")
        for step in ("propose", "take_back", "publish", "return")
        if (to := next_state(state, step, plans=1)) is not None  # type: ignore[arg-type]
    }
    assert possible == {
        ("draft", "propose"): "proposed",
        ("proposed", "take_back"): "draft",
        ("proposed", "return"): "draft",
        ("proposed", "publish"): "published",
    }
    assert next_state("draft", "propose", plans=0) is None
    assert next_state("proposed", "publish", plans=0) is None


@given(st.lists(st.text("ab -•*\t", max_size=6)))
def test_lines_hold_something_and_no_marks(parts: list[str]) -> None:
    for line in lines("\n".join(parts)):
        assert line == line.strip()
        assert line[0] not in "-•*"
