"""Reads a list from memory and writes its sheets as JSON. Run by `kash.platform.confinement`.

The answer is `sheets` (each its name and its numbered rows), `encoding`, `mixed_rows` and
`joined_rows`, or `refused` with the `lines` it is about. Of a cell, text is text, a number a
number, and a day a list of its text.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import date
from typing import Any

from kash.people.lists import reading
from kash.people.lists.rules.cells import Cell


def main(arguments: list[str]) -> int:
    """Read the list that lies in the memory which the caller handed over."""
    descriptor, megabytes, seconds = (int(argument) for argument in arguments)
    space = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    with open(descriptor, "rb") as source:
        source.seek(0)
        content = source.read()
    try:
        answer = sheets_of(content)
    except reading.Refused as refusal:
        answer = {"refused": refusal.why, "lines": [refusal.first, refusal.last]}
    json.dump(answer, sys.stdout, default=_day, separators=(",", ":"))
    sys.stdout.flush()
    return 0


def sheets_of(content: bytes) -> dict[str, Any]:
    """All sheets that hold something. Raises Refused."""
    encoding: str = ""
    mixed: tuple[int, ...] = ()
    joined: tuple[int, ...] = ()
    sheets: list[tuple[str, list[tuple[int, list[Cell]]]]]
    if content.startswith(reading.ARCHIVES):
        sheets = _sheets_of_archive(content)
    else:
        table = reading.read_text_table(content)
        encoding, mixed, joined = table.encoding, table.mixed_rows, table.joined_rows
        sheets = [("", table.rows)]
    filled = [sheet for sheet in sheets if sheet[1]]
    if not filled:
        raise reading.Refused(reading.EMPTY)
    if any(len(rows) > reading.MOST_LINES for _name, rows in filled):
        raise reading.Refused(reading.TOO_LONG)
    return {"sheets": filled, "encoding": encoding, "mixed_rows": mixed, "joined_rows": joined}


def _sheets_of_archive(content: bytes) -> list[tuple[str, list[tuple[int, list[Cell]]]]]:
    # What reads a kind of file is loaded for that kind alone.
    from kash.people.lists import sheets

    if sheets.is_open_document(content):
        return sheets.read_open_document(content)
    return sheets.read_workbook(content)


def _day(cell: object) -> list[str]:
    if isinstance(cell, date):
        return [cell.isoformat()]
    raise TypeError
