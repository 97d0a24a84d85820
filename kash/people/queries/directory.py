"""Reads of the directory of services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from kash.people.models import ServiceEntry, ServiceHours
from kash.people.rules.directory import SERVICE_KINDS, WEEK, found_by
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import one_or_404
from kash.policy import Actor

_MOST_WORDS = 8


@dataclass(frozen=True)
class ServiceSearch:
    """Search that narrows the directory.

    `open_at` is a minute of the week, as the programme's clocks show it. `hidden` asks for the
    entries that are no longer shown, and finds them for editors only.
    """

    text: str = ""
    area: str = ""
    kind: str = ""
    language: str = ""
    open_at: int | None = None
    hidden: bool = False

    def __bool__(self) -> bool:
        return bool(
            self.text or self.area or self.kind or self.language or self.open_at is not None
        )


@dataclass(frozen=True)
class ServiceChoice:
    """A service as a list to choose from shows it."""

    public_id: str
    name: str
    kind: str
    area: str
    phone: str


def _within_reach(actor: Actor) -> list[ColumnElement[bool]]:
    """Entries that are shown, to whoever may see the directory; all of them to editors."""
    if actor.may("directory.edit"):
        return []
    if actor.may("directory.see"):
        return [ServiceEntry.active.is_(True)]
    return [ServiceEntry.id.is_(None)]


def _open(minute: int) -> ColumnElement[bool]:
    """As `rules.open_at` decides."""
    return exists().where(
        ServiceHours.entry_id == ServiceEntry.id,
        or_(
            and_(ServiceHours.opens <= minute, ServiceHours.closes > minute),
            ServiceHours.closes > minute + WEEK,
        ),
    )


def _narrowed(actor: Actor, search: ServiceSearch) -> Select[Any]:
    statement = select(ServiceEntry).where(*_within_reach(actor))
    statement = statement.where(ServiceEntry.active.is_(not search.hidden))
    for word in found_by(search.text).split()[:_MOST_WORDS]:
        statement = statement.where(ServiceEntry.found_by.contains(word, autoescape=True))
    if search.text and not found_by(search.text):
        statement = statement.where(ServiceEntry.id.is_(None))
    if search.area:
        statement = statement.where(ServiceEntry.area == search.area)
    if search.kind in SERVICE_KINDS:
        statement = statement.where(ServiceEntry.kind == search.kind)
    if search.language:
        statement = statement.where(
            ServiceEntry.spoken.contains(f",{search.language},", autoescape=True)
        )
    if search.open_at is not None:
        statement = statement.where(_open(search.open_at))
    return statement.options(selectinload(ServiceEntry.hours))


def services_of_directory(actor: Actor, search: ServiceSearch) -> Listing[ServiceEntry]:
    """A page of the services in reach, each with its hours."""
    return listing(
        _narrowed(actor, search),
        sorts={
            "name": ServiceEntry.sort_name,
            "area": (func.lower(ServiceEntry.area), ServiceEntry.sort_name),
            "kind": (ServiceEntry.kind, ServiceEntry.sort_name),
            "checked": ServiceEntry.checked_on,
        },
        default_sort="name",
        key=ServiceEntry.id,
    )


def services_for_paper(
    actor: Actor, search: ServiceSearch, public_ids: Sequence[str] | None = None, most: int = 500
) -> list[ServiceEntry]:
    """All of them by area and name, at most `most`; only the chosen ones if any are given."""
    statement = _narrowed(actor, search)
    if public_ids is not None:
        statement = statement.where(ServiceEntry.public_id.in_(public_ids))
    ordered = statement.order_by(
        func.lower(ServiceEntry.area), ServiceEntry.sort_name, ServiceEntry.id
    )
    return list(db.session.scalars(ordered.limit(most)))


def service_entry(actor: Actor, public_id: str, permission: str = "directory.see") -> ServiceEntry:
    """One service, with its hours. Raises NotFound."""
    return one_or_404(
        db.session.scalar(
            select(ServiceEntry)
            .where(ServiceEntry.public_id == public_id, *_within_reach(actor))
            .options(selectinload(ServiceEntry.hours))
        )
        if actor.may(permission)
        else None
    )


def service_areas(actor: Actor) -> list[str]:
    """The areas in which there are services, in their order."""
    rows = db.session.scalars(
        select(ServiceEntry.area)
        .where(*_within_reach(actor), ServiceEntry.area != "")
        .group_by(ServiceEntry.area)
    )
    return sorted(rows, key=str.casefold)


def service_choices(
    actor: Actor, text: str = "", *, kinds: Sequence[str] = (), limit: int = 50
) -> list[ServiceChoice]:
    """Services that are shown, for rooms above that link to one by its public id; one query.

    `text` is searched in name, area and notes. A service that has been hidden since stays found
    by `service_entry` for editors; others read of it no more.
    """
    statement = _narrowed(actor, ServiceSearch(text=text)).order_by(
        ServiceEntry.sort_name, ServiceEntry.id
    )
    if kinds:
        statement = statement.where(ServiceEntry.kind.in_(kinds))
    rows = db.session.execute(
        statement.options()
        .with_only_columns(
            ServiceEntry.public_id,
            ServiceEntry.name,
            ServiceEntry.kind,
            ServiceEntry.area,
            ServiceEntry.phone,
        )
        .limit(limit)
    )
    return [ServiceChoice(*row) for row in rows]


def locked_service(session: Session, public_id: str) -> ServiceEntry:
    """An entry inside a write transaction, locked. Raises NotFound."""
    return one_or_404(
        session.scalar(
            select(ServiceEntry).where(ServiceEntry.public_id == public_id).with_for_update()
        )
    )
