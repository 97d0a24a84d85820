"""The items of a pad's queue: opened, sorted, then written in one pass, within a transaction of the
caller's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from kash.attendance.owners import Right
from kash.attendance.queries.pads import Credential
from kash.attendance.rules.marking import (
    Operation,
    OperationAnswer,
    RejectionReason,
    Reply,
    is_too_late,
)
from kash.attendance.rules.pads import (
    HeadcountSent,
    NoteSent,
    OperationKind,
    SignatureSent,
    TimeSent,
    Unreadable,
    WalkInSent,
    moment_of,
)
from kash.attendance.rules.pads import read_operation as read
from kash.attendance.rules.queue import ItemAnswer, OpenedItem, SealedItem, sort_queue
from kash.attendance.sealed import private_half
from kash.attendance.services.applying import apply_batch
from kash.attendance.services.conflict_queue import (
    ParkedItem,
    already_parked,
    marks_waiting_for,
    park,
    settle_arrived,
)
from kash.attendance.services.door_operations import (
    DoorAnswer,
    Origin,
    admit_walk_in,
    count_heads,
    keep_note,
    keep_signature,
    known_operations,
)
from kash.attendance.services.times import keep_time
from kash.platform.vault import Change
from kash.platform.vault.phones import Opener
from kash.policy import Actor

_APPLIED, _CONFLICT, _REJECTED = Reply.APPLIED, Reply.CONFLICT, Reply.REJECTED


def open_items(pad: Credential, items: Iterable[SealedItem]) -> list[OpenedItem]:
    """Open what was sealed on a phone for this pad; nothing raises, whatever the bytes are."""
    opener = Opener(private_half(pad.key, pad.private_sealed), f"kash pad v1 {pad.public_id}")
    found = []
    for item in items:
        plaintext = opener.open(
            item.ephemeral, item.nonce, item.sealed, f"{pad.public_id}:{item.sequence}"
        )
        if plaintext is None:
            found.append(OpenedItem(item.sequence, OperationKind.UNREADABLE, None, item.sealed))
            continue
        try:
            kind, sent = read(plaintext, pad.public_id, item.sequence)
        except Unreadable:
            found.append(OpenedItem(item.sequence, OperationKind.UNREADABLE, None, plaintext))
            continue
        found.append(OpenedItem(item.sequence, kind, sent, plaintext))
    return found


def apply_items(
    change: Change,
    queue: Credential,
    items: Sequence[OpenedItem],
    by: Actor,
    right: Right,
    *,
    holds: bool = True,
    skew_ms: int | None = None,
) -> tuple[list[ItemAnswer], bool]:
    """Decide and write what a queue holds, in the name of whose pad it was; the register is locked.

    `holds` is whether anything of this queue waits, or waited; `skew_ms` by how much the phone's
    clock is ahead of ours, if that is known. What says that somebody was there before the session
    began, by our clock or by the phone's put right, is refused and so waits for a person: a clock
    that was wrong loses no mark. Whoever walked in comes first, so
    that marks on her may stand before her in the queue. Also says whether anything was written.
    """
    clock_ahead = None if skew_ms is None else timedelta(milliseconds=skew_ms)
    pad = queue.public_id
    waiting = already_parked(change.session, [item.op_id(pad) for item in items]) if holds else {}
    order = sort_queue(items, pad, waiting)
    writing = _Writing(change, queue, items, by, right, clock_ahead)
    for position in order.known:
        item = items[position]
        writing.answers[position] = _as_before(item, item.op_id(pad), waiting[item.op_id(pad)])
    writing.write_one_by_one(order.walk_ins)
    writing.write_marks(order.marks)
    writing.write_one_by_one(order.others)
    writing.park_what_waits()
    return [writing.answers[position] for position in range(len(items))], writing.wrote


def _unless_too_late(
    change: Change,
    queue: Credential,
    item: OpenedItem,
    by: Actor,
    right: Right,
    clock_ahead: timedelta | None,
) -> DoorAnswer:
    """As `apply_sent`; what was made after the cancelling, and is not here yet, is rejected."""
    sent = item.sent
    if (
        sent is not None
        and is_too_late(moment_of(sent), right.cancelled_at)
        and not known_operations(change.session, [sent.op_id])
    ):
        return DoorAnswer(Reply.REJECTED, RejectionReason.CANCELLED)
    return apply_sent(change, queue, item, by, clock_ahead)


def apply_sent(
    change: Change,
    queue: Credential,
    item: OpenedItem,
    by: Actor,
    clock_ahead: timedelta | None = None,
) -> DoorAnswer:
    """Decide and write one item that is no mark."""
    came = Origin(
        queue.register_id,
        queue.purpose,
        queue.actor.public_id,
        queue.public_id,
        item.sequence,
        clock_ahead,
    )
    sent = item.sent
    if isinstance(sent, WalkInSent):
        return admit_walk_in(change, came, sent, by)
    if isinstance(sent, HeadcountSent):
        return count_heads(change.session, came, sent, change.now)
    if isinstance(sent, NoteSent):
        return keep_note(change.session, came, sent, change.now)
    if isinstance(sent, SignatureSent):
        return keep_signature(change.session, came, sent, change.now)
    if isinstance(sent, TimeSent):
        return keep_time(change.session, came, sent, change.now)
    return DoorAnswer(Reply.REJECTED, RejectionReason.UNREADABLE)


class _Writing:
    """A sorted queue while it is written: the answers by position, what waits for a person, and
    whether anything was written."""

    def __init__(
        self,
        change: Change,
        queue: Credential,
        items: Sequence[OpenedItem],
        by: Actor,
        right: Right,
        clock_ahead: timedelta | None,
    ) -> None:
        self.change, self.queue, self.items, self.by = change, queue, items, by
        self.right, self.clock_ahead = right, clock_ahead
        self.answers: dict[int, ItemAnswer] = {}
        self.came: list[str] = []
        self.waits: list[int] = []
        self.wrote = False

    def write_one_by_one(self, positions: Sequence[int]) -> None:
        """Decide and write what is no mark."""
        for position in positions:
            item = self.items[position]
            outcome = _unless_too_late(
                self.change, self.queue, item, self.by, self.right, self.clock_ahead
            )
            op_id = item.op_id(self.queue.public_id)
            self.answers[position] = ItemAnswer(
                item.sequence, op_id, outcome.reply, outcome.reason, None, outcome.version
            )
            if outcome.reply is _APPLIED:
                self.wrote = True
                if isinstance(item.sent, WalkInSent):
                    self.came.append(item.sent.entry)
            elif outcome.reply is _CONFLICT or outcome.reply is _REJECTED:
                self.waits.append(position)

    def write_marks(self, positions: Sequence[int]) -> None:
        """Decide and write all marks at once, with those that came before the person they are
        on."""
        session, by = self.change.session, self.by.public_id
        waited = marks_waiting_for(session, self.queue, self.came, by) if self.came else []
        operations = [
            sent
            for position in positions
            if isinstance(sent := self.items[position].sent, Operation)
        ]
        operations += [operation for _item, operation in waited]
        if not operations:
            return
        outcome = apply_batch(
            session,
            self.queue.register_id,
            self.queue.purpose,
            operations,
            by,
            self.change.now,
            self.right.cancelled_at,
            self.clock_ahead,
        )
        self.wrote |= bool(outcome.kept)
        answers = iter(outcome.answers)
        for position in positions:
            answer = next(answers)
            self.answers[position] = _of_mark(self.items[position], answer)
            if answer.answer is _CONFLICT or answer.answer is _REJECTED:
                self.waits.append(position)
        for item, _operation in waited:
            settle_arrived(item, next(answers), by, self.change.now)

    def park_what_waits(self) -> None:
        """Keep what met another mark, or was refused, for a person to decide."""
        answers = [(self.items[position], self.answers[position]) for position in self.waits]
        waiting = [(item, str(answer.answer), answer.reason) for item, answer in answers]
        if waiting:
            self.wrote |= park(self.change.session, self.queue, waiting, self.change.now) > 0


def _of_mark(item: OpenedItem, answer: OperationAnswer) -> ItemAnswer:
    return ItemAnswer(
        item.sequence, answer.op_id, answer.answer, answer.reason, answer.status, answer.version
    )


def _as_before(item: OpenedItem, op_id: str, held: ParkedItem) -> ItemAnswer:
    """Answer to an item that waits already; once a person took it, it is there."""
    if held.decision in ("taken", "arrived"):
        return ItemAnswer(item.sequence, op_id, Reply.DUPLICATE)
    reply = Reply.CONFLICT if held.why == "conflict" else Reply.REJECTED
    return ItemAnswer(item.sequence, op_id, reply, held.reason)
