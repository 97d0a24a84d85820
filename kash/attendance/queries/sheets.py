"""Paper sheets as they were printed, their pictures, and what was read off them. Pictures of
signed sheets, and whose sheet a code names."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select

from kash.attendance.models import RosterEntry, Sheet, SheetReading, SheetScan
from kash.attendance.queries.history import codes_of
from kash.attendance.rules.pads import (
    Column,
    Extra,
    SheetChoice,
    from_data,
    known_extras,
    read_sheet,
)
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.queries.persons import never_asked
from kash.people.words import AGE_BAND, SEX
from kash.platform.database import db
from kash.platform.web.errors import NotFound, one_or_404


@dataclass(frozen=True)
class PrintedRow:
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
        """Its rows, and on a group's last sheet the empty ones for whoever is new."""
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

    Of whoever does not want her name on paper, a code stands there and nothing else. Numbers are
    those of the first printing: all sheets that were recorded at one moment belong together.
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
    people = _people(register_id)
    codes = codes_of(register_id)
    wanted = set(public_ids)
    parts: dict[tuple[str, date, datetime], int] = {}
    for sheet in every:
        place = (sheet.letter, sheet.day, sheet.printed_at)
        parts[place] = parts.get(place, 0) + 1
    begun: dict[tuple[str, date, datetime], tuple[int, int]] = {}
    found: list[PrintedSheet] = []
    for sheet in every:
        place = (sheet.letter, sheet.day, sheet.printed_at)
        part, rows_before = begun.get(place, (0, 0))
        begun[place] = (part + 1, rows_before + len(sheet.rows))
        if sheet.public_id not in wanted:
            continue
        extras = known_extras(sheet.extras)
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
                    PrintedRow(
                        number,
                        people[entry].name,
                        tuple(people[entry].said.get(extra, "") for extra in extras),
                        codes.get(entry, ""),
                        people[entry].person,
                    )
                    for number, entry in enumerate(sheet.rows, start=rows_before + 1)
                ],
                columns=from_data(sheet.columns),
                extras=extras,
                large=sheet.large,
            )
        )
    return found


@dataclass(frozen=True)
class _OnPaper:
    person: str
    name: str
    said: dict[Extra, str]


def _people(register_id: int) -> dict[str, _OnPaper]:
    """Everybody who ever stood on the register by entry: name on paper, and further columns.

    Where somebody of the community belongs is never printed; she may write it.
    """
    found: dict[str, _OnPaper] = {}
    for entry, person, organisation in db.session.execute(
        select(RosterEntry.public_id, Person, Organisation.name)
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
    ):
        said = (
            {
                Extra.SEX: str(SEX[person.sex]) if person.sex else "",
                Extra.AGE_BAND: str(AGE_BAND[person.age_band]) if person.age_band else "",
                Extra.ORGANISATION: organisation or "",
            }
            if person.prints_name
            else {}
        )
        found[entry] = _OnPaper(person.public_id, person.called_on_paper, said)
    return found


@dataclass(frozen=True)
class PrintedBadge:
    """A badge as it is printed: the name as consent allows, the group by letter only. `code` is
    what phones show in place of the name."""

    entry: str
    name: str
    letter: str
    code: str


def names_not_asked(register_id: int) -> set[int]:
    """Those on a register (person ids) whom nobody asked whether their name may be printed."""
    people = db.session.scalars(
        select(RosterEntry.person_id).where(
            RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None)
        )
    )
    return never_asked(list(people), "printed_name")


