"""Rules of tokens, limits, keys and pages."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kash.exchange.api.models import SCOPES
from kash.exchange.api.rules import (
    LEASE,
    MOST_IN_WINDOW,
    WAITS,
    WINDOW,
    LeaseWindow,
    TokenFacts,
    TokenStands,
    cut,
    digest_of,
    leased,
    may_have,
    narrowed,
    read_key,
    seconds_left,
    stands_now,
)
from kash.policy import GRANTS, SYSTEM, Actor, Reach, Role, StandIn

_NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
_STEPS = st.lists(st.integers(0, 40), max_size=120)


@given(_STEPS, st.integers(1, 60), st.integers(1, 25))
def test_no_minute_gives_more_requests_than_the_limit(steps, most, lease):
    now, window = _NOW, None
    given: list[tuple[datetime, int]] = []
    for seconds in steps:
        now += timedelta(seconds=seconds)
        window, granted = leased(window, now, most, lease)
        given.append((window.began_at, granted))
        assert 0 <= granted <= lease
        assert window.began_at <= now < window.began_at + WINDOW
    for began in {began for began, _granted in given}:
        assert sum(granted for at, granted in given if at == began) <= most


def test_a_limit_that_was_reached_is_open_again_in_a_minute_and_says_when():
    full = LeaseWindow(_NOW, MOST_IN_WINDOW)
    later = _NOW + timedelta(seconds=12.5)
    assert leased(full, later) == (full, 0)
    assert seconds_left(full, later) == 48
    assert leased(full, _NOW + WINDOW) == (LeaseWindow(_NOW + WINDOW, LEASE), LEASE)


def test_a_clock_that_was_set_back_locks_nobody_out():
    earlier = _NOW - timedelta(hours=1)
    assert leased(LeaseWindow(_NOW, MOST_IN_WINDOW), earlier) == (
        LeaseWindow(earlier, LEASE),
        LEASE,
    )


_AGREED = TokenFacts("approved", _NOW, agreed_at=_NOW)
_FETCHED = TokenFacts(
    "approved", _NOW, agreed_at=_NOW, fetched_at=_NOW, expires_at=_NOW + timedelta(days=30)
)


@pytest.mark.parametrize(
    ("facts", "after", "stands"),
    [
        (TokenFacts("proposed", _NOW), timedelta(), TokenStands.ASKED),
        (TokenFacts("proposed", _NOW), WAITS, TokenStands.LAPSED),
        (TokenFacts("returned", _NOW), timedelta(), TokenStands.RETURNED),
        (_AGREED, timedelta(), TokenStands.AGREED),
        (_AGREED, WAITS, TokenStands.LAPSED),
        (_FETCHED, timedelta(days=29), TokenStands.IN_USE),
        (_FETCHED, timedelta(days=30), TokenStands.RAN_OUT),
        (TokenFacts("approved", _NOW, _NOW, _NOW), timedelta(), TokenStands.RAN_OUT),
    ],
)
def test_a_token_waits_a_week_for_each_hand_and_ends_by_itself(facts, after, stands):
    assert stands_now(facts, _NOW + after) is stands


@given(
    st.sampled_from(["proposed", "approved", "returned"]),
    st.tuples(*[st.one_of(st.none(), st.integers(0, 400)) for _ in range(4)]),
    st.integers(0, 500),
)
def test_a_token_is_in_use_only_if_all_that_must_be_was_done(state, days, today):
    agreed, fetched, expires, ended = (
        None if one is None else _NOW + timedelta(days=one) for one in days
    )
    now = _NOW + timedelta(days=today)
    facts = TokenFacts(state, _NOW, agreed, fetched, expires, ended)
    in_use = (
        state == "approved"
        and None not in (agreed, fetched, expires)
        and ended is None
        and expires is not None
        and now < expires
    )
    assert (stands_now(facts, now) is TokenStands.IN_USE) is in_use


@given(st.frozensets(st.sampled_from(list(Role))))
def test_a_token_never_does_what_no_role_that_answers_for_one_may(roles):
    lent = (StandIn("payouts.approve", "a" * 16),)
    acts = narrowed(
        Actor("b" * 16, roles, account_id=1, person_id=7, session_id="s", stands_in=lent)
    )
    assert acts.roles == roles & {Role.DIRECTOR, Role.TRAINER, Role.MONITORING}
    assert (acts.person_id, acts.session_id, acts.stands_in) == (None, "", ())
    for scope in SCOPES:
        granted = GRANTS[scope.permission]
        widest = {granted.get(role, Reach.NONE) for role in acts.roles}
        assert may_have(roles, scope.permission) is bool(widest - {Reach.NONE, Reach.SELF})


def test_no_scope_needs_a_permission_that_opens_the_vault_or_a_contact():
    assert {one.permission for one in SCOPES} == {
        "people.see",
        "workshops.see",
        "attendance.see",
        "attendance.mark",
        "certificates.see",
        "releases.see",
        "indicators.see",
    }
    assert all(may_have(SYSTEM.roles, one.permission) for one in SCOPES)


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"),
        (' "aaaa0001" ', "aaaa0001"),
        ("short", None),
        ("", None),
        ("a" * 65, None),
        ("a key with spaces", None),
        ("schlüssel-1", None),
    ],
)
def test_a_key_is_read_with_or_without_quotation_marks(header, key):
    assert read_key(header) == key


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_two_requests_are_the_same_only_if_address_and_body_are(one, other):
    assert (digest_of("/a", one) == digest_of("/a", other)) is (one == other)
    assert digest_of("/a", one) != digest_of("/b", one)


@given(st.sets(st.integers()), st.integers(1, 9))
def test_a_walk_through_all_pages_gives_each_once_and_ends(rows, limit):
    read: list[int] = []
    for _turn in range(len(rows) + 1):
        after = [one for one in sorted(rows) if not read or one > read[-1]]
        page = cut(after[: limit + 1], limit)
        read += page.rows
        if not page.more:
            break
    assert read == sorted(rows)
