"""The programme's goal, and the areas it can choose among."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from kash.coverage.models import CoverageGoal
from kash.people.models import Zone
from kash.people.queries.places import MOST
from kash.platform.database import db

WANTED, DUE_MONTHS = 3, 3


@dataclass(frozen=True)
class Goal:
    """Trained people wanted at each station, months before its last day in which a refresher is
    due, and the area of the programme (public id of a zone, empty for all)."""

    wanted: int = WANTED
    due_months: int = DUE_MONTHS
    area: str = ""


def latest_goal(session: Session | None = None) -> CoverageGoal | None:
    """The goal that was set last, if one was."""
    return (session or db.session()).scalar(
        select(CoverageGoal)
        .options(joinedload(CoverageGoal.area))
        .order_by(CoverageGoal.id.desc())
        .limit(1)
    )


def goal_of(stored: CoverageGoal | None) -> Goal:
    """A stored goal as values; what holds where none was ever set."""
    if stored is None:
        return Goal()
    area = stored.area.public_id if stored.area is not None else ""
    return Goal(stored.wanted, stored.due_months, area)


def goals_set() -> list[CoverageGoal]:
    """The goals that were set, latest first; at most fifty."""
    return list(
        db.session.scalars(
            select(CoverageGoal)
            .options(joinedload(CoverageGoal.area))
            .order_by(CoverageGoal.id.desc())
            .limit(50)
        )
    )


def area_choices() -> list[tuple[str, str]]:
    """(public id, name) of the zones in use, widest first."""
    order = {"county": 0, "sub_county": 1, "ward": 2}
    found = db.session.execute(
        select(Zone.public_id, Zone.name, Zone.kind)
        .where(Zone.active)
        .order_by(func.lower(Zone.name))
        .limit(MOST)
    ).all()
    widest = sorted(found, key=lambda zone: order.get(zone.kind, 3))
    return [(zone.public_id, zone.name) for zone in widest]
