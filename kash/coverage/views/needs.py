"""Training needs by station."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from kash.coverage import blueprint
from kash.coverage.rules.needs import StationNeed, total_need
from kash.coverage.views.asked import sorted_page, what_is_asked
from kash.policy import allow
from kash.tracks.queries.tracks import all_names

SORTS: Mapping[str, Callable[[StationNeed], Any]] = {
    "need": lambda row: row.need,
    "name": lambda row: row.station.name.casefold(),
    "posted": lambda row: row.posted,
    "holds": lambda row: row.holds,
    "due": lambda row: row.due,
    "ran_out": lambda row: row.ran_out,
    "on_the_way": lambda row: row.on_the_way,
    "none": lambda row: row.none,
}


@blueprint.get("/needs")
@allow("coverage.see")
def needs() -> ResponseReturnValue:
    """How many people at each station need training, the most first."""
    asked = what_is_asked()
    if asked is None:
        return render_template("coverage/nothing.html", current="needs")
    rows = asked.coverage().needs
    return render_template(
        "coverage/needs.html",
        asked=asked,
        listing=sorted_page(rows, SORTS, "need", "desc"),
        total=total_need(rows),
        known=all_names(),
    )
