"""A batch of marks within a transaction: narrow reads, one decision each, two statements.

Only what the batch names is read, and what is written goes in one statement for each table: on
PostgreSQL as arrays, on SQLite as one prepared statement. Put together row by row PostgreSQL takes
ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.models import EntryAlias, Mark, MarkOperation, MarkStatus, RosterEntry, Slot
from kash.attendance.rules import (
    ANY_PURPOSE,
    BatchOutcome,
    Earlier,
    Operation,
    RegisterState,
    Reply,
    Signed,
    Stand,
    Standing,
    decide_batch,
    is_readable,
)

# SQLite takes 32,766 values in a statement.
_IDS_PER_STATEMENT = 1_000
_LONGEST_ID = 16
_HISTORY = (
    "op_id", "slot_id", "person_id", "status", "expected_version", "device", "device_sequence",
    "device_time", "received_at", "marked_by", "answer", "version", "correction",
)  # fmt: skip
_HISTORY_TYPES = (
    "text", "int", "int", "text", "int", "text", "int", "timestamptz", "timestamptz", "text",
    "text", "int", "text",
)  # fmt: skip
_MARK = ("slot_id", "person_id", "status", "version")
_MARK_TYPES = ("int", "int", "text", "int")
_UPSERT = (
    "ON CONFLICT (slot_id, person_id) DO UPDATE SET "
    "status = excluded.status, version = excluded.version"
)
Value = TypeVar("Value")


def apply_batch(
    session: Session,
    register_id: int,
    purpose: str,
    operations: Sequence[Operation],
    marked_by: str,
    now: datetime,
) -> BatchOutcome:
    """Decide and write a batch; the register is locked by the caller.

    An entry named by an id that it had before a merge is found all the same. Answers and operations
    stand in the same order.
    """
    slots = _slots(session, register_id, operations)
    people, aliases = _people(session, register_id, operations)
    if aliases:
        operations = [
            replace(one, entry=aliases[one.entry]) if one.entry in aliases else one
            for one in operations
        ]
    slot_names = {key: name for name, (key, _) in slots.items()}
    entry_names = {key: name for name, (key, _) in people.items()}
    known = session.execute(
        select(MarkStatus.code, MarkStatus.active).where(
            MarkStatus.purpose.in_((purpose, ANY_PURPOSE))
        )
    )
    statuses = {row.code: row.active for row in known}
    outcome = decide_batch(
        operations,
        RegisterState(
            open_slots={name for name, (_, stand) in slots.items() if stand is Stand.OPEN},
            closed_slots={name for name, (_, stand) in slots.items() if stand is not Stand.OPEN},
            locked_slots={name for name, (_, stand) in slots.items() if stand is Stand.LOCKED},
            entries={name for name, (_, listed) in people.items() if listed},
            statuses={code for code, active in statuses.items() if active},
            retired={code for code, active in statuses.items() if not active},
            marks=_marks(session, slot_names, entry_names),
            earlier=_earlier(session, operations, slot_names, entry_names),
        ),
    )
    received = now.astimezone(UTC)
    history = [
        (
            operation.op_id,
            slots[operation.slot][0],
            people[operation.entry][0],
            operation.status,
            operation.expected_version,
            operation.device,
            operation.device_sequence,
            operation.device_time.astimezone(UTC),
            received,
            marked_by,
            str(answer.answer),
            answer.version,
            operation.correction,
        )
        for operation, answer in (
            (operations[position], outcome.answers[position]) for position in outcome.kept
        )
    ]
    write_rows(session, "mark_operation", _HISTORY, _HISTORY_TYPES, history)
    standing = [
        (slots[slot][0], people[entry][0], one.status, one.version)
        for (slot, entry), one in outcome.changed.items()
    ]
    write_rows(session, "mark", _MARK, _MARK_TYPES, standing, _UPSERT)
    return outcome


def _slots(
    session: Session, register_id: int, operations: Iterable[Operation]
) -> dict[str, tuple[int, Stand]]:
    """Key and where it stands, of the slots that are named."""
    found: dict[str, tuple[int, Stand]] = {}
    for some in in_parts(_ids(operation.slot for operation in operations)):
        for name, key, closed_by, confirmed_by in session.execute(
            select(Slot.public_id, Slot.id, Slot.closed_by, Slot.confirmed_by).where(
                Slot.register_id == register_id, Slot.public_id.in_(some)
            )
        ):
            found[name] = (key, Signed(closed_by, confirmed_by).stand)
    return found


def _people(
    session: Session, register_id: int, operations: Iterable[Operation]
) -> tuple[dict[str, tuple[int, bool]], dict[str, str]]:
    """Person and whether she is on the roster, of the entries that are named; and {id that an entry
    had before: its present one}."""
    found: dict[str, tuple[int, bool]] = {}
    wanted = _ids(operation.entry for operation in operations)
    for some in in_parts(wanted):
        for name, person, removed_at in session.execute(
            select(RosterEntry.public_id, RosterEntry.person_id, RosterEntry.removed_at).where(
                RosterEntry.register_id == register_id, RosterEntry.public_id.in_(some)
            )
        ):
            found[name] = (person, removed_at is None)
    aliases: dict[str, str] = {}
    for some in in_parts([each for each in wanted if each not in found]):
        for old, name, person, removed_at in session.execute(
            select(
                EntryAlias.public_id,
                RosterEntry.public_id,
                RosterEntry.person_id,
                RosterEntry.removed_at,
            )
            .join(RosterEntry, RosterEntry.id == EntryAlias.entry_id)
            .where(RosterEntry.register_id == register_id, EntryAlias.public_id.in_(some))
        ):
            aliases[old] = name
            found[name] = (person, removed_at is None)
    return found, aliases


def _marks(
    session: Session, slot_names: Mapping[int, str], entry_names: Mapping[int, str]
) -> dict[tuple[str, str], Standing]:
    if not slot_names:
        return {}
    return {
        (slot_names[slot], entry_names[person]): Standing(status, version)
        for some in in_parts(list(entry_names))
        for slot, person, status, version in session.execute(
            select(Mark.slot_id, Mark.person_id, Mark.status, Mark.version).where(
                Mark.slot_id.in_(list(slot_names)), Mark.person_id.in_(some)
            )
        )
    }


def _earlier(
    session: Session,
    operations: Sequence[Operation],
    slot_names: Mapping[int, str],
    entry_names: Mapping[int, str],
) -> dict[str, Earlier]:
    wanted = [operation.op_id for operation in operations if is_readable(operation)]
    found: dict[str, Earlier] = {}
    for some in in_parts(wanted):
        for op_id, slot, person, status, answer in session.execute(
            select(
                MarkOperation.op_id,
                MarkOperation.slot_id,
                MarkOperation.person_id,
                MarkOperation.status,
                MarkOperation.answer,
            ).where(MarkOperation.op_id.in_(some))
        ):
            # Kept for another place, the names are unknown here and match no operation.
            found[op_id] = Earlier(
                slot_names.get(slot, ""), entry_names.get(person, ""), status, Reply(answer)
            )
    return found


def _ids(names: Iterable[str]) -> list[str]:
    """Each id once, without what can't be one."""
    return [
        name for name in dict.fromkeys(names) if len(name) <= _LONGEST_ID and "\x00" not in name
    ]


def in_parts(rows: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Values in portions that fit into one statement."""
    for start in range(0, len(rows), _IDS_PER_STATEMENT):
        yield rows[start : start + _IDS_PER_STATEMENT]


def write_rows(
    session: Session,
    table: str,
    columns: Sequence[str],
    types: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    ending: str = "",
) -> None:
    """Insert many rows in one statement; moments in UTC. All but the values is fixed text."""
    if not rows:
        return
    connection = session.connection()
    named = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        connection.exec_driver_sql(
            f"INSERT INTO {table} ({named}) SELECT * FROM unnest({arrays}) {ending}",  # noqa: S608
            tuple(list(column) for column in zip(*rows, strict=True)),
        )
        return
    marks = ", ".join("?" * len(columns))
    connection.exec_driver_sql(
        f"INSERT INTO {table} ({named}) VALUES ({marks}) {ending}",  # noqa: S608
        [tuple(map(_on_sqlite, row)) for row in rows],
    )


def _on_sqlite(value: Any) -> Any:
    # As SQLAlchemy keeps moments there.
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "microseconds")
    return value
