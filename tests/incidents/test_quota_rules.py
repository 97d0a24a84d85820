"""The day's tokens: what is spent, and what whoever reads all of it learns of who sent."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kash.incidents.rules.quota import (
    _ENVELOPE,
    _SMALLEST,
    MOST_COMPANIONS,
    TOKENS,
    Spent,
    as_bytes,
    begin,
    companions_of,
    from_bytes,
    own_half,
    spend,
    spend_minute,
    token,
    tokens_left,
)

DAY = date(2026, 11, 27)
KEY = "0f" * 32
numbers = st.integers(0, 2**32)


def accounts(number: int) -> list[str]:
    return [f"account{each:09}" for each in range(number)]


def spent_by(spent: Spent, account: str, kind: str = "report") -> int:
    """What somebody counts who has the database, the server's key and the day's."""
    return TOKENS[kind] - len(tokens_left(spent, account, kind))


def sent(spent: Spent, who: str, everybody: list[str], seed: int) -> Spent:
    after = spend(spent, who, everybody, "report", Random(seed))
    assert after is not None
    return after


@given(st.integers(1, 200), numbers)
def test_companions_are_others_and_never_more_than_a_part(number: int, seed: int) -> None:
    everybody = accounts(number)
    others = companions_of(everybody[0], everybody, Random(seed))
    assert everybody[0] not in others
    assert (
        len(set(others))
        == len(others)
        == min(MOST_COMPANIONS, max(1, (number - 1) // 5), number - 1)
    )


@given(st.integers(46, 120), numbers)
def test_who_sent_one_report_is_one_of_ten_who_look_alike(number: int, seed: int) -> None:
    everybody = accounts(number)
    spent = sent(Spent(day=DAY, key=KEY), everybody[0], everybody, seed)
    alike = [one for one in everybody if spent_by(spent, one) == 1]
    assert everybody[0] in alike
    assert len(alike) == 10
    assert {spent_by(spent, one) for one in everybody} == {0, 1}
    # Nor does a place tell: tokens lie in the order of their values.
    assert spent.tokens == sorted(spent.tokens)


def test_the_token_that_is_spent_does_not_tell_that_it_is_the_first() -> None:
    """If hers were taken in order and the others' by chance, the numbers would name her."""
    everybody = accounts(60)
    first = 0
    for seed in range(400):
        spent = sent(Spent(day=DAY, key=KEY), everybody[0], everybody, seed)
        first += token(KEY, everybody[0], "report", 0) in spent.tokens
    assert 5 <= first <= 40


@settings(max_examples=20)
@given(st.integers(1, 60), numbers)
def test_nobody_sends_more_than_her_tokens_and_others_keep_most_of_theirs(
    number: int, seed: int
) -> None:
    everybody, dice = accounts(number), Random(seed)
    spent = Spent(day=DAY, key=KEY)
    for _each in range(TOKENS["report"]):
        spent = spend(spent, everybody[0], everybody, "report", dice) or spent
    assert spend(spent, everybody[0], everybody, "report", dice) is None
    # One who floods leaves everybody else ten at least, but for programmes of a few.
    if number > 5:
        left = [len(tokens_left(spent, one, "report")) for one in everybody[1:]]
        assert sum(left) / len(left) >= 15
        assert min(left) >= 5
    assert spent_by(spent, everybody[0], "draft") == 0


@given(st.integers(2, 60), numbers, st.integers(0, 2**24))
def test_what_cannot_wait_is_taken_once_a_minute(number: int, seed: int, minute: int) -> None:
    everybody, dice = accounts(number), Random(seed)
    spent = spend_minute(Spent(day=DAY, key=KEY), everybody[0], everybody, "report", minute, dice)
    assert spent is not None
    # Others spend with her, so that the tokens do not tell who it was.
    assert len(spent.tokens) > 1
    assert spend_minute(spent, everybody[0], everybody, "report", minute, dice) is None
    assert spend_minute(spent, everybody[0], everybody, "report", minute + 1, dice) is not None
    assert spent_by(spent, everybody[0]) == 0


@given(st.integers(0, 300))
def test_its_size_tells_nothing_and_it_is_read_as_it_was_written(number: int) -> None:
    spent = Spent(day=DAY, key=KEY, tokens=[f"{one:016x}" for one in range(number)])
    assert len(as_bytes(spent)) == len(as_bytes(Spent(day=DAY, key=KEY)))
    assert from_bytes(as_bytes(spent)) == spent


def refused_after(spent: Spent, who: str, everybody: list[str], dice: Random) -> int:
    """How many reports somebody sends before she is refused."""
    for number in range(100):
        after = spend(spent, who, everybody, "report", dice)
        if after is None:
            return number
        spent = after
    raise AssertionError("never refused")


def test_whoever_sends_reports_until_she_is_refused_learns_not_that_others_did() -> None:
    """Wherever she is refused, she may be where nobody else sent any."""
    everybody = accounts(3)
    alone, after_others = set(), set()
    for seed in range(120):
        dice = Random(seed)
        spent = begin(DAY, KEY, everybody, dice)
        alone.add(refused_after(spent, everybody[0], everybody, dice))
        for _each in range(20):
            spent = spend(spent, everybody[1], everybody, "report", dice) or spent
        after_others.add(refused_after(spent, everybody[0], everybody, dice))
    assert alone == set(range(own_half("report"), TOKENS["report"] + 1))
    assert after_others <= alone


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 30), numbers)
def test_others_however_many_they_send_leave_everybody_her_half(number: int, seed: int) -> None:
    everybody, dice = accounts(number), Random(seed)
    spent = begin(DAY, KEY, everybody, dice)
    for who in everybody[1:]:
        for _each in range(3):
            spent = spend(spent, who, everybody, "report", dice) or spent
    assert len(tokens_left(spent, everybody[0], "report")) >= own_half("report")


def test_under_another_key_it_means_nothing() -> None:
    everybody = accounts(60)
    spent = sent(Spent(day=DAY, key=KEY), everybody[0], everybody, 1)
    other = spent.model_copy(update={"key": "ab" * 32})
    assert {spent_by(other, one) for one in everybody} == {0}
    assert KEY not in repr(spent)


@pytest.mark.parametrize(("beyond", "times"), [(0, 1), (1, 2)])
def test_a_text_that_no_longer_fits_has_twice_the_size(beyond: int, times: int) -> None:
    empty = len(Spent(day=DAY, key=KEY, tokens=[""]).model_dump_json())
    room = _SMALLEST - _ENVELOPE - empty + beyond
    spent = Spent(day=DAY, key=KEY, tokens=["a" * room])
    assert len(as_bytes(spent)) == times * _SMALLEST - _ENVELOPE
    assert from_bytes(as_bytes(spent)) == spent
