"""A batch of marks within a transaction: one narrow read, one decision each, two statements. Only
what the batch names is read, all of it in one statement, since each costs a way to the server and
back on PostgreSQL and a chance for other threads to come between on SQLite. What is written goes
in one statement for each table: on PostgreSQL as arrays, on SQLite as one prepared statement. Put
together row by row PostgreSQL takes ten times as long. Items of a pad's queue that wait for a
person: kept sealed, once, until each is decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import HeldItem, let_facts_follow, sealed_operation, sent_of
from kash.attendance.queries.pads import Credential
from kash.attendance.rules.marking import (
    ANY_PURPOSE,
    BatchOutcome,
    CurrentMark,
    Earlier,
    Operation,
    OperationAnswer,
    RegisterState,
    RejectionReason,
    Reply,
    decide_batch,
    is_readable,
)
from kash.attendance.rules.pads import OpenedItem, OperationKind, moment_of
from kash.attendance.rules.registers import Signed, Stand
from kash.platform.database import (
    BulkInsert,
    RawQuery,
    is_postgresql,
    moment_from,
    moment_text,
    new_public_id,
)

_LONGEST_ID = 16
HISTORY = BulkInsert(
    "mark_operation",
    ("op_id", "slot_id", "person_id", "status", "expected_version", "device", "device_sequence",
     "device_time", "received_at", "marked_by", "answer", "version", "correction"),
    ("text", "int", "int", "text", "int", "text", "int",
     "timestamptz", "timestamptz", "text", "text", "int", "text"),
)  # fmt: skip
STANDING = BulkInsert(
    "mark",
    ("slot_id", "person_id", "status", "version"),
    ("int", "int", "text", "int"),
    "ON CONFLICT (slot_id, person_id) DO UPDATE SET "
    "status = excluded.status, version = excluded.version",
)
# Rows of five kinds: slots, entries, statuses, marks, and operations that were kept before. What
# stands where is said by `_Found`. The plus has SQLite look marks up by their slots: by persons it
# reads all that was ever marked on each of them, in any register.
_STATE = RawQuery(
    "SELECT 'slot' AS kind, public_id AS name, id AS first, CAST(NULL AS bigint) AS second,"
    " CAST(NULL AS bigint) AS third, closed_by AS one, confirmed_by AS other, starts_at AS begins"
    " FROM slot WHERE register_id = {register} AND public_id IN {slots:text} UNION ALL SELECT"
    " 'entry', public_id, person_id, CASE WHEN removed_at IS NULL THEN 1 ELSE 0 END, NULL, NULL,"
    " NULL, NULL FROM roster_entry WHERE register_id = {register} AND public_id IN {entries:text}"
    " UNION ALL SELECT 'status', code, CASE WHEN active THEN 1 ELSE 0 END, weight, NULL, NULL,"
    " NULL, NULL FROM mark_status WHERE purpose IN {purposes:text} UNION ALL SELECT 'mark', NULL,"
    " slot_id, person_id, version, status, NULL, NULL FROM mark WHERE slot_id IN (SELECT id FROM"
    " slot WHERE register_id = {register} AND public_id IN {slots:text}) AND +person_id IN (SELECT"
    " person_id FROM roster_entry WHERE register_id = {register} AND public_id IN {entries:text})"
    " UNION ALL SELECT 'kept', op_id, slot_id, person_id, NULL, status, answer, NULL FROM"
    " mark_operation WHERE op_id IN {operations:text}"
)
_ALIASES = RawQuery(
    "SELECT entry_alias.public_id, roster_entry.public_id "
    "FROM entry_alias JOIN roster_entry ON roster_entry.id = entry_id "
    "WHERE register_id = {register} AND entry_alias.public_id IN {names:text}"
)


@dataclass
class _Found:
    """Rows that a batch names and that are there: slots and entries by public id, with their
    keys."""

    slots: dict[str, tuple[int, Stand]] = field(default_factory=dict)
    begins: dict[str, datetime] = field(default_factory=dict)
    people: dict[str, tuple[int, bool]] = field(default_factory=dict)
    statuses: dict[str, bool] = field(default_factory=dict)
    counting: set[str] = field(default_factory=set)
    marks: dict[tuple[int, int], CurrentMark] = field(default_factory=dict)
    kept: dict[str, tuple[int, int, str, str]] = field(default_factory=dict)


def apply_batch(
    session: Session,
    register_id: int,
    purpose: str,
    operations: Sequence[Operation],
    marked_by: str,
    now: datetime,
    cancelled_at: datetime | None = None,
    clock_ahead: timedelta | None = None,
) -> BatchOutcome:
    """Decide and write a batch; the register is locked by the caller.

    `clock_ahead` is by how much the clock of the device is ahead of ours; without it the moments of
    devices are not asked whether the session had begun, but `now` is. An entry named by an id that
    it had before a merge is found all the same. Answers and operations stand in the same order.
    """
    connection = session.connection()
    state = _found(connection, register_id, purpose, operations)
    if any(operation.entry not in state.people for operation in operations):
        aliases = _aliases(connection, register_id, operations, state)
        if aliases:
            operations = [
                replace(operation, entry=aliases[operation.entry])
                if operation.entry in aliases
                else operation
                for operation in operations
            ]
            state = _found(connection, register_id, purpose, operations)
    outcome = decide_batch(operations, _state(state, now, cancelled_at, clock_ahead))
    _write(connection, state, operations, outcome, marked_by, now)
    if any(state.slots[slot][1] is Stand.LOCKED for slot, _entry in outcome.changed):
        let_facts_follow(session, register_id, now)
    return outcome


def _found(
    connection: Connection, register_id: int, purpose: str, operations: Sequence[Operation]
) -> _Found:
    found = _Found()
    for kind, name, first, second, third, one, other, begins in _STATE.rows(
        connection,
        register=register_id,
        slots=_ids(operation.slot for operation in operations),
        entries=_ids(operation.entry for operation in operations),
        purposes=[purpose, ANY_PURPOSE],
        operations=[operation.op_id for operation in operations if is_readable(operation)],
    ):
        if kind == "mark":
            found.marks[first, second] = CurrentMark(one, third)
        elif kind == "entry":
            found.people[name] = (first, bool(second))
        elif kind == "slot":
            found.slots[name] = (first, Signed(one, other).stand)
            found.begins[name] = moment_from(begins)
        elif kind == "status":
            found.statuses[name] = bool(first)
            if second:
                found.counting.add(name)
        else:
            found.kept[name] = (first, second, one, other)
    return found


def _aliases(
    connection: Connection, register_id: int, operations: Iterable[Operation], found: _Found
) -> dict[str, str]:
    """{id that an entry had before: its present one}, of the names that no entry has."""
    missing = [
        name
        for name in _ids(operation.entry for operation in operations)
        if name not in found.people
    ]
    if not missing:
        return {}
    return dict(_ALIASES.rows(connection, register=register_id, names=missing))


def _state(
    found: _Found, now: datetime, cancelled_at: datetime | None, clock_ahead: timedelta | None
) -> RegisterState:
    """The same as rules know it: public ids only."""
    slots = {key: name for name, (key, _) in found.slots.items()}
    entries = {key: name for name, (key, _) in found.people.items()}
    return RegisterState(
        open_slots={name for name, (_, stand) in found.slots.items() if stand is Stand.OPEN},
        closed_slots={name for name, (_, stand) in found.slots.items() if stand is not Stand.OPEN},
        locked_slots={name for name, (_, stand) in found.slots.items() if stand is Stand.LOCKED},
        entries={name for name, (_, listed) in found.people.items() if listed},
        statuses={code for code, active in found.statuses.items() if active},
        retired={code for code, active in found.statuses.items() if not active},
        marks={
            (slots[slot], entries[person]): standing
            for (slot, person), standing in found.marks.items()
        },
        # Kept for another place, the names are unknown here and match no operation.
        earlier={
            op_id: Earlier(slots.get(slot, ""), entries.get(person, ""), status, Reply(answer))
            for op_id, (slot, person, status, answer) in found.kept.items()
        },
        cancelled_at=cancelled_at,
        begins=found.begins,
        counting=found.counting,
        now=now,
        clock_ahead=clock_ahead,
    )


def _write(
    connection: Connection,
    found: _Found,
    operations: Sequence[Operation],
    outcome: BatchOutcome,
    marked_by: str,
    now: datetime,
) -> None:
    on_postgresql = is_postgresql(connection)
    received = moment_text(now, on_postgresql=on_postgresql)
    slots, people, answers = found.slots, found.people, outcome.answers
    history = [
        (
            operation.op_id,
            slots[operation.slot][0],
            people[operation.entry][0],
            operation.status,
            operation.expected_version,
            operation.device,
            operation.device_sequence,
            moment_text(operation.device_time, on_postgresql=on_postgresql),
            received,
            marked_by,
            answer.answer.value,
            answer.version,
            operation.correction,
        )
        for operation, answer in (
            (operations[position], answers[position]) for position in outcome.kept
        )
    ]
    HISTORY.write(connection, history)
    standing: list[tuple[int, int, str, int]] = [
        (slots[slot][0], people[entry][0], str(mark.status), mark.version)
        for (slot, entry), mark in outcome.changed.items()
    ]
    STANDING.write(connection, standing)


def _ids(names: Iterable[str]) -> list[str]:
    """Each id once, without what can't be one."""
    return [
        name for name in dict.fromkeys(names) if len(name) <= _LONGEST_ID and "\x00" not in name
    ]


