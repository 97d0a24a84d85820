"""Duty of mediators: who, where and when."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint, queries, services
from kash.incidents.forms.mediation import DutyForm
from kash.incidents.models import Duty
from kash.incidents.sections import Entry
from kash.people import directory_words, words
from kash.people.queries import organisations
from kash.people.rules import minute_of_week
from kash.platform.database import utc_now
from kash.platform.web import current_actor, page
from kash.platform.web.formats import to_local
from kash.policy import allow

ENTRY = Entry(_l("Mediators on duty"), "incidents.duty_list", 20, "incidents.duty")


def _said() -> dict[str, Any]:
    minute = minute_of_week(to_local(utc_now()))
    return {
        "hours_lines": lambda one: directory_words.hours_lines(queries.stretches_of(one)),
        "on_duty": lambda one: queries.is_on_duty(one, minute),
        "phone_text": directory_words.phone_text,
        "phone_of": queries.phone_of,
        "languages": words.LANGUAGE,
    }


def _stations() -> list[tuple[str, str]]:
    return [(one.public_id, one.name) for one in organisations(["station"])]


@blueprint.get("/d")
@allow("incidents.duty")
def duty_list() -> ResponseReturnValue:
    """Everybody who mediates."""
    return render_template(
        "incidents/duty.html",
        listing=queries.duty_listing(),
        police=queries.police_accounts(),
        **_said(),
    )


@blueprint.route("/d/new", methods=["GET", "POST"])
@allow("incidents.duty")
def add_mediator() -> ResponseReturnValue:
    """Put a peer educator on duty."""
    form = DutyForm()
    form.offer(_stations(), queries.possible_mediators())
    if form.validate_on_submit():
        try:
            services.add_mediator(current_actor(), form.account.data, form.details())
        except services.NoMediator as problem:
            form.account.errors = [str(problem)]
        else:
            flash(_("Saved."))
            return redirect(url_for("incidents.duty_list"), 303)
    return page("incidents/duty_edit.html", form=form, duty=None)


@blueprint.route("/d/<duty_id>", methods=["GET", "POST"])
@allow("incidents.duty")
def edit_mediator(duty_id: str) -> ResponseReturnValue:
    """Change when and where somebody mediates."""
    found = queries.duty(duty_id)
    form = DutyForm()
    form.offer(_stations(), None)
    if not form.is_submitted():
        form.fill(found)
    elif form.validate():
        try:
            services.change_mediator(current_actor(), duty_id, form.details(), form.edition_read)
        except services.DutyChangedMeanwhile:
            found = queries.duty(duty_id)
            form.edition.data = str(found.edition)
            return _changed(form, found), 409
        else:
            flash(_("Saved."))
            return redirect(url_for("incidents.duty_list"), 303)
    return page("incidents/duty_edit.html", form=form, duty=queries.duty(duty_id))


def _changed(form: DutyForm, found: Duty) -> str:
    phone = queries.phone_of(found)
    kept = [
        (_("Number for this duty"), directory_words.phone_text(phone) if phone else _("None")),
        (_("Stations"), ", ".join(one.organisation.name for one in found.stations) or _("None")),
        (
            _("Hours"),
            "; ".join(
                f"{days} {hours}"
                for days, hours in directory_words.hours_lines(queries.stretches_of(found))
            )
            or _("None"),
        ),
        (_("On duty"), _("Yes") if found.active else _("No")),
    ]
    return render_template("incidents/duty_edit.html", form=form, duty=found, kept=kept)


@blueprint.route("/d/<duty_id>/remove", methods=["GET", "POST"])
@allow("incidents.duty")
def remove_mediator(duty_id: str) -> ResponseReturnValue:
    """Take somebody off the list, after a question."""
    found = queries.duty(duty_id)
    if request.method == "POST":
        services.remove_mediator(current_actor(), duty_id)
        flash(_("Removed from the list of mediators."))
        return redirect(url_for("incidents.duty_list"), 303)
    return render_template("incidents/duty_remove.html", duty=found)
