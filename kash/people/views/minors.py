"""The custodian's page of people under 18."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.people import blueprint
from kash.people.queries import minors as minors_queries
from kash.people.queries.persons import person
from kash.people.services.minors import note_minor_seen
from kash.people.tables import MINOR_COLUMNS
from kash.platform.web import current_actor
from kash.platform.web.account_names import account_names
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow


@blueprint.get("/minors")
@allow("people.minors")
@offers_table("list", names=True)
def minors() -> ResponseReturnValue:
    """Everybody who is, or may still be, under 18."""
    found = minors_queries.minors(current_actor())
    if is_taken():
        return taken(found, MINOR_COLUMNS)
    names = account_names({one for row in found for one in (row.by, row.seen_by) if one})
    return render_template("people/minors.html", listing=found, names=names)


@blueprint.post("/<public_id>/minor-seen")
@allow("people.minors")
def minor_seen(public_id: str) -> ResponseReturnValue:
    """Note that the custodian has seen it."""
    found = person(current_actor(), public_id, "people.minors")
    note_minor_seen(found.public_id, current_actor())
    flash(_("Noted."))
    return redirect(url_for("people.minors"), 303)
