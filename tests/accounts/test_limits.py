"""Limits of accounts: what still holds at each, and what a step beyond it does not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kash.accounts.rules import (
    DaysFault,
    RecentTries,
    Site,
    breach_clock,
    common_passwords,
    days_fault,
    is_unused,
    mark_helps,
    may_be_a_copy,
    pasted_people,
    refused_for_a_while,
    review_is_due,
    session_is_over,
    site_of,
)
from kash.platform.web.bodies import network_of
from tests.limits import holds_to

NOW = datetime(2026, 11, 2, 6, tzinfo=UTC)
DAY = date(2026, 11, 2)
SECOND = timedelta(seconds=1)


def test_a_session_lasts_four_hours_idle_and_sixteen_in_all():
    assert holds_to(
        lambda idle: not session_is_over(NOW - idle, NOW - idle, NOW), timedelta(hours=4), SECOND
    )
    assert holds_to(
        lambda old: not session_is_over(NOW - old, NOW, NOW), timedelta(hours=16), SECOND
    )


def test_the_clock_of_a_breach_is_late_a_second_after_its_last():
    late = timedelta(hours=72)
    assert holds_to(
        lambda after: breach_clock(NOW, NOW + after, None, None).state == "running", late, SECOND
    )
    assert holds_to(
        lambda after: breach_clock(NOW, NOW, NOW + after, None).state == "notified", late, SECOND
    )


def test_access_is_reviewed_and_an_account_unused_after_ninety_days():
    days = timedelta(days=90)
    assert holds_to(lambda after: not review_is_due(NOW, NOW - days, NOW + after), days, SECOND)
    assert holds_to(lambda after: not is_unused(NOW, NOW - days, NOW + after), days, SECOND)


def test_a_stand_in_has_ninety_days_at_most_and_does_not_end_before_today():
    assert days_fault(DAY, DAY, DAY) is None
    assert days_fault(DAY, DAY + timedelta(days=89), DAY) is None
    assert days_fault(DAY, DAY + timedelta(days=90), DAY) is DaysFault.LONG
    assert days_fault(DAY, DAY - timedelta(days=1), DAY) is DaysFault.ORDER
    assert days_fault(DAY, DAY, DAY + timedelta(days=1)) is DaysFault.PAST


@pytest.mark.parametrize(
    ("tries", "refused"),
    [
        (RecentTries(client=4), False),
        (RecentTries(client=5), True),
        (RecentTries(client=5, known=True), True),
        (RecentTries(client=0, address=179), False),
        (RecentTries(client=0, address=180), True),
        (RecentTries(client=0, address=180, known=True), False),
        (RecentTries(client=0, strangers=9), False),
        (RecentTries(client=0, strangers=10), True),
        # Whoever is among the strangers already was counted, and has tries of his own left.
        (RecentTries(client=1, strangers=10), False),
        (RecentTries(client=0, strangers=10, known=True), False),
    ],
)
def test_tries_are_refused_from_the_first_too_many(tries, refused):
    assert refused_for_a_while(tries) is refused


def test_a_browser_is_known_for_ten_wrong_tries_and_until_its_mark_ends():
    assert holds_to(lambda tries: mark_helps(tries, NOW + SECOND, NOW), 9, 1)
    assert holds_to(lambda at: mark_helps(0, NOW, at), NOW - SECOND, SECOND)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("no address" + "x" * 90, "no address" + "x" * 54),
    ],
)
def test_one_line_counts_as_one_address(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://kash.example", Site("kash.example", "https://kash.example")),
        ("https://Kash.Example.:443", Site("kash.example", "https://kash.example")),
        ("https://kash.example:8443", Site("kash.example", "https://kash.example:8443")),
        ("http://localhost", Site("localhost", "http://localhost")),
        ("http://localhost:80", Site("localhost", "http://localhost")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("http://a.localhost:8000", Site("a.localhost", "http://a.localhost:8000")),
        ("https://localhost:80", Site("localhost", "https://localhost:80")),
        ("https://ñandu.example", Site("xn--andu-fqa.example", "https://xn--andu-fqa.example")),
        ("http://kash.example", None),
        ("ftp://localhost", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
        ("https://", None),
        ("", None),
        ("https://kash.example:99999", None),
        ("https://" + "a" * 70 + ".example", None),
    ],
)
def test_passkeys_are_made_for_named_sites_only(address, site):
    assert site_of(address) == site


def test_a_counter_that_has_not_grown_may_be_of_a_copy():
    asked = [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 1)]
    assert [pair for pair in asked if may_be_a_copy(*pair)] == [(1, 0), (1, 1), (2, 1)]


def test_neither_an_empty_line_nor_a_remark_is_a_common_password():
    assert [word for word in common_passwords() if not word or word.startswith("#")] == []


def test_a_line_of_roles_alone_is_shown_as_it_was_pasted():
    (found,) = pasted_people("  Director ", {"director": "director"}, {})
    assert (found.name, found.email, found.role) == ("Director", "", "")
    assert found.line == "Director"
