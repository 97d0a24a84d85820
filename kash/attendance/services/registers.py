"""Opening a closed register again before it is confirmed, and correcting it afterwards. Confirming
closed registers: one, or several that somebody has read, by somebody independent. Heads counted at
a desk: the same operation as a phone's. A queue that a phone could not send, brought in as a file
by somebody who runs the register."""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.attendance.forms import reason_sentence
from kash.attendance.models import Register, Right, Slot, let_facts_follow
from kash.attendance.queries.pads import Credential, conducts, read_tokens
from kash.attendance.queries.registers import paper_differences_by_slot, slots_still_open
from kash.attendance.register import lock_register
from kash.attendance.rules.marking import Operation, OperationAnswer, RejectionReason, Reply
from kash.attendance.rules.pads import HeadcountSent, OpenedItem
from kash.attendance.rules.registers import (
    PAID_PURPOSE,
    Hindrance,
    Signed,
    has_begun,
    hindrance_to_confirm,
    hindrance_to_reopen,
    oddities,
)
from kash.attendance.services.door_operations import (
    DoorAnswer,
    Origin,
    count_heads,
    known_operations,
)
from kash.attendance.services.inbox import already_parked, park
from kash.attendance.services.marking import WrongReason, apply_in, slot_held
from kash.attendance.services.pads import apply_items, right_to_send
from kash.platform.vault import Change, audited
from kash.platform.vault.phones import is_signed
from kash.platform.web.account_names import accounts_in_line
from kash.platform.web.errors import Problem
from kash.policy import Actor

_HINDRANCES = {
    Hindrance.NOT_CLOSED: _l("This register is still open. Close it first."),
    Hindrance.CLOSED_BY_HERSELF: _l(
        "You closed this register yourself. Somebody else must confirm it."
    ),
    Hindrance.DIFFERENCES: _l("Signed sheets and marks still differ. Settle that first."),
    Hindrance.NOT_BEGUN: _l("This session has not begun."),
    Hindrance.TIED: _l(
        "Your account and the one that closed this register are not independent: one let the "
        "other in, gave it power or made its password link. Somebody else confirms it."
    ),
    Hindrance.CHANGED: _l(
        "This register changed meanwhile, or you have not opened it. Look at it first."
    ),
    Hindrance.SINGLY: _l("Something in this register needs a check. Open it by itself."),
    Hindrance.LOCKED: _l("This register was confirmed. Correct single marks with a reason."),
}


def hindrance_sentence(hindrance: Hindrance) -> str:
    """Why a register is not confirmed, or not opened again, as a sentence."""
    return str(_HINDRANCES[hindrance])


class CannotConfirm(Problem):
    """A register is not confirmed, or not opened again; `hindrance` says why."""

    status = 409

    def __init__(self, hindrance: Hindrance) -> None:
        super().__init__(hindrance_sentence(hindrance))
        self.hindrance = hindrance


def check_registers_closed(register_id: int, session: Session) -> None:
    """Raises Problem."""
    if slots_still_open(register_id, session):
        raise Problem(_l("Close every register first, or remove sessions not held."))


REASON_MISSING = _l("Say why this is corrected.")


def reopen_slot(register: str, slot: str, by: Actor) -> None:
    """Open a closed slot again, so that its marks can be changed. Raises NotFound, CannotConfirm.

    A slot that was confirmed stays closed.
    """
    with audited("attendance.slot_reopened", by) as change:
        locked = lock_register(change.session, register)
        reopened = slot_held(change.session, locked, slot)
        change.about(locked.public_id, reopened.public_id)
        hindrance = hindrance_to_reopen(Signed(reopened.closed_by, reopened.confirmed_by))
        if hindrance:
            raise CannotConfirm(hindrance)
        if reopened.closed_at is None:
            change.nothing()
        reopened.closed_at = None
        reopened.closed_by = None
        reopened.early_reason = ""


def correct_mark(register: str, operation: Operation, by: Actor) -> OperationAnswer:
    """Change one mark, also of a locked slot, with the reason that the operation carries.

    Raises NotFound and WrongReason. The answer may be a conflict or a rejection.
    """
    if not operation.correction.strip():
        raise WrongReason(REASON_MISSING)
    with audited("attendance.mark_corrected", by) as change:
        locked = lock_register(change.session, register)
        outcome = apply_in(change, locked, [operation], by)
        change.about(locked.public_id, operation.slot, operation.entry)
        if not outcome.kept:
            change.nothing()
    (answer,) = outcome.answers
    return answer


def was_taken(answer: OperationAnswer) -> bool:
    """True if a mark stands as it was sent."""
    return answer.answer in (Reply.APPLIED, Reply.DUPLICATE)


