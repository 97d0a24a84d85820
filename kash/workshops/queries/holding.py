"""How the sessions of a workshop were planned and held, which registers wait, and in which period
it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session, aliased

from kash.attendance.models import Slot
from kash.attendance.queries.conduct import conducts
from kash.attendance.queries.counts import paper_differences_by_slot
from kash.attendance.rules.conduct import Conduct, Oddity, has_begun, oddities
from kash.platform.database import db, utc_now
from kash.platform.web.account_names import accounts_in_line
from kash.policy import Actor
from kash.training.models import SessionPlan
from kash.workshops.models import Workshop, WorkshopSession


def counts_within(first: date, last: date) -> ColumnElement[bool]:
    """The condition that a workshop counts in a period: its last day lies there. Its people, its
    attendance and its money all go by it, so that parts of a year add up to the year."""
    return Workshop.ends_on.between(first, last)


def is_confirmed() -> ColumnElement[bool]:
    """The condition that all registers of a workshop are confirmed, and that it has any: only then
    its people are counted."""
    # By another name, so that a statement which reads slots itself keeps them apart.
    slot = aliased(Slot)
    of_it = slot.register_id == Workshop.register_id
    return and_(
        select(slot.id).where(of_it).exists(),
        ~select(slot.id).where(of_it, slot.confirmed_at.is_(None)).exists(),
    )


@dataclass(frozen=True)
class HeldSession:
    """A session as it was planned and held. `slot`, `closed_by` and `confirmed_by` are public ids;
    `differences` counts where signed sheets and marks differ and nobody settled it."""

    public_id: str
    slot: str
    title: str
    conduct: Conduct
    oddities: tuple[Oddity, ...]
    closed_by: str | None
    confirmed_by: str | None
    differences: int = 0

    @property
    def wants_a_look(self) -> bool:
        """True if it is confirmed by itself only."""
        return bool(self.oddities or self.differences)


def held_sessions(workshop: Workshop, session: Session | None = None) -> list[HeldSession]:
    """The sessions of a workshop in the order of time; five queries."""
    asking = session or db.session()
    rows = asking.execute(
        select(
            WorkshopSession.public_id,
            Slot.public_id.label("slot"),
            WorkshopSession.title,
            Slot.closed_by,
            Slot.confirmed_by,
            SessionPlan.minutes.label("taught"),
        )
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .outerjoin(SessionPlan, SessionPlan.id == WorkshopSession.plan_id)
        .where(WorkshopSession.workshop_id == workshop.id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    taught = {row.slot: row.taught for row in rows if row.taught is not None}
    held = conducts(workshop.register_id, asking, taught)
    return [
        HeldSession(
            row.public_id,
            row.slot,
            row.title,
            held[row.slot],
            oddities(held[row.slot]),
            row.closed_by,
            row.confirmed_by,
        )
        for row in rows
    ]


def registers_to_confirm(workshop: Workshop, actor: Actor) -> list[HeldSession]:
    """The registers of a workshop that this actor may confirm: those in which something wants a
    look first, then by time. What an account closed that stands behind hers, or the other way
    round, is left out."""
    asking, now = db.session(), utc_now()
    tied = set(asking.scalars(accounts_in_line(actor.public_id)))
    waiting = [
        one
        for one in held_sessions(workshop, asking)
        if one.closed_by is not None
        and one.confirmed_by is None
        and one.closed_by not in tied
        and has_begun(one.conduct.starts_at, now)
    ]
    if not waiting:
        return []
    differ = paper_differences_by_slot(workshop.register_id, asking)
    known = [_with_differences(one, differ.get(one.slot, 0)) for one in waiting]
    return sorted(known, key=lambda one: not one.wants_a_look)


def _with_differences(one: HeldSession, differences: int) -> HeldSession:
    return HeldSession(
        one.public_id,
        one.slot,
        one.title,
        one.conduct,
        one.oddities,
        one.closed_by,
        one.confirmed_by,
        differences,
    )


def next_to_confirm(waiting: Sequence[HeldSession], after: HeldSession) -> HeldSession | None:
    """The register that comes after one: of those that want a look, or of the others."""
    return next(
        (
            one
            for one in waiting
            if one.wants_a_look == after.wants_a_look
            and one.public_id != after.public_id
            and one.conduct.starts_at >= after.conduct.starts_at
        ),
        None,
    )
