"""Duty of mediators: who, where and when."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint
from kash.incidents.forms.mediation import DutyForm
from kash.incidents.models import Duty
from kash.incidents.queries.mediation import (
    duty,
    duty_listing,
    is_on_duty,
    phone_of,
    police_accounts,
    possible_mediators,
    stretches_of,
)
from kash.incidents.sections import Entry
from kash.incidents.services import mediation
from kash.incidents.services.mediation import change_mediator
from kash.people import directory_words, words
from kash.people.queries.organisations import organisations
from kash.people.rules.directory import minute_of_week
from kash.platform.database import utc_now
from kash.platform.web import NotFound, current_actor, page
from kash.platform.web.formats import to_local
from kash.policy import allow

ENTRY = Entry(_l("Mediators on duty"), "incidents.duty_list", 20, "incidents.duty")


def _said() -> dict[str, Any]:
    minute = minute_of_week(to_local(utc_now()))
    return {
        "hours_lines": lambda one: directory_words.hours_lines(stretches_of(one)),
        "on_duty": lambda one: is_on_duty(one, minute),
        "phone_text": directory_words.phone_text,
        "phone_of": phone_of,
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
        listing=duty_listing(),
        police=police_accounts(),
        **_said(),
    )


@blueprint.route("/d/new", methods=["GET", "POST"])
@allow("incidents.duty")
def add_mediator() -> ResponseReturnValue:
    """Put a peer educator on duty."""
    form = DutyForm()
    form.offer(_stations(), possible_mediators())
    if form.validate_on_submit():
        with form.showing_problems():
            mediation.add_mediator(current_actor(), form.account.data, form.details())
            flash(_("Saved."))
            return redirect(url_for("incidents.duty_list"), 303)
    return page("incidents/duty_edit.html", form=form, duty=None)


@blueprint.route("/d/<duty_id>", methods=["GET", "POST"])
@allow("incidents.duty")
def edit_mediator(duty_id: str) -> ResponseReturnValue:
    """Change when and where somebody mediates."""
    found = duty(duty_id)
    form = DutyForm()
    form.offer(_stations(), None)
    if not form.is_submitted():
        form.fill(found)
    elif form.validate():
        with form.showing_problems():
            change_mediator(current_actor(), duty_id, form.details(), form.row_version_shown)
            flash(_("Saved."))
            return redirect(url_for("incidents.duty_list"), 303)
    found = duty(duty_id)
    if form.changed_meanwhile:
        form.show_row_version(found.row_version)
        form.saved_meanwhile = _saved(found)
    return page("incidents/duty_edit.html", form=form, duty=found)


def _saved(found: Duty) -> list[tuple[str, str]]:
    phone = phone_of(found)
    return [
        (_("Number for this duty"), directory_words.phone_text(phone) if phone else _("None")),
        (_("Stations"), ", ".join(one.organisation.name for one in found.stations) or _("None")),
        (
            _("Hours"),
            "; ".join(
                f"{days} {hours}"
                for days, hours in directory_words.hours_lines(stretches_of(found))
            )
            or _("None"),
        ),
        (_("On duty"), _("Yes") if found.active else _("No")),
    ]


@blueprint.route("/d/<duty_id>/remove", methods=["GET", "POST"])
@allow("incidents.duty")
def remove_mediator(duty_id: str) -> ResponseReturnValue:
    """Take somebody off the list, after a question."""
    if request.method == "POST":
        # Sent twice, the second finds her gone.
        with suppress(NotFound):
            mediation.remove_mediator(current_actor(), duty_id)
        flash(_("Removed from the list of mediators."))
        return redirect(url_for("incidents.duty_list"), 303)
    return render_template("incidents/duty_remove.html", duty=duty(duty_id))
