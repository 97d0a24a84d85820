"""The budget of a workshop: its lines, who bears them, closing it and opening it again."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.budget import blueprint
from kash.budget.forms import BudgetLineForm
from kash.budget.models import BudgetLine
from kash.budget.queries import budgets as queries
from kash.budget.rules import Driver
from kash.budget.services import lines as services
from kash.budget.services.lines import BudgetLineDetails
from kash.budget.words import COUNTED
from kash.platform.web import Problem, current_actor, page
from kash.platform.web.commands import FlashedProblems
from kash.policy import allow
from kash.workshops.frame import frame
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop, runs

_VENUE, _PAYOUTS = "venue", "payouts"


@blueprint.get("/workshops/<public_id>/budget")
@allow("budget.see")
def workshop(public_id: str) -> ResponseReturnValue:
    """Lines with what is planned and spent, and who bears which part."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "budget.see")
    budget = queries.budget_of(found)
    return render_template(
        "budget/workshop.html",
        **frame(found),
        budget=budget,
        totals=budget.parts,
        currency=queries.currency(),
        counted=COUNTED,
        may_write=runs(actor, found, "budget.edit"),
        names=names_of([budget.closed_by]) if budget.closed_by else {},
        venue_price=found.venue.price_cents if found.venue is not None else None,
        reads_payouts=any(one.line.from_payouts for one in budget.lines),
    )


@blueprint.route("/workshops/<public_id>/budget/lines/new", methods=["GET", "POST"])
@allow("budget.edit")
def add_line(public_id: str) -> ResponseReturnValue:
    """Add a line; for the venue with its price, for payouts with what is usual."""
    found = own_workshop(public_id, current_actor(), "budget.edit")
    form = BudgetLineForm(data=_offered(found, request.args.get("of", "")))
    form.offer(queries.funder_choices())
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(BudgetLineDetails)
            services.add_line(public_id, details, key=form.key.data, by=current_actor())
            flash(_("Saved."))
            return redirect(url_for("budget.workshop", public_id=public_id), code=303)
        found = own_workshop(public_id, current_actor(), "budget.edit")
    return _form_page(form, found, None)


@blueprint.route("/workshops/<public_id>/budget/lines/<line_id>/edit", methods=["GET", "POST"])
@allow("budget.edit")
def edit_line(public_id: str, line_id: str) -> ResponseReturnValue:
    """Change a line, or say what was spent."""
    actor = current_actor()
    found = own_workshop(public_id, actor, "budget.edit")
    line = queries.line_of(found, line_id)
    form = BudgetLineForm(data=_values(line))
    form.offer(queries.funder_choices())
    if form.validate_on_submit():
        with form.showing_problems():
            details = form.command(BudgetLineDetails)
            services.change_line(public_id, line_id, details, form.row_version_shown, by=actor)
            flash(_("Saved."))
            return redirect(url_for("budget.workshop", public_id=public_id), code=303)
        found = own_workshop(public_id, actor, "budget.edit")
        line = queries.line_of(found, line_id)
        if form.changed_meanwhile:
            form.compare(_values(line))
    return _form_page(form, found, line)


@blueprint.route("/workshops/<public_id>/budget/lines/<line_id>/remove", methods=["GET", "POST"])
@allow("budget.edit")
def remove_line(public_id: str, line_id: str) -> ResponseReturnValue:
    """Remove a line."""
    found = own_workshop(public_id, current_actor(), "budget.edit")
    line = queries.line_of(found, line_id)
    if request.method == "POST":
        with FlashedProblems(Problem):
            services.remove_line(public_id, line_id, by=current_actor())
            flash(_("Removed."))
        return redirect(url_for("budget.workshop", public_id=public_id), code=303)
    return render_template("budget/remove.html", workshop=found, line=line)


@blueprint.route("/workshops/<public_id>/budget/close", methods=["GET", "POST"])
@allow("budget.edit")
def close(public_id: str) -> ResponseReturnValue:
    """Close the budget: its figures stand from then."""
    found = own_workshop(public_id, current_actor(), "budget.edit")
    if request.method == "POST":
        with FlashedProblems(Problem):
            services.close_budget(public_id, by=current_actor())
            flash(_("Closed. The figures stand as they are."))
        return redirect(url_for("budget.workshop", public_id=public_id), code=303)
    return render_template("budget/close.html", workshop=found)


@blueprint.post("/workshops/<public_id>/budget/open")
@allow("budget.edit")
def open_again(public_id: str) -> ResponseReturnValue:
    """Open a closed budget again."""
    own_workshop(public_id, current_actor(), "budget.edit")
    with FlashedProblems(Problem):
        services.open_budget(public_id, by=current_actor())
        flash(_("Open again. Figures follow what they count."))
    return redirect(url_for("budget.workshop", public_id=public_id), code=303)


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
