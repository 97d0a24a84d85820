"""What a pad sends: opened, decided and kept in one transaction, with one entry for the batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.attendance.models import Pad, Register
from kash.attendance.owners import owner_of
from kash.attendance.queries.pads import Credential
from kash.attendance.rules import Answer, Kind, Operation, Reason, Reply, Sent, Unreadable
from kash.attendance.rules import read_operation as read
from kash.attendance.services.applying import apply_batch
from kash.attendance.services.holding import Held, held_before, hold
from kash.attendance.services.pads import private_half
from kash.database import writing
from kash.policy import Actor
from kash.vault import Change, audited
from kash.vault.phones import Opener
from kash.web.errors import Problem

# A pad that was just heard, with its clock as it was, is not written again.
_HEARD_EVERY = timedelta(minutes=1)
_SKEW_MOVES = 2_000


class PadRevoked(Problem):
    """The pad was revoked, or the person who took it no longer runs the register."""

    status = 403
    sentence = _l("This phone may no longer send. What it keeps can be saved as a file.")


class PadEnded(Problem):
    """The time in which the pad may send is over."""

    status = 401
    sentence = _l("Sign in and take the register again. What this phone keeps stays.")


@dataclass(frozen=True)
class SealedItem:
    """One operation as it stands in a queue. `sequence` counts on the phone."""

    sequence: int
    ephemeral: bytes
    nonce: bytes
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class OpenedItem:
    """The same opened. What cannot be read has no `sent`, and its bytes as they came."""

    sequence: int
    kind: Kind
    sent: Sent | None
    plaintext: bytes = field(repr=False)

    def op_id(self, pad: str) -> str:
        """The operation's own id; one made of pad and number where it can't be read."""
        return self.sent.op_id if self.sent is not None else f"{pad}:{self.sequence}"


@dataclass(frozen=True)
class ItemAnswer:
    """What a pad is told of one item: the answer, and what stands now."""

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


def receive(
    pad: Credential, queue: Credential, items: Sequence[OpenedItem], skew_ms: int | None
) -> list[ItemAnswer]:
    """Apply what a pad sends, in the name of the person who took it; answers in the same order.

    `queue` is the pad for which the items were sealed: this one, or an earlier one that it goes on
    with. Raises PadRevoked and PadEnded, then nothing is kept.
    """
    try:
        return _received(pad, queue, items, skew_ms)
    except IntegrityError:
        # The same operation was just kept by another process.
        return _received(pad, queue, items, skew_ms)


def _received(
    pad: Credential, queue: Credential, items: Sequence[OpenedItem], skew_ms: int | None
) -> list[ItemAnswer]:
    wrote = False
    with audited("attendance.pad_synced", pad.actor) as change:
        _lock(change.session, pad, change.now)
        answers, wrote = apply_items(change, queue, items, pad.actor)
        if wrote:
            _hear(change.session, pad, skew_ms, change.now)
            change.about(pad.register, pad.public_id)
        else:
            change.nothing()
        now = change.now
    if not wrote:
        with writing() as session:
            _hear(session, pad, skew_ms, now)
    return answers


def _lock(session: Session, pad: Credential, now: datetime) -> None:
    revoked_at = session.execute(
        select(Pad.revoked_at)
        .join(Register, Register.id == Pad.register_id)
        .where(Pad.id == pad.id)
        .with_for_update(of=Register)
    ).scalar_one()
    if revoked_at is not None or not may_send(session, pad, pad.actor):
        raise PadRevoked
    if pad.ends_at <= now:
        raise PadEnded


def may_send(session: Session, pad: Credential, actor: Actor) -> bool:
    """Whether the person of a pad still runs its register."""
    owner = owner_of(pad.purpose)
    return pad.active and owner is not None and owner.may_mark(session, pad.register_id, actor)


def _hear(session: Session, pad: Credential, skew_ms: int | None, now: datetime) -> None:
    known = pad.last_seen_at is not None and now - pad.last_seen_at < _HEARD_EVERY
    if known and abs((skew_ms or 0) - (pad.skew_ms or 0)) < _SKEW_MOVES:
        return
    session.execute(
        update(Pad)
        .where(Pad.id == pad.id)
        .values(last_seen_at=now, skew_ms=pad.skew_ms if skew_ms is None else skew_ms)
        .execution_options(synchronize_session=False)
    )


def apply_items(
    change: Change, queue: Credential, items: Sequence[OpenedItem], by: Actor
) -> tuple[list[ItemAnswer], bool]:
    """Decide and write what a queue holds; the register is locked. Also says whether anything was
    written."""
    session = change.session
    held = held_before(session, [item.op_id(queue.public_id) for item in items])
    answers: dict[int, ItemAnswer] = {}
    marks: list[tuple[int, Operation]] = []
    to_hold: list[tuple[int, Reply, Reason]] = []
    for position, item in enumerate(items):
        op_id = item.op_id(queue.public_id)
        if op_id in held:
            answers[position] = _as_before(item, op_id, held[op_id])
        elif isinstance(item.sent, Operation):
            marks.append((position, item.sent))
        else:
            answers[position] = ItemAnswer(item.sequence, op_id, Reply.REJECTED, Reason.UNREADABLE)
            to_hold.append((position, Reply.REJECTED, Reason.UNREADABLE))
    wrote = False
    if marks:
        outcome = apply_batch(
            session,
            queue.register_id,
            queue.purpose,
            [operation for _position, operation in marks],
            by.public_id,
            change.now,
        )
        wrote = bool(outcome.kept)
        for (position, _operation), answer in zip(marks, outcome.answers, strict=True):
            answers[position] = _of_mark(items[position], answer)
            if answer.answer in (Reply.CONFLICT, Reply.REJECTED):
                to_hold.append((position, answer.answer, answer.reason))
    for position, reply, reason in to_hold:
        item = items[position]
        wrote |= hold(session, queue, item, str(reply), reason, by.public_id, change.now)
    return [answers[position] for position in range(len(items))], wrote


def _of_mark(item: OpenedItem, answer: Answer) -> ItemAnswer:
    return ItemAnswer(
        item.sequence, answer.op_id, answer.answer, answer.reason, answer.status, answer.version
    )


def _as_before(item: OpenedItem, op_id: str, held: Held) -> ItemAnswer:
    """What was said of an item that waits already; once a person took it, it is there."""
    if held.decision in ("taken", "arrived"):
        return ItemAnswer(item.sequence, op_id, Reply.DUPLICATE)
    reply = Reply.CONFLICT if held.why == "conflict" else Reply.REJECTED
    return ItemAnswer(item.sequence, op_id, reply, held.reason)
