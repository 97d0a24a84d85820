"""Form of a line of a budget. The table of budgets, as rows: one for each part of a line that one
bears under one code. Budgets of all workshops in a period, by funder and code, to look at and to
take away. The budget of a workshop: its lines, who bears them, closing it and opening it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional, ValidationError

from kash.accounts.queries.accounts import names_of
from kash.money.budget import blueprint, queries, services
from kash.money.budget.models import BudgetLine
from kash.money.budget.queries import BudgetSearch, WorkshopBudget
from kash.money.budget.rules import MOST_UNIT_CENTS, Driver, total_of
from kash.money.budget.services import COUNTED, DRIVER, BudgetLineDetails
from kash.platform.web import Problem, current_actor, go, page, paged
from kash.platform.web.commands import FlashedProblems
from kash.platform.web.fields import MoneyField, NewIdField
from kash.platform.web.formats import local_today
from kash.platform.web.forms import BooleanField, choice_field, radio_field, required, text_field
from kash.platform.web.row_versions import RowVersionForm
from kash.platform.web.taking import money_cell, own_table
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop, runs


def within_reason(_form: Any, field: Any) -> None:
    """Refuse an amount that nobody means."""
    if field.data is not None and field.data > MOST_UNIT_CENTS:
        raise ValidationError(_("This is more than one million. Check what you typed."))


class BudgetLineForm(RowVersionForm):
    """A line: what for, its price and what that is multiplied by, who bears it, what was spent."""

    key = NewIdField()
    label = text_field(_l("What for"), most=120)
    driver = radio_field(_l("The price is paid"), list(DRIVER.items()), default="fixed")
    with_trainers = BooleanField(_l("Count the trainers among the people"))
    unit_cents = MoneyField(_l("Price"), validators=[required(), within_reason])
    funder = choice_field(_l("Who bears it"), required=False)
    budget_code = text_field(
        _l("Budget code"),
        most=40,
        required=False,
        description=_l("Empty: the code beside the share."),
    )
    from_payouts = BooleanField(_l("Read what is spent from payouts"))
    spent_cents = MoneyField(_l("Spent so far"), validators=[Optional(), within_reason])

    def offer(self, funders: Sequence[tuple[str, str]]) -> None:
        """Set which funders can be chosen."""
        self.funder.choices = [("", _("As the costs are shared")), *funders]


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
        for line in budget.lines:
            for part in line.sums.parts:
                if not asked.fits(part):
                    continue
                yield [
                    budget.workshop.title,
                    budget.workshop.starts_on,
                    line.line.label,
                    part.funder or _("Own means"),
                    part.code,
                    line.sums.units,
                    str(COUNTED[line.line.driver]),
                    money_cell(line.line.unit_cents),
                    money_cell(part.planned),
                    money_cell(part.spent),
                    money_cell(part.planned - part.spent),
                    currency,
                    _("Yes") if budget.closed_at is not None else _("No"),
                ]


_LONGEST = 120


@blueprint.get("/budget")
@allow("budget.see")
def index() -> ResponseReturnValue:
    """Workshops of a period with what is planned and spent, and the sums by funder and code."""
    search = _asked()
    budgets = queries.budgets(current_actor(), search)
    parts = [part for budget in budgets for part in budget.parts if search.fits(part)]
    rows = [
        (budget, total_of([part for part in budget.parts if search.fits(part)]))
        for budget in budgets
    ]
    return render_template(
        "budget/index.html",
        asked=search,
        listing=paged(rows),
        totals=list(total_of(parts).values()),
        planned=sum(part.planned for part in parts),
        spent=sum(part.spent for part in parts),
        funders=[name for _public_id, name in queries.funder_choices()],
        codes=queries.codes_known(current_actor()),
        currency=queries.currency(),
        cut=queries.is_cut(current_actor(), search),
    )


@blueprint.get("/budget/table")
@allow("budget.see")
def table() -> ResponseReturnValue:
    """The same line by line to keep, as XLSX or CSV; it names workshops and funders, no people."""
    search = _asked()
    rows = budget_table(queries.budgets(current_actor(), search), search, queries.currency())
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


_VENUE, _PAYOUTS = "venue", "payouts"


@blueprint.get("/workshops/<public_id>/budget")
@allow("budget.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """Lines with what is planned and spent, and who bears which part."""
    actor = current_actor()
    budgeted = own_workshop(public_id, actor, "budget.see")
    budget = queries.budget_of(budgeted)
    return render_template(
        "budget/workshop.html",
        **frame(budgeted),
        budget=budget,
        totals=budget.parts,
        currency=queries.currency(),
        counted=COUNTED,
        may_write=runs(actor, budgeted, "budget.edit"),
        names=names_of([budget.closed_by]) if budget.closed_by else {},
        venue_price=budgeted.venue.price_cents if budgeted.venue is not None else None,
        reads_payouts=any(line.line.from_payouts for line in budget.lines),
    )


@blueprint.route("/workshops/<public_id>/budget/lines/new", methods=["GET", "POST"])
@allow("budget.edit")
def add_line(public_id: str) -> ResponseReturnValue:
    """Add a line; for the venue with its price, for payouts with what is usual."""
    workshop = own_workshop(public_id, current_actor(), "budget.edit")
    form = BudgetLineForm(data=_offered(workshop, request.args.get("of", "")))
    form.offer(queries.funder_choices())
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(BudgetLineDetails)
            services.add_line(public_id, details, key=form.key.data, by=current_actor())
            return go("budget.workshop", _("Saved."))
        workshop = own_workshop(public_id, current_actor(), "budget.edit")
    return _form_page(form, workshop, None)


@blueprint.route("/workshops/<public_id>/budget/lines/<line_id>/edit", methods=["GET", "POST"])
@allow("budget.edit")
def edit_line(public_id: str, line_id: str) -> ResponseReturnValue:
    """Change a line, or say what was spent."""
    actor = current_actor()
    workshop = own_workshop(public_id, actor, "budget.edit")
    line = queries.line_of(workshop, line_id)
    form = BudgetLineForm(data=_values(line))
    form.offer(queries.funder_choices())
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(BudgetLineDetails)
            services.change_line(public_id, line_id, details, form.row_version_shown, by=actor)
            return go("budget.workshop", _("Saved."))
        workshop = own_workshop(public_id, actor, "budget.edit")
        line = queries.line_of(workshop, line_id)
        if form.changed_meanwhile:
            form.compare(_values(line))
    return _form_page(form, workshop, line)


@blueprint.route("/workshops/<public_id>/budget/lines/<line_id>/remove", methods=["GET", "POST"])
@allow("budget.edit")
def remove_line(public_id: str, line_id: str) -> ResponseReturnValue:
    """Remove a line."""
    workshop = own_workshop(public_id, current_actor(), "budget.edit")
    line = queries.line_of(workshop, line_id)
    if request.method == "POST":
        with FlashedProblems(Problem):
            services.remove_line(public_id, line_id, by=current_actor())
            flash(_("Removed."))
        return go("budget.workshop")
    return render_template("budget/remove.html", workshop=workshop, line=line)


@blueprint.route("/workshops/<public_id>/budget/close", methods=["GET", "POST"])
@allow("budget.edit")
def close(public_id: str) -> ResponseReturnValue:
    """Close the budget: its figures stand from then."""
    workshop = own_workshop(public_id, current_actor(), "budget.edit")
    if request.method == "POST":
        with FlashedProblems(Problem):
            services.close_budget(public_id, by=current_actor())
            flash(_("Closed. The figures stand as they are."))
        return go("budget.workshop")
    return render_template("budget/close.html", workshop=workshop)


@blueprint.post("/workshops/<public_id>/budget/open")
@allow("budget.edit")
def open_again(public_id: str) -> ResponseReturnValue:
    """Open a closed budget again."""
    own_workshop(public_id, current_actor(), "budget.edit")
    with FlashedProblems(Problem):
        services.open_budget(public_id, by=current_actor())
        flash(_("Open again. Figures follow what they count."))
    return go("budget.workshop")


def _form_page(form: BudgetLineForm, found: Workshop, line: BudgetLine | None) -> tuple[str, int]:
    return page(
        "budget/line.html",
        form=form,
        workshop=found,
        line=line,
        codes=queries.codes_known(current_actor()),
        currency=queries.currency(),
    )


def _offered(found: Workshop, reason: str) -> dict[str, Any]:
    """Values that a new line begins with."""
    if reason == _VENUE and found.venue is not None:
        return {
            "label": found.venue.name,
            "driver": Driver.DAYS,
            "unit_cents": found.venue.price_cents,
        }
    if reason == _PAYOUTS:
        return {
            "label": _("Transport and allowances"),
            "driver": Driver.PERSON_DAYS,
            "from_payouts": True,
        }
    return {}


def _values(line: BudgetLine) -> dict[str, Any]:
    return {
        "label": line.label,
        "driver": line.driver,
        "with_trainers": line.with_trainers,
        "unit_cents": line.unit_cents,
        "funder": line.funder.public_id if line.funder is not None else "",
        "budget_code": line.budget_code,
        "from_payouts": line.from_payouts,
        "spent_cents": line.spent_cents,
        "row_version": line.row_version,
    }
