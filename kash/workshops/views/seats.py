"""How free seats are given: the programme's own decision."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.accounts.services.programme import change_settings
from kash.platform.web import current_actor, page
from kash.policy import allow
from kash.workshops import blueprint
from kash.workshops.forms import SeatRulesForm
from kash.workshops.queries.seats import SEATS, programme_version, seat_rules


def _kept() -> dict[str, object]:
    return {**vars(seat_rules()), "row_version": programme_version()}


@blueprint.route("/seats", methods=["GET", "POST"])
@allow("workshops.rule")
def seats() -> ResponseReturnValue:
    """Change when the waiting list stops moving by itself, and what stands in the way."""
    form = SeatRulesForm(data=_kept())
    if form.validate_on_submit():
        values = {
            "days_before": form.days_before.data,
            "offer_hours": form.offer_hours.data,
            "needs_earlier": bool(form.needs_earlier.data),
            "refuses_repeats": bool(form.refuses_repeats.data),
        }
        with form.showing_problems():
            change_settings(current_actor(), "seats", SEATS, values, form.row_version_shown)
            flash(_("Saved."))
            return redirect(url_for("workshops.seats"), code=303)
        if form.changed_meanwhile:
            form.compare(_kept())
    return page("workshops/seats.html", form=form)
