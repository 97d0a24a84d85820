"""Reads of the directory of services. Groups and organisations. Zones, venues, and the spellings
of areas that are in use. Postings that hold now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.people.models import (
    Group,
    Organisation,
    Person,
    Posting,
    ServiceEntry,
    ServiceHours,
    Venue,
    Zone,
)
from kash.people.rules.directory import SERVICE_KINDS, WEEK, found_by
from kash.people.rules.persons import alike_area, tells_of_nobody
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import get_or_404, one_or_404
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


class ServiceChoice(NamedTuple):
    """A service as a list to choose from shows it."""

    public_id: str
    name: str
    kind: str
    area: str
    phone: str


def _within_reach(actor: Actor) -> list[ColumnElement[bool]]:
    """Entries that are shown, to the person who may see the directory; all of them to editors."""
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
    return [ServiceChoice(*entry) for entry in rows]


def locked_service(session: Session, public_id: str) -> ServiceEntry:
    """An entry inside a write transaction, locked. Raises NotFound."""
    return get_or_404(session, ServiceEntry, public_id, lock=True)


# Nobody needs to know at a glance how many more than these are at one station, and counting them
# would read everybody.
MOST_COUNTED = 250


def groups() -> Sequence[Group]:
    """All groups, in the programme's order."""
    return db.session.scalars(select(Group).order_by(Group.position, Group.letter)).all()


def organisations(kinds: Sequence[str] = ()) -> Sequence[Organisation]:
    """All organisations by name, of certain kinds if any are given."""
    statement = select(Organisation).order_by(Organisation.name)
    if kinds:
        statement = statement.where(Organisation.kind.in_(kinds))
    return db.session.scalars(statement).all()


def station_names() -> list[str]:
    """The names of all stations."""
    return list(db.session.scalars(select(Organisation.name).where(Organisation.kind == "station")))


def find_organisations(text: str, limit: int) -> Sequence[Organisation]:
    """Organisations by a part of their name or place, for the person who may find people; one
    query."""
    return db.session.scalars(
        select(Organisation)
        .where(
            or_(
                Organisation.name.icontains(text, autoescape=True),
                Organisation.place.icontains(text, autoescape=True),
            )
        )
        .order_by(func.lower(Organisation.name), Organisation.id)
        .limit(limit)
    ).all()


def organisation(public_id: str) -> Organisation:
    """One organisation. Raises NotFound."""
    return get_or_404(
        db.session, Organisation, public_id, options=(joinedload(Organisation.group),)
    )


def organisation_list(kind: str = "") -> Listing[Any]:
    """Organisations as rows of public_id, name, kind, place, group_name and people (posted now).

    Everyone with `people.find` may see how many people a station or collective has, not who. More
    than MOST_COUNTED are counted as one more than that; the list of people tells how many.
    """
    some = (
        select(Posting.organisation_id)
        .where(Posting.organisation_id == Organisation.id, Posting.is_open)
        .limit(MOST_COUNTED + 1)
        .correlate(Organisation)
        .subquery()
    )
    posted = select(func.count()).select_from(some).scalar_subquery().label("people")
    statement = select(
        Organisation.public_id,
        Organisation.name,
        Organisation.kind,
        Organisation.place,
        Group.name.label("group_name"),
        posted,
    ).outerjoin(Organisation.group)
    if kind:
        statement = statement.where(Organisation.kind == kind)
    return listing(
        statement,
        sorts={
            "name": func.lower(Organisation.name),
            "kind": (Organisation.kind, func.lower(Organisation.name)),
            "place": (func.lower(Organisation.place), func.lower(Organisation.name)),
            "people": posted,
        },
        default_sort="name",
        key=Organisation.id,
    )


# A person who adds more wants another way to choose than a list.
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
    return get_or_404(db.session, Zone, public_id)


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
    return get_or_404(db.session, Venue, public_id, options=(joinedload(Venue.zone),))


class Spelling(NamedTuple):
    """An area as it was typed: for how many people, organisations and venues, and the zone whose
    name is written nearly so."""

    text: str
    people: int
    organisations: int
    venues: int
    alike: str = ""


class Spellings(NamedTuple):
    """The spellings that may be shown, the most frequent first, and how many may not."""

    shown: Sequence[Spelling]
    hidden: int


def spellings() -> Spellings:
    """The areas that were typed and are no zone's name; four queries.

    A person who keeps the zones sees no participants: what could be somebody's address is only
    counted.
    """
    counts: dict[str, list[int]] = {}
    for place, rows in enumerate((_typed_by_people(), _typed_in(Organisation), _typed_in(Venue))):
        for text, number in db.session.execute(rows):
            counts.setdefault(text, [0, 0, 0])[place] = number
    areas = zone_names()
    typed = sorted(counts.items(), key=lambda spelling: (-sum(spelling[1]), spelling[0]))[:MOST]
    spelt = [
        Spelling(text, people, there, venues, alike_area(text, areas))
        for text, (people, there, venues) in typed
    ]
    shown = [
        spelling
        for spelling in spelt
        if tells_of_nobody(
            spelling.people, spelling.organisations + spelling.venues, spelling.alike
        )
    ]
    return Spellings(shown, len(spelt) - len(shown))


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


MOST_AT_ONCE = 500


class PostedPerson(NamedTuple):
    """Someone who may be moved, where she is now, her group's letter, and whether it is one of
    officers."""

    public_id: str
    name: str
    station: str
    letter: str = ""
    police: bool = False


def with_posting(statement: Any) -> Any:
    """A select of persons with their group and, as far as there is one, present organisation."""
    return (
        statement.join(Person.group)
        .outerjoin(Posting, and_(Posting.person_id == Person.id, Posting.is_open))
        .outerjoin(Organisation, Organisation.id == Posting.organisation_id)
    )


def _movable(actor: Actor, condition: ColumnElement[bool]) -> list[PostedPerson]:
    rows = db.session.execute(
        with_posting(
            select(
                Person.public_id,
                Person.chosen_name,
                Organisation.name,
                Group.letter,
                Group.is_police,
            )
        )
        .where(condition, within_reach(actor, "people.edit"))
        .order_by(Person.sort_name, Person.id)
        .limit(MOST_AT_ONCE)
    )
    return [PostedPerson(person[0], person[1], person[2] or "", *person[3:]) for person in rows]


def movable_people(actor: Actor, public_ids: Collection[str]) -> list[PostedPerson]:
    """Those of these people that the actor may move, by name."""
    return _movable(actor, Person.public_id.in_(public_ids))


def movable_from(actor: Actor, organisation: str) -> list[PostedPerson]:
    """The people of a station or collective that the actor may move, by name."""
    return _movable(actor, Organisation.public_id == organisation)
