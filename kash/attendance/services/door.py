"""Coming in at the door: by a badge that is scanned, or by oneself with the code on the wall."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from kash.accounts.services.throttle import count_try
from kash.attendance.models import EntryAlias, Mark, MarkStatus, Register, RosterEntry, Slot
from kash.attendance.register import lock_register
from kash.attendance.rules.counts import was_there
from kash.attendance.rules.door import Met, badge_entry, one_of, read_code, short_code, turns_taken
from kash.attendance.rules.marking import NO_MARK, PRESENT, Operation, RejectionReason, Reply
from kash.attendance.services.marking import apply_in
from kash.platform.database import utc_now
from kash.platform.vault import Change, audited, lookup
from kash.policy import Actor

# Fixed for ever: two phones that scan the same badge make the same mark.
_SCANNED = uuid.UUID("c1b5a3d4-94b1-4f0e-9d55-1f6d2b7f3a10")
_WINDOW, _TRIES = timedelta(minutes=10), 10


@dataclass(frozen=True)
class CameIn:
    """Outcome of a check-in; `entry` is empty where the badge is unknown here."""

    met: Met
    entry: str = ""
    reason: RejectionReason = RejectionReason.NONE


@dataclass(frozen=True)
class OwnSlot:
    """A slot in which somebody stands on the register herself, by public ids."""

    register: str
    slot: str
    entry: str


def wall_code(slot: str, turn: int) -> str:
    """The code that stands on the wall for one slot in one turn; only the server can make it."""
    return short_code(lookup(f"{slot}:{turn}", kind="attendance.check_in"))


def scan_badge(register: str, slot: str, code: str, by: Actor) -> CameIn:
    """Mark whoever wears this badge as present, unless she is so already. Raises NotFound."""
    entry = badge_entry(code)
    if entry is None:
        return CameIn(Met.UNKNOWN)
    with audited("attendance.badge_scanned", by) as change:
        held = lock_register(change.session, register)
        entry = _present_name(change.session, entry)
        if _row(change.session, held, entry) is None:
            change.about(held.public_id)
            change.nothing()
            there = change.session.scalar(select(exists().where(RosterEntry.public_id == entry)))
            return CameIn(Met.WRONG_REGISTER if there else Met.UNKNOWN)
        return _admit(change, held, slot, entry, "scan", by)


def check_oneself_in(own: list[OwnSlot], code: str, by: Actor) -> CameIn:
    """Mark oneself as present in the slot whose code stands on the wall at this moment.

    `own` are the slots that are open to her now. Once for each person and slot: what somebody else
    marked meanwhile is never written over. Raises TooManyTries.
    """
    count_try("attendance.check_in", by.public_id, limit=_TRIES, window=_WINDOW)
    typed, turns = read_code(code), turns_taken(utc_now())
    found = [each for each in own if one_of(typed, (wall_code(each.slot, turn) for turn in turns))]
    if not found:
        return CameIn(Met.UNKNOWN)
    mine = found[0]
    with audited("attendance.checked_in", by) as change:
        register = lock_register(change.session, mine.register)
        return _admit(change, register, mine.slot, mine.entry, "self", by)


def _admit(
    change: Change, register: Register, slot: str, entry: str, how: str, by: Actor
) -> CameIn:
    change.about(register.public_id, slot, entry)
    version, counts = _standing(change.session, register, slot, entry)
    if counts:
        change.nothing()
        return CameIn(Met.ALREADY, entry)
    # Whoever checks herself in has seen no mark: one that somebody made stays.
    expected = version if how == "scan" else NO_MARK
    operation = Operation(
        op_id=str(uuid.uuid5(_SCANNED, f"{how}:{slot}:{entry}:{expected}")),
        slot=slot,
        entry=entry,
        status=PRESENT,
        expected_version=expected,
        device_time=change.now,
        device=how,
    )
    outcome = apply_in(change, register, [operation], by)
    if not outcome.kept:
        change.nothing()
    (answer,) = outcome.answers
    if answer.answer is Reply.APPLIED:
        return CameIn(Met.IN, entry)
    if answer.answer is Reply.DUPLICATE:
        return CameIn(Met.ALREADY, entry)
    return CameIn(Met.REFUSED, entry, answer.reason)


def _row(session: Session, register: Register, entry: str) -> int | None:
    return session.scalar(
        select(RosterEntry.id).where(
            RosterEntry.register_id == register.id,
            RosterEntry.public_id == entry,
            RosterEntry.removed_at.is_(None),
        )
    )


def _present_name(session: Session, entry: str) -> str:
    """The id that an entry has now: a badge may be older than a merge of two people."""
    return (
        session.scalar(
            select(RosterEntry.public_id)
            .join(EntryAlias, EntryAlias.entry_id == RosterEntry.id)
            .where(EntryAlias.public_id == entry)
        )
        or entry
    )


def _standing(session: Session, register: Register, slot: str, entry: str) -> tuple[int, bool]:
    """Version of a mark, and whether it counts."""
    row = session.execute(
        select(Mark.version, Mark.status, MarkStatus.weight)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(Slot, and_(Slot.id == Mark.slot_id, Slot.public_id == slot))
        .join(RosterEntry, RosterEntry.person_id == Mark.person_id)
        .where(RosterEntry.register_id == register.id, RosterEntry.public_id == entry)
    ).first()
    if row is None:
        return NO_MARK, False
    return row.version, was_there(row.status, {row.status: row.weight})
