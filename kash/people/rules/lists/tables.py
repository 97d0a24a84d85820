"""Where in a sheet the list stands: its headings, and the rows below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kash.people.rules.lists.cells import Cell
from kash.people.rules.lists.headings import recognised
from kash.people.rules.lists.sections import filled

# How many filled rows are looked at for the headings.
LOOKED_AT = 40
# Of lists that stand side by side the rows of the second are numbered from here on, and so on:
# no sheet is read further down than this.
ASIDE = 100_000


@dataclass(frozen=True, slots=True)
class TableSheet:
    """A sheet as rows with their numbers, as a spreadsheet counts them; empty rows are left out."""

    name: str
    rows: Sequence[tuple[int, Sequence[Cell]]]

    @property
    def width(self) -> int:
        """How many columns hold something."""
        return max((len(cells) for _number, cells in self.rows), default=0)


def header_number(sheet: TableSheet) -> int:
    """The number of the row of headings; 0 if none is found."""
    best, at = 0, 0
    width = sheet.width
    for number, cells in sheet.rows[:LOOKED_AT]:
        found = recognised(cells)
        alone = len(filled(cells)) == 1 and width > 1
        if found.known and not alone and found.score > best:
            best, at = found.score, number
    return at


def best_sheet(sheets: Sequence[TableSheet]) -> int:
    """Number of the sheet that holds the list: one with headings and most rows."""

    def weight(at: int) -> tuple[bool, int, int]:
        sheet = sheets[at]
        return header_number(sheet) > 0, len(sheet.rows), -at

    return max(range(len(sheets)), key=weight) if len(sheets) > 1 else 0


def place_of(number: int) -> tuple[int, int]:
    """The row of the sheet that a row's number means, and in which of the lists that stand side by
    side it is, from 1."""
    aside, row = divmod(number, ASIDE)
    return row, aside + 1


@dataclass(frozen=True, slots=True)
class Table:
    """The headings, and the rows below them.

    `answered` are the fields of columns that are known by how the list is laid out. `titles` are
    what stands above each of several lists side by side, `above` the lines above the headings.
    `nobody` says of rows that are no person's why.
    """

    header: int
    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    answered: Mapping[int, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()
    above: tuple[tuple[str, ...], ...] = ()
    nobody: Mapping[int, str] = field(default_factory=dict)

    def column(self, at: int, most: int = 200) -> list[Cell]:
        """The first cells of a column."""
        return [cells[at] if at < len(cells) else "" for _number, cells in self.rows[:most]]
