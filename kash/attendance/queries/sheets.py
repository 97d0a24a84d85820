"""Paper sheets as they were printed, their pictures, and what was read off them. Pictures of
signed sheets, and whose sheet a code names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, func, select

from kash.attendance.models import RosterEntry, Sheet, SheetReading, SheetScan
from kash.attendance.queries.history import codes_of
from kash.attendance.rules.pads import (
    Column,
    Extra,
    SheetChoice,
    fitting_ticks,
    from_data,
    known_extras,
)
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.queries.persons import never_asked
from kash.people.words import AGE_BAND, SEX
from kash.platform.database import db
from kash.platform.web.errors import one_or_404


class PrintedRow(NamedTuple):
    """A numbered row of a paper sheet; `extras` are the further columns, empty where written in.
    `code` is what phones show in place of the name, `person` a public id."""

    number: int
    name: str
    extras: tuple[str, ...] = ()
    code: str = ""
    person: str = ""


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
    columns: tuple[Column, ...] = ()
    extras: tuple[Extra, ...] = ()
    large: bool = False

    @property
    def places(self) -> int:
        """Rows that fit on it."""
        return SheetChoice(large=self.large).rows

    @property
    def lines(self) -> Sequence[PrintedRow]:
        """Its rows, and on a group's last sheet the empty ones for people who are new."""
        if self.part < self.parts:
            return self.rows
        nothing = ("",) * len(self.extras)
        empty = [
            PrintedRow(self.first + place, "", nothing)
            for place in range(len(self.rows), self.places)
        ]
        return [*self.rows, *empty]


def printed_sheets(register_id: int, public_ids: Sequence[str]) -> list[PrintedSheet]:
    """The sheets with the names that stand on them, in the order of their numbers.

    Of a person who does not want her name on paper a code stands there alone. Numbers are those of
    the first printing: all sheets that were recorded at one moment belong together.
    """
    every = db.session.execute(
        select(
            Sheet.public_id,
            Sheet.number,
            Group.letter,
            Sheet.day,
            Sheet.rows,
            Sheet.columns,
            Sheet.extras,
            Sheet.large,
            Sheet.printed_at,
        )
        .join(Group, Group.id == Sheet.group_id)
        .where(
            Sheet.register_id == register_id,
            Sheet.printed_at.in_(
                select(Sheet.printed_at).where(
                    Sheet.register_id == register_id, Sheet.public_id.in_(public_ids)
                )
            ),
        )
        .order_by(Sheet.number)
    ).all()
    people, codes, wanted = _people(register_id), codes_of(register_id), set(public_ids)
    parts = Counter((sheet.letter, sheet.day, sheet.printed_at) for sheet in every)
    begun: dict[Any, tuple[int, int]] = {}
    printed: list[PrintedSheet] = []
    for sheet in every:
        place = (sheet.letter, sheet.day, sheet.printed_at)
        part, rows_before = begun.get(place, (0, 0))
        begun[place] = (part + 1, rows_before + len(sheet.rows))
        if sheet.public_id not in wanted:
            continue
        extras = known_extras(sheet.extras)
        rows = []
        for number, entry in enumerate(sheet.rows, start=rows_before + 1):
            person, name, facts = people[entry]
            told = tuple(facts.get(extra, "") for extra in extras)
            rows.append(PrintedRow(number, name, told, codes.get(entry, ""), person))
        printed.append(
            PrintedSheet(
                sheet.public_id,
                sheet.number,
                sheet.letter,
                sheet.day,
                part + 1,
                parts[place],
                rows_before + 1,
                rows,
                from_data(sheet.columns),
                extras,
                sheet.large,
            )
        )
    return printed


def _people(register_id: int) -> dict[str, tuple[str, str, dict[Extra, str]]]:
    """Everybody who ever stood on the register by entry: public id, name on paper, and further
    columns.

    Where somebody of the community belongs is never printed; she may write it.
    """
    rows = db.session.execute(
        select(RosterEntry.public_id, Person, func.coalesce(Organisation.name, ""))
        .join(Person, Person.id == RosterEntry.person_id)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, Posting.is_open))
        .outerjoin(
            Organisation,
            and_(
                Organisation.id == Posting.organisation_id,
                Person.group_id.in_(select(Group.id).where(Group.is_police)),
            ),
        )
        .where(RosterEntry.register_id == register_id)
    )
    people: dict[str, tuple[str, str, dict[Extra, str]]] = {}
    for entry, person, organisation in rows:
        facts = {
            Extra.SEX: str(SEX[person.sex]) if person.sex else "",
            Extra.AGE_BAND: str(AGE_BAND[person.age_band]) if person.age_band else "",
            Extra.ORGANISATION: organisation,
        }
        people[entry] = (
            person.public_id,
            person.called_on_paper,
            facts if person.prints_name else {},
        )
    return people


