"""Codes, words and tokens of receipts, as pure decisions."""

import unicodedata
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.incidents.rules.consents import PURPOSES
from kash.incidents.rules.filing import (
    LONGEST_WORD,
    TOKEN_HELPS,
    WordProblem,
    code_as_read,
    code_from,
    new_token,
    problem_with,
    token_helps,
    word_as_read,
    word_from,
)
from kash.incidents.wording import TAKING_BACK, WORD_PROBLEMS

NOW = datetime(2026, 11, 27, 10, 30, 20, tzinfo=UTC)
seeds = st.binary(min_size=32, max_size=32)
typed = st.text(max_size=60)


@given(seeds, seeds)
def test_a_code_is_a_code_and_follows_from_its_seed_alone(one, other):
    assert code_as_read(code_from(one)) == code_from(one) == code_from(one[:8] + other[8:])
    differs = int.from_bytes(one[:8], "big") % 2**60 != int.from_bytes(other[:8], "big") % 2**60
    assert (code_from(one) != code_from(other)) == differs


@given(seeds, st.lists(st.text("abc", min_size=3), min_size=2, max_size=9, unique=True))
def test_two_different_words_are_drawn(seed, words):
    first, second = word_from(seed, words).split(" ")
    assert first != second
    assert {first, second} <= set(words)


@given(typed)
def test_capitals_spaces_signs_and_accents_make_no_difference(word):
    plain = word_as_read(word)
    assert word_as_read(plain) == plain
    assert word_as_read(f" {word} - ") == plain
    assert word_as_read(unicodedata.normalize("NFD", word)) == plain
    assert all(letter.isalnum() for letter in plain)


def test_what_is_the_same_word():
    for other in ("embe chui", "Embe-Chui", "EMBECHUI", "émbe  chuï", "embe’chui"):
        assert word_as_read(other) == "embechui"


@given(typed, st.lists(typed, max_size=3), st.text("0123456789ABCDEFGH", min_size=12, max_size=12))
def test_a_word_that_is_taken_is_nobodys_name_no_code_and_no_number(word, names, code):
    plain = word_as_read(word)
    problem = problem_with(word, codes=[code], names=names)
    if problem is not None:
        return
    assert 4 <= len(plain) <= LONGEST_WORD
    assert not plain.isdigit()
    assert plain not in {word_as_read(name) for name in names}
    assert plain not in {word_as_read(part) for name in names for part in name.split()}
    assert plain != word_as_read(code)


def test_a_word_like_her_code_is_refused_however_it_is_typed():
    code = "0AB1 C2DE F3GH"
    for word in (code, code.lower(), "OABL-C2DE-F3GH"):
        assert problem_with(word, codes=[code_as_read(code)]) is WordProblem.CODE
    assert problem_with("achieng mfano", codes=[code_as_read(code)]) is None


@given(st.datetimes(datetime(2020, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC)))
def test_a_token_helps_for_an_hour(moment):
    token = new_token(moment)
    assert token_helps(token, moment)
    assert token_helps(token, moment + TOKEN_HELPS - timedelta(minutes=1))
    assert not token_helps(token, moment + TOKEN_HELPS + timedelta(minutes=1))
    assert not token_helps(token, moment - timedelta(minutes=3))
    assert new_token(moment) != token


@given(st.text(max_size=40))
def test_what_is_no_token_helps_never(text):
    assert not token_helps(text, NOW)


def test_a_token_whose_minute_is_no_number_helps_never():
    token = new_token(NOW)
    assert token_helps(token, NOW) is True
    assert token_helps("G" + token[1:], NOW) is False


def test_everything_has_its_words():
    assert set(WORD_PROBLEMS) == set(WordProblem)
    assert set(TAKING_BACK) == set(PURPOSES)
