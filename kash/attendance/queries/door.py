"""Notes from the door, and the sessions in which anybody signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from kash.accounts.queries.accounts import names_of
from kash.attendance.models import RegisterNote, Signature, Slot
from kash.attendance.sealed import note_text
from kash.platform.database import db


@dataclass(frozen=True)
class NoteLine:
    """A note from the door. `slot` is a public id, empty if it is on no session."""

    text: str
    slot: str
    who: str
    at: datetime
    arrived_at: datetime


def notes(register_id: int, most: int = 50) -> Sequence[NoteLine]:
    """The latest notes of a register; two queries."""
    rows = db.session.execute(
        select(RegisterNote, Slot.public_id)
        .outerjoin(Slot, Slot.id == RegisterNote.slot_id)
        .where(RegisterNote.register_id == register_id)
        .order_by(RegisterNote.id.desc())
        .limit(most)
    ).all()
    names = names_of(note.written_by for note, _slot in rows)
    return [
        NoteLine(
            note_text(note),
            slot or "",
            names.get(note.written_by, ""),
            note.device_time,
            note.received_at,
        )
        for note, slot in rows
    ]


def signed_by_slot(register_id: int) -> dict[str, int]:
    """How many people signed in each slot (public id); one query."""
    rows = db.session.execute(
        select(Slot.public_id, func.count(Signature.person_id.distinct()))
        .join(Signature, Signature.slot_id == Slot.id)
        .where(Slot.register_id == register_id)
        .group_by(Slot.public_id)
    )
    return {slot: int(count) for slot, count in rows}
