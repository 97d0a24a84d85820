"""Registers for programs: who stands on one by number, with each mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from kash.api.rules.paging import PageCut, cut
from kash.attendance.models import Mark, RosterEntry, Slot
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
    """Those on a register after an entry's id; two queries."""
    asked = (
        select(RosterEntry.public_id, Person.public_id, Person.id)
        .join(Person, Person.id == RosterEntry.person_id)
        .where(RosterEntry.register_id == register_id, RosterEntry.removed_at.is_(None))
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
