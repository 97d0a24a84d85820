"""Printed lines to take away: rows of a table, and plans and releases as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_babel import gettext as _

from kash.figures.releases.models import ReleasePlan
from kash.figures.releases.queries import PrintedTable
from kash.figures.releases.reading_words import printed_text, window_text

_FORMAT = "kash-releases-1"


def printed_rows(tables: Iterable[PrintedTable]) -> list[list[object]]:
    """A row for each printed line, the head first; "few" is a word, and not a number."""
    rows: list[list[object]] = [
        [_("Table"), _("Window"), _("Cases filed up to"), _("Line"), _("Printed")]
    ]
    for table in tables:
        for line in table.lines:
            value = printed_text(None) if line.printed is None else line.printed
            day = table.freeze_on
            rows.append([table.title, window_text(table), day, line.label, value])
    return rows


def as_public(
    plans: Sequence[ReleasePlan], tables: Sequence[PrintedTable], notes: dict[str, list[Any]]
) -> dict[str, Any]:
    """Approved plans and all that was printed, as everybody may see them. Nobody is named."""
    return {
        "format": _FORMAT,
        "plans": [
            {
                "year": printed.year,
                "digest": printed.digest,
                "tables": printed.tables,
                "windows": printed.windows,
                "forum_decision": printed.forum_decision,
            }
            for printed in plans
        ],
        "releases": [
            {
                "id": printed.release_id,
                "year": printed.year,
                "table": printed.key,
                "window": printed.window,
                "freeze_on": printed.freeze_on.isoformat(),
                "lines": [
                    {"code": line.code, "printed": "few" if line.printed is None else line.printed}
                    for line in printed.lines
                ],
                "notes": [
                    {"day": note.day.isoformat(), "text": note.text}
                    for note in notes.get(printed.release_id, ())
                ],
            }
            for printed in tables
        ],
    }
