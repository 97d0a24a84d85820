"""Identities of those on record: sealed by officers, read by custodians."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint
from kash.incidents.errors import CaseChangedMeanwhile
from kash.incidents.forms.casework import IdentityForm
from kash.incidents.services import identities
from kash.incidents.services.identities import file_identity, person_of
from kash.incidents.views.case_context import load_case, require_vault
from kash.platform.database import db
from kash.platform.vault import can_file
from kash.platform.web import page
from kash.platform.web.formats import date_text
from kash.policy import allow

LABELS = {
    "legal_name": _l("Legal name"),
    "number": _l("Number of a document"),
    "born_on": _l("Born on"),
    "phone": _l("Phone"),
    "address": _l("Where she can be found"),
    "note": _l("Note"),
}


@blueprint.route("/<reference>/p/<person>", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def identity(reference: str, person: str) -> ResponseReturnValue:
    """Seal who somebody is. What is sealed already is not shown: it is replaced."""
    actor, vault, case = load_case(reference)
    one = person_of(case, person)
    form = IdentityForm()
    if form.validate_on_submit():
        facts = form.facts()
        if not any(facts.values()):
            form.form_errors.append(_("Write at least one of these."))
        else:
            with form.showing_problems(CaseChangedMeanwhile):
                file_identity(reference, person, facts, by=actor, vault=vault)
                flash(_("Sealed. Only a custodian can read it."))
                return redirect(url_for("incidents.case", reference=reference), 303)
    return page(
        "incidents/identity.html",
        form=form,
        case=case,
        person=one,
        reads=vault.holds("identity"),
        taken=can_file(db.session(), "identity"),
    )


@blueprint.post("/<reference>/p/<person>/read")
@allow("incidents.edit")
@require_vault
def read_identity(reference: str, person: str) -> ResponseReturnValue:
    """Show it this once to a custodian."""
    actor, vault, found = load_case(reference)
    one = person_of(found, person)
    facts = identities.read_identity(found, person, by=actor, vault=vault)
    return page(
        "incidents/identity_read.html", form=None, case=found, person=one, facts=worded(facts)
    )


def worded(facts: Mapping[str, str]) -> list[tuple[Any, str]]:
    """Facts that were sealed, each with its name."""
    return [
        (LABELS[name], date_text(date.fromisoformat(text)) if name == "born_on" else text)
        for name, text in facts.items()
    ]
