"""How sessions were planned and really held, and what a person has read of their registers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, case, distinct, func, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, MarkOperation, MarkStatus, RosterEntry, Slot
from kash.attendance.rules.conduct import Conduct, came_at_once
from kash.attendance.rules.reading import register_text
from kash.platform.database import db
from kash.platform.vault import lookup
from kash.policy import Actor


def conducts(
    register_id: int,
    session: Session | None = None,
    taught: Mapping[str, int] | None = None,
) -> dict[str, Conduct]:
    """How each slot (public id) of a register was planned and held; four queries.

    `taught` are the minutes of the plans that slots follow.
    """
    asking = session or db.session()
    slots = asking.execute(
        select(
            Slot.id,
            Slot.public_id,
            Slot.starts_at,
            Slot.minutes,
            Slot.closed_at,
            Slot.early_reason,
            Slot.planned_end,
        )
        .where(Slot.register_id == register_id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    people = asking.scalar(
        select(func.count(RosterEntry.id)).where(
            RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None)
        )
    )
    counted = _counted(asking, register_id)
    made = _made(asking, register_id)
    plans = taught or {}
    found: dict[str, Conduct] = {}
    for slot in slots:
        held = Conduct(
            slot.starts_at,
            slot.minutes,
            slot.closed_at,
            slot.early_reason,
            people=people or 0,
            taught=plans.get(slot.public_id),
            planned_end=slot.planned_end,
        )
        if slot.id in counted:
            marked, there, alike = counted[slot.id]
            held = replace(held, marked=marked, there=there, alike=alike)
        if slot.id in made:
            row = made[slot.id]
            held = replace(
                held,
                first_mark=row.first_mark,
                last_mark=row.last_mark,
                at_once=row.first_came is not None and came_at_once(row.first_came, row.last_came),
            )
        found[slot.public_id] = held
    return found


def _counted(session: Session, register_id: int) -> dict[int, tuple[int, int, bool]]:
    """(marked, marked so that it counts, all alike) by slot, of those on the roster."""
    rows = session.execute(
        select(
            Mark.slot_id,
            func.count(Mark.id),
            func.sum(case((MarkStatus.weight > 0, 1), else_=0)),
            func.count(distinct(Mark.status)),
        )
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(
            RosterEntry,
            and_(
                RosterEntry.register_id == Slot.register_id,
                RosterEntry.person_id == Mark.person_id,
                RosterEntry.removed_at.is_(None),
            ),
        )
        .where(Slot.register_id == register_id)
        .group_by(Mark.slot_id)
    )
    return {slot: (marked, int(there or 0), kinds == 1) for slot, marked, there, kinds in rows}


def _made(session: Session, register_id: int) -> dict[int, Any]:
    """When the marks of each slot were made, and when they arrived. The first is the first by which
    somebody was there: that somebody will not come may be noted days before."""
    there = MarkStatus.weight > 0
    rows = session.execute(
        select(
            MarkOperation.slot_id,
            func.min(case((there, MarkOperation.device_time))).label("first_mark"),
            func.max(MarkOperation.device_time).label("last_mark"),
            func.min(case((there, MarkOperation.received_at))).label("first_came"),
            func.max(case((there, MarkOperation.received_at))).label("last_came"),
        )
        .join(Slot, Slot.id == MarkOperation.slot_id)
        .join(MarkStatus, MarkStatus.code == MarkOperation.status)
        .where(
            Slot.register_id == register_id,
            MarkOperation.answer == "applied",
            MarkOperation.correction == "",
        )
        .group_by(MarkOperation.slot_id)
    )
    return {row.slot_id: row for row in rows}


def read_tokens(
    register_id: int, slots: Collection[str], by: Actor, session: Session | None = None
) -> dict[str, str]:
    """Tokens that prove that somebody was shown these closed registers (public ids) as they stand
    now.

    Only the server makes it, for one account; two queries.
    """
    asking = session or db.session()
    rows = asking.execute(
        select(Slot.id, Slot.public_id, Slot.closed_at, Slot.early_reason).where(
            Slot.register_id == register_id,
            Slot.public_id.in_(slots),
            Slot.closed_at.is_not(None),
        )
    ).all()
    marks: dict[int, list[tuple[int, str, int]]] = {row.id: [] for row in rows}
    for slot, person, status, version in asking.execute(
        select(Mark.slot_id, Mark.person_id, Mark.status, Mark.version).where(
            Mark.slot_id.in_(marks)
        )
    ):
        marks[slot].append((person, status, version))
    return {
        row.public_id: lookup(
            f"{by.public_id}|"
            + register_text(row.public_id, row.closed_at, row.early_reason, marks[row.id]),
            kind="attendance.read",
        )
        for row in rows
    }
