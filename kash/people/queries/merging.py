"""Reads: what two people have beside each other, and what becomes of it when they are merged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from kash.people.models import Organisation, Person
from kash.people.references import dependents
from kash.people.rules.merging import PostedStay, joined_stays
from kash.platform.database import db


@dataclass(frozen=True)
class JoinedPosting:
    """A posting as it will stand. `changed` says that it was joined or ends earlier."""

    organisation: str
    since: date
    until: date | None
    changed: bool


def joined_postings(person: Person, gone: Person) -> list[JoinedPosting]:
    """The postings that the one who is kept will have, the latest first."""
    rows = [
        *sorted(person.postings, key=lambda row: row.id),
        *sorted(gone.postings, key=lambda row: row.id),
    ]
    names = {row.organisation_id: row.organisation.name for row in rows}
    before = {row.id: row.until for row in rows}
    joined = joined_stays(
        [PostedStay(row.id, row.organisation_id, row.since, row.until) for row in rows]
    )
    return [
        JoinedPosting(names[stay.place], stay.since, stay.until, stay.until != before[stay.key])
        for stay in reversed(joined)
    ]


def what_moves(gone: Person) -> dict[str, int]:
    """Counts of what moves from the one who goes, as {label: number}."""
    return dependents(db.session(), [gone.id])


def organisation_name(public_id: str) -> str:
    """The name of a station or collective, empty if there is none."""
    if not public_id:
        return ""
    return (
        db.session.scalar(select(Organisation.name).where(Organisation.public_id == public_id))
        or ""
    )
