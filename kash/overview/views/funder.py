"""The first page of a funder: its workshops, what was sent to it, its reports, printed figures."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from kash.funder_reports.queries.reports import newest_reports
from kash.funders.queries import funder_of
from kash.overview import blueprint
from kash.overview.queries.funded import look_of, workshops_of
from kash.overview.tables import FUNDED_COLUMNS
from kash.platform.web import current_actor
from kash.platform.web.formats import local_today
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.releases.queries.printed import printed_tables

_MOST_REPORTS = 6
_MOST_PRINTED = 3


@blueprint.get("/funder")
@allow("overview.own")
@offers_table("workshops")
def own() -> ResponseReturnValue:
    """The page of a funder's account: nothing that was not sent to that funder, or printed for
    all."""
    actor, today = current_actor(), local_today()
    funder = funder_of(actor)
    if funder is None:
        return render_template("overview/no_funder.html")
    workshops = workshops_of(funder)
    if is_taken():
        return taken(workshops, FUNDED_COLUMNS)
    return render_template(
        "overview/funder.html",
        funder=funder,
        look=look_of(funder, actor, today),
        listing=workshops,
        today=today,
        reports=newest_reports(actor, _MOST_REPORTS),
        printed=list({one.key: one for one in printed_tables()}.values())[-_MOST_PRINTED:],
    )