@dataclass(frozen=True)
class ParkedItem:
    """Answer to an item that waits, or waited."""

    why: str
    reason: RejectionReason
    decision: str


_BEFORE = RawQuery(
    "SELECT op_id, why, reason, decision FROM held_item WHERE op_id IN {operations:text}"
)


def already_parked(session: Session, op_ids: Sequence[str]) -> dict[str, ParkedItem]:
    """Operations among these that wait already, or were decided, each with its answer."""
    connection = session.connection()
    return {
        op_id: ParkedItem(why, RejectionReason(reason), decision)
        for op_id, why, reason, decision in _BEFORE.rows(connection, operations=op_ids)
    }


def park(
    session: Session,
    queue: Credential,
    items: Sequence[tuple[OpenedItem, str, RejectionReason]],
    now: datetime,
) -> int:
    """Keep items for a person to decide, each with why it waits; returns how many did not wait
    already."""
    waiting: dict[str, tuple[OpenedItem, str, RejectionReason]] = {}
    for parked in items:
        waiting.setdefault(parked[0].op_id(queue.public_id), parked)
    for op_id in session.scalars(select(HeldItem.op_id).where(HeldItem.op_id.in_(waiting))):
        del waiting[op_id]
    for op_id, (item, why, reason) in waiting.items():
        public_id, sent = new_public_id(), item.sent
        session.add(
            HeldItem(
                public_id=public_id,
                op_id=op_id,
                register_id=queue.register_id,
                pad_id=queue.id,
                device_sequence=item.sequence,
                kind=str(item.kind),
                why=why,
                reason=str(reason),
                slot="" if sent is None else sent.slot,
                entry=getattr(sent, "entry", ""),
                operation_sealed=sealed_operation(item.plaintext, public_id),
                sent_by=queue.actor.public_id,
                device_time=now if sent is None else moment_of(sent),
                received_at=now,
            )
        )
    session.flush()
    return len(waiting)


