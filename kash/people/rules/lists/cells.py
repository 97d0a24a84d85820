"""Cells and their meaning. They come as text, numbers or days, as a sheet holds them."""

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
# Between two answers of which only one can be right.
TWO = " / "
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
        "#null!",
        "#ref!",
        "#value!",
        "#name?",
        "#div/0!",
        "#num!",
        "nan",
        "<na>",
        "(blank)",
    )
)
_LONGEST_NOTHING = max(map(len, _NOTHING))
# A line to sign on, or dots to write on.
_LINE = re.compile(r"[.…_\-–—=~\s]+")
# Answers that say that nothing is said.
_NOT_SAID = frozenset(
    (
        *("prefer not to say", "prefer not to answer", "prefer not to disclose", "rather not say"),
        *("preferred not to say", "would rather not say", "i prefer not to say", "not said"),
        *("not stated", "not specified", "not given", "not provided", "not disclosed", "withheld"),
        *("undisclosed", "refused", "refused to answer", "refuse to answer", "declined"),
        *("declined to answer", "decline to answer", "unknown", "not known", "dont know", "dk"),
        *("do not know", "no answer", "no response", "not applicable", "blank", "missing"),
        *("hakusema", "hakutaka kusema", "hapendi kusema", "sipendi kusema", "sitaki kusema"),
        *("hajulikani", "haijulikani", "sijui", "hajasema"),
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
    """True if nothing is said: no text, or a sign for nothing."""
    if not isinstance(cell, str):
        return False
    if not cell:
        return True
    if cell[0].isalnum():
        return len(cell) <= _LONGEST_NOTHING and cell.casefold() in _NOTHING
    return cell.casefold() in _NOTHING or _LINE.fullmatch(cell) is not None


def is_not_said(cell: Cell) -> bool:
    """True if somebody answered that she says nothing, as `Prefer not to say`."""
    if not isinstance(cell, str) or len(cell) > 40 or not cell[:1].isalpha():
        return False
    words = re.sub(r"[^\w]+", " ", cell.casefold().replace("'", "").replace("’", ""))
    return " ".join(words.replace("_", " ").split()) in _NOT_SAID


def is_formula(text: str) -> bool:
    """True if a text would be a formula in a sheet, not what a person typed as a name."""
    return text.startswith(("=", "@")) or bool(re.match(r"[+\-]\s*[A-Za-z(=]", text))


def numbered(rows: Sequence[Sequence[Cell]], most: int) -> Iterator[tuple[int, list[Cell]]]:
    """Rows that hold something, with their numbers; cells past column `most` are cut off."""
    for number, cells in enumerate(rows, 1):
        kept = list(cells[:most])
        while kept and kept[-1] == "":
            kept.pop()
        if kept:
            yield number, kept
