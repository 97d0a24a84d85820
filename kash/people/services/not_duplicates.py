"""Duplicates that are none: two people of whom somebody said that they are two."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from kash.people.models import LikelyDuplicate, NotTheSame, Person
from kash.platform.vault import audited
from kash.platform.web import NotFound
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


def note_distinct(
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


def mark_distinct(first: str, second: str, by: Actor) -> None:
    """Remember that two are different people: they are never proposed again. Raises NotFound."""
    with audited("people.persons_told_apart", by) as change:
        session = change.session
        found = {
            row.public_id: row.id
            for row in session.execute(
                select(Person.public_id, Person.id).where(Person.public_id.in_((first, second)))
            )
        }
        if len(found) != 2:
            raise NotFound
        note_distinct(session, found[first], [second], by, change.now)
        change.about(first, second)


def withdraw_distinct(public_id: str, by: Actor) -> None:
    """Forget that two were told apart; the next sweep may propose them. Raises NotFound."""
    with audited("people.told_apart_taken_back", by) as change:
        row = one_or_404(
            change.session.scalar(
                select(NotTheSame).where(NotTheSame.public_id == public_id).with_for_update()
            )
        )
        names = change.session.scalars(
            select(Person.public_id).where(
                or_(Person.id == row.first_id, Person.id == row.second_id)
            )
        ).all()
        change.session.delete(row)
        change.about(*names)
