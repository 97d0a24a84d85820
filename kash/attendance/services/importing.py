"""A queue that a phone could not send, brought in as a file by somebody who runs the register."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from kash.attendance.owners import Right
from kash.attendance.queries.pads import Credential
from kash.attendance.register import lock_register
from kash.attendance.rules.marking import RejectionReason, Reply
from kash.attendance.rules.queue import OpenedItem
from kash.attendance.services.conflict_queue import already_parked, park
from kash.attendance.services.door_operations import known_operations
from kash.attendance.services.items import apply_items
from kash.attendance.services.syncing import right_to_send
from kash.platform.vault import Change, audited
from kash.platform.vault.phones import is_signed
from kash.platform.web.errors import Problem
from kash.policy import Actor

MOST_QUEUED = 5_000
LARGEST_FILE = 8 * 1024 * 1024
SIGNED = b"kash pad v1 export\n"
_FORMAT, _VERSION = "kash-pad-queue", 1
_AT_ONCE = 1_000


class NotAQueue(Problem):
    """The file was not saved by a pad."""

    field = "file"
    sentence = _l("This is no file that a phone saved here. Nothing was brought in.")


class QueueAltered(Problem):
    """The file is not as the phone saved it."""

    field = "file"
    sentence = _l("This file was changed after the phone saved it. Nothing was brought in.")


class OtherRegister(Problem):
    """The file belongs to another register."""

    field = "file"
    sentence = _l("This file belongs to another register. Bring it in there.")


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
    """Read a file. One that says the same in another way is not as the phone saved it.

    Raises NotAQueue and QueueAltered.
    """
    try:
        text = content.decode()
        envelope = json.loads(text)
        written, signature = envelope["payload"], envelope["signature"]
        if envelope["format"] != _FORMAT or not isinstance(written, str):
            raise NotAQueue
        payload = json.loads(written)
        pad, items = payload["pad"], payload["items"]
        queue = payload.get("pad_of_items") or pad
        if not isinstance(pad, str) or not isinstance(queue, str) or not isinstance(items, list):
            raise NotAQueue
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotAQueue from None
    whole = {"format": _FORMAT, "version": _VERSION, "payload": written, "signature": signature}
    if json.dumps(whole, separators=(",", ":"), ensure_ascii=False) != text:
        raise QueueAltered
    return QueueFile(pad, queue, items, written.encode(), str(signature))


def check_signature(file: QueueFile, pad: Credential | None, register_id: int) -> Credential:
    """The pad that signed a file. Raises QueueAltered and OtherRegister."""
    if pad is None or not is_signed(pad.signing_key, file.signature, SIGNED + file.payload):
        raise QueueAltered
    if pad.register_id != register_id:
        raise OtherRegister
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
    said: list[Reply] = []
    known = 0
    for start in range(0, len(items), _AT_ONCE):
        some = items[start : start + _AT_ONCE]
        before = already_parked(change.session, [item.op_id(queue.public_id) for item in some])
        # A file says not how the phone's clock stood when it was saved: what was last heard holds.
        answers, _wrote = apply_items(
            change, queue, some, queue.actor, right, skew_ms=queue.skew_ms
        )
        known += sum(1 for answer in answers if answer.op_id in before)
        said += [answer.answer for answer in answers if answer.op_id not in before]
    return Brought(
        said.count(Reply.APPLIED),
        said.count(Reply.DUPLICATE) + known,
        said.count(Reply.CONFLICT) + said.count(Reply.REJECTED),
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
