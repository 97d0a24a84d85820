"""A pad's queue: its items, and the order in which they are written, told before anything is."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, field

from kash.attendance.rules.marking import Operation, RejectionReason, Reply
from kash.attendance.rules.pads import OperationKind, Sent, WalkInSent


# Not frozen, as all else here: that takes four times as long to make, hundreds of times a batch.
@dataclass(slots=True)
class SealedItem:
    """One operation as it stands in a queue. `sequence` counts on the phone."""

    sequence: int
    ephemeral: bytes
    nonce: bytes
    sealed: bytes = field(repr=False)


@dataclass(slots=True)
class OpenedItem:
    """The same opened. What cannot be read has no `sent`, and its bytes as they came."""

    sequence: int
    kind: OperationKind
    sent: Sent | None
    plaintext: bytes = field(repr=False)

    def op_id(self, pad: str) -> str:
        """The operation's own id; one made of pad and number where it can't be read."""
        return self.sent.op_id if self.sent is not None else f"{pad}:{self.sequence}"


@dataclass(slots=True)
class ItemAnswer:
    """Answer to a pad about one item, with what stands now."""

    sequence: int
    op_id: str
    answer: Reply
    reason: RejectionReason = RejectionReason.NONE
    status: str | None = None
    version: int = 0


@dataclass(slots=True)
class SortedQueue:
    """Positions in a queue, in the order in which their items are written.

    What waits already, or waited, is `known` and only answered. Whoever walked in comes first, so
    that marks on her may stand before her in the queue; what belongs to people or sessions comes
    last.
    """

    known: list[int]
    walk_ins: list[int]
    marks: list[int]
    others: list[int]


def sort_queue(items: Sequence[OpenedItem], pad: str, waiting: Container[str]) -> SortedQueue:
    """Sort the items of this pad; `waiting` are the ids of operations that wait, or waited."""
    order = SortedQueue([], [], [], [])
    for position, item in enumerate(items):
        sent = item.sent
        if waiting and item.op_id(pad) in waiting:
            order.known.append(position)
        elif isinstance(sent, Operation):
            order.marks.append(position)
        elif isinstance(sent, WalkInSent):
            order.walk_ins.append(position)
        else:
            order.others.append(position)
    return order
