"""Venues by what is asked of them, with what only who plans may read; days on which one can't be
had, and minutes between zones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from kash.availability.models import VenueBlock, ZoneTravel
from kash.people.models import Venue, Zone
from kash.people.models.directory import codes
from kash.people.queries.places import VENUE_PHONE, VENUE_SAFETY
from kash.platform.database import db
from kash.platform.vault import open_text
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing, listing
from kash.policy import Actor

MOST_ZONES = 60


@dataclass(frozen=True)
class VenueSearch:
    """Search for venues. `zone` is a public id, `accessible` a code; `seats` is the fewest."""

    text: str = ""
    zone: str = ""
    accessible: str = ""
    seats: int | None = None
    closed: bool = False

    def __bool__(self) -> bool:
        return bool(self.text or self.zone or self.accessible or self.seats)


@dataclass(frozen=True)
class VenuePlanning:
    """Facts of a venue that only who plans reads."""

    contact_name: str
    contact_phone: str = field(repr=False)
    price_cents: int | None
    band: str
    safe_for: str
    safety_notes: str = field(repr=False)


def venues_found(actor: Actor, asked: VenueSearch) -> Listing[Venue]:
    """A page of the venues that fit, by name; what only who plans reads is searched by nobody
    else. Two queries."""
    statement = (
        select(Venue).options(joinedload(Venue.zone)).where(Venue.active.is_(not asked.closed))
    )
    if asked.text:
        searched = [Venue.name, Venue.place, Venue.directions]
        if actor.may("venues.plan"):
            searched += [Venue.contact_name, Venue.safe_for]
        statement = statement.where(
            or_(*(column.icontains(asked.text, autoescape=True) for column in searched))
        )
    if asked.zone:
        within = select(Zone.id).where(
            or_(
                Zone.public_id == asked.zone,
                Zone.within_id.in_(select(Zone.id).where(Zone.public_id == asked.zone)),
            )
        )
        statement = statement.where(Venue.zone_id.in_(within))
    if asked.accessible:
        statement = statement.where(Venue.accessible.contains(f",{asked.accessible},"))
    if asked.seats:
        statement = statement.where(Venue.seats >= asked.seats)
    return listing(
        statement,
        sorts={"name": func.lower(Venue.name), "seats": Venue.seats},
        default_sort="name",
        key=Venue.id,
    )


def access_codes(venue: Venue) -> tuple[str, ...]:
    """Codes of what a venue has for whoever could else not come."""
    return codes(venue.accessible)


def planning_of(actor: Actor, venue: Venue) -> VenuePlanning | None:
    """Facts of a venue that only who plans reads; None for everybody else."""
    if not actor.may("venues.plan"):
        return None
    return VenuePlanning(
        contact_name=venue.contact_name,
        contact_phone=_opened(venue.contact_phone_sealed, VENUE_PHONE, venue),
        price_cents=venue.price_cents,
        band=venue.band,
        safe_for=venue.safe_for,
        safety_notes=_opened(venue.safety_sealed, VENUE_SAFETY, venue),
    )


def blocks_of(venue: Venue, day: date) -> Sequence[VenueBlock]:
    """Days on which a venue can't be had that end on this day or later, the next first."""
    return db.session.scalars(
        select(VenueBlock)
        .where(VenueBlock.venue_id == venue.id, VenueBlock.last >= day)
        .order_by(VenueBlock.first, VenueBlock.id)
    ).all()


def block(venue: Venue, public_id: str) -> VenueBlock:
    """One of them. Raises NotFound."""
    return one_or_404(
        db.session.scalars(
            select(VenueBlock).where(
                VenueBlock.venue_id == venue.id, VenueBlock.public_id == public_id
            )
        ).first()
    )


def zones_of_venues() -> Sequence[Zone]:
    """Zones in use between which people travel: those with venues in use, those for which minutes
    were typed, and wider areas; by name."""
    of_venues = select(Venue.zone_id).where(Venue.active, Venue.zone_id.is_not(None))
    typed = select(ZoneTravel.one_zone_id).union(select(ZoneTravel.other_zone_id))
    return db.session.scalars(
        select(Zone)
        .where(
            Zone.active,
            or_(Zone.kind == "sub_county", Zone.id.in_(of_venues), Zone.id.in_(typed)),
        )
        .order_by(func.lower(Zone.name), Zone.id)
        .limit(MOST_ZONES)
    ).all()


def typed_minutes() -> dict[frozenset[str], int]:
    """Minutes between zones as they were typed, by the public ids of both."""
    one, other = (
        select(Zone.id, Zone.public_id).subquery(),
        select(Zone.id, Zone.public_id).subquery(),
    )
    return {
        frozenset((first, second)): minutes
        for first, second, minutes in db.session.execute(
            select(one.c.public_id, other.c.public_id, ZoneTravel.minutes)
            .join(one, one.c.id == ZoneTravel.one_zone_id)
            .join(other, other.c.id == ZoneTravel.other_zone_id)
        )
    }


def _opened(sealed: bytes | None, kind: str, venue: Venue) -> str:
    return open_text(sealed, kind=kind, public_id=venue.public_id) if sealed else ""
