"""Columns that are ticked, as registers have them: M | F, or 18–24 | 25–35.

Each such column is one answer to one question, so those that stand together become one column in
which the answer is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kash.people.facts import LISTED
from kash.people.rules.lists.cells import TWO, Cell, is_empty, text_of
from kash.people.rules.persons import sort_name

_TICKS = frozenset(
    (
        *(
            "✓",
            "✔",
            "√",
            "☑",
            "✅",
            "x",
            "×",
            "✗",
            "✘",
            "☒",
            "1",
            "1.0",
            "y",
            "yes",
            "ndiyo",
            "ndio",
        ),
        *("v", "/", "\\", "*", "•", "●", "■", "true", "ok", "tick", "t", "ü", "p", "+"),
    )
)
_NO_TICKS = frozenset(("0", "0.0", "n", "no", "hapana", "false", "☐", "□"))
# Who crosses out what is not so, ticks what is.
_CROSSES = frozenset(("x", "×", "✗", "✘", "☒"))
_BRACKET = re.compile(
    r"(?:age|miaka|umri)?\s*(?:\d{1,3}\s*(?:-|–|—|‑|to|hadi)\s*\d{1,3}|\d{1,3}\s*\+|"
    r"(?:under|below|over|above|<|>|≤|≥|chini ya|zaidi ya)\s*=?\s*\d{1,3}|"
    r"\d{1,3}\s*(?:and|&)\s*(?:above|over|below|under)|\d{1,3}\s*na zaidi)\s*"
    r"(?:years?|yrs?|miaka)?\.?",
    re.IGNORECASE,
)
_LEAST_TICKED = 0.8


@dataclass(frozen=True, slots=True)
class Ticked:
    """Columns `first` to `last` of a sheet that answer one question: the field, and the answer of
    each column."""

    field: str
    first: int
    last: int
    answers: tuple[str, ...]

    def answer(self, cells: Sequence[Cell]) -> Cell:
        """Answer of a row. Two answers are both given: they cannot be right, and are told."""
        marks = [
            (said, _mark(cells[at], said))
            for at, said in enumerate(self.answers, self.first)
            if at < len(cells)
        ]
        ticked = [(said, mark) for said, mark in marks if mark]
        if any(mark not in _CROSSES for _said, mark in ticked):
            ticked = [(said, mark) for said, mark in ticked if mark not in _CROSSES]
        if ticked:
            return TWO.join(said for said, _mark in ticked)
        # What is no tick is shown as it stands, and is wrong.
        held = [text_of(cells[at]) for at in range(self.first, min(self.last + 1, len(cells)))]
        others = [text for text in held if not is_empty(text) and text.casefold() not in _NO_TICKS]
        return TWO.join(others)


def _mark(cell: Cell, answer: str) -> str:
    """A tick as it stands; empty if there is none."""
    text = text_of(cell).strip().casefold()
    if text in _TICKS or (text and text == answer.casefold()):
        return text
    return ""


def only_ticks(cells: Sequence[Cell]) -> bool:
    """True if a column holds ticks, and beside them nothing but blanks and what says that there is
    none. A column of numbers that are all 1 is one, too."""
    texts = {text_of(cell).strip().casefold() for cell in cells if not is_empty(cell)}
    return bool(texts & _TICKS) and texts <= _TICKS | _NO_TICKS


def field_of(answer: str) -> str:
    """The field that a heading answers by itself, or empty."""
    text = _written(answer)
    if not text or len(text) > 30:
        return ""
    if _BRACKET.fullmatch(text):
        return "birth"
    return next((fact.name for fact in LISTED if fact.looks(text)), "")


def ticked_columns(answers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[Ticked]:
    """The columns that are ticked, those that stand together as one. `answers` are what stands
    above each column, nearest to it."""
    found: list[Ticked] = []
    at = 0
    while at < len(answers):
        field = field_of(answers[at])
        end = at
        while field and end + 1 < len(answers) and field_of(answers[end + 1]) == field:
            if sort_name(answers[end + 1]) in map(sort_name, answers[at : end + 1]):
                break
            end += 1
        if field and end > at and _are_ticks(rows, answers, at, end):
            found.append(Ticked(field, at, end, tuple(map(_written, answers[at : end + 1]))))
        at = end + 1
    return found


def _are_ticks(
    rows: Sequence[Sequence[Cell]], answers: Sequence[str], first: int, last: int
) -> bool:
    ticks = others = 0
    for cells in rows:
        for at in range(first, min(last + 1, len(cells))):
            text = text_of(cells[at]).strip().casefold()
            if not text or text in _NO_TICKS:
                continue
            if _mark(cells[at], answers[at]):
                ticks += 1
            else:
                others += 1
    return ticks >= _LEAST_TICKED * (ticks + others)


def _written(answer: str) -> str:
    """An answer as it is read: forms write 18_24 and prefer_not."""
    return " ".join(re.sub(r"(\d)_+(\d)", r"\1-\2", answer).replace("_", " ").split())
