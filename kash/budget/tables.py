"""The table of budgets, as rows: one for each part of a line that one bears under one code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from kash.budget.queries.budgets import BudgetSearch, WorkshopBudget
from kash.budget.words import COUNTED
from kash.platform.web.tables import money_cell


def budget_table(
    found: Sequence[WorkshopBudget], asked: BudgetSearch, currency: str
) -> Iterator[list[object]]:
    """Rows with a head; amounts and days as numbers and days."""
    yield [
        _("Workshop"),
        _("First day"),
        _("What for"),
        _("Funder"),
        _("Budget code"),
        _("Units"),
        _("Counted"),
        _("Price"),
        _("Planned"),
        _("Spent"),
        _("Left"),
        _("Currency"),
        _("Closed"),
    ]
    for budget in found:
        for one in budget.lines:
            for part in one.sums.parts:
                if not asked.fits(part):
                    continue
                yield [
                    budget.workshop.title,
                    budget.workshop.starts_on,
                    one.line.label,
                    part.funder or _("Own means"),
                    part.code,
                    one.sums.units,
                    str(COUNTED[one.line.driver]),
                    money_cell(one.line.unit_cents),
                    money_cell(part.planned),
                    money_cell(part.spent),
                    money_cell(part.planned - part.spent),
                    currency,
                    _("Yes") if budget.closed_at is not None else _("No"),
                ]
