"""The copy of all that is held about one person: a file to read, and one for other programs."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask import render_template

from kash.people.copy_words import column_word, table_word, value_word
from kash.platform.web.language import language_code


def packed_copy(copied: Mapping[str, list[dict[str, Any]]], headings: Mapping[str, Any]) -> bytes:
    """A zip of both; it is made in memory and kept nowhere. `headings` are words for tables that
    were declared with their rows. Names of tables and columns stand in the file for programs; the
    other has words."""
    page = render_template(
        "people/paper/copy.html",
        language=language_code(),
        parts=[
            (
                table_word(table, headings.get(table)),
                [
                    [
                        (column_word(table, name), value_word(name, value))
                        for name, value in row.items()
                    ]
                    for row in rows
                ],
            )
            for table, rows in copied.items()
        ],
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("copy.html", page)
        archive.writestr(
            "copy.json", json.dumps(copied, ensure_ascii=False, indent=1, default=_plain)
        )
    return packed.getvalue()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)
