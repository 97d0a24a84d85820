"""How long a certificate holds, how it stands on a day, and when somebody is reminded."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kash.certificates.rules.issuing import (
    EXPIRING_WITHIN,
    CertificateCondition,
    CertificateStatus,
    condition_on,
    last_day,
    reminder_due,
    standing_on,
)

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))
months = st.integers(1, 240)


def test_a_certificate_holds_to_the_last_day_of_a_month():
    assert last_day(date(2026, 11, 25), 24) == date(2028, 11, 30)
    assert last_day(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert last_day(date(2027, 12, 1), 2) == date(2028, 2, 29)
    assert last_day(date(2026, 11, 25), None) is None
    assert last_day(date(2026, 11, 25), 12, follows=date(2027, 1, 31)) == date(2028, 1, 31)
    assert last_day(date(2026, 11, 25), 12, follows=date(2026, 1, 31)) == date(2027, 11, 30)


@given(days, months)
def test_it_holds_for_at_least_so_many_months_and_less_than_one_more(day, held):
    last = last_day(day, held)
    assert last is not None
    assert (last + timedelta(days=1)).day == 1
    assert (last.year - day.year) * 12 + last.month - day.month == held


@given(days, months, st.none() | days)
def test_renewing_never_takes_days_away(day, held, follows):
    renewed, plain = last_day(day, held, follows=follows), last_day(day, held)
    assert renewed is not None
    assert plain is not None
    assert renewed >= plain
    assert follows is None or renewed > follows


@given(days, st.booleans(), st.sampled_from(["", "replaced", "conduct"]), st.none() | days)
def test_finer_and_plain_words_agree(today, revoked, revoked_class, expires_on):
    standing = standing_on(today, revoked=revoked, expires_on=expires_on)
    condition = condition_on(
        today, revoked=revoked, revoked_class=revoked_class, expires_on=expires_on
    )
    assert (
        standing
        is {
            CertificateCondition.VALID: CertificateStatus.VALID,
            CertificateCondition.EXPIRING: CertificateStatus.VALID,
            CertificateCondition.EXPIRED: CertificateStatus.EXPIRED,
            CertificateCondition.REVOKED: CertificateStatus.REVOKED,
            CertificateCondition.REPLACED: CertificateStatus.REVOKED,
        }[condition]
    )
    assert (condition is CertificateCondition.REPLACED) == (revoked and revoked_class == "replaced")


def test_the_last_day_still_counts():
    last = date(2026, 11, 30)
    assert standing_on(last, revoked=False, expires_on=last) is CertificateStatus.VALID
    after = last + timedelta(days=1)
    assert standing_on(after, revoked=False, expires_on=last) is CertificateStatus.EXPIRED


@given(days)
def test_each_is_reminded_of_twice(expires_on):
    reminded: list[int] = []
    last: date | None = None
    for left in range(80, -5, -1):
        today = expires_on - timedelta(days=left)
        if reminder_due(today, expires_on=expires_on, reminded_on=last):
            last = today
            reminded.append(left)
    assert reminded == [EXPIRING_WITHIN.days, 14]


@given(days, st.integers(0, 13))
def test_who_is_reminded_late_is_reminded_once(expires_on, left):
    today = expires_on - timedelta(days=left)
    assert reminder_due(today, expires_on=expires_on, reminded_on=None)
    for more in range(1, left + 1):
        later = today + timedelta(days=more)
        assert not reminder_due(later, expires_on=expires_on, reminded_on=today)
