"""Inbox of a register: what phones sent that met something else, and people who walked in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from kash.accounts.queries.accounts import names_of
from kash.attendance.models import (
    EntryAlias,
    HeldItem,
    Mark,
    MarkOperation,
    RosterEntry,
    Slot,
    WalkIn,
)
from kash.attendance.queries.codes import codes_of
from kash.attendance.queries.heads import counted
from kash.attendance.rules.marking import Operation, RejectionReason
from kash.attendance.rules.pads import HeadcountSent, NoteSent, Sent, WalkInSent
from kash.attendance.rules.times import Stretch
from kash.attendance.sealed import sent_of
from kash.people.models import Group, Person
from kash.platform.database import db
from kash.platform.web import Listing
from kash.platform.web.lists import listing


@dataclass(frozen=True)
class Version:
    """One of two versions that stand side by side: what it says, whose it is, and when it was made.

    `at` is the time of the device, `arrived_at` ours.
    """

    status: str | None
    who: str
    at: datetime | None
    arrived_at: datetime | None


@dataclass(frozen=True)
class HeldLine:
    """Something that waits. `kind` is a `rules.Kind`; `sent` what the phone sent, None if it cannot
    be read. `standing` is what stands, with its version, for marks; `heads` for headcounts. What is
    `locked` is only taken as a correction: its register was confirmed. `person` is a public id,
    `letter` her group's and `code` what phones show in place of her name; of whoever walked in only
    the letter is known, and all are empty where nobody is meant. `taught` is when its
    session was, as far as somebody said so."""

    public_id: str
    kind: str
    why: str
    reason: RejectionReason
    slot: str
    name: str
    sent: Sent | None
    mine: Version
    standing: Version
    version: int
    heads: int
    skew: float | None
    locked: bool
    person: str = ""
    letter: str = ""
    code: str = ""
    taught: Stretch = field(default_factory=Stretch)

    @property
    def note(self) -> str:
        """Text of a note."""
        return self.sent.text if isinstance(self.sent, NoteSent) else ""

    @property
    def walk_in(self) -> WalkInSent | None:
        """The person who walked in, if this is one."""
        return self.sent if isinstance(self.sent, WalkInSent) else None

    @property
    def counted(self) -> int:
        """How many heads the phone counted."""
        if not isinstance(self.sent, HeadcountSent):
            return 0
        return sum(cell.count for cell in self.sent.cells)


def held_items(register_id: int) -> Listing[HeldItem]:
    """Items that wait, in the order in which they came."""
    return listing(
        select(HeldItem)
        .where(HeldItem.register_id == register_id, HeldItem.decided_at.is_(None))
        .options(joinedload(HeldItem.pad)),
        sorts={"arrived": HeldItem.id},
        default_sort="arrived",
        key=HeldItem.id,
    )


def held_lines(register_id: int, items: Sequence[HeldItem]) -> list[HeldLine]:
    """Both versions of each thing that waits; some five queries for a page of them."""
    people = _people(register_id, {item.entry for item in items if item.entry})
    named = db.session.execute(
        select(Slot.public_id, Slot.id, Slot.confirmed_at, Slot.began_at, Slot.ended_at).where(
            Slot.register_id == register_id, Slot.public_id.in_({item.slot for item in items})
        )
    ).all()
    slots = {row.public_id: row.id for row in named}
    taught = {row.public_id: Stretch(row.began_at, row.ended_at) for row in named}
    locked = {row.public_id for row in named if row.confirmed_at is not None}
    codes = codes_of(register_id) if people else {}
    standing = _standing(set(slots.values()), {one.person_id for one in people.values()})
    names = names_of([*(item.sent_by for item in items), *(who for *_, who in standing.values())])
    found = []
    for item in items:
        who = people.get(item.entry, _NOBODY)
        slot = slots.get(item.slot, 0)
        theirs = standing.get((slot, who.person_id))
        sent = sent_of(item)
        heads = counted(db.session(), slot) if item.kind == "headcount" and slot else None
        version = theirs[1] if theirs else heads.version if heads else 0
        found.append(
            HeldLine(
                public_id=item.public_id,
                kind=item.kind,
                why=item.why,
                reason=RejectionReason(item.reason),
                slot=item.slot,
                name=who.name,
                sent=sent,
                mine=Version(
                    sent.status if isinstance(sent, Operation) else None,
                    names.get(item.sent_by, ""),
                    item.device_time,
                    item.received_at,
                ),
                standing=Version(theirs[0], names.get(theirs[4], ""), theirs[2], theirs[3])
                if theirs
                else Version(None, "", None, None),
                version=version,
                heads=sum(cell.count for cell in heads.cells) if heads else 0,
                skew=None if item.pad.skew_ms is None else item.pad.skew_ms / 1000,
                locked=item.slot in locked and isinstance(sent, Operation | HeadcountSent),
                person=who.person,
                letter=sent.letter if isinstance(sent, WalkInSent) else who.letter,
                code=codes.get(who.entry, ""),
                taught=taught.get(item.slot, Stretch()),
            )
        )
    return found


class _OnRegister(NamedTuple):
    entry: str
    person_id: int
    person: str
    name: str
    letter: str


_NOBODY = _OnRegister("", 0, "", "", "")


def _people(register_id: int, entries: Collection[str]) -> dict[str, _OnRegister]:
    """People by their entries' ids, also those that they had before a merge."""
    rows = db.session.execute(
        select(
            EntryAlias.public_id.label("alias"),
            RosterEntry.public_id,
            RosterEntry.person_id,
            Person.public_id.label("person"),
            Person.chosen_name,
            Group.letter,
        )
        .join(Person, Person.id == RosterEntry.person_id)
        .join(Group, Group.id == Person.group_id)
        .outerjoin(EntryAlias, EntryAlias.entry_id == RosterEntry.id)
        .where(
            RosterEntry.register_id == register_id,
            RosterEntry.public_id.in_(entries) | EntryAlias.public_id.in_(entries),
        )
    )
    found: dict[str, _OnRegister] = {}
    for row in rows:
        one = _OnRegister._make(row[1:])
        for public_id in (one.entry, row.alias):
            if public_id in entries:
                found[public_id] = one
    return found


