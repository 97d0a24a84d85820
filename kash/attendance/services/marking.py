"""Marking, closing and opening again: each one transaction and one entry in the audit chain."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.attendance.models import (
    Mark,
    Register,
    RosterEntry,
    Slot,
)
from kash.attendance.register import lock_register
from kash.attendance.rules.conduct import (
    LONGEST_EARLY_REASON,
    ClosingRefusal,
    ends_at,
    needs_reason_to_close,
    refusal_to_close,
)
from kash.attendance.rules.marking import BatchOutcome, Operation, OperationAnswer, Reply
from kash.attendance.services.applying import apply_batch
from kash.platform.vault import Change, audited
from kash.platform.web.errors import Problem, one_or_404
from kash.platform.web.formats import day_text, time_text
from kash.policy import Actor

MOST_OPERATIONS = 10_000
Result = TypeVar("Result")


class TooManyMarks(Problem):
    """More marks at once than one transaction should hold."""

    status = 413
    sentence = _l("These are too many marks at once. Send them in parts.")


class NobodyMarked(Problem):
    """A register is not closed before anybody was marked."""

    status = 409
    sentence = _l("Nobody is marked in this session yet. Mark it first, then close it.")


class SomebodyUnmarked(Problem):
    """A register that is to be whole is not closed while somebody on it has no mark."""

    status = 409

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext(
                "%(num)s person has no mark yet, so the register is still open. Mark everybody,"
                " then close it.",
                "%(num)s people have no mark yet, so the register is still open. Mark everybody,"
                " then close it.",
                count,
            )
        )


class NotBegun(Problem):
    """Nothing is closed before its session begins."""

    status = 409

    def __init__(self, starts_at: datetime) -> None:
        super().__init__(
            _(
                "This session begins on %(day)s at %(time)s. Nobody is marked as being there, and"
                " nothing is closed, before it begins.",
                day=day_text(starts_at),
                time=time_text(starts_at),
            )
        )


class EarlyReasonMissing(Problem):
    """Closing before the planned end needs a reason."""

    status = 422

    def __init__(self, ends: datetime) -> None:
        super().__init__(
            _(
                "As planned this session ends at %(time)s. Say why you close it now.",
                time=time_text(ends),
            )
        )


class ReasonTooLong(Problem):
    """A reason is longer than its place."""

    status = 422
    sentence = _l("Keep it under %(most)s characters.", most=LONGEST_EARLY_REASON)


@dataclass(frozen=True)
class ClosingOutcome:
    """How closing a register went. It stays open while any mark met another or was rejected."""

    answers: list[OperationAnswer]
    closed: bool


def apply_marks(register: str, operations: Sequence[Operation], by: Actor) -> list[OperationAnswer]:
    """Apply a batch of operations to one register; answers come in the same order.

    One that cannot be applied stops none of the others. Raises NotFound, TooManyMarks.
    """

    def act() -> list[OperationAnswer]:
        with audited("attendance.marks_made", by) as change:
            held = lock_register(change.session, register)
            outcome = apply_in(change, held, operations, by)
            if not outcome.kept:
                change.nothing()
            change.about(held.public_id)
        return list(outcome.answers)

    return _once_more(act)


def close_slot(
    register: str,
    slot: str,
    by: Actor,
    operations: Sequence[Operation] = (),
    *,
    early_reason: str = "",
    everybody: bool = False,
) -> ClosingOutcome:
    """Apply the last marks of a slot and close it, if every one of them could be applied.

    Closing what is closed changes nothing. What is paid and is closed before its planned end needs
    `early_reason`. With `everybody` nobody on the register may be without a mark: a page shows one
    group, and knows nothing of the other by the time it is sent. Raises NotFound, NobodyMarked,
    SomebodyUnmarked, NotBegun, EarlyReasonMissing, ReasonTooLong; then no mark is kept.
    """
    if len(early_reason) > LONGEST_EARLY_REASON:
        raise ReasonTooLong

    def act() -> ClosingOutcome:
        with audited("attendance.slot_closed", by) as change:
            session = change.session
            held = lock_register(session, register)
            found = slot_held(session, held, slot)
            refusal = ClosingRefusal.NONE
            if found.closed_at is None:
                refusal = refusal_to_close(
                    found.starts_at,
                    found.minutes,
                    change.now,
                    purpose=held.purpose,
                    reason=early_reason,
                )
            if refusal is ClosingRefusal.NOT_BEGUN:
                raise NotBegun(found.starts_at)
            outcome = apply_in(change, held, operations, by)
            change.about(held.public_id, slot)
            clean = all(
                answer.answer in (Reply.APPLIED, Reply.DUPLICATE) for answer in outcome.answers
            )
            if clean and found.closed_at is None:
                if not session.scalar(select(Mark.id).where(Mark.slot_id == found.id).limit(1)):
                    raise NobodyMarked
                unmarked = _unmarked(session, found) if everybody else 0
                if unmarked:
                    raise SomebodyUnmarked(unmarked)
                if refusal is ClosingRefusal.REASON_MISSING:
                    raise EarlyReasonMissing(ends_at(found.starts_at, found.minutes))
                found.closed_at = change.now
                found.closed_by = by.public_id
                if needs_reason_to_close(
                    found.starts_at, found.minutes, change.now, purpose=held.purpose
                ):
                    found.early_reason = early_reason.strip()
                    # The reason itself is no matter of the chain: that there is one is.
                    change.about("register:early")
            elif not outcome.kept:
                change.nothing()
        return ClosingOutcome(list(outcome.answers), clean)

    return _once_more(act)


def _unmarked(session: Session, slot: Slot) -> int:
    """How many of those on the roster have no mark in a slot."""
    return (
        session.scalar(
            select(func.count(RosterEntry.id)).where(
                RosterEntry.register_id == slot.register_id,
                RosterEntry.removed_at.is_(None),
                ~exists().where(Mark.slot_id == slot.id, Mark.person_id == RosterEntry.person_id),
            )
        )
        or 0
    )


def _once_more(act: Callable[[], Result]) -> Result:
    """Act; once more if the same operation was just kept through another register."""
    try:
        return act()
    except IntegrityError:
        return act()


def slot_held(session: Session, register: Register, public_id: str) -> Slot:
    """A slot of a register that is locked in this transaction. Raises NotFound."""
    return one_or_404(
        session.scalars(
            select(Slot).where(Slot.register_id == register.id, Slot.public_id == public_id)
        ).first()
    )


def apply_in(
    change: Change, register: Register, operations: Sequence[Operation], by: Actor
) -> BatchOutcome:
    """Decide and write a batch within a transaction that has locked the register.

    Raises TooManyMarks.
    """
    if len(operations) > MOST_OPERATIONS:
        raise TooManyMarks
    return apply_batch(
        change.session, register.id, register.purpose, operations, by.public_id, change.now
    )
