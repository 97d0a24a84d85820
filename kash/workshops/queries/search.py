"""Finding workshops by a part of their title."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kash.platform.database import db
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import visible_workshops


@dataclass(frozen=True)
class FoundWorkshop:
    """A workshop found by its title."""

    public_id: str
    title: str
    starts_on: date
    state: str


def find_workshops(actor: Actor, text: str, limit: int) -> list[FoundWorkshop]:
    """Workshops that this actor may see, the latest first; one query."""
    rows = db.session.execute(
        visible_workshops(actor)
        .with_only_columns(Workshop.public_id, Workshop.title, Workshop.starts_on, Workshop.state)
        .where(Workshop.title.icontains(text[:160], autoescape=True))
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(limit)
    )
    return [FoundWorkshop(*row) for row in rows]
