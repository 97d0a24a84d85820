"""A file as rows of people: its sheet, headings and columns found, each row read for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from kash.people.lists.choices import Choices
from kash.people.lists.errors import FileUnreadable
from kash.people.lists.files import MOST_ROWS, ReadFile, too_long
from kash.people.lists.mappings import Mapped, remembered
from kash.people.lists.placing import Parts, group_of, parts_of
from kash.people.models import Group
from kash.people.rules.lists.capitals import as_name
from kash.people.rules.lists.cells import Cell, text_of
from kash.people.rules.lists.headings import (
    FIELDS,
    LEFT_OUT,
    Guess,
    match_columns,
    serial_column,
)
from kash.people.rules.lists.layouts import apart, table_of
from kash.people.rules.lists.rows import (
    ReadRow,
    capitals_in,
    columns_of,
    doubted_name,
    named_small,
    read_row,
)
from kash.people.rules.lists.sections import (
    Skipped,
    is_section,
    line_text,
    lone_names,
    skipped_as,
)
from kash.people.rules.lists.tables import Table, TableSheet, best_sheet, header_number
from kash.platform.web.fields import DEFAULT_REGION
from kash.policy import Actor

_LOOKED_AT = 5
_REPORTED_EVERY = 100
_SHOWN = 3
# By how many cells a column is judged.
_CELLS = 200


@dataclass(frozen=True)
class Capitals:
    """How many names are in capitals, and some of them with how they are written as names."""

    names: int = 0
    some: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ReadList:
    """A list as it is read, before its people are compared with anybody. `people` are the cells of
    each row by its number, in the order of `rows`."""

    sheet_at: int
    sheet: TableSheet
    table: Table
    mapped: Mapped
    seen_before: bool
    guesses: list[Guess]
    group: str
    group_guessed: bool
    people: Sequence[tuple[int, tuple[Cell, ...]]]
    rows: Sequence[ReadRow]
    skipped: list[Skipped]
    parts: Parts
    capitals: Capitals


def read_people(
    file: ReadFile,
    choices: Choices,
    actor: Actor,
    today: date,
    groups: Sequence[Group],
    report: Callable[[int, int], None] | None = None,
) -> ReadList:
    """Read a list; `report` is told half of the rows that are done, and of how many. Raises
    FileUnreadable."""
    sheets = [apart(each) for each in file.sheets]
    sheet_at = choices.sheet if choices.sheet is not None else best_sheet(sheets)
    if not 0 <= sheet_at < len(sheets):
        sheet_at = best_sheet(sheets)
    sheet = sheets[sheet_at]
    header = choices.header
    if header is None:
        header = header_number(sheet) or _header_seen_before(sheet, actor)
    table = table_of(sheet, header)
    if not table.rows:
        raise FileUnreadable(_("There is no row below the column names."))
    mapped, seen_before = remembered(table.headings, actor)
    guesses = _guesses(table, choices, mapped, today)
    group = choices.group or (mapped.group if seen_before else "")
    guessed = False
    if group not in {each.public_id for each in groups}:
        group, guessed = group_of(sheet, table, guesses, groups), True
    columns = columns_of([each.field for each in guesses])
    people, skipped = _people(table, columns, choices)
    titled = _titled(people, choices)
    parts = parts_of(table, [*skipped, *titled.values()], groups)
    doubted = lone_names(people, columns.get("name", []), serial_column(table.headings))
    total = len(people)
    rows: list[ReadRow] = []
    capitals = 0
    some: list[tuple[str, str]] = []
    for done, (number, cells) in enumerate(people):
        if report is not None and done % _REPORTED_EVERY == 0:
            # Reading takes about as long as comparing.
            report(done // 2, total)
        edits = choices.edits.get(number, {})
        row = read_row(number, cells, columns, edits, today, DEFAULT_REGION)
        if number in doubted and number not in choices.persons:
            row = doubted_name(row, edits)
        if number in titled:
            row = doubted_name(row, edits, "name_title")
        if "name" not in edits and capitals_in(row):
            capitals += 1
            if len(some) < _SHOWN:
                some.append((row.name, as_name(row.name)))
            if choices.capitals:
                row = named_small(row)
        rows.append(parts.placed(row))
    return ReadList(
        sheet_at=sheet_at,
        sheet=sheet,
        table=table,
        mapped=mapped,
        seen_before=seen_before,
        guesses=guesses,
        group=group,
        group_guessed=guessed,
        people=people,
        rows=rows,
        skipped=skipped,
        parts=parts,
        capitals=Capitals(capitals, tuple(some)),
    )


def _titled(people: Sequence[tuple[int, tuple[Cell, ...]]], choices: Choices) -> dict[int, Skipped]:
    """Rows that are named like the title of a part, by their numbers. Until somebody says that one
    is a person, those below it belong to the part that it may be the title of."""
    return {
        number: Skipped(number, "section", line_text(cells))
        for number, cells in people
        if number not in choices.edits and number not in choices.persons and is_section(cells)
    }


def _people(
    table: Table, columns: Mapping[str, Sequence[int]], choices: Choices
) -> tuple[list[tuple[int, tuple[Cell, ...]]], list[Skipped]]:
    """The rows that are people's, and those that are nobody's. Raises FileUnreadable if there are
    more people than one list may hold."""
    skipped = []
    people = []
    names = columns.get("name", [])
    facts = [at for field, places in columns.items() if field != "name" for at in places]
    for number, cells in table.rows:
        why = table.nobody.get(number) or skipped_as(
            cells, table.headings, names, table.above, facts if any(table.headings) else ()
        )
        if why and number not in choices.edits and number not in choices.persons:
            skipped.append(Skipped(number, why, line_text(cells)))
        else:
            people.append((number, cells))
    if len(people) > MOST_ROWS:
        raise FileUnreadable(too_long())
    return people, skipped


def _header_seen_before(sheet: TableSheet, actor: Actor) -> int:
    """The row whose cells somebody took for headings before; 0 if there is none."""
    for number, cells in sheet.rows[:_LOOKED_AT]:
        if len(cells) > 1 and remembered([text_of(cell) for cell in cells], actor)[1]:
            return number
    return 0


def _guesses(table: Table, choices: Choices, mapped: Mapped, today: date) -> list[Guess]:
    at_hand = _columns(table)
    guesses = match_columns(
        table.headings, at_hand, mapped.columns, today, DEFAULT_REGION, table.answered
    )
    for at, name in choices.columns.items():
        if at < len(guesses) and (name == LEFT_OUT or name in FIELDS):
            same = guesses[at].field == name
            guesses[at] = guesses[at] if same else Guess(name, "chosen", 300)
    return guesses


def _columns(table: Table) -> list[list[Cell]]:
    """Some cells of each column, of rows that may be people's."""
    some: list[Sequence[Cell]] = []
    for number, cells in table.rows:
        if number not in table.nobody and not skipped_as(cells, table.headings, (), table.above):
            some.append(cells)
        if len(some) == _CELLS:
            break
    return [
        [cells[at] if at < len(cells) else "" for cells in some]
        for at in range(len(table.headings))
    ]
