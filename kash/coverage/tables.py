"""Columns of the list of people at a station, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from kash.coverage.words import TRAINING
from kash.platform.web.taking import TableColumn
from kash.tracks.words import sentence

# Somebody at a station, and the names of all courses and tracks.
StationLine = tuple[Any, Any]
STATION_COLUMNS: Sequence[TableColumn[StationLine]] = (
    TableColumn(_l("Name"), lambda line: line[0].name, "#beneficiary+name"),
    TableColumn(_l("Rank or role"), lambda line: line[0].cadre, "#beneficiary+rank"),
    TableColumn(_l("Training"), lambda line: TRAINING[line[0].training], "#status"),
    TableColumn(_l("Last day"), lambda line: line[0].last_day, "#date+end"),
    TableColumn(
        _l("Next step"),
        lambda line: sentence(line[0].step, line[1]) if line[0].step else "",
        "#activity+next",
    ),
)
