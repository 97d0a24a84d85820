"""One slot's sheet, the whole grid, and what people attended. Paper, marks and other counts of a
register side by side, and where they differ. Heads counted without names: as they stand, how they
came about, and for reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session

from kash.accounts.queries.accounts import names_of
from kash.attendance.models import (
    Headcount,
    HeadcountOperation,
    Mark,
    MarkStatus,
    OtherCount,
    RosterEntry,
    Settlement,
    Sheet,
    SheetReading,
    Slot,
)
from kash.attendance.queries.statuses import status_catalogue
from kash.attendance.rules.marking import (
    CurrentMark,
    MadeMark,
    Presence,
    Reply,
    SlotTime,
    presences,
    tally,
)
from kash.attendance.rules.pads import Cell, Counted, from_data, read_sheet
from kash.attendance.rules.registers import (
    MarkDifference,
    SettledDifference,
    day_differences,
    has_begun,
    paper_differences,
    unsettled,
    was_there,
)
from kash.feature import declared
from kash.people.models import Group, Person
from kash.platform.database import db, utc_now
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local, zone

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


@dataclass(frozen=True)
class SlotCount:
    """One slot: how many signed (None while no sheet of it was read), and how many are marked so
    that they count (None while nobody is marked)."""

    slot: str
    starts_at: datetime
    signed: int | None
    marked: int | None


@dataclass(frozen=True)
class DayCount:
    """One day with its slots: people who were there at all, and what other sources count.

    `written_in` people wrote themselves on empty rows; of `sheets` so many were `read`.
    """

    day: date
    slots: Sequence[SlotCount]
    there: int | None
    others: Mapping[str, int]
    written_in: int
    sheets: int
    read: int


@dataclass(frozen=True)
class NamedDifference:
    """A difference with the person (name and public id) and the moment it is about."""

    difference: MarkDifference
    name: str
    letter: str
    version: int
    starts_at: datetime
    person: str = ""


@dataclass(frozen=True)
class Counts:
    """A whole register counted from every side. `labels` are those of the other sources."""

    days: Sequence[DayCount]
    labels: Mapping[str, Any]
    open: Sequence[NamedDifference]
    settled: Sequence[tuple[NamedDifference, str]]


@dataclass
class _Held:
    slots: Sequence[Any]
    entries: dict[str, Any]
    marks: dict[tuple[str, str], str]
    versions: dict[tuple[str, str], int]
    weights: dict[str, int]
    sheets: Sequence[Any]
    said: dict[tuple[str, str], bool]
    settled: dict[tuple[str, str, str], SettledDifference]
    reasons: dict[tuple[str, str, str], str]


def open_paper_differences(register_id: int, slot: str, session: Session) -> int:
    """In how many places of one slot paper and marks differ without that it was settled."""
    return paper_differences_by_slot(register_id, session).get(slot, 0)


def paper_differences_by_slot(register_id: int, session: Session) -> dict[str, int]:
    """The same for each slot (public id) in which they differ."""
    held = _held(register_id, session)
    found = paper_differences(held.said, held.marks, held.weights, held.entries)
    return dict(Counter(one.slot for one in unsettled(found, held.settled)))


def count_labels() -> dict[str, Any]:
    """Labels of the other sources of counts."""
    return {other.source: other.label for other in declared(OtherCount)}


def counts_of(register_id: int) -> Counts:
    """Every slot and day counted from all sides; six queries, and those of other sources."""
    held = _held(register_id, db.session())
    by_day: dict[date, list[Any]] = {}
    for slot in held.slots:
        by_day.setdefault(to_local(slot.starts_at).date(), []).append(slot)
    there = _there(held, by_day)
    differences = paper_differences(held.said, held.marks, held.weights, held.entries)
    entry_of = {row.person_id: entry for entry, row in held.entries.items()}
    others: dict[str, dict[date, int]] = {}
    labels: dict[str, Any] = {}
    for other in declared(OtherCount):
        counted = other.counted(register_id)
        if not counted:
            continue
        labels[other.source] = other.label
        others[other.source] = {day: len(set(people)) for day, people in counted.items()}
        for day, slots in by_day.items():
            first = slots[0].public_id
            people = [entry_of[key] for key in set(counted.get(day, ())) if key in entry_of]
            differences += day_differences(
                other.source,
                first,
                people,
                there[day],
                held.entries,
                {entry: held.marks.get((first, entry), "") for entry in people},
            )
    still_open = set(unsettled(differences, held.settled))
    named = sorted(
        (_named(held, one) for one in differences),
        key=lambda one: (one.starts_at, one.name, one.difference.source),
    )
    return Counts(
        days=[_day(held, day, slots, there[day], others) for day, slots in by_day.items()],
        labels=labels,
        open=[one for one in named if one.difference in still_open],
        settled=[
            (one, held.reasons[_key(one.difference)])
            for one in named
            if one.difference not in still_open
        ],
    )


def _key(one: MarkDifference) -> tuple[str, str, str]:
    return one.slot, one.entry, one.source


def _named(held: _Held, one: MarkDifference) -> NamedDifference:
    begins = {slot.public_id: slot.starts_at for slot in held.slots}
    row = held.entries[one.entry]
    return NamedDifference(
        one,
        row.chosen_name,
        row.letter,
        held.versions.get((one.slot, one.entry), 0),
        begins[one.slot],
        row.person,
    )


def _there(held: _Held, by_day: Mapping[date, Sequence[Any]]) -> dict[date, set[str]]:
    """Ids of those of the roster who were there at all, by day."""
    days = {slot.public_id: day for day, slots in by_day.items() for slot in slots}
    found: dict[date, set[str]] = {day: set() for day in by_day}
    for (slot, entry), status in held.marks.items():
        if entry in held.entries and was_there(status, held.weights):
            found[days[slot]].add(entry)
    return found


def _day(
    held: _Held,
    day: date,
    slots: Sequence[Any],
    there: set[str],
    others: Mapping[str, Mapping[date, int]],
) -> DayCount:
    sheets = [sheet for sheet in held.sheets if sheet.day == day]
    marked = {slot for slot, entry in held.marks if entry in held.entries}
    return DayCount(
        day=day,
        slots=[_slot(held, slot, slot.public_id in marked) for slot in slots],
        there=len(there) if any(slot.public_id in marked for slot in slots) else None,
        others={source: days[day] for source, days in others.items() if day in days},
        written_in=sum(sheet.written_in or 0 for sheet in sheets),
        sheets=len(sheets),
        read=sum(1 for sheet in sheets if sheet.ticks is not None),
    )


def _slot(held: _Held, slot: Any, marked: bool) -> SlotCount:
    signed = [there for (name, _), there in held.said.items() if name == slot.public_id]
    present = sum(
        1
        for (name, entry), status in held.marks.items()
        if name == slot.public_id and entry in held.entries and was_there(status, held.weights)
    )
    return SlotCount(
        slot.public_id,
        slot.starts_at,
        sum(signed) if signed else None,
        present if marked else None,
    )


def _held(register_id: int, session: Session) -> _Held:
    slots = session.execute(
        select(Slot.id, Slot.public_id, Slot.starts_at)
        .where(Slot.register_id == register_id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    entries = {
        row.public_id: row
        for row in session.execute(
            select(
                RosterEntry.public_id,
                RosterEntry.person_id,
                Person.chosen_name,
                Group.letter,
                Person.public_id.label("person"),
            )
            .join(Person, Person.id == RosterEntry.person_id)
            .join(Group, Group.id == Person.group_id)
            .where(RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None))
        )
    }
    marks: dict[tuple[str, str], str] = {}
    versions: dict[tuple[str, str], int] = {}
    for slot, entry, status, version in session.execute(
        select(Slot.public_id, RosterEntry.public_id, Mark.status, Mark.version)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(RosterEntry, RosterEntry.person_id == Mark.person_id)
        .where(Slot.register_id == register_id, RosterEntry.register_id == register_id)
    ):
        marks[slot, entry], versions[slot, entry] = status, version
    sheets = session.execute(
        select(Sheet.day, Sheet.rows, Sheet.columns, SheetReading.ticks, SheetReading.written_in)
        .outerjoin(SheetReading, SheetReading.sheet_id == Sheet.id)
        .where(Sheet.register_id == register_id)
    ).all()
    there = {slot.public_id for slot in slots}
    said: dict[tuple[str, str], bool] = {}
    for sheet in sheets:
        if sheet.ticks is None:
            continue
        for place, signed in (
            read_sheet(sheet.rows, from_data(sheet.columns), sheet.ticks).said().items()
        ):
            if place[0] in there:
                said[place] = said.get(place, False) or signed
    settled: dict[tuple[str, str, str], SettledDifference] = {}
    reasons: dict[tuple[str, str, str], str] = {}
    for slot, entry, source, counted, status, reason in session.execute(
        select(
            Slot.public_id,
            RosterEntry.public_id,
            Settlement.source,
            Settlement.counted,
            Settlement.status,
            Settlement.reason,
        )
        .join(Slot, Slot.id == Settlement.slot_id)
        .join(RosterEntry, RosterEntry.id == Settlement.entry_id)
        .where(Slot.register_id == register_id)
    ):
        settled[slot, entry, source] = SettledDifference(counted, status)
        reasons[slot, entry, source] = reason
    weights = {
        row.code: row.weight for row in session.execute(select(MarkStatus.code, MarkStatus.weight))
    }
    return _Held(slots, entries, marks, versions, weights, sheets, said, settled, reasons)


def counted(session: Session, slot_id: int) -> Counted:
    """A slot's headcount as it stands; two queries."""
    version = session.scalar(
        select(HeadcountOperation.version)
        .where(
            HeadcountOperation.slot_id == slot_id,
            HeadcountOperation.answer == str(Reply.APPLIED),
        )
        .order_by(HeadcountOperation.version.desc())
        .limit(1)
    )
    cells = session.execute(
        select(Group.letter, Headcount.sex, Headcount.age_band, Headcount.count)
        .join(Group, Group.id == Headcount.group_id)
        .where(Headcount.slot_id == slot_id)
    )
    return Counted(tuple(sorted(Cell(*row) for row in cells)), version or 0)