def names_not_asked(register_id: int) -> set[int]:
    """Those on a register (person ids) who were never asked whether their name may be printed."""
    people = db.session.scalars(
        select(RosterEntry.person_id).where(
            RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None)
        )
    )
    return never_asked(list(people), "printed_name")


def badges_of(register_id: int, leave_out: Collection[int] = ()) -> list[tuple[str, str, str, str]]:
    """A badge for everybody on the register but for some (person ids), by group and name: the
    entry, the name as consent allows, the group by letter only, and the code that phones show in
    place of the name."""
    codes = codes_of(register_id)
    return [
        (entry, person.called_on_paper, letter, codes[entry])
        for entry, person, letter in db.session.execute(
            select(RosterEntry.public_id, Person, Group.letter)
            .join(Person, Person.id == RosterEntry.person_id)
            .join(Group, Group.id == Person.group_id)
            .where(RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None))
            .order_by(Group.letter, Person.sort_name, Person.id)
        )
        if person.id not in leave_out
    ]


def last_choice(register_id: int) -> SheetChoice:
    """Choice with which sheets of this register were last printed."""
    last = db.session.execute(
        select(Sheet.columns, Sheet.extras, Sheet.large)
        .where(Sheet.register_id == register_id)
        .order_by(Sheet.number.desc())
        .limit(1)
    ).first()
    if last is None:
        return SheetChoice()
    halves = any(column.half for column in from_data(last.columns))
    return SheetChoice(halves, known_extras(last.extras), last.large)


def sheets_of(register_id: int) -> Sequence[Row[Any]]:
    """The printed sheets of a register, the latest day's first, with the people on each, its
    pictures, and who read it when; one query."""
    scans = select(func.count(SheetScan.id)).where(SheetScan.sheet_id == Sheet.id).scalar_subquery()
    return db.session.execute(
        select(
            Sheet.public_id,
            Sheet.number,
            Group.letter,
            Sheet.day,
            func.json_array_length(Sheet.rows).label("people"),
            scans.label("scans"),
            SheetReading.read_at,
            func.coalesce(SheetReading.read_by, "").label("read_by"),
        )
        .join(Group, Group.id == Sheet.group_id)
        .outerjoin(SheetReading, SheetReading.sheet_id == Sheet.id)
        .where(Sheet.register_id == register_id)
        .order_by(Sheet.day.desc(), Sheet.number.desc())
    ).all()


def reading_of(
    register_id: int, sheet: PrintedSheet
) -> tuple[int, tuple[frozenset[int], ...], int]:
    """Reading of one printed sheet so far: its row version (0 is nothing yet), the signed columns
    of each row, and how many wrote themselves in."""
    row_version, ticks, written_in = db.session.execute(
        select(SheetReading.row_version, SheetReading.ticks, SheetReading.written_in)
        .join(Sheet, Sheet.id == SheetReading.sheet_id)
        .where(Sheet.register_id == register_id, Sheet.public_id == sheet.public_id)
    ).first() or (0, [], 0)
    names = [str(row.number) for row in sheet.rows]
    return row_version, tuple(fitting_ticks(names, sheet.columns, ticks)), written_in


def printed_sheet(register_id: int, public_id: str) -> PrintedSheet:
    """One sheet as it was printed. Raises NotFound."""
    return one_or_404(next(iter(printed_sheets(register_id, [public_id])), None))


def _scans(register_id: int) -> Select[*tuple[Any, ...]]:
    """Pictures of signed pages; `sheet` is a sheet's public id, empty while nobody knows it."""
    return (
        select(
            SheetScan.public_id,
            func.coalesce(Sheet.public_id, "").label("sheet"),
            SheetScan.width,
            SheetScan.height,
            SheetScan.uploaded_at,
        )
        .outerjoin(Sheet, Sheet.id == SheetScan.sheet_id)
        .where(SheetScan.register_id == register_id)
        .order_by(SheetScan.id)
    )


def scans_of(register_id: int, sheet: str = "") -> Sequence[Row[Any]]:
    """The pictures of one sheet, or those that belong to no sheet yet."""
    where = Sheet.public_id == sheet if sheet else SheetScan.sheet_id.is_(None)
    return db.session.execute(_scans(register_id).where(where)).all()


def scan_of(register_id: int, public_id: str) -> Row[Any]:
    """One picture. Raises NotFound."""
    statement = _scans(register_id).where(SheetScan.public_id == public_id)
    return one_or_404(db.session.execute(statement).first())


def registers_of_sheets(public_ids: Sequence[str]) -> dict[str, int]:
    """{a sheet's public id: the key of its register}, for codes that were read off paper."""
    sheets = select(Sheet.public_id, Sheet.register_id).where(Sheet.public_id.in_(public_ids))
    return {sheet.public_id: sheet.register_id for sheet in db.session.execute(sheets)}
