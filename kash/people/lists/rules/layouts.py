"""Lists without columns, as they stand in a chat: a person a line, with a number and a phone. How
a list is laid out in its sheet, taken down to one table with one line of headings. Registers have
headings in two lines, columns to be ticked, and two lists side by side to save paper. Chats and
exports hold several cells in one."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from kash.people.lists.rules import rows as others
from kash.people.lists.rules.cells import WITHIN, Cell, clean, is_empty, text_of
from kash.people.lists.rules.headings import (
    Ticked,
    field_by_heading,
    field_of,
    is_of_others,
    last_of_path,
    normalised,
    ticked_columns,
)
from kash.people.lists.rules.rows import ASIDE, Table, TableSheet, filled, is_section, is_totals

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
    if len(single) < _LEAST_LINES or any(len(cells) > 1 for _number, cells in single):
        return None
    lines = [(number, text_of(cells[0]).strip() if cells else "") for number, cells in single]
    numbered = {number for number, text in lines if _NUMBERED.match(text)}
    called = {number for number, text in lines if WITHIN.search(text)}
    if len(called) < _MOST * len(lines) and len(numbered) < _MOST * len(lines):
        return None
    must = [line_ for line_ in (numbered, called) if len(line_) >= _MOST * len(lines)]
    told_lines: list[tuple[int, list[str]]] = []
    nobody: dict[int, str] = {}
    for number, text in lines:
        if is_section([text]):
            nobody[number] = "section"
        elif not any(number in line_ for line_ in must):
            nobody[number] = "note"
        told_lines.append((number, [text, ""] if number in nobody else _pieces(text)))
    width = max(len(pieces) for _number, pieces in told_lines)
    return Table(
        0,
        ("",) * width,
        tuple(
            (number, tuple(pieces + [""] * (width - len(pieces)))) for number, pieces in told_lines
        ),
        answered={0: "name", 1: "phone"},
        nobody=nobody,
    )


def table_of_records(rows: Sequence[tuple[int, Sequence[Cell]]]) -> Table | None:
    """A table of people who are written one below the other, each fact in a line of its own as
    `Phone: 0712 345 678`; None if the lines are not so. A person begins where the first fact comes
    again."""
    single = [(number, filled(cells)) for number, cells in rows]
    if len(single) < _LEAST_LINES or any(len(cells) > 1 for _number, cells in single):
        return None
    records: list[tuple[int, str, str]] = []
    others: list[tuple[int, str]] = []
    for number, cells in single:
        text = text_of(cells[0]) if cells else ""
        question, answer = _answered(text)
        if question and field_by_heading(question)[1] >= _KNOWN:
            records.append((number, question, answer))
        else:
            others.append((number, text))
    questions = list(dict.fromkeys(normalised(question) for _number, question, _answer in records))
    named = [normalised(q) for _number, q, _answer in records if field_by_heading(q)[0] == "name"]
    if (
        len(questions) < _LEAST_LINES
        or len(named) < _LEAST_LINES
        or len(records) < _MOST * len(single)
    ):
        return None
    headings = [next(q for _n, q, _a in records if normalised(q) == plain) for plain in questions]
    people: list[tuple[int, list[Cell]]] = []
    for number, question, answer in records:
        at = questions.index(normalised(question))
        if at == 0 or not people or people[-1][1][at]:
            people.append((number, [""] * len(questions)))
        people[-1][1][at] = answer
    lines = list(people)
    for number, text in others:
        lines.append((number, [text, *[""] * (len(questions) - 1)]))
    return Table(
        0,
        tuple(headings),
        tuple((number, tuple(cells)) for number, cells in sorted(lines)),
        nobody=dict.fromkeys((number for number, _text in others), "note"),
    )


def _answered(text: str) -> tuple[str, str]:
    """A question before a colon, and what is answered behind it; the question is empty if there is
    none."""
    parts = [part.strip() for part in _COLON.split(text, maxsplit=1)]
    if len(parts) < 2 or not _SHORTEST_QUESTION <= len(parts[0]) <= _LONGEST_QUESTION:
        return "", ""
    return parts[0], parts[1]


def _pieces(text: str) -> list[str]:
    """The name, the phone and what else stands in a line.

    One with the numbers of two people stays whole, to be told as more than a name: none of them is
    lost behind the other.
    """
    numbered = _NUMBERED.match(text)
    rest = text[numbered.end() :] if numbered is not None else text
    phone = ""
    phones = list(WITHIN.finditer(rest))
    if phones:
        start, end = phones[0].start(), phones[-1].end()
        between = WITHIN.sub(" ", rest[start:end])
        if any(letter.isalpha() for letter in _OR.sub(" ", between)):
            return [rest, ""]
        phone = rest[start:end].strip()
        rest = f"{rest[:start]} | {rest[end:]}"
    pieces = [piece.strip(_EDGES) for piece in _PIECES.split(rest)]
    pieces = [piece for piece in pieces if any(letter.isalnum() for letter in piece)]
    pieces = [_BEFORE.sub("", piece) for piece in pieces]
    if not phone:
        phone = next(
            (piece for piece in pieces if len(_DIGITS.findall(piece)) >= _LEAST_DIGITS), ""
        )
        pieces = [piece for piece in pieces if piece != phone]
    name = next((piece for piece in pieces if not _DIGITS.search(piece)), "")
    if name:
        pieces.remove(name)
    return [name, phone, *pieces]


_Rows = Sequence[tuple[int, Sequence[Cell]]]
_LEAST_APART = 0.6
_DELIMITERS = (";", "\t", "|", ",")
_MOST_LISTS = 9
_LONGEST_HEADING = 60


def apart(sheet: TableSheet) -> TableSheet:
    """The sheet with cells of its own where all that a row says stands in one cell, as when a text
    with semicolons was put into a workbook."""
    single = [cells[0] for _number, cells in sheet.rows if len(filled(cells)) == 1 and cells]
    texts = [cell for cell in single if isinstance(cell, str)]
    if sheet.width > 1 or len(texts) < 2:
        return sheet
    for delimiter in _DELIMITERS:
        often = Counter(text.count(delimiter) for text in texts)
        count, lines = often.most_common(1)[0]
        least = 2 if delimiter == "," else 1
        if count >= least and lines >= _LEAST_APART * len(texts):
            rows = [(number, _cut(cells, delimiter)) for number, cells in sheet.rows]
            return TableSheet(sheet.name, rows)
    return sheet


def _cut(cells: Sequence[Cell], delimiter: str) -> Sequence[Cell]:
    text = cells[0] if cells else ""
    if not isinstance(text, str) or delimiter not in text:
        return cells
    cells_cut = next(csv.reader(io.StringIO(text), delimiter=delimiter))
    return [clean(cell) for cell in cells_cut]


def table_of(sheet: TableSheet, header: int) -> Table:
    """The list below row `header`; with 0 there are no headings, and all rows are people. People
    whose facts stand one below the other have none in a row."""
    records = table_of_records(sheet.rows)
    if records is not None:
        return records
    if not header:
        lines = table_of_lines(sheet.rows)
        return lines if lines is not None else _plain(sheet)
    own = _cells(sheet.rows, header)
    lines = table_of_lines([line for line in sheet.rows if line[0] > header])
    if lines is not None and len(filled(own)) == 1:
        heading = text_of(filled(own)[0])
        return replace(lines, header=header, headings=(heading, *lines.headings[1:]))
    over = _group_headings(sheet.rows, header, own)
    below = [(number, cells) for number, cells in sheet.rows if number > header]
    under = _second_headings(below, own)
    if under:
        below = below[1:]
    width = max([len(own), *(len(cells) for _number, cells in below)], default=0)
    titles = [
        _texts(cells, width)
        for number, cells in sheet.rows
        if number < header and not any(group in cells for group in filled(over))
    ]
    directly = _cells(sheet.rows, header - 1)
    heads = _heads(*(_texts(cells, width) for cells in (over, own, under, directly)))
    heads, starts = _side_by_side(heads, titles, width)
    blocks = [
        _Block(heads, below, titles, start, end, aside)
        for aside, (start, end) in enumerate(zip(starts, [*starts[1:], width], strict=True))
    ]
    above = tuple(tuple(line) for line in titles)
    return _stacked(header, [block.table() for block in blocks], above)


def _plain(sheet: TableSheet) -> Table:
    return Table(
        0, ("",) * sheet.width, tuple((number, tuple(cells)) for number, cells in sheet.rows)
    )


def _cells(rows: _Rows, wanted: int) -> Sequence[Cell]:
    return next((cells for number, cells in rows if number == wanted), ())


def _texts(cells: Sequence[Cell], width: int) -> list[str]:
    texts = [text_of(cell) if not is_empty(cell) else "" for cell in cells]
    return texts + [""] * (width - len(texts))


def _alike(text: str) -> int:
    return field_by_heading(text)[1] if text else 0


def _group_headings(rows: _Rows, header: int, own: Sequence[Cell]) -> Sequence[Cell]:
    """The line above the headings, if it groups them: `GENDER` above M and F."""
    cells = _cells(rows, header - 1)
    filled_cells = filled(cells)
    if any(not isinstance(cell, str) or len(cell) > _LONGEST_HEADING for cell in filled_cells):
        return ()
    answers = [at for at, cell in enumerate(own) if isinstance(cell, str) and field_of(cell)]
    above = [at for at in answers if at < len(cells) and not is_empty(cells[at])]
    named = sum(_alike(text_of(cell)) >= _KNOWN for cell in filled_cells)
    return cells if named and (len(filled_cells) > 1 or above) else ()


def _second_headings(below: _Rows, own: Sequence[Cell]) -> Sequence[Cell]:
    """The line below the headings, if it goes on with them: M and F below `SEX`."""
    if not below:
        return ()
    _number, cells = below[0]
    filled_at = [(at, cell) for at, cell in enumerate(cells) if not is_empty(cell)]
    if any(not isinstance(cell, str) or len(cell) > _LONGEST_HEADING for _at, cell in filled_at):
        return ()
    named = [at for at, cell in enumerate(own) if field_by_heading(text_of(cell))[0] == "name"]
    again = [at for at, cell in filled_at if at in named and _alike(text_of(cell)) < _KNOWN]
    if again:
        return ()
    answers = [at for at, cell in filled_at if field_of(text_of(cell))]
    together = any(at + 1 in answers for at in answers)
    like = sum(_alike(text_of(cell)) >= _KNOWN for _at, cell in filled_at)
    if not named and not like:
        return ()
    return cells if together or (like >= 2 and like >= len(filled_at) - 1) else ()


@dataclass(frozen=True, slots=True)
class _Heads:
    """Up to three lines of headings, as long as the table is wide. `others` says which people other
    than the row's person a column is, as `NEXT OF KIN`."""

    over: Sequence[str]
    own: Sequence[str]
    under: Sequence[str]
    others: Sequence[str]

    def heading(self, at: int) -> str:
        """Heading of a column that is not ticked. One that is asked of somebody else says so, and
        by that is left out."""
        heading, others = self._heading(at), self.others[at]
        if others and heading not in ("", others):
            return f"{others}: {heading}"
        return others or heading

    def _heading(self, at: int) -> str:
        own, under = self.own[at], self.under[at]
        if under and (not own or _alike(under) >= _KNOWN):
            return under
        return own or under or self.over[at]

    def answer(self, at: int) -> str:
        """Answer that a column stands for if it is ticked."""
        nearest = self.under[at] or self.own[at]
        return last_of_path(nearest) or nearest

    def question(self, first: int) -> str:
        """Question above ticked columns."""
        candidates = []
        for at in range(first, -1, -1):
            texts = [self.over[at]] if not self.under[first] else [self.own[at], self.over[at]]
            candidates = [text for text in texts if text and not field_of(text)]
            if candidates:
                break
        return candidates[0] if candidates else ""


