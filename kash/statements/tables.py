"""Columns of lists of statements, where they are taken away as tables."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l

from kash.platform.web.taking import TableColumn
from kash.statements.models import Statement
from kash.statements.words import STATE

STATEMENT_COLUMNS: Sequence[TableColumn[Statement]] = (
    TableColumn(_l("Funder"), lambda one: one.funder.name, "#org+funder"),
    TableColumn(_l("Period"), lambda one: one.period, "#date+period"),
    TableColumn(_l("First day"), lambda one: one.first_day, "#date+start"),
    TableColumn(_l("Last day"), lambda one: one.last_day, "#date+end"),
    TableColumn(_l("How it stands"), lambda one: str(STATE[one.state]), "#status"),
    TableColumn(_l("Sent"), lambda one: one.sent_at, "#date+sent"),
)
