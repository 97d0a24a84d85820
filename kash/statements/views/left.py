"""All that has left, to each funder, and what could be worked out from all of it together."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from kash.indicators.rules.periods import read_period
from kash.platform.database import db
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.statements import blueprint
from kash.statements.queries.left import left_by_funder, left_to, ranges_now
from kash.statements.receivers import (
    other_receivers,
    papers_left,
    readers,
    rows_given_until,
)
from kash.statements.rules.names import FEWEST
from kash.statements.tables import LEFT_COLUMNS


@blueprint.get("/left")
@allow("statements.ledger")
def left() -> ResponseReturnValue:
    """Funders and other systems with how much left to each, and how narrow the narrowest star
    is."""
    known, rows_until = ranges_now(), rows_given_until(db.session())
    known_exactly = [one for one in known if rows_until and read_period(one[0]).first <= rows_until]
    widths = [one.high - one.low for one in known.values() if one.high is not None]
    return render_template(
        "statements/left.html",
        funders=left_by_funder(),
        receivers=other_receivers(),
        readers=readers(),
        rows_until=rows_until,
        known_exactly=known_exactly,
        stars=len(known),
        narrowest=min(widths, default=None),
        fewest=FEWEST,
    )


@blueprint.get("/left/<funder_id>")
@allow("statements.ledger")
@offers_table("left")
def left_funder(funder_id: str) -> ResponseReturnValue:
    """All that left to a funder, with what each star may stand for."""
    funder, sent = left_to(funder_id)
    if is_taken():
        return taken((line for one in sent for line in one.lines), LEFT_COLUMNS)
    return render_template(
        "statements/left_funder.html",
        funder=funder,
        listing=sent,
        papers=papers_left(funder),
        rows_until=rows_given_until(db.session()),
    )
