"""Columns of the list of venues with calendars, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.platform.web.taking import TableColumn

# Never the address: whoever has it reads the calendar.
VENUE_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Venue"), lambda row: row.name, "#loc+name"),
    TableColumn(_l("Place"), lambda row: row.place, "#loc+type+place"),
    TableColumn(_l("Address made"), lambda row: row.made_at, "#date+made"),
)
