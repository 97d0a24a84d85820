"""Words of a story by which somebody may be known again, as a rule finds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.stories.rules.drafts import CHECKS, StoryDraft, as_bytes, from_bytes, unchecked
from kash.stories.rules.identifying import identifying_words
from kash.stories.rules.windows import StoryLine, thin_lines

PLACES = ["Kondele Police Station", "Sunrise Women Collective", "Peers at Work Group"]
NEAR = ["Nyalenda B", "Behind the old market of Milimani", "P/No. 4417"]
pytestmark = pytest.mark.any_engine


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("Three women were arrested one night, and nobody told them why.", []),
        ("Wanawake watatu walikamatwa usiku mmoja bila kuambiwa sababu.", []),
        ("They may come again; we march on and the case is open.", []),
        ("She is 24 and has 2 children.", ["24", "2"]),
        ("Alilipa KES 3,000 siku ya Jumatatu.", ["3,000", "Jumatatu"]),
        ("It was in March, on a Friday before Christmas.", ["March", "Friday", "Christmas"]),
        ("Ilikuwa mwezi wa Mei, robo ya mwaka.", ["Mei", "robo ya mwaka"]),
        ("They were taken to KONDELE and to nyalenda.", ["KONDELE", "nyalenda"]),
        ("The police station near the road.", []),
        ("She came from Sunrise.", ["Sunrise"]),
        ("Peers told her about work. The peers work there.", ["peers work"]),
        ("A hotel in Milimani.", ["Milimani"]),
        ("The officer has the number 4417.", ["4417"]),
    ],
)
def test_days_figures_and_names_of_places_are_found_and_plain_words_are_not(
    told: str, found: list[str]
) -> None:
    assert identifying_words(told, PLACES, NEAR) == found


@given(st.text(max_size=200))
def test_no_figure_stays_in_a_story_whatever_stands_around_it(text: str) -> None:
    if not identifying_words(text, []):
        assert not any(letter.isdecimal() for letter in text)


@given(st.lists(st.sampled_from(CHECKS)))
def test_a_story_goes_on_only_once_each_thing_was_looked_for(ticked: list[str]) -> None:
    assert (unchecked(ticked) == []) == (set(ticked) == set(CHECKS))


def test_a_short_draft_is_as_long_as_a_longer_one_so_that_its_size_tells_nothing() -> None:
    drafts = [
        StoryDraft(case="c", title=title, text=title * 40, written_by="w")
        for title in ("A", "Arrested")
    ]
    sizes = {len(as_bytes(one)) for one in drafts}
    assert (sizes, [from_bytes(as_bytes(one)) for one in drafts]) == ({4096}, drafts)


@given(
    st.dictionaries(
        st.builds(StoryLine, st.sampled_from("wa"), st.sampled_from("xyz")),
        st.none() | st.integers(10, 500),
    ),
    st.lists(st.builds(StoryLine, st.sampled_from("wa"), st.sampled_from("xyz")), unique=True),
)
def test_a_story_stands_beside_no_line_that_says_few(
    newest: dict[StoryLine, int | None], told: list[StoryLine]
) -> None:
    left = [line for line in told if line not in thin_lines(told, newest)]
    assert all(newest.get(line, 10) is not None for line in left)
    assert thin_lines(left, newest) == []
    # What was never printed keeps nothing back.
    assert thin_lines(told, {}) == []
