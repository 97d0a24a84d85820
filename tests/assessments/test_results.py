"""Two tests compared, and which answer stands."""

import random
from datetime import UTC, datetime, timedelta
from itertools import permutations
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.assessments.rules.results import (
    ARRIVES_WITHIN,
    AnsweredTest,
    AnsweringState,
    Given,
    QuestionKind,
    ScoredQuestion,
    compare,
    given_moment,
    is_late,
    replaces,
    stand_of,
)

NOON = datetime(2026, 11, 17, 12, tzinfo=UTC)
RIGHT = frozenset("a")


def _sitting(
    chance: random.Random, asked: list[ScoredQuestion], people: range, knows: float
) -> AnsweredTest:
    return AnsweredTest(
        asked,
        {
            person: {
                one.revision: frozenset("a" if chance.random() < knows else "b")
                for one in asked
                if chance.random() < 0.9
            }
            for person in people
            if chance.random() < 0.85
        },
        {},
    )


def test_gains_of_fifty_cohorts_are_those_of_a_table_worked_through_row_by_row():
    chance = random.Random(50)
    for _ in range(50):
        asked = [
            ScoredQuestion(at, QuestionKind.SINGLE, RIGHT, f"objective{at % 3}") for at in range(9)
        ]
        later = [*asked[1:], ScoredQuestion(99, QuestionKind.SINGLE, RIGHT, "objective0")]
        people = range(chance.randint(8, 25))
        before = _sitting(chance, asked, people, 0.4)
        after = _sitting(chance, later, people, 0.7)
        found = compare(before, after)
        # One row for each person, question and test, as somebody with a spreadsheet would have it.
        rows = [
            (person, one.objective, when, sitting.answers[person].get(one.revision) == RIGHT)
            for when, sitting in enumerate((before, after))
            for person in sitting.people()
            for one in asked[1:]
        ]
        matched = before.people() & after.people()
        for objective in (None, "objective0", "objective1", "objective2"):
            means = [
                100
                * fmean(
                    right
                    for person, about, at, right in rows
                    if at == when and person in matched and objective in (None, about)
                )
                for when in (0, 1)
            ]
            gain = (
                found.gain
                if objective is None
                else next(one.gain for one in found.objectives if one.objective == objective)
            )
            assert (gain.before, gain.after) == (pytest.approx(means[0]), pytest.approx(means[1]))
            assert gain.gain == pytest.approx((means[1] - means[0]) / (100 - means[0]))
            assert (gain.people, gain.lost) == (len(matched), len(before.people() - matched))
        assert (found.paired, found.unpaired) == (8, 2)


def test_a_changed_wording_is_never_paired_with_the_old_one():
    before = AnsweredTest(
        [ScoredQuestion(1, QuestionKind.SINGLE, RIGHT)], {7: {1: frozenset("b")}}, {}
    )
    after = AnsweredTest([ScoredQuestion(2, QuestionKind.SINGLE, RIGHT)], {7: {2: RIGHT}}, {})
    found = compare(before, after)
    assert (found.gain.gain, found.gain.people, found.paired, found.unpaired) == (None, 0, 0, 2)


def test_an_attitude_is_a_shift_and_stands_in_no_gain():
    asked = [ScoredQuestion(1, QuestionKind.SCALE), ScoredQuestion(2, QuestionKind.SINGLE, RIGHT)]
    before = AnsweredTest(asked, {7: {1: frozenset("2"), 2: frozenset("b")}}, {})
    after = AnsweredTest(asked, {7: {1: frozenset("4"), 2: RIGHT}}, {})
    found = compare(before, after)
    ((revision, shift),) = found.scales
    assert (revision, shift.shift, found.gain.gain) == (1, 2.0, 1.0)


def test_scores_from_a_list_count_where_both_tests_asked_the_same():
    same = AnsweredTest([], {}, {1: 40.0}), AnsweredTest([], {}, {1: 70.0})
    assert compare(*same).gain.gain == 0.5
    other = AnsweredTest([ScoredQuestion(1, QuestionKind.SINGLE, RIGHT)], {}, {1: 40.0})
    assert compare(other, same[1]).gain.people == 0