def badges_of(register_id: int, leave_out: Collection[int] = ()) -> list[PrintedBadge]:
    """A badge for everybody on the register but for some (person ids), by group and name."""
    codes = codes_of(register_id)
    return [
        PrintedBadge(entry, person.called_on_paper, letter, codes[entry])
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


@dataclass(frozen=True)
class SheetLine:
    """A printed sheet in a list: people on it, its pictures, and who read it when."""

    public_id: str
    number: int
    letter: str
    day: date
    people: int
    printed_at: datetime
    scans: int
    read_at: datetime | None
    read_by: str


def sheets_of(register_id: int) -> list[SheetLine]:
    """The printed sheets of a register, the latest day's first; one query."""
    scans = (
        select(SheetScan.sheet_id, func.count(SheetScan.id).label("scans"))
        .where(SheetScan.register_id == register_id, SheetScan.sheet_id.is_not(None))
        .group_by(SheetScan.sheet_id)
        .subquery()
    )
    return [
        SheetLine(
            row.public_id,
            row.number,
            row.letter,
            row.day,
            len(row.rows),
            row.printed_at,
            row.scans,
            row.read_at,
            row.read_by or "",
        )
        for row in db.session.execute(
            select(
                Sheet.public_id,
                Sheet.number,
                Group.letter,
                Sheet.day,
                Sheet.rows,
                Sheet.printed_at,
                func.coalesce(scans.c.scans, 0).label("scans"),
                SheetReading.read_at,
                SheetReading.read_by,
            )
            .join(Group, Group.id == Sheet.group_id)
            .outerjoin(scans, scans.c.sheet_id == Sheet.id)
            .outerjoin(SheetReading, SheetReading.sheet_id == Sheet.id)
            .where(Sheet.register_id == register_id)
            .order_by(Sheet.day.desc(), Sheet.number.desc())
        )
    ]


@dataclass(frozen=True)
class ReadingSoFar:
    """Reading of a sheet so far; row version 0 is nothing yet."""

    row_version: int
    ticks: tuple[frozenset[int], ...]
    written_in: int
    read_by: str
    read_at: datetime | None


def reading_of(register_id: int, sheet: PrintedSheet) -> ReadingSoFar:
    """Reading of one printed sheet."""
    row = db.session.execute(
        select(
            SheetReading.row_version,
            SheetReading.ticks,
            SheetReading.written_in,
            SheetReading.read_by,
            SheetReading.read_at,
        )
        .join(Sheet, Sheet.id == SheetReading.sheet_id)
        .where(Sheet.register_id == register_id, Sheet.public_id == sheet.public_id)
    ).first()
    names = [str(one.number) for one in sheet.rows]
    ticks = read_sheet(names, sheet.columns, row.ticks if row else []).ticks
    if row is None:
        return ReadingSoFar(0, ticks, 0, "", None)
    return ReadingSoFar(row.row_version, ticks, row.written_in, row.read_by, row.read_at)


def printed_sheet(register_id: int, public_id: str) -> PrintedSheet:
    """One sheet as it was printed. Raises NotFound."""
    found = printed_sheets(register_id, [public_id])
    if not found:
        raise NotFound
    return found[0]


@dataclass(frozen=True)
class ScanLine:
    """A picture of a signed page; `sheet` is its sheet's public id, empty while nobody knows."""

    public_id: str
    sheet: str
    found_by: str
    width: int
    height: int
    uploaded_at: datetime


def scans_of(register_id: int, sheet: str = "") -> list[ScanLine]:
    """The pictures of one sheet, or those that belong to no sheet yet."""
    statement = (
        select(
            SheetScan.public_id,
            func.coalesce(Sheet.public_id, ""),
            SheetScan.found_by,
            SheetScan.width,
            SheetScan.height,
            SheetScan.uploaded_at,
        )
        .outerjoin(Sheet, Sheet.id == SheetScan.sheet_id)
        .where(SheetScan.register_id == register_id)
        .order_by(SheetScan.id)
    )
    statement = (
        statement.where(Sheet.public_id == sheet)
        if sheet
        else statement.where(SheetScan.sheet_id.is_(None))
    )
    return [ScanLine(*row) for row in db.session.execute(statement)]


def scan_of(register_id: int, public_id: str) -> ScanLine:
    """One picture. Raises NotFound."""
    row = one_or_404(
        db.session.execute(
            select(
                SheetScan.public_id,
                func.coalesce(Sheet.public_id, ""),
                SheetScan.found_by,
                SheetScan.width,
                SheetScan.height,
                SheetScan.uploaded_at,
            )
            .outerjoin(Sheet, Sheet.id == SheetScan.sheet_id)
            .where(SheetScan.register_id == register_id, SheetScan.public_id == public_id)
        ).first()
    )
    return ScanLine(*row)


def registers_of_sheets(public_ids: Sequence[str]) -> dict[str, int]:
    """{a sheet's public id: the key of its register}, for codes that were read off paper."""
    return {
        row.public_id: row.register_id
        for row in db.session.execute(
            select(Sheet.public_id, Sheet.register_id).where(Sheet.public_id.in_(public_ids))
        )
    }
