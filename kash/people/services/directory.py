"""Services of the directory. Zones and venues, and one spelling for what was typed
in several."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kash.people.models import (
    Organisation,
    Person,
    ServiceEntry,
    ServiceHours,
    Venue,
    Zone,
    kept_codes,
)
from kash.people.queries.directory import VENUE_PHONE, VENUE_SAFETY, locked_service
from kash.people.rules.directory import Stretch, found_by, overlap
from kash.people.rules.persons import is_a_name, sort_name
from kash.platform.database import new_public_id
from kash.platform.vault import audited, open_text, seal
from kash.platform.web import Problem
from kash.platform.web.errors import ChangedMeanwhile, get_or_404, one_or_404
from kash.policy import Actor

_SEALED = "service.address"
_AS_TYPED = (
    *("name", "kind", "checked_on", "area", "card_name", "phone", "other_phone"),
    *("cost", "cost_note", "recommended_by", "notes", "active"),
)
_FOUND_BY = ("name", "area", "address", "notes", "recommended_by", "phone", "other_phone")


@dataclass(frozen=True)
class ServiceDetails:
    """A service as entered. Phones are E.164 or short numbers; languages and served are codes.

    Where the address is confidential, an empty `address` keeps the one that is sealed.
    """

    name: str
    kind: str
    checked_on: date
    area: str = ""
    card_name: str = ""
    phone: str = ""
    other_phone: str = ""
    address: str = field(default="", repr=False)
    address_confidential: bool = False
    remove_address: bool = False
    languages: tuple[str, ...] = ()
    serves: tuple[str, ...] = ()
    cost: str = ""
    cost_note: str = ""
    recommended_by: str = ""
    notes: str = ""
    hours: tuple[Stretch, ...] = ()
    active: bool = True


def add_service(details: ServiceDetails, by: Actor, public_id: str = "") -> str:
    """Add a service; returns its public id.

    With `public_id`, the id that its form was opened with, sending twice adds one. Raises Problem.
    """
    _refuse(details)
    with audited("directory.service_added", by) as change:
        session = change.session
        public_id = public_id or new_public_id()
        service_entry = session.scalar(
            select(ServiceEntry.id).where(ServiceEntry.public_id == public_id)
        )
        if service_entry is not None:
            change.nothing()
            return public_id
        entry = ServiceEntry(public_id=public_id, created_at=change.now)
        _write(entry, details)
        entry.changed_at = change.now
        session.add(entry)
        session.flush()
        _write_hours(session, entry, details.hours)
        change.about(public_id)
        return public_id


def change_service(public_id: str, details: ServiceDetails, row_version: int, by: Actor) -> None:
    """Change a service. Raises NotFound, ChangedMeanwhile and Problem."""
    _refuse(details)
    with audited("directory.service_changed", by) as change:
        entry = locked_service(change.session, public_id)
        if entry.row_version != row_version:
            raise ChangedMeanwhile
        _write(entry, details)
        _write_hours(change.session, entry, details.hours)
        entry.row_version += 1
        entry.changed_at = change.now
        change.about(public_id)


def mark_checked(public_id: str, today: date, by: Actor) -> None:
    """Say that everything about a service was found to be right today. Raises NotFound."""
    with audited("directory.service_checked", by) as change:
        entry = locked_service(change.session, public_id)
        if entry.checked_on == today:
            change.nothing()
            return
        entry.checked_on = today
        entry.row_version += 1
        change.about(public_id)


def show_address(public_id: str, by: Actor) -> str | None:
    """The confidential address of a service, opened for one look; the look is written down.

    None, and nothing written, if there is none. Raises NotFound.
    """
    with audited("directory.address_shown", by) as change:
        entry = locked_service(change.session, public_id)
        if entry.address_sealed is None:
            change.nothing()
            return None
        change.about(public_id)
        return open_text(entry.address_sealed, kind=_SEALED, public_id=public_id)


def _refuse(details: ServiceDetails) -> None:
    if not is_a_name(details.name):
        raise Problem(_l("A name needs at least one letter."), field="name")
    if overlap(details.hours):
        raise Problem(_l("Two of these opening hours overlap."), field="day_0")


def _write(entry: ServiceEntry, details: ServiceDetails) -> None:
    for name in _AS_TYPED:
        setattr(entry, name, getattr(details, name))
    entry.sort_name = sort_name(details.name)
    entry.spoken = kept_codes(details.languages)
    entry.served = kept_codes(details.serves)
    _write_address(entry, details)
    _keep_found(entry)


def _keep_found(entry: ServiceEntry) -> None:
    entry.found_by = found_by(*(getattr(entry, name) for name in _FOUND_BY))


def rename_area(session: Session, spellings: Collection[str], name: str) -> int:
    """Write an area's name where one of these stands, within another action; how many services."""
    entries = session.scalars(
        select(ServiceEntry).where(ServiceEntry.area.in_(spellings)).with_for_update()
    ).all()
    for entry in entries:
        entry.area = name
        entry.row_version += 1
        _keep_found(entry)
    return len(entries)


