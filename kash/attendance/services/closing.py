"""Confirming a closed register, opening it again before that, and correcting it afterwards."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.attendance.queries.counts import open_paper_differences
from kash.attendance.register import lock_register
from kash.attendance.rules import (
    Answer,
    Hindrance,
    Operation,
    Reply,
    Signed,
    hindrance_to_confirm,
    hindrance_to_reopen,
)
from kash.attendance.services.marking import apply_in, slot_held
from kash.policy import Actor
from kash.vault import audited
from kash.web.errors import Problem

_HINDRANCES = {
    Hindrance.NOT_CLOSED: _l("This register is still open. Close it first."),
    Hindrance.CLOSED_BY_HERSELF: _l(
        "You closed this register yourself. Somebody else must confirm it."
    ),
    Hindrance.DIFFERENCES: _l("Signed sheets and marks still differ. Settle that first."),
    Hindrance.LOCKED: _l(
        "This register was confirmed, so it stays closed. Correct single marks with a reason."
    ),
}


class CannotConfirm(Problem):
    """A register is not confirmed, or not opened again; `hindrance` says why."""

    status = 409

    def __init__(self, hindrance: Hindrance) -> None:
        super().__init__(str(_HINDRANCES[hindrance]))
        self.hindrance = hindrance


class ReasonMissing(Problem):
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


def confirm_slot(register: str, slot: str, by: Actor) -> None:
    """Confirm a closed slot and lock it. Raises NotFound, CannotConfirm."""
    with audited("attendance.slot_confirmed", by) as change:
        held = lock_register(change.session, register)
        found = slot_held(change.session, held, slot)
        change.about(held.public_id, found.public_id)
        hindrance = hindrance_to_confirm(
            Signed(found.closed_by, found.confirmed_by),
            by.public_id,
            open_paper_differences(held.id, slot, change.session),
        )
        if hindrance:
            raise CannotConfirm(hindrance)
        if found.confirmed_at is not None:
            change.nothing()
            return
        found.confirmed_at = change.now
        found.confirmed_by = by.public_id


def correct_mark(register: str, operation: Operation, by: Actor) -> Answer:
    """Change one mark, also of a locked slot, with the reason that the operation carries.

    Raises NotFound, ReasonMissing. The answer may be a conflict or a rejection.
    """
    if not operation.correction.strip():
        raise ReasonMissing
    with audited("attendance.mark_corrected", by) as change:
        held = lock_register(change.session, register)
        outcome = apply_in(change, held, [operation], by)
        change.about(held.public_id, operation.slot, operation.entry)
        if not outcome.kept:
            change.nothing()
    (answer,) = outcome.answers
    return answer


def was_taken(answer: Answer) -> bool:
    """Whether a mark stands as it was sent."""
    return answer.answer in (Reply.APPLIED, Reply.DUPLICATE)
