"""The page of one case."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from kash.incidents import blueprint, services
from kash.incidents.sections import actions_of, sections_of
from kash.incidents.views.reach import here, require_vault
from kash.policy import allow


@blueprint.get("/<reference>")
@allow("incidents.see")
@require_vault
def case(reference: str) -> ResponseReturnValue:
    """One case; its opening is noted."""
    actor, vault, found = here(reference)
    services.note_opening(actor, vault, found)
    return render_template(
        "incidents/case.html",
        actor=actor,
        case=found,
        record=found.record,
        sections=sections_of(found, actor),
        beside=sections_of(found, actor, beside=True),
        actions=actions_of(found, actor),
    )
