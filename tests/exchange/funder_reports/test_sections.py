"""Sections stand in one order, and a digest fixes all that somebody approves."""

from hypothesis import given
from hypothesis import strategies as st

from kash.exchange.funder_reports.rules import (
    ALWAYS,
    ReportSection,
    canonical,
    content_digest,
    sections_in_order,
    sections_told,
)

CHOSEN = st.lists(st.sampled_from([*map(str, ReportSection), "nothing"]))


@given(CHOSEN)
def test_what_is_chosen_stands_once_in_the_order_of_the_paper(chosen):
    found = sections_in_order(chosen)
    assert found == [one for one in ReportSection if one in {*chosen, *ALWAYS}]


def test_a_heading_stands_over_no_words_that_nobody_wrote():
    texts = {"summary": " \n", "next": "Two workshops more."}
    told = sections_told(["summary", "figures", "stories", "next"], texts)
    assert told == [ReportSection.FIGURES, ReportSection.STORIES, ReportSection.NEXT]


@given(st.dictionaries(st.text(), st.text()), st.lists(st.text(), unique=True), st.text())
def test_another_word_or_story_is_another_digest(texts, stories, more):
    content = canonical({"figures": []})
    digest = content_digest(content, texts, stories)
    assert digest == content_digest(content, dict(reversed(texts.items())), stories)
    assert digest != content_digest(content, {**texts, "": texts.get("", "") + more + "."}, stories)
    assert digest != content_digest(content, texts, [*stories, "another"])
    assert digest != content_digest(canonical({"figures": [1]}), texts, stories)
