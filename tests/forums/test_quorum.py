"""Quorum of a meeting: who counts, who is there at a moment, and how many it needs."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.forums.rules.meetings import (
    GroupQuorum,
    NeededOfGroup,
    OfficeTerm,
    QuorumShare,
    Seat,
    SpellFault,
    TermFault,
    TimeThere,
    Votes,
    arrived,
    counts_on,
    ends_after,
    gone,
    quorum_of,
    spell_fault,
    taken_back,
    term_fault,
    there_at,
    too_many_votes,
)

DAY = date(2026, 11, 19)
NAMES = {"A": "Police", "B": "Community"}


def at(clock: str) -> datetime:
    """A moment of that day; the rules know no zone."""
    return datetime.combine(DAY, time.fromisoformat(clock), UTC)


def spell(begin: str, end: str = "") -> TimeThere:
    return TimeThere(at(begin), at(end) if end else None)


def seats(letter: str, *people: Seat) -> list[Seat]:
    """The same seats, in a group and with keys of their own."""
    return [
        Seat(ord(letter) * 100 + place, letter, one.mark, one.spells, one.terms, one.left_on)
        for place, one in enumerate(people)
    ]


HERE = Seat(0, "", "present")
ABSENT = Seat(0, "", "absent")
UNMARKED = Seat(0, "", None)
APOLOGY = Seat(0, "", "apology")
LATE = Seat(0, "", "present", [spell("10:00")])
LEFT = Seat(0, "", "present", [spell("09:00", "10:30")])
BACK = Seat(0, "", "present", [spell("09:00", "09:40"), spell("10:20")])
ENDED = Seat(0, "", "present", terms=[OfficeTerm(date(2024, 1, 1), DAY - timedelta(days=1))])
LAST_DAY = Seat(0, "", "present", terms=[OfficeTerm(date(2024, 1, 1), DAY)])
TO_COME = Seat(0, "", "present", terms=[OfficeTerm(DAY + timedelta(days=1))])
HALVES = {"A": NeededOfGroup(QuorumShare.HALF), "B": NeededOfGroup(QuorumShare.HALF)}

TWO_OF_A = {"A": NeededOfGroup(QuorumShare.NUMBER, 2)}
MOST_OF_A = {"A": NeededOfGroup(QuorumShare.OVER_HALF)}
THIRD_OF_B = {"B": NeededOfGroup(QuorumShare.THIRD)}

# What each group is, the rule, the time, who has a conflict of interest (by group and place), then
# members, present, needed of A and of B, and whether the meeting is quorate.
# fmt: off
CASES = {
    "enough of both":
        ((HERE, ABSENT), (HERE, HERE), HALVES, "10:00", "", (2, 1, 1), (2, 2, 1), True),
    "enough together but not of each":
        ((HERE, ABSENT, ABSENT), (HERE, HERE), HALVES, "10:00", "", (3, 1, 2), (2, 2, 1), False),
    "who is late is missed before":
        ((LATE, ABSENT), (HERE, HERE), HALVES, "09:59", "", (2, 0, 1), (2, 2, 1), False),
    "and counts from arriving on":
        ((LATE, ABSENT), (HERE, HERE), HALVES, "10:00", "", (2, 1, 1), (2, 2, 1), True),
    "a decision after one group left":
        ((HERE, HERE), (LEFT, LEFT), HALVES, "10:30", "", (2, 2, 1), (2, 0, 1), False),
    "who went out and came back":
        ((HERE, HERE), (BACK, ABSENT), HALVES, "10:20", "", (2, 2, 1), (2, 1, 1), True),
    "terms that ended count neither way":
        ((HERE, ENDED, ENDED), (LAST_DAY, TO_COME), HALVES, "10:00", "", (1, 1, 1), (1, 1, 1),
         True),
    "a conflict of interest":
        ((HERE, HERE), (HERE,), TWO_OF_A, "10:00", "A0", (2, 1, 2),
         (1, 1, 0), False),
    "apologies and the unmarked are not there":
        ((APOLOGY, UNMARKED, HERE), (HERE,), HALVES, "10:00", "", (3, 1, 2), (1, 1, 1), False),
    "more than half of an even number":
        ((HERE, HERE, ABSENT, ABSENT), (HERE,), MOST_OF_A, "10:00", "",
         (4, 2, 3), (1, 1, 0), False),
    "a group without any member":
        ((HERE,), (), THIRD_OF_B, "10:00", "", (1, 1, 0), (0, 0, 1), False),
    "no rule, and nobody came":
        ((ABSENT,), (UNMARKED,), {}, "10:00", "", (1, 0, 0), (1, 0, 0), False),
}
# fmt: on


@pytest.mark.parametrize("case", CASES)
def test_whether_a_meeting_is_quorate(case):
    police, community, needed, clock, conflict, in_a, in_b, met = CASES[case]
    sitting = [*seats("A", *police), *seats("B", *community)]
    conflicted = {ord(conflict[0]) * 100 + int(conflict[1])} if conflict else set()
    found = quorum_of(sitting, needed, NAMES, day=DAY, moment=at(clock), conflicted=conflicted)
    assert [(one.letter, one.members, one.present, one.needed) for one in found.groups] == [
        ("A", *in_a),
        ("B", *in_b),
    ]
    assert found.met is met
    assert sum(one.counted_out for one in found.groups) == len(conflicted)
    assert found.agreed is bool(needed)


@pytest.mark.parametrize(
    ("share", "of_members"),
    [
        (QuorumShare.THIRD, [1, 1, 1, 1, 2, 2, 2, 3]),
        (QuorumShare.HALF, [1, 1, 1, 2, 2, 3, 3, 4]),
        (QuorumShare.OVER_HALF, [1, 1, 2, 2, 3, 3, 4, 4]),
        (QuorumShare.TWO_THIRDS, [1, 1, 2, 2, 3, 4, 4, 5]),
        (QuorumShare.ALL, [1, 1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_how_many_a_share_needs(share, of_members):
    """Of no member at all up to seven; a share is never met by nobody."""
    assert [NeededOfGroup(share).of(members) for members in range(8)] == of_members


MINUTES = st.integers(0, 180).map(lambda minutes: at("08:30") + timedelta(minutes=minutes))
TAPS = st.lists(st.tuples(st.sampled_from(["came", "left", "back"]), MINUTES), max_size=12)
RULES = st.builds(NeededOfGroup, st.sampled_from(QuorumShare), st.integers(0, 6))
MARKS = st.sampled_from(["present", "absent", "apology", "in_attendance", None])


@given(TAPS)
def test_no_taps_in_order_make_times_that_cannot_be(taps):
    """Whatever is tapped one after the other, wrong taps and second ones among them."""
    spells: tuple[TimeThere, ...] = ()
    for what, moment in sorted(taps, key=lambda tap: tap[1]):
        if what == "came":
            spells = arrived(spells, moment)
            assert there_at("present", spells, moment)
            assert arrived(spells, moment) == spells
        elif what == "left":
            spells = gone(spells, moment, at("09:00"))
            assert not there_at("present", spells, moment)
            assert gone(spells, moment, at("09:00")) == spells
        else:
            spells = taken_back(spells)
    assert all(
        before.left_at is not None and before.left_at <= after.arrived_at
        for before, after in pairwise(spells)
    )


@given(TAPS, MINUTES)
def test_a_wrong_tap_is_taken_back_as_if_it_had_never_been(taps, moment):
    spells: tuple[TimeThere, ...] = (spell("08:30"),)
    for what, clock in sorted(taps, key=lambda tap: tap[1]):
        spells = arrived(spells, clock) if what == "came" else gone(spells, clock, at("09:00"))
    there = spells[-1].left_at is None
    tapped = gone(spells, moment, at("09:00")) if there else arrived(spells, moment)
    assert taken_back(tapped) == spells


@given(
    st.lists(st.tuples(st.sampled_from("AB"), MARKS, MINUTES, st.booleans()), max_size=12),
    RULES,
    MINUTES,
)
def test_declaring_a_conflict_never_makes_a_meeting_quorate(people, rule, moment):
    sitting = [
        Seat(place, letter, mark, [TimeThere(came)])
        for place, (letter, mark, came, _out) in enumerate(people)
    ]
    out = {place for place, one in enumerate(people) if one[3]}
    whole = quorum_of(sitting, {"A": rule}, NAMES, day=DAY, moment=moment)
    without = quorum_of(sitting, {"A": rule}, NAMES, day=DAY, moment=moment, conflicted=out)
    assert not without.met or whole.met
    for group, less in zip(whole.groups, without.groups, strict=True):
        assert less.present + less.counted_out == group.present <= group.members
        assert (less.needed, less.members) == (group.needed, group.members)


@pytest.mark.parametrize(
    ("spells", "fault"),
    [
        ([spell("09:00", "10:00"), spell("10:00")], None),
        ([spell("09:00", "09:00")], (SpellFault.LEFT_FIRST, 0)),
        ([spell("09:00", "10:00"), spell("09:50")], (SpellFault.OVERLAP, 1)),
        ([spell("09:00"), spell("10:00")], (SpellFault.OVERLAP, 1)),
        ([spell("08:29")], (SpellFault.AHEAD, 0)),
        ([spell("09:00", "11:01")], (SpellFault.LEFT_AHEAD, 0)),
        ([spell(f"09:{n:02}", f"09:{n + 1:02}") for n in range(9)], (SpellFault.TOO_MANY, 8)),
    ],
)
def test_times_that_cannot_be_are_refused(spells, fault):
    assert spell_fault(spells, at("08:30"), at("11:00")) == fault


def test_who_has_no_term_counts_until_the_membership_ends():
    assert counts_on([], None, DAY)
    assert counts_on([], DAY, DAY)
    assert not counts_on([], DAY - timedelta(days=1), DAY)
    assert not counts_on([OfficeTerm(DAY)], DAY - timedelta(days=1), DAY)


def test_a_term_that_goes_on_does_not_end():
    """Whoever was chosen again is not told as leaving."""
    first = OfficeTerm(date(2025, 1, 1), date(2026, 12, 31))
    assert ends_after([first], DAY) == date(2026, 12, 31)
    assert ends_after([first, OfficeTerm(date(2027, 1, 1), date(2028, 12, 31))], DAY) == date(
        2028, 12, 31
    )
    assert ends_after([first, OfficeTerm(date(2027, 1, 1))], DAY) is None
    assert ends_after([first, OfficeTerm(date(2027, 2, 1))], DAY) == date(2026, 12, 31)
    assert ends_after([OfficeTerm(date(2025, 1, 1), date(2025, 12, 31))], DAY) is None
    assert ends_after([], DAY) is None


DAYS = st.integers(0, 30).map(lambda days: DAY + timedelta(days=days))


@given(DAYS, st.none() | DAYS, DAYS, st.none() | DAYS)
def test_two_terms_of_one_member_share_no_day(begin, end, other, other_end):
    term, before = OfficeTerm(begin, end), OfficeTerm(other, other_end)
    fault = term_fault(term, [before] if other_end is None or other_end >= other else [])
    if end is not None and end < begin:
        assert fault is TermFault.ENDS_FIRST
        return
    window = [DAY + timedelta(days=days) for days in range(40)]
    both = any(term.holds_on(day) and before.holds_on(day) for day in window)
    assert fault is (TermFault.OVERLAP if both else None)


def test_no_more_vote_than_are_there():
    votes = {"A": Votes(2, 1), "B": Votes(1, 0, 1), "C": Votes(1)}
    assert too_many_votes(votes, {"A": 2, "B": 2}) == ["A", "C"]
    assert GroupQuorum("A", "Police", 3, 2, 2).met
