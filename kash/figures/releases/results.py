"""The newest printed tables, as results beside reaction, learning and behaviour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import url_for

from kash.figures.indicators.results import ResultTable, ShowsResults
from kash.figures.releases.queries import printed_tables
from kash.figures.releases.reading_words import printed_text


def _newest(day: date) -> Sequence[ResultTable]:
    """The newest of each table that was printed by a day, exactly as printed."""
    newest = {table.key: table for table in printed_tables() if table.freeze_on <= day}
    return [
        ResultTable(
            table.title,
            table.freeze_on,
            url_for("releases.release", public_id=table.release_id),
            [(line.label, printed_text(line.printed)) for line in table.lines],
        )
        for table in newest.values()
    ]


SHOWS_RESULTS = ShowsResults(_newest)
