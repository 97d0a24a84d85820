"""One slot's sheet, the whole grid, and what people attended. Paper, marks and other counts of a
register side by side, and where they differ. Heads counted without names: as they stand, how they
came about, and for reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Result, Select, and_, func, or_, select
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
from kash.attendance.rules.pads import Cell, Counted, from_data, signed_places
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
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.formats import to_local, zone


class SlotSheet(NamedTuple):
    """One slot with rows of everybody on the roster, by name (`everybody`), and her mark in it:
    `status` is None and `version` 0 while there is none. `left` are people who are off the roster
    by now, and were marked in it."""

    slot: Slot
    rows: Sequence[Any]
    left: Sequence[Any] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How often each status stands; "" counts who has no mark."""
        return tally(row.status for row in self.rows)


def everybody(register_id: int, *more: Any) -> Select[Any]:
    """Everybody who ever stood on a register, by name: her entry and her own id (`person`), both
    public, her group, and if she is on the roster now (`listed`)."""
    return (
        select(
            RosterEntry.public_id.label("entry"),
            RosterEntry.person_id,
            Person.chosen_name.label("name"),
            Group.name.label("group"),
            Group.letter,
            Person.minor,
            Person.public_id.label("person"),
            RosterEntry.removed_at.is_(None).label("listed"),
            *more,
        )
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(RosterEntry.register_id == register_id)
        .order_by(Person.sort_name, Person.id)
    )


def slot_of(register_id: int, public_id: str) -> Slot:
    """A slot, fetched through its register. Raises NotFound."""
    return get_or_404(db.session, Slot, public_id, Slot.register_id == register_id)


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
            Slot.register_id == register_id, Slot.closed_at.is_not(None), Slot.starts_at > utc_now()
        )
        .limit(1)
    ) is not None


def slot_sheet(register_id: int, slot: Slot) -> SlotSheet:
    """Everybody on the roster with the mark in this slot, and who left it with one; one query."""
    statement = everybody(
        register_id,
        Mark.status,
        func.coalesce(Mark.version, 0).label("version"),
        RosterEntry.walk_in,
    ).outerjoin(Mark, and_(Mark.person_id == RosterEntry.person_id, Mark.slot_id == slot.id))
    rows = db.session.execute(
        statement.where(or_(RosterEntry.removed_at.is_(None), Mark.id.is_not(None)))
    ).all()
    return SlotSheet(
        slot,
        [person for person in rows if person.listed],
        [person for person in rows if not person.listed],
    )


def sheet_row(register_id: int, slot: Slot, entry: str) -> Any:
    """One person of a slot's sheet. Raises NotFound."""
    rows = slot_sheet(register_id, slot).rows
    return one_or_404(next((person for person in rows if person.entry == entry), None))


class GridRow(NamedTuple):
    """A person with her marks by slot (public id), and what they add up to. `person` is her own
    public id."""

    entry: str
    name: str
    letter: str
    group: str
    minor: bool
    person: str
    marks: Mapping[str, CurrentMark]
    presence: Presence


class RegisterGrid(NamedTuple):
    """Everybody on the roster by every slot (`columns`), and how many were `present` in each of
    those in which anybody was marked; `left` are people who are off the roster by now, and were
    marked in some. What they attended counts no longer."""

    columns: Sequence[Any]
    rows: Sequence[GridRow]
    left: Sequence[GridRow]
    present: Mapping[str, int]


def grid(register_id: int) -> RegisterGrid:
    """The whole register; four queries whatever its size."""
    slots = _slots(db.session(), register_id)
    marks = _marks(db.session(), register_id)
    weights = {code: status.weight for code, status in status_catalogue().items()}
    marked = (
        select(Mark.person_id)
        .join(Slot, Slot.id == Mark.slot_id)
        .where(Slot.register_id == register_id)
    )
    people = db.session.execute(
        everybody(register_id).where(
            or_(RosterEntry.removed_at.is_(None), RosterEntry.person_id.in_(marked))
        )
    ).all()
    listed = {person.person_id for person in people if person.listed}
    names = {slot.id: slot.public_id for slot in slots}
    by_person: dict[int, dict[str, CurrentMark]] = {}
    present: Counter[str] = Counter()
    for mark in marks:
        slot = names[mark.slot_id]
        by_person.setdefault(mark.person_id, {})[slot] = CurrentMark(mark.status, mark.version)
        if mark.person_id in listed:
            present[slot] += 1 if weights[mark.status] else 0
    attendance = _presences([person.person_id for person in people], slots, marks, weights)
    rows = {
        person.person_id: GridRow(
            person.entry,
            person.name,
            person.letter,
            person.group,
            person.minor,
            person.person,
            by_person.get(person.person_id, {}),
            attendance[person.person_id],
        )
        for person in people
    }
    return RegisterGrid(
        slots,
        [row for key, row in rows.items() if key in listed],
        [row for key, row in rows.items() if key not in listed],
        present,
    )


