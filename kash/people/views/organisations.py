"""Pages about stations, collectives and partners."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, words
from kash.people.forms.organisations import OrganisationForm
from kash.people.queries.organisations import MOST_COUNTED, groups, organisation, organisation_list
from kash.people.rules.persons import KINDS
from kash.people.scope import reaches
from kash.people.services import organisations as organisations_services
from kash.people.services.organisations import change_organisation
from kash.people.tables import ORGANISATION_COLUMNS
from kash.platform.web import current_actor, page
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import Reach, allow


@blueprint.get("/organisations")
@allow("people.find")
@offers_table("organisations")
def organisations() -> ResponseReturnValue:
    """Stations, collectives and partners."""
    kind = request.args.get("kind", "")
    if kind not in KINDS:
        kind = ""
    found = organisation_list(kind)
    if is_taken():
        return taken(found, ORGANISATION_COLUMNS)
    return render_template(
        "people/organisations.html",
        listing=found,
        kind=kind,
        kinds=words.KIND,
        most_counted=MOST_COUNTED,
        sees_everyone=Reach.ALL in reaches(current_actor(), "people.see"),
    )


@blueprint.route("/organisations/new", methods=["GET", "POST"])
@allow("people.edit")
def add_organisation() -> ResponseReturnValue:
    """Add an organisation."""
    form = OrganisationForm()
    form.offer(groups())
    if form.validate_on_submit():
        with form.showing_problems():
            organisations_services.add_organisation(form.details(), current_actor())
            flash(_("Saved."))
            return redirect(url_for("people.organisations"))
    return page("people/organisation.html", form=form, organisation=None)


@blueprint.route("/organisations/<public_id>/edit", methods=["GET", "POST"])
@allow("people.edit")
def edit_organisation(public_id: str) -> ResponseReturnValue:
    """Change an organisation."""
    found = organisation(public_id)
    form = OrganisationForm()
    form.offer(groups())
    if not form.is_submitted():
        form.name.data, form.kind.data, form.place.data = found.name, found.kind, found.place
        form.group.data = found.group.public_id if found.group is not None else ""
    elif form.validate():
        with form.showing_problems():
            change_organisation(public_id, form.details(), current_actor())
            flash(_("Saved."))
            return redirect(url_for("people.organisations"))
    return page("people/organisation.html", form=form, organisation=public_id)
