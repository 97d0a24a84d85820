"""Zones, venues, and the spellings of areas that are in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from kash.people.models import Organisation, Person, Venue, Zone
from kash.people.rules.places import alike_area, tells_of_nobody
from kash.platform.database import db
from kash.platform.web.errors import one_or_404

# Whoever adds more wants another way to choose than a list.
MOST = 1000
MOST_SPELLINGS = 5000
# Under what is sealed of a venue.
VENUE_PHONE, VENUE_SAFETY = "venue.contact_phone", "venue.safety"


def zones(*, also_closed: bool = False) -> Sequence[Zone]:
    """The zones by name, each with the one it lies in; those in use only, unless asked; one
    query."""
    statement = select(Zone).options(joinedload(Zone.within)).order_by(func.lower(Zone.name))
    if not also_closed:
        statement = statement.where(Zone.active)
    return db.session.scalars(statement.limit(MOST)).all()


def zone_names() -> list[str]:
    """Names offered where an area is typed."""
    return list(
        db.session.scalars(
            select(Zone.name).where(Zone.active).order_by(func.lower(Zone.name)).limit(MOST)
        )
    )


def zone(public_id: str) -> Zone:
    """A zone. Raises NotFound."""
    return one_or_404(db.session.scalars(select(Zone).where(Zone.public_id == public_id)).first())


def venues(*, also_closed: bool = False) -> Sequence[Venue]:
    """The venues by name with their zones; those in use only, unless asked; one query."""
    statement = select(Venue).options(joinedload(Venue.zone)).order_by(func.lower(Venue.name))
    if not also_closed:
        statement = statement.where(Venue.active)
    return db.session.scalars(statement.limit(MOST)).all()


def venue_names() -> list[str]:
    """Names offered where a place is typed."""
    return list(
        db.session.scalars(
            select(Venue.name).where(Venue.active).order_by(func.lower(Venue.name)).limit(MOST)
        )
    )


def venue(public_id: str) -> Venue:
    """A venue. Raises NotFound."""
    return one_or_404(
        db.session.scalars(
            select(Venue).options(joinedload(Venue.zone)).where(Venue.public_id == public_id)
        ).first()
    )


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
    """The areas that were typed and are no zone's name; four queries.

    Whoever keeps the zones sees no participants: what could be somebody's address is only counted.
    """
    counts: dict[str, list[int]] = {}
    for place, rows in enumerate((_typed_by_people(), _typed_in(Organisation), _typed_in(Venue))):
        for text, number in db.session.execute(rows):
            counts.setdefault(text, [0, 0, 0])[place] = number
    areas = zone_names()
    typed = sorted(counts.items(), key=lambda one: (-sum(one[1]), one[0]))[:MOST]
    found = [
        Spelling(text, people, there, venues, alike_area(text, areas))
        for text, (people, there, venues) in typed
    ]
    shown = [
        one
        for one in found
        if tells_of_nobody(one.people, one.organisations + one.venues, one.alike)
    ]
    return Spellings(shown, len(found) - len(shown))


def _typed_in(kind: type[Organisation] | type[Venue]) -> Select[str, int]:
    return (
        select(kind.place, func.count())
        .where(kind.place != "", kind.place.not_in(select(Zone.name)))
        .group_by(kind.place)
    )


def _typed_by_people() -> Select[str, int]:
    """Each ward that is no zone's name, with the number of people, counted up to MOST.

    The index is asked for one ward after the other: few are typed by many.
    """
    first = select(func.min(Person.ward).label("text")).where(Person.ward > "")
    typed = first.cte("typed", recursive=True)
    next_one = select(func.min(Person.ward)).where(Person.ward > typed.c.text).scalar_subquery()
    typed = typed.union_all(select(next_one).where(typed.c.text.is_not(None)))
    people = select(Person.id).where(Person.ward == typed.c.text).limit(MOST).correlate(typed)
    counted = select(func.count()).select_from(people.subquery()).scalar_subquery()
    return (
        select(typed.c.text, counted)
        .where(typed.c.text.is_not(None), typed.c.text.not_in(select(Zone.name)))
        .limit(MOST_SPELLINGS)
    )
