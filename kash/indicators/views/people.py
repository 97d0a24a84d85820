"""The people behind a cell, one group at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from kash.indicators import blueprint
from kash.indicators.asked import figures_asked
from kash.indicators.queries.behind import behind
from kash.indicators.queries.definitions import definition_of
from kash.indicators.queries.figures import table_of
from kash.indicators.rules.keys import INDICATORS
from kash.indicators.views.figures import cell_lines, dimensions_asked
from kash.people.models import Person
from kash.platform.web import current_actor, listing
from kash.platform.web.errors import NotFound, one_or_404
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow

PEOPLE_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Name"), lambda one: one[0], "#contact+name"),
    TableColumn(_l("Rank or cadre"), lambda one: one[2], "#contact+type"),
    TableColumn(_l("Ward"), lambda one: one[3], "#adm4+name"),
)


@blueprint.get("/<key>/people")
@allow("indicators.see")
@offers_table("people", names=True)
def people(key: str) -> ResponseReturnValue:
    """The people whom a cell counts, as far as the reader reaches them."""
    if key not in INDICATORS or not INDICATORS[key].people:
        raise NotFound
    asked, actor = figures_asked(), current_actor()
    if asked.problem is not None:
        return render_template("indicators/no_period.html", asked=asked), asked.problem.status
    table = table_of(key, asked.period, dimensions_asked(key), funder=asked.funder, actor=actor)
    given = (request.args.get("value", ""), request.args.get("other", ""))
    values = given[: len(table.dimensions)]
    line = one_or_404(next((one for one in cell_lines(table) if one.cell.values == values), None))
    found = behind(line.cell.people, request.args.get("group", ""))
    rows = listing(
        found.people,
        sorts={"name": Person.sort_name, "cadre": Person.cadre, "ward": Person.ward},
        default_sort="name",
        key=Person.id,
        counted=found.counts.get(found.letter, 0),
    )
    if is_taken():
        return taken(rows, PEOPLE_COLUMNS)
    return render_template(
        "indicators/people.html",
        asked=asked,
        key=key,
        definition=definition_of(key, asked.period.last),
        line=line,
        dimensions=table.dimensions,
        found=found,
        listing=rows,
    )