def _heads(over: list[str], own: list[str], under: list[str], directly: Sequence[str]) -> _Heads:
    """The headings; `directly` is the line above them, be it one of headings or a title."""
    by_over, by_own = others.above(directly), others.above(own)
    headings = [(by_own[at] if under[at] else "") or by_over[at] for at in range(len(own))]
    heads = _Heads(over, own, under, [""] * len(own))
    named = next((at for at in range(len(own)) if _is_name(heads.heading(at))), None)
    if named is None or (headings[named] and not others.names_people(directly)):
        # What stands above the names is what the sheet is called: `GUARDIAN ANGELS CBO`.
        return heads
    return replace(heads, others=headings)


def _is_name(heading: str) -> bool:
    return field_by_heading(heading)[0] == "name"


def _side_by_side(
    heads: _Heads, titles: Sequence[Sequence[str]], width: int
) -> tuple[_Heads, list[int]]:
    """Where the lists that stand side by side begin. Columns that are those of a list once more,
    but of the next of kin by what stands above or before them, are no list."""
    starts = _starts(heads, width)
    plain = [normalised(heads.heading(at)) for at in range(width)]
    of_whom = list(heads.others)
    first_columns = [0]
    for start, end in pairwise([*starts, width]):
        if not start:
            continue
        before = heads.heading(start - 1)
        last_of_list = plain[start - 1] in plain[start:end]
        above = (text for line in titles for text in others.above(line[start:end]))
        of_others = next(filter(None, above), "")
        if not of_others and is_of_others(before) and not last_of_list:
            of_others = before
        if of_others:
            of_whom[start:end] = [of_others] * (end - start)
        else:
            first_columns.append(start)
    return replace(heads, others=of_whom), first_columns


