"""Marking, closing and opening again: each one transaction and one entry in the audit chain. The
programme's own statuses: added, renamed, put in order, taken out of use, never deleted. The
beginning and end of a session as they were: tapped on a phone or at a desk, typed, taken back."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import exists, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.attendance.forms import reason_sentence, usual_word
from kash.attendance.models import (
    Mark,
    MarkOperation,
    MarkStatus,
    Register,
    RosterEntry,
    Slot,
    TimeTap,
)
from kash.attendance.queries.statuses import forget_statuses
from kash.attendance.register import ensure_statuses, lock_register
from kash.attendance.rules.marking import (
    ALWAYS_IN_USE,
    ANY_PURPOSE,
    MOST_STATUSES,
    STANDARD_STATUSES,
    BatchOutcome,
    Edge,
    Operation,
    OperationAnswer,
    RejectionReason,
    Reply,
    Stretch,
    Tap,
    Tone,
    by_our_clock,
    stretch_of,
    time_fault,
)
from kash.attendance.rules.pads import TimeSent
from kash.attendance.rules.registers import (
    LONGEST_EARLY_REASON,
    ClosingRefusal,
    ends_at,
    needs_reason_to_close,
    refusal_to_close,
)
from kash.attendance.services.door_operations import DoorAnswer, Origin
from kash.attendance.services.inbox import apply_batch
from kash.platform.database import new_public_id
from kash.platform.vault import Change, audited
from kash.platform.web.errors import ChangedMeanwhile, NotFound, Problem, get_or_404, one_or_404
from kash.platform.web.formats import day_text, time_text
from kash.policy import Actor

MOST_OPERATIONS = 10_000
Result = TypeVar("Result")


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
                "This session begins on %(day)s at %(time)s. Nobody is present before that.",
                day=day_text(starts_at),
                time=time_text(starts_at),
            )
        )


class WrongReason(Problem):
    """A reason is missing, or longer than its place."""

    status = 422


def check_reason(reason: str, longest: int) -> None:
    """Raises WrongReason if a reason is longer than its place."""
    if len(reason) > longest:
        raise WrongReason(_("Keep it under %(most)s characters.", most=longest))


@dataclass(frozen=True)
class ClosingOutcome:
    """How closing a register went. It stays open while any mark met another or was rejected."""

    answers: list[OperationAnswer]
    closed: bool


def apply_marks(register: str, operations: Sequence[Operation], by: Actor) -> list[OperationAnswer]:
    """Apply a batch of operations to one register; answers come in the same order.

    One that cannot be applied stops none of the others. Raises NotFound and Problem.
    """

    def act() -> list[OperationAnswer]:
        with audited("attendance.marks_made", by) as change:
            locked = lock_register(change.session, register)
            outcome = apply_in(change, locked, operations, by)
            if not outcome.kept:
                change.nothing()
            change.about(locked.public_id)
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
    group, and knows nothing of the other by the time it is sent. Raises NotFound, Problem,
    SomebodyUnmarked, NotBegun and WrongReason; then no mark is kept.
    """
    check_reason(early_reason, LONGEST_EARLY_REASON)

    def act() -> ClosingOutcome:
        with audited("attendance.slot_closed", by) as change:
            session = change.session
            locked = lock_register(session, register)
            closing = slot_held(session, locked, slot)
            refusal = ClosingRefusal.NONE
            if closing.closed_at is None:
                refusal = refusal_to_close(
                    closing.starts_at,
                    closing.minutes,
                    change.now,
                    purpose=locked.purpose,
                    reason=early_reason,
                )
            if refusal is ClosingRefusal.NOT_BEGUN:
                raise NotBegun(closing.starts_at)
            outcome = apply_in(change, locked, operations, by)
            change.about(locked.public_id, slot)
            clean = all(
                answer.answer in (Reply.APPLIED, Reply.DUPLICATE) for answer in outcome.answers
            )
            if clean and closing.closed_at is None:
                if not session.scalar(select(Mark.id).where(Mark.slot_id == closing.id).limit(1)):
                    raise Problem(_l("Mark this session first, then close it."))
                unmarked = _unmarked(session, closing) if everybody else 0
                if unmarked:
                    raise SomebodyUnmarked(unmarked)
                if refusal is ClosingRefusal.REASON_MISSING:
                    ends = time_text(ends_at(closing.starts_at, closing.minutes))
                    raise WrongReason(
                        _(
                            "As planned this session ends at %(time)s. Say why you close it now.",
                            time=ends,
                        )
                    )
                closing.closed_at = change.now
                closing.closed_by = by.public_id
                if needs_reason_to_close(
                    closing.starts_at, closing.minutes, change.now, purpose=locked.purpose
                ):
                    closing.early_reason = early_reason.strip()
                    # The reason itself is no matter of the chain: that there is one is.
                    change.about("register:early")
            elif not outcome.kept:
                change.nothing()
        return ClosingOutcome(list(outcome.answers), clean)

    return _once_more(act)


