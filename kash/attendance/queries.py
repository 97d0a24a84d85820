"""What is asked of a register: a slot's sheet, the grid, what people attended, a mark's history."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from kash.accounts.queries import names_of
from kash.attendance.models import Mark, MarkOperation, MarkStatus, RosterEntry, Sheet, Slot
from kash.attendance.rules import (
    Answer,
    MadeMark,
    Operation,
    Presence,
    Reason,
    Reply,
    SlotTime,
    Standing,
    presences,
    tally,
)
from kash.database import db
from kash.people.models import Group, Person
from kash.web.errors import NotFound

SlotValues: TypeAlias = Row[int, str, datetime, int, datetime | None]
MarkValues: TypeAlias = Row[int, int, str, int]


@dataclass(frozen=True)
class SheetRow:
    """A person on the roster, and her mark in one slot (None and 0 while there is none)."""

    entry: str
    person_id: int
    name: str
    group: str
    letter: str
    status: str | None
    version: int
    walk_in: bool


@dataclass(frozen=True)
class SlotSheet:
    """One slot with everybody on the roster, by name."""

    slot: Slot
    rows: Sequence[SheetRow]

    @property
    def counts(self) -> dict[str, int]:
        """How often each status stands; "" counts who has no mark."""
        return tally(row.status for row in self.rows)


def slot_of(register_id: int, public_id: str) -> Slot:
    """A slot, fetched through its register. Raises NotFound."""
    found = db.session.scalars(
        select(Slot).where(Slot.register_id == register_id, Slot.public_id == public_id)
    ).first()
    if found is None:
        raise NotFound
    return found


def slot_sheet(register_id: int, slot: Slot) -> SlotSheet:
    """Everybody on the roster with the mark in this slot; one query."""
    rows = db.session.execute(
        select(
            RosterEntry.public_id,
            RosterEntry.person_id,
            Person.chosen_name,
            Group.name,
            Group.letter,
            Mark.status,
            func.coalesce(Mark.version, 0),
            RosterEntry.walk_in,
        )
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .outerjoin(Mark, and_(Mark.person_id == RosterEntry.person_id, Mark.slot_id == slot.id))
        .where(RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None))
        .order_by(Person.sort_name, Person.id)
    )
    return SlotSheet(slot, [SheetRow(*row) for row in rows])


@dataclass(frozen=True)
class SlotColumn:
    """A slot as a column of the grid; how many were present, once anybody was marked."""

    public_id: str
    starts_at: datetime
    minutes: int
    closed: bool
    present: int | None


@dataclass(frozen=True)
class GridRow:
    """A person with her marks by slot (public id), and what they add up to."""

    entry: str
    name: str
    letter: str
    group: str
    marks: Mapping[str, Standing]
    presence: Presence


@dataclass(frozen=True)
class Grid:
    """Everybody on the roster by every slot."""

    columns: Sequence[SlotColumn]
    rows: Sequence[GridRow]


def grid(register_id: int) -> Grid:
    """The whole register; four queries whatever its size."""
    slots = _slots(db.session(), register_id)
    marks = _marks(db.session(), register_id)
    weights = _weights(db.session())
    roster = db.session.execute(
        select(
            RosterEntry.public_id,
            RosterEntry.person_id,
            Person.chosen_name,
            Group.letter,
            Group.name.label("group"),
        )
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None))
        .order_by(Person.sort_name, Person.id)
    ).all()
    listed = {row.person_id for row in roster}
    names = {slot.id: slot.public_id for slot in slots}
    by_person: dict[int, dict[str, Standing]] = {}
    present: dict[int, int] = {}
    for mark in marks:
        by_person.setdefault(mark.person_id, {})[names[mark.slot_id]] = Standing(
            mark.status, mark.version
        )
        if mark.person_id in listed:
            there = 1 if weights[mark.status] else 0
            present[mark.slot_id] = present.get(mark.slot_id, 0) + there
    counted = _presences(listed, slots, marks, weights)
    return Grid(
        columns=[
            SlotColumn(
                slot.public_id,
                slot.starts_at,
                slot.minutes,
                slot.closed_at is not None,
                present.get(slot.id),
            )
            for slot in slots
        ],
        rows=[
            GridRow(
                row.public_id,
                row.chosen_name,
                row.letter,
                row.group,
                by_person.get(row.person_id, {}),
                counted[row.person_id],
            )
            for row in roster
        ],
    )


@dataclass(frozen=True)
class Attended:
    """What one person attended, in minutes weighted by the marks' statuses."""

    person_id: int
    entry: str
    minutes: int
    total_minutes: int
    percentage: int
    counts: Mapping[str, int]


def attended(register_id: int, session: Session | None = None) -> list[Attended]:
    """What everybody now on the roster attended of the slots that took place; four queries."""
    asking = session or db.session()
    roster = asking.execute(
        select(RosterEntry.person_id, RosterEntry.public_id).where(
            RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None)
        )
    ).all()
    counted = _presences(
        {row.person_id for row in roster},
        _slots(asking, register_id),
        _marks(asking, register_id),
        _weights(asking),
    )
    return [
        Attended(
            person_id=row.person_id,
            entry=row.public_id,
            minutes=counted[row.person_id].minutes,
            total_minutes=counted[row.person_id].total_minutes,
            percentage=counted[row.person_id].percentage,
            counts=counted[row.person_id].counts,
        )
        for row in roster
    ]


