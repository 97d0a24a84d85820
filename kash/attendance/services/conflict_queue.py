"""Items of a pad's queue that wait for a person: kept sealed, once, until each is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import HeldItem
from kash.attendance.queries.pads import Credential
from kash.attendance.rules.marking import Operation, OperationAnswer, RejectionReason, Reply
from kash.attendance.rules.pads import OperationKind, moment_of
from kash.attendance.rules.queue import OpenedItem
from kash.attendance.sealed import sealed_operation, sent_of
from kash.platform.database import new_public_id
from kash.platform.raw_sql import RawQuery


@dataclass(frozen=True)
class ParkedItem:
    """Answer to an item that waits, or waited."""

    why: str
    reason: RejectionReason
    decision: str


_BEFORE = RawQuery(
    "SELECT op_id, why, reason, decision FROM held_item WHERE op_id IN {operations:text}"
)


def already_parked(session: Session, op_ids: Sequence[str]) -> dict[str, ParkedItem]:
    """Operations among these that wait already, or were decided, each with its answer."""
    connection = session.connection()
    return {
        op_id: ParkedItem(why, RejectionReason(reason), decision)
        for op_id, why, reason, decision in _BEFORE.rows(connection, operations=op_ids)
    }


def park(
    session: Session,
    queue: Credential,
    items: Sequence[tuple[OpenedItem, str, RejectionReason]],
    now: datetime,
) -> int:
    """Keep items for a person to decide, each with why it waits; returns how many did not wait
    already."""
    waiting: dict[str, tuple[OpenedItem, str, RejectionReason]] = {}
    for each in items:
        waiting.setdefault(each[0].op_id(queue.public_id), each)
    for op_id in session.scalars(select(HeldItem.op_id).where(HeldItem.op_id.in_(waiting))):
        del waiting[op_id]
    for op_id, (item, why, reason) in waiting.items():
        public_id, sent = new_public_id(), item.sent
        session.add(
            HeldItem(
                public_id=public_id,
                op_id=op_id,
                register_id=queue.register_id,
                pad_id=queue.id,
                device_sequence=item.sequence,
                kind=str(item.kind),
                why=why,
                reason=str(reason),
                slot="" if sent is None else sent.slot,
                entry=getattr(sent, "entry", ""),
                operation_sealed=sealed_operation(item.plaintext, public_id),
                sent_by=queue.actor.public_id,
                device_time=now if sent is None else moment_of(sent),
                received_at=now,
            )
        )
    session.flush()
    return len(waiting)


def marks_waiting_for(
    session: Session, queue: Credential, entries: Sequence[str], sent_by: str
) -> list[tuple[HeldItem, Operation]]:
    """Marks of the same person that came before the people they are on, who are here now."""
    found = []
    for item in session.scalars(
        select(HeldItem)
        .where(
            HeldItem.register_id == queue.register_id,
            HeldItem.entry.in_(entries),
            HeldItem.reason == str(RejectionReason.NOT_ON_ROSTER),
            HeldItem.decided_at.is_(None),
            HeldItem.sent_by == sent_by,
            HeldItem.kind.in_((str(OperationKind.MARK), str(OperationKind.SCAN))),
        )
        .options(joinedload(HeldItem.pad))
        .order_by(HeldItem.pad_id, HeldItem.device_sequence)
    ):
        sent = sent_of(item)
        if isinstance(sent, Operation):
            found.append((item, sent))
    return found


def settle_arrived(item: HeldItem, answer: OperationAnswer, by: str, now: datetime) -> None:
    """Settle a mark that waited, now that the person it is on has come."""
    if answer.answer in (Reply.APPLIED, Reply.DUPLICATE):
        settle(item, "arrived", by, now)
    elif answer.answer is Reply.CONFLICT:
        item.why, item.reason = "conflict", str(answer.reason)


def settle(item: HeldItem, decision: str, by: str, now: datetime) -> None:
    """Say what was decided; the operation itself is kept no longer."""
    item.decision, item.decided_at, item.decided_by = decision, now, by
    item.operation_sealed = None
