"""Asking a custodian to read who somebody is, and reading it for the hour that she allows."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kash.incidents import blueprint
from kash.incidents.errors import Damaged
from kash.incidents.forms.casework import AskIdentityForm
from kash.incidents.queries.cases import open_cases
from kash.incidents.services.identities import KIND, facts_from, person_of
from kash.incidents.views.case_context import load_case, require_vault, the_vault
from kash.incidents.views.identities import worded
from kash.members.errors import AlreadyAsked, NoKeys
from kash.members.services.identity_requests import ask, read_granted
from kash.platform.vault import NotAuthentic, SealError
from kash.platform.web import NotFound, current_actor, page
from kash.policy import allow


@blueprint.route("/<reference>/p/<person>/ask", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def ask_identity(reference: str, person: str) -> ResponseReturnValue:
    """Ask with a reason; a custodian decides, and it is read for an hour."""
    actor, _vault, case = load_case(reference)
    one = person_of(case, person)
    form = AskIdentityForm()
    if one.identity and form.validate_on_submit():
        with form.showing_problems(AlreadyAsked, NoKeys):
            ask(actor, one.identity, form.reason.data)
            flash(_("A custodian decides. You find the answer among your requests."))
            return redirect(url_for("members.identity_requests"), 303)
    return page("incidents/identity_ask.html", form=form, case=case, person=one)


@blueprint.post("/<reference>/p/<person>/g")
@allow("incidents.edit")
@require_vault
def read_granted_identity(reference: str, person: str) -> ResponseReturnValue:
    """Show it this once, if a custodian allowed it within the last hour."""
    actor, vault, case = load_case(reference)
    one = person_of(case, person)
    if not one.identity:
        raise NotFound
    try:
        facts = facts_from(read_granted(actor, vault, one.identity, KIND))
    except NotAuthentic:
        raise Damaged from None
    except SealError:
        flash(_("Nobody allowed it, or the hour is over. Ask a custodian."), "warn")
        return redirect(url_for("incidents.identity", reference=reference, person=person), 303)
    return page(
        "incidents/identity_read.html", form=None, case=case, person=one, facts=worded(facts)
    )


@blueprint.get("/i/<document>")
@allow("incidents.edit")
@require_vault
def identity_of(document: str) -> ResponseReturnValue:
    """From a request to the page of the one whom it is about."""
    cases, _damaged = open_cases(current_actor(), the_vault())
    for found in cases:
        for one in found.record.persons:
            if document in found.record.identities_of(one.id):
                return redirect(
                    url_for("incidents.identity", reference=found.reference, person=one.id), 303
                )
    raise NotFound


def identity_address(document: str) -> str:
    """From a sealed identity, by its public id, to the page of the one whom it is about."""
    return url_for("incidents.identity_of", document=document)
