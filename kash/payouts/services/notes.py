"""Notes on payments, and moving a payment on by one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from kash.payouts.models import PayoutEvent, PayoutLine
from kash.payouts.queries.lists import given_later
from kash.payouts.rules.steps import PaymentState, next_states, paid_by
from kash.payouts.services.errors import PaidOnLaterList, SentAlready, WrongState
from kash.platform.database import new_public_id
from kash.platform.vault import Change, seal


@dataclass(frozen=True)
class Note:
    """Note on a payment. `receipt` is the number that mobile money gave it."""

    state: PaymentState
    means: str = ""
    receipt: str = ""
    reason: str = ""


def check_step(session: Session, line: PayoutLine, note: Note) -> None:
    """Check that a note can follow on how a payment stands. Raises WrongState, SentAlready and
    PaidOnLaterList."""
    before, in_file = PaymentState(line.state), line.file_id is not None
    if note.state not in next_states(before, in_file=in_file):
        raise WrongState
    if note.state is PaymentState.PAID and note.means not in paid_by(before, in_file=in_file):
        raise SentAlready
    if before is PaymentState.RETURNED and given_later(line, session):
        raise PaidOnLaterList


def move(
    change: Change, line: PayoutLine, note: Note, noted_by: str, approved_by: str | None = None
) -> None:
    """Move a payment on, within an action; accounts by public id. Raises as `check_step`."""
    check_step(change.session, line, note)
    public_id = new_public_id()
    change.session.add(
        PayoutEvent(
            public_id=public_id,
            line_id=line.id,
            state=str(note.state),
            means=note.means,
            receipt_sealed=seal(note.receipt, kind="payout.receipt", public_id=public_id)
            if note.receipt
            else None,
            reason=note.reason,
            noted_by=noted_by,
            noted_at=change.now,
            approved_by=approved_by,
        )
    )
    line.state = str(note.state)
    if note.state is PaymentState.FAILED:
        # Settled: it may be sent or paid once more.
        line.file_id = None