def close_ended(
    register: str, by: Actor, operations: Sequence[Operation]
) -> tuple[list[OperationAnswer], int]:
    """Apply marks and close each slot that is over and in which everybody has one; how many were
    closed. One for which a mark was refused stays open. Raises NotFound and Problem."""

    def act() -> tuple[list[OperationAnswer], int]:
        with audited("attendance.slots_closed", by) as change:
            session = change.session
            locked = lock_register(session, register)
            outcome = apply_in(change, locked, operations, by)
            refused = {
                answer.slot
                for answer in outcome.answers
                if answer.answer not in (Reply.APPLIED, Reply.DUPLICATE)
            }
            ended = [
                slot
                for slot in session.scalars(
                    select(Slot).where(
                        Slot.register_id == locked.id,
                        Slot.closed_at.is_(None),
                        exists().where(Mark.slot_id == Slot.id),
                    )
                )
                if ends_at(slot.starts_at, slot.minutes) <= change.now
                and slot.public_id not in refused
                and not _unmarked(session, slot)
            ]
            for slot in ended:
                slot.closed_at, slot.closed_by = change.now, by.public_id
            change.about(locked.public_id, *(slot.public_id for slot in ended))
            if not outcome.kept and not ended:
                change.nothing()
        return list(outcome.answers), len(ended)

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
    return get_or_404(session, Slot, public_id, Slot.register_id == register.id)


def apply_in(
    change: Change, register: Register, operations: Sequence[Operation], by: Actor
) -> BatchOutcome:
    """Decide and write a batch within a transaction that has locked the register.

    Raises Problem.
    """
    if len(operations) > MOST_OPERATIONS:
        raise Problem(_l("Too many marks at once. Send them in parts."), status=413)
    return apply_batch(
        change.session, register.id, register.purpose, operations, by.public_id, change.now
    )


_LETTER = re.compile(r"[A-Z]{1,2}")
_WORKSHOP = "workshop"
_STANDARD = frozenset(status.code for status in STANDARD_STATUSES)


@dataclass(frozen=True)
class StatusDetails:
    """A status as entered. `weight` in per cent."""

    name: str
    letter: str
    weight: int
    tone: str = Tone.QUIET
    active: bool = True


def add_status(details: StatusDetails, by: Actor) -> str:
    """Add a status for workshops; returns its code. Refused beside its field."""
    with audited("attendance.status_added", by) as change:
        session = change.session
        ensure_statuses(session)
        statuses = _held(session)
        if (
            len([status for status in statuses if status.purpose in (_WORKSHOP, ANY_PURPOSE)])
            >= MOST_STATUSES
        ):
            raise Problem(
                _l("A register can show no more marks. Take one back into use instead."),
                field="name",
            )
        if not details.name:
            raise _taken("name")
        letter = _checked(details, statuses, None)
        last = session.scalar(select(func.max(MarkStatus.position))) or 0
        status = MarkStatus(
            code=new_public_id(),
            letter=letter,
            weight=details.weight,
            position=last + 1,
            purpose=_WORKSHOP,
            name=details.name,
            tone=str(details.tone),
            active=details.active,
        )
        session.add(status)
        _flush(session)
        change.about(status.code)
        code = status.code
    forget_statuses()
    return code


