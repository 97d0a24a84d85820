"""Registers for programs: the officers on one by number, with each mark."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.api.queries.people import OFFICERS
from kash.api.rules.paging import PageCut, cut
from kash.attendance.models import EntryAlias, Mark, RosterEntry, Slot
from kash.people.models import Person
from kash.platform.database import db


@dataclass(frozen=True)
class MarkStanding:
    """A mark: the slot by public id, the status and the version."""

    slot: str
    status: str
    version: int


@dataclass(frozen=True)
class RegisterPage:
    """A page of entries, each with the person's public id and key, and all their marks by key."""

    entries: PageCut[tuple[str, str, int]]
    marks: Mapping[int, Sequence[MarkStanding]]


def register_page(register_id: int, after: str, limit: int) -> RegisterPage:
    """Officers on a register after an entry's id; two queries."""
    asked = (
        select(RosterEntry.public_id, Person.public_id, Person.id)
        .join(Person, Person.id == RosterEntry.person_id)
        .where(
            RosterEntry.register_id == register_id,
            RosterEntry.removed_at.is_(None),
            Person.group_id.in_(OFFICERS),
        )
        .order_by(RosterEntry.public_id)
        .limit(limit + 1)
    )
    if after:
        asked = asked.where(RosterEntry.public_id > after)
    found = cut([(entry, person, key) for entry, person, key in db.session.execute(asked)], limit)
    marks: dict[int, list[MarkStanding]] = {}
    for key, slot, status, version in db.session.execute(
        select(Mark.person_id, Slot.public_id, Mark.status, Mark.version)
        .join(Slot, Slot.id == Mark.slot_id)
        .where(
            Slot.register_id == register_id, Mark.person_id.in_([key for *_ids, key in found.rows])
        )
        .order_by(Slot.starts_at, Slot.id)
    ):
        marks.setdefault(key, []).append(MarkStanding(slot, status, version))
    return RegisterPage(found, marks)


def officers_entries(session: Session, register_id: int, entries: Collection[str]) -> set[str]:
    """Those among these ids that an officer's entry on a register has, or had before a merge."""
    own = select(RosterEntry.public_id, RosterEntry.person_id).where(
        RosterEntry.register_id == register_id, RosterEntry.public_id.in_(entries)
    )
    before = (
        select(EntryAlias.public_id, RosterEntry.person_id)
        .join(RosterEntry, RosterEntry.id == EntryAlias.entry_id)
        .where(RosterEntry.register_id == register_id, EntryAlias.public_id.in_(entries))
    )
    named = own.union(before).subquery()
    asked = (
        select(named.c[0])
        .join(Person, Person.id == named.c.person_id)
        .where(Person.group_id.in_(OFFICERS))
    )
    return set(session.scalars(asked))
