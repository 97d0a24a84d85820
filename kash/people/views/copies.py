"""A copy of all that is held about one person."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kash.people import blueprint
from kash.people.documents.copies import packed_copy
from kash.people.queries.copies import copy_of
from kash.people.queries.erasing import RowsOfPeople
from kash.people.queries.persons import person
from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web import current_actor
from kash.platform.web.account_names import tied_by_backer
from kash.platform.web.files import download
from kash.policy import allow


@blueprint.route("/<public_id>/copy", methods=["GET", "POST"])
@allow("people.copy", fresh=True)
def copy(public_id: str) -> ResponseReturnValue:
    """Say what is in it, then hand it over; that is written down."""
    actor = current_actor()
    found = person(actor, public_id, "people.copy")
    hers = actor.person_id == found.id
    contacts = hers and not tied_by_backer(actor.public_id)
    if request.method == "GET":
        return render_template("people/copy.html", person=found, hers=hers, contacts=contacts)
    with audited("people.copy_made", actor) as change:
        change.about(found.public_id)
    found = person(actor, public_id, "people.copy")
    headings = {one.table.name: one.label for one in RowsOfPeople().deepest_first if one.label}
    packed = packed_copy(copy_of(db.session(), found, hers=hers, contacts=contacts), headings)
    return download(packed, name="copy.zip", type="application/zip")
