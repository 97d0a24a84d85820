"""Payments that were sent or paid and are said not to have arrived: one says so, another approves,
and only then they are payable again. What is paid after that is compared by a third look."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from kash.payouts.approval import REVERSAL
from kash.payouts.models import PayoutEvent, PayoutLine, PayoutList, PayoutReversal, ReversalLine
from kash.payouts.queries.reversals import OPENED_AGAIN, paid_again
from kash.payouts.rules.steps import ListStep, PaymentState
from kash.payouts.services.errors import MovedOn, OwnHand
from kash.payouts.services.lists import locked_list
from kash.payouts.services.notes import Note, move
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited, open_text, seal
from kash.policy import Actor

_RECEIPT = "payout.reversal_receipt"


def propose_reversal(
    change: Change, payout_list: PayoutList, said: Sequence[tuple[PayoutLine, Note]], by: Actor
) -> None:
    """Within another action on a locked list: propose what is said of payments."""
    reversal = REVERSAL.propose(change, by, list_id=payout_list.id)
    for line, note in said:
        public_id = new_public_id()
        change.session.add(
            ReversalLine(
                public_id=public_id,
                reversal_id=reversal.id,
                line_id=line.id,
                file_id=line.file_id,
                before=line.state,
                after=str(note.state),
                means=note.means,
                receipt_sealed=seal(note.receipt, kind=_RECEIPT, public_id=public_id)
                if note.receipt
                else None,
                reason=note.reason,
            )
        )


def receipt_of(said: ReversalLine) -> str:
    """The receipt that was told with what is said of a payment; empty without one."""
    if said.receipt_sealed is None:
        return ""
    return open_text(said.receipt_sealed, kind=_RECEIPT, public_id=said.public_id)


def approve_reversal(reversal: PayoutReversal, by: Actor) -> None:
    """Approve what is said of payments: each stands so from now on.

    Raises as `Approval.decides`, by which whoever made one of the files counts as whoever said it;
    WrongStep, and MovedOn if one of them stands differently by now.
    """
    with audited("payouts.reversal_approved", by) as change:
        session = change.session
        locked_list(session, reversal.of_list, ListStep.PAY, by)
        locked: PayoutReversal = REVERSAL.locked(
            session,
            reversal.public_id,
            selectinload(PayoutReversal.lines).options(
                joinedload(ReversalLine.line), joinedload(ReversalLine.file)
            ),
        )
        REVERSAL.approve(change, locked, by)
        for said in locked.lines:
            line = said.line
            if (line.state, line.file_id) != (said.before, said.file_id):
                raise MovedOn
            note = Note(PaymentState(said.after), said.means, receipt_of(said), said.reason)
            move(change, line, note, locked.proposed_by, by.public_id)
            change.about(line.public_id)


def turn_back_reversal(
    reversal: PayoutReversal, reason: str, by: Actor, *, as_organiser: bool = False
) -> None:
    """Send back what is said of payments: they stand as before. Whoever said it is told.

    `as_organiser` as in `lists.turn_back`. Raises WrongStep.
    """
    with audited("payouts.reversal_turned_back", by) as change:
        payout_list = locked_list(change.session, reversal.of_list, ListStep.PAY, by)
        locked = REVERSAL.locked(change.session, reversal.public_id)
        REVERSAL.turn_back(
            change,
            locked,
            reason,
            by,
            as_organiser=as_organiser,
            about=payout_list.workshop.public_id,
        )


def note_compared(payout_list: PayoutList, lines: Collection[str], by: Actor) -> None:
    """Note that payments of a list that were paid after a failure were compared with what mobile
    money says; nothing happens for others. Raises OwnHand if the actor noted one of them."""
    with audited("payouts.compared", by) as change:
        session = change.session
        locked = locked_list(session, payout_list, ListStep.PAY, by)
        wanted = set(lines)
        shown = [one for one in paid_again(session, locked) if one.public_id in wanted]
        if any(one.touched_by(by.public_id) for one in shown):
            raise OwnHand
        if not shown:
            change.nothing()
            return
        for event in session.scalars(
            select(PayoutEvent).where(
                PayoutEvent.line_id.in_([one.line_id for one in shown]),
                PayoutEvent.state.in_(OPENED_AGAIN),
                PayoutEvent.checked_by.is_(None),
            )
        ):
            event.checked_by = by.public_id
        change.about(locked.public_id, *(one.public_id for one in shown))