def heads_by_slot(register_id: int) -> dict[str, int]:
    """How many were counted in each slot (public id) of a register; one query."""
    rows = db.session.execute(
        select(Slot.public_id, func.sum(Headcount.count))
        .join(Headcount, Headcount.slot_id == Slot.id)
        .where(Slot.register_id == register_id)
        .group_by(Slot.public_id)
    )
    return {slot: int(total) for slot, total in rows}


@dataclass(frozen=True)
class CountedHeads:
    """Heads of one kind in one slot, as reports add them up."""

    slot_id: int
    starts_at: datetime
    group_id: int
    sex: str
    age_band: str
    count: int


def heads_counted(register_ids: Sequence[int]) -> list[CountedHeads]:
    """All heads counted in these registers; they stand in reports and never in certificates."""
    rows = db.session.execute(
        select(
            Slot.id,
            Slot.starts_at,
            Headcount.group_id,
            Headcount.sex,
            Headcount.age_band,
            Headcount.count,
        )
        .join(Slot, Slot.id == Headcount.slot_id)
        .where(Slot.register_id.in_(register_ids))
        .order_by(Slot.starts_at, Slot.id, Headcount.id)
    )
    return [CountedHeads(*row) for row in rows]


@dataclass(frozen=True)
class CountLine:
    """One headcount as it arrived: when, whose, how many in all, and what became of it."""

    at: datetime
    device_time: datetime
    who: str
    total: int
    answer: str
    version: int
    correction: str


def count_history(slot_id: int) -> list[CountLine]:
    """How a slot's headcount came about, the latest first; two queries."""
    rows = db.session.execute(
        select(
            HeadcountOperation.received_at,
            HeadcountOperation.device_time,
            HeadcountOperation.counted_by,
            HeadcountOperation.counts,
            HeadcountOperation.answer,
            HeadcountOperation.version,
            HeadcountOperation.correction,
        )
        .where(HeadcountOperation.slot_id == slot_id)
        .order_by(HeadcountOperation.id.desc())
        .limit(50)
    ).all()
    names = names_of(row.counted_by for row in rows)
    return [
        CountLine(
            row.received_at,
            row.device_time,
            names.get(row.counted_by, ""),
            sum(each[3] for each in row.counts),
            row.answer,
            row.version,
            row.correction,
        )
        for row in rows
    ]