@dataclass(frozen=True)
class Confirmed:
    """The registers that were confirmed together (public ids of slots), and why others were not."""

    confirmed: tuple[str, ...] = ()
    left: Mapping[str, Hindrance] = field(default_factory=dict)


def confirm_slot(register: str, slot: str, by: Actor, *, seen: str | None = None) -> None:
    """Confirm a closed slot and lock it. Raises NotFound, CannotConfirm.

    `seen` is what proves that the register was shown to her as it stands (`read_tokens`); without
    it that is not asked.
    """
    with audited("attendance.slot_confirmed", by) as change:
        locked = lock_register(change.session, register)
        confirming = slot_held(change.session, locked, slot)
        change.about(locked.public_id, confirming.public_id)
        differ = paper_differences_by_slot(locked.id, change.session)
        hindrance = _hindrance(change, locked, confirming, by, differ.get(slot, 0))
        if not hindrance and seen is not None and confirming.confirmed_at is None:
            hindrance = _unless_read(change.session, locked, {slot: seen}, by).get(
                slot, Hindrance.NONE
            )
        if hindrance:
            raise CannotConfirm(hindrance)
        if confirming.confirmed_at is not None:
            change.nothing()
            return
        confirming.confirmed_at = change.now
        confirming.confirmed_by = by.public_id
        let_facts_follow(change.session, locked.id, change.now)


def confirm_slots(
    register: str, seen: Mapping[str, str], by: Actor, taught: Mapping[str, int] | None = None
) -> Confirmed:
    """Confirm several closed registers at once: those that she was shown as they stand.

    `seen` are the proofs by slot, `taught` the minutes of the plans that slots follow. One that
    changed meanwhile, or in which something wants a look of its own, is left. Raises NotFound for
    a slot that is not of the register.
    """
    with audited("attendance.slots_confirmed", by) as change:
        session = change.session
        locked = lock_register(session, register)
        change.about(locked.public_id)
        left = _unless_read(session, locked, seen, by)
        held_so = conducts(locked.id, session, taught)
        differ = paper_differences_by_slot(locked.id, session)
        confirmed = []
        for public_id in seen:
            slot = slot_held(session, locked, public_id)
            if slot.confirmed_at is not None:
                continue
            hindrance = _hindrance(change, locked, slot, by, differ.get(public_id, 0)) or left.get(
                public_id, Hindrance.NONE
            )
            if not hindrance and oddities(held_so[public_id]):
                hindrance = Hindrance.SINGLY
            if hindrance:
                left[public_id] = hindrance
                continue
            slot.confirmed_at, slot.confirmed_by = change.now, by.public_id
            change.about(public_id)
            confirmed.append(public_id)
        if confirmed:
            let_facts_follow(session, locked.id, change.now)
        else:
            change.nothing()
        return Confirmed(tuple(confirmed), left)


def _hindrance(
    change: Change, register: Register, found: Slot, by: Actor, differences: int
) -> Hindrance:
    return hindrance_to_confirm(
        Signed(found.closed_by, found.confirmed_by),
        by.public_id,
        differences,
        begun=has_begun(found.starts_at, change.now),
        independent=register.purpose != PAID_PURPOSE
        or by.public_id not in in_line_with(change.session, found.closed_by),
    )


def in_line_with(session: Session, account: str | None) -> Collection[str]:
    """The accounts that stand behind one or behind which it stands (public ids), itself among
    them: none of them confirms what it closed."""
    return set(session.scalars(accounts_in_line(account))) if account else ()


def _unless_read(
    session: Session, register: Register, seen: Mapping[str, str], by: Actor
) -> dict[str, Hindrance]:
    """The registers that do not stand as they were shown to her."""
    wanted = read_tokens(register.id, list(seen), by, session)
    return {
        slot: Hindrance.CHANGED
        for slot, token in seen.items()
        if not hmac.compare_digest(wanted.get(slot, "").encode(), token.encode())
    }


def record_heads(register: str, sent: HeadcountSent, by: Actor) -> DoorAnswer:
    """Keep a headcount; the one before stays in its history. Sent twice it is kept once.

    Raises NotFound. If somebody else counted meanwhile the count stands in the history beside the
    other.
    """
    with audited("attendance.heads_counted", by) as change:
        locked = lock_register(change.session, register)
        came = Origin(locked.id, locked.purpose, by.public_id)
        outcome = count_heads(change.session, came, sent, change.now)
        if outcome.reply is Reply.REJECTED:
            raise Problem(reason_sentence(outcome.reason))
        if outcome.reply is Reply.DUPLICATE:
            change.nothing()
        change.about(locked.public_id, sent.slot)
    if outcome.reply is Reply.CONFLICT:
        raise Problem(
            _l("Somebody else counted meanwhile. Their count is shown; nothing was overwritten.")
        )
    return outcome


