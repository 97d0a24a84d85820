"""Sending from a pad: who sends, what she still may, and one transaction with one entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.attendance.models import Pad
from kash.attendance.owners import Right, owner_of
from kash.attendance.queries.pads import Credential, credential
from kash.attendance.rules.queue import ItemAnswer, OpenedItem
from kash.attendance.services.items import apply_items
from kash.platform.database import writing
from kash.platform.raw_sql import RawQuery, is_postgresql
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.policy import Actor

# A pad that was just heard, with its clock as it was, is not written again.
_HEARD_EVERY = timedelta(minutes=1)
_SKEW_MOVES = 2_000


class PadRevoked(Problem):
    """The pad was revoked, or the person who took it no longer runs the register. `code` is what a
    program reads of it."""

    code = "revoked"
    status = 403
    sentence = _l("This phone may no longer send. What it keeps can be saved as a file.")


class PadEnded(Problem):
    """The time in which the pad may send is over. `code` is what a program reads of it."""

    code = "sign_in"
    status = 401
    sentence = _l("Sign in and take the register again. What this phone keeps stays.")


def receive(
    pad: Credential, queue: Credential, items: Sequence[OpenedItem], skew_ms: int | None
) -> list[ItemAnswer]:
    """Apply what a pad sends, in the name of the person who took it; answers in the same order.

    `pad` may be as it was read a while ago: whether it may send is decided by what it is now.
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
        now = change.now
        present, right = _held(change.session, pad, now)
        itself = queue.id == pad.id
        answers, wrote = apply_items(
            change,
            present if itself else queue,
            items,
            present.actor,
            right,
            holds=present.waits or not itself,
            skew_ms=skew_ms,
        )
        heard = _is_news(present, skew_ms, now)
        if wrote:
            if heard:
                _hear(change.session, present, skew_ms, now)
            change.about(present.register, present.public_id)
        else:
            change.nothing()
    if heard and not wrote:
        with writing() as session:
            _hear(session, present, skew_ms, now)
    return answers


_HOLD = RawQuery("SELECT id FROM register WHERE id = {register} FOR UPDATE")


def _held(session: Session, pad: Credential, now: datetime) -> tuple[Credential, Right]:
    """Hold the register, and only then read who sends and what she still may.

    What was checked before (by which key, for which register) must be what is there now. Raises
    PadRevoked and PadEnded.
    """
    connection = session.connection()
    # On SQLite whoever writes holds everything. What PostgreSQL reads in the statement that waits
    # for the lock is as it was before the waiting.
    if is_postgresql(connection):
        _HOLD.rows(connection, register=pad.register_id)
    present = credential(session, pad.public_id)
    if present is None or _checked(present) != _checked(pad) or present.revoked_at is not None:
        raise PadRevoked
    right = right_to_send(session, present, present.actor)
    if right is None:
        raise PadRevoked
    if present.ends_at <= now:
        raise PadEnded
    return present, right


def _checked(pad: Credential) -> tuple[object, ...]:
    return pad.id, pad.signing_key, pad.key, pad.register_id, pad.purpose, pad.actor.public_id


def right_to_send(session: Session, pad: Credential, actor: Actor) -> Right | None:
    """The right of a pad's person; None if she no longer runs its register."""
    owner = owner_of(pad.purpose)
    if not pad.active or owner is None:
        return None
    return owner.may_mark(session, pad.register_id, actor)


def _is_news(pad: Credential, skew_ms: int | None, now: datetime) -> bool:
    """True if it is to be written down that a pad was heard."""
    known = pad.last_seen_at is not None and now - pad.last_seen_at < _HEARD_EVERY
    return not known or abs((skew_ms or 0) - (pad.skew_ms or 0)) >= _SKEW_MOVES


def _hear(session: Session, pad: Credential, skew_ms: int | None, now: datetime) -> None:
    session.execute(
        update(Pad)
        .where(Pad.id == pad.id)
        .values(last_seen_at=now, skew_ms=pad.skew_ms if skew_ms is None else skew_ms)
        .execution_options(synchronize_session=False)
    )
