"""Pages of DHIS2: mapped figures, a dry run, and what became of each value."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.exchange.dhis2 import blueprint, queries, services
from kash.exchange.dhis2.forms import (
    KIND_WORDS,
    OUTCOME_TONES,
    OUTCOME_WORDS,
    UNSENT_WORDS,
    CellForm,
    code_text,
    figure_choices,
    figure_text,
)
from kash.exchange.dhis2.services import LEFT_COLUMNS, values_left
from kash.figures.statements.queries import periods_to_freeze
from kash.figures.statements.services import period_text
from kash.people.connections.models import Connection
from kash.platform.database import utc_now
from kash.platform.web import current_actor, go, page
from kash.platform.web.commands import CaughtProblem
from kash.platform.web.errors import Problem
from kash.platform.web.formats import local_today
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow

_WORDS: dict[str, Any] = {
    "kinds": KIND_WORDS,
    "outcomes": OUTCOME_WORDS,
    "tones": OUTCOME_TONES,
    "unsent_words": UNSENT_WORDS,
    "figure_text": figure_text,
    "code_text": code_text,
}


@blueprint.get("/<public_id>")
@allow("dhis2.use")
def system(public_id: str) -> ResponseReturnValue:
    """A connection: which figures go where, and the last pushes."""
    return _system_page(queries.dhis2_connection(public_id))


def _system_page(found: Connection) -> ResponseReturnValue:
    return render_template(
        "dhis2/system.html",
        found=found,
        cells=queries.cells_of(found),
        pushes=queries.pushes_of(found),
        periods=[(period.text, period_text(period)) for period in periods_to_freeze(local_today())],
        **_WORDS,
    )


@blueprint.route("/<public_id>/cells/new", methods=["GET", "POST"])
@allow("dhis2.use")
def map_cell(public_id: str) -> ResponseReturnValue:
    """Map a figure to a place there."""
    system = queries.dhis2_connection(public_id)
    form = CellForm()
    form.figure.choices = figure_choices()
    if form.validate_on_submit():
        with form.showing_problems():
            services.map_cell(public_id, form.command(services.CellMapping), by=current_actor())
            return go("dhis2.system", _("Mapped. It goes when the period is sent next."))
    return page("dhis2/cell.html", form=form, found=system)


@blueprint.route("/<public_id>/cells/<cell_id>/remove", methods=["GET", "POST"])
@allow("dhis2.use")
def remove_cell(public_id: str, cell_id: str) -> ResponseReturnValue:
    """Map a figure no longer."""
    system = queries.dhis2_connection(public_id)
    cell = queries.mapped_cell(system, cell_id)
    if request.method == "GET":
        return render_template("dhis2/remove.html", found=system, cell=cell, **_WORDS)
    services.remove_cell(public_id, cell_id, by=current_actor())
    return go(
        "dhis2.system",
        _("Removed. What lies there of it is withdrawn when each period is sent next."),
    )


@blueprint.get("/<public_id>/preview")
@allow("dhis2.use")
def preview(public_id: str) -> ResponseReturnValue:
    """A dry run: exactly what a push of a period would send, and what stays here."""
    newest = periods_to_freeze(local_today())[0].text
    return _preview_page(public_id, request.args.get("period") or newest)


def _preview_page(public_id: str, text: str, problem: str = "") -> ResponseReturnValue:
    system = queries.dhis2_connection(public_id)
    period = queries.period_named(text)
    planned, figures, unsent = queries.push_plan(system, period)
    return render_template(
        "dhis2/preview.html",
        found=system,
        period=period,
        title=period_text(period),
        planned=planned,
        figures=figures,
        unsent=unsent,
        problem=problem,
        **_WORDS,
    ), 409 if problem else 200


@blueprint.post("/<public_id>/push")
@allow("dhis2.use")
def ask_to_push(public_id: str) -> ResponseReturnValue:
    """Ask for a push of a period."""
    text = request.form.get("period", "")
    queries.dhis2_connection(public_id)
    period = queries.period_named(text)
    with CaughtProblem(Problem) as caught:
        back = url_for("dhis2.system", public_id=public_id)
        new_id = services.ask_to_push(public_id, period, by=current_actor(), back=back)
        return go(
            "dhis2.push", _("Asked for. What becomes of each value stands here."), push_id=new_id
        )
    return _preview_page(public_id, text, caught.sentence)


@blueprint.get("/<public_id>/pushes/<push_id>")
@allow("dhis2.use")
def push(public_id: str, push_id: str) -> ResponseReturnValue:
    """A push, value by value."""
    system = queries.dhis2_connection(public_id)
    sent = queries.push(system, push_id)
    return render_template(
        "dhis2/push.html",
        found=system,
        push=sent,
        given_up=queries.is_given_up(sent, utc_now()),
        **_WORDS,
    )


@blueprint.get("/<public_id>/left")
@allow("statements.ledger")
@offers_table("pushed")
def left(public_id: str) -> ResponseReturnValue:
    """All values that ever left by a connection."""
    system = queries.dhis2_connection(public_id)
    values = values_left(system)
    if is_taken():
        return taken(values, LEFT_COLUMNS)
    return render_template("dhis2/left.html", found=system, listing=values, **_WORDS)