_Stands = tuple[str, int, datetime, datetime, str]


def _standing(slots: Collection[int], people: Collection[int]) -> Mapping[tuple[int, int], _Stands]:
    """(status, version, device time, arrival, who) of the marks at these places."""
    marks = {
        (row.slot_id, row.person_id): row
        for row in db.session.execute(
            select(Mark.slot_id, Mark.person_id, Mark.status, Mark.version).where(
                Mark.slot_id.in_(slots), Mark.person_id.in_(people)
            )
        )
    }
    found: dict[tuple[int, int], _Stands] = {}
    for row in db.session.execute(
        select(
            MarkOperation.slot_id,
            MarkOperation.person_id,
            MarkOperation.version,
            MarkOperation.device_time,
            MarkOperation.received_at,
            MarkOperation.marked_by,
        )
        .where(
            MarkOperation.slot_id.in_({slot for slot, _person in marks}),
            MarkOperation.person_id.in_({person for _slot, person in marks}),
            MarkOperation.answer == "applied",
        )
        .order_by(MarkOperation.id)
    ):
        mark = marks.get((row.slot_id, row.person_id))
        # The first operation that brought the version is the one that made the mark.
        if mark is not None and row.version == mark.version:
            found.setdefault(
                (row.slot_id, row.person_id),
                (mark.status, mark.version, row.device_time, row.received_at, row.marked_by),
            )
    for place, mark in marks.items():
        if place not in found:
            found[place] = (mark.status, mark.version, None, None, "")  # type: ignore[assignment]
    return found


@dataclass(frozen=True)
class WalkInLine:
    """Somebody who walked in and is not matched yet."""

    public_id: str
    person: str
    name: str
    group: str
    group_id: str
    letter: str
    sex: str
    age_band: str
    named: bool
    who: str
    at: datetime
    arrived_at: datetime


def walk_ins(register_id: int) -> list[WalkInLine]:
    """People who walked in and wait to be matched, in the order in which they came; two queries."""
    rows = db.session.execute(
        select(
            WalkIn.public_id,
            Person.public_id.label("person"),
            Person.chosen_name,
            Group.name.label("group"),
            Group.public_id.label("group_id"),
            Group.letter,
            Person.sex,
            Person.age_band,
            WalkIn.named,
            WalkIn.taken_by,
            WalkIn.device_time,
            WalkIn.received_at,
        )
        .join(Person, Person.id == WalkIn.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(WalkIn.register_id == register_id, WalkIn.settled_at.is_(None))
        .order_by(WalkIn.id)
        .limit(200)
    ).all()
    names = names_of(row.taken_by for row in rows)
    return [
        WalkInLine(
            public_id=row.public_id,
            person=row.person,
            name=row.chosen_name,
            group=row.group,
            group_id=row.group_id,
            letter=row.letter,
            sex=row.sex,
            age_band=row.age_band,
            named=row.named,
            who=names.get(row.taken_by, ""),
            at=row.device_time,
            arrived_at=row.received_at,
        )
        for row in rows
    ]


def waiting_count(register_id: int) -> tuple[int, int]:
    """How many things wait for a decision, and how many people to be matched; one query."""
    held = (
        select(func.count(HeldItem.id))
        .where(HeldItem.register_id == register_id, HeldItem.decided_at.is_(None))
        .scalar_subquery()
    )
    came = (
        select(func.count(WalkIn.id))
        .where(WalkIn.register_id == register_id, WalkIn.settled_at.is_(None))
        .scalar_subquery()
    )
    row = db.session.execute(select(held, came)).one()
    return int(row[0] or 0), int(row[1] or 0)
