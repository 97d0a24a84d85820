"""Budgets of the sample: one of a workshop that is over, one of a workshop to come."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kash.budget.services.lines import BudgetLineDetails, add_line
from kash.demo.accounts import TRAINER
from kash.platform.database import db, new_public_id
from kash.policy import Actor
from kash.workshops.models import Workshop

_LINES = (
    BudgetLineDetails("Hall", "days", 450_000, spent_cents=900_000),
    BudgetLineDetails("Lunch and tea", "person_days", 65_000, True, spent_cents=2_080_000),
    BudgetLineDetails("Pens, paper and printing", unit_cents=380_000, budget_code="KHF-P"),
    BudgetLineDetails("Fees of trainers", "trainers", 600_000),
    BudgetLineDetails("Transport and allowances", "person_days", 50_000, from_payouts=True),
)


def write_budgets(actors: dict[str, Actor], over: Sequence[str]) -> None:
    """Lines for the first workshop that is over, and the same of the last one planned."""
    to_come = db.session.scalars(
        select(Workshop.public_id)
        .where(Workshop.state == "planned", Workshop.public_id.not_in(over))
        .order_by(Workshop.starts_on.desc(), Workshop.id)
        .limit(1)
    ).all()
    by = actors[TRAINER.key]
    for workshop in (over[0], *to_come):
        for line in _LINES:
            spent = line.spent_cents if workshop == over[0] else None
            details = BudgetLineDetails(
                line.label,
                line.driver,
                line.unit_cents,
                line.with_trainers,
                line.from_payouts,
                budget_code=line.budget_code,
                spent_cents=spent,
            )
            add_line(workshop, details, key=new_public_id(), by=by)
