"""Other things from a door, within the transaction that brings them: people who walked in, heads
counted, notes and signatures. Each answers as a mark does, and comes in once by its own id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kash.attendance.models import (
    EntryAlias,
    Headcount,
    HeadcountOperation,
    MarkOperation,
    RegisterNote,
    RosterEntry,
    Signature,
    Slot,
    TimeTap,
    WalkIn,
    owner_of,
    sealed_note,
    sealed_strokes,
)
from kash.attendance.queries.registers import counted
from kash.attendance.rules.marking import RejectionReason, Reply
from kash.attendance.rules.pads import (
    Counted,
    HeadcountSent,
    NoteSent,
    SignatureSent,
    WalkInSent,
    decide_headcount,
)
from kash.attendance.rules.registers import is_ahead
from kash.people.models import Group
from kash.people.rules.persons import AGE_BANDS, SEXES, is_a_name
from kash.people.services.persons import PersonDetails, new_person
from kash.platform.database import RawQuery, new_public_id
from kash.platform.vault import Change
from kash.policy import Actor

_MINORS = AGE_BANDS[0]


@dataclass(frozen=True)
class Origin:
    """Origin of what came: the register, and on which phone; `by` is who it is credited to.

    `clock_ahead` is by how much the phone's clock is ahead of ours, None if that is not known.
    """

    register_id: int
    purpose: str
    by: str
    device: str = ""
    sequence: int = 0
    clock_ahead: timedelta | None = None


@dataclass(frozen=True)
class DoorAnswer:
    """The answer to one of these, and the version that stands."""

    reply: Reply
    reason: RejectionReason = RejectionReason.NONE
    version: int = 0


_APPLIED, _DUPLICATE = DoorAnswer(Reply.APPLIED), DoorAnswer(Reply.DUPLICATE)


def _rejected(reason: RejectionReason) -> DoorAnswer:
    return DoorAnswer(Reply.REJECTED, reason)


def admit_walk_in(change: Change, came: Origin, sent: WalkInSent, by: Actor) -> DoorAnswer:
    """Add somebody who walked in, put her on the register under the phone's id, and give her a
    seat; she waits to be matched."""
    session, now = change.session, change.now
    if _known(session, WalkIn, sent.op_id):
        return _DUPLICATE
    owner = owner_of(came.purpose)
    group = session.scalar(select(Group).where(Group.letter == sent.letter))
    if group is None or owner is None:
        return _rejected(RejectionReason.GROUP_UNKNOWN)
    if sent.sex not in ("", *SEXES) or sent.age_band not in ("", *AGE_BANDS):
        return _rejected(RejectionReason.UNREADABLE)
    if sent.age_band == _MINORS:
        return _rejected(RejectionReason.MINOR)
    if _entry_known(session, sent.entry):
        return _rejected(RejectionReason.ID_REUSED)
    named = is_a_name(sent.name)
    person = new_person(
        session,
        PersonDetails(
            chosen_name=sent.name if named else _("Walk-in %(code)s", code=sent.entry[:4].upper()),
            group=group.public_id,
            sex=sent.sex,
            age_band=sent.age_band,
        ),
        by,
        now,
    )
    session.add(
        RosterEntry(
            public_id=sent.entry, register_id=came.register_id, person_id=person.id, walk_in=True
        )
    )
    session.flush()
    concerned = owner.admit_walk_in(session, came.register_id, person.id, now)
    session.add(
        WalkIn(
            op_id=sent.op_id,
            register_id=came.register_id,
            person_id=person.id,
            named=named,
            taken_by=came.by,
            device=came.device,
            device_sequence=came.sequence,
            device_time=sent.at,
            received_at=now,
        )
    )
    session.flush()
    change.about(person.public_id, *concerned)
    return _APPLIED


def count_heads(session: Session, came: Origin, sent: HeadcountSent, now: datetime) -> DoorAnswer:
    """Keep a headcount in place of the one before; both stay in its history."""
    earlier = session.execute(
        select(HeadcountOperation.answer, HeadcountOperation.version).where(
            HeadcountOperation.op_id == sent.op_id
        )
    ).first()
    if earlier is not None:
        reply = Reply.DUPLICATE if earlier.answer == str(Reply.APPLIED) else Reply.CONFLICT
        return DoorAnswer(reply, version=earlier.version)
    slot = slot_named(session, came.register_id, sent.slot)
    groups = {group.letter: group.id for group in session.execute(select(Group.letter, Group.id))}
    standing = counted(session, slot.key) if slot is not None else Counted()
    readable = all(
        cell.sex in ("", *SEXES) and cell.age_band in ("", *AGE_BANDS) for cell in sent.cells
    )
    if not readable:
        return _rejected(RejectionReason.UNREADABLE)
    reply, reason, after = decide_headcount(
        sent,
        standing,
        slot_known=slot is not None,
        slot_closed=slot is not None and slot.closed,
        slot_locked=slot is not None and slot.locked,
        letters=groups,
        ahead=slot is not None and is_ahead(slot.starts_at, now, sent.at, came.clock_ahead),
    )
    if slot is None or reply is Reply.REJECTED:
        return DoorAnswer(reply, reason, standing.version)
    session.add(
        HeadcountOperation(
            op_id=sent.op_id,
            slot_id=slot.key,
            counts=[[cell.letter, cell.sex, cell.age_band, cell.count] for cell in sent.cells],
            expected_version=sent.expected_version,
            device=came.device,
            device_sequence=came.sequence,
            device_time=sent.at,
            received_at=now,
            counted_by=came.by,
            answer=str(reply),
            version=after.version,
            correction=sent.correction,
        )
    )
    if after.version != standing.version:
        session.execute(delete(Headcount).where(Headcount.slot_id == slot.key))
        if after.cells:
            session.execute(
                insert(Headcount),
                [
                    {
                        "slot_id": slot.key,
                        "group_id": groups[cell.letter],
                        "sex": cell.sex,
                        "age_band": cell.age_band,
                        "count": cell.count,
                    }
                    for cell in after.cells
                ],
            )
    session.flush()
    return DoorAnswer(reply, reason, after.version)


def keep_note(session: Session, came: Origin, sent: NoteSent, now: datetime) -> DoorAnswer:
    """Keep a note, sealed; one for a session that is no longer there is kept for the register."""
    if _known(session, RegisterNote, sent.op_id):
        return _DUPLICATE
    public_id = new_public_id()
    slot = slot_named(session, came.register_id, sent.slot)
    session.add(
        RegisterNote(
            public_id=public_id,
            op_id=sent.op_id,
            register_id=came.register_id,
            slot_id=slot.key if slot is not None else None,
            text_sealed=sealed_note(sent.text, public_id),
            written_by=came.by,
            device=came.device,
            device_time=sent.at,
            received_at=now,
        )
    )
    session.flush()
    return _APPLIED


def keep_signature(
    session: Session, came: Origin, sent: SignatureSent, now: datetime
) -> DoorAnswer:
    """Keep a signature, sealed, for somebody on the register. A closed session takes it too."""
    if _known(session, Signature, sent.op_id):
        return _DUPLICATE
    slot = slot_named(session, came.register_id, sent.slot)
    if slot is None:
        return _rejected(RejectionReason.SLOT_UNKNOWN)
    person = person_of_entry(session, came.register_id, sent.entry)
    if person is None:
        return _rejected(RejectionReason.NOT_ON_ROSTER)
    if is_ahead(slot.starts_at, now, sent.at, came.clock_ahead):
        return _rejected(RejectionReason.NOT_BEGUN)
    public_id = new_public_id()
    session.add(
        Signature(
            public_id=public_id,
            op_id=sent.op_id,
            slot_id=slot.key,
            person_id=person,
            strokes_sealed=sealed_strokes(sent.strokes, public_id),
            taken_by=came.by,
            device=came.device,
            device_time=sent.at,
            received_at=now,
        )
    )
    session.flush()
    return _APPLIED


class SlotNamed(NamedTuple):
    """A slot's key, where its register stands (a locked one is closed), and when it begins."""

    key: int
    closed: bool
    locked: bool
    starts_at: datetime


