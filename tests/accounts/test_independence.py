"""Who is independent of whom, decided purely: no puppet ever agrees with its hand."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kash.accounts.rules import (
    POWERFUL,
    SETTLED_AFTER,
    RequestKind,
    are_independent,
    behind,
    gained_power,
    is_free,
    standing,
    takes_two,
)
from kash.platform.approvals.rules import Standing
from kash.policy import DELEGABLE, Role

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
OLD = NOW - timedelta(days=100)
NAMES = st.sampled_from("abcdefgh")
BACKING = st.dictionaries(NAMES, st.frozensets(NAMES, max_size=3), max_size=8)
ROLES = st.frozensets(st.sampled_from(Role), max_size=9)


def _standing(
    second: str, asked_by: str, backing: dict[str, Collection[str]], settled: datetime = OLD
) -> Standing:
    return standing(second, settled, asked_by=asked_by, concerned="", backing=backing, now=NOW)


@given(NAMES, NAMES, BACKING)
def test_independence_is_mutual_and_never_of_oneself(first, second, backing):
    assert are_independent(first, second, backing) == are_independent(second, first, backing)
    assert not are_independent(first, first, backing)


@given(BACKING, st.lists(NAMES, min_size=2, max_size=6))
def test_a_puppet_however_far_down_is_never_independent_of_its_hand(backing, chain):
    """Each of a chain brought in the next: nobody in it agrees with anybody in it."""
    grown: dict[str, Collection[str]] = dict(backing)
    for hand, puppet in pairwise(chain):
        grown[puppet] = frozenset(grown.get(puppet, ())) | {hand}
    for one in chain:
        assert chain[0] in behind(chain[-1], grown)
        assert _standing(one, chain[0], grown) is not Standing.MAY


@given(NAMES, st.frozensets(NAMES, min_size=2))
def test_two_puppets_of_one_hand_never_agree_with_each_other(hand, puppets):
    backing = {puppet: {hand} for puppet in puppets}
    for first in puppets:
        for second in puppets:
            assert not are_independent(first, second, backing)


@given(NAMES, NAMES, NAMES, NAMES, BACKING)
def test_to_bring_in_more_never_makes_anybody_independent(first, second, hand, puppet, backing):
    more = {**backing, puppet: frozenset(backing.get(puppet, ())) | {hand}}
    if are_independent(first, second, more):
        assert are_independent(first, second, backing)


@given(BACKING)
def test_the_two_founders_can_always_agree(backing):
    """Nobody stands behind them, however many each brings in."""
    grown = {key: value for key, value in backing.items() if key not in "ab"}
    assert are_independent("a", "b", grown)
    assert _standing("b", "a", grown) is Standing.MAY


def test_who_was_asked_for_by_the_other_line_can_agree():
    backing = {"trainer": {"administrator"}, "successor": {"director"}}
    assert _standing("successor", "administrator", backing) is Standing.MAY
    assert _standing("trainer", "administrator", backing) is Standing.TIED
    assert _standing("successor", "director", backing) is Standing.TIED
    both = {"x": {"administrator", "director"}}
    assert _standing("x", "administrator", both) is Standing.TIED
    assert _standing("x", "director", both) is Standing.TIED


@given(st.timedeltas(timedelta(0), timedelta(days=30)))
def test_an_account_agrees_to_nothing_in_its_first_seven_days(age):
    found = _standing("second", "asker", {}, NOW - age)
    assert found is (Standing.MAY if age >= SETTLED_AFTER else Standing.NEW)


def test_neither_who_asks_nor_whom_it_concerns_agrees():
    for second, expected in (("a", Standing.ASKED), ("b", Standing.CONCERNED)):
        assert standing(second, OLD, asked_by="a", concerned="b", backing={}, now=NOW) is expected


@given(ROLES, ROLES)
def test_every_gain_of_a_powerful_role_takes_two(held, wanted):
    gained = gained_power(held, wanted)
    assert gained == {role for role in wanted if role in POWERFUL and role not in held}
    assert takes_two(RequestKind.ROLES, held, wanted) == bool(gained)
    assert takes_two(RequestKind.INVITATION, (), wanted) == bool(POWERFUL & wanted)
    for asked in (RequestKind.LINK, RequestKind.REOPENING):
        assert takes_two(asked, held) == bool(POWERFUL & held)
    assert takes_two(RequestKind.SECOND_STEP, held)


@given(ROLES, ROLES)
def test_nothing_is_free_once_there_was_a_director(gained, given_before):
    assert not is_free(gained, given_before, founded=True)
    assert is_free(gained, given_before, founded=False) == (not gained & given_before)


def test_the_four_roles_are_those_that_open_much():
    assert {Role.ADMINISTRATOR, Role.DIRECTOR, Role.DOCUMENTATION, Role.CUSTODIAN} == POWERFUL


def test_agreeing_is_never_lent_to_anybody():
    """A stand-in has the approvals of an absent director, but not her word about accounts."""
    assert not {"accounts.agree", "accounts.propose", "accounts.manage"} & set(DELEGABLE)