def test_whoever_was_taken_off_the_register_is_lost_with_her_score_before():
    asked = [ScoredQuestion(1, QuestionKind.SINGLE, RIGHT)]
    wrong = frozenset("b")
    off = frozenset({8, 9})
    before = AnsweredTest(asked, {7: {1: wrong}, 8: {1: RIGHT}}, {}, off)
    after = AnsweredTest(asked, {7: {1: RIGHT}, 8: {1: RIGHT}, 9: {1: RIGHT}}, {}, off)
    gain = compare(before, after).gain
    assert (gain.people, gain.gain, gain.lost, gain.lost_before, gain.joined) == (1, 1.0, 1, 100, 0)
    marked = AnsweredTest([], {}, {7: 40.0, 8: 20.0}, off), AnsweredTest([], {}, {8: 90.0}, off)
    assert compare(*marked).gain.people == 0


def test_whoever_took_every_answer_back_did_not_sit_the_test():
    asked = [ScoredQuestion(1, QuestionKind.SINGLE, RIGHT)]
    sitting = AnsweredTest(asked, {1: {1: frozenset()}, 2: {1: frozenset("?")}}, {})
    assert sitting.people() == {2}
    assert sitting.whole_scores() == {2: 0.0}


def test_whoever_answered_only_what_scores_nothing_keeps_her_score_from_a_list():
    asked = [ScoredQuestion(1, QuestionKind.SCALE), ScoredQuestion(2, QuestionKind.SINGLE, RIGHT)]
    answers = {7: {1: frozenset("4")}, 8: {1: frozenset("4"), 2: frozenset("?")}, 9: {2: RIGHT}}
    sitting = AnsweredTest(asked, answers, {7: 80.0})
    assert sitting.whole_scores() == {7: 80.0, 8: 0.0, 9: 100.0}
    assert compare(sitting, AnsweredTest(asked, answers, {7: 80.0})).gain.before == 60.0
    assert compare(sitting, AnsweredTest(asked, answers, {})).gain.people == 2


@given(st.permutations(list("abcd")), st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_the_same_answer_stands_in_whatever_order_two_phones_are_heard(order, minutes):
    answers = [
        Given(NOON + timedelta(minutes=minute), op)
        for op, minute in zip(order, minutes, strict=True)
    ]
    standing = set()
    for heard in permutations(answers):
        stands: Given | None = None
        for one in heard:
            stands = one if replaces(one, stands) else stands
        standing.add(stands)
    assert standing == {max(answers)}


@pytest.mark.parametrize("wrong_by", [timedelta(0), timedelta(days=-400), timedelta(days=400)])
def test_a_phone_with_a_wrong_clock_gives_its_answer_when_it_did(wrong_by):
    given = NOON + wrong_by
    sent = NOON + timedelta(hours=3) + wrong_by
    assert given_moment(given, sent, NOON + timedelta(hours=3)) == NOON


def test_no_answer_is_given_in_time_to_come():
    assert given_moment(NOON + timedelta(hours=9), NOON, NOON) == NOON


@pytest.mark.parametrize(
    ("given", "received", "late"),
    [
        (timedelta(minutes=5), timedelta(minutes=5), False),
        (timedelta(minutes=5), timedelta(hours=9), False),
        (timedelta(minutes=31), timedelta(minutes=31), False),
        (timedelta(minutes=32), timedelta(minutes=32), True),
        (timedelta(minutes=-2), timedelta(minutes=5), True),
        (timedelta(minutes=5), timedelta(minutes=31) + ARRIVES_WITHIN, True),
    ],
)
def test_until_when_an_answer_counts(given, received, late):
    closes = NOON + timedelta(minutes=30)
    assert is_late(NOON + given, NOON, closes, NOON + received) is late
    assert is_late(NOON + given, None, None, NOON + received) is True


def test_where_a_test_stands():
    closes = NOON + timedelta(minutes=30)
    assert stand_of(None, None, NOON) is AnsweringState.NOT_OPENED
    assert stand_of(NOON, closes, NOON - timedelta(seconds=1)) is AnsweringState.NOT_OPENED
    assert stand_of(NOON, closes, NOON) is AnsweringState.OPEN
    assert stand_of(NOON, closes, closes) is AnsweringState.CLOSED
