"""Services of the directory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from kash.people.models import ServiceEntry, ServiceHours
from kash.people.models.directory import kept_codes
from kash.people.queries.directory import locked_service
from kash.people.rules.directory import Stretch, found_by, overlap
from kash.people.rules.persons import is_a_name, sort_name
from kash.people.services.persons import NotAName
from kash.platform.database import new_public_id
from kash.platform.vault import audited, open_text, seal
from kash.platform.web import Problem
from kash.platform.web.errors import ChangedMeanwhile
from kash.policy import Actor

_SEALED = "service.address"


class HoursOverlap(Problem):
    """Two opening hours share a time."""

    field = "day_0"
    sentence = _l("Two of these opening hours overlap.")


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

    With `public_id`, the id that its form was opened with, sending twice adds one. Raises NotAName
    and HoursOverlap.
    """
    _refuse(details)
    with audited("directory.service_added", by) as change:
        session = change.session
        public_id = public_id or new_public_id()
        known = session.scalar(select(ServiceEntry.id).where(ServiceEntry.public_id == public_id))
        if known is not None:
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
    """Change a service. Raises NotFound, ChangedMeanwhile, NotAName and HoursOverlap."""
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
        raise NotAName
    if overlap(details.hours):
        raise HoursOverlap


def _write(entry: ServiceEntry, details: ServiceDetails) -> None:
    for name in (
        "name",
        "kind",
        "checked_on",
        "area",
        "card_name",
        "phone",
        "other_phone",
        "cost",
        "cost_note",
        "recommended_by",
        "notes",
        "active",
    ):
        setattr(entry, name, getattr(details, name))
    entry.sort_name = sort_name(details.name)
    entry.spoken = kept_codes(details.languages)
    entry.served = kept_codes(details.serves)
    _write_address(entry, details)
    _keep_found(entry)


def _keep_found(entry: ServiceEntry) -> None:
    entry.found_by = found_by(
        entry.name,
        entry.area,
        entry.address,
        entry.notes,
        entry.recommended_by,
        entry.phone,
        entry.other_phone,
    )


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
        ServiceHours(entry_id=entry.id, opens=each.opens, closes=each.closes) for each in hours
    )