MOST_QUEUED = 5_000
LARGEST_FILE = 8 * 1024 * 1024
SIGNED = b"kash pad v1 export\n"
_FORMAT, _VERSION = "kash-pad-queue", 1
_AT_ONCE = 1_000


def not_a_queue() -> Problem:
    """Refusal of a file that no pad saved."""
    return Problem(_l("Not a file that a phone saved here. Nothing was brought in."), field="file")


def _altered() -> Problem:
    return Problem(
        _l("This file was changed since the phone saved it. Nothing was brought in."), field="file"
    )


@dataclass(frozen=True)
class QueueFile:
    """Contents of a file before its signature was looked at: which pad, and the items as they
    are."""

    pad: str
    queue: str
    items: Sequence[Any]
    payload: bytes
    signature: str


@dataclass(frozen=True)
class Brought:
    """How many operations of a file were applied, were here already, and wait for a decision."""

    applied: int
    known: int
    waiting: int


def read_queue(content: bytes) -> QueueFile:
    """Read a file. One that says the same in another way is not as the phone saved it."""
    try:
        text = content.decode()
        envelope = json.loads(text)
        written, signature = envelope["payload"], envelope["signature"]
        if envelope["format"] != _FORMAT or not isinstance(written, str):
            raise not_a_queue()
        payload = json.loads(written)
        pad, items = payload["pad"], payload["items"]
        queue = payload.get("pad_of_items") or pad
        if not isinstance(pad, str) or not isinstance(queue, str) or not isinstance(items, list):
            raise not_a_queue()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise not_a_queue() from None
    whole = {"format": _FORMAT, "version": _VERSION, "payload": written, "signature": signature}
    if json.dumps(whole, separators=(",", ":"), ensure_ascii=False) != text:
        raise _altered()
    return QueueFile(pad, queue, items, written.encode(), str(signature))


def check_signature(file: QueueFile, pad: Credential | None, register_id: int) -> Credential:
    """The pad that signed a file."""
    if pad is None or not is_signed(pad.signing_key, file.signature, SIGNED + file.payload):
        raise _altered()
    if pad.register_id != register_id:
        raise Problem(_l("This file belongs to another register. Bring it in there."), field="file")
    return pad


def bring_in(pad: Credential, queue: Credential, items: Sequence[OpenedItem], by: Actor) -> Brought:
    """Apply what a file holds, in the name of the person whose pad it was.

    What comes from a pad that was revoked or has ended, or whose person no longer runs the
    register, waits for a decision instead. What is here already stays as it is.
    """
    try:
        return _brought(pad, queue, items, by)
    except IntegrityError:
        # The phone sent the same at this very moment.
        return _brought(pad, queue, items, by)


def _brought(pad: Credential, queue: Credential, items: Sequence[OpenedItem], by: Actor) -> Brought:
    with audited("attendance.queue_brought_in", by) as change:
        register = lock_register(change.session, pad.register)
        change.about(register.public_id, pad.public_id)
        right = right_to_send(change.session, pad, pad.actor)
        ended = pad.revoked_at is not None or queue.revoked_at is not None
        if right is None or ended or pad.ends_at <= change.now:
            brought = _held(change, queue, items)
        else:
            brought = _applied(change, queue, items, right)
        if not brought.applied and not brought.waiting:
            change.nothing()
        return brought


def _applied(
    change: Change, queue: Credential, items: Sequence[OpenedItem], right: Right
) -> Brought:
    replies: list[Reply] = []
    before_count = 0
    for start in range(0, len(items), _AT_ONCE):
        some = items[start : start + _AT_ONCE]
        before = already_parked(change.session, [item.op_id(queue.public_id) for item in some])
        # A file says not how the phone's clock stood when it was saved: what was last heard holds.
        answers, _wrote = apply_items(
            change, queue, some, queue.actor, right, skew_ms=queue.skew_ms
        )
        before_count += sum(1 for answer in answers if answer.op_id in before)
        replies += [answer.answer for answer in answers if answer.op_id not in before]
    return Brought(
        replies.count(Reply.APPLIED),
        replies.count(Reply.DUPLICATE) + before_count,
        replies.count(Reply.CONFLICT) + replies.count(Reply.REJECTED),
    )


def _held(change: Change, queue: Credential, items: Sequence[OpenedItem]) -> Brought:
    here = known_operations(change.session, [item.op_id(queue.public_id) for item in items])
    fresh = [
        (item, "ended", RejectionReason.UNREADABLE if item.sent is None else RejectionReason.NONE)
        for item in items
        if item.op_id(queue.public_id) not in here
    ]
    waiting = 0
    for start in range(0, len(fresh), _AT_ONCE):
        some = fresh[start : start + _AT_ONCE]
        waiting += park(change.session, queue, some, change.now)
    return Brought(0, len(items) - waiting, waiting)
