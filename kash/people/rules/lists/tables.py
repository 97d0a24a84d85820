"""Where in a sheet the list stands: its headings, its rows, and what is no row of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kash.people.rules.lists.cells import Cell, is_empty, text_of
from kash.people.rules.lists.headings import recognised

# How many filled rows are looked at for the headings.
LOOKED_AT = 40
_TOTALS = re.compile(r"(grand|sub)?[\s-]*totals?\b.*|jumla\b.*|sum\b.*|idadi\b.*", re.IGNORECASE)
_FOOT = re.compile(
    r"(prepared|compiled|checked|approved|verified|signed|submitted|imeandaliwa|imeidhinishwa)\b.*|"
    r"(signature|sahihi|note|n\.?b\.?|date|tarehe|stamp)\s*[:.].*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as rows with their numbers, as a spreadsheet counts them; empty rows are left out."""

    name: str
    rows: Sequence[tuple[int, Sequence[Cell]]]

    @property
    def width(self) -> int:
        """How many columns hold something."""
        return max((len(cells) for _number, cells in self.rows), default=0)


def filled(cells: Sequence[Cell]) -> list[Cell]:
    """What is not empty."""
    return [cell for cell in cells if not is_empty(cell)]


def header_number(sheet: Sheet) -> int:
    """The number of the row of headings; 0 if none is found."""
    best, at = 0, 0
    width = sheet.width
    for number, cells in sheet.rows[:LOOKED_AT]:
        found = recognised(cells)
        alone = len(filled(cells)) == 1 and width > 1
        if found.known and not alone and found.score > best:
            best, at = found.score, number
    return at


def best_sheet(sheets: Sequence[Sheet]) -> int:
    """Which sheet holds the list: one with headings and most rows."""

    def weight(at: int) -> tuple[bool, int, int]:
        sheet = sheets[at]
        return header_number(sheet) > 0, len(sheet.rows), -at

    return max(range(len(sheets)), key=weight) if len(sheets) > 1 else 0


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no person's: `why` is "totals", "headings" or "note"."""

    number: int
    why: str


@dataclass(frozen=True, slots=True)
class Table:
    """The headings, and the rows below them."""

    header: int
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]

    def column(self, at: int, most: int = 200) -> list[Cell]:
        """The first cells of a column."""
        return [cells[at] if at < len(cells) else "" for _number, cells in self.rows[:most]]


def table_of(sheet: Sheet, header: int) -> Table:
    """The list below row `header`; with 0 there are no headings, and all rows are people."""
    heading_cells: Sequence[Cell] = ()
    for number, cells in sheet.rows:
        if number == header:
            heading_cells = cells
    below = [(number, tuple(cells)) for number, cells in sheet.rows if number > header]
    width = max([len(heading_cells), *(len(cells) for _number, cells in below)], default=0)
    headings = [text_of(cell) for cell in heading_cells] + [""] * (width - len(heading_cells))
    return Table(header, tuple(headings), tuple(below))


def skipped_as(cells: Sequence[Cell], headings: Sequence[str], name_columns: Sequence[int]) -> str:
    """Why a row is no person's, or empty if it is one."""
    held = filled(cells)
    first = next((cell for cell in held if isinstance(cell, str)), "")
    if len(held) <= max(3, len(headings) // 3) and _TOTALS.fullmatch(first):
        return "totals"
    if len(held) <= 2 and _FOOT.fullmatch(first):
        return "note"
    same = sum(
        bool(heading) and isinstance(cell, str) and cell.casefold() == heading.casefold()
        for cell, heading in zip(cells, headings, strict=False)
    )
    if same >= max(2, len(held) - 1):
        return "headings"
    named = any(at < len(cells) and not is_empty(cells[at]) for at in name_columns)
    if not named and len(held) == 1:
        # A number that runs on below the last person, or a line of text.
        return "note"
    return ""
