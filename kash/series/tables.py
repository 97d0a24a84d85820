"""Columns of the list of series, where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l

from kash.platform.web.taking import TableColumn
from kash.series.models import Series

# A series, its rule in words, and when it is held next.
SeriesLine = tuple[Series, str, date | None]


def _title(line: SeriesLine) -> str:
    source, forum = line[0].source, line[0].forum
    return source.title if source is not None else forum.name if forum is not None else ""


SERIES_COLUMNS: Sequence[TableColumn[SeriesLine]] = (
    TableColumn(_l("Title"), _title, "#activity+name"),
    TableColumn(_l("Repeats"), lambda line: line[1], "#frequency"),
    TableColumn(_l("Next"), lambda line: line[2], "#date+next"),
)
