"""Scores of answers, and what makes a question fit to be asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.assessments.rules.bank import ItemVerdict, correlation, correlation_interval, look_at
from kash.assessments.rules.results import (
    KNOWLEDGE,
    NOT_SURE,
    QuestionFlaw,
    QuestionKind,
    flaw_of,
    is_answer,
    percent,
    read_choices,
    score,
    written_choices,
)

KEYS = "abcd"
CHOSEN = st.frozensets(st.sampled_from(KEYS))


@given(st.sampled_from(sorted(KNOWLEDGE)), CHOSEN, CHOSEN)
def test_scores_lie_between_none_and_all_of_it(kind, right, chosen):
    found = score(kind, right, chosen)
    assert found is not None
    assert 0.0 <= found <= 1.0
    if chosen == right and chosen:
        assert found == 1.0
    elif kind is not QuestionKind.MULTIPLE:
        assert found == 0.0


@given(st.frozensets(st.sampled_from(KEYS), min_size=1, max_size=3), CHOSEN)
def test_a_wrong_choice_more_never_helps(right, chosen):
    wrong = next(key for key in KEYS if key not in right)
    assert score(QuestionKind.MULTIPLE, right, chosen | {wrong}) <= score(
        QuestionKind.MULTIPLE, right, chosen
    )  # type: ignore[operator]


@pytest.mark.parametrize("kind", sorted(KNOWLEDGE))
def test_not_sure_is_an_answer_that_scores_nothing_and_stands_alone(kind):
    assert is_answer(kind, KEYS, [NOT_SURE], "")
    assert score(kind, {"a"}, {NOT_SURE}) == 0.0
    assert not is_answer(kind, KEYS, [NOT_SURE, "a"], "")


@pytest.mark.parametrize(
    ("kind", "chosen", "text", "is_one"),
    [
        (QuestionKind.SINGLE, ["a"], "", True),
        (QuestionKind.SINGLE, [], "", True),
        (QuestionKind.SINGLE, ["a", "b"], "", False),
        (QuestionKind.SINGLE, ["e"], "", False),
        (QuestionKind.SINGLE, ["a"], "and words", False),
        (QuestionKind.MULTIPLE, ["a", "b"], "", True),
        (QuestionKind.MULTIPLE, ["a", "a"], "", False),
        (QuestionKind.SCALE, ["5"], "", True),
        (QuestionKind.SCALE, ["6"], "", False),
        (QuestionKind.SCALE, [NOT_SURE], "", False),
        (QuestionKind.SHORT_TEXT, [], "Call the clinic", True),
        (QuestionKind.SHORT_TEXT, ["a"], "", False),
        (QuestionKind.SHORT_TEXT, [], "x" * 301, False),
    ],
)
def test_what_answers_a_question(kind, chosen, text, is_one):
    assert is_answer(kind, KEYS, chosen, text) is is_one


def test_attitudes_and_words_have_no_score():
    assert score(QuestionKind.SCALE, (), {"5"}) is None
    assert score(QuestionKind.SHORT_TEXT, (), ()) is None


@given(CHOSEN)
def test_choices_are_stored_and_read_back(chosen):
    assert read_choices(written_choices(chosen)) == chosen


def test_what_is_left_out_counts_as_not_known():
    assert percent([1.0, 0.5], 4) == 37.5
    assert percent([], 0) == 0.0
    # Else whoever has just what is asked for lacks a hair of it.
    assert percent([0.6, 0.6, 0.6], 3) == 60.0


@pytest.mark.parametrize(
    ("kind", "text", "options", "flaw"),
    [
        (QuestionKind.SINGLE, "  ", [("Yes", True), ("No", False)], QuestionFlaw.NO_TEXT),
        (QuestionKind.SINGLE, "Who?", [("Yes", True)], QuestionFlaw.TOO_FEW_OPTIONS),
        (
            QuestionKind.SINGLE,
            "Who?",
            [("Yes", True), ("yes ", False)],
            QuestionFlaw.SAME_OPTION_TWICE,
        ),
        (QuestionKind.SINGLE, "Who?", [("A", False), ("B", False)], QuestionFlaw.NONE_RIGHT),
        (
            QuestionKind.SINGLE,
            "Who?",
            [("A", True), ("B", True), ("C", False)],
            QuestionFlaw.MORE_THAN_ONE_RIGHT,
        ),
        (QuestionKind.MULTIPLE, "Who?", [("A", True), ("B", True), ("C", False)], None),
        (QuestionKind.MULTIPLE, "Who?", [("A", True), ("B", True)], QuestionFlaw.ALL_RIGHT),
        (
            QuestionKind.SINGLE,
            "Who?",
            [(str(at), at == 0) for at in range(9)],
            QuestionFlaw.TOO_MANY_OPTIONS,
        ),
        (QuestionKind.TRUE_FALSE, "So?", [("", True), ("", False)], None),
        (QuestionKind.SCALE, "How sure are you?", [], None),
        (QuestionKind.SHORT_TEXT, "Whom do you call?", [], None),
    ],
)
def test_questions_that_cannot_be_asked(kind, text, options, flaw):
    assert flaw_of(kind, text, options) is flaw


def _pairs(count: int, knowers_right: bool) -> list[tuple[float, float]]:
    return [(float((at % 3 == 0) is knowers_right), float(at % 3 == 0)) for at in range(count)]


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        (_pairs(9, True), ItemVerdict.TOO_FEW),
        ([(1.0, 0.5)] * 12, ItemVerdict.NEARLY_ALL_KNOW),
        ([(0.0, 0.5)] * 12, ItemVerdict.HARDLY_ANY_KNOW),
        (_pairs(12, True), ItemVerdict.NOTHING_ODD),
        (_pairs(49, False), ItemVerdict.NOTHING_ODD),
        (_pairs(60, False), ItemVerdict.MISSED_BY_KNOWERS),
        (_pairs(60, True), ItemVerdict.USEFUL),
        ([(float(at % 2), float(at % 4 > 1)) for at in range(60)], ItemVerdict.TELLS_LITTLE),
    ],
)
def test_a_question_looked_at(answers, verdict):
    assert look_at(answers).verdict is verdict


def test_discrimination_waits_for_fifty_answers_and_comes_with_its_interval():
    assert look_at(_pairs(49, True)).discrimination is None
    found = look_at([(float(at % 2), (at % 7) / 7) for at in range(50)])
    assert found.low is not None
    assert found.high is not None
    assert found.low < (found.discrimination or 0) < found.high


def test_whoever_answered_nothing_else_is_no_part_of_the_correlation():
    alone = [(1.0, None)] * 40
    with_them, without = look_at([*_pairs(60, True), *alone]), look_at(_pairs(60, True))
    assert (with_them.answers, with_them.discrimination) == (100, without.discrimination)
    assert look_at([*_pairs(49, True), *alone]).discrimination is None


def test_a_correlation_worked_out_by_hand():
    """Deviations -1, 0, 1 and -1, 1, 0: sum of products 1, of squares 2 and 2."""
    assert correlation([1, 2, 3], [1, 3, 2]) == pytest.approx(0.5)
    assert correlation([1, 1], [1, 2]) is None
    # atanh(.5) = .5493; half 1.95996 / sqrt(25) = .39199; tanh of .1573 and .9413.
    low, high = correlation_interval(0.5, 28)
    assert (round(low, 3), round(high, 3)) == (0.156, 0.736)
