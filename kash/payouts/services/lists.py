"""A list on its way: proposed, approved by another, or turned back."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.attendance.queries.registers import closed_ahead
from kash.attendance.services.closing import check_registers_closed
from kash.payouts.approval import APPROVAL
from kash.payouts.models import PaymentSheet, PayoutDay, PayoutLine, PayoutList, RateTable
from kash.payouts.queries.claims import as_settled, listed_claims, settled_claims
from kash.payouts.queries.drafts import DraftRow, draft
from kash.payouts.queries.rates import table_for
from kash.payouts.rules.claims import blocks, doubles
from kash.payouts.rules.files import new_reference
from kash.payouts.rules.steps import ListStep, allowed_steps
from kash.payouts.services.approval import fix_approval, phone_of_person, phones_of
from kash.payouts.services.errors import (
    BandsOpen,
    ChangedSinceProposal,
    DaysAhead,
    DoubleClaimsOpen,
    NoRates,
    NothingToPay,
    OneWaits,
    OtherCurrency,
    OwnPayment,
)
from kash.people.models import Person
from kash.platform.approvals.errors import SamePerson, WrongStep
from kash.platform.vault import audited
from kash.platform.web.account_names import account_names, people_of_accounts
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.services.planning import held_workshop


def propose(workshop: Workshop, by: Actor) -> str:
    """Propose what is due in a workshop and on no list yet; the public id of the list.

    Raises NoRates, RegistersOpen, OneWaits, OtherCurrency, BandsOpen and NothingToPay.
    """
    with audited("payouts.proposed", by) as change:
        session = change.session
        # One list at a time: two people proposing at once must not both pay the same days.
        found = held_workshop(session, workshop.public_id)
        table = table_for(found.id, session)
        if table is None:
            raise NoRates
        check_registers_closed(found.register_id, session)
        numbers = session.execute(
            select(PayoutList.number, PayoutList.state, RateTable.currency)
            .join(PayoutList.table)
            .where(PayoutList.workshop_id == found.id)
        ).all()
        if any(row.state == "proposed" for row in numbers):
            raise OneWaits
        # What lists gave is taken off what is due.
        if any(row.state != "returned" and row.currency != table.currency for row in numbers):
            raise OtherCurrency
        rows = draft(found, table, session)
        if any(row.undecided for row in rows):
            raise BandsOpen
        paid = [row for row in rows if row.amount]
        if not paid:
            raise NothingToPay
        made: PayoutList = APPROVAL.propose(
            change,
            by,
            workshop_id=found.id,
            table_id=table.id,
            number=max((row.number for row in numbers), default=0) + 1,
            total_cents=sum(row.amount for row in paid),
        )
        session.add_all(
            _line(made, position, row, table.bands) for position, row in enumerate(paid, 1)
        )
        change.about(found.public_id)
        return made.public_id


def _line(
    payout_list: PayoutList, position: int, row: DraftRow, bands: Sequence[str]
) -> PayoutLine:
    return PayoutLine(
        list_id=payout_list.id,
        person_id=row.person_id,
        payee_id=row.payee_id,
        position=position,
        group_letter=row.letter,
        role=row.part.role,
        band="" if row.part.band is None else bands[row.part.band],
        units=row.due.units,
        rate_cents=row.due.rate,
        extra_cents=row.due.extra,
        due_cents=row.due.cents,
        before_cents=row.before,
        amount_cents=row.amount,
        reason=row.reason,
        reference=new_reference(secrets.choice),
        days=[PayoutDay(day=day) for day in row.due.days],
    )


def locked_list(session: Session, payout_list: PayoutList, step: ListStep, by: Actor) -> PayoutList:
    """A list, held until the transaction ends, on which this step may be taken.

    Raises SamePerson, WrongStep, and DaysAhead if it pays for a session that has not begun.
    """
    locked: PayoutList = APPROVAL.locked(
        session,
        payout_list.public_id,
        selectinload(PayoutList.lines).options(
            selectinload(PayoutLine.days),
            joinedload(PayoutLine.person),
            joinedload(PayoutLine.payee),
            joinedload(PayoutLine.file),
        ),
    )
    if step in allowed_steps(locked.state, proposed_by=locked.proposed_by, actor=by.public_id):
        if step is not ListStep.RETURN and closed_ahead(locked.workshop.register_id, session):
            raise DaysAhead
        return locked
    if step is ListStep.APPROVE and locked.state == "proposed":
        raise SamePerson(APPROVAL.own)
    raise WrongStep


def _refuse_own(session: Session, locked: PayoutList, by: Actor) -> None:
    """Raise OwnPayment if a payment bears the name of the approver, or of whom she decides for, or
    goes to a phone of theirs, by whichever entry."""
    accounts = [by.public_id, *([locked.approved_for] if locked.approved_for else [])]
    names = {name.casefold() for name in account_names(accounts).values()}
    people = {by.person_id, *people_of_accounts(accounts, session)} - {None}
    persons = session.scalars(select(Person).where(Person.id.in_(people))) if people else ()
    theirs = {phone_of_person(person) for person in persons} - {""}
    phones = phones_of(locked.lines)
    for line in locked.lines:
        named = line.payee is not None and line.payee.name.casefold() in names
        if named or phones[line.id] in theirs:
            raise OwnPayment


def approve(one: PayoutList, by: Actor) -> None:
    """Approve a proposed list; from then on it is frozen, who gets what and by which phone is
    fixed, and its paper has numbers.

    Raises as `Approval.decides`, and OwnPayment, ChangedSince, DoubleClaimsOpen, WrongStep,
    DaysAhead.
    """
    with audited("payouts.approved", by) as change:
        session = change.session
        locked = locked_list(session, one, ListStep.APPROVE, by)
        APPROVAL.approve(change, locked, by)
        _refuse_own(session, locked, by)
        _check_still_right(session, locked)
        _check_claims(session, locked)
        fix_approval(locked)
        locked.approved_at = change.now
        letters = sorted(
            {line.group_letter for line in locked.lines}, key=lambda one: (not one, one)
        )
        last = session.scalar(
            select(func.max(PaymentSheet.number))
            .join(PayoutList, PayoutList.id == PaymentSheet.list_id)
            .where(PayoutList.workshop_id == locked.workshop_id)
        )
        session.add_all(
            PaymentSheet(list_id=locked.id, letter=letter, number=number)
            for number, letter in enumerate(letters, (last or 0) + 1)
        )


def _check_still_right(session: Session, locked: PayoutList) -> None:
    """Marks, bands and exceptions must be as they were proposed."""
    now = {
        (row.person_id, row.payee_id): (row.amount, row.due.days)
        for row in draft(locked.workshop, locked.table, session, excluding=locked)
        if row.amount
    }
    if now != _proposed(locked.lines) or len(now) != len(locked.lines):
        raise ChangedSinceProposal


def _proposed(lines: Sequence[PayoutLine]) -> dict[tuple[int | None, int | None], object]:
    return {
        (line.person_id, line.payee_id): (
            line.amount_cents,
            tuple(one.day for one in line.days),
        )
        for line in lines
    }


def _check_claims(session: Session, locked: PayoutList) -> None:
    people = {line.person_id for line in locked.lines if line.person_id is not None}
    settled = as_settled(settled_claims(locked.workshop_id, people, session))
    for double in doubles(listed_claims(people, session)):
        if locked.workshop_id in (double.first, double.second) and blocks(
            double, settled.get(double), locked.workshop_id
        ):
            raise DoubleClaimsOpen


def turn_back(
    payout_list: PayoutList, reason: str, by: Actor, *, as_organiser: bool = False
) -> None:
    """Turn a proposed list back; what is due can be proposed again. Whoever proposed it is told.

    `as_organiser` says that the actor runs the workshop, and so needs nobody's approval lent
    to her.
    """
    with audited("payouts.turned_back", by) as change:
        locked = locked_list(change.session, payout_list, ListStep.RETURN, by)
        workshop = locked.workshop.public_id
        APPROVAL.turn_back(change, locked, reason, by, as_organiser=as_organiser, about=workshop)
