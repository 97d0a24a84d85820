"""Merging rosters and marks when two people turn out to be one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from kash.attendance.models import (
    EntryAlias,
    Mark,
    MarkOperation,
    MarkStatus,
    RosterEntry,
    Settlement,
    Sheet,
    WalkIn,
)
from kash.attendance.rules.marking import Reply
from kash.attendance.rules.presence import CountedMark, standing_mark
from kash.attendance.triggers import MERGE
from kash.people.erasure import GOES, stays
from kash.people.references import Reference
from kash.people.undo_log import RowChanges, table_of


def _move_roster(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Where both are on a register, she stands there once, unless both were taken off.

    Sheets that were printed with both rows lead to that one, and phones that know the other.
    """
    table = table_of(RosterEntry)
    mine = {row["register_id"]: row for row in row_changes.rows(table, table.c.person_id == kept)}
    for row in row_changes.rows(table, table.c.person_id == gone):
        other = mine.get(row["register_id"])
        if other is None:
            continue
        _settle_once(row_changes, row["id"], other["id"])
        _print_once(row_changes, row["register_id"], row["public_id"], other["public_id"])
        row_changes.insert(
            table_of(EntryAlias), {"public_id": row["public_id"], "entry_id": other["id"]}
        )
        row_changes.replace(table, row["id"], other["id"])
        row_changes.update(
            table,
            table.c.id == other["id"],
            {
                "walk_in": row["walk_in"] and other["walk_in"],
                "removed_at": _removed(row, other),
            },
        )
    row_changes.update(table, table.c.person_id == gone, {"person_id": kept})


def _removed(one: Mapping[str, Any], other: Mapping[str, Any]) -> Any:
    moments = (one["removed_at"], other["removed_at"])
    return None if None in moments else max(moments)


def _settle_once(row_changes: RowChanges, gone: int, kept: int) -> None:
    """Where both had a reason beside one slot, that of the one who is kept stands."""
    table = table_of(Settlement)
    mine = {
        (row["slot_id"], row["source"]) for row in row_changes.rows(table, table.c.entry_id == kept)
    }
    for row in row_changes.rows(table, table.c.entry_id == gone):
        if (row["slot_id"], row["source"]) in mine:
            row_changes.delete(table, table.c.id == row["id"])


def _print_once(row_changes: RowChanges, register_id: int, old: str, new: str) -> None:
    table = table_of(Sheet)
    for sheet in row_changes.rows(table, table.c.register_id == register_id):
        if old in sheet["rows"]:
            rows = [new if entry == old else entry for entry in sheet["rows"]]
            row_changes.update(table, table.c.id == sheet["id"], {"rows": rows})


def _last_operations(row_changes: RowChanges, kept: int, gone: int) -> dict[tuple[int, int], int]:
    """{(slot, person): the last operation that was applied}."""
    rows = row_changes.session.execute(
        select(MarkOperation.slot_id, MarkOperation.person_id, func.max(MarkOperation.id))
        .where(
            MarkOperation.person_id.in_((kept, gone)),
            MarkOperation.answer == str(Reply.APPLIED),
        )
        .group_by(MarkOperation.slot_id, MarkOperation.person_id)
    )
    return {(slot, person): last for slot, person, last in rows}


def _move_marks(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Of two marks in one slot one stands; that it was chosen is an operation like any other."""
    table = table_of(Mark)
    mine = {row["slot_id"]: row for row in row_changes.rows(table, table.c.person_id == kept)}
    last = _last_operations(row_changes, kept, gone)
    weights = {
        row.code: row.weight
        for row in row_changes.session.execute(select(MarkStatus.code, MarkStatus.weight))
    }

    def said(row: Mapping[str, Any]) -> CountedMark:
        return CountedMark(
            row["status"],
            weights.get(row["status"], 0),
            row["version"],
            last.get((row["slot_id"], row["person_id"]), 0),
        )

    for row in row_changes.rows(table, table.c.person_id == gone):
        other = mine.get(row["slot_id"])
        if other is None:
            continue
        status, version = standing_mark(said(other), said(row))
        row_changes.replace(table, row["id"], other["id"])
        row_changes.update(table, table.c.id == other["id"], {"status": status, "version": version})
        row_changes.insert(
            table_of(MarkOperation),
            {
                "op_id": str(uuid.uuid4()),
                "slot_id": row["slot_id"],
                "person_id": kept,
                "status": status,
                "expected_version": version - 1,
                "device": MERGE,
                "device_sequence": 0,
                "device_time": row_changes.now,
                "received_at": row_changes.now,
                "marked_by": row_changes.by,
                "answer": str(Reply.APPLIED),
                "version": version,
            },
        )
    row_changes.update(table, table.c.person_id == gone, {"person_id": kept})


def _move_walk_ins(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Somebody who walked in and was here already: that is settled now."""
    table = table_of(WalkIn)
    row_changes.update(
        table,
        table.c.person_id.in_((kept, gone)) & table.c.settled_at.is_(None),
        {"settled_at": row_changes.now, "settled_by": row_changes.by, "outcome": "merged"},
    )
    row_changes.update(table, table.c.person_id == gone, {"person_id": kept})


REFERENCES = (
    Reference("roster_entry.person_id", _l("Registers"), _move_roster, erased=stays()),
    Reference("mark_operation.person_id", erased=stays(correction="")),
    Reference("walk_in.person_id", move=_move_walk_ins, erased=stays()),
    Reference("signature.person_id", _l("Signatures"), erased=GOES),
    Reference("mark.person_id", _l("Marks"), _move_marks, erased=stays()),
)
