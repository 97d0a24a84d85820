"""Words of a story by which somebody may be known again, as a rule finds them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.forums.stories.rules import (
    CHECKS,
    CaseLines,
    PrintedBeside,
    StoryDraft,
    StoryLine,
    as_bytes,
    from_bytes,
    identifying_words,
    quarter_of,
    thin_lines,
    unchecked,
)

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
def test_days_figures_and_names_of_places_are_found_and_plain_words_are_not(told, found):
    assert identifying_words(told, PLACES, NEAR) == found


@given(st.text(max_size=200))
def test_no_figure_stays_in_a_story_whatever_stands_around_it(text):
    if not identifying_words(text, []):
        assert not any(letter.isdecimal() for letter in text)


@given(st.lists(st.sampled_from(CHECKS)))
def test_a_story_goes_on_only_once_each_thing_was_looked_for(ticked):
    assert (unchecked(ticked) == []) == (set(ticked) == set(CHECKS))


def test_a_short_draft_is_as_long_as_a_longer_one_so_that_its_size_tells_nothing():
    drafts = [
        StoryDraft(case="c", title=title, text=title * 40, written_by="w")
        for title in ("A", "Arrested")
    ]
    sizes = {len(as_bytes(one)) for one in drafts}
    assert (sizes, [from_bytes(as_bytes(one)) for one in drafts]) == ({4096}, drafts)


LINES = st.builds(StoryLine, st.sampled_from("wa"), st.sampled_from("xyz"))
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(
    st.lists(st.builds(PrintedBeside, LINES, DAYS, st.none() | st.integers(10, 500)), max_size=12),
    st.lists(LINES, unique=True),
    st.none() | DAYS,
    st.data(),
)
def test_a_story_stands_beside_no_line_that_says_few_of_its_window(printed, told, since, data):
    beside = CaseLines(lines=told, since=since)
    paper = data.draw(st.lists(st.sampled_from(printed), max_size=4)) if printed else []
    thin = thin_lines(beside, printed, paper)
    for one in printed:
        if one.line not in told or one.value is not None:
            continue
        newest = max(each.on for each in printed if each.line == one.line)
        if since is None or one.on >= since or one in paper:
            assert one.line in thin
        elif one.on < newest and one.line in thin:
            # Only what else is said of the line keeps it back.
            assert any(
                each.value is None and each is not one and each.line == one.line for each in printed
            )
    # What was never printed, and another's line, keep nothing back.
    assert thin_lines(beside, []) == []
    assert set(thin) <= {one.line for one in printed if one.value is None} & set(told)


@given(DAYS)
def test_a_quarter_begins_with_its_first_day(day):
    first = quarter_of(day)
    assert (first <= day, first.day, first.month % 3) == (True, 1, 1)
    assert (day - first).days < 92
