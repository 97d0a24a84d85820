"""The table of budgets, as rows: one for each part of a line that one bears under one code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask_babel import gettext as _

from kash.budget.queries.budgets import BudgetSearch, WorkshopBudget
from kash.budget.words import COUNTED
from kash.payouts.rules.amounts import written_amount


def budget_table(
    found: Sequence[WorkshopBudget], asked: BudgetSearch, currency: str
) -> Iterator[list[object]]:
    """Rows with a head; amounts as machines read them."""
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
                    budget.workshop.starts_on.isoformat(),
                    one.line.label,
                    part.funder or _("Own means"),
                    part.code,
                    one.sums.units,
                    str(COUNTED[one.line.driver]),
                    written_amount(one.line.unit_cents),
                    written_amount(part.planned),
                    written_amount(part.spent),
                    signed_amount(part.planned - part.spent),
                    currency,
                    _("Yes") if budget.closed_at is not None else _("No"),
                ]


def signed_amount(cents: int) -> str:
    """As `written_amount`, below nothing too: "-1500.50"."""
    return f"-{written_amount(-cents)}" if cents < 0 else written_amount(cents)