def _starts(heads: _Heads, width: int) -> list[int]:
    """Where the headings of a list come again: the first one, or else that of the name, and one
    more. Each list has names: two columns of signatures are no two lists, and two of names are the
    first name and the last."""
    headings = [heads.heading(at) for at in range(width)]
    plain = [normalised(heading) for heading in headings]
    named = [at for at, heading in enumerate(headings) if _is_name(heading)]
    first = next((at for at, text in enumerate(plain) if text), 0)
    for lead in (first, *named[:1]):
        if not any(plain) or not _alike(headings[lead]):
            continue
        again = [at for at in range(lead + 1, width) if plain[at] == plain[lead]]
        starts = [0]
        for start, end in zip(again, [*again[1:], width], strict=False):
            before = any(starts[-1] <= at < start for at in named)
            names = {plain[at] for at in named if start <= at < end}
            same = set(plain[start:end]) & set(plain[: again[0]]) - {""}
            if before and names and (same - names or len(same) > 1):
                starts.append(start)
        if len(starts) > 1:
            return starts[:_MOST_LISTS]
    return [0]


class _Part(NamedTuple):
    """One list of a sheet: as a table is, with the text above it."""

    headings: list[str]
    answered: dict[int, str]
    rows: list[tuple[int, list[Cell]]]
    nobody: dict[int, str]
    title: str


