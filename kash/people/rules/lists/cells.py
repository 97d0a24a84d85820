"""What a cell says. Cells come as text, numbers or days, as a sheet holds them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Generic, TypeVar

Cell = str | float | date
Value = TypeVar("Value")

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
MOST_CHARACTERS = 2_000
_NOTHING = frozenset(
    (
        "-",
        "--",
        "—",
        "–",
        ".",
        "n/a",
        "na",
        "n.a.",
        "n.a",
        "nil",
        "none",
        "null",
        "hakuna",
        "?",
        "#n/a",
    )
)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should know of a cell: a fixed word, and what it is about.

    `wrong` says that the row cannot be stored so; else the row is stored and this is told.
    """

    code: str
    field: str
    given: str = ""
    taken: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True)
class Reading(Generic[Value]):
    """The value of a cell, with what is to be told of it."""

    value: Value
    remarks: tuple[Remark, ...] = ()


def plain(cell: object) -> Cell:
    """A cell as one of three kinds; whatever else a sheet holds becomes text."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, (int, float)):
        return float(cell)
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, time):
        return cell.isoformat()
    return clean(str(cell))


def clean(given: str) -> str:
    """Text in one Unicode form, without what is not seen, with single spaces."""
    if given.isascii():
        return " ".join(given.split())
    text = unicodedata.normalize("NFC", given)
    text = "".join(each for each in text if unicodedata.category(each) != "Cf")
    return " ".join(text.split())


def text_of(cell: Cell) -> str:
    """A cell as it would be typed: whole numbers without a point, days as year-month-day."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        return repr(cell)
    return cell.isoformat()


def is_empty(cell: Cell) -> bool:
    """Whether nothing is said: no text, or a sign for nothing."""
    return isinstance(cell, str) and (not cell or cell.casefold() in _NOTHING)


def is_formula(text: str) -> bool:
    """Whether a text would be a formula in a sheet, not what a person typed as a name."""
    return text.startswith(("=", "@")) or bool(re.match(r"[+\-]\s*[A-Za-z(=]", text))


def numbered(rows: Sequence[Sequence[Cell]], most: int) -> Iterator[tuple[int, list[Cell]]]:
    """Rows that hold something, with their numbers; cells past column `most` are cut off."""
    for number, cells in enumerate(rows, 1):
        kept = list(cells[:most])
        while kept and kept[-1] == "":
            kept.pop()
        if kept:
            yield number, kept
