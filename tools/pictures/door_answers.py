"""Answers at the door: a session that takes place now, badges that were typed, old codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import exists, select

from kash.attendance.models import MarkOperation, RosterEntry, Slot
from kash.attendance.rules.registers import badge_shown, is_its_time
from kash.platform.database import db, utc_now, writing
from kash.workshops.models import Workshop
from tools.pictures.acts import Answer, Fill, Press

_TAKE_IN = "[data-typed] button"


def let_one_take_place(workshop: str) -> None:
    """Have a session of this workshop take place now, whatever time it is, so that a code stands on
    the wall: the last one, unless another is on."""
    now = utc_now()
    marked = exists().where(MarkOperation.slot_id == Slot.id)
    with writing() as session:
        slots = session.scalars(
            select(Slot)
            .join(Workshop, Workshop.register_id == Slot.register_id)
            .where(Workshop.public_id == workshop, ~marked)
            .order_by(Slot.starts_at)
        ).all()
        if not any(is_its_time(one.starts_at, one.minutes, now) for one in slots):
            slots[-1].starts_at = now - timedelta(minutes=10)


def door_answers(workshop: str) -> Iterator[Answer]:
    """Answers to a badge, to a code that is not that of the wall, and to what comes too late."""
    entry = db.session.scalars(
        select(RosterEntry.public_id)
        .join(Workshop, Workshop.register_id == RosterEntry.register_id)
        .where(Workshop.public_id == workshop)
        .order_by(RosterEntry.id)
        .limit(1)
    ).one()
    page = ("trainer", "workshops.scan")
    unknown = (Fill("#code", "0000-0000-0000-0000"), Press(_TAKE_IN, ".came.bad", 200))
    yield Answer(*page, "unknown", unknown)
    came = (Fill("#code", badge_shown(entry)), Press(_TAKE_IN, ".came.good", 200))
    yield Answer(*page, "in", came, writes=True)
    taken = Press("button[value=take]:has-text('correction')", "[aria-invalid=true]", 422)
    yield Answer("trainer", "workshops.held", "no-reason", (taken,))
    old = (Fill("#code", "AAA-AAA"), Press("main form button.main", "#code-error", 422))
    yield Answer("police", "workshops.check_in", "old-code", old)
