"""Adding, moving, ordering and removing the sessions of a workshop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import Slot
from kash.attendance.register import (
    SlotTaught,
    lock_register,
    move_slot,
    number_slots,
    remove_slots,
)
from kash.platform.database import new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.rules import Span
from kash.workshops.schedule_checks import without_new_clashes
from kash.workshops.services.errors import SessionClosed
from kash.workshops.services.planning import held_for_change
from kash.workshops.services.timetable import (
    lay_anew,
    refuse_outside,
    refuse_overlap,
    sessions_in_order,
)


@dataclass(frozen=True)
class SessionDetails:
    """A session as entered; `starts_at` is an aware moment."""

    title: str
    starts_at: datetime
    minutes: int


def add_session(
    workshop: str,
    details: SessionDetails,
    row_version: int,
    by: Actor,
) -> str:
    """Add a session that follows no plan; returns its public id.

    Raises NotFound, ChangedMeanwhile, WorkshopCancelled, SessionsOverlap, OutsideWorkshop and
    ScheduleClash.
    """
    with audited("workshops.session_added", by) as change:
        session = change.session
        held = held_for_change(session, workshop, row_version)
        made = WorkshopSession(
            public_id=new_public_id(),
            workshop_id=held.id,
            title=details.title,
            slot=Slot(
                register_id=held.register_id,
                position=0,
                starts_at=details.starts_at,
                minutes=details.minutes,
            ),
        )
        refuse_overlap(session, held, Span(made.public_id, details.starts_at, details.minutes))
        with without_new_clashes(session, held):
            session.add(made)
            refuse_outside(session, held)
        number_slots(session, held.register_id)
        held.row_version += 1
        change.about(held.public_id, made.public_id)
        return made.public_id


def change_session(
    workshop: str, public_id: str, details: SessionDetails, row_version: int, by: Actor
) -> None:
    """Change a session's title, time or length. The time of a closed one stays.

    Raises NotFound, ChangedMeanwhile, WorkshopCancelled, SessionClosed, SessionsOverlap,
    OutsideWorkshop and ScheduleClash.
    """
    with audited("workshops.session_changed", by) as change:
        session = change.session
        held = held_for_change(session, workshop, row_version)
        # Marks and closing go by the register's lock, not the workshop's.
        lock_register(session, held.register.public_id)
        found = _session_of(session, held, public_id)
        slot = found.slot
        moved = (slot.starts_at, slot.minutes) != (details.starts_at, details.minutes)
        if moved and slot.closed_at is not None:
            raise SessionClosed
        refuse_overlap(session, held, Span(public_id, details.starts_at, details.minutes))
        found.title = details.title
        with without_new_clashes(session, held):
            move_slot(slot, details.starts_at, details.minutes, change.now)
        if moved:
            refuse_outside(session, held)
            number_slots(session, held.register_id)
        held.row_version += 1
        change.about(held.public_id, found.public_id)


def remove_session(workshop: str, public_id: str, by: Actor) -> None:
    """Take a session out of the plan. Raises NotFound, WorkshopCancelled, SlotHasMarks and
    SlotTaught."""
    with audited("workshops.session_removed", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        lock_register(session, held.register.public_id)
        found = _session_of(session, held, public_id)
        if found.record is not None:
            raise SlotTaught
        slot_id = found.slot_id
        change.about(held.public_id, found.public_id)
        session.delete(found)
        session.flush()
        remove_slots(session, [slot_id])
        number_slots(session, held.register_id)
        held.row_version += 1


def order_sessions(workshop: str, order: Sequence[str], by: Actor) -> None:
    """Put the sessions in another order and lay them out afresh.

    Sessions that `order` does not name come after those it does. Raises NotFound,
    WorkshopCancelled, RegisterBegun, DoesNotFit and ScheduleClash.
    """
    with audited("workshops.sessions_ordered", by) as change:
        session = change.session
        held = held_for_change(session, workshop)
        sessions = sessions_in_order(session, held)
        place = {public_id: number for number, public_id in enumerate(order)}
        wanted = sorted(sessions, key=lambda one: place.get(one.public_id, len(place)))
        change.about(held.public_id)
        if wanted == sessions:
            change.nothing()
            return
        with without_new_clashes(session, held):
            lay_anew(session, held, change.now, wanted)
        held.row_version += 1


def lay_out_anew(workshop: str, by: Actor, *, as_delivered: bool = False) -> None:
    """Lay the sessions out afresh in their present order; `as_delivered` makes each as long as it
    took the last times.

    Raises NotFound, WorkshopCancelled, RegisterBegun, DoesNotFit and ScheduleClash.
    """
    with audited("workshops.sessions_laid_out", by) as change:
        held = held_for_change(change.session, workshop)
        with without_new_clashes(change.session, held):
            lay_anew(change.session, held, change.now, as_delivered=as_delivered)
        held.row_version += 1
        change.about(held.public_id)


def _session_of(session: Session, workshop: Workshop, public_id: str) -> WorkshopSession:
    return one_or_404(
        session.scalars(
            select(WorkshopSession)
            .options(joinedload(WorkshopSession.slot))
            .where(
                WorkshopSession.workshop_id == workshop.id, WorkshopSession.public_id == public_id
            )
        ).first()
    )
