"""Officers on duty: who is told when somebody is held, in which order, and how drills went."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint
from kash.incidents.forms.alerts import DrillsForm, OfficerForm
from kash.incidents.queries import alerts as queries
from kash.incidents.rules.alerts import PATIENCE, in_order
from kash.incidents.sections import Entry
from kash.incidents.services import alerts as services
from kash.people import directory_words
from kash.people.rules.directory import minute_of_week
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.formats import local_today, to_local
from kash.policy import allow

ENTRY = Entry(_l("Officers on duty"), "incidents.officers", 25, "incidents.duty")


def _said(form: DrillsForm) -> dict[str, Any]:
    minute = minute_of_week(to_local(utc_now()))
    roster = queries.roster()
    order = [one for one in in_order(roster, minute) if one.active]
    return {
        "form": form,
        "roster": roster,
        "first": order[0].account if order else "",
        "on_duty": lambda one: one.is_on_duty(minute),
        "hours_lines": lambda one: directory_words.hours_lines(one.stretches),
        "answered": queries.answered_since(local_today()),
        "drills": queries.drills_a_week(),
        "can_tell": services.can_tell(),
        "patience": PATIENCE.seconds // 60,
    }


@blueprint.route("/o", methods=["GET", "POST"])
@allow("incidents.duty")
def officers() -> ResponseReturnValue:
    """Everybody who may be told, in order; and how many drills come."""
    form = DrillsForm()
    if form.validate_on_submit():
        services.set_drills(current_actor(), form.drills.data or 0)
        flash(_("Saved."))
        return redirect(url_for("incidents.officers"), 303)
    if not form.is_submitted():
        form.drills.data = queries.drills_a_week()
    body = render_template("incidents/officers.html", **_said(form))
    return body, 422 if form.errors else 200


@blueprint.route("/o/<account>", methods=["GET", "POST"])
@allow("incidents.duty")
def officer(account: str) -> ResponseReturnValue:
    """Change when an officer is told, and after whom."""
    found = queries.on_roster(account)
    form = OfficerForm()
    if not form.is_submitted():
        form.fill(found)
    elif form.validate():
        services.set_duty(
            current_actor(),
            account,
            position=form.position.data or 1,
            hours=form.hours(),
            active=bool(form.active.data),
        )
        flash(_("Saved."))
        return redirect(url_for("incidents.officers"), 303)
    return page("incidents/officer.html", form=form, officer=found)
