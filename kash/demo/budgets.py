"""Budgets of the sample: one of a workshop that is over, one of a workshop to come."""

from __future__ import annotations

from dataclasses import replace

from kash.budget.services.lines import BudgetLineDetails, add_line
from kash.demo.accounts import TRAINER
from kash.platform.database import new_public_id
from kash.policy import Actor

_LINES = (
    BudgetLineDetails("Hall", "days", 450_000, spent_cents=900_000),
    BudgetLineDetails("Lunch and tea", "person_days", 65_000, True, spent_cents=2_080_000),
    BudgetLineDetails("Pens, paper and printing", unit_cents=380_000, budget_code="PRINT"),
    BudgetLineDetails("Fees of trainers", "trainers", 600_000),
    BudgetLineDetails("Transport and allowances", "person_days", 50_000, from_payouts=True),
)


def write_budgets(actors: dict[str, Actor], over: str, to_come: str) -> None:
    """The same lines for a workshop that is over, with what was spent, and for one to come."""
    by = actors[TRAINER.key]
    for workshop in (over, to_come):
        for line in _LINES:
            spent = line.spent_cents if workshop == over else None
            details = replace(line, spent_cents=spent)
            add_line(workshop, details, key=new_public_id(), by=by)
