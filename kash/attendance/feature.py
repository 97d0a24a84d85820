"""Merging rosters and marks when two people turn out to be one. Columns of this room's tables,
sorted by what they hold about a person; and pictures of signed sheets. Words of the audit trail
for what is done here: the room, then what happened. The declaration of registers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from kash.accounts.services.locking import Revocation
from kash.attendance import blueprint, scans, views
from kash.attendance.forms import conflict_sentence, reason_sentence, status_word
from kash.attendance.models import (
    EntryAlias,
    Mark,
    MarkOperation,
    MarkStatus,
    Register,
    RosterEntry,
    Settlement,
    Sheet,
    SheetScan,
    Slot,
    WalkIn,
)
from kash.attendance.queries.pads import skew_text
from kash.attendance.queries.statuses import status_catalogue, statuses_for, workshop_choices
from kash.attendance.rules.marking import CountedMark, Reply, standing_mark
from kash.attendance.scans import delete_orphans, keys_of_scans
from kash.attendance.services.pads import revoke_pads_of
from kash.attendance.triggers import MERGE
from kash.attendance.views import sync
from kash.feature import Feature
from kash.people.erasure import (
    GOES,
    Beneath,
    ErasedPerson,
    FreeText,
    GoesIfNamed,
    HeldElsewhere,
    OpenedForHer,
    about_things,
    free_texts,
    stays,
)
from kash.people.models import Person
from kash.people.queries.search import Reference
from kash.people.sections import StillActive
from kash.people.undo_log import RowChanges, table_of
from kash.platform.database import after_commit
from kash.platform.jobs import Chore
from kash.platform.storage import NamedFiles
from kash.platform.web.parts import ActionWords


def _move_roster(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Where both are on a register, she stands there once, unless both were taken off.

    Sheets that were printed with both rows lead to that one, and phones that know the other.
    """
    table = table_of(RosterEntry)
    mine = {
        entry["register_id"]: entry for entry in row_changes.rows(table, table.c.person_id == kept)
    }
    for entry in row_changes.rows(table, table.c.person_id == gone):
        other = mine.get(entry["register_id"])
        if other is None:
            continue
        _settle_once(row_changes, entry["id"], other["id"])
        _print_once(row_changes, entry["register_id"], entry["public_id"], other["public_id"])
        row_changes.insert(
            table_of(EntryAlias), {"public_id": entry["public_id"], "entry_id": other["id"]}
        )
        row_changes.replace(table, entry["id"], other["id"])
        row_changes.update(
            table,
            table.c.id == other["id"],
            {
                "walk_in": entry["walk_in"] and other["walk_in"],
                "removed_at": _removed(entry, other),
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
        (settlement["slot_id"], settlement["source"])
        for settlement in row_changes.rows(table, table.c.entry_id == kept)
    }
    for settlement in row_changes.rows(table, table.c.entry_id == gone):
        if (settlement["slot_id"], settlement["source"]) in mine:
            row_changes.delete(table, table.c.id == settlement["id"])


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
            MarkOperation.person_id.in_((kept, gone)), MarkOperation.answer == str(Reply.APPLIED)
        )
        .group_by(MarkOperation.slot_id, MarkOperation.person_id)
    )
    return {(slot, person): last for slot, person, last in rows}


