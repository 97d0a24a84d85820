"""Coverage of all stations, and one station with its people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kash.coverage import blueprint
from kash.coverage.queries.people import people_at
from kash.coverage.queries.stations import organisation_names
from kash.coverage.rules.needs import StationNeed, total_need
from kash.coverage.rules.pace import LEAST_YEARS
from kash.coverage.rules.spells import Training
from kash.coverage.tables import STATION_COLUMNS
from kash.coverage.views.asked import sorted_page, what_is_asked
from kash.coverage.words import TRAINING
from kash.platform.database import db
from kash.platform.web import current_actor
from kash.platform.web.errors import one_or_404
from kash.platform.web.taking import is_taken, offers_table, taken
from kash.policy import allow
from kash.tracks.queries.tracks import all_names

SORTS: Mapping[str, Callable[[StationNeed], Any]] = {
    "holds": lambda row: row.holds,
    "name": lambda row: row.station.name.casefold(),
    "posted": lambda row: row.posted,
    "due": lambda row: row.due,
}
YEAR = timedelta(days=365)


@blueprint.get("")
@allow("coverage.see")
def index() -> ResponseReturnValue:
    """Trained people who are still posted at each station, the fewest first."""
    asked = what_is_asked()
    if asked is None:
        return render_template("coverage/nothing.html", current="stations")
    found = asked.coverage()
    stations = [row.station for row in found.needs]
    listing = sorted_page(found.needs, SORTS, "holds")
    line, covered = found.line(stations), found.covered(stations)
    return render_template(
        "coverage/index.html",
        asked=asked,
        coverage=found,
        listing=listing,
        forecasts=[found.forecast(row) for row in listing],
        total=total_need(found.needs),
        line=line,
        covered=covered,
        least_years=LEAST_YEARS,
    )


@blueprint.get("/stations/<public_id>")
@allow("coverage.see")
@offers_table("list", names=True)
def station(public_id: str) -> ResponseReturnValue:
    """One station: over time, its people as far as the actor reaches them, who came and went."""
    asked = one_or_404(what_is_asked())
    found = asked.coverage()
    need = one_or_404(
        next((row for row in found.needs if row.station.public_id == public_id), None)
    )
    wanted = request.args.get("training", "")
    people = people_at(
        need.station.key,
        asked.group.id,
        asked.subject,
        asked.goal,
        asked.today,
        current_actor(),
        cadre=asked.cadre,
        training=wanted if wanted in set(Training) else "",
    )
    known = all_names()
    if is_taken():
        return taken(((one, known) for one in people.listing), STATION_COLUMNS)
    moves = [
        move
        for move in found.moves(asked.today - 2 * YEAR)
        if need.station.key in (move.origin, move.destination)
    ]
    return render_template(
        "coverage/station.html",
        asked=asked,
        need=need,
        forecast=found.forecast(need),
        coverage=found,
        line=found.line([need.station]),
        moves=moves[:20],
        organisations=organisation_names(db.session()),
        listing=people.listing,
        reached=people.reached,
        training=wanted,
        trainings=TRAINING,
        known=known,
    )
