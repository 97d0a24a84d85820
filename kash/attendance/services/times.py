"""The beginning and end of a session as they were: tapped on a phone or at a desk, typed, taken
back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.models import Slot, TimeTap
from kash.attendance.register import lock_register
from kash.attendance.rules.marking import RejectionReason, Reply
from kash.attendance.rules.pads import TimeSent
from kash.attendance.rules.times import (
    Edge,
    Stretch,
    Tap,
    by_our_clock,
    stretch_of,
    time_fault,
)
from kash.attendance.services.door_operations import DoorAnswer, Origin
from kash.attendance.wording import reason_sentence
from kash.platform.vault import Change, audited
from kash.platform.web.errors import Problem, one_or_404
from kash.policy import Actor


class WrongTimes(Problem):
    """A beginning or end that cannot be; the field is called as the edge is."""

    status = 409
    sentence = _l("This time cannot be.")

    def __init__(self, reason: RejectionReason, edge: Edge) -> None:
        super().__init__(reason_sentence(reason))
        self.field = str(edge)


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

    Raises NotFound and WrongTimes.
    """
    with audited("attendance.time_tapped", by) as change:
        held, found = _held(change, register, slot)
        answer = keep_time(
            change.session,
            Origin(held, "", by.public_id),
            TimeSent(op_id, slot, edge, change.now),
            change.now,
        )
        if answer.reply is Reply.REJECTED:
            raise WrongTimes(answer.reason, edge)
        if answer.reply is Reply.DUPLICATE:
            change.nothing()
        change.about(register, found.public_id)


def undo_time(register: str, slot: str, edge: Edge, by: Actor) -> None:
    """Take back what was last said of a beginning or an end, whoever said it. Raises NotFound."""
    with audited("attendance.time_undone", by) as change:
        _register, found = _held(change, register, slot)
        said = [one for one in _rows(change.session, found) if one.edge == edge]
        change.about(register, found.public_id)
        if not said:
            change.nothing()
            return
        _undo(
            next((one for one in reversed(said) if one.by_hand), said[-1]), by.public_id, change.now
        )
        _count_anew(change.session, found)


def set_times(register: str, slot: str, typed: Mapping[Edge, datetime | None], by: Actor) -> None:
    """Type in when a session began or ended; it goes before whatever was tapped, and None takes
    that back too. An edge that is not named, or stands to the minute already, stays.

    Raises NotFound and WrongTimes.
    """
    with audited("attendance.times_set", by) as change:
        session = change.session
        _register, found = _held(change, register, slot)
        change.about(register, found.public_id)
        before = {Edge.START: found.began_at, Edge.END: found.ended_at}
        changed = {edge: at for edge, at in typed.items() if not _alike(at, before[edge])}
        if not changed:
            change.nothing()
            return
        wanted = before | changed
        fault = time_fault(
            Stretch(wanted[Edge.START], wanted[Edge.END]), found.starts_at, change.now
        )
        if fault is not None:
            raise WrongTimes(RejectionReason(fault[0]), fault[1])
        for edge, at in changed.items():
            for row in _rows(session, found):
                if row.edge == edge and (row.by_hand or at is None):
                    _undo(row, by.public_id, change.now)
            if at is not None:
                session.add(_typed(found, edge, at, by, change.now))
        _count_anew(session, found)


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


def _held(change: Change, register: str, slot: str) -> tuple[int, Slot]:
    """The key of a register, locked, and one of its slots."""
    held = lock_register(change.session, register)
    return held.id, one_or_404(_slot(change.session, held.id, slot))


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
