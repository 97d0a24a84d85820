"""Links of a case: other cases, and the workshop or meeting where it came up."""

from __future__ import annotations

from contextlib import suppress

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from kash.feature import declared
from kash.incidents import blueprint, names, wording
from kash.incidents.forms.casework import FindLinkForm
from kash.incidents.occasions import Occasions
from kash.incidents.queries.links import MOST_FOUND, linked_to
from kash.incidents.queries.register import register
from kash.incidents.rules.filters import Filters
from kash.incidents.rules.search import wanted_words
from kash.incidents.services import linking
from kash.incidents.services.cases import note_search
from kash.incidents.views.case_context import load_case, require_vault
from kash.platform.database import utc_now
from kash.platform.web import NotFound, page
from kash.policy import allow


@blueprint.route("/<reference>/l", methods=["GET", "POST"])
@allow("incidents.edit")
@require_vault
def links(reference: str) -> ResponseReturnValue:
    """Links of a case, and finding more; what is typed is posted."""
    actor, vault, case = load_case(reference)
    form = FindLinkForm()
    words, occasions, cases = "", [], []
    if form.validate_on_submit():
        words = form.words.data
        wanted = wanted_words(words, {})
        if wanted:
            occasions = [(source, source.find(words, actor)) for source in declared(Occasions)]
            close = register(actor, vault, Filters(), wanted, utc_now(), counting=False)
            note_search(actor, vault, close.new)
            lines = sorted(close.lines, key=lambda one: one.summary.day, reverse=True)
            cases = [one.summary for one in lines if one.summary.reference != reference]
    return page(
        "incidents/links.html",
        form=form,
        case=case,
        links=linked_to(case.record, actor),
        searched=request.method == "POST" and not form.errors,
        occasions=occasions,
        cases=cases[:MOST_FOUND],
        linked={(one.kind, one.id) for one in case.record.links},
        words=names,
        says=wording,
    )


@blueprint.post("/<reference>/l/add")
@allow("incidents.edit")
@require_vault
def add_link(reference: str) -> ResponseReturnValue:
    """Link it to what was found."""
    actor, vault, _found = load_case(reference)
    kind, target = request.form.get("kind", ""), request.form.get("id", "")
    linking.add_link(reference, kind, target, by=actor, vault=vault)
    return redirect(url_for("incidents.links", reference=reference), 303)


@blueprint.post("/<reference>/l/remove")
@allow("incidents.edit")
@require_vault
def remove_link(reference: str) -> ResponseReturnValue:
    """Take a link away."""
    actor, vault, _found = load_case(reference)
    kind, target = request.form.get("kind", ""), request.form.get("id", "")
    # Sent twice, the second finds it gone, as she wanted.
    with suppress(NotFound):
        linking.remove_link(reference, kind, target, by=actor, vault=vault)
    return redirect(url_for("incidents.links", reference=reference), 303)
