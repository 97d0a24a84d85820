"""People under 18: the flag ends when they come of age, and the custodian notes that she saw it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from kash.people.models import Person
from kash.people.queries.persons import locked_person
from kash.people.rules.persons import is_minor
from kash.platform.database import db
from kash.platform.vault import audited
from kash.policy import SYSTEM, Actor


def _still_minor(person: Person, today: date) -> bool:
    if not person.age_band and person.birth_year is None:
        # Flagged without a reason that ends, as by merging two persons.
        return True
    recorded = person.age_recorded_on.year if person.age_recorded_on else None
    return is_minor(person.age_band, person.birth_year, today.year, recorded)


def note_who_came_of_age(today: date) -> int:
    """Take the flag from everybody who is grown up by now; returns how many those were.

    Time only ever ends the flag, so between two runs it errs on the safe side.
    """
    flagged = select(Person).where(Person.minor.is_(True)).order_by(Person.id)
    if all(_still_minor(person, today) for person in db.session.scalars(flagged)):
        db.session.rollback()
        return 0
    with audited("people.came_of_age", SYSTEM) as change:
        grown_up = [
            person
            for person in change.session.scalars(flagged.with_for_update(of=Person))
            if not _still_minor(person, today)
        ]
        for person in grown_up:
            person.minor = False
            change.about(person.public_id)
        if not grown_up:
            change.nothing()
        return len(grown_up)


def note_minor_seen(public_id: str, by: Actor) -> None:
    """The custodian has seen that this person is under 18. Once is enough, and of whoever is grown
    up nothing is noted. Raises NotFound."""
    with audited("people.minor_seen", by) as change:
        person = locked_person(change.session, public_id)
        if not person.minor or person.minor_seen_at is not None:
            change.nothing()
            return
        person.minor_seen_at, person.minor_seen_by = change.now, by.public_id
        change.about(person.public_id)
