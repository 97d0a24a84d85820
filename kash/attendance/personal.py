"""Columns of this room's tables, sorted by what they hold about a person; and pictures of signed
sheets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from kash.attendance import scans
from kash.attendance.models import EntryAlias, Register, RosterEntry
from kash.attendance.models.sheets import Sheet, SheetScan
from kash.people.erasure import (
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
from kash.platform.database import after_commit


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
    found = session.execute(
        select(SheetScan, Register.public_id)
        .join(Register, Register.id == SheetScan.register_id)
        .where(
            SheetScan.register_id.in_(registers),
            or_(SheetScan.sheet_id.is_(None), SheetScan.sheet_id.in_(hers)),
        )
        .order_by(SheetScan.id)
    )
    return [(scan, register) for scan, register in found]


def _delete_pictures(session: Session, subject: ErasedPerson) -> int:
    found = _showing(session, subject)
    for scan, register in found:
        after_commit(partial(scans.forget, register, scan.public_id))
        session.delete(scan)
    return len(found)


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
    *free_texts(
        "slot.early_reason",
        "headcount_operation.correction",
    ),
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