def slot_named(session: Session, register_id: int, public_id: str) -> SlotNamed | None:
    """A slot of a register by its public id."""
    if not public_id:
        return None
    slot = session.execute(
        select(Slot.id, Slot.closed_at, Slot.confirmed_at, Slot.starts_at).where(
            Slot.register_id == register_id, Slot.public_id == public_id
        )
    ).first()
    if slot is None:
        return None
    return SlotNamed(
        slot.id, slot.closed_at is not None, slot.confirmed_at is not None, slot.starts_at
    )


def person_of_entry(session: Session, register_id: int, public_id: str) -> int | None:
    """The person of a roster entry, also by an id that it had before; None if she is off it."""
    person: int | None = session.scalar(
        select(RosterEntry.person_id)
        .outerjoin(EntryAlias, EntryAlias.entry_id == RosterEntry.id)
        .where(
            RosterEntry.register_id == register_id,
            RosterEntry.removed_at.is_(None),
            (RosterEntry.public_id == public_id) | (EntryAlias.public_id == public_id),
        )
        .limit(1)
    )
    return person


_KNOWN = [
    RawQuery(f"SELECT op_id FROM {table.__tablename__} WHERE op_id IN {{operations:text}}")  # noqa: S608
    for table in (MarkOperation, WalkIn, HeadcountOperation, RegisterNote, Signature, TimeTap)
]


def known_operations(session: Session, op_ids: Sequence[str]) -> set[str]:
    """Operations among these that are here already, whatever they did."""
    connection = session.connection()
    return {op_id for asking in _KNOWN for (op_id,) in asking.rows(connection, operations=op_ids)}


def _known(
    session: Session, table: type[WalkIn] | type[RegisterNote] | type[Signature], op_id: str
) -> bool:
    return session.scalar(select(table.id).where(table.op_id == op_id)) is not None


def _entry_known(session: Session, public_id: str) -> bool:
    return (
        session.scalar(select(RosterEntry.id).where(RosterEntry.public_id == public_id)) is not None
        or session.scalar(select(EntryAlias.id).where(EntryAlias.public_id == public_id))
        is not None
    )
