"""Marking, closing and opening again: each one transaction and one entry in the audit chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any, TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Insert, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.attendance.models import (
    Mark,
    MarkOperation,
    MarkStatus,
    Register,
    RosterEntry,
    Sheet,
    Slot,
)
from kash.attendance.register import lock_register
from kash.attendance.rules import (
    ANY_PURPOSE,
    Answer,
    BatchOutcome,
    Earlier,
    Operation,
    RegisterState,
    Reply,
    Standing,
    decide_batch,
    is_readable,
    sheet_rows,
)
from kash.database import new_public_id
from kash.people.models import Person
from kash.policy import Actor
from kash.vault import Change, audited
from kash.web.errors import NotFound, Problem

MOST_OPERATIONS = 10_000
# SQLite takes 32,766 values in a statement; an operation has twelve.
_ROWS_PER_STATEMENT = 1_000
Result = TypeVar("Result")


class TooManyMarks(Problem):
    """More marks at once than one transaction should hold."""

    status = 413
    sentence = _l("These are too many marks at once. Send them in parts.")


class NobodyMarked(Problem):
    """A register is not closed before anybody was marked."""

    status = 409
    sentence = _l("Nobody is marked in this session yet. Mark it first, then close it.")


@dataclass(frozen=True)
class Closing:
    """How closing a register went. It stays open while any mark met another or was rejected."""

    answers: list[Answer]
    closed: bool


def apply_marks(register: str, operations: Sequence[Operation], by: Actor) -> list[Answer]:
    """Apply a batch of operations to one register; answers come in the same order.

    One that cannot be applied stops none of the others. Raises NotFound, TooManyMarks.
    """

    def act() -> list[Answer]:
        with audited("attendance.marks_made", by) as change:
            held = lock_register(change.session, register)
            outcome = _apply(change, held, operations, by)
            if not outcome.kept:
                change.nothing()
            change.about(held.public_id)
        return list(outcome.answers)

    return _once_more(act)


def close_slot(
    register: str, slot: str, by: Actor, operations: Sequence[Operation] = ()
) -> Closing:
    """Apply the last marks of a slot and close it, if every one of them could be applied.

    Closing what is closed changes nothing. Raises NotFound, NobodyMarked.
    """

    def act() -> Closing:
        with audited("attendance.slot_closed", by) as change:
            session = change.session
            held = lock_register(session, register)
            outcome = _apply(change, held, operations, by)
            change.about(held.public_id, slot)
            clean = all(
                answer.answer in (Reply.APPLIED, Reply.DUPLICATE) for answer in outcome.answers
            )
            found = _slot(session, held, slot)
            if clean and found.closed_at is None:
                if not session.scalar(select(Mark.id).where(Mark.slot_id == found.id).limit(1)):
                    raise NobodyMarked
                found.closed_at = change.now
                found.closed_by = by.public_id
            elif not outcome.kept:
                change.nothing()
        return Closing(list(outcome.answers), clean)

    return _once_more(act)


def reopen_slot(register: str, slot: str, by: Actor) -> None:
    """Open a closed slot again, so that its marks can be corrected. Raises NotFound."""
    with audited("attendance.slot_reopened", by) as change:
        held = lock_register(change.session, register)
        found = _slot(change.session, held, slot)
        change.about(held.public_id, found.public_id)
        if found.closed_at is None:
            change.nothing()
        found.closed_at = None
        found.closed_by = None


def record_sheets(
    register: str, days: Sequence[date], by: Actor, *, rows_per_sheet: int, spare: int
) -> list[str]:
    """Set down the sheets about to be printed: for each day and group its own, in order.

    Groups never share a sheet, and the last of each has `spare` rows for people at the
    door. Returns the sheets' public ids. Raises NotFound.
    """
    with audited("attendance.sheets_made", by) as change:
        session = change.session
        held = lock_register(session, register)
        by_group: dict[int, list[str]] = {}
        for entry, group in session.execute(
            select(RosterEntry.public_id, Person.group_id)
            .join(Person, Person.id == RosterEntry.person_id)
            .where(RosterEntry.register_id == held.id, RosterEntry.removed_at.is_(None))
            .order_by(Person.group_id, Person.sort_name, Person.id)
        ):
            by_group.setdefault(group, []).append(entry)
        if not by_group:
            raise NotFound(str(_l("Nobody is on this register yet.")))
        last = session.scalar(
            select(Sheet.number)
            .where(Sheet.register_id == held.id)
            .order_by(Sheet.number.desc())
            .limit(1)
        )
        rows: list[dict[str, Any]] = []
        for day in days:
            for group, entries in by_group.items():
                for dealt in sheet_rows(entries, rows_per_sheet, spare):
                    rows.append(
                        {
                            "public_id": new_public_id(),
                            "register_id": held.id,
                            "number": (last or 0) + len(rows) + 1,
                            "group_id": group,
                            "day": day,
                            "rows": list(dealt),
                            "printed_by": by.public_id,
                            "printed_at": change.now,
                        }
                    )
        session.execute(insert(Sheet), rows)
        made = [str(row["public_id"]) for row in rows]
        change.about(held.public_id, *made)
    return made


def _once_more(act: Callable[[], Result]) -> Result:
    """Act; once more if the same operation was just kept through another register."""
    try:
        return act()
    except IntegrityError:
        return act()


def _slot(session: Session, register: Register, public_id: str) -> Slot:
    found = session.scalars(
        select(Slot).where(Slot.register_id == register.id, Slot.public_id == public_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def _apply(
    change: Change, register: Register, operations: Sequence[Operation], by: Actor
) -> BatchOutcome:
    """Decide and write a batch; the register is locked."""
    if len(operations) > MOST_OPERATIONS:
        raise TooManyMarks
    session = change.session
    slots = {
        row.public_id: (row.id, row.closed_at is not None)
        for row in session.execute(
            select(Slot.public_id, Slot.id, Slot.closed_at).where(Slot.register_id == register.id)
        )
    }
    people = {
        row.public_id: (row.person_id, row.removed_at is None)
        for row in session.execute(
            select(RosterEntry.public_id, RosterEntry.person_id, RosterEntry.removed_at).where(
                RosterEntry.register_id == register.id
            )
        )
    }
    slot_names = {key: name for name, (key, _) in slots.items()}
    entry_names = {person: name for name, (person, _) in people.items()}
    touched = {slots[operation.slot][0] for operation in operations if operation.slot in slots}
    marks = {
        (slot_names[row.slot_id], entry_names[row.person_id]): Standing(row.status, row.version)
        for row in session.execute(
            select(Mark.slot_id, Mark.person_id, Mark.status, Mark.version).where(
                Mark.slot_id.in_(touched)
            )
        )
        if row.person_id in entry_names
    }
    statuses = {
        row.code: row.active
        for row in session.execute(
            select(MarkStatus.code, MarkStatus.active).where(
                MarkStatus.purpose.in_((register.purpose, ANY_PURPOSE))
            )
        )
    }
    outcome = decide_batch(
        operations,
        RegisterState(
            open_slots={name for name, (_, closed) in slots.items() if not closed},
            closed_slots={name for name, (_, closed) in slots.items() if closed},
            entries={name for name, (_, listed) in people.items() if listed},
            statuses={code for code, active in statuses.items() if active},
            retired={code for code, active in statuses.items() if not active},
            marks=marks,
            earlier=_earlier(session, operations, slot_names, entry_names),
        ),
    )
    _write(
        session,
        MarkOperation,
        [
            {
                "op_id": operation.op_id,
                "slot_id": slots[operation.slot][0],
                "person_id": people[operation.entry][0],
                "status": operation.status,
                "expected_version": operation.expected_version,
                "device": operation.device,
                "device_sequence": operation.device_sequence,
                "device_time": operation.device_time.astimezone(UTC),
                "received_at": change.now,
                "marked_by": by.public_id,
                "answer": str(answer.answer),
                "version": answer.version,
            }
            for operation, answer in (
                (operations[position], outcome.answers[position]) for position in outcome.kept
            )
        ],
    )
    _write(
        session,
        Mark,
        [
            {
                "slot_id": slots[slot][0],
                "person_id": people[entry][0],
                "status": standing.status,
                "version": standing.version,
            }
            for (slot, entry), standing in outcome.changed.items()
        ],
        replacing=("slot_id", "person_id"),
    )
    return outcome


def _earlier(
    session: Session,
    operations: Sequence[Operation],
    slot_names: dict[int, str],
    entry_names: dict[int, str],
) -> dict[str, Earlier]:
    wanted = [operation.op_id for operation in operations if is_readable(operation)]
    found: dict[str, Earlier] = {}
    for some in _in_parts(wanted):
        for row in session.execute(
            select(
                MarkOperation.op_id,
                MarkOperation.slot_id,
                MarkOperation.person_id,
                MarkOperation.status,
                MarkOperation.answer,
            ).where(MarkOperation.op_id.in_(some))
        ):
            # Kept for another register, the names are unknown here and match no operation.
            found[row.op_id] = Earlier(
                slot_names.get(row.slot_id, ""),
                entry_names.get(row.person_id, ""),
                row.status,
                Reply(row.answer),
            )
    return found


def _in_parts(rows: Sequence[Result]) -> Iterator[Sequence[Result]]:
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        yield rows[start : start + _ROWS_PER_STATEMENT]


def _write(
    session: Session,
    table: type[Mark] | type[MarkOperation],
    rows: Sequence[dict[str, Any]],
    replacing: Iterable[str] = (),
) -> None:
    """Insert many rows in one statement; `replacing` names the key whose row is overwritten."""
    key = tuple(replacing)
    for some in _in_parts(rows):
        session.execute(_insertion(session, table, list(some), key))


def _insertion(
    session: Session,
    table: type[Mark] | type[MarkOperation],
    rows: list[dict[str, Any]],
    key: tuple[str, ...],
) -> Insert:
    if not key:
        return insert(table).values(rows)
    # Both engines know the same clause, each by an insert of its own.
    of_engine = (
        postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    )
    statement = of_engine(table).values(rows)
    kept = {name: statement.excluded[name] for name in rows[0] if name not in key}
    return statement.on_conflict_do_update(index_elements=list(key), set_=kept)
