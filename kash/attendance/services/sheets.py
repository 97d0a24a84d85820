"""Sheets of paper: recorded as they are printed, found again as pictures, read, and settled.
Showing what was signed: each look at a session's signatures is an entry in the audit."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from kash.attendance.models import (
    Mark,
    MarkStatus,
    Register,
    RosterEntry,
    Settlement,
    Sheet,
    SheetReading,
    SheetScan,
    Signature,
    Slot,
    Strokes,
    strokes_of,
)
from kash.attendance.register import lock_register
from kash.attendance.rules.marking import PRESENT, Operation, OperationAnswer
from kash.attendance.rules.pads import (
    SPARE_ROWS,
    Column,
    SheetChoice,
    as_data,
    fitting_ticks,
    from_data,
    sheet_rows,
    signed_places,
)
from kash.attendance.rules.registers import is_ahead, was_there
from kash.attendance.services.door_operations import slot_named
from kash.attendance.services.marking import apply_in, slot_held
from kash.people.models import Group, Person
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound, Problem, get_or_404, one_or_404
from kash.policy import Actor

# Fixed for ever: a sheet that is read twice gives the same operations.
_SIGNED = uuid.UUID("0a3f6a52-6c0f-4a4f-8f7e-0d6f1c1f5b21")
MOST_WRITTEN_IN = 99


@dataclass(frozen=True)
class NewScan:
    """A picture that lies sealed in the store already, and the sheet that its code named."""

    public_id: str
    size: int
    width: int
    height: int
    sheet: str | None


def record_sheets(
    register: str,
    days: Mapping[date, Sequence[Column]],
    by: Actor,
    *,
    choice: SheetChoice | None = None,
) -> list[str]:
    """Set down the sheets about to be printed: for each day and group its own, in order.

    Groups never share a sheet, and the last of each has rows left for people at the door.
    Returns the sheets' public ids. Raises NotFound.
    """
    chosen = choice or SheetChoice()
    with audited("attendance.sheets_made", by) as change:
        session = change.session
        locked = lock_register(session, register)
        by_group: dict[int, list[str]] = {}
        for entry, group in session.execute(
            select(RosterEntry.public_id, Person.group_id)
            .join(Person, Person.id == RosterEntry.person_id)
            .where(RosterEntry.register_id == locked.id, RosterEntry.removed_at.is_(None))
            .order_by(Person.group_id, Person.sort_name, Person.id)
        ):
            by_group.setdefault(group, []).append(entry)
        if not by_group:
            raise NotFound(str(_l("Nobody is on this register yet.")))
        last = session.scalar(
            select(Sheet.number)
            .where(Sheet.register_id == locked.id)
            .order_by(Sheet.number.desc())
            .limit(1)
        )
        rows: list[dict[str, Any]] = []
        for day, columns in days.items():
            for group, entries in by_group.items():
                for dealt in sheet_rows(entries, chosen.rows, SPARE_ROWS):
                    rows.append(
                        {
                            "public_id": new_public_id(),
                            "register_id": locked.id,
                            "number": (last or 0) + len(rows) + 1,
                            "group_id": group,
                            "day": day,
                            "rows": list(dealt),
                            "columns": as_data(columns),
                            "extras": [str(extra) for extra in chosen.extras],
                            "large": chosen.large,
                            "printed_by": by.public_id,
                            "printed_at": change.now,
                        }
                    )
        session.execute(insert(Sheet), rows)
        public_ids = [str(sheet["public_id"]) for sheet in rows]
        change.about(locked.public_id, *public_ids)
    return public_ids


def keep_scans(register: str, scans: Sequence[NewScan], by: Actor) -> None:
    """Set down pictures of signed sheets; one whose sheet is not of this register stays unmatched.

    Raises NotFound.
    """
    with audited("attendance.scans_kept", by) as change:
        session = change.session
        locked = lock_register(session, register)
        named = {scan.sheet for scan in scans if scan.sheet}
        sheets = {
            sheet.public_id: sheet.id
            for sheet in session.execute(
                select(Sheet.public_id, Sheet.id).where(
                    Sheet.register_id == locked.id, Sheet.public_id.in_(named)
                )
            )
        }
        change.about(locked.public_id, *(scan.public_id for scan in scans))
        for scan in scans:
            sheet = sheets.get(scan.sheet or "")
            session.add(
                SheetScan(
                    public_id=scan.public_id,
                    register_id=locked.id,
                    sheet_id=sheet,
                    found_by="code" if sheet else "",
                    size=scan.size,
                    width=scan.width,
                    height=scan.height,
                    uploaded_by=by.public_id,
                    uploaded_at=change.now,
                )
            )


def match_scan(register: str, scan: str, sheet: str, by: Actor) -> None:
    """Say by hand of which sheet this is a picture. Raises NotFound."""
    with audited("attendance.scan_matched", by) as change:
        locked = lock_register(change.session, register)
        picture = _scan(change.session, locked, scan)
        picture.sheet_id = _sheet(change.session, locked, sheet).id
        picture.found_by = "hand"
        change.about(locked.public_id, picture.public_id, sheet)


def remove_scan(register: str, scan: str, by: Actor) -> None:
    """Forget a picture; what was read off its sheet stays. The caller deletes its file afterwards.

    Raises NotFound.
    """
    with audited("attendance.scan_removed", by) as change:
        locked = lock_register(change.session, register)
        picture = _scan(change.session, locked, scan)
        change.about(locked.public_id, picture.public_id)
        change.session.execute(delete(SheetScan).where(SheetScan.id == picture.id))


def save_reading(
    register: str,
    sheet: str,
    ticks: Sequence[Collection[int]],
    written_in: int,
    row_version: int,
    by: Actor,
) -> list[OperationAnswer]:
    """Keep what a signed sheet says, and mark who signed and has no mark that counts.

    A signature marks nobody over another mark: it is an operation that expects none, so that it
    meets the other as a conflict and stays a difference. `row_version` is that of the reading that
    was shown, 0 for none. Raises NotFound.
    """
    with audited("attendance.sheet_read", by) as change:
        session = change.session
        locked = lock_register(session, register)
        printed = _sheet(session, locked, sheet)
        change.about(locked.public_id, printed.public_id)
        reading = session.get(SheetReading, printed.id)
        if (reading.row_version if reading else 0) != row_version:
            raise Problem(_l("Somebody else changed this meanwhile. Yours is not saved yet."))
        columns = from_data(printed.columns)
        before = signed_places(printed.rows, columns, reading.ticks if reading else [])
        if reading is None:
            reading = SheetReading(sheet_id=printed.id, row_version=0)
            session.add(reading)
        reading.ticks = [sorted(signs) for signs in fitting_ticks(printed.rows, columns, ticks)]
        reading.written_in = min(max(written_in, 0), MOST_WRITTEN_IN)
        reading.row_version += 1
        reading.read_by, reading.read_at = by.public_id, change.now
        session.flush()
        signed = [
            place
            for place, there in signed_places(printed.rows, columns, ticks).items()
            if there and not before[place]
        ]
        if _any_ahead(session, locked, {slot for slot, _entry in signed}, change.now):
            raise Problem(_l("This session has not begun. Enter the sheet once it has."))
        counting = _counting(session, locked)
        operations = [
            Operation(
                op_id=str(uuid.uuid5(_SIGNED, f"{printed.public_id}:{row_version}:{slot}:{entry}")),
                slot=slot,
                entry=entry,
                status=PRESENT,
                expected_version=0,
                device_time=change.now,
                device_sequence=number,
            )
            for number, (slot, entry) in enumerate(signed)
            if (slot, entry) not in counting
        ]
        return list(apply_in(change, locked, operations, by).answers)


def settle_difference(
    register: str,
    slot: str,
    entry: str,
    source: str,
    *,
    counted: bool,
    status: str,
    reason: str,
    by: Actor,
) -> None:
    """Say why a mark stays although another source says otherwise. Raises NotFound."""
    with audited("attendance.difference_settled", by) as change:
        session = change.session
        locked = lock_register(session, register)
        place = slot_held(session, locked, slot)
        person = one_or_404(
            session.scalar(
                select(RosterEntry.id).where(
                    RosterEntry.register_id == locked.id, RosterEntry.public_id == entry
                )
            )
        )
        change.about(locked.public_id, slot, entry)
        settlement = session.scalars(
            select(Settlement).where(
                Settlement.slot_id == place.id,
                Settlement.entry_id == person,
                Settlement.source == source,
            )
        ).first()
        if settlement is None:
            settlement = Settlement(slot_id=place.id, entry_id=person, source=source)
            session.add(settlement)
        settlement.counted, settlement.status, settlement.reason = counted, status, reason
        settlement.settled_by, settlement.settled_at = by.public_id, change.now


def _any_ahead(session: Session, register: Register, slots: Collection[str], now: datetime) -> bool:
    """True if any of these slots has not begun."""
    begins = session.scalars(
        select(Slot.starts_at).where(Slot.register_id == register.id, Slot.public_id.in_(slots))
    )
    return any(is_ahead(starts_at, now) for starts_at in begins)


def _counting(session: Session, register: Register) -> set[tuple[str, str]]:
    """The places (slot, entry) that have a mark which counts."""
    rows = session.execute(
        select(Slot.public_id, RosterEntry.public_id, Mark.status, MarkStatus.weight)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(RosterEntry, RosterEntry.person_id == Mark.person_id)
        .where(Slot.register_id == register.id, RosterEntry.register_id == register.id)
    )
    return {
        (slot, entry) for slot, entry, status, weight in rows if was_there(status, {status: weight})
    }


def _sheet(session: Session, register: Register, public_id: str) -> Sheet:
    return get_or_404(session, Sheet, public_id, Sheet.register_id == register.id)


def _scan(session: Session, register: Register, public_id: str) -> SheetScan:
    return get_or_404(session, SheetScan, public_id, SheetScan.register_id == register.id)


@dataclass(frozen=True)
class LatestSignature:
    """A person's latest signature in a session; `at` is the time of the device."""

    name: str
    letter: str
    strokes: Strokes
    at: datetime
    person: str = ""


def show_signatures(register: str, slot: str, by: Actor) -> Sequence[LatestSignature]:
    """The signatures of a session, by name. Raises NotFound."""
    with audited("attendance.signatures_shown", by) as change:
        session = change.session
        locked = lock_register(session, register)
        place = one_or_404(slot_named(session, locked.id, slot))
        latest = (
            select(func.max(Signature.id))
            .where(Signature.slot_id == place[0])
            .group_by(Signature.person_id)
        )
        rows = session.execute(
            select(Signature, Person.chosen_name, Group.letter, Person.public_id)
            .join(Person, Person.id == Signature.person_id)
            .join(Group, Group.id == Person.group_id)
            .join(
                RosterEntry,
                (RosterEntry.person_id == Person.id) & (RosterEntry.register_id == locked.id),
            )
            .where(Signature.id.in_(latest))
            .order_by(Person.sort_name, Person.id)
        ).all()
        if not rows:
            change.nothing()
        change.about(locked.public_id, slot)
        return [
            LatestSignature(name, letter, strokes_of(signature), signature.device_time, person)
            for signature, name, letter, person in rows
        ]
