"""Closed by one, confirmed by another, locked, corrected: on both engines."""

from dataclasses import replace

import pytest

from kash.attendance.models import Slot
from kash.attendance.queries.history import history
from kash.attendance.rules.marking import RejectionReason, Reply
from kash.attendance.rules.registers import Hindrance
from kash.attendance.services.marking import apply_marks, close_slot
from kash.attendance.services.registers import (
    CannotConfirm,
    confirm_slot,
    correct_mark,
    reopen_slot,
)
from kash.platform.database import db
from kash.platform.vault import AuditEntry
from tests.attendance.conftest import Kept
from tests.refusals import refuses


def actions() -> list[str]:
    return [row.action for row in db.session.query(AuditEntry).order_by(AuditEntry.seq)]


def slot(kept: Kept) -> Slot:
    db.session.rollback()
    return db.session.query(Slot).filter_by(public_id=kept.slots[0]).one()


@pytest.mark.any_engine
def test_a_register_goes_from_one_person_to_another_and_is_then_only_corrected(
    both_engines_app, keep, trainer, actor
):
    kept, other = keep(), actor("director", name="Neema Jaribio")
    at = (kept.public_id, kept.slots[0])
    with pytest.raises(CannotConfirm) as early:
        confirm_slot(*at, other)
    assert early.value.hindrance is Hindrance.NOT_CLOSED
    close_slot(*at, trainer, [kept.operation(0, "absent"), kept.operation(1, "present")])
    with pytest.raises(CannotConfirm) as own:
        confirm_slot(*at, trainer)
    assert own.value.hindrance is Hindrance.CLOSED_BY_HERSELF
    # Whoever corrects before the confirming opens it again instead.
    early_correction = replace(kept.operation(0, "present", 1), correction="Signed on A-1.")
    refused = correct_mark(kept.public_id, early_correction, trainer)
    assert (refused.answer, refused.reason) == (Reply.REJECTED, RejectionReason.SLOT_CLOSED)
    confirm_slot(*at, other)
    confirm_slot(*at, other)
    held = slot(kept)
    assert (held.closed_by, held.confirmed_by) == (trainer.public_id, other.public_id)
    with pytest.raises(CannotConfirm) as late:
        reopen_slot(*at, trainer)
    assert late.value.hindrance is Hindrance.LOCKED
    (answer,) = apply_marks(kept.public_id, [kept.operation(0, "present", 1)], trainer)
    assert (answer.answer, answer.reason) == (Reply.REJECTED, RejectionReason.SLOT_LOCKED)
    with refuses("Say why this is corrected"):
        correct_mark(
            kept.public_id, replace(kept.operation(0, "present", 1), correction=" "), trainer
        )
    correction = replace(kept.operation(0, "present", 1), correction="Signed on sheet A-1.")
    done = correct_mark(kept.public_id, correction, trainer)
    assert (done.answer, done.version) == (Reply.APPLIED, 2)
    again = correct_mark(kept.public_id, correction, trainer)
    assert again.answer is Reply.DUPLICATE
    stale = replace(kept.operation(0, "late", 1), correction="Came at nine.")
    assert correct_mark(kept.public_id, stale, trainer).answer is Reply.CONFLICT
    assert kept.marks() == {0: ("present", 2), 1: ("present", 1)}
    lines = history(kept.id, kept.slots[0], kept.entries[0])["lines"]
    assert [(line["status"], line["answer"], line["correction"]) for line in lines] == [
        ("late", "conflict", "Came at nine."),
        ("present", "applied", "Signed on sheet A-1."),
        ("absent", "applied", ""),
    ]
    assert actions() == [
        "attendance.slot_closed",
        "attendance.slot_confirmed",
        "attendance.mark_corrected",
        "attendance.mark_corrected",
    ]


@pytest.mark.any_engine
def test_what_is_not_confirmed_yet_is_opened_again(both_engines_app, keep, trainer, actor):
    kept, other = keep(), actor("trainer", name="Neema Jaribio")
    at = (kept.public_id, kept.slots[0])
    close_slot(*at, trainer, [kept.operation(0, "absent")])
    reopen_slot(*at, other)
    assert (slot(kept).closed_at, slot(kept).closed_by) == (None, None)
    close_slot(*at, other, [kept.operation(0, "late", 1)])
    confirm_slot(*at, trainer)
    assert (slot(kept).closed_by, slot(kept).confirmed_by) == (other.public_id, trainer.public_id)
