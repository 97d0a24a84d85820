"""Pages on which people move from one station or collective to another."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint, queries, services
from kash.people.forms import TransferForm
from kash.policy import allow
from kash.web import current_actor, page
from kash.web.formats import local_today


@blueprint.route("/<public_id>/transfer", methods=["GET", "POST"])
@allow("people.edit")
def transfer(public_id: str) -> ResponseReturnValue:
    """Move a person to another station or collective."""
    found = queries.person(current_actor(), public_id, "people.edit")
    posting = next((each for each in found.postings if each.until is None), None)
    there = posting.organisation_id if posting is not None else None
    form = TransferForm(since=local_today())
    form.offer([place for place in queries.organisations() if place.id != there])
    if form.validate_on_submit():
        try:
            services.transfer(
                public_id,
                form.organisation.data,
                form.since.data or local_today(),
                today=local_today(),
                by=current_actor(),
            )
        except (services.AlreadyThere, services.UnknownOrganisation) as problem:
            form.organisation.errors = [str(problem)]
        except services.DayDoesNotFit as problem:
            form.since.errors = [str(problem)]
        else:
            flash(_("Saved."))
            return redirect(url_for("people.person", public_id=public_id))
    return page("people/transfer.html", form=form, person=found, posting=posting)
