"""Sums that lists of payouts come to, of many workshops at once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.payouts.models import PayoutLine, PayoutList
from kash.payouts.rules.steps import NOT_GIVEN, PaymentState

# The workshop's key; amount of each in cents; whether they are paid; how many there are.
ListedSum = tuple[int, int, bool, int]


def listed_sums(session: Session, workshop_ids: Collection[int]) -> list[ListedSum]:
    """Payments on lists that were not turned back, and whose money has not come back, alike ones
    together; one query."""
    return [
        (workshop, cents, state == PaymentState.PAID, count)
        for workshop, cents, state, count in session.execute(
            select(
                PayoutList.workshop_id,
                PayoutLine.amount_cents,
                PayoutLine.state,
                func.count(PayoutLine.id),
            )
            .join(PayoutList, PayoutList.id == PayoutLine.list_id)
            .where(
                PayoutList.workshop_id.in_(workshop_ids),
                PayoutList.state != "returned",
                PayoutLine.state.not_in(NOT_GIVEN),
            )
            .group_by(PayoutList.workshop_id, PayoutLine.amount_cents, PayoutLine.state)
            .order_by(PayoutList.workshop_id, PayoutLine.amount_cents, PayoutLine.state)
        )
    ]
