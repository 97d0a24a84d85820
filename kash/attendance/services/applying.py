"""A batch of marks within a transaction: narrow reads, one decision each, two statements.

Only what the batch names is read, and what is written goes in one statement for each table: on
PostgreSQL as arrays, on SQLite as one prepared statement. Put together row by row PostgreSQL takes
ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.orm import Session

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
from kash.attendance.services.bulk import Asking, Writing, moments

_LONGEST_ID = 16
HISTORY = Writing(
    "mark_operation",
    ("op_id", "slot_id", "person_id", "status", "expected_version", "device", "device_sequence",
     "device_time", "received_at", "marked_by", "answer", "version", "correction"),
    ("text", "int", "int", "text", "int", "text", "int",
     "timestamptz", "timestamptz", "text", "text", "int", "text"),
)  # fmt: skip
STANDING = Writing(
    "mark",
    ("slot_id", "person_id", "status", "version"),
    ("int", "int", "text", "int"),
    "ON CONFLICT (slot_id, person_id) DO UPDATE SET "
    "status = excluded.status, version = excluded.version",
)
_SLOTS = Asking(
    "SELECT public_id, id, closed_by, confirmed_by FROM slot "
    "WHERE register_id = {register} AND public_id IN {names:text}"
)
_ENTRIES = Asking(
    "SELECT public_id, person_id, removed_at IS NULL FROM roster_entry "
    "WHERE register_id = {register} AND public_id IN {names:text}"
)
_ALIASES = Asking(
    "SELECT entry_alias.public_id, roster_entry.public_id, person_id, removed_at IS NULL "
    "FROM entry_alias JOIN roster_entry ON roster_entry.id = entry_id "
    "WHERE register_id = {register} AND entry_alias.public_id IN {names:text}"
)
_MARKS = Asking(
    "SELECT slot_id, person_id, status, version FROM mark "
    "WHERE slot_id IN {slots:int} AND person_id IN {people:int}"
)
_STATUSES = Asking("SELECT code, active FROM mark_status WHERE purpose IN {purposes:text}")
_EARLIER = Asking(
    "SELECT op_id, slot_id, person_id, status, answer FROM mark_operation "
    "WHERE op_id IN {operations:text}"
)


def apply_batch(
    session: Session,
    register_id: int,
    purpose: str,
    operations: Sequence[Operation],
    marked_by: str,
    now: datetime,
    cancelled_at: datetime | None = None,
) -> BatchOutcome:
    """Decide and write a batch; the register is locked by the caller.

    An entry named by an id that it had before a merge is found all the same. Answers and operations
    stand in the same order.
    """
    connection = session.connection()
    slots = _slots(connection, register_id, operations)
    people, aliases = _people(connection, register_id, operations)
    if aliases:
        operations = [
            replace(one, entry=aliases[one.entry]) if one.entry in aliases else one
            for one in operations
        ]
    slot_names = {key: name for name, (key, _) in slots.items()}
    entry_names = {key: name for name, (key, _) in people.items()}
    statuses = {
        code: bool(active)
        for code, active in _STATUSES.rows(connection, purposes=[purpose, ANY_PURPOSE])
    }
    outcome = decide_batch(
        operations,
        RegisterState(
            open_slots={name for name, (_, stand) in slots.items() if stand is Stand.OPEN},
            closed_slots={name for name, (_, stand) in slots.items() if stand is not Stand.OPEN},
            locked_slots={name for name, (_, stand) in slots.items() if stand is Stand.LOCKED},
            entries={name for name, (_, listed) in people.items() if listed},
            statuses={code for code, active in statuses.items() if active},
            retired={code for code, active in statuses.items() if not active},
            marks=_marks(connection, slot_names, entry_names),
            earlier=_earlier(connection, operations, slot_names, entry_names),
            cancelled_at=cancelled_at,
        ),
    )
    kept = moments(connection)
    received = kept(now)
    history = [
        (
            operation.op_id,
            slots[operation.slot][0],
            people[operation.entry][0],
            operation.status,
            operation.expected_version,
            operation.device,
            operation.device_sequence,
            kept(operation.device_time),
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
    HISTORY.write(connection, history)
    standing: list[tuple[int, int, str, int]] = [
        (slots[slot][0], people[entry][0], str(one.status), one.version)
        for (slot, entry), one in outcome.changed.items()
    ]
    STANDING.write(connection, standing)
    return outcome


def _slots(
    connection: Connection, register_id: int, operations: Iterable[Operation]
) -> dict[str, tuple[int, Stand]]:
    """Key and where it stands, of the slots that are named."""
    names = _ids(operation.slot for operation in operations)
    return {
        name: (key, Signed(closed_by, confirmed_by).stand)
        for name, key, closed_by, confirmed_by in _SLOTS.rows(
            connection, register=register_id, names=names
        )
    }


def _people(
    connection: Connection, register_id: int, operations: Iterable[Operation]
) -> tuple[dict[str, tuple[int, bool]], dict[str, str]]:
    """Person and whether she is on the roster, of the entries that are named; and {id that an entry
    had before: its present one}."""
    names = _ids(operation.entry for operation in operations)
    found = {
        name: (person, bool(listed))
        for name, person, listed in _ENTRIES.rows(connection, register=register_id, names=names)
    }
    aliases: dict[str, str] = {}
    missing = [name for name in names if name not in found]
    if missing:
        for old, name, person, listed in _ALIASES.rows(
            connection, register=register_id, names=missing
        ):
            aliases[old] = name
            found[name] = (person, bool(listed))
    return found, aliases


def _marks(
    connection: Connection, slot_names: Mapping[int, str], entry_names: Mapping[int, str]
) -> dict[tuple[str, str], Standing]:
    rows = _MARKS.rows(connection, slots=list(slot_names), people=list(entry_names))
    return {
        (slot_names[slot], entry_names[person]): Standing(status, version)
        for slot, person, status, version in rows
    }


def _earlier(
    connection: Connection,
    operations: Sequence[Operation],
    slot_names: Mapping[int, str],
    entry_names: Mapping[int, str],
) -> dict[str, Earlier]:
    wanted = [operation.op_id for operation in operations if is_readable(operation)]
    # Kept for another place, the names are unknown here and match no operation.
    return {
        op_id: Earlier(slot_names.get(slot, ""), entry_names.get(person, ""), status, Reply(answer))
        for op_id, slot, person, status, answer in _EARLIER.rows(connection, operations=wanted)
    }


def _ids(names: Iterable[str]) -> list[str]:
    """Each id once, without what can't be one."""
    return [
        name for name in dict.fromkeys(names) if len(name) <= _LONGEST_ID and "\x00" not in name
    ]
