"""Layout of a paper sheet: columns to sign, further columns, and rows dealt onto sheets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum
from typing import Any

# Rows that fit on one page between its head and the lines at its foot.
ROWS_PER_SHEET = 10
LARGE_ROWS_PER_SHEET = 7
SPARE_ROWS = 2
# More columns than these leave no room to sign.
MOST_COLUMNS = 7
_NOON = time(12, 30)


class Extra(StrEnum):
    """A further column. All but the phone are filled in for whoever has her name on paper."""

    PHONE = "phone"
    SEX = "sex"
    AGE_BAND = "age_band"
    ORGANISATION = "organisation"


class Half(StrEnum):
    """A half of a day that is signed for as a whole."""

    WHOLE = ""
    MORNING = "am"
    AFTERNOON = "pm"


@dataclass(frozen=True)
class Column:
    """A column to sign: its heading (a time of day) or half day, and the slots it stands for."""

    heading: str
    half: Half
    slots: tuple[str, ...]


@dataclass(frozen=True)
class PlannedSlot:
    """A slot of the day by public id, when it begins on the clock there, and that in words."""

    slot: str
    at: time
    heading: str


@dataclass(frozen=True)
class SheetChoice:
    """Choice of columns and days that somebody makes before printing."""

    halves: bool = False
    extras: tuple[Extra, ...] = ()
    large: bool = False

    @property
    def rows(self) -> int:
        """Rows on one page."""
        return LARGE_ROWS_PER_SHEET if self.large else ROWS_PER_SHEET


def columns_of(day: Sequence[PlannedSlot], choice: SheetChoice) -> tuple[Column, ...]:
    """The columns to sign on one day: one for each session, or for each half where they are many.

    Every slot of the day stands in exactly one column.
    """
    if not choice.halves and len(day) + len(choice.extras) <= MOST_COLUMNS:
        return tuple(Column(one.heading, Half.WHOLE, (one.slot,)) for one in day)
    halves = (
        (Half.MORNING, tuple(one.slot for one in day if one.at < _NOON)),
        (Half.AFTERNOON, tuple(one.slot for one in day if one.at >= _NOON)),
    )
    return tuple(Column("", half, slots) for half, slots in halves if slots)


def as_data(columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Columns as a sheet keeps them."""
    return [
        {"heading": one.heading, "half": str(one.half), "slots": list(one.slots)} for one in columns
    ]


def from_data(kept: Iterable[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Columns as a sheet kept them."""
    return tuple(Column(one["heading"], Half(one["half"]), tuple(one["slots"])) for one in kept)


def known_extras(codes: Iterable[str]) -> tuple[Extra, ...]:
    """The further columns that are known, each once, in their usual order."""
    wanted = set(codes)
    return tuple(extra for extra in Extra if extra.value in wanted)


def sheet_rows(
    entries: Sequence[str], rows_per_sheet: int, spare: int = 0
) -> list[tuple[str, ...]]:
    """Entries dealt onto sheets in their order; the last has at least `spare` rows left."""
    dealt = [
        tuple(entries[start : start + rows_per_sheet])
        for start in range(0, len(entries), rows_per_sheet)
    ]
    if not dealt or len(dealt[-1]) > rows_per_sheet - spare:
        dealt.append(())
    return dealt


@dataclass(frozen=True)
class ReadSheet:
    """Reading of one sheet: its rows and columns, and for each row the columns signed."""

    rows: tuple[str, ...]
    columns: tuple[Column, ...]
    ticks: tuple[frozenset[int], ...]

    def said(self) -> dict[tuple[str, str], bool]:
        """{(slot, entry): whether it is signed}, for all that the sheet asked."""
        found: dict[tuple[str, str], bool] = {}
        for entry, signed in zip(self.rows, self.ticks, strict=False):
            for number, column in enumerate(self.columns):
                for slot in column.slots:
                    place = (slot, entry)
                    found[place] = found.get(place, False) or number in signed
        return found


def read_sheet(
    rows: Sequence[str], columns: Sequence[Column], ticks: Sequence[Iterable[int]]
) -> ReadSheet:
    """A reading that fits its sheet: what is missing is unsigned, what is too much is left out."""
    fitting = [
        frozenset(number for number in signed if 0 <= number < len(columns)) for signed in ticks
    ][: len(rows)]
    fitting += [frozenset()] * (len(rows) - len(fitting))
    return ReadSheet(tuple(rows), tuple(columns), tuple(fitting))


def without_slots(sheet: ReadSheet, gone: Iterable[str]) -> ReadSheet:
    """The same without slots that are no longer on the register."""
    left_out = set(gone)
    return replace(
        sheet,
        columns=tuple(
            replace(column, slots=tuple(slot for slot in column.slots if slot not in left_out))
            for column in sheet.columns
        ),
    )
