"""Plans: those that everybody reads, and those on their way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.releases.approval import APPROVAL
from kash.releases.models import ReleasePlan
from kash.releases.queries.printed import printed_tables
from kash.releases.rules.days import proposed_days
from kash.releases.rules.proposing import Printed


def decides_on_plans(actor: Actor) -> bool:
    """True if plans that are not approved are hers to read."""
    return actor.may("releases.make") or actor.may("releases.approve")


def plans(actor: Actor) -> Sequence[ReleasePlan]:
    """The plans that somebody reads, the newest year first."""
    asked = select(ReleasePlan).order_by(ReleasePlan.year.desc(), ReleasePlan.id.desc())
    if not decides_on_plans(actor):
        asked = asked.where(ReleasePlan.state == "approved")
    return db.session.scalars(asked).all()


def plan(public_id: str, actor: Actor) -> ReleasePlan:
    """A plan that somebody reads. Raises NotFound."""
    found = one_or_404(
        db.session.scalar(select(ReleasePlan).where(ReleasePlan.public_id == public_id))
    )
    return one_or_404(found if found.state == "approved" or decides_on_plans(actor) else None)


def approved_before(year: int, session: Session | None = None) -> list[ReleasePlan]:
    """The approved plans of earlier years, the oldest first."""
    asked = (
        select(ReleasePlan)
        .where(ReleasePlan.state == "approved", ReleasePlan.year < year)
        .order_by(ReleasePlan.year)
    )
    return list((session or db.session()).scalars(asked))


def years_to_plan(today: date) -> list[int]:
    """This year, as long as it has a window to come, and the next: those for which no plan was
    approved or waits, and that come after the newest approved one."""
    taken = db.session.execute(
        select(ReleasePlan.year, ReleasePlan.state).where(
            or_(ReleasePlan.state == "approved", ReleasePlan.state == "proposed")
        )
    ).all()
    newest = max((row.year for row in taken if row.state == "approved"), default=0)
    waiting = {row.year for row in taken}
    return [
        year
        for year in (today.year, today.year + 1)
        if year > newest and year not in waiting and any(proposed_days(year, today))
    ]


def waiting_plans(actor: Actor) -> Sequence[ReleasePlan]:
    """Plans that wait for an actor's approval, the oldest first."""
    asked = select(ReleasePlan).where(APPROVAL.open_to(actor)).order_by(ReleasePlan.id)
    return db.session.scalars(asked).all()


def is_planned(year: int) -> bool:
    """True if a plan of a year was approved, or waits for it."""
    asked = exists().where(ReleasePlan.year == year, ReleasePlan.state != "returned")
    return bool(db.session.scalar(select(asked)))


def printed_lines() -> Printed:
    """The lines of all that was printed, as plans are proposed from them."""
    found: dict[str, list[dict[str, int | None]]] = {}
    for table in printed_tables():
        lines = {line.code: line.printed for line in table.lines}
        found.setdefault(table.key, []).append(lines)
    return found
