"""Payments that are said not to have arrived, and payments that were paid after a failure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.payouts.approval import REVERSAL
from kash.payouts.models import (
    PayoutEvent,
    PayoutLine,
    PayoutList,
    PayoutReversal,
    RateTable,
    ReversalLine,
)
from kash.payouts.rules.steps import PaymentState
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop

# By these a payment that was tried became payable once more.
OPENED_AGAIN = (PaymentState.FAILED, PaymentState.OUTSTANDING)


def lines_waiting(lines: Collection[int], session: Session) -> set[int]:
    """The payments among these, by key, of which something is said that nobody decided on yet."""
    return set(
        session.scalars(
            select(ReversalLine.line_id)
            .join(PayoutReversal, PayoutReversal.id == ReversalLine.reversal_id)
            .where(PayoutReversal.state == "proposed", ReversalLine.line_id.in_(lines))
        )
    )


def reversals_of(payout_list: PayoutList) -> list[PayoutReversal]:
    """All that was said of payments of a list, with these, latest first."""
    return list(
        db.session.scalars(
            select(PayoutReversal)
            .where(PayoutReversal.list_id == payout_list.id)
            .options(selectinload(PayoutReversal.lines))
            .order_by(PayoutReversal.id.desc())
        )
    )


def reversal_of(payout_list: PayoutList, public_id: str) -> PayoutReversal:
    """All that was said of payments, fetched through their list, with payees. Raises NotFound."""
    line = joinedload(ReversalLine.line)
    return one_or_404(
        db.session.scalars(
            select(PayoutReversal)
            .where(PayoutReversal.list_id == payout_list.id, PayoutReversal.public_id == public_id)
            .options(
                selectinload(PayoutReversal.lines).options(
                    line.joinedload(PayoutLine.person),
                    line.joinedload(PayoutLine.payee),
                    joinedload(ReversalLine.file),
                )
            )
        ).first()
    )


def reversals_waiting(actor: Actor, limit: int = 20) -> list[PayoutReversal]:
    """Reversals that this actor can approve, with list and workshop; oldest first."""
    if not actor.may(REVERSAL.approves):
        return []
    rows = db.session.scalars(
        select(PayoutReversal)
        .where(REVERSAL.open_to(actor))
        .options(
            joinedload(PayoutReversal.of_list).joinedload(PayoutList.workshop),
            joinedload(PayoutReversal.of_list).joinedload(PayoutList.table),
            selectinload(PayoutReversal.lines).options(
                joinedload(ReversalLine.line), joinedload(ReversalLine.file)
            ),
        )
        .order_by(PayoutReversal.id)
        .limit(limit)
    )
    return [row for row in rows if REVERSAL.offered(row, actor).approves]


@dataclass(frozen=True)
class PaidAgain:
    """A payment that was paid or sent after a failure, and that nobody compared yet. `accounts` had
    a hand in it."""

    line_id: int
    public_id: str
    list_id: int
    reference: str
    cents: int
    state: PaymentState
    accounts: frozenset[str]

    def touched_by(self, account: str) -> bool:
        """True if an account noted something of it, so that another compares it."""
        return account in self.accounts


def paid_again(session: Session, payout_list: PayoutList | None = None) -> list[PaidAgain]:
    """Payments that were paid or sent after a failure and that nobody compared yet, of one list or
    of all, in their order."""
    opened = select(PayoutEvent.line_id).where(
        PayoutEvent.state.in_(OPENED_AGAIN), PayoutEvent.checked_by.is_(None)
    )
    statement = select(PayoutLine).where(
        PayoutLine.state.in_((PaymentState.SENT, PaymentState.PAID)), PayoutLine.id.in_(opened)
    )
    if payout_list is not None:
        statement = statement.where(PayoutLine.list_id == payout_list.id)
    lines = session.scalars(statement.order_by(PayoutLine.list_id, PayoutLine.position)).all()
    if not lines:
        return []
    accounts: dict[int, set[str]] = {line.id: set() for line in lines}
    for line_id, noted_by in session.execute(
        select(PayoutEvent.line_id, PayoutEvent.noted_by).where(PayoutEvent.line_id.in_(accounts))
    ):
        accounts[line_id].add(noted_by)
    return [
        PaidAgain(
            line.id,
            line.public_id,
            line.list_id,
            line.reference,
            line.amount_cents,
            PaymentState(line.state),
            frozenset(accounts[line.id]),
        )
        for line in lines
    ]


@dataclass(frozen=True)
class ListPaidAgain:
    """Payments of one list that were paid after a failure, as Today names them."""

    workshop: str
    list: str
    title: str
    currency: str
    payments: Sequence[PaidAgain]


def lists_paid_again(actor: Actor) -> list[ListPaidAgain]:
    """Payments that were paid after a failure and that this actor is to compare, by their lists: in
    none of them she had a hand."""
    if not actor.may("payouts.approve"):
        return []
    session = db.session()
    found: dict[int, list[PaidAgain]] = {}
    for one in paid_again(session):
        if not one.touched_by(actor.public_id):
            found.setdefault(one.list_id, []).append(one)
    if not found:
        return []
    rows = session.execute(
        select(
            PayoutList.id,
            PayoutList.public_id,
            Workshop.public_id,
            Workshop.title,
            RateTable.currency,
        )
        .join(Workshop, Workshop.id == PayoutList.workshop_id)
        .join(RateTable, RateTable.id == PayoutList.table_id)
        .where(PayoutList.id.in_(found))
        .order_by(PayoutList.id)
    )
    return [
        ListPaidAgain(workshop, public_id, title, currency, found[key])
        for key, public_id, workshop, title, currency in rows
    ]
