"""The day's tokens: what is spent, and what whoever reads all of it learns of who sent."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kash.incidents.rules.quota import (
    _ENVELOPE,
    _SMALLEST,
    A_MINUTE,
    MOST_BY_CHANCE,
    TOKENS,
    Spent,
    as_bytes,
    begin,
    from_bytes,
    joined,
    spend,
    spend_minute,
    tokens_left,
)
from tests.incidents.quota_attack import accounts, looked_through, sizes_of

DAY = date(2026, 11, 27)
numbers = st.integers(0, 2**32)


def begun(everybody: Sequence[str], seed: int) -> Spent:
    return begin(DAY, (), everybody, Random(seed))


@given(st.integers(1, 200), numbers)
def test_everybody_stands_in_one_circle_of_ten_at_least(number, seed):
    everybody = accounts(number)
    circles = [circle.accounts for circle in begun(everybody, seed).circles]
    assert sorted(one for circle in circles for one in circle) == everybody
    assert min(map(len, circles)) >= min(10, number)
    assert max(map(len, circles)) < 20


@settings(deadline=None)
@given(st.integers(5, 80), numbers, st.data())
def test_at_every_moment_an_author_looks_like_ten_however_many_she_sends(number, seed, data):
    """Whoever has every state of the store, and the code, and was told which reports of a week are
    of one author: with database and key she once stood alone in up to 88 of 100."""
    everybody, dice = accounts(number), Random(seed)
    reports = data.draw(st.lists(st.sampled_from(everybody), min_size=1, max_size=30))
    alike = looked_through(everybody, reports, dice, days=3)
    assert set(alike) == set(reports)
    for author, like_her in alike.items():
        assert author in like_her
        assert len(like_her) >= min(10, number)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.lists(st.integers(0, 80), max_size=8), numbers)
def test_circles_stay_while_people_come_and_go(number, changes, seed):
    dice, day = Random(seed), DAY
    spent = begun(accounts(number), seed)
    for many in changes:
        day += timedelta(days=1)
        everybody = accounts(many)
        after = begin(day, spent.circles, everybody, dice)
        sizes = sizes_of(after)
        assert sum(sizes) == many
        assert min(sizes) >= min(10, many)
        assert max(sizes) < 20
        spent = after
        unchanged = begin(day, spent.circles, everybody, dice)
        assert sorted(c.accounts for c in unchanged.circles) == [c.accounts for c in spent.circles]


@given(st.integers(1, 60), st.integers(0, 30), numbers)
def test_who_is_new_today_stands_in_a_circle_at_once(number, more, seed):
    spent, everybody = begun(accounts(number), seed), accounts(number + more)
    after = joined(spent, everybody)
    assert sorted(one for circle in after.circles for one in circle.accounts) == everybody
    assert [circle.spent for circle in after.circles] == [circle.spent for circle in spent.circles]
    assert joined(after, accounts(number)) == after


@settings(max_examples=20)
@given(st.integers(1, 60), numbers)
def test_a_circle_begins_no_more_than_its_tokens_and_others_keep_theirs(number, seed):
    everybody = accounts(number)
    spent = begun(everybody, seed)
    before = {one: tokens_left(spent, one) for one in everybody}
    assert TOKENS - MOST_BY_CHANCE <= min(before.values()) <= max(before.values()) <= TOKENS
    taken, after = 0, spent
    while (more := spend(after, everybody[0])) is not None:
        taken, after = taken + 1, more
    assert taken == before[everybody[0]]
    hers = next(circle for circle in spent.circles if everybody[0] in circle.accounts)
    left = {one: tokens_left(after, one) for one in everybody}
    assert left == before | dict.fromkeys(hers.accounts, 0)


@given(st.integers(2, 60), numbers, st.integers(1, 2**24))
def test_what_cannot_wait_is_taken_a_few_times_a_minute(number, seed, minute):
    everybody = accounts(number)
    before = begun(everybody, seed)
    spent = before
    for _each in range(A_MINUTE):
        after = spend_minute(spent, everybody[0], minute)
        assert after is not None
        spent = after
    assert spend_minute(spent, everybody[0], minute) is None
    assert spend_minute(spent, everybody[0], minute + 1) is not None
    assert tokens_left(spent, everybody[0]) == tokens_left(before, everybody[0])


@given(st.integers(1, 300), numbers)
def test_its_size_tells_nothing_and_it_is_read_as_it_was_written(number, seed):
    spent = begun(accounts(number), seed)
    assert len(as_bytes(spent)) == len(as_bytes(begun(accounts(1), seed)))
    assert from_bytes(as_bytes(spent)) == spent


def refused_after(spent: Spent, who: str) -> int:
    """How many reports somebody begins before she is refused."""
    return sum(1 for _each in _until_refused(spent, who))


def _until_refused(spent: Spent | None, who: str) -> Iterable[Spent]:
    while spent is not None and (spent := spend(spent, who)) is not None:
        yield spent


def test_whoever_sends_reports_until_she_is_refused_learns_not_that_others_did():
    """Wherever she is refused, she may be where nobody else sent any."""
    everybody = accounts(3)
    alone, after_others = set(), set()
    for seed in range(300):
        spent = begun(everybody, seed)
        alone.add(refused_after(spent, everybody[0]))
        for _each in range(5):
            spent = spend(spent, everybody[1]) or spent
        after_others.add(refused_after(spent, everybody[0]))
    assert alone == set(range(TOKENS - MOST_BY_CHANCE, TOKENS + 1))
    assert len(after_others & alone) == MOST_BY_CHANCE - 4


@pytest.mark.parametrize(("beyond", "times"), [(0, 1), (1, 2)])
def test_a_text_that_no_longer_fits_has_twice_the_size(beyond, times):
    spent = begin(DAY, (), [""], Random(1))
    room = _SMALLEST - _ENVELOPE - len(spent.model_dump_json())
    spent.circles[0].accounts = ["a" * (room + beyond)]
    assert len(as_bytes(spent)) == times * _SMALLEST - _ENVELOPE
    assert from_bytes(as_bytes(spent)) == spent


@pytest.mark.parametrize(
    ("chapter", "of", "between"),
    [
        ("docs/privacy.md", "{} of {}", "who may report look alike"),
        ("docs/sw/privacy.md", "{} kati ya {}", "wanaoweza kuripoti hufanana"),
    ],
)
def test_the_privacy_page_tells_how_many_look_alike(chapter, of, between):
    """Counted by the attack, three reports of everybody on three days, and not by hand."""
    told = []
    for number in (5, 12, 40, 80):
        everybody, dice = accounts(number), Random(number)
        reports = dice.sample(everybody * 3, 3 * number)
        alike = looked_through(everybody, reports[:90], dice, days=3)
        told.append(of.format(min(map(len, alike.values())), number))
    sentence = f"{told[0]} {between}, {', '.join(told[1:])}."
    text = Path(chapter).read_text(encoding="utf-8")
    assert sentence in text
    # And how many a circle may begin.
    assert re.search(rf"\b{TOKENS - MOST_BY_CHANCE} (to|hadi) {TOKENS}\b", text)
