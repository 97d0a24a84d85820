"""Remembering that two people are two."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.people.models import LikelyDuplicate, NotTheSame, Person
from kash.policy import Actor


def set_apart(
    session: Session, person_id: int, others: Collection[str], by: Actor, now: datetime
) -> None:
    """Within another action: remember that a person is none of these others (public ids)."""
    for other in session.scalars(select(Person.id).where(Person.public_id.in_(others))):
        if other == person_id:
            continue
        first, second = min(person_id, other), max(person_id, other)
        known = session.scalar(
            select(NotTheSame.id).where(
                NotTheSame.first_id == first, NotTheSame.second_id == second
            )
        )
        if known is None:
            session.add(
                NotTheSame(first_id=first, second_id=second, said_by=by.public_id, said_at=now)
            )
        session.execute(
            delete(LikelyDuplicate).where(
                LikelyDuplicate.first_id == first, LikelyDuplicate.second_id == second
            )
        )