def change_status(code: str, details: StatusDetails, row_version: int, by: Actor) -> None:
    """Change a status. The weight of one that was used stays, of present and absent always.

    Raises NotFound and ChangedMeanwhile.
    """
    with audited("attendance.status_changed", by) as change:
        session = change.session
        ensure_statuses(session)
        statuses = _held(session)
        changed = next((status for status in statuses if status.code == code), None)
        if changed is None or changed.purpose not in (_WORKSHOP, ANY_PURPOSE):
            raise NotFound
        if changed.row_version != row_version:
            raise ChangedMeanwhile
        letter = _checked(details, statuses, changed)
        if details.weight != changed.weight:
            if code in ALWAYS_IN_USE:
                raise Problem(_l("This mark always counts as it does."), field="weight")
            if _used(session, code):
                raise Problem(
                    _l(
                        "People were marked so, and their hours must not change. Add a new mark "
                        "instead."
                    ),
                    field="weight",
                )
        if not details.active and code in ALWAYS_IN_USE:
            raise Problem(_l("Every register needs this mark."), field="active")
        changed.name = "" if details.name == usual_word(code) else details.name
        changed.letter, changed.weight = letter, details.weight
        changed.tone, changed.active = str(details.tone), details.active
        changed.row_version += 1
        _flush(session)
        # The standard ones have no public id.
        change.about("settings" if code in _STANDARD else code)
    forget_statuses()


def order_statuses(codes: Sequence[str], by: Actor) -> None:
    """Put the statuses in this order; those not named follow in the order they had."""
    with audited("attendance.statuses_ordered", by) as change:
        session = change.session
        ensure_statuses(session)
        statuses = _held(session)
        wanted = {code: place for place, code in enumerate(codes)}
        in_order = sorted(
            statuses, key=lambda status: (wanted.get(status.code, len(wanted)), status.position)
        )
        if [status.code for status in in_order] == [status.code for status in statuses]:
            change.nothing()
        for place, status in enumerate(in_order):
            status.position = place
        change.about("settings")
    forget_statuses()


def _held(session: Session) -> list[MarkStatus]:
    """All statuses in their order. Who marks with one meanwhile waits, as it is referenced."""
    return list(
        session.scalars(
            select(MarkStatus).order_by(MarkStatus.position, MarkStatus.code).with_for_update()
        )
    )


def _checked(
    details: StatusDetails, statuses: Sequence[MarkStatus], excluding: MarkStatus | None
) -> str:
    letter = details.letter.upper()
    if not _LETTER.fullmatch(letter):
        raise Problem(_l("Enter one or two letters, A to Z."), field="letter")
    for status in statuses:
        if status is excluding:
            continue
        if status.letter == letter:
            raise _taken("letter")
        if (status.name or usual_word(status.code)).casefold() == details.name.casefold():
            raise _taken("name")
    return letter


def _used(session: Session, code: str) -> bool:
    return bool(
        session.scalar(select(exists().where(Mark.status == code)))
        or session.scalar(select(exists().where(MarkOperation.status == code)))
    )


def _flush(session: Session) -> None:
    """Letters are compared by the database too."""
    try:
        session.flush()
    except IntegrityError:
        raise _taken("letter") from None


def _taken(field: str) -> Problem:
    return Problem(_l("Another mark has this already."), field=field)


def keep_time(session: Session, came: Origin, sent: TimeSent, now: datetime) -> DoorAnswer:
    """Keep a tap of a phone, or take one of the same person's back; the register is locked."""
    slot = _slot(session, came.register_id, sent.slot)
    if slot is None:
        return DoorAnswer(Reply.REJECTED, RejectionReason.SLOT_UNKNOWN)
    if sent.undoes:
        tap = session.scalar(
            select(TimeTap).where(
                TimeTap.op_id == sent.undoes,
                TimeTap.slot_id == slot.id,
                TimeTap.tapped_by == came.by,
            )
        )
        if tap is None or tap.undone_at is not None:
            return DoorAnswer(Reply.DUPLICATE)
        _undo(tap, came.by, now)
        _count_anew(session, slot)
        return DoorAnswer(Reply.APPLIED)
    if session.scalar(select(TimeTap.id).where(TimeTap.op_id == sent.op_id)) is not None:
        return DoorAnswer(Reply.DUPLICATE)
    tap = TimeTap(
        op_id=sent.op_id,
        slot_id=slot.id,
        edge=str(sent.edge),
        at=by_our_clock(sent.at, came.clock_ahead),
        device=came.device,
        device_time=sent.at,
        received_at=now,
        tapped_by=came.by,
    )
    counting = [*map(_tap_of, _rows(session, slot)), _tap_of(tap)]
    fault = time_fault(stretch_of(counting), slot.starts_at, now)
    if fault is not None:
        return DoorAnswer(Reply.REJECTED, RejectionReason(fault[0]))
    session.add(tap)
    _count_anew(session, slot)
    return DoorAnswer(Reply.APPLIED)