def _move_marks(row_changes: RowChanges, kept: int, gone: int) -> None:
    """Of two marks in one slot one stands; that it was chosen is an operation like any other."""
    table = table_of(Mark)
    mine = {mark["slot_id"]: mark for mark in row_changes.rows(table, table.c.person_id == kept)}
    last = _last_operations(row_changes, kept, gone)
    weights = {
        mark.code: mark.weight
        for mark in row_changes.session.execute(select(MarkStatus.code, MarkStatus.weight))
    }

    def said(mark: Mapping[str, Any]) -> CountedMark:
        return CountedMark(
            mark["status"],
            weights.get(mark["status"], 0),
            mark["version"],
            last.get((mark["slot_id"], mark["person_id"]), 0),
        )

    for mark in row_changes.rows(table, table.c.person_id == gone):
        other = mine.get(mark["slot_id"])
        if other is None:
            continue
        status, version = standing_mark(said(other), said(mark))
        row_changes.replace(table, mark["id"], other["id"])
        row_changes.update(table, table.c.id == other["id"], {"status": status, "version": version})
        row_changes.insert(
            table_of(MarkOperation),
            {
                "op_id": str(uuid.uuid4()),
                "slot_id": mark["slot_id"],
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


def _showing(session: Session, subject: ErasedPerson) -> Sequence[tuple[SheetScan, str]]:
    """Pictures of sheets on which she signed, and of pages of her registers that belong to no sheet
    yet; with the registers' public ids."""
    entries = select(RosterEntry.id).where(RosterEntry.person_id == subject.id)
    printed = set(session.scalars(select(RosterEntry.public_id).where(RosterEntry.id.in_(entries))))
    printed |= set(
        session.scalars(select(EntryAlias.public_id).where(EntryAlias.entry_id.in_(entries)))
    )
    registers = select(RosterEntry.register_id).where(RosterEntry.person_id == subject.id)
    sheets = session.execute(
        select(Sheet.id, Sheet.rows).where(Sheet.register_id.in_(registers))
    ).all()
    hers = [sheet for sheet, rows in sheets if printed.intersection(rows)]
    scans = session.execute(
        select(SheetScan, Register.public_id)
        .join(Register, Register.id == SheetScan.register_id)
        .where(
            SheetScan.register_id.in_(registers),
            or_(SheetScan.sheet_id.is_(None), SheetScan.sheet_id.in_(hers)),
        )
        .order_by(SheetScan.id)
    )
    return [(scan, register) for scan, register in scans]


def _delete_pictures(session: Session, subject: ErasedPerson) -> int:
    pictures = _showing(session, subject)
    for scan, register in pictures:
        after_commit(partial(scans.forget, register, scan.public_id))
        session.delete(scan)
    return len(pictures)


# What was read off a sheet stays; others' signatures on the picture go with hers.
SCANS = HeldElsewhere(
    (),
    _l("Pictures of signed sheets"),
    lambda session, subject: len(_showing(session, subject)),
    _delete_pictures,
    name="sheet_scan",
)


PERSONAL = (
    Beneath("settlement.entry_id", stays(reason="…")),
    Beneath("entry_alias.entry_id", stays()),
    *free_texts("slot.early_reason", "headcount_operation.correction"),
    FreeText("register_note.text_sealed", kind="register.note"),
    # What a phone sent may hold the name of somebody who came in at the door.
    GoesIfNamed("held_item.operation_sealed", kind="held.operation"),
    SCANS,
    OpenedForHer("signature.strokes_sealed", kind="register.signature"),
    *about_things(
        headcount="sex age_band",
        headcount_operation="op_id counts device answer",
        held_item="op_id kind why reason slot entry decision",
        mark_operation="op_id status device answer",
        mark_status="code letter purpose name tone",
        pad="signing_key label",
        pad_key="private_sealed public_point",
        register="purpose",
        register_note="op_id device",
        settlement="source status",
        sheet="rows columns extras",
        sheet_reading="ticks",
        sheet_scan="found_by",
        time_tap="op_id edge device",
        walk_in="op_id device outcome",
    ),
)


ACTION_WORDS = ActionWords(
    {
        "attendance.badge_scanned": _l("attendance: badge scanned"),
        "attendance.checked_in": _l("attendance: checked in"),
        "attendance.difference_settled": _l("attendance: difference settled"),
        "attendance.heads_counted": _l("attendance: heads counted"),
        "attendance.held_decided": _l("attendance: held decided"),
        "attendance.mark_corrected": _l("attendance: mark corrected"),
        "attendance.marks_made": _l("attendance: marks made"),
        "attendance.pad_revoked": _l("attendance: pad revoked"),
        "attendance.pad_synced": _l("attendance: pad synced"),
        "attendance.pad_taken": _l("attendance: pad taken"),
        "attendance.queue_brought_in": _l("attendance: queue brought in"),
        "attendance.scan_matched": _l("attendance: scan matched"),
        "attendance.scan_removed": _l("attendance: scan removed"),
        "attendance.scans_kept": _l("attendance: scans kept"),
        "attendance.sheet_read": _l("attendance: sheet read"),
        "attendance.sheets_made": _l("attendance: sheets made"),
        "attendance.signatures_shown": _l("attendance: signatures shown"),
        "attendance.slot_closed": _l("attendance: slot closed"),
        "attendance.slots_closed": _l("attendance: slots closed"),
        "attendance.slot_confirmed": _l("attendance: slot confirmed"),
        "attendance.slot_reopened": _l("attendance: slot reopened"),
        "attendance.slots_confirmed": _l("attendance: slots confirmed"),
        "attendance.status_added": _l("attendance: status added"),
        "attendance.status_changed": _l("attendance: status changed"),
        "attendance.statuses_ordered": _l("attendance: statuses ordered"),
        "attendance.time_tapped": _l("attendance: time of a session tapped"),
        "attendance.time_undone": _l("attendance: time of a session taken back"),
        "attendance.times_set": _l("attendance: times of a session typed in"),
        "attendance.walk_in_kept": _l("attendance: walk in kept"),
    }
)


def _take_signed(app: Flask) -> None:
    # What a phone sends is signed, and comes without a cookie that could be abused.
    app.extensions["csrf"].exempt(sync)


def _marked(since: datetime) -> ColumnElement[bool]:
    return exists().where(
        Mark.person_id == Person.id, Slot.id == Mark.slot_id, Slot.starts_at >= since
    )


FEATURE = Feature(
    "attendance",
    modules=(views,),
    start=_take_signed,
    blueprints=(blueprint,),
    filters={
        "conflict_sentence": conflict_sentence,
        "mark_word": status_word,
        "mark_reason": reason_sentence,
        "skew": skew_text,
    },
    words={
        "workshop_choices": workshop_choices,
        "workshop_statuses": partial(statuses_for, "workshop"),
        "status_catalogue": status_catalogue,
    },
    parts=(
        *PERSONAL,
        NamedFiles(keys_of_scans),
        ACTION_WORDS,
        StillActive(_marked),
        *REFERENCES,
        Revocation("pads.revoke_pads_of", _l("Registers on phones stop working"), revoke_pads_of),
        Chore("delete_orphaned_scans", delete_orphans, minutes=60),
    ),
)
