"""The clocks and limits of what protects people, as properties."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.accounts.rules import (
    DaysFault,
    Opening,
    breach_clock,
    days_fault,
    is_unused,
    opening_of,
    openings,
    review_is_due,
)
from kash.policy import DELEGABLE, GRANTS, Actor, Reach, Role, StandIn, may_stand_in

START = datetime(2026, 11, 2, 6, tzinfo=UTC)
DAY = date(2026, 11, 2)
HOURS = st.integers(0, 2000)


@given(st.integers(0, 200 * 60))
def test_the_clock_runs_for_72_hours_and_then_is_late(minutes):
    clock = breach_clock(START, START + timedelta(minutes=minutes), None, None)
    assert clock.due == START + timedelta(hours=72)
    left = 72 * 60 - minutes
    assert clock.state == ("running" if left >= 0 else "overdue")
    assert clock.hours == abs(left) // 60


@given(HOURS, HOURS)
def test_a_notice_stops_the_clock_for_good(notified, later):
    at = START + timedelta(hours=notified)
    clock = breach_clock(START, at + timedelta(hours=later), at, None)
    assert clock.state == ("notified" if notified <= 72 else "notified late")
    assert clock == breach_clock(START, at, at, at)


@given(HOURS)
def test_closing_without_a_notice_is_told_apart(closed):
    at = START + timedelta(hours=closed)
    assert breach_clock(START, at, None, at).state == "closed"


@given(st.integers(-200, 200), st.integers(-200, 200))
def test_days_of_a_stand_in(first, length):
    start, end = DAY + timedelta(first), DAY + timedelta(first + length)
    fault = days_fault(start, end, DAY)
    expected = None
    if length < 0:
        expected = DaysFault.ORDER
    elif end < DAY:
        expected = DaysFault.PAST
    elif length + 1 > 90:
        expected = DaysFault.LONG
    assert fault is expected


@given(st.integers(0, 400))
def test_reviews_are_due_and_accounts_unused_after_90_days(days):
    now = START + timedelta(days=days)
    assert review_is_due(START, START - timedelta(days=500), now) is (days > 90)
    assert review_is_due(None, START, now) is (days > 90)
    assert is_unused(START, START - timedelta(days=500), now) is (days > 90)
    assert is_unused(None, START, now) is (days > 90)


def test_what_leaves_is_counted_by_its_kind():
    counted = [
        ("people.phone_shown", 3),
        ("people.email_shown", 1),
        ("certificates.printed", 2),
        ("attendance.sheets_made", 1),
        ("accounts.access_exported", 4),
        ("accounts.signed_in", 50),
    ]
    assert openings(counted) == {Opening.SHOWN: 4, Opening.EXPORTED: 4, Opening.PRINTED: 3}
    assert openings([]) == dict.fromkeys(Opening, 0)
    assert opening_of("accounts.breach_opened") is None


def test_whoever_lends_has_all_that_can_be_lent():
    for permission in DELEGABLE:
        assert set(GRANTS["approvals.delegate"]) == set(GRANTS[permission])
    never = ("roles", "revoke", "rule", "manage", "edit", "contact", "seal")
    assert [one for one in DELEGABLE for word in never if word in one] == []


def test_who_may_stand_in_for_what():
    alone = {
        permission: {str(role) for role in Role if may_stand_in({role}, permission)}
        for permission in DELEGABLE
    }
    assert alone == {
        "certificates.approve": {"director", "trainer", "monitoring"},
        "curriculum.approve": {"director", "trainer", "monitoring", "documentation"},
        "payouts.approve": {"director", "monitoring"},
        "tracks.approve": {"director", "trainer", "monitoring"},
    }
    for never in (Role.PEER, Role.POLICE_PEER, Role.FUNDER):
        assert not may_stand_in({never, Role.TRAINER}, "certificates.approve")
    assert not may_stand_in({Role.DIRECTOR}, "certificates.revoke")


@given(st.sets(st.sampled_from(list(Role)), max_size=3), st.sampled_from(sorted(GRANTS)))
def test_what_is_lent_reaches_nothing_else(roles, permission):
    """Only the approval itself is widened, and only for who may stand in."""
    lent = tuple(StandIn(one, "a" * 16) for one in GRANTS)
    plain = Actor("b" * 16, frozenset(roles), 1)
    standing = Actor("b" * 16, frozenset(roles), 1, stands_in=lent)
    if may_stand_in(roles, permission):
        assert standing.reach(permission) is Reach.ALL
        by_role = any(role in GRANTS[permission] for role in roles)
        assert standing.decides_for(permission) == (None if by_role else "a" * 16)
        assert standing.decides_for(permission, not_for=["a" * 16]) == (None if by_role else "")
    else:
        assert standing.reach(permission) is plain.reach(permission)
        assert standing.decides_for(permission) is None