def tap_time(register: str, slot: str, edge: Edge, op_id: str, by: Actor) -> None:
    """Say that a session begins, or ends, now. The same `op_id` sent twice counts once.

    Raises NotFound.
    """
    with audited("attendance.time_tapped", by) as change:
        register_id, tapped = _times_held(change, register, slot)
        answer = keep_time(
            change.session,
            Origin(register_id, "", by.public_id),
            TimeSent(op_id, slot, edge, change.now),
            change.now,
        )
        if answer.reply is Reply.REJECTED:
            raise Problem(reason_sentence(answer.reason), field=edge)
        if answer.reply is Reply.DUPLICATE:
            change.nothing()
        change.about(register, tapped.public_id)


def undo_time(register: str, slot: str, edge: Edge, by: Actor) -> None:
    """Take back what was last said of a beginning or an end, by anybody. Raises NotFound."""
    with audited("attendance.time_undone", by) as change:
        _register, taught = _times_held(change, register, slot)
        taps = [tap for tap in _rows(change.session, taught) if tap.edge == edge]
        change.about(register, taught.public_id)
        if not taps:
            change.nothing()
            return
        _undo(
            next((tap for tap in reversed(taps) if tap.by_hand), taps[-1]), by.public_id, change.now
        )
        _count_anew(change.session, taught)


def set_times(register: str, slot: str, typed: Mapping[Edge, datetime | None], by: Actor) -> None:
    """Type in when a session began or ended; it goes before whatever was tapped, and None takes
    that back too. An edge that is not named, or stands to the minute already, stays.

    Raises NotFound.
    """
    with audited("attendance.times_set", by) as change:
        session = change.session
        _register, taught = _times_held(change, register, slot)
        change.about(register, taught.public_id)
        before = {Edge.START: taught.began_at, Edge.END: taught.ended_at}
        changed = {edge: at for edge, at in typed.items() if not _alike(at, before[edge])}
        if not changed:
            change.nothing()
            return
        wanted = before | changed
        fault = time_fault(
            Stretch(wanted[Edge.START], wanted[Edge.END]), taught.starts_at, change.now
        )
        if fault is not None:
            raise Problem(reason_sentence(RejectionReason(fault[0])), field=fault[1])
        for edge, at in changed.items():
            for tap in _rows(session, taught):
                if tap.edge == edge and (tap.by_hand or at is None):
                    _undo(tap, by.public_id, change.now)
            if at is not None:
                session.add(_typed(taught, edge, at, by, change.now))
        _count_anew(session, taught)


def _alike(typed: datetime | None, stands: datetime | None) -> bool:
    """True if both show the same minute, or none."""
    if typed is None or stands is None:
        return typed is stands
    return typed.replace(second=0, microsecond=0) == stands.replace(second=0, microsecond=0)


def _typed(slot: Slot, edge: Edge, at: datetime, by: Actor, now: datetime) -> TimeTap:
    return TimeTap(
        op_id=str(uuid.uuid4()),
        slot_id=slot.id,
        edge=str(edge),
        at=at,
        by_hand=True,
        device_time=now,
        received_at=now,
        tapped_by=by.public_id,
    )


def _times_held(change: Change, register: str, slot: str) -> tuple[int, Slot]:
    """The key of a register, locked, and one of its slots."""
    locked = lock_register(change.session, register)
    return locked.id, one_or_404(_slot(change.session, locked.id, slot))


def _slot(session: Session, register_id: int, public_id: str) -> Slot | None:
    return session.scalar(
        select(Slot).where(Slot.register_id == register_id, Slot.public_id == public_id)
    )


def _rows(session: Session, slot: Slot) -> list[TimeTap]:
    return list(
        session.scalars(
            select(TimeTap)
            .where(TimeTap.slot_id == slot.id, TimeTap.undone_at.is_(None))
            .order_by(TimeTap.id)
        )
    )


def _tap_of(row: TimeTap) -> Tap:
    return Tap(Edge(row.edge), row.at, row.by_hand)


def _undo(row: TimeTap, by: str, now: datetime) -> None:
    row.undone_at, row.undone_by = now, by


def _count_anew(session: Session, slot: Slot) -> None:
    session.flush()
    taught = stretch_of(map(_tap_of, _rows(session, slot)))
    slot.began_at, slot.ended_at = taught.start, taught.end
    session.flush()
