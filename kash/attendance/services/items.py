"""The items of a pad's queue: opened, decided and kept, within a transaction of the caller's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from kash.attendance.owners import Right
from kash.attendance.queries.pads import Credential
from kash.attendance.rules.marking import Answer, Operation, Reason, Reply, is_too_late
from kash.attendance.rules.pads import (
    HeadcountSent,
    Kind,
    NoteSent,
    Sent,
    SignatureSent,
    Unreadable,
    WalkInSent,
    moment_of,
)
from kash.attendance.rules.pads import read_operation as read
from kash.attendance.sealed import private_half
from kash.attendance.services.applying import apply_batch
from kash.attendance.services.conflict_queue import (
    ParkedItem,
    Waiting,
    already_parked,
    marks_waiting_for,
    park,
    settle_arrived,
)
from kash.attendance.services.door_operations import (
    Origin,
    Outcome,
    admit_walk_in,
    count_heads,
    keep_note,
    keep_signature,
    known_operations,
)
from kash.platform.vault import Change
from kash.platform.vault.phones import Opener
from kash.policy import Actor

_APPLIED, _CONFLICT, _REJECTED = Reply.APPLIED, Reply.CONFLICT, Reply.REJECTED


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
    kind: Kind
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
    reason: Reason = Reason.NONE
    status: str | None = None
    version: int = 0


def open_items(pad: Credential, items: Iterable[SealedItem]) -> list[OpenedItem]:
    """Open what was sealed on a phone for this pad; nothing raises, whatever the bytes are."""
    opener = Opener(private_half(pad.key, pad.private_sealed), f"kash pad v1 {pad.public_id}")
    found = []
    for item in items:
        plaintext = opener.open(
            item.ephemeral, item.nonce, item.sealed, f"{pad.public_id}:{item.sequence}"
        )
        if plaintext is None:
            found.append(OpenedItem(item.sequence, Kind.UNREADABLE, None, item.sealed))
            continue
        try:
            kind, sent = read(plaintext, pad.public_id, item.sequence)
        except Unreadable:
            found.append(OpenedItem(item.sequence, Kind.UNREADABLE, None, plaintext))
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
    batch = _Batch(change, queue, items, by, right, clock_ahead)
    held = {}
    if holds:
        held = already_parked(change.session, [item.op_id(queue.public_id) for item in items])
    later = []
    for position, item in enumerate(items):
        before = held.get(item.op_id(queue.public_id)) if held else None
        if before is not None:
            batch.answers[position] = _as_before(item, item.op_id(queue.public_id), before)
        elif isinstance(item.sent, Operation):
            batch.marks.append((position, item.sent))
        elif isinstance(item.sent, WalkInSent):
            batch.answer(position, _unless_too_late(change, queue, item, by, right, clock_ahead))
        else:
            later.append(position)
    batch.apply_marks()
    for position in later:
        batch.answer(
            position, _unless_too_late(change, queue, items[position], by, right, clock_ahead)
        )
    return [batch.answers[position] for position in range(len(items))], batch.wrote


def _unless_too_late(
    change: Change,
    queue: Credential,
    item: Waiting,
    by: Actor,
    right: Right,
    clock_ahead: timedelta | None,
) -> Outcome:
    """As `apply_sent`; what was made after the cancelling, and is not here yet, is rejected."""
    sent = item.sent
    if (
        sent is not None
        and is_too_late(moment_of(sent), right.cancelled_at)
        and not known_operations(change.session, [sent.op_id])
    ):
        return Outcome(Reply.REJECTED, Reason.CANCELLED)
    return apply_sent(change, queue, item, by, clock_ahead)


def apply_sent(
    change: Change,
    queue: Credential,
    item: Waiting,
    by: Actor,
    clock_ahead: timedelta | None = None,
) -> Outcome:
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
    return Outcome(Reply.REJECTED, Reason.UNREADABLE)


class _Batch:
    """One batch while it is decided: the answers by position, and whether anything was written."""

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
        self.marks: list[tuple[int, Operation]] = []
        self.came: list[str] = []
        self.wrote = False

    def answer(self, position: int, outcome: Outcome) -> None:
        """Keep the answer to what is no mark."""
        item = self.items[position]
        op_id = item.op_id(self.queue.public_id)
        self.answers[position] = ItemAnswer(
            item.sequence, op_id, outcome.reply, outcome.reason, None, outcome.version
        )
        if outcome.reply is _APPLIED:
            self.wrote = True
            if isinstance(item.sent, WalkInSent):
                self.came.append(item.sent.entry)
        if _waits(outcome.reply):
            self._hold(position, outcome.reply, outcome.reason)

    def apply_marks(self) -> None:
        """Decide all marks at once, with those that came before the person they are on."""
        session, by = self.change.session, self.by.public_id
        waited = marks_waiting_for(session, self.queue, self.came, by) if self.came else []
        operations = [operation for _position, operation in self.marks]
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
        for position, _operation in self.marks:
            answer = next(answers)
            self.answers[position] = _of_mark(self.items[position], answer)
            if _waits(answer.answer):
                self._hold(position, answer.answer, answer.reason)
        for item, _operation in waited:
            settle_arrived(item, next(answers), by, self.change.now)

    def _hold(self, position: int, reply: Reply, reason: Reason) -> None:
        self.wrote |= park(
            self.change.session,
            self.queue,
            self.items[position],
            str(reply),
            reason,
            self.change.now,
        )


def _waits(reply: Reply) -> bool:
    """True if what was so answered waits for a person to decide."""
    return reply is _CONFLICT or reply is _REJECTED


def _of_mark(item: OpenedItem, answer: Answer) -> ItemAnswer:
    return ItemAnswer(
        item.sequence, answer.op_id, answer.answer, answer.reason, answer.status, answer.version
    )


def _as_before(item: OpenedItem, op_id: str, held: ParkedItem) -> ItemAnswer:
    """Answer to an item that waits already; once a person took it, it is there."""
    if held.decision in ("taken", "arrived"):
        return ItemAnswer(item.sequence, op_id, Reply.DUPLICATE)
    reply = Reply.CONFLICT if held.why == "conflict" else Reply.REJECTED
    return ItemAnswer(item.sequence, op_id, reply, held.reason)
