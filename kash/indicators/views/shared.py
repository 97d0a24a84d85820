"""The two views of workshops that several funders share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from kash.indicators import blueprint
from kash.indicators.asked import figures_asked
from kash.indicators.queries.definitions import definitions_on
from kash.indicators.queries.figures import shared_views, value_names
from kash.indicators.rules.figures import SharedRow
from kash.indicators.rules.keys import INDICATORS, IndicatorKey
from kash.indicators.words import value_word
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow

COUNTED = tuple(key for key, one in INDICATORS.items() if one.people)


@dataclass(frozen=True)
class SharedLine:
    """A funder with both counts."""

    name: str
    row: SharedRow


SHARED_COLUMNS: Sequence[TableColumn[SharedLine]] = (
    TableColumn(_l("Funder"), lambda one: one.name, "#org+funder"),
    TableColumn(_l("Reached with its support"), lambda one: one.row.reached, "#reached"),
    TableColumn(_l("Its share of all"), lambda one: one.row.weighted, "#reached+weighted"),
)


@blueprint.get("/shared")
@allow("indicators.see")
@offers_table("shared")
def shared() -> ResponseReturnValue:
    """Whole people of each funder, beside shares that add up to all."""
    asked = figures_asked()
    if asked.problem is not None:
        return render_template("indicators/no_period.html", asked=asked), asked.problem.status
    key = request.args.get("of", "")
    key = key if key in COUNTED else str(IndicatorKey.COMPLETED)
    rows = shared_views(key, asked.period)
    names = value_names("funder", [row.funder for row in rows])
    lines = [SharedLine(value_word("funder", row.funder, names), row) for row in rows]
    if is_taken():
        return taken(lines, SHARED_COLUMNS)
    return render_template(
        "indicators/shared.html",
        asked=asked,
        key=key,
        definitions=definitions_on(asked.period.last, COUNTED),
        lines=lines,
        total=sum(row.weighted for row in rows),
    )
