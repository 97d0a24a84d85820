"""Changes of what belongs to a register, within the transaction of its owner.

A workshop that moves a session, or a forum that calls a meeting, changes its register in the same
action; these functions take that action's session and open no transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from kash.attendance.models import (
    HeadcountOperation,
    Mark,
    MarkOperation,
    MarkStatus,
    Register,
    RegisterNote,
    RosterEntry,
    Settlement,
    Sheet,
    Signature,
    Slot,
    TimeTap,
)
from kash.attendance.rules.marking import STANDARD_STATUSES
from kash.attendance.rules.registers import end_to_remember, ends_at
from kash.platform.database import insertion
from kash.platform.web.errors import Problem, get_or_404


def slot_taught() -> Problem:
    """Refusal to take away a slot of which somebody said when it began or ended."""
    return Problem(_l("This session was taught. Take back its beginning and end first."))


def ensure_statuses(session: Session) -> None:
    """Add the standard statuses that are missing. What a programme changed stays as it is."""
    present = set(session.scalars(select(MarkStatus.code)))
    missing = [
        {
            "code": status.code,
            "letter": status.letter,
            "weight": status.weight,
            "position": position,
            "purpose": status.purpose,
            "tone": str(status.tone),
        }
        for position, status in enumerate(STANDARD_STATUSES)
        if status.code not in present
    ]
    if missing:
        # Two first registers may be made at once.
        session.execute(insertion(session, MarkStatus).on_conflict_do_nothing(), missing)


def new_register(session: Session, purpose: str) -> Register:
    """An empty register for a "workshop" or a "meeting", flushed so that it has its key."""
    ensure_statuses(session)
    register = Register(purpose=purpose)
    session.add(register)
    session.flush()
    return register


def lock_register(session: Session, public_id: str) -> Register:
    """A register, held until the transaction ends: marks and slots change one writer at a time.

    Raises NotFound.
    """
    return get_or_404(session, Register, public_id, lock=True)


def add_slot(session: Session, register: Register, starts_at: datetime, minutes: int) -> Slot:
    """A slot, flushed; slots are numbered by their beginning (`number_slots`)."""
    slot = Slot(register_id=register.id, position=0, starts_at=starts_at, minutes=minutes)
    session.add(slot)
    session.flush()
    number_slots(session, register.id)
    return slot


def move_slot(slot: Slot, starts_at: datetime, minutes: int, now: datetime) -> None:
    """Have a slot begin at another moment or last longer or shorter; `number_slots` comes after."""
    slot.planned_end = end_to_remember(
        ends_at(slot.starts_at, slot.minutes),
        ends_at(starts_at, minutes),
        starts_at,
        now,
        slot.planned_end,
    )
    slot.starts_at, slot.minutes = starts_at, minutes


def move_sheets(session: Session, register_id: int, moved: timedelta) -> None:
    """Move the sheets of a register with its slots, by whole days: what was printed before still is
    the sheet of these sessions, which its code names."""
    sheets = select(Sheet).where(Sheet.register_id == register_id)
    for sheet in session.scalars(sheets.with_for_update()):
        sheet.day += moved


def number_slots(session: Session, register_id: int) -> None:
    """Number the slots of a register from 1 in the order in which they begin."""
    session.flush()
    slots = session.scalars(
        select(Slot).where(Slot.register_id == register_id).order_by(Slot.starts_at, Slot.id)
    )
    for position, slot in enumerate(slots, start=1):
        if slot.position != position:
            slot.position = position
    session.flush()


def remove_slots(session: Session, slot_ids: Iterable[int]) -> None:
    """Take slots away. Refused if anybody was marked in one of them, or said that it began."""
    wanted = list(slot_ids)
    if not wanted:
        return
    tables = (MarkOperation, Mark, HeadcountOperation, RegisterNote, Signature, Settlement)
    if any(session.scalar(select(exists().where(it.slot_id.in_(wanted)))) for it in tables):
        raise Problem(_l("People were marked in this session, so it stays."))
    taught = Slot.began_at.is_not(None) | Slot.ended_at.is_not(None)
    if session.scalar(select(exists().where(Slot.id.in_(wanted), taught))):
        raise slot_taught()
    # What is left was taken back.
    session.execute(delete(TimeTap).where(TimeTap.slot_id.in_(wanted)))
    session.execute(delete(Slot).where(Slot.id.in_(wanted)))


def put_on_roster(
    session: Session, register_id: int, person_id: int, *, walk_in: bool = False
) -> RosterEntry:
    """Put a person on the roster, once; a person who was taken off comes back to the same row."""
    entry = session.scalars(
        select(RosterEntry).where(
            RosterEntry.register_id == register_id, RosterEntry.person_id == person_id
        )
    ).first()
    if entry is None:
        entry = RosterEntry(register_id=register_id, person_id=person_id, walk_in=walk_in)
        session.add(entry)
    entry.removed_at = None
    session.flush()
    return entry


def take_off_roster(session: Session, register_id: int, person_id: int, now: datetime) -> None:
    """Take a person off the roster. Her marks stay on record, but count no longer."""
    session.execute(
        update(RosterEntry)
        .where(
            RosterEntry.register_id == register_id,
            RosterEntry.person_id == person_id,
            RosterEntry.removed_at.is_(None),
        )
        .values(removed_at=now)
    )
