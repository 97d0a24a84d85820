"""Opening a closed register again before it is confirmed, and correcting it afterwards."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from kash.attendance.queries.registers import slots_still_open
from kash.attendance.register import lock_register
from kash.attendance.rules.closing import Hindrance, Signed, hindrance_to_reopen
from kash.attendance.rules.marking import Operation, OperationAnswer, Reply
from kash.attendance.services.marking import apply_in, slot_held
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.policy import Actor

_HINDRANCES = {
    Hindrance.NOT_CLOSED: _l("This register is still open. Close it first."),
    Hindrance.CLOSED_BY_HERSELF: _l(
        "You closed this register yourself. Somebody else must confirm it."
    ),
    Hindrance.DIFFERENCES: _l("Signed sheets and marks still differ. Settle that first."),
    Hindrance.NOT_BEGUN: _l("This session has not begun. Nothing is confirmed before it begins."),
    Hindrance.TIED: _l(
        "Your account and the one that closed this register are not independent of each other: one"
        " let the other in, gave the other power or made a password link for it. Somebody else,"
        " usually another trainer or the director, confirms it."
    ),
    Hindrance.CHANGED: _l(
        "This register changed since it was shown to you, or you have not opened it. Look at it"
        " first."
    ),
    Hindrance.SINGLY: _l("Something in this register wants a look. Open it by itself."),
    Hindrance.LOCKED: _l(
        "This register was confirmed, so it stays closed. Correct single marks with a reason."
    ),
}


def hindrance_sentence(hindrance: Hindrance) -> str:
    """Why a register is not confirmed, or not opened again, as a sentence."""
    return str(_HINDRANCES[hindrance])


class CannotConfirm(Problem):
    """A register is not confirmed, or not opened again; `hindrance` says why."""

    status = 409

    def __init__(self, hindrance: Hindrance) -> None:
        super().__init__(hindrance_sentence(hindrance))
        self.hindrance = hindrance


class RegistersOpen(Problem):
    """Proposal of what hours and days are counted for, while a register is open."""

    sentence = _l("Close every register of this workshop first, or remove sessions not held.")


def check_registers_closed(register_id: int, session: Session) -> None:
    """Raises RegistersOpen."""
    if slots_still_open(register_id, session):
        raise RegistersOpen


class CorrectionReasonMissing(Problem):
    """A correction needs a reason."""

    sentence = _l("Say why this is corrected.")


def reopen_slot(register: str, slot: str, by: Actor) -> None:
    """Open a closed slot again, so that its marks can be changed. Raises NotFound, CannotConfirm.

    A slot that was confirmed stays closed.
    """
    with audited("attendance.slot_reopened", by) as change:
        held = lock_register(change.session, register)
        found = slot_held(change.session, held, slot)
        change.about(held.public_id, found.public_id)
        hindrance = hindrance_to_reopen(Signed(found.closed_by, found.confirmed_by))
        if hindrance:
            raise CannotConfirm(hindrance)
        if found.closed_at is None:
            change.nothing()
        found.closed_at = None
        found.closed_by = None
        found.early_reason = ""


def correct_mark(register: str, operation: Operation, by: Actor) -> OperationAnswer:
    """Change one mark, also of a locked slot, with the reason that the operation carries.

    Raises NotFound, ReasonMissing. The answer may be a conflict or a rejection.
    """
    if not operation.correction.strip():
        raise CorrectionReasonMissing
    with audited("attendance.mark_corrected", by) as change:
        held = lock_register(change.session, register)
        outcome = apply_in(change, held, [operation], by)
        change.about(held.public_id, operation.slot, operation.entry)
        if not outcome.kept:
            change.nothing()
    (answer,) = outcome.answers
    return answer


def was_taken(answer: OperationAnswer) -> bool:
    """True if a mark stands as it was sent."""
    return answer.answer in (Reply.APPLIED, Reply.DUPLICATE)
