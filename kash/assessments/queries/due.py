"""Workshops that are asked once more, months later: what stayed, and what changed in practice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, exists, or_, select

from kash.assessments.models import PracticeAnswer, WorkshopTest
from kash.assessments.rules.times import Moment, follow_up_days
from kash.platform.database import db
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by


@dataclass(frozen=True)
class FollowUpDue:
    """A workshop that ended three months ago. It was tested before and not asked since or, where it
    is `asked`, nobody told yet what changed in practice."""

    public_id: str
    title: str
    ends_on: date
    asked: bool


def follow_ups_due(actor: Actor, today: date, limit: int) -> list[FollowUpDue]:
    """Workshops that this actor runs and that wait for either, the oldest first; one query, none
    for who holds no tests."""
    if actor.reach("assessments.hold") is not Reach.OWN:
        return []
    since, until = follow_up_days(today)

    def tested(moment: Moment) -> ColumnElement[bool]:
        return exists().where(
            WorkshopTest.workshop_id == Workshop.id, WorkshopTest.moment == str(moment)
        )

    asked = tested(Moment.FOLLOW_UP)
    told = exists().where(PracticeAnswer.workshop_id == Workshop.id)
    rows = db.session.execute(
        select(Workshop.public_id, Workshop.title, Workshop.ends_on, case((asked, 1), else_=0))
        .where(
            Workshop.id.in_(run_by(actor)),
            Workshop.state == "planned",
            Workshop.ends_on.between(since, until),
            or_(asked & ~told, ~asked & tested(Moment.BEFORE)),
        )
        .order_by(Workshop.ends_on, Workshop.id)
        .limit(limit)
    )
    return [FollowUpDue(row[0], row[1], row[2], bool(row[3])) for row in rows]