def _write_address(entry: ServiceEntry, details: ServiceDetails) -> None:
    if not details.address_confidential:
        # What was confidential is not published by taking a tick away: it must be typed.
        entry.address, entry.address_sealed = details.address, None
    elif details.address:
        entry.address = ""
        entry.address_sealed = seal(details.address, kind=_SEALED, public_id=entry.public_id)
    else:
        if details.remove_address:
            entry.address_sealed = None
        elif entry.address:
            entry.address_sealed = seal(entry.address, kind=_SEALED, public_id=entry.public_id)
        entry.address = ""
    entry.address_confidential = details.address_confidential


def _write_hours(session: Session, entry: ServiceEntry, hours: tuple[Stretch, ...]) -> None:
    session.execute(delete(ServiceHours).where(ServiceHours.entry_id == entry.id))
    session.add_all(
        ServiceHours(entry_id=entry.id, opens=hour.opens, closes=hour.closes) for hour in hours
    )


_PLACE_TAKEN = _l("This name is taken.")


@dataclass(frozen=True)
class ZoneDetails:
    """A zone as entered; `within` is a public id or empty."""

    name: str
    kind: str = "ward"
    within: str = ""
    active: bool = True


@dataclass(frozen=True)
class VenueDetails:
    """A venue as entered; `zone` is a public id or empty, the phone is E.164 or a short number, and
    `accessible` are codes."""

    name: str
    place: str = ""
    zone: str = ""
    directions: str = ""
    safe_for: str = ""
    seats: int | None = None
    active: bool = True
    accessible: tuple[str, ...] = ()
    band: str = ""
    price_cents: int | None = None
    contact_name: str = ""
    contact_phone: str = ""
    safety_notes: str = ""


def _refuse_taken(
    session: Session, kind: type[Zone] | type[Venue], name: str, excluding: int | None
) -> None:
    taken = select(kind.id).where(
        func.lower(kind.name) == func.lower(name), kind.id != (excluding or 0)
    )
    if session.scalar(taken.limit(1)) is not None:
        raise Problem(_PLACE_TAKEN, field="name")


def _zone_id(session: Session, public_id: str) -> int | None:
    if not public_id:
        return None
    return one_or_404(session.scalar(select(Zone.id).where(Zone.public_id == public_id)))


def _refuse_circle(session: Session, zone: Zone, within_id: int | None) -> None:
    above, seen = within_id, set[int]()
    while above is not None and above not in seen:
        if above == zone.id:
            raise Problem(_l("An area cannot lie in itself."), field="within")
        seen.add(above)
        above = session.scalar(select(Zone.within_id).where(Zone.id == above))


def add_zone(details: ZoneDetails, by: Actor) -> str:
    """Add a zone; returns its public id. Raises Problem."""
    with audited("people.zone_added", by) as change:
        session = change.session
        _refuse_taken(session, Zone, details.name, None)
        within = _zone_id(session, details.within)
        zone = Zone(name=details.name, kind=details.kind, within_id=within, active=details.active)
        session.add(zone)
        _flush(session)
        change.about(zone.public_id)
        return zone.public_id