def attended(register_id: int, session: Session | None = None) -> dict[int, Presence]:
    """Attendance of everybody now on the roster (keys of people) in the slots that took place; four
    queries."""
    asking = session or db.session()
    people = asking.scalars(
        select(RosterEntry.person_id).where(
            RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None)
        )
    ).all()
    return _presences(
        people, _slots(asking, register_id), _marks(asking, register_id), _weights(asking)
    )


def _slots(session: Session, register_id: int) -> Sequence[Any]:
    return session.execute(
        select(
            Slot.id,
            Slot.public_id,
            Slot.starts_at,
            Slot.minutes,
            Slot.closed_at.is_not(None).label("closed"),
        )
        .where(Slot.register_id == register_id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()


def _marks(session: Session, register_id: int) -> Sequence[Any]:
    return session.execute(
        select(Mark.slot_id, Mark.person_id, Mark.status, Mark.version)
        .join(Slot, Slot.id == Mark.slot_id)
        .where(Slot.register_id == register_id)
    ).all()


def _weights(session: Session) -> dict[str, int]:
    rows = session.execute(select(MarkStatus.code, MarkStatus.weight))
    return {status.code: status.weight for status in rows}


def _presences(
    people: Iterable[int], slots: Iterable[Any], marks: Iterable[Any], weights: Mapping[str, int]
) -> dict[int, Presence]:
    now, clock = utc_now(), zone()
    return presences(
        people,
        [
            SlotTime(
                slot.id,
                slot.minutes,
                slot.closed,
                has_begun(slot.starts_at, now),
                slot.starts_at.astimezone(clock).date(),
            )
            for slot in slots
        ],
        [MadeMark(mark.slot_id, mark.person_id, mark.status) for mark in marks],
        weights,
    )


class Counts(NamedTuple):
    """A whole register counted from every side. `labels` are those of the other sources.

    Each of its `days` has how many were `there` at all (None while nobody is marked), how many
    `others` count, how many wrote themselves on empty rows, how many `sheets` there are and how
    many of them were `read`; and each of its `slots` how many `signed` (None while no sheet of it
    was read) and how many are `marked` so that they count. A difference, also a settled one with
    its reason, has the person, the version of her mark, and when its session begins.
    """

    days: Sequence[Mapping[str, Any]]
    labels: Mapping[str, Any]
    open: Sequence[NamedDifference]
    settled: Sequence[tuple[NamedDifference, str]]


class NamedDifference(NamedTuple):
    """A difference with the person (name and public id) and the moment it is about."""

    difference: MarkDifference
    name: str
    letter: str
    version: int
    starts_at: datetime
    person: str


class _Sides(NamedTuple):
    """A register as marks, signed sheets and settlements have it: people on the roster by entry,
    and marks (status, version) by slot and entry."""

    slots: Sequence[Any]
    entries: dict[str, Any]
    marks: dict[tuple[str, str], str]
    versions: dict[tuple[str, str], int]
    weights: dict[str, int]
    sheets: Sequence[Any]
    signed: dict[tuple[str, str], bool]
    settled: dict[tuple[str, str, str], SettledDifference]
    reasons: dict[tuple[str, str, str], str]

    def there(self, slot: str) -> set[str]:
        """Entries on the roster whose mark in a slot counts."""
        return {
            entry
            for (name, entry), status in self.marks.items()
            if name == slot and entry in self.entries and was_there(status, self.weights)
        }

    def differences(self) -> list[MarkDifference]:
        """Where paper and marks differ."""
        return paper_differences(self.signed, self.marks, self.weights, self.entries)


def paper_differences_by_slot(register_id: int, session: Session) -> dict[str, int]:
    """In how many places of each slot (public id) paper and marks differ without that it was
    settled."""
    sides = _sides(register_id, session)
    open_ones = unsettled(sides.differences(), sides.settled)
    return dict(Counter(difference.slot for difference in open_ones))


def count_labels() -> dict[str, Any]:
    """Labels of the other sources of counts."""
    return {other.source: other.label for other in declared(OtherCount)}


def counts_of(register_id: int) -> Counts:
    """Every slot and day counted from all sides; six queries, and those of other sources."""
    sides = _sides(register_id, db.session())
    by_day: dict[date, list[Any]] = {}
    for slot in sides.slots:
        by_day.setdefault(to_local(slot.starts_at).date(), []).append(slot)
    there = {
        day: set().union(*(sides.there(slot.public_id) for slot in slots))
        for day, slots in by_day.items()
    }
    differences = sides.differences()
    entry_of = {row.person_id: entry for entry, row in sides.entries.items()}
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
                sides.entries,
                {entry: sides.marks.get((first, entry), "") for entry in people},
            )
    begins = {slot.public_id: slot.starts_at for slot in sides.slots}
    open_ones = set(unsettled(differences, sides.settled))
    named = sorted(
        (
            NamedDifference(
                difference,
                sides.entries[difference.entry].name,
                sides.entries[difference.entry].letter,
                sides.versions.get((difference.slot, difference.entry), 0),
                begins[difference.slot],
                sides.entries[difference.entry].person,
            )
            for difference in differences
        ),
        key=lambda named: (named.starts_at, named.name, named.difference.source),
    )
    return Counts(
        [
            _day(sides, day, slots, there[day])
            | {"others": {source: days[day] for source, days in others.items() if day in days}}
            for day, slots in by_day.items()
        ],
        labels,
        [difference for difference in named if difference.difference in open_ones],
        [
            (difference, sides.reasons[difference.difference[:3]])
            for difference in named
            if difference.difference not in open_ones
        ],
    )


def _day(sides: _Sides, day: date, slots: Sequence[Any], there: set[str]) -> dict[str, Any]:
    sheets = [sheet for sheet in sides.sheets if sheet.day == day]
    marked = {slot for slot, entry in sides.marks if entry in sides.entries}
    signed: dict[str, int] = {}
    for (slot, _entry), signs in sides.signed.items():
        signed[slot] = signed.get(slot, 0) + signs
    return {
        "day": day,
        "slots": [
            {
                "slot": slot.public_id,
                "starts_at": slot.starts_at,
                "signed": signed.get(slot.public_id),
                "marked": len(sides.there(slot.public_id)) if slot.public_id in marked else None,
            }
            for slot in slots
        ],
        "there": len(there) if any(slot.public_id in marked for slot in slots) else None,
        "written_in": sum(sheet.written_in or 0 for sheet in sheets),
        "sheets": len(sheets),
        "read": sum(sheet.ticks is not None for sheet in sheets),
    }


def _sides(register_id: int, session: Session) -> _Sides:
    slots = _slots(session, register_id)
    people = session.execute(everybody(register_id).where(RosterEntry.removed_at.is_(None)))
    marks = session.execute(
        select(Slot.public_id, RosterEntry.public_id, Mark.status, Mark.version)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(RosterEntry, RosterEntry.person_id == Mark.person_id)
        .where(Slot.register_id == register_id, RosterEntry.register_id == register_id)
    ).all()
    sheets = session.execute(
        select(Sheet.day, Sheet.rows, Sheet.columns, SheetReading.ticks, SheetReading.written_in)
        .outerjoin(SheetReading, SheetReading.sheet_id == Sheet.id)
        .where(Sheet.register_id == register_id)
    ).all()
    there = {slot.public_id for slot in slots}
    signed: dict[tuple[str, str], bool] = {}
    for sheet in sheets:
        if sheet.ticks is None:
            continue
        signs = signed_places(sheet.rows, from_data(sheet.columns), sheet.ticks)
        for place, signs_there in signs.items():
            if place[0] in there:
                signed[place] = signed.get(place, False) or signs_there
    settled = session.execute(
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
    ).all()
    return _Sides(
        slots,
        {person.entry: person for person in people},
        {(slot, entry): status for slot, entry, status, _version in marks},
        {(slot, entry): version for slot, entry, _status, version in marks},
        _weights(session),
        sheets,
        signed,
        {
            (slot, entry, source): (counted, status)
            for slot, entry, source, counted, status, _ in settled
        },
        {(slot, entry, source): reason for slot, entry, source, _, _, reason in settled},
    )


def counted(session: Session, slot_id: int) -> Counted:
    """A slot's headcount as it stands; two queries."""
    version = session.scalar(
        select(HeadcountOperation.version)
        .where(
            HeadcountOperation.slot_id == slot_id, HeadcountOperation.answer == str(Reply.APPLIED)
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


def with_who(rows: Result[*tuple[Any, ...]], account: str) -> list[dict[str, Any]]:
    """Rows as dicts, each with the name (`who`) of the account whose public id is in a column; one
    query."""
    lines = [dict(row._mapping) for row in rows]
    names = names_of(line[account] for line in lines)
    return [line | {"who": names.get(line[account], "")} for line in lines]


def count_history(slot_id: int) -> list[dict[str, Any]]:
    """How a slot's headcount came about, the latest first: when each count arrived (`at`) and was
    made, whose, its cells as `counts`, and what became of it; two queries."""
    counts = db.session.execute(
        select(
            HeadcountOperation.received_at.label("at"),
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
    )
    return with_who(counts, "counted_by")
