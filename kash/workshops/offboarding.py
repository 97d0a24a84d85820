"""Off-boarding of a trainer: she hands over the workshops she teaches that are not done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from kash.accounts.holdings import Holder
from kash.attendance.models import Slot
from kash.platform.web.formats import local_today
from kash.workshops.models import Facilitator, Workshop


def _taught_by(leaver: Holder) -> Select[Facilitator]:
    """Her part in workshops to come, and in past ones of which a register is still open."""
    return (
        select(Facilitator)
        .join(Facilitator.workshop)
        .where(
            Facilitator.account_id == leaver.account_id,
            Workshop.state == "planned",
            or_(
                Workshop.ends_on >= local_today(),
                exists().where(Slot.register_id == Workshop.register_id, Slot.closed_at.is_(None)),
            ),
        )
    )


def count_taught(session: Session, leaver: Holder) -> int:
    """Number of workshops in which she has a part."""
    return session.scalar(select(func.count()).select_from(_taught_by(leaver).subquery())) or 0


def pass_taught_on(
    session: Session, leaver: Holder, successor: Holder | None, now: datetime
) -> Sequence[str]:
    """Give her part in each to the successor, who may have one already."""
    moved: list[str] = []
    if successor is None:
        return moved
    for row in session.scalars(_taught_by(leaver)).all():
        there = session.scalar(
            select(Facilitator).where(
                Facilitator.workshop_id == row.workshop_id,
                Facilitator.account_id == successor.account_id,
            )
        )
        moved.append(row.workshop.public_id)
        if there is None:
            row.account_id, row.added_at = successor.account_id, now
        else:
            there.lead = there.lead or row.lead
            session.delete(row)
    return moved
