"""How a certificate stands on a day, for how long it holds, and when somebody is reminded."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

EXPIRING_WITHIN = timedelta(days=60)
# Once more before it is too late.
_REMINDED_AGAIN_WITHIN = timedelta(days=14)

REVOCATION_CLASSES = ("wrong_name", "wrong_record", "duplicate", "withdrawn_by_holder", "conduct")
# What nobody chooses: a corrected certificate took its place.
REPLACED = "replaced"
# What anybody is told of every other reason: that the issuer withdrew it.
_WITHDRAWN = "other"


def public_class(revoked_class: str) -> str:
    """The kind of reason that whoever checks a certificate is told. A boss who holds the paper must
    not read from it what its holder is said to have done, so only a replacement is told apart."""
    return REPLACED if revoked_class == REPLACED else _WITHDRAWN


class CertificateStatus(StrEnum):
    """Standing of a serial, as verification tells it. One that was replaced counts as revoked."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


class CertificateCondition(StrEnum):
    """Condition of a certificate, as staff and holders read it: its status in finer steps."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"


def standing_on(today: date, *, revoked: bool, expires_on: date | None) -> CertificateStatus:
    """How an issued certificate stands. It holds through its last day."""
    if revoked:
        return CertificateStatus.REVOKED
    if expires_on is not None and expires_on < today:
        return CertificateStatus.EXPIRED
    return CertificateStatus.VALID


def condition_on(
    today: date, *, revoked: bool, revoked_class: str, expires_on: date | None
) -> CertificateCondition:
    """The same in finer steps; one that was revoked is told as such even if it also ran out."""
    if revoked:
        return (
            CertificateCondition.REPLACED
            if revoked_class == REPLACED
            else CertificateCondition.REVOKED
        )
    if standing_on(today, revoked=False, expires_on=expires_on) is CertificateStatus.EXPIRED:
        return CertificateCondition.EXPIRED
    if expires_on is not None and expires_on <= today + EXPIRING_WITHIN:
        return CertificateCondition.EXPIRING
    return CertificateCondition.VALID


def last_day(issued_on: date, months: int | None, *, follows: date | None = None) -> date | None:
    """The last day of a certificate that holds for so many months; None if it holds for ever.

    It is the last day of a month, since the code on paper holds months only, and must say the same
    as the programme. A renewal counts from the last day of the one that it follows, if that was
    still to come: nobody loses days by renewing early.
    """
    if months is None:
        return None
    start = max(issued_on, follows) if follows else issued_on
    whole = start.year * 12 + start.month - 1 + months
    year, month = divmod(whole, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def reminder_due(today: date, *, expires_on: date, reminded_on: date | None) -> bool:
    """True if somebody is to be reminded today: when 60 days are left, and once more at 14."""
    if not today <= expires_on <= today + EXPIRING_WITHIN:
        return False
    if reminded_on is None:
        return True
    again = expires_on - _REMINDED_AGAIN_WITHIN
    return reminded_on < again <= today
