"""Zones, venues, and the spellings of areas that are in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import joinedload

from kash.database import db
from kash.people.models import Organisation, Person, Venue, Zone
from kash.people.rules.places import alike_area, tells_of_nobody
from kash.web.errors import NotFound

# Whoever adds more wants another way to choose than a list.
MOST = 1000


def zones(*, also_closed: bool = False) -> Sequence[Zone]:
    """The zones by name, each with the one it lies in; those in use only, unless asked; one
    query."""
    statement = select(Zone).options(joinedload(Zone.within)).order_by(func.lower(Zone.name))
    if not also_closed:
        statement = statement.where(Zone.active)
    return db.session.scalars(statement.limit(MOST)).all()


def zone_names() -> list[str]:
    """What is offered where an area is typed."""
    return list(
        db.session.scalars(
            select(Zone.name).where(Zone.active).order_by(func.lower(Zone.name)).limit(MOST)
        )
    )


def zone(public_id: str) -> Zone:
    """A zone. Raises NotFound."""
    found = db.session.scalars(select(Zone).where(Zone.public_id == public_id)).first()
    if found is None:
        raise NotFound
    return found


def venues(*, also_closed: bool = False) -> Sequence[Venue]:
    """The venues by name with their zones; those in use only, unless asked; one query."""
    statement = select(Venue).options(joinedload(Venue.zone)).order_by(func.lower(Venue.name))
    if not also_closed:
        statement = statement.where(Venue.active)
    return db.session.scalars(statement.limit(MOST)).all()


def venue_names() -> list[str]:
    """What is offered where a place is typed."""
    return list(
        db.session.scalars(
            select(Venue.name).where(Venue.active).order_by(func.lower(Venue.name)).limit(MOST)
        )
    )


def venue(public_id: str) -> Venue:
    """A venue. Raises NotFound."""
    found = db.session.scalars(
        select(Venue).options(joinedload(Venue.zone)).where(Venue.public_id == public_id)
    ).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True)
class Spelling:
    """An area as it was typed: for how many people, organisations and venues, and the zone whose
    name is written nearly so."""

    text: str
    people: int
    organisations: int
    venues: int
    alike: str = ""


@dataclass(frozen=True)
class Spellings:
    """The spellings that may be shown, the most frequent first, and how many may not."""

    shown: Sequence[Spelling]
    hidden: int


def spellings() -> Spellings:
    """The areas that were typed and are no zone's name; two queries.

    Whoever keeps the zones sees no participants: what could be somebody's address is only counted.
    """
    used = union_all(
        *(
            select(column.label("text"), literal(place).label("place"))
            for place, column in enumerate((Person.ward, Organisation.place, Venue.place))
        )
    ).subquery()
    counts = [
        func.sum(func.coalesce(used.c.place == number, False).cast(db.Integer))
        for number in range(3)
    ]
    rows = db.session.execute(
        select(used.c.text, *counts)
        .where(used.c.text != "", used.c.text.not_in(select(Zone.name)))
        .group_by(used.c.text)
        .order_by(func.count().desc(), used.c.text)
        .limit(MOST)
    )
    areas = zone_names()
    found = [
        Spelling(row[0], int(row[1]), int(row[2]), int(row[3]), alike_area(row[0], areas))
        for row in rows
    ]
    shown = [
        one
        for one in found
        if tells_of_nobody(one.people, one.organisations + one.venues, one.alike)
    ]
    return Spellings(shown, len(found) - len(shown))
