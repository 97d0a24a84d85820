"""Budgets of all workshops in a period, by funder and code, to look at and to take away."""

from __future__ import annotations

from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kash.budget import blueprint
from kash.budget.queries import budgets as queries
from kash.budget.queries.budgets import BudgetSearch
from kash.budget.rules import total_of
from kash.budget.tables import budget_table
from kash.platform.web import current_actor, paged
from kash.platform.web.formats import local_today
from kash.platform.web.taking import own_table
from kash.policy import allow

_LONGEST = 120


@blueprint.get("/budget")
@allow("budget.see")
def index() -> ResponseReturnValue:
    """Workshops of a period with what is planned and spent, and the sums by funder and code."""
    asked = _asked()
    found = queries.budgets(current_actor(), asked)
    parts = [part for one in found for part in one.parts if asked.fits(part)]
    rows = [(one, total_of([part for part in one.parts if asked.fits(part)])) for one in found]
    return render_template(
        "budget/index.html",
        asked=asked,
        listing=paged(rows),
        totals=list(total_of(parts).values()),
        planned=sum(part.planned for part in parts),
        spent=sum(part.spent for part in parts),
        funders=[name for _public_id, name in queries.funder_choices()],
        codes=queries.codes_known(current_actor()),
        currency=queries.currency(),
        cut=queries.is_cut(current_actor(), asked),
    )


@blueprint.get("/budget/table")
@allow("budget.see")
def table() -> ResponseReturnValue:
    """The same line by line to keep, as XLSX or CSV; it names workshops and funders, no people."""
    asked = _asked()
    rows = budget_table(queries.budgets(current_actor(), asked), asked, queries.currency())
    return own_table(rows, file="budget")


def _asked() -> BudgetSearch:
    """Search by the address; without a period that can be read, the year that it is."""
    today = local_today()
    first, last = _day("first"), _day("last")
    if first is None or last is None or last < first:
        first, last = date(today.year, 1, 1), date(today.year, 12, 31)
    return BudgetSearch(
        first,
        last,
        request.args.get("funder", "")[:_LONGEST],
        request.args.get("code", "")[:_LONGEST],
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
