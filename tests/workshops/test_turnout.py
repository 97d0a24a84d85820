"""How many to invite: by counts of groups, weekdays and hours, and with an honest interval."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.workshops.rules import (
    Advice,
    PastTurnout,
    Share,
    advice_for,
    chances,
    coming,
    invitations_for,
    share_coming,
)


def test_thirty_seven_are_invited_where_four_of_five_come():
    assert invitations_for(30, Share(810, 190)) == Advice(37, 30, 26, 34)
    # Where little is known of the share, the same number says less.
    assert invitations_for(30, Share(8.1, 1.9)) == Advice(37, 30, 21, 36)


@given(st.integers(1, 120), st.floats(0.5, 400), st.floats(0.5, 400))
def test_chances_make_a_whole_and_the_interval_holds_nine_of_ten(invited, alpha, beta):
    each = chances(invited, Share(alpha, beta))
    assert sum(each) == pytest.approx(1, abs=1e-6)
    least, most = coming(invited, Share(alpha, beta))
    assert 0 <= least <= most <= invited
    assert sum(each[least : most + 1]) >= 0.9 - 1e-6


def _past(chance: random.Random, workshops: int, spread: float) -> list[PastTurnout]:
    """Workshops to which about four of five come, a share that differs from one to the next."""
    made = []
    for _ in range(workshops):
        share = chance.betavariate(0.8 * spread, 0.2 * spread)
        came = sum(chance.random() < share for _ in range(30))
        made.append(PastTurnout(2, 9, 30, came))
    return made


@pytest.mark.parametrize("spread", [8, 1000])
def test_nine_times_of_ten_is_nine_times_of_ten_whether_or_not_workshops_differ(spread):
    chance = random.Random(19)
    inside = rounds = 0
    for _ in range(200):
        advice = advice_for(_past(chance, 24, spread), 30, 2, 9)
        assert advice is not None
        share = chance.betavariate(0.8 * spread, 0.2 * spread)
        came = sum(chance.random() < share for _ in range(advice.invite))
        inside += advice.least <= came <= advice.most
        rounds += 1
    assert 0.84 <= inside / rounds <= 0.98


def test_too_little_is_too_few_to_say():
    assert advice_for([], 30, 2, 9) is None
    assert advice_for([PastTurnout(2, 9, 40, 30)] * 2, 30, 2, 9) is None
    assert advice_for([PastTurnout(2, 9, 5, 4)] * 5, 30, 2, 9) is None
    assert advice_for([PastTurnout(2, 9, 20, 16)] * 5, 0, 2, 9) is None
    assert advice_for([PastTurnout(2, 9, 0, 0)] * 5, 30, 2, 9) is None


def test_a_weekday_of_which_little_is_known_goes_by_the_programme():
    many = [PastTurnout(2, 9, 30, 27), PastTurnout(2, 9, 30, 26), PastTurnout(2, 9, 30, 28)] * 4
    few = [PastTurnout(4, 14, 2, 0)]
    wednesday, friday, never = (
        share_coming([*many, *few], *at) for at in ((2, 9), (4, 14), (6, 8))
    )
    assert wednesday is not None
    assert friday is not None
    assert never is not None
    assert friday.mean < never.mean <= wednesday.mean < 0.92
    assert friday.mean > 0.6


@given(st.integers(1, 500), st.floats(1, 200), st.floats(1, 200))
def test_never_fewer_are_invited_than_there_are_seats_nor_a_crowd(seats, alpha, beta):
    advice = invitations_for(seats, Share(alpha, beta))
    assert seats <= advice.invite <= 4 * seats
