"""Names, ages, consent and postings."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.people.rules.duplicates import PostedStay, joined_stays
from kash.people.rules.persons import (
    AGE_BANDS,
    MOST_NAME,
    PURPOSES,
    Stay,
    ages_disagree,
    is_a_name,
    is_minor,
    names_match,
    possible_answers,
    present_answers,
    sort_name,
    transfer_day_fits,
)

names = st.text(max_size=60)
letters = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéüñ", min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("name", "sorted_as"),
    [
        ("Ng’ang’a  Wanjirũ", "nganga wanjiru"),
        ("  ÉLODIE\tO'Neil ", "elodie oneil"),
        ("Straße", "strasse"),
        ("ʼ’'", ""),
        ("a\u200bb", "ab"),
    ],
)
def test_sort_name(name, sorted_as):
    assert sort_name(name) == sorted_as


@given(names)
def test_sorting_a_sorted_name_changes_nothing(name):
    once = sort_name(name)
    assert sort_name(once) == once
    assert len(once) <= MOST_NAME


@given(letters, letters)
def test_names_match_but_for_case_accents_apostrophes_and_spacing(first, last):
    printed = f"{first}'{last} {last}"
    typed = f" {first.upper()}’{last}  {last.title()}".replace("é", "e")
    assert names_match(printed, printed)
    assert names_match(typed, printed.replace("é", "e\u0301"))
    assert names_match(typed.replace(" ", ""), printed)
    assert not names_match(f"{typed}x", printed)


def test_an_apostrophe_left_out_is_another_name():
    assert names_match("Ng`ang´a", "Ng'ang’a")
    assert not names_match("Nganga", "Ng'ang'a")


@pytest.mark.parametrize("nothing", ["", " ", "'", "’ ʼ", "\u0301", "\u200b", "-"])
def test_nothing_matches_nothing(nothing):
    assert not names_match(nothing, nothing)
    assert not is_a_name(nothing)


@given(st.sampled_from(["", *AGE_BANDS]), st.integers(0, 110))
def test_nobody_who_may_be_under_18_counts_as_of_age(band, age_this_year):
    born = 2026 - age_this_year
    if ages_disagree(band, born, 2026):
        return
    youngest = max(age_this_year - 1, {"18-24": 18}.get(band, 0))
    assert is_minor(band, born, 2026) == (youngest < 18)


@pytest.mark.parametrize(
    ("band", "born", "disagree"),
    [
        ("under18", 2007, True),
        ("under18", 2008, False),
        ("18-24", 2008, False),
        ("18-24", 2009, True),
        ("18-24", 2001, False),
        ("18-24", 2000, True),
        ("45-plus", 1981, False),
        ("45-plus", 1982, True),
        ("", 2020, False),
        ("25-34", None, False),
    ],
)
def test_age_and_birth_year_fit(band, born, disagree):
    assert ages_disagree(band, born, 2026) is disagree


@given(st.lists(st.tuples(st.sampled_from(PURPOSES), st.sampled_from("grw"))))
def test_the_last_answer_for_a_purpose_holds(answers):
    present = present_answers(answers)
    assert set(present) == {purpose for purpose, _ in answers}
    for purpose, answer in present.items():
        assert [given for about, given in answers if about == purpose][-1] == answer


@pytest.mark.parametrize(
    ("until", "later", "joined"), [(5, 9, 9), (9, 7, 9), (5, None, None), (None, 9, None)]
)
def test_two_stays_at_one_place_that_touch_are_one_until_the_later_ends(until, later, joined):
    def day(number: int | None) -> date | None:
        return None if number is None else date(2026, 1, number)

    stays = [
        PostedStay(1, 5, date(2026, 1, 1), day(until)),
        PostedStay(2, 5, date(2026, 1, 5), day(later)),
    ]
    assert joined_stays(stays) == [PostedStay(1, 5, date(2026, 1, 1), day(joined))]


def test_only_what_was_given_can_be_withdrawn():
    assert possible_answers("given") == ("withdrawn",)
    for other in (None, "refused", "withdrawn"):
        assert possible_answers(other) == ("given", "refused")


@given(st.integers(0, 400), st.integers(0, 400), st.integers(-400, 400))
def test_a_transfer_never_overlaps(length, gone, when):
    today = date(2026, 11, 24)
    since = today - timedelta(days=length + gone)
    stay = Stay(since, since + timedelta(days=length) if gone else None)
    day = today + timedelta(days=when)
    fits = transfer_day_fits([stay], day, today)
    assert fits == ((stay.until or stay.since) <= day <= today)