def _slots(session: Session, register_id: int) -> Sequence[SlotValues]:
    return session.execute(
        select(Slot.id, Slot.public_id, Slot.starts_at, Slot.minutes, Slot.closed_at)
        .where(Slot.register_id == register_id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()


def _marks(session: Session, register_id: int) -> Sequence[MarkValues]:
    return session.execute(
        select(Mark.slot_id, Mark.person_id, Mark.status, Mark.version)
        .join(Slot, Slot.id == Mark.slot_id)
        .where(Slot.register_id == register_id)
    ).all()


def _weights(session: Session) -> dict[str, int]:
    return {
        row.code: row.weight for row in session.execute(select(MarkStatus.code, MarkStatus.weight))
    }


def _presences(
    people: Collection[int],
    slots: Iterable[SlotValues],
    marks: Iterable[MarkValues],
    weights: Mapping[str, int],
) -> dict[int, Presence]:
    return presences(
        people,
        [SlotTime(slot.id, slot.minutes, slot.closed_at is not None) for slot in slots],
        [MadeMark(mark.slot_id, mark.person_id, mark.status) for mark in marks],
        weights,
    )


@dataclass(frozen=True)
class HistoryLine:
    """One operation on a mark: when it arrived, from whom, and what became of it."""

    at: datetime
    who: str
    status: str
    answer: str
    version: int


@dataclass(frozen=True)
class MarkHistory:
    """All that happened to one mark, latest first."""

    name: str
    slot: Slot
    lines: Sequence[HistoryLine]


def history(register_id: int, slot_public_id: str, entry_public_id: str) -> MarkHistory:
    """What happened to one person's mark in one slot. Raises NotFound."""
    slot = slot_of(register_id, slot_public_id)
    row = db.session.execute(
        select(RosterEntry.person_id, Person.chosen_name)
        .join(Person, Person.id == RosterEntry.person_id)
        .where(RosterEntry.register_id == register_id, RosterEntry.public_id == entry_public_id)
    ).first()
    if row is None:
        raise NotFound
    kept = db.session.execute(
        select(
            MarkOperation.received_at,
            MarkOperation.marked_by,
            MarkOperation.status,
            MarkOperation.answer,
            MarkOperation.version,
        )
        .where(MarkOperation.slot_id == slot.id, MarkOperation.person_id == row.person_id)
        .order_by(MarkOperation.id.desc())
        .limit(200)
    ).all()
    names = names_of(operation.marked_by for operation in kept)
    return MarkHistory(
        row.chosen_name,
        slot,
        [
            HistoryLine(
                operation.received_at,
                names.get(operation.marked_by, ""),
                operation.status,
                operation.answer,
                operation.version,
            )
            for operation in kept
        ],
    )


@dataclass(frozen=True)
class Conflict:
    """A mark that met another: what this person sent, what stands, and who put it there."""

    entry: str
    slot: str
    name: str
    mine: str
    theirs: str | None
    who: str
    at: datetime | None
    version: int
    reason: Reason = Reason.NONE


def conflicts_of(
    register_id: int, answers: Sequence[Answer], operations: Sequence[Operation]
) -> list[Conflict]:
    """Both versions of every mark that could not be applied, for whoever must now decide."""
    sent = {operation.op_id: operation.status for operation in operations}
    open_answers = [
        answer for answer in answers if answer.answer in (Reply.CONFLICT, Reply.REJECTED)
    ]
    if not open_answers:
        return []
    people = {
        row.public_id: row
        for row in db.session.execute(
            select(RosterEntry.public_id, RosterEntry.person_id, Person.chosen_name)
            .join(Person, Person.id == RosterEntry.person_id)
            .where(
                RosterEntry.register_id == register_id,
                RosterEntry.public_id.in_({answer.entry for answer in open_answers}),
            )
        )
    }
    last: dict[tuple[str, int], Row[str, int, str, datetime, int]] = {}
    for row in db.session.execute(
        select(
            Slot.public_id,
            MarkOperation.person_id,
            MarkOperation.marked_by,
            MarkOperation.received_at,
            MarkOperation.version,
        )
        .join(Slot, Slot.id == MarkOperation.slot_id)
        .where(
            Slot.register_id == register_id,
            Slot.public_id.in_({answer.slot for answer in open_answers}),
            MarkOperation.person_id.in_({row.person_id for row in people.values()}),
            MarkOperation.answer == str(Reply.APPLIED),
        )
        .order_by(MarkOperation.id)
    ):
        place = (row.public_id, row.person_id)
        # The first operation that brought the version is the one that made the mark.
        if place not in last or row.version > last[place].version:
            last[place] = row
    names = names_of(row.marked_by for row in last.values())
    found: list[Conflict] = []
    for answer in open_answers:
        person = people.get(answer.entry)
        if person is None:
            continue
        made = last.get((answer.slot, person.person_id))
        found.append(
            Conflict(
                entry=answer.entry,
                slot=answer.slot,
                name=person.chosen_name,
                mine=sent[answer.op_id],
                theirs=answer.status,
                who=names.get(made.marked_by, "") if made else "",
                at=made.received_at if made else None,
                version=answer.version,
                reason=answer.reason,
            )
        )
    return found


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
    """The sheets with the names that stand on them, in the order of their numbers."""
    sheets = db.session.execute(
        select(Sheet.public_id, Sheet.number, Group.letter, Sheet.day, Sheet.rows)
        .join(Group, Group.id == Sheet.group_id)
        .where(Sheet.register_id == register_id, Sheet.public_id.in_(public_ids))
        .order_by(Sheet.number)
    ).all()
    names = {
        row.public_id: row.chosen_name
        for row in db.session.execute(
            select(RosterEntry.public_id, Person.chosen_name)
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