@dataclass(frozen=True, slots=True)
class _Block:
    """The columns `start` to before `end` of a sheet, as one list."""

    heads: _Heads
    below: _Rows
    titles: Sequence[Sequence[str]]
    start: int
    end: int
    aside: int

    def table(self) -> _Part:
        rows = [(number, list(cells[self.start : self.end])) for number, cells in self.below]
        heads = _Heads(
            *(
                line[self.start : self.end]
                for line in (self.heads.over, self.heads.own, self.heads.under, self.heads.others)
            )
        )
        table_lines: list[tuple[int, list[Cell]]] = []
        nobody: dict[int, str] = {}
        lines = [line for line in (heads.own, heads.under, heads.over) if any(line)]
        for number, cells in rows:
            filled_cells = filled(cells)
            if not filled_cells:
                continue
            at = number + self.aside * ASIDE
            if any(_same(cells, line) for line in lines):
                nobody[at] = "headings"
            elif is_totals(filled_cells):
                nobody[at] = "totals"
            table_lines.append((at, cells))
        answers = [heads.answer(at) for at in range(len(heads.own))]
        counted = [cells for number, cells in table_lines if number not in nobody]
        ticked = {column.first: column for column in ticked_columns(answers, counted)}
        return self._with_answers(heads, table_lines, nobody, ticked)

    def _with_answers(
        self,
        heads: _Heads,
        kept: list[tuple[int, list[Cell]]],
        nobody: dict[int, str],
        ticked: dict[int, Ticked],
    ) -> _Part:
        headings: list[str] = []
        answered: dict[int, str] = {}
        plan: list[int | Ticked] = []
        at = 0
        while at < len(heads.own):
            group = ticked.get(at) if not heads.others[at] else None
            if group is None:
                headings.append(heads.heading(at))
                plan.append(at)
                at += 1
                continue
            answered[len(headings)] = group.field
            question = heads.question(at)
            headings.append(f"{question} ({' | '.join(group.answers)})".strip())
            plan.append(group)
            at = group.last + 1

        def cell(cells: Sequence[Cell], part: int | Ticked) -> Cell:
            if isinstance(part, Ticked):
                return part.answer(cells)
            return cells[part] if part < len(cells) else ""

        rows = [(number, [cell(cells, part) for part in plan]) for number, cells in kept]
        title = " ".join(
            text for line in self.titles for text in line[self.start : self.end] if text
        )
        return _Part(headings, answered, rows, nobody, title)


def _same(cells: Sequence[Cell], line: Sequence[str]) -> bool:
    """True if a row is a line of headings once more."""
    filled_at = [(at, cell) for at, cell in enumerate(cells) if not is_empty(cell)]
    texts = [text for text in line if text]
    same = sum(
        isinstance(cell, str) and at < len(line) and cell.casefold() == line[at].casefold()
        for at, cell in filled_at
    )
    return same >= 2 and same >= len(filled_at) - 1 and 2 * same >= len(texts)


def _stacked(header: int, parts: Sequence[_Part], above: tuple[tuple[str, ...], ...]) -> Table:
    """The lists one below the other, columns of one heading under each other."""
    headings = list(parts[0].headings)
    answered = dict(parts[0].answered)
    rows = [(number, tuple(cells)) for number, cells in parts[0].rows]
    nobody = dict(parts[0].nobody)
    for part in parts[1:]:
        free = {normalised(heading): at for at, heading in reversed(list(enumerate(headings)))}
        places = []
        for at, heading in enumerate(part.headings):
            place = free.pop(normalised(heading), None) if heading else None
            if place is None:
                place = len(headings)
                headings.append(heading)
                if at in part.answered:
                    answered[place] = part.answered[at]
            places.append(place)
        for number, cells in part.rows:
            placed: list[Cell] = [""] * len(headings)
            for place, cell in zip(places, cells, strict=True):
                placed[place] = cell
            rows.append((number, tuple(placed)))
        nobody |= part.nobody
    rows = [(number, cells + ("",) * (len(headings) - len(cells))) for number, cells in rows]
    titles = tuple(part.title for part in parts) if len(parts) > 1 else ()
    return Table(header, tuple(headings), tuple(rows), answered, titles, above, nobody)
