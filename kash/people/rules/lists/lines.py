"""Lists without columns, as they stand in a chat: a person a line, with a number and a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kash.people.rules.lists.cells import Cell, text_of
from kash.people.rules.lists.headings import field_by_heading, normalised
from kash.people.rules.lists.phones import WITHIN
from kash.people.rules.lists.sections import filled, is_section
from kash.people.rules.lists.tables import Table

# For lines without space at either end: none is looked for twice in one that is long.
_NUMBERED = re.compile(r"\(?\d{1,4}\s*(?:[.):\-–/]\s*)?(?=[^\W\d_])|[-•*●▪·–]\s+")
_PIECES = re.compile(r"\s+[-–—]+\s+|\s*[,;:|\t]\s*|\s{2,}|\s*[()\[\]]\s*")
# Signs and small pictures before a name.
_BEFORE = re.compile(r"^[\W\d_]*[\W_](?=[^\W\d_])")
_COLON = re.compile("[:：]")
_DIGITS = re.compile(r"\d")
_LEAST_LINES, _MOST = 2, 0.6
_KNOWN = 88
_EDGES = " -–—,;:|"
_SHORTEST_QUESTION, _LONGEST_QUESTION = 2, 40
# Between two numbers of one person.
_OR = re.compile(r"\b(or|and|au|na)\b", re.IGNORECASE)
# As many digits make a piece a phone, rightly written or not.
_LEAST_DIGITS = 6


def table_of_lines(rows: Sequence[tuple[int, Sequence[Cell]]]) -> Table | None:
    """A table of name, phone and what follows, or None if the rows have columns of their own.

    Where most lines are numbered, or most have a phone, a line without is no person's: a greeting.
    """
    single = [(number, filled(cells)) for number, cells in rows]
    if len(single) < _LEAST_LINES or any(len(held) > 1 for _number, held in single):
        return None
    lines = [(number, text_of(held[0]).strip() if held else "") for number, held in single]
    numbered = {number for number, text in lines if _NUMBERED.match(text)}
    called = {number for number, text in lines if WITHIN.search(text)}
    if len(called) < _MOST * len(lines) and len(numbered) < _MOST * len(lines):
        return None
    must = [each for each in (numbered, called) if len(each) >= _MOST * len(lines)]
    kept: list[tuple[int, list[str]]] = []
    nobody: dict[int, str] = {}
    for number, text in lines:
        if is_section([text]):
            nobody[number] = "section"
        elif not any(number in each for each in must):
            nobody[number] = "note"
        kept.append((number, [text, ""] if number in nobody else _pieces(text)))
    width = max(len(pieces) for _number, pieces in kept)
    return Table(
        0,
        ("",) * width,
        tuple((number, tuple(pieces + [""] * (width - len(pieces)))) for number, pieces in kept),
        answered={0: "name", 1: "phone"},
        nobody=nobody,
    )


def table_of_records(rows: Sequence[tuple[int, Sequence[Cell]]]) -> Table | None:
    """A table of people who are written one below the other, each fact in a line of its own as
    `Phone: 0712 345 678`; None if the lines are not so. A person begins where the first fact comes
    again."""
    single = [(number, filled(cells)) for number, cells in rows]
    if len(single) < _LEAST_LINES or any(len(held) > 1 for _number, held in single):
        return None
    said: list[tuple[int, str, str]] = []
    others: list[tuple[int, str]] = []
    for number, held in single:
        text = text_of(held[0]) if held else ""
        question, answer = _answered(text)
        if question and field_by_heading(question)[1] >= _KNOWN:
            said.append((number, question, answer))
        else:
            others.append((number, text))
    asked = list(dict.fromkeys(normalised(question) for _number, question, _answer in said))
    named = [normalised(q) for _number, q, _answer in said if field_by_heading(q)[0] == "name"]
    if len(asked) < _LEAST_LINES or len(named) < _LEAST_LINES or len(said) < _MOST * len(single):
        return None
    headings = [next(q for _n, q, _a in said if normalised(q) == plain) for plain in asked]
    people: list[tuple[int, list[Cell]]] = []
    for number, question, answer in said:
        at = asked.index(normalised(question))
        if at == 0 or not people or people[-1][1][at]:
            people.append((number, [""] * len(asked)))
        people[-1][1][at] = answer
    lines = list(people)
    for number, text in others:
        lines.append((number, [text, *[""] * (len(asked) - 1)]))
    return Table(
        0,
        tuple(headings),
        tuple((number, tuple(cells)) for number, cells in sorted(lines)),
        nobody=dict.fromkeys((number for number, _text in others), "note"),
    )


def _answered(text: str) -> tuple[str, str]:
    """A question before a colon, and what is answered behind it; the question is empty if there is
    none."""
    said = [part.strip() for part in _COLON.split(text, maxsplit=1)]
    if len(said) < 2 or not _SHORTEST_QUESTION <= len(said[0]) <= _LONGEST_QUESTION:
        return "", ""
    return said[0], said[1]


def _pieces(text: str) -> list[str]:
    """The name, the phone and what else stands in a line.

    One with the numbers of two people stays whole, to be told as more than a name: none of them is
    lost behind the other.
    """
    numbered = _NUMBERED.match(text)
    rest = text[numbered.end() :] if numbered is not None else text
    phone = ""
    found = list(WITHIN.finditer(rest))
    if found:
        start, end = found[0].start(), found[-1].end()
        between = WITHIN.sub(" ", rest[start:end])
        if any(each.isalpha() for each in _OR.sub(" ", between)):
            return [rest, ""]
        phone = rest[start:end].strip()
        rest = f"{rest[:start]} | {rest[end:]}"
    pieces = [piece.strip(_EDGES) for piece in _PIECES.split(rest)]
    pieces = [piece for piece in pieces if any(each.isalnum() for each in piece)]
    pieces = [_BEFORE.sub("", piece) for piece in pieces]
    if not phone:
        phone = next((each for each in pieces if len(_DIGITS.findall(each)) >= _LEAST_DIGITS), "")
        pieces = [piece for piece in pieces if piece != phone]
    name = next((piece for piece in pieces if not _DIGITS.search(piece)), "")
    if name:
        pieces.remove(name)
    return [name, phone, *pieces]
