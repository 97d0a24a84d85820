"""Heads counted without names: as they stand, how they came about, and for reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.accounts.queries.accounts import names_of
from kash.attendance.models import Headcount, HeadcountOperation, Slot
from kash.attendance.rules.marking import Reply
from kash.attendance.rules.pads import Cell, Counted
from kash.people.models import Group
from kash.platform.database import db


def counted(session: Session, slot_id: int) -> Counted:
    """A slot's headcount as it stands; two queries."""
    version = session.scalar(
        select(HeadcountOperation.version)
        .where(
            HeadcountOperation.slot_id == slot_id,
            HeadcountOperation.answer == str(Reply.APPLIED),
        )
        .order_by(HeadcountOperation.version.desc())
        .limit(1)
    )
    cells = session.execute(
        select(Group.letter, Headcount.sex, Headcount.age_band, Headcount.count)
        .join(Group, Group.id == Headcount.group_id)
        .where(Headcount.slot_id == slot_id)
    )
    return Counted(tuple(sorted(Cell(*row) for row in cells)), version or 0)


def heads_by_slot(register_id: int) -> dict[str, int]:
    """How many were counted in each slot (public id) of a register; one query."""
    rows = db.session.execute(
        select(Slot.public_id, func.sum(Headcount.count))
        .join(Headcount, Headcount.slot_id == Slot.id)
        .where(Slot.register_id == register_id)
        .group_by(Slot.public_id)
    )
    return {slot: int(total) for slot, total in rows}


@dataclass(frozen=True)
class CountedHeads:
    """Heads of one kind in one slot, as reports add them up."""

    slot_id: int
    starts_at: datetime
    group_id: int
    sex: str
    age_band: str
    count: int


def heads_counted(register_ids: Sequence[int]) -> list[CountedHeads]:
    """All heads counted in these registers; they stand in reports and never in certificates."""
    rows = db.session.execute(
        select(
            Slot.id,
            Slot.starts_at,
            Headcount.group_id,
            Headcount.sex,
            Headcount.age_band,
            Headcount.count,
        )
        .join(Slot, Slot.id == Headcount.slot_id)
        .where(Slot.register_id.in_(register_ids))
        .order_by(Slot.starts_at, Slot.id, Headcount.id)
    )
    return [CountedHeads(*row) for row in rows]


@dataclass(frozen=True)
class CountLine:
    """One headcount as it arrived: when, whose, how many in all, and what became of it."""

    at: datetime
    device_time: datetime
    who: str
    total: int
    answer: str
    version: int
    correction: str


def count_history(slot_id: int) -> list[CountLine]:
    """How a slot's headcount came about, the latest first; two queries."""
    rows = db.session.execute(
        select(
            HeadcountOperation.received_at,
            HeadcountOperation.device_time,
            HeadcountOperation.counted_by,
            HeadcountOperation.counts,
            HeadcountOperation.answer,
            HeadcountOperation.version,
            HeadcountOperation.correction,
        )
        .where(HeadcountOperation.slot_id == slot_id)
        .order_by(HeadcountOperation.id.desc())
        .limit(50)
    ).all()
    names = names_of(row.counted_by for row in rows)
    return [
        CountLine(
            row.received_at,
            row.device_time,
            names.get(row.counted_by, ""),
            sum(each[3] for each in row.counts),
            row.answer,
            row.version,
            row.correction,
        )
        for row in rows
    ]
