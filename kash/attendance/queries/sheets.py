"""Paper sheets as they were printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kash.attendance.models import RosterEntry, Sheet
from kash.database import db
from kash.people.models import Group, Person


@dataclass(frozen=True)
class PrintedRow:
    """A numbered row of a paper sheet."""

    number: int
    name: str


@dataclass(frozen=True)
class PrintedSheet:
    """A paper sheet: one group, one day; `part` of `parts` when the group fills several.

    `first` is the number of its first row: rows are numbered through a group's sheets.
    """

    public_id: str
    number: int
    letter: str
    day: date
    part: int
    parts: int
    first: int
    rows: Sequence[PrintedRow]


def printed_sheets(register_id: int, public_ids: Sequence[str]) -> list[PrintedSheet]:
    """The sheets with the names that stand on them, in the order of their numbers.

    Of whoever does not want her name on paper, a code stands there.
    """
    sheets = db.session.execute(
        select(Sheet.public_id, Sheet.number, Group.letter, Sheet.day, Sheet.rows)
        .join(Group, Group.id == Sheet.group_id)
        .where(Sheet.register_id == register_id, Sheet.public_id.in_(public_ids))
        .order_by(Sheet.number)
    ).all()
    names = {
        public_id: person.called_on_paper
        for public_id, person in db.session.execute(
            select(RosterEntry.public_id, Person)
            .join(Person, Person.id == RosterEntry.person_id)
            .where(RosterEntry.register_id == register_id)
        )
    }
    parts: dict[tuple[str, date], int] = {}
    for sheet in sheets:
        place = (sheet.letter, sheet.day)
        parts[place] = parts.get(place, 0) + 1
    begun: dict[tuple[str, date], tuple[int, int]] = {}
    found: list[PrintedSheet] = []
    for sheet in sheets:
        place = (sheet.letter, sheet.day)
        part, rows_before = begun.get(place, (0, 0))
        found.append(
            PrintedSheet(
                public_id=sheet.public_id,
                number=sheet.number,
                letter=sheet.letter,
                day=sheet.day,
                part=part + 1,
                parts=parts[place],
                first=rows_before + 1,
                rows=[
                    PrintedRow(number, names[entry])
                    for number, entry in enumerate(sheet.rows, start=rows_before + 1)
                ],
            )
        )
        begun[place] = (part + 1, rows_before + len(sheet.rows))
    return found
