"""Workshops for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from kash.api.rules.paging import PageCut, cut
from kash.attendance.models import Slot
from kash.platform.database import db
from kash.policy import Actor
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.queries.scope import visible_workshops


def workshops_after(
    actor: Actor,
    after: str,
    limit: int,
    first: date | None = None,
    last: date | None = None,
    since: datetime | None = None,
) -> PageCut[Workshop]:
    """Workshops after an id that fall among these days and changed `since` a moment, and whether
    there are more."""
    asked = visible_workshops(actor).options(
        joinedload(Workshop.venue), joinedload(Workshop.version).joinedload(CourseVersion.course)
    )
    if after:
        asked = asked.where(Workshop.public_id > after)
    if first is not None:
        asked = asked.where(Workshop.ends_on >= first)
    if last is not None:
        asked = asked.where(Workshop.starts_on <= last)
    if since is not None:
        asked = asked.where(Workshop.changed_at >= since)
    rows = db.session.scalars(asked.order_by(Workshop.public_id).limit(limit + 1)).all()
    return cut(rows, limit)


def sessions_of(workshop: Workshop) -> Sequence[WorkshopSession]:
    """The sessions of a workshop with their slots, in the order in which they begin."""
    return db.session.scalars(
        select(WorkshopSession)
        .join(WorkshopSession.slot)
        .options(contains_eager(WorkshopSession.slot))
        .where(WorkshopSession.workshop_id == workshop.id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()
