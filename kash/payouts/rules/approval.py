"""Approval of money: what it fixes, and how a payment is told that still is what was approved.

A payment is approved for a payee, an amount and a currency; by mobile money only if there was a
phone, and to that phone. What is compared are keyed digests, so that neither a database nor the
audit tells a phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kash.payouts.rules.amounts import written_amount


@dataclass(frozen=True)
class ApprovedPayment:
    """A payment: the public id of whoever gets it, how much, and the phone in E.164 or empty."""

    payee: str
    cents: int
    currency: str
    phone: str = ""


@dataclass(frozen=True)
class Fixed:
    """The digests of a payment in cash and by mobile money; the latter is empty without a phone.

    Lists that were approved before digests were kept have neither.
    """

    cash: str | None = None
    mobile: str | None = None


class PaymentDifference(StrEnum):
    """In what a payment is no longer what was approved."""

    PAYEE = "payee"
    PHONE = "phone"
    NO_PHONE = "no_phone"


def written(payment: ApprovedPayment, *, mobile: bool) -> str:
    """The text of which the digest is made; no two payments are written alike."""
    parts = ["mobile" if mobile else "cash", payment.payee, written_amount(payment.cents)]
    return "|".join([*parts, payment.currency, *([payment.phone] if mobile else [])])


def difference(approved: Fixed, now: Fixed, *, mobile: bool) -> PaymentDifference | None:
    """In what a payment differs from what was approved; None if it may be paid in this way.

    What was approved before digests were kept may be paid in cash, and goes back if it is to be
    sent: nobody can say any more to which phone that was.
    """
    if approved.cash is not None and approved.cash != now.cash:
        return PaymentDifference.PAYEE
    if not mobile or approved.mobile == now.mobile:
        return None
    return PaymentDifference.NO_PHONE if approved.mobile is None else PaymentDifference.PHONE
