"""A plan on its way: proposed, changed, approved by another, or turned back.

None of these opens a record, so nobody can make a plan fit what it will print.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform.approvals.errors import WrongStep
from kash.platform.vault import audited
from kash.platform.web.errors import ChangedMeanwhile
from kash.platform.web.formats import local_today
from kash.policy import Actor
from kash.releases.approval import APPROVAL
from kash.releases.models import ReleasePlan
from kash.releases.plan_errors import FreezeDayOver, PlanRefused, PlanWaits, WrongFreezeDay
from kash.releases.rules.days import wrong_quarter
from kash.releases.rules.promise import refusals
from kash.releases.rules.tables import (
    TablePlan,
    YearPlan,
    digest_of,
    tables_as_json,
    windows_as_json,
    windows_of,
)


@dataclass(frozen=True)
class PlanDetails:
    """A plan as entered: its tables, the freeze days of the four quarters, and what the forum
    stated and decided."""

    tables: Sequence[TablePlan]
    days: Sequence[date | None]
    stated_figure: int | None
    forum_decision: str


def propose_plan(year: int, details: PlanDetails, *, by: Actor) -> str:
    """Propose a plan; its public id. Raises PlanWaits, PlanRefused and WrongFreezeDay."""
    with audited("releases.plan_proposed", by) as change:
        _hold(change.session)
        taken = select(ReleasePlan.id).where(
            ReleasePlan.year == year, ReleasePlan.state != "returned"
        )
        if change.session.scalar(taken) is not None:
            raise PlanWaits
        made: ReleasePlan = APPROVAL.propose(
            change, by, year=year, **_columns(change.session, year, details)
        )
        return made.public_id


def change_plan(public_id: str, details: PlanDetails, row_version: int, *, by: Actor) -> None:
    """Change a plan that waits; whoever changes it is the one who proposes it from then on, so that
    she does not approve it. Raises NotFound, WrongStep, ChangedMeanwhile, PlanRefused and
    WrongFreezeDay."""
    with audited("releases.plan_changed", by) as change:
        _hold(change.session)
        plan: ReleasePlan = APPROVAL.locked(change.session, public_id)
        if plan.state != "proposed":
            raise WrongStep
        if plan.row_version != row_version:
            raise ChangedMeanwhile
        for name, value in _columns(change.session, plan.year, details).items():
            setattr(plan, name, value)
        plan.proposed_by = by.public_id
        plan.row_version += 1
        change.about(public_id)


def approve_plan(public_id: str, digest: str, *, by: Actor) -> None:
    """Approve exactly the plan that was read, for ever. Raises NotFound, SamePerson, WrongStep,
    ChangedMeanwhile, FreezeDayOver and PlanRefused."""
    with audited("releases.plan_approved", by) as change:
        _hold(change.session)
        plan: ReleasePlan = APPROVAL.locked(change.session, public_id)
        if plan.state == "proposed" and plan.digest != digest:
            raise ChangedMeanwhile
        if plan.state == "proposed" and plan.calendar[0].freeze_on <= local_today():
            raise FreezeDayOver
        _check(change.session, plan.year_plan)
        APPROVAL.approve(change, plan, by)


def return_plan(public_id: str, reason: str, *, by: Actor) -> None:
    """Turn a plan back, with what must be put right. Raises NotFound and WrongStep."""
    with audited("releases.plan_returned", by) as change:
        plan: ReleasePlan = APPROVAL.locked(change.session, public_id)
        APPROVAL.turn_back(change, plan, reason, by)


def _hold(session: Session) -> None:
    """Let whoever decides on another plan meanwhile wait: each is held against all before it."""
    session.execute(select(ReleasePlan.id).order_by(ReleasePlan.id).with_for_update()).all()


def _check(session: Session, plan: YearPlan) -> None:
    approved = session.scalars(select(ReleasePlan).where(ReleasePlan.state == "approved"))
    refused = refusals(plan, [one.year_plan for one in approved])
    if refused:
        raise PlanRefused(refused)


def _columns(session: Session, year: int, details: PlanDetails) -> dict[str, object]:
    wrong = wrong_quarter(year, details.days, local_today())
    if wrong is not None:
        raise WrongFreezeDay(wrong)
    plan = YearPlan(year, tuple(details.tables))
    _check(session, plan)
    windows = windows_of(plan, details.days)
    return {
        "tables": tables_as_json(plan.tables),
        "windows": windows_as_json(windows),
        "digest": digest_of(plan, windows),
        "stated_figure": details.stated_figure,
        "forum_decision": details.forum_decision,
    }
