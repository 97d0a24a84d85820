"""Showing what was signed: each look at a session's signatures is an entry in the audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from kash.attendance.models import RosterEntry, Signature
from kash.attendance.register import lock_register
from kash.attendance.sealed import Strokes, strokes_of
from kash.attendance.services.door_operations import slot_named
from kash.people.models import Group, Person
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


@dataclass(frozen=True)
class LatestSignature:
    """A person's latest signature in a session; `at` is the time of the device."""

    name: str
    letter: str
    strokes: Strokes
    at: datetime
    person: str = ""


def show_signatures(register: str, slot: str, by: Actor) -> Sequence[LatestSignature]:
    """The signatures of a session, by name. Raises NotFound."""
    with audited("attendance.signatures_shown", by) as change:
        session = change.session
        held = lock_register(session, register)
        found = one_or_404(slot_named(session, held.id, slot))
        latest = (
            select(func.max(Signature.id))
            .where(Signature.slot_id == found[0])
            .group_by(Signature.person_id)
        )
        rows = session.execute(
            select(Signature, Person.chosen_name, Group.letter, Person.public_id)
            .join(Person, Person.id == Signature.person_id)
            .join(Group, Group.id == Person.group_id)
            .join(
                RosterEntry,
                (RosterEntry.person_id == Person.id) & (RosterEntry.register_id == held.id),
            )
            .where(Signature.id.in_(latest))
            .order_by(Person.sort_name, Person.id)
        ).all()
        if not rows:
            change.nothing()
        change.about(held.public_id, slot)
        return [
            LatestSignature(name, letter, strokes_of(one), one.device_time, person)
            for one, name, letter, person in rows
        ]
