"""Identities of those on record: sealed by officers, read by custodians."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint
from kash.incidents.errors import CaseChangedMeanwhile
from kash.incidents.forms.casework import IdentityForm
from kash.incidents.rules.record import Record
from kash.incidents.services import identities
from kash.incidents.services.identities import file_identity, person_of
from kash.incidents.services.second_member import OnHold
from kash.incidents.views.case_context import load_case, require_vault
from kash.platform.database import db
from kash.platform.vault import can_file
from kash.platform.web import page
from kash.platform.web.formats import date_text
from kash.platform.web.row_versions import number_shown
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
    form.replaces = bool(one.identity)
    if form.validate_on_submit():
        facts = form.facts()
        if not any(facts.values()):
            form.form_errors.append(_("Write at least one of these."))
        else:
            with form.showing_problems(CaseChangedMeanwhile, OnHold):
                reason = form.reason.data
                if file_identity(reference, person, facts, by=actor, vault=vault, reason=reason):
                    flash(_("Sealed. Only a custodian can read it."))
                else:
                    flash(_("Sealed. It takes the old one’s place once a second member agrees."))
                return redirect(url_for("incidents.case", reference=reference), 303)
    return page(
        "incidents/identity.html",
        form=form,
        case=case,
        person=one,
        reads=vault.holds("identity"),
        taken=can_file(db.session(), "identity"),
        versions=_versions(case.record, person),
    )


@blueprint.post("/<reference>/p/<person>/read")
@allow("incidents.edit")
@require_vault
def read_identity(reference: str, person: str) -> ResponseReturnValue:
    """Show it this once to a custodian."""
    actor, vault, found = load_case(reference)
    one = person_of(found, person)
    documents, version = (
        found.record.identities_of(person),
        number_shown(request.form.get("version")),
    )
    document = documents[version] if version < len(documents) else ""
    facts = identities.read_identity(found, person, by=actor, vault=vault, document=document)
    return page(
        "incidents/identity_read.html", form=None, case=found, person=one, facts=worded(facts)
    )


def _versions(record: Record, person: str) -> list[tuple[int, datetime, str, bool]]:
    """Other versions of who somebody is, the newest first: the place of each among her documents,
    when, why, and whether it waits for a second member."""
    earlier = [one for one in record.earlier_identities if one.person == person]
    waiting = [one for one in record.proposals if one.about == person and one.document]
    found = [(one.at, one.reason, False) for one in earlier]
    found += [(one.at, one.reason, True) for one in waiting]
    return [(number, *one) for number, one in enumerate(found, 1)][::-1]


def worded(facts: Mapping[str, str]) -> list[tuple[Any, str]]:
    """Facts that were sealed, each with its name."""
    return [
        (LABELS[name], date_text(date.fromisoformat(text)) if name == "born_on" else text)
        for name, text in facts.items()
    ]