def marks_waiting_for(
    session: Session, queue: Credential, entries: Sequence[str], sent_by: str
) -> list[tuple[HeldItem, Operation]]:
    """Marks of the same person that came before the people they are on, who are here now."""
    waiting = []
    for item in session.scalars(
        select(HeldItem)
        .where(
            HeldItem.register_id == queue.register_id,
            HeldItem.entry.in_(entries),
            HeldItem.reason == str(RejectionReason.NOT_ON_ROSTER),
            HeldItem.decided_at.is_(None),
            HeldItem.sent_by == sent_by,
            HeldItem.kind.in_((str(OperationKind.MARK), str(OperationKind.SCAN))),
        )
        .options(joinedload(HeldItem.pad))
        .order_by(HeldItem.pad_id, HeldItem.device_sequence)
    ):
        sent = sent_of(item)
        if isinstance(sent, Operation):
            waiting.append((item, sent))
    return waiting


def settle_arrived(item: HeldItem, answer: OperationAnswer, by: str, now: datetime) -> None:
    """Settle a mark that waited, now that the person it is on has come."""
    if answer.answer in (Reply.APPLIED, Reply.DUPLICATE):
        settle(item, "arrived", by, now)
    elif answer.answer is Reply.CONFLICT:
        item.why, item.reason = "conflict", str(answer.reason)


def settle(item: HeldItem, decision: str, by: str, now: datetime) -> None:
    """Say what was decided; the operation itself is kept no longer."""
    item.decision, item.decided_at, item.decided_by = decision, now, by
    item.operation_sealed = None