def change_zone(public_id: str, details: ZoneDetails, row_version: int, by: Actor) -> None:
    """Change a zone. A new name goes to all that was typed with the old one.

    Raises NotFound, ChangedMeanwhile and Problem.
    """
    with audited("people.zone_changed", by) as change:
        session = change.session
        # One at a time, so that two changes can't close a circle between them.
        zones = session.scalars(select(Zone).order_by(Zone.id).with_for_update()).all()
        place = one_or_404(next((zone for zone in zones if zone.public_id == public_id), None))
        if place.row_version != row_version:
            raise ChangedMeanwhile
        _refuse_taken(session, Zone, details.name, place.id)
        within = _zone_id(session, details.within)
        _refuse_circle(session, place, within)
        if details.name != place.name:
            _rename(session, [place.name], details.name)
        place.name, place.kind, place.within_id = details.name, details.kind, within
        place.active = details.active
        place.row_version += 1
        _flush(session)
        change.about(place.public_id)


def unify_spellings(zone: str, spellings: list[str], by: Actor) -> int:
    """Write a zone's name wherever one of these spellings was typed; returns how many rows.

    One transaction, one entry in the audit chain; the spellings stand in neither. Raises NotFound.
    """
    with audited("people.spellings_unified", by) as change:
        session = change.session
        place = get_or_404(session, Zone, zone, lock=True)
        changed = _rename(session, [text for text in spellings if text != place.name], place.name)
        if not changed:
            change.nothing()
        change.about(place.public_id)
        return changed


def _rename(session: Session, spellings: list[str], name: str) -> int:
    if not spellings:
        return 0
    changed = rename_area(session, spellings, name)
    for kind, column in (
        (Person, Person.ward),
        (Organisation, Organisation.place),
        (Venue, Venue.place),
    ):
        values: dict[str, object] = {column.key: name}
        if kind is Person:
            # A person who has the person's page open must learn of it before she saves.
            values["row_version"] = Person.row_version + 1
        result = session.execute(update(kind).where(column.in_(spellings)).values(**values))
        changed += int(getattr(result, "rowcount", 0))
    return changed


def add_venue(details: VenueDetails, by: Actor) -> str:
    """Add a venue; returns its public id. Raises Problem."""
    with audited("people.venue_added", by) as change:
        session = change.session
        _refuse_taken(session, Venue, details.name, None)
        venue = Venue()
        _fill(session, venue, details)
        session.add(venue)
        _flush(session)
        change.about(venue.public_id)
        return venue.public_id


def change_venue(public_id: str, details: VenueDetails, row_version: int, by: Actor) -> None:
    """Change a venue. Raises NotFound, ChangedMeanwhile and Problem."""
    with audited("people.venue_changed", by) as change:
        session = change.session
        place = get_or_404(session, Venue, public_id, lock=True)
        if place.row_version != row_version:
            raise ChangedMeanwhile
        _refuse_taken(session, Venue, details.name, place.id)
        _fill(session, place, details)
        place.row_version += 1
        _flush(session)
        change.about(place.public_id)


def _fill(session: Session, venue: Venue, details: VenueDetails) -> None:
    venue.name, venue.place, venue.seats = details.name, details.place, details.seats
    venue.directions, venue.safe_for = details.directions, details.safe_for
    venue.active, venue.band = details.active, details.band
    venue.accessible = kept_codes(details.accessible)
    venue.price_cents, venue.contact_name = details.price_cents, details.contact_name
    # What is sealed is sealed to its row.
    if venue.public_id is None:
        venue.public_id = new_public_id()
    venue.contact_phone_sealed = _sealed(details.contact_phone, VENUE_PHONE, venue)
    venue.safety_sealed = _sealed(details.safety_notes, VENUE_SAFETY, venue)
    venue.zone_id = _zone_id(session, details.zone)


def _sealed(text: str, kind: str, venue: Venue) -> bytes | None:
    return seal(text, kind=kind, public_id=venue.public_id) if text else None


def _flush(session: Session) -> None:
    """Two who add the same name at once: the second is told so."""
    try:
        session.flush()
    except IntegrityError:
        raise Problem(_PLACE_TAKEN, field="name") from None
