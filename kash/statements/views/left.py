"""All that has left, to each funder, and what could be worked out from all of it together."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from kash.policy import allow
from kash.statements import blueprint
from kash.statements.queries.left import left_by_funder, left_to, ranges_now
from kash.statements.rules.names import FEWEST


@blueprint.get("/left")
@allow("statements.ledger")
def left() -> ResponseReturnValue:
    """Funders with how much left to each, and how narrow the narrowest star is."""
    known = ranges_now()
    widths = [one.high - one.low for one in known.values() if one.high is not None]
    return render_template(
        "statements/left.html",
        funders=left_by_funder(),
        stars=len(known),
        narrowest=min(widths, default=None),
        fewest=FEWEST,
    )


@blueprint.get("/left/<funder_id>")
@allow("statements.ledger")
def left_funder(funder_id: str) -> ResponseReturnValue:
    """All that left to a funder, with what each star may stand for."""
    funder, sent = left_to(funder_id)
    return render_template("statements/left_funder.html", funder=funder, sent=sent)
