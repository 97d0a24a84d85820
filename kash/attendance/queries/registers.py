"""One slot's sheet, the whole grid, and what people attended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.conduct import has_begun
from kash.attendance.rules.marking import CurrentMark
from kash.attendance.rules.presence import MadeMark, Presence, SlotTime, presences, tally
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import zone

SlotValues: TypeAlias = Row[int, str, datetime, int, datetime | None]


MarkValues: TypeAlias = Row[int, int, str, int]


@dataclass(frozen=True)
class SheetRow:
    """A person on the roster, and her mark in one slot (None and 0 while there is none). `person`
    is her own public id."""

    entry: str
    person_id: int
    name: str
    group: str
    letter: str
    status: str | None
    version: int
    walk_in: bool
    minor: bool
    person: str


@dataclass(frozen=True)
class SlotSheet:
    """One slot with everybody on the roster, by name; `left` are people who are off the roster by
    now, and were marked in it."""

    slot: Slot
    rows: Sequence[SheetRow]
    left: Sequence[SheetRow] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How often each status stands; "" counts who has no mark."""
        return tally(row.status for row in self.rows)


def slot_of(register_id: int, public_id: str) -> Slot:
    """A slot, fetched through its register. Raises NotFound."""
    return one_or_404(
        db.session.scalars(
            select(Slot).where(Slot.register_id == register_id, Slot.public_id == public_id)
        ).first()
    )


def slots_still_open(register_id: int, session: Session | None = None) -> int:
    """How many slots of a register are not closed yet, or have not begun, so that its hours and
    days may change: nothing is paid or certified before."""
    return (session or db.session()).scalar(
        select(func.count(Slot.id)).where(
            Slot.register_id == register_id,
            or_(Slot.closed_at.is_(None), Slot.starts_at > utc_now()),
        )
    ) or 0


def closed_ahead(register_id: int, session: Session | None = None) -> bool:
    """True if a slot of a register is closed though it has not begun: of such a register nothing is
    approved, paid or issued."""
    return (session or db.session()).scalar(
        select(Slot.id)
        .where(
            Slot.register_id == register_id,
            Slot.closed_at.is_not(None),
            Slot.starts_at > utc_now(),
        )
        .limit(1)
    ) is not None


def slot_sheet(register_id: int, slot: Slot) -> SlotSheet:
    """Everybody on the roster with the mark in this slot, and who left it with one; one query."""
    rows = db.session.execute(
        select(
            RosterEntry.public_id.label("entry"),
            RosterEntry.person_id,
            Person.chosen_name,
            Group.name,
            Group.letter,
            Mark.status,
            func.coalesce(Mark.version, 0),
            RosterEntry.walk_in,
            Person.minor,
            Person.public_id,
            RosterEntry.removed_at.is_(None).label("listed"),
        )
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .outerjoin(Mark, and_(Mark.person_id == RosterEntry.person_id, Mark.slot_id == slot.id))
        .where(
            RosterEntry.register_id == register_id,
            or_(RosterEntry.removed_at.is_(None), Mark.id.is_not(None)),
        )
        .order_by(Person.sort_name, Person.id)
    ).all()
    listed = {row.entry for row in rows if row.listed}
    found = [_sheet_row(row) for row in rows]
    return SlotSheet(
        slot,
        [row for row in found if row.entry in listed],
        [row for row in found if row.entry not in listed],
    )


def _sheet_row(row: Any) -> SheetRow:
    *values, _listed = row
    return SheetRow(*values)


def sheet_row(register_id: int, slot: Slot, entry: str) -> SheetRow:
    """One person of a slot's sheet. Raises NotFound."""
    rows = slot_sheet(register_id, slot).rows
    return one_or_404(next((row for row in rows if row.entry == entry), None))


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
    """A person with her marks by slot (public id), and what they add up to. `person` is her own
    public id."""

    entry: str
    name: str
    letter: str
    group: str
    minor: bool
    marks: Mapping[str, CurrentMark]
    presence: Presence
    person: str = ""


@dataclass(frozen=True)
class RegisterGrid:
    """Everybody on the roster by every slot; `left` are people who are off it by now, and were
    marked in some. What they attended counts no longer."""

    columns: Sequence[SlotColumn]
    rows: Sequence[GridRow]
    left: Sequence[GridRow] = ()


def grid(register_id: int) -> RegisterGrid:
    """The whole register; four queries whatever its size."""
    slots = _slots(db.session(), register_id)
    marks = _marks(db.session(), register_id)
    weights = {code: one.weight for code, one in status_catalogue().items()}
    roster = db.session.execute(
        select(
            RosterEntry.public_id,
            RosterEntry.person_id,
            Person.chosen_name,
            Group.letter,
            Group.name.label("group"),
            Person.minor,
            Person.public_id.label("person"),
            RosterEntry.removed_at.is_(None).label("listed"),
        )
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(
            RosterEntry.register_id == register_id,
            or_(
                RosterEntry.removed_at.is_(None),
                RosterEntry.person_id.in_(
                    select(Mark.person_id)
                    .join(Slot, Slot.id == Mark.slot_id)
                    .where(Slot.register_id == register_id)
                ),
            ),
        )
        .order_by(Person.sort_name, Person.id)
    ).all()
    listed = {row.person_id for row in roster if row.listed}
    names = {slot.id: slot.public_id for slot in slots}
    by_person: dict[int, dict[str, CurrentMark]] = {}
    present: dict[int, int] = {}
    for mark in marks:
        by_person.setdefault(mark.person_id, {})[names[mark.slot_id]] = CurrentMark(
            mark.status, mark.version
        )
        if mark.person_id in listed:
            there = 1 if weights[mark.status] else 0
            present[mark.slot_id] = present.get(mark.slot_id, 0) + there
    counted = _presences({row.person_id for row in roster}, slots, marks, weights)
    rows = [
        (
            row.listed,
            GridRow(
                row.public_id,
                row.chosen_name,
                row.letter,
                row.group,
                row.minor,
                by_person.get(row.person_id, {}),
                counted[row.person_id],
                row.person,
            ),
        )
        for row in roster
    ]
    return RegisterGrid(
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
        rows=[row for listed_now, row in rows if listed_now],
        left=[row for listed_now, row in rows if not listed_now],
    )


@dataclass(frozen=True)
class Attended:
    """Attendance of one person, in minutes weighted by the marks' statuses, and in days."""

    person_id: int
    entry: str
    minutes: int
    total_minutes: int
    percentage: int
    days: int
    counts: Mapping[str, int]


def attended(register_id: int, session: Session | None = None) -> list[Attended]:
    """Attendance of everybody now on the roster in the slots that took place; four queries."""
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
            days=len(counted[row.person_id].days),
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
    now, clock = utc_now(), zone()
    return presences(
        people,
        [
            SlotTime(
                slot.id,
                slot.minutes,
                slot.closed_at is not None,
                has_begun(slot.starts_at, now),
                slot.starts_at.astimezone(clock).date(),
            )
            for slot in slots
        ],
        [MadeMark(mark.slot_id, mark.person_id, mark.status) for mark in marks],
        weights,
    )
