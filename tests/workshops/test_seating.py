"""Whose turn it is, how long an offer stands, and why nobody moved: decided by pure rules."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.workshops.rules import (
    InQueue,
    Moving,
    SeatRules,
    Standstill,
    StayReason,
    held_seats,
    moving_at,
    next_in_line,
    offer_until,
    seat_rules_from,
    seats_taken,
    why_nobody_moved,
)

START = datetime(2027, 3, 10, 5, 30, tzinfo=UTC)
_people = st.builds(
    InQueue,
    key=st.just(0),
    minor=st.booleans(),
    offered_until=st.one_of(st.none(), st.just(START)),
    lapsed=st.booleans(),
)
queues = st.lists(_people, max_size=12).map(
    lambda some: [
        InQueue(number, one.minor, one.offered_until, one.lapsed) for number, one in enumerate(some)
    ]
)
capacities = st.one_of(st.none(), st.integers(1, 12))


@given(queues, st.integers(0, 14), capacities)
def test_the_queue_keeps_its_order_and_no_seat_is_promised_twice(queue, confirmed, capacity):
    turn = next_in_line(queue, confirmed, capacity)
    able = [one.key for one in queue if one.moves]
    assert turn == able[: len(turn)]
    if capacity is None:
        assert turn == able
    else:
        free = max(0, capacity - confirmed - held_seats(queue))
        assert len(turn) == min(free, len(able))


@given(queues, st.integers(0, 14), st.sampled_from(Moving))
def test_whoever_comes_new_stands_behind_all_whose_turn_may_come(queue, confirmed, moving):
    due = 0 if moving is Moving.NO_LONGER else sum(one.moves for one in queue)
    assert seats_taken(queue, confirmed, moving) == confirmed + held_seats(queue) + due
    for place, one in enumerate(queue):
        taken = seats_taken(queue, confirmed, moving, one.key)
        if one.offered_until is not None:
            # The seat that is held for her is not taken by others.
            assert taken == confirmed + held_seats(queue) - 1
        else:
            before = sum(other.moves for other in queue[:place])
            ahead = 0 if moving is Moving.NO_LONGER else before
            assert taken == confirmed + held_seats(queue) + ahead


@given(queues, st.integers(0, 14), capacities, st.sampled_from(Moving))
def test_a_list_that_stands_still_always_says_why_and_one_that_moves_says_nothing(
    queue, confirmed, capacity, moving
):
    moves = moving is not Moving.NO_LONGER and bool(next_in_line(queue, confirmed, capacity))
    assert bool(why_nobody_moved(queue, confirmed, capacity, moving)) is not moves


def test_each_reason_is_told_for_what_it_is():
    def told(
        queue: list[InQueue], confirmed: int, moving: Moving = Moving.BY_OFFER
    ) -> list[StayReason]:
        return why_nobody_moved(queue, confirmed, 2, moving)

    asked = InQueue(1, offered_until=START)
    assert told([], 1) == [StayReason(Standstill.EMPTY)]
    assert told([InQueue(1)], 2) == [StayReason(Standstill.NO_SEAT)]
    assert told([asked, InQueue(2)], 1) == [StayReason(Standstill.OFFERED, 1, START)]
    assert told([InQueue(1, minor=True)], 1) == [StayReason(Standstill.UNDER_AGE, 1)]
    assert told([InQueue(1, lapsed=True)], 1) == [StayReason(Standstill.LAPSED, 1)]
    assert told([InQueue(1)], 1, Moving.NO_LONGER) == [StayReason(Standstill.TOO_LATE, 1)]


def test_the_list_moves_by_itself_until_three_days_before_then_by_offers_up_to_the_start():
    rules = SeatRules()
    three = timedelta(days=3)
    assert moving_at(START - three - timedelta(seconds=1), START, rules) is Moving.BY_ITSELF
    assert moving_at(START - three, START, rules) is Moving.BY_OFFER
    assert moving_at(START - timedelta(minutes=59), START, rules) is Moving.NO_LONGER
    assert offer_until(START - three, START, rules) == START - timedelta(days=2)
    assert offer_until(START - timedelta(hours=5), START, rules) == START
    assert seat_rules_from({"days_before": 0, "offer_hours": 10**30, "needs_earlier": 1}) == (
        SeatRules(days_before=0)
    )
