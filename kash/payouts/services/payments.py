"""Payments and their outcomes: in cash, by mobile money, failed, returned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.payouts.models import PayoutEvent, PayoutLine, PayoutList
from kash.payouts.queries.reversals import lines_waiting
from kash.payouts.rules.files import (
    Matched,
    NoColumns,
    Payment,
    PaymentResult,
    match_results,
    read_results,
)
from kash.payouts.rules.steps import (
    ListStep,
    PaymentState,
    needs_reason,
    paid_by,
    takes_two,
)
from kash.payouts.services.approval import differences, phones_of, put_back
from kash.payouts.services.errors import (
    MadeTheFile,
    NotAResult,
    ReasonMissing,
    UnknownPayoutChoice,
    WaitsAlready,
    WrongState,
)
from kash.payouts.services.lists import locked_list
from kash.payouts.services.notes import Note, check_step, move
from kash.payouts.services.reversals import propose_reversal
from kash.people.lists.files import read_file
from kash.platform.vault import audited, open_text
from kash.platform.web.errors import NotFound, one_or_404
from kash.policy import Actor

_IN_SAME_FILE = (PaymentState.PAID, PaymentState.RETURNED)
MEANS = ("cash", "mobile", "bank")


@dataclass(frozen=True)
class InCash:
    """How many were noted as paid, and how many went back as they are not what was approved."""

    paid: int
    changed: int


def pay_in_cash(payout_list: PayoutList, lines: Collection[str], by: Actor) -> InCash:
    """Note who signed for cash on the paper list. Only what is outstanding or failed: what is in a
    file for mobile money is passed over.

    Raises WrongStep, and NotFound for a payment that is not on the list.
    """
    with audited("payouts.paid_in_cash", by) as change:
        locked = locked_list(change.session, payout_list, ListStep.PAY, by)
        wanted = set(lines)
        if not wanted <= {line.public_id for line in locked.lines}:
            raise NotFound
        ticked = [
            line
            for line in locked.lines
            if line.public_id in wanted
            and "cash" in paid_by(PaymentState(line.state), in_file=line.file_id is not None)
        ]
        changed = differences(locked, ticked, {}, mobile=False)
        put_back(change.session, [line for line in ticked if line.id in changed], by, change)
        for line in ticked:
            if line.id not in changed:
                move(change, line, Note(PaymentState.PAID, "cash"), by.public_id)
                change.about(line.public_id)
        if not ticked:
            change.nothing()
        change.about(locked.public_id)
        return InCash(len(ticked) - len(changed), len(changed))


def made_file(line: PayoutLine, by: Actor) -> bool:
    """True if a payment is in a file that this actor made."""
    return line.file is not None and line.file.made_by == by.public_id


def note_payment(
    payout_list: PayoutList, line: str, note: Note, before: PaymentState, by: Actor
) -> PaymentState:
    """Note what became of one payment, which stood at `before` when the page was shown; how it
    stands then. That is CHANGED if it was to be paid and is no longer what was approved. It stands
    as before if it would be payable again: that waits until another approves.

    Raises WrongStep, NotFound, WrongState, SentAlready, MadeTheFile, PaidOnLaterList, WaitsAlready,
    ReasonMissing and UnknownChoice.
    """
    if note.means not in ("", *MEANS):
        raise UnknownPayoutChoice
    with audited("payouts.payment_noted", by) as change:
        locked = locked_list(change.session, payout_list, ListStep.PAY, by)
        found = one_or_404(next((row for row in locked.lines if row.public_id == line), None))
        if found.state != before:
            raise WrongState
        if note.state in (PaymentState.FAILED, PaymentState.RETURNED) and made_file(found, by):
            raise MadeTheFile
        if needs_reason(before, note.state) and not note.reason:
            raise ReasonMissing
        change.about(found.public_id, locked.public_id)
        if (
            note.state is PaymentState.PAID
            and found.file_id is None
            and _differs(locked, found, mobile=note.means == "mobile")
        ):
            put_back(change.session, [found], by, change)
            return PaymentState.CHANGED
        if takes_two(before, note.state):
            check_step(change.session, found, note)
            if lines_waiting([found.id], change.session):
                raise WaitsAlready
            propose_reversal(change, locked, [(found, note)], by)
            return before
        move(change, found, note, by.public_id)
        return note.state


def _differs(one: PayoutList, line: PayoutLine, *, mobile: bool) -> bool:
    # By mobile money the phone must be the approved one too.
    phones = phones_of([line]) if mobile else {}
    return bool(differences(one, [line], phones, mobile=mobile))


def take_results(
    payout_list: PayoutList, content: bytes, by: Actor, *, only_fitting: bool
) -> Matched:
    """Note what a result file of mobile money says, all rows or none.

    Payments that it says failed or came back wait together until another approves. With
    `only_fitting`, rows with faults are left out. The file itself is kept nowhere. Raises
    FileUnreadable, NotAResult and WrongStep.
    """
    results = _read(content)
    with audited("payouts.results_taken", by) as change:
        locked = locked_list(change.session, payout_list, ListStep.PAY, by)
        by_reference = {line.reference: line for line in locked.lines}
        matched = match_results(
            _payments(change.session, locked.lines, by),
            results,
        )
        if (matched.faults and not only_fitting) or not matched.changes:
            change.nothing()
            return matched
        reversed_lines: list[tuple[PayoutLine, Note]] = []
        for result in matched.changes:
            line = by_reference[result.reference]
            note = Note(
                result.state or PaymentState.FAILED, "mobile", result.receipt, result.reason
            )
            if takes_two(PaymentState(line.state), note.state):
                reversed_lines.append((line, note))
            else:
                move(change, line, note, by.public_id)
            change.about(line.public_id)
        if reversed_lines:
            propose_reversal(change, locked, reversed_lines, by)
        change.about(locked.public_id)
        return matched


def _payments(session: Session, lines: Sequence[PayoutLine], by: Actor) -> dict[str, Payment]:
    """How payments stand, by their references: what was noted of them last, how often they were
    sent, by this actor or not, and whether their failure waits for approval."""
    waiting = lines_waiting([line.id for line in lines], session)
    told: dict[int, PayoutEvent] = {}
    files: Counter[int] = Counter()
    before: dict[int, str] = {}
    for event in session.scalars(
        select(PayoutEvent)
        .where(PayoutEvent.line_id.in_([line.id for line in lines]))
        .order_by(PayoutEvent.id)
    ):
        # One that was noted wrongly and fell back to "sent" is in the same file as before.
        if event.state == PaymentState.SENT and before.get(event.line_id) not in _IN_SAME_FILE:
            files[event.line_id] += 1
        told[event.line_id], before[event.line_id] = event, event.state
    return {
        line.reference: Payment(
            line.amount_cents,
            PaymentState(line.state),
            line.file_id is not None,
            means=told[line.id].means if line.id in told else "",
            receipt=_receipt(told.get(line.id)),
            files=files[line.id],
            made_file=made_file(line, by),
            waits=line.id in waiting,
        )
        for line in lines
    }


def _receipt(event: PayoutEvent | None) -> str:
    if event is None or event.receipt_sealed is None:
        return ""
    return open_text(event.receipt_sealed, kind="payout.receipt", public_id=event.public_id)


def _read(content: bytes) -> list[PaymentResult]:
    sheet = read_file(content).sheets[0]
    rows: Sequence[tuple[int, Sequence[str]]] = [
        (number, ["" if cell is None else str(cell) for cell in cells])
        for number, cells in sheet.rows
    ]
    try:
        return read_results(rows)
    except NoColumns:
        raise NotAResult from None
