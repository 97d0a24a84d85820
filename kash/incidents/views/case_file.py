"""The case file for a lawyer: chosen on a page, made in the request, kept by nobody here."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from kash.incidents import blueprint
from kash.incidents.documents.case_file import FILE_NAME, FileChoice
from kash.incidents.documents.case_file import case_file as printed
from kash.incidents.errors import NobodyAgreed
from kash.incidents.forms.following_up import CaseFileForm
from kash.incidents.queries.cases import Case
from kash.incidents.queries.history import first_account_of
from kash.incidents.rules.asked_again import papers_asked_about
from kash.incidents.rules.case_file import is_listed, may_hold_narrative, may_print, who_agreed
from kash.incidents.rules.health import who_may_be_told_of
from kash.incidents.rules.record import Person, Record
from kash.incidents.sections import CaseAction
from kash.incidents.services.case_files import (
    hashes_of,
    identities_shown,
    may_show_identities,
    note_printed,
)
from kash.incidents.services.cases import note_opening
from kash.incidents.views.case_context import load_case, require_vault
from kash.platform.database import utc_now
from kash.platform.web import download, page, signed_in
from kash.platform.web.formats import local_today
from kash.policy import Actor, allow


@blueprint.route("/<reference>/f", methods=["GET", "POST"])
@allow("incidents.edit", fresh=True)
@require_vault
def case_file(reference: str) -> ResponseReturnValue:
    """Choose what the file holds, and print it: one entry in the audit chain for each file."""
    actor, vault, found = load_case(reference)
    agreed = who_agreed(found.record)
    allowed = may_print(found.record)
    form = CaseFileForm()
    papers = papers_asked_about(found.record, local_today())
    form.offer([(one.id, one.code) for one in agreed], list(papers))
    if form.is_submitted() and not allowed:
        raise NobodyAgreed
    if form.validate_on_submit():
        person = signed_in()
        chosen = list(form.persons.data)
        # Her words tell of everybody in the case.
        words = form.narrative.data and may_hold_narrative(found.record, chosen)
        told_of = [one.id for one in found.record.persons] if words else chosen
        identities = identities_shown(found, chosen, vault) if form.identities.data else {}
        choice = FileChoice(
            persons=chosen,
            narrative=bool(form.narrative.data),
            sources=bool(form.sources.data),
            terms=bool(form.terms.data),
            referrals=bool(form.referrals.data),
            identities=identities,
            paper=form.court_paper,
        )
        listed = [one for one in found.record.evidence if is_listed(found.record, one, chosen)]
        hashes = hashes_of(vault, listed)
        with form.showing_problems():
            found = note_printed(
                actor, vault, reference, form.court_paper, told_of, identities, hashes
            )
            first = first_account_of(vault, found)
            made = printed(found, choice, person.name if person else "", utc_now(), first, hashes)
            return download(made, name=FILE_NAME, type="application/pdf")
    if not form.is_submitted():
        note_opening(actor, vault, found)
    return page(
        "incidents/case_file.html",
        form=form,
        case=found,
        allowed=allowed,
        agreed=agreed,
        others=[one for one in found.record.persons if one not in agreed],
        without_health=_without_health(found.record, agreed),
        narrative_allowed=may_hold_narrative(found.record, [one.id for one in agreed]),
        names_open=may_show_identities(found, vault),
        consents=url_for("incidents.consents", reference=reference),
        papers={paper: _codes(found.record, said_yes) for paper, said_yes in papers.items()},
    )


def _codes(record: Record, persons: list[str]) -> list[str]:
    return [one.code for one in record.persons if one.id in persons]


def _without_health(record: Record, agreed: list[Person]) -> list[Person]:
    told = who_may_be_told_of(record)
    return [one for one in agreed if one.id not in told]


def _is_offered(case: Case, actor: Actor) -> bool:
    return actor.may("incidents.edit")


PRINT = CaseAction(_l("Print a case file"), "incidents.case_file", 60, _is_offered)
CHANGE = CaseAction(_l("Change the record"), "incidents.edit_case", 10, _is_offered)
