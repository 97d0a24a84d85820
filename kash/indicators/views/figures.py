"""All indicators of a period, and one of them told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from kash.indicators import blueprint
from kash.indicators.asked import figures_asked
from kash.indicators.queries.definitions import definitions_on
from kash.indicators.queries.figures import table_of, value_names
from kash.indicators.queries.lines import IndicatorLine, indicator_lines
from kash.indicators.queries.targets import TargetFor, targets_in
from kash.indicators.rules.figures import FigureCell, FigureTable
from kash.indicators.rules.keys import INDICATORS, KEYS, MOST_DIMENSIONS, IndicatorKey
from kash.indicators.words import DIMENSION_WORDS, value_word
from kash.platform.press.charts import bar_chart, picture_of
from kash.platform.web import current_actor
from kash.platform.web.errors import NotFound
from kash.platform.web.lists import paged
from kash.platform.web.taking import TableColumn, is_taken, offers_table, taken
from kash.policy import allow

MOST_BARS = 15
# What is learned is told as a gain, on the page of the four levels.
SHOWN = tuple(key for key in KEYS if key != IndicatorKey.GAIN)


INDICATOR_COLUMNS: Sequence[TableColumn[IndicatorLine]] = (
    TableColumn(_l("Indicator"), lambda one: one.definition.title, "#indicator+name"),
    TableColumn(_l("Count"), lambda one: one.count, "#indicator+num"),
    TableColumn(_l("To reach"), lambda one: one.target, "#targeted"),
    TableColumn(_l("Reached, in per cent"), lambda one: one.share, "#indicator+pct"),
    TableColumn(_l("Period before"), lambda one: one.before, "#indicator+num+before"),
    TableColumn(_l("Definition, version"), lambda one: one.definition.version, "#meta+version"),
    TableColumn(_l("Definition"), lambda one: one.definition.text, "#description"),
)


@blueprint.get("/")
@allow("indicators.see")
@offers_table("indicators")
def index() -> ResponseReturnValue:
    """All indicators of a period against their targets."""
    asked = figures_asked()
    if asked.problem is not None:
        return render_template("indicators/no_period.html", asked=asked), asked.problem.status
    if request.args.get("first") and not is_taken():
        return redirect(url_for("indicators.index", _external=False, **asked.arguments))
    lines = indicator_lines(SHOWN, asked.period, asked.funder)
    if is_taken():
        return taken(lines, INDICATOR_COLUMNS)
    actor = current_actor()
    return render_template(
        "indicators/index.html",
        asked=asked,
        lines=lines,
        may_set=actor.may("targets.set"),
    )


@dataclass(frozen=True)
class CellLine:
    """A cell as a page shows it: its values in words, its count, and how many of its people the
    reader reaches. `arguments` are those of the address of these people."""

    words: tuple[str, ...]
    cell: FigureCell
    arguments: dict[str, str]

    @property
    def reached(self) -> int:
        """Count of its people who can be listed."""
        return len(self.cell.people)


def dimensions_asked(key: str, *, unsaid: bool = False) -> tuple[str, ...]:
    """The dimensions that the address asks for, of those by which an indicator is told apart; the
    first of these if it says nothing and that is `unsaid`."""
    known = INDICATORS[key].dimensions
    if unsaid and "by" not in request.args:
        return known[:1]
    asked = (request.args.get("by", ""), request.args.get("then", ""))
    return tuple(dict.fromkeys(one for one in asked if one in known))[:MOST_DIMENSIONS]


def cell_lines(table: FigureTable) -> list[CellLine]:
    """The cells of a table with their values in words; a query for each dimension at most."""
    names = {
        name: value_names(name, [cell.values[place] for cell in table.cells])
        for place, name in enumerate(table.dimensions)
    }
    asked = dict(zip(("by", "then"), table.dimensions, strict=False))
    return [
        CellLine(
            tuple(
                value_word(name, value, names[name])
                for name, value in zip(table.dimensions, cell.values, strict=True)
            ),
            cell,
            asked | dict(zip(("value", "other"), cell.values, strict=False)),
        )
        for cell in table.cells
    ]


def cell_columns(table: FigureTable) -> list[TableColumn[CellLine]]:
    """Columns of a table that is taken along."""

    def word(place: int) -> TableColumn[CellLine]:
        label = DIMENSION_WORDS[table.dimensions[place]]
        return TableColumn(label, lambda line: line.words[place], "#meta")

    return [
        *(word(place) for place in range(len(table.dimensions))),
        TableColumn(_l("Count"), lambda line: line.cell.count, "#indicator+num"),
        TableColumn(_l("Period"), lambda _line: table.period.text, "#date+period"),
        TableColumn(_l("Definition, version"), lambda _line: table.version, "#meta+version"),
    ]


def _picture(table: FigureTable, lines: Sequence[CellLine]) -> str:
    """Bars of a table that is told apart by one thing, where they are few enough to be read."""
    if len(table.dimensions) != 1 or not 1 < len(lines) <= MOST_BARS:
        return ""
    labels = [line.words[0] for line in lines]
    title = str(DIMENSION_WORDS[table.dimensions[0]])
    return picture_of(bar_chart(title, labels, {title: [line.cell.count for line in lines]}))


@blueprint.get("/<key>")
@allow("indicators.see")
@offers_table("indicator")
def figure(key: str) -> ResponseReturnValue:
    """An indicator in a period, told apart by what the address asks for."""
    if key not in INDICATORS:
        raise NotFound
    asked = figures_asked()
    if asked.problem is not None:
        return render_template("indicators/no_period.html", asked=asked), asked.problem.status
    dimensions = dimensions_asked(key, unsaid=True)
    actor = current_actor()
    table = table_of(key, asked.period, dimensions, funder=asked.funder, actor=actor)
    lines = cell_lines(table)
    if is_taken():
        return taken(lines, cell_columns(table))
    return render_template(
        "indicators/figure.html",
        asked=asked,
        table=table,
        definition=definitions_on(asked.period.last, (key,))[key],
        indicator=INDICATORS[key],
        listing=paged(lines),
        picture=_picture(table, lines),
        target=targets_in(asked.period, asked.funder).get(key, TargetFor()),
    )
