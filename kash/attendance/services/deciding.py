"""Decisions on items that wait: to keep what stands, or to take what the phone sent."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.forms import reason_sentence
from kash.attendance.models import HeldItem, Mark, Register, WalkIn, sent_of
from kash.attendance.queries.pads import credential
from kash.attendance.register import lock_register
from kash.attendance.rules.marking import (
    LONGEST_CORRECTION,
    CurrentMark,
    Operation,
    RejectionReason,
    Reply,
)
from kash.attendance.rules.pads import HeadcountSent, OpenedItem, OperationKind, Sent
from kash.attendance.services.door_operations import person_of_entry, slot_named
from kash.attendance.services.inbox import apply_batch, settle
from kash.attendance.services.marking import WrongReason, check_reason
from kash.attendance.services.pads import apply_sent
from kash.attendance.services.registers import REASON_MISSING
from kash.people.models import Person
from kash.people.services.persons import note_distinct
from kash.platform.vault import Change, audited
from kash.platform.web.errors import Problem, get_or_404, one_or_404
from kash.policy import Actor

_STANDS_DIFFERENTLY = _l("Somebody changed this meanwhile. Look at both again, then decide.")


def decide_held(
    register: str, item: str, by: Actor, *, take: bool, seen: int, correction: str = ""
) -> None:
    """Decide about one thing that waits. Deciding twice changes nothing.

    `seen` is the version of what stood on the page. The decision is an operation like any other:
    to take a mark that met another is to make a mark, and to keep what stands is to say it again.
    What is taken into a register that was confirmed is a correction of who decides, for the reason
    that `correction` gives; elsewhere it is not looked at.
    Raises NotFound and WrongReason; refused, it still waits.
    """
    correction = correction.strip()
    with audited("attendance.held_decided", by) as change:
        session = change.session
        locked = lock_register(session, register)
        waiting = get_or_404(
            session,
            HeldItem,
            item,
            HeldItem.register_id == locked.id,
            options=(joinedload(HeldItem.pad),),
        )
        if waiting.decided_at is not None:
            change.nothing()
            return
        change.about(locked.public_id, waiting.public_id, waiting.pad.public_id)
        sent = sent_of(waiting)
        if take:
            reason = ""
            if isinstance(sent, Operation | HeadcountSent):
                slot = slot_named(session, locked.id, sent.slot)
                reason = _given(correction) if slot is not None and slot.locked else ""
            _take(change, locked, waiting, sent, by, seen, reason)
        elif isinstance(sent, Operation):
            _say_again(change, locked, sent, by, seen)
        settle(waiting, "taken" if take else "kept", by.public_id, change.now)


def _given(correction: str) -> str:
    if not correction:
        raise WrongReason(REASON_MISSING)
    check_reason(correction, LONGEST_CORRECTION)
    return correction


def _take(
    change: Change,
    register: Register,
    item: HeldItem,
    sent: Sent | None,
    by: Actor,
    seen: int,
    correction: str,
) -> None:
    if sent is None:
        raise Problem(_l("This cannot be taken: it could not be read."))
    own = bool(correction) or item.why == "conflict"
    if isinstance(sent, Operation):
        mark = replace(_taken_mark(item, sent, change.now, seen), correction=correction)
        _apply(change, register, mark, by.public_id if own else item.sent_by)
        return
    pad = one_or_404(credential(change.session, item.pad.public_id))
    if isinstance(sent, HeadcountSent):
        op_id = str(uuid.uuid4()) if item.why == "conflict" else sent.op_id
        sent = replace(sent, expected_version=seen, op_id=op_id, correction=correction)
        pad = replace(pad, actor=by) if own else pad
    outcome = apply_sent(
        change, pad, OpenedItem(item.device_sequence, OperationKind(item.kind), sent, b""), by
    )
    _refuse(outcome.reply, outcome.reason)


def _taken_mark(item: HeldItem, sent: Operation, now: datetime, seen: int) -> Operation:
    """The mark that is made by taking what waits. What met another stands in the history already,
    so that the decision is a mark of its own; what was never kept comes in as it was sent."""
    if item.why != "conflict":
        return replace(sent, expected_version=seen)
    return Operation(str(uuid.uuid4()), sent.slot, sent.entry, sent.status, seen, now)


def _say_again(change: Change, register: Register, sent: Operation, by: Actor, seen: int) -> None:
    """Say what stands once more, in the name of who decided so; nothing if there is no mark."""
    standing = standing_of(change.session, register.id, sent.slot, sent.entry)
    if standing.status is None:
        return
    if standing.version != seen:
        raise Problem(_STANDS_DIFFERENTLY)
    again = Operation(str(uuid.uuid4()), sent.slot, sent.entry, standing.status, seen, change.now)
    apply_batch(change.session, register.id, register.purpose, [again], by.public_id, change.now)


def standing_of(session: Session, register_id: int, slot: str, entry: str) -> CurrentMark:
    """The mark at a place that is named by public ids."""
    place, person = slot_named(session, register_id, slot), None
    if place is not None:
        person = person_of_entry(session, register_id, entry)
    if place is None or person is None:
        return CurrentMark()
    mark = session.execute(
        select(Mark.status, Mark.version).where(Mark.slot_id == place.key, Mark.person_id == person)
    ).first()
    return CurrentMark() if mark is None else CurrentMark(mark.status, mark.version)


def _apply(change: Change, register: Register, mark: Operation, marked_by: str) -> None:
    outcome = apply_batch(
        change.session, register.id, register.purpose, [mark], marked_by, change.now
    )
    answer = outcome.answers[0]
    _refuse(answer.answer, answer.reason)


def _refuse(reply: Reply, reason: RejectionReason) -> None:
    if reply is Reply.CONFLICT:
        raise Problem(_STANDS_DIFFERENTLY)
    if reply is Reply.REJECTED:
        raise Problem(reason_sentence(reason))


def keep_walk_in(register: str, walk_in: str, by: Actor, none_of: Collection[str] = ()) -> None:
    """Say that somebody who walked in is new here, and none of `none_of` (public ids of people).

    Raises NotFound.
    """
    with audited("attendance.walk_in_kept", by) as change:
        session = change.session
        locked = lock_register(session, register)
        line = one_or_404(
            session.execute(
                select(WalkIn, Person.public_id)
                .join(Person, Person.id == WalkIn.person_id)
                .where(WalkIn.register_id == locked.id, WalkIn.public_id == walk_in)
            ).first()
        )
        came, person = line
        if came.settled_at is not None:
            change.nothing()
            return
        note_distinct(session, came.person_id, none_of, by, change.now)
        came.outcome, came.settled_at, came.settled_by = "kept", change.now, by.public_id
        change.about(locked.public_id, person)
