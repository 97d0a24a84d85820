"""Lists, their payments, and what became of them. Payments that are said not to have arrived, and
payments that were paid after a failure. Sums that lists of payouts come to, of many workshops at
once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from kash.money.payouts.models import (
    APPROVAL,
    REVERSAL,
    PaymentSheet,
    PayoutEvent,
    PayoutFile,
    PayoutLine,
    PayoutList,
    PayoutReversal,
    ReversalLine,
)
from kash.money.payouts.rules import NOT_GIVEN, PaymentState, Reconciliation, reconcile, shared
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.web.errors import get_or_404
from kash.policy import Actor, Reach
from kash.workshops.models import Funder, Funding, Workshop
from kash.workshops.queries.scope import run_by


def within_reach(actor: Actor, permission: str) -> ColumnElement[bool]:
    """The condition that narrows lists to the workshops within a role's reach."""
    reach = actor.reach(permission)
    if reach is Reach.ALL:
        return true()
    if reach is Reach.OWN:
        return PayoutList.workshop_id.in_(run_by(actor))
    return false()


def list_of(workshop: Workshop, public_id: str) -> PayoutList:
    """A list, fetched through its workshop. Raises NotFound."""
    return get_or_404(
        db.session,
        PayoutList,
        public_id,
        PayoutList.workshop_id == workshop.id,
        options=(joinedload(PayoutList.table),),
    )


def lines_of(
    payout_list: PayoutList, letter: str | None = None, session: Session | None = None
) -> list[PayoutLine]:
    """The payments of a list in their order, with payees and days; of one group only if asked."""
    statement = (
        select(PayoutLine)
        .options(
            joinedload(PayoutLine.person),
            joinedload(PayoutLine.payee),
            selectinload(PayoutLine.days),
        )
        .where(PayoutLine.list_id == payout_list.id)
        .order_by(PayoutLine.position)
    )
    if letter is not None:
        statement = statement.where(PayoutLine.group_letter == letter)
    return list((session or db.session()).scalars(statement))


def line_of(payout_list: PayoutList, public_id: str) -> PayoutLine:
    """A payment, fetched through its list. Raises NotFound."""
    return get_or_404(
        db.session,
        PayoutLine,
        public_id,
        PayoutLine.list_id == payout_list.id,
        options=(joinedload(PayoutLine.person), joinedload(PayoutLine.payee)),
    )


def events_of(line: PayoutLine) -> list[PayoutEvent]:
    """Events of a payment, latest first."""
    return list(
        db.session.scalars(
            select(PayoutEvent)
            .where(PayoutEvent.line_id == line.id)
            .order_by(PayoutEvent.id.desc())
        )
    )


def given_later(line: PayoutLine, session: Session) -> bool:
    """True if a later list of the same workshop gives the same payee something."""
    later = (
        select(PayoutLine.id)
        .join(PayoutList, PayoutList.id == PayoutLine.list_id)
        .where(
            PayoutList.workshop_id == line.of_list.workshop_id,
            PayoutList.number > line.of_list.number,
            PayoutList.state != "returned",
            PayoutLine.state.not_in(NOT_GIVEN),
            PayoutLine.person_id.is_not_distinct_from(line.person_id),
            PayoutLine.payee_id.is_not_distinct_from(line.payee_id),
        )
        .limit(1)
    )
    return session.scalar(later) is not None


def files_of(payout_list: PayoutList) -> list[PayoutFile]:
    """The files for mobile money that were made of a list, latest first."""
    return list(
        db.session.scalars(
            select(PayoutFile)
            .where(PayoutFile.list_id == payout_list.id)
            .order_by(PayoutFile.number.desc())
        )
    )


def sheets_of(one: PayoutList) -> list[PaymentSheet]:
    """The paper lists of an approved list, one for each group."""
    return list(
        db.session.scalars(
            select(PaymentSheet).where(PaymentSheet.list_id == one.id).order_by(PaymentSheet.number)
        )
    )


def reconciliations(lists: Collection[PayoutList]) -> dict[int, Reconciliation]:
    """Reconciliation of each list by its key: what was proposed beside what became of it; one
    query."""
    sums: dict[int, list[tuple[PaymentState, int]]] = {}
    for key, state, cents in db.session.execute(
        select(PayoutLine.list_id, PayoutLine.state, func.sum(PayoutLine.amount_cents))
        .where(PayoutLine.list_id.in_([payout_list.id for payout_list in lists]))
        .group_by(PayoutLine.list_id, PayoutLine.state)
    ):
        sums.setdefault(key, []).append((PaymentState(state), int(cents)))
    return {
        payout_list.id: reconcile(payout_list.total_cents, sums.get(payout_list.id, ()))
        for payout_list in lists
    }


def lists_of(workshop: Workshop) -> list[PayoutList]:
    """The lists of a workshop, latest first."""
    return list(
        db.session.scalars(
            select(PayoutList)
            .options(joinedload(PayoutList.table))
            .where(PayoutList.workshop_id == workshop.id)
            .order_by(PayoutList.number.desc())
        )
    )


def funder_parts(workshop: Workshop, lines: Sequence[PayoutLine]) -> list[tuple[str, int, int]]:
    """Each payment shared among the workshop's funders, and the shares added up: a name, empty for
    what no funder pays, the part of the list, and the part of what was paid of it, in cents. They
    come to the sum of the list to the cent. Empty if nobody funds the workshop. One query."""
    shares = [
        (name, share)
        for name, share in db.session.execute(
            select(Funder.name, Funding.share)
            .join(Funder, Funder.id == Funding.funder_id)
            .where(Funding.workshop_id == workshop.id)
            .order_by(Funding.share.desc(), Funder.name)
        )
    ]
    if not shares:
        return []
    cents: dict[str, int] = {}
    paid: dict[str, int] = {}
    for line in lines:
        for name, part in shared(line.amount_cents, shares).items():
            cents[name] = cents.get(name, 0) + part
            paid[name] = paid.get(name, 0) + (part if line.state == PaymentState.PAID else 0)
    return [(name, part, paid[name]) for name, part in cents.items()]


