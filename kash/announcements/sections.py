"""The section on the page of a workshop."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from kash.announcements.models import Announcement
from kash.platform.database import db
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by


@dataclass(frozen=True)
class TellingSection:
    """A workshop (its public id) that the actor runs, and whether its people are told of it."""

    of: str
    on: bool


def of_workshop(public_id: str, actor: Actor) -> TellingSection | None:
    """Section for whoever runs the workshop, else None. One query."""
    if actor.reach("workshops.edit") is Reach.NONE:
        return None
    row = db.session.execute(
        select(Workshop.id, Announcement.id)
        .outerjoin(
            Announcement,
            (Announcement.workshop_id == Workshop.id) & Announcement.ended_at.is_(None),
        )
        .where(Workshop.public_id == public_id, Workshop.id.in_(run_by(actor)))
    ).first()
    return TellingSection(public_id, row[1] is not None) if row is not None else None
