"""Rates: the programme's, and a workshop's own."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.queries.accounts import names_of
from kash.payouts import blueprint
from kash.payouts.forms import RatesForm, RatesGrid
from kash.payouts.queries.rates import latest_table, rates_of, table_for, table_versions
from kash.payouts.rules.rates import MOST_BANDS, ROLES, Rates
from kash.payouts.services import rates as rates_services
from kash.payouts.services.rates import set_rates
from kash.platform.web import current_actor
from kash.policy import allow
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import own_workshop


@blueprint.route("/payouts/rates", methods=["GET", "POST"])
@allow("payouts.rates")
def rates() -> ResponseReturnValue:
    """The programme's rates, their earlier versions, and a form for the next."""
    return _rates_page(None)


@blueprint.route("/workshops/<public_id>/payouts/rates", methods=["GET", "POST"])
@allow("payouts.propose")
def workshop_rates(public_id: str) -> ResponseReturnValue:
    """Rates for one workshop only, which whoever approves its list sees beside the programme's."""
    return _rates_page(own_workshop(public_id, current_actor(), "payouts.propose"))


@blueprint.route("/workshops/<public_id>/payouts/rates/programme", methods=["GET", "POST"])
@allow("payouts.propose")
def follow_programme(public_id: str) -> ResponseReturnValue:
    """Go back to the programme's rates."""
    found = own_workshop(public_id, current_actor(), "payouts.propose")
    if request.method == "GET":
        return render_template("payouts/follow_programme.html", workshop=found)
    rates_services.follow_programme(found, current_actor())
    flash(_("The programme's rates hold here again, for what is proposed from now on."))
    return redirect(url_for("payouts.workshop", public_id=public_id))


def _rates_page(workshop: Workshop | None) -> ResponseReturnValue:
    programme = latest_table(None)
    table = table_for(workshop.id) if workshop is not None else programme
    own = workshop is not None and table is not None and table.workshop_id is not None
    stored = rates_of(table) if table is not None else None
    form = RatesForm(obj=stored or Rates((), {}))
    grid = RatesGrid.of(stored)
    if request.method == "POST":
        grid = RatesGrid.posted(request.form)
        read = grid.read()
        if form.validate_on_submit() and read is not None:
            bands, roles = read
            set_rates(
                Rates(
                    bands=bands,
                    roles=roles,
                    least_weight=form.least_weight.data or 1,
                    weighted=bool(form.weighted.data),
                    currency=form.currency.data,
                ),
                current_actor(),
                workshop,
            )
            flash(_("Saved. It holds for what is proposed from now on."))
            if workshop is None:
                return redirect(url_for("payouts.rates"))
            return redirect(url_for("payouts.workshop", public_id=workshop.public_id))
    versions = table_versions(workshop.id if workshop is not None else None)
    wrong = bool(form.errors or grid.errors)
    return render_template(
        "payouts/rates.html",
        workshop=workshop,
        form=form,
        grid=grid,
        roles=ROLES,
        places=range(MOST_BANDS),
        versions=versions,
        gives_up=own and programme is not None,
        names=names_of(one.created_by for one in versions),
    ), 422 if wrong else 200
