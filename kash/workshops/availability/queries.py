"""Distance bands: the words by which rates know how far somebody comes, offered for venues.
Bookings: what features above hold on days on which somebody is away or a venue can't be had.
Absences as far as the person who asks may know: the days of all, and why of her own or of
everybody. Absences and blocks of venues on certain days, as a calendar shows them to the planner.
Absences and days on which venues can't be had, in the calendar: never why. Facts that planning asks
for: who is away, which venue can't be had, who teaches when, how far zones lie. Why somebody is
away stands in none of it: who sees that is decided in `absences`. Venues by what is asked of them,
with what only who plans may read; days on which one can't be had, and minutes between zones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role
from kash.feature import Part, declared
from kash.people.models import Venue, Zone
from kash.people.queries.directory import VENUE_PHONE, VENUE_SAFETY
from kash.platform.database import db
from kash.platform.vault import open_text
from kash.platform.web.errors import NotFound, get_or_404, one_or_404
from kash.platform.web.lists import Listing, listing
from kash.platform.web.parts import CalendarEntry, CalendarQuestion, CalendarSource
from kash.policy import GRANTS, Actor, Reach, Role
from kash.workshops.availability.models import Absence, TeachingDays, VenueBlock, ZoneTravel
from kash.workshops.availability.rules import minutes_of_all


@dataclass(frozen=True)
class DistanceBands(Part):
    """Words of the bands that are in force."""

    words: Callable[[], Sequence[str]]


def band_words() -> list[str]:
    """The bands in force, in their order, each once."""
    return list(dict.fromkeys(word for part in declared(DistanceBands) for word in part.words()))


@dataclass(frozen=True)
class Booked:
    """Something that is held on the days from first to last, and the address of its page."""

    title: str
    first: date
    last: date
    url: str


@dataclass(frozen=True)
class Bookings(Part):
    """Bookings of a feature that touch days, in order: of an account that teaches, and of a venue,
    each by its key. The days go from the first to the last; without a last they have no end."""

    of_account: Callable[[int, date, date | None], Sequence[Booked]]
    of_venue: Callable[[int, date, date | None], Sequence[Booked]]


def bookings_of_account(account_id: int, first: date, last: date | None = None) -> list[Booked]:
    """Bookings of an account that teaches on these days, in order."""
    return _bookings(part.of_account(account_id, first, last) for part in declared(Bookings))


def _bookings(lists: Iterable[Sequence[Booked]]) -> list[Booked]:
    return sorted(chain.from_iterable(lists), key=lambda booked: (booked.first, booked.title))


def bookings_of_venue(venue_id: int, first: date, last: date | None = None) -> list[Booked]:
    """Bookings of a venue on these days, in order."""
    return _bookings(part.of_venue(venue_id, first, last) for part in declared(Bookings))


# Under what a note is sealed.
NOTE = "absence.note"


def may_write_of(actor: Actor, account_id: int) -> bool:
    """True if this actor may write when that account is away."""
    reach = actor.reach("absences.write")
    return reach is Reach.ALL or (reach is Reach.SELF and account_id == actor.account_id)


def absences_of_others(actor: Actor, day: date) -> Listing[dict[str, Any]]:
    """Absences of others that end on this day or later, the next first, a page of them; two
    queries."""
    rows = listing(
        _absences_of_accounts().where(
            Absence.last >= day, Account.active, Absence.account_id != (actor.account_id or 0)
        ),
        sorts={"first": Absence.first},
        default_sort="first",
        key=Absence.id,
    )
    return rows.turned(lambda some: [_shown(actor, absence) for absence in some])


def _absences_of_accounts() -> Select[Absence]:
    return select(Absence).join(Absence.account).options(contains_eager(Absence.account))


def own_absences(actor: Actor, day: date) -> list[dict[str, Any]]:
    """Her own that end on this day or later, the next first."""
    hers = _absences_of_accounts().where(
        Absence.account_id == (actor.account_id or 0), Absence.last >= day
    )
    return [_shown(actor, absence) for absence in db.session.scalars(hers.order_by(Absence.first))]


def absence(actor: Actor, public_id: str) -> dict[str, Any]:
    """An absence that this actor may change. Raises NotFound."""
    absence = one_or_404(
        db.session.scalars(
            _absences_of_accounts().where(Absence.public_id == public_id, Account.active)
        ).first()
    )
    if not may_write_of(actor, absence.account_id):
        raise NotFound
    return _shown(actor, absence)


def who_may_be_away(actor: Actor) -> list[tuple[str, str]]:
    """Public ids and names of the accounts whose absences this actor may write, herself first."""
    if actor.reach("absences.write") is not Reach.ALL:
        return []
    accounts = accounts_with_role(*map(Role, GRANTS["absences.write"]))
    return [
        (account.public_id, account.name)
        for account in sorted(accounts, key=lambda account: account.id != actor.account_id)
    ]


def account_that_may_be_away(actor: Actor, public_id: str) -> Account:
    """An account of which this actor may say when it teaches and when it is away. Raises
    NotFound."""
    account = get_or_404(db.session, Account, public_id, Account.active)
    roles = {role.role for role in account.roles}
    if not may_write_of(actor, account.id) or not roles & {*map(str, GRANTS["absences.write"])}:
        raise NotFound
    return account


def said_teaching_days(account_id: int) -> TeachingDays | None:
    """Teaching days of an account; None if it said nothing."""
    return db.session.get(TeachingDays, account_id)


def _shown(actor: Actor, absence: Absence) -> dict[str, Any]:
    """An absence as somebody may see it: without a kind if why is not for her to know."""
    hers = absence.account_id == actor.account_id
    knows = hers or actor.reach("absences.see") is Reach.ALL
    sealed = absence.note_sealed if knows else None
    return {
        "public_id": absence.public_id,
        "account": absence.account.public_id,
        "name": absence.account.name,
        "first": absence.first,
        "last": absence.last,
        "kind": absence.kind if knows else "",
        "note": open_text(sealed, kind=NOTE, public_id=absence.public_id) if sealed else "",
        "may_change": may_write_of(actor, absence.account_id),
        "row_version": absence.row_version,
    }


def _absences(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    """Absences on these days, of a trainer if the question is about one, with the name of the
    account and not why; one query. None for who sees no absences, nor where it is asked about a
    venue, a group or a funder."""
    asked = question.filters
    if not question.actor.may("absences.see") or asked.venue or asked.group or asked.funder:
        return []
    statement = _touching(Absence, question.first, question.last).where(Account.active)
    if asked.trainer:
        statement = statement.where(Account.public_id == asked.trainer)
    return [
        CalendarEntry(
            f"absence-{absence.public_id}",
            _("%(name)s is away", name=name),
            absence.first,
            absence.last,
            url=url_for("absences.index"),
        )
        for absence, name in db.session.execute(
            statement.join(Absence.account).add_columns(Account.name)
        )
    ]


def _touching(kind: type[Absence] | type[VenueBlock], first: date, last: date) -> Select[Any]:
    """Absences, or blocks of venues, that touch these days, in order."""
    return select(kind).where(kind.first <= last, kind.last >= first).order_by(kind.first, kind.id)


def _blocks(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    """Blocks of venues on these days, of one venue if the question is about it; one query. None for
    one who plans nothing, nor where it is asked about a trainer, a group or a funder."""
    asked = question.filters
    if not question.actor.may("venues.plan") or asked.trainer or asked.group or asked.funder:
        return []
    statement = _touching(VenueBlock, question.first, question.last)
    if asked.venue:
        statement = statement.where(Venue.public_id == asked.venue)
    return [
        CalendarEntry(
            f"block-{block.public_id}",
            _("%(venue)s can’t be had", venue=block.venue.name),
            block.first,
            block.last,
            block.starts_at,
            block.ends_at,
            url=url_for("venues.venue", public_id=block.venue.public_id),
        )
        for block in db.session.scalars(
            statement.join(VenueBlock.venue).options(contains_eager(VenueBlock.venue))
        )
    ]


CALENDAR = (
    CalendarSource("absence", _l("Absences"), _absences),
    CalendarSource("block", _l("Venues that can’t be had"), _blocks),
)


@dataclass(frozen=True)
class TeachingPattern:
    """Weekdays on which an account teaches (0 is Monday), and its most days of a month, if any."""

    weekdays: frozenset[int]
    most_days_a_month: int | None


def absences_between(first: date, last: date) -> Sequence[Any]:
    """Absences (public id, account's key, first and last day) that touch these days, of accounts
    that are in use, in order; one query."""
    return db.session.execute(
        _touching(Absence, first, last)
        .join(Absence.account)
        .where(Account.active)
        .with_only_columns(Absence.public_id, Absence.account_id, Absence.first, Absence.last)
    ).all()


def venue_blocks_between(first: date, last: date) -> Sequence[VenueBlock]:
    """Blocks of venues that touch these days, in order; one query."""
    return db.session.scalars(_touching(VenueBlock, first, last)).all()


def teaching_days() -> dict[int, TeachingPattern]:
    """Teaching days of those who said them, by the key of the account; one query."""
    return {
        account_id: TeachingPattern(frozenset(weekdays), most)
        for account_id, weekdays, most in db.session.execute(
            select(
                TeachingDays.account_id, TeachingDays.weekdays, TeachingDays.most_days_a_month
            ).where(TeachingDays.account_id.in_(select(Account.id).where(Account.active)))
        )
    }


def travel_minutes(also: Collection[int] = ()) -> dict[frozenset[int], int]:
    """Minutes between zones by the keys of both, for zones with venues in use and those whose keys
    are given; three queries."""
    typed = dict(db.session.execute(select(ZoneTravel.zone_id, ZoneTravel.minutes)).all())
    if not typed:
        return {}
    zones = db.session.scalars(
        select(Venue.zone_id).where(Venue.active, Venue.zone_id.is_not(None)).distinct()
    ).all()
    within = dict(db.session.execute(select(Zone.id, Zone.within_id)).all())
    wanted = {zone for zone in zones if zone is not None} | set(also)
    return minutes_of_all(wanted, typed, within)


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


def venues_found(actor: Actor, search: VenueSearch) -> Listing[Venue]:
    """A page of the venues that fit, by name; what only who plans reads is searched by nobody
    else. Two queries."""
    statement = (
        select(Venue).options(joinedload(Venue.zone)).where(Venue.active.is_(not search.closed))
    )
    if search.text:
        columns = [Venue.name, Venue.place, Venue.directions]
        if actor.may("venues.plan"):
            columns += [Venue.contact_name, Venue.safe_for]
        statement = statement.where(
            or_(*(column.icontains(search.text, autoescape=True) for column in columns))
        )
    if search.zone:
        zone = Zone.public_id == search.zone
        within = select(Zone.id).where(or_(zone, Zone.within_id.in_(select(Zone.id).where(zone))))
        statement = statement.where(Venue.zone_id.in_(within))
    if search.accessible:
        statement = statement.where(Venue.accessible.contains(f",{search.accessible},"))
    if search.seats:
        statement = statement.where(Venue.seats >= search.seats)
    return listing(
        statement,
        sorts={"name": func.lower(Venue.name), "seats": Venue.seats},
        default_sort="name",
        key=Venue.id,
    )


def planning_of(actor: Actor, venue: Venue) -> dict[str, Any] | None:
    """Facts of a venue that only who plans reads; None for everybody else."""
    if not actor.may("venues.plan"):
        return None
    return {
        "contact_name": venue.contact_name,
        "contact_phone": _opened(venue.contact_phone_sealed, VENUE_PHONE, venue),
        "price_cents": venue.price_cents,
        "band": venue.band,
        "safe_for": venue.safe_for,
        "safety_notes": _opened(venue.safety_sealed, VENUE_SAFETY, venue),
    }


def zones_of_venues() -> Sequence[Any]:
    """Zones in use between which people travel (public id, name, minutes): those with venues in
    use, those for which minutes were typed, and wider areas; by name."""
    of_venues = select(Venue.zone_id).where(Venue.active, Venue.zone_id.is_not(None))
    return db.session.execute(
        select(Zone.public_id, Zone.name, ZoneTravel.minutes)
        .outerjoin(ZoneTravel, ZoneTravel.zone_id == Zone.id)
        .where(
            Zone.active,
            or_(Zone.kind == "sub_county", Zone.id.in_(of_venues), ZoneTravel.minutes.is_not(None)),
        )
        .order_by(func.lower(Zone.name), Zone.id)
        .limit(MOST_ZONES)
    ).all()


def minutes_to(zone: Zone) -> int | None:
    """Minutes to a zone from others as they were typed; None if they were not."""
    return db.session.scalar(select(ZoneTravel.minutes).where(ZoneTravel.zone_id == zone.id))


def _opened(sealed: bytes | None, kind: str, venue: Venue) -> str:
    return open_text(sealed, kind=kind, public_id=venue.public_id) if sealed else ""
