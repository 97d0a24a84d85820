"""Setting the programme's goal."""

from __future__ import annotations

from sqlalchemy import select

from kash.coverage.models import CoverageGoal
from kash.coverage.queries.goals import Goal, goal_of, latest_goal
from kash.people.models import Zone
from kash.platform.vault import audited
from kash.platform.web import NotFound
from kash.policy import Actor


def set_goal(goal: Goal, *, by: Actor) -> None:
    """Set how many trained people each station is to have, when refreshers are due, and where the
    programme works. Earlier goals are kept. Raises NotFound for an area that is not there."""
    with audited("coverage.goal_set", by) as change:
        session = change.session
        latest = latest_goal(session)
        if latest is not None and goal_of(latest) == goal:
            change.nothing()
            return
        area = None
        if goal.area:
            area = session.scalar(select(Zone.id).where(Zone.public_id == goal.area))
            if area is None:
                raise NotFound
        made = CoverageGoal(
            wanted=goal.wanted,
            due_months=goal.due_months,
            area_id=area,
            set_by=by.public_id,
            set_at=change.now,
        )
        session.add(made)
        session.flush()
        change.about(made.public_id)
