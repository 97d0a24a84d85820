"""What of a pad's queue waits for a person: kept sealed, once, until it is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.models import HeldItem
from kash.attendance.queries.pads import Credential
from kash.attendance.rules import Kind, Reason, Sent
from kash.attendance.rules.pads import moment_of
from kash.attendance.services.applying import in_parts
from kash.database import new_public_id
from kash.vault import open_sealed, seal

_SEALED = "held.operation"


class Waiting(Protocol):
    """An item of a queue, as `syncing.OpenedItem` is one."""

    @property
    def sequence(self) -> int: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def sent(self) -> Sent | None: ...
    @property
    def plaintext(self) -> bytes: ...
    def op_id(self, pad: str) -> str: ...


@dataclass(frozen=True)
class Held:
    """What was said of an item that waits, or waited."""

    why: str
    reason: Reason
    decision: str


def held_before(session: Session, op_ids: Sequence[str]) -> dict[str, Held]:
    """Which of these operations wait already, or were decided."""
    found: dict[str, Held] = {}
    for some in in_parts(op_ids):
        for op_id, why, reason, decision in session.execute(
            select(HeldItem.op_id, HeldItem.why, HeldItem.reason, HeldItem.decision).where(
                HeldItem.op_id.in_(some)
            )
        ):
            found[op_id] = Held(why, Reason(reason), decision)
    return found


def hold(
    session: Session,
    queue: Credential,
    item: Waiting,
    why: str,
    reason: Reason,
    sent_by: str,
    now: datetime,
) -> bool:
    """Keep an item for a person to decide; False if it waits already."""
    op_id = item.op_id(queue.public_id)
    if session.scalar(select(HeldItem.id).where(HeldItem.op_id == op_id)) is not None:
        return False
    public_id = new_public_id()
    sent = item.sent
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
            operation_sealed=seal(item.plaintext, kind=_SEALED, public_id=public_id),
            sent_by=sent_by,
            device_time=now if sent is None else moment_of(sent),
            received_at=now,
        )
    )
    session.flush()
    return True


def waiting_operation(item: HeldItem) -> bytes | None:
    """What waits, as the phone wrote it; None once it was decided. Raises SealError."""
    if item.operation_sealed is None:
        return None
    return open_sealed(item.operation_sealed, kind=_SEALED, public_id=item.public_id)
