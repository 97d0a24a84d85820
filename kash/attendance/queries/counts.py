"""Paper, marks and other counts of a register side by side, and where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.attendance.counts import OtherCount
from kash.attendance.models import (
    Mark,
    MarkStatus,
    RosterEntry,
    Settlement,
    Sheet,
    SheetReading,
    Slot,
)
from kash.attendance.rules.counts import (
    MarkDifference,
    SettledDifference,
    day_differences,
    paper_differences,
    unsettled,
    was_there,
)
from kash.attendance.rules.sheets import from_data, read_sheet
from kash.feature import declared
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web.formats import to_local


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
