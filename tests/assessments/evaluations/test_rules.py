"""Rules of evaluations: what an answer may be, the box, and what of a closed form may be told."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.assessments.evaluations.rules import (
    FEWEST,
    LONGEST_COMMENT,
    Ballot,
    BallotBoxFull,
    BallotQuestion,
    BallotQuestionKind,
    UnreadableBallot,
    all_together,
    ballots_in,
    closing_fits,
    empty_box,
    is_unanimous,
    mean_step,
    packed,
    packed_size,
    parts_may_show,
    read_answers,
    should_be_closed,
    slots_for,
    takes_answers,
    tally,
    told,
    unpacked,
    was_sent,
    with_ballot,
)

SCALE = BallotQuestion(BallotQuestionKind.SCALE)
CHOICE = BallotQuestion(BallotQuestionKind.CHOICE, 3)
COMMENT = BallotQuestion(BallotQuestionKind.COMMENT)
ASKED = [SCALE, CHOICE, COMMENT]
NOW = datetime(2026, 11, 17, 13, 0, tzinfo=UTC)

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=LONGEST_COMMENT).map(
    str.strip
)
BALLOTS = st.builds(
    Ballot,
    st.tuples(st.sampled_from(["", *SCALE.keys]), st.sampled_from(["", *CHOICE.keys]), TEXT),
    st.sampled_from(["", "A", "B"]),
    st.booleans(),
)
MANY = st.lists(BALLOTS, max_size=30)


@given(BALLOTS)
def test_every_answer_is_packed_to_one_size_and_comes_back(ballot):
    text = packed(ballot, packed_size(ASKED))
    assert len(text) == packed_size(ASKED)
    assert unpacked(text) == ballot
    given_by = dict(enumerate(ballot.answers))
    assert read_answers(ASKED, given_by, ballot.group, "AB", on_paper=ballot.on_paper) == ballot


@pytest.mark.parametrize(
    "wrong", [{0: "0"}, {0: "6"}, {0: "5 5"}, {1: "4"}, {2: "x" * (LONGEST_COMMENT + 1)}]
)
def test_an_answer_that_is_not_offered_is_none(wrong):
    with pytest.raises(UnreadableBallot):
        read_answers(ASKED, wrong, "", "AB")
    with pytest.raises(UnreadableBallot):
        read_answers(ASKED, {0: "1"}, "C", "AB")


@given(st.lists(st.binary(min_size=8, max_size=8), max_size=10, unique=True))
def test_a_box_keeps_every_answer_is_always_as_large_and_knows_what_was_sent(sent):
    box = empty_box(12, 8)
    for number, sealed in enumerate(sent):
        assert not was_sent(box, str(number))
        box = with_ballot(box, sealed, str(number))
        assert was_sent(box, str(number))
        assert len(box.body) == 12 * 8
    assert Counter(ballots_in(box)) == Counter(sent)
    hashes = [box.seen[at : at + 16] for at in range(0, len(box.seen), 16)]
    assert hashes == sorted(hashes)


def test_a_full_box_and_an_answer_of_another_size_are_refused():
    box = with_ballot(empty_box(1, 4), b"abcd", "1")
    with pytest.raises(BallotBoxFull):
        with_ballot(box, b"efgh", "2")
    with pytest.raises(ValueError, match="another size"):
        with_ballot(empty_box(1, 4), b"abc", "1")


@given(st.integers(0, 500))
def test_a_box_has_room_for_twice_those_expected(expected):
    assert slots_for(expected) >= max(40, 2 * expected)
    assert slots_for(expected) % 20 == 0


@given(MANY)
def test_what_is_told_comes_from_five_and_never_from_a_few_phones_beside_paper(ballots):
    kept = told(ballots)
    phones = sum(not one.on_paper for one in kept)
    paper = sum(one.on_paper for one in kept)
    assert kept == [] or len(kept) >= FEWEST
    assert paper == 0 or phones == 0 or phones >= FEWEST
    # Nothing is left out without need.
    all_phones = [one for one in ballots if not one.on_paper]
    if len(all_phones) >= FEWEST:
        assert len(kept) == len(ballots)


@given(MANY)
def test_results_hold_what_was_answered_and_no_part_of_fewer_than_five(ballots):
    kept, found = told(ballots), tally(ASKED, ballots)
    assert (found.counted, found.left_out) == (len(kept), len(ballots) - len(kept))
    for place, question in enumerate(ASKED):
        said = [one for one in kept if one.answers[place]]
        answers = Counter(one.answers[place] for one in said)
        if question.kind is BallotQuestionKind.COMMENT:
            assert Counter(found.comments.get(place, ())) == answers
        elif not told(said):
            assert place not in found.counts
        else:
            answers = Counter(one.answers[place] for one in told(said))
            counts = found.counts[place]
            assert {key: n for key, n in all_together(counts).items() if n} == dict(answers)
            assert min(sum(of_part.values()) for of_part in counts.values()) >= FEWEST
            assert len(counts) > 1 or set(counts) == {""}


def test_whoever_entered_sheets_learns_nothing_of_the_few_who_answered_one_question():
    paper = [Ballot(("5", "1", ""), "A", on_paper=True)] * 6
    phones = [Ballot(("1", "", ""), "A")] * 4 + [Ballot(("1", "2", ""), "B")] * 2
    found = tally(ASKED, paper + phones)
    assert found.counts[0] == {"": {"1": 6, "2": 0, "3": 0, "4": 0, "5": 6}}
    # Two phones answered the second: taking off the sheets would show theirs.
    assert found.counts[1] == {"": {"1": 6, "2": 0, "3": 0}}


def test_a_group_with_a_few_phones_beside_sheets_does_not_stand_apart():
    paper = [Ballot(("5", "", ""), "A", on_paper=True)] * 5
    few = [Ballot(("1", "", ""), "A")]
    others = [Ballot(("1", "", ""), "B")] * 5
    assert set(tally(ASKED, paper + few + others).counts[0]) == {""}
    assert set(tally(ASKED, paper + others).counts[0]) == {"A", "B"}


@given(st.dictionaries(st.sampled_from(["A", "B", "rest"]), st.integers(1, 12)))
def test_groups_stand_apart_only_if_none_can_be_taken_off_the_others(parts):
    total = sum(parts.values())
    safe = all(count >= FEWEST and total - count >= FEWEST for count in parts.values())
    assert parts_may_show(parts, parts) is (safe and bool(parts))


def test_the_words_beside_counts():
    assert is_unanimous({"1": 0, "2": 7})
    assert not is_unanimous({"1": 1, "2": 7})
    assert mean_step({"1": 1, "5": 3}) == 4.0


@given(st.integers(-200, 5000))
def test_a_form_takes_answers_until_its_time_and_is_then_to_be_closed(minutes):
    closes_at = NOW + timedelta(minutes=minutes)
    assert closing_fits(closes_at, NOW) is (0 < minutes <= 3 * 24 * 60)
    assert takes_answers("open", closes_at, NOW) is (minutes > 0)
    assert should_be_closed("open", closes_at, NOW) is (minutes <= 0)
    for state in ("draft", "closed"):
        assert not takes_answers(state, closes_at, NOW)
        assert not should_be_closed(state, closes_at, NOW)
