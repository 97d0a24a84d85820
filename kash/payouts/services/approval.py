"""Fixing what an approval approved, and asking later whether a payment still is that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from kash.payouts.models import PayoutEvent, PayoutLine, PayoutList
from kash.payouts.rules.approval import (
    ApprovedPayment,
    Fixed,
    PaymentDifference,
    difference,
    written,
)
from kash.payouts.rules.steps import PaymentState
from kash.people.models import Person
from kash.platform.database import new_public_id
from kash.platform.vault import Change, lookup, open_text
from kash.policy import Actor

_DIGEST = "payout.approved"


def phones_of(lines: Sequence[PayoutLine]) -> dict[int, str]:
    """The phones of payments by their keys, in E.164 or empty; opened in memory, shown to nobody.

    Payees are loaded with the payments.
    """
    return {line.id: _phone(line) for line in lines}


def _phone(line: PayoutLine) -> str:
    if line.person is not None:
        return phone_of_person(line.person)
    payee = line.payee
    if payee is None or payee.phone_sealed is None:
        return ""
    return open_text(payee.phone_sealed, kind="payee.phone", public_id=payee.public_id)


def phone_of_person(person: Person) -> str:
    """The phone of a participant in E.164, or empty; opened in memory, shown to nobody."""
    sealed = person.phone_sealed
    if sealed is None:
        return ""
    return open_text(sealed, kind="person.phone", public_id=person.public_id)


def _fixed(line: PayoutLine, currency: str, phone: str) -> Fixed:
    of = line.person if line.person is not None else line.payee
    payment = ApprovedPayment(of.public_id if of else "", line.amount_cents, currency, phone)
    return Fixed(
        lookup(written(payment, mobile=False), kind=_DIGEST),
        lookup(written(payment, mobile=True), kind=_DIGEST) if phone else None,
    )


def fix_approval(one: PayoutList) -> None:
    """Within approving: keep the digests of what is approved."""
    phones = phones_of(one.lines)
    for line in one.lines:
        fixed = _fixed(line, one.table.currency, phones[line.id])
        line.cash_digest, line.mobile_digest = fixed.cash, fixed.mobile


def differences(
    payout_list: PayoutList, lines: Sequence[PayoutLine], phones: Mapping[int, str], *, mobile: bool
) -> dict[int, PaymentDifference]:
    """Differences of payments, by their keys, that are no longer what was approved."""
    found: dict[int, PaymentDifference] = {}
    for line in lines:
        now = _fixed(line, payout_list.table.currency, phones.get(line.id, ""))
        differs = difference(Fixed(line.cash_digest, line.mobile_digest), now, mobile=mobile)
        if differs is not None:
            found[line.id] = differs
    return found


def put_back(session: Session, lines: Sequence[PayoutLine], by: Actor, change: Change) -> None:
    """Within another action: have payments that are not what was approved due again, so that they
    are proposed and approved anew."""
    for line in lines:
        session.add(
            PayoutEvent(
                public_id=new_public_id(),
                line_id=line.id,
                state=str(PaymentState.CHANGED),
                noted_by=by.public_id,
                noted_at=change.now,
            )
        )
        line.state = str(PaymentState.CHANGED)
        change.about(line.public_id)