def lists_unpaid(lists: Collection[int]) -> set[int]:
    """Of approved lists (ids) those with a payment that has not arrived."""
    if not lists:
        return set()
    waits = PayoutLine.state.in_(("outstanding", "sent", "failed"))
    statement = (
        select(PayoutLine.list_id)
        .join(PayoutList, PayoutList.id == PayoutLine.list_id)
        .where(PayoutLine.list_id.in_(lists), PayoutList.state == "approved", waits)
    )
    return set(db.session.scalars(statement))


def waiting_for(actor: Actor, limit: int = 20) -> Sequence[Row[PayoutList, int]]:
    """Lists that this actor can approve, as another proposed them, or has to pay, each with the
    number of its payments; oldest first."""
    wanted: list[ColumnElement[bool]] = []
    if actor.may(APPROVAL.approves):
        wanted.append(APPROVAL.open_to(actor))
    if actor.may("payouts.pay"):
        unpaid = exists().where(
            PayoutLine.list_id == PayoutList.id,
            PayoutLine.state.in_(("outstanding", "sent", "failed")),
        )
        reach = within_reach(actor, "payouts.pay")
        wanted.append(and_(PayoutList.state == "approved", reach, unpaid))
    if not wanted:
        return []
    count = select(func.count(PayoutLine.id)).where(PayoutLine.list_id == PayoutList.id)
    return db.session.execute(
        select(PayoutList, count.scalar_subquery())
        .options(joinedload(PayoutList.workshop), joinedload(PayoutList.table))
        .where(or_(*wanted))
        .order_by(PayoutList.created_at, PayoutList.id)
        .limit(limit)
    ).all()


def all_lists(actor: Actor, state: str = "") -> Select[PayoutList]:
    """Lists within reach, with workshop and currency loaded."""
    statement = (
        select(PayoutList)
        .join(PayoutList.workshop)
        .options(joinedload(PayoutList.workshop), joinedload(PayoutList.table))
        .where(within_reach(actor, "payouts.see"))
    )
    return statement.where(PayoutList.state == state) if state else statement


def payouts_of_person(person_public_id: str, actor: Actor, limit: int = 100) -> list[PayoutLine]:
    """The approved payments of one person within the actor's reach, latest first, with their lists,
    workshops and days."""
    seen: Any = within_reach(actor, "payouts.see")
    if actor.reach("payouts.see") is Reach.SELF and actor.person_id is not None:
        seen = PayoutLine.person_id == actor.person_id
    of_list = contains_eager(PayoutLine.of_list)
    return list(
        db.session.scalars(
            select(PayoutLine)
            .join(PayoutLine.person)
            .join(PayoutLine.of_list)
            .options(
                of_list.joinedload(PayoutList.workshop),
                of_list.joinedload(PayoutList.table),
                selectinload(PayoutLine.days),
            )
            .where(Person.public_id == person_public_id, PayoutList.state == "approved", seen)
            .order_by(PayoutList.approved_at.desc(), PayoutLine.id.desc())
            .limit(limit)
        )
    )


def own_payouts(actor: Actor) -> list[PayoutLine]:
    """The approved payments of the actor."""
    public_id = db.session.scalar(
        select(Person.public_id).where(Person.id == (actor.person_id or 0))
    )
    return payouts_of_person(public_id, actor) if public_id is not None else []


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
    return get_or_404(
        db.session,
        PayoutReversal,
        public_id,
        PayoutReversal.list_id == payout_list.id,
        options=(
            selectinload(PayoutReversal.lines).options(
                line.joinedload(PayoutLine.person),
                line.joinedload(PayoutLine.payee),
                joinedload(ReversalLine.file),
            ),
        ),
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
    return [reversal for reversal in rows if REVERSAL.offered(reversal, actor).approves]


def paid_again(
    session: Session, payout_list: PayoutList | None = None
) -> list[tuple[PayoutLine, set[str]]]:
    """Payments that were paid or sent after a failure and that nobody compared yet, of one list or
    of all, in their order, with their lists and workshops; and the accounts that had a hand in
    each, so that another compares it."""
    opened = select(PayoutEvent.line_id).where(
        PayoutEvent.state.in_(OPENED_AGAIN), PayoutEvent.checked_by.is_(None)
    )
    of_list = joinedload(PayoutLine.of_list)
    statement = (
        select(PayoutLine)
        .options(of_list.joinedload(PayoutList.workshop), of_list.joinedload(PayoutList.table))
        .where(
            PayoutLine.state.in_((PaymentState.SENT, PaymentState.PAID)), PayoutLine.id.in_(opened)
        )
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
    return [(line, accounts[line.id]) for line in lines]


def lists_paid_again(actor: Actor) -> list[tuple[PayoutList, list[PayoutLine]]]:
    """Payments that were paid after a failure and that this actor is to compare, by their lists: in
    none of them she had a hand."""
    if not actor.may("payouts.approve"):
        return []
    lines = [line for line, accounts in paid_again(db.session()) if actor.public_id not in accounts]
    return [(of_list, list(some)) for of_list, some in groupby(lines, attrgetter("of_list"))]


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
