"""Columns of lists of statements, where they are taken away as tables."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.platform.web.taking import TableColumn
from kash.statements.models import Statement
from kash.statements.queries.left import LeftFigure
from kash.statements.words import STATE, WHO, place_text, read_line

STATEMENT_COLUMNS: Sequence[TableColumn[Statement]] = (
    TableColumn(_l("Funder"), lambda one: one.funder.name, "#org+funder"),
    TableColumn(_l("Period"), lambda one: one.period, "#date+period"),
    TableColumn(_l("First day"), lambda one: one.first_day, "#date+start"),
    TableColumn(_l("Last day"), lambda one: one.last_day, "#date+end"),
    TableColumn(_l("How it stands"), lambda one: str(STATE[one.state]), "#status"),
    TableColumn(_l("Sent"), lambda one: one.sent_at, "#date+sent"),
)


def _value(one: LeftFigure) -> object:
    return "*" if one.figure.starred else one.figure.value


# Every figure that left to a funder.
LEFT_COLUMNS: Sequence[TableColumn[LeftFigure]] = (
    TableColumn(_l("Period"), lambda one: one.statement.period, "#date+period"),
    TableColumn(_l("Sent"), lambda one: one.statement.sent_at, "#date+sent"),
    TableColumn(
        _l("Figure"),
        lambda one: read_line(one.figure.of_line, one.figure.title, one.figure.version),
        "#indicator+name",
    ),
    TableColumn(_l("Of whom"), lambda one: WHO[one.figure.of_line.who], "#population+type"),
    TableColumn(
        _l("Told apart"),
        lambda one: place_text(one.figure.in_place, one.figure.label),
        "#population+group",
    ),
    TableColumn(_l("Number"), _value, "#indicator+num"),
    TableColumn(
        _l("May stand for at least"),
        lambda one: None if one.range is None else one.range.low,
        "#indicator+num+least",
    ),
    TableColumn(
        _l("May stand for at most"),
        lambda one: None if one.range is None else one.range.high,
        "#indicator+num+most",
    ),
)
