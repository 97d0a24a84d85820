"""Distance bands: the words by which rates know how far somebody comes, offered for venues.
Bookings: what features above hold on days on which somebody is away or a venue can't be had.
Absences as far as whoever asks may know: the days of all, and why of her own or of everybody.
Absences and blocks of venues on certain days, as a calendar shows them to whoever plans. Absences
and days on which venues can't be had, in the calendar: never why. Facts that planning asks for:
who is away, which venue can't be had, who teaches when, how far zones lie. Why somebody is away
stands in none of it: who sees that is decided in `absences`. Venues by what is asked of them, with
what only who plans may read; days on which one can't be had, and minutes between zones."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role
from kash.feature import Part, declared
from kash.people.models import Venue, Zone, codes
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
    found = [one for part in declared(Bookings) for one in part.of_account(account_id, first, last)]
    return sorted(found, key=lambda one: (one.first, one.title))


def bookings_of_venue(venue_id: int, first: date, last: date | None = None) -> list[Booked]:
    """Bookings of a venue on these days, in order."""
    found = [one for part in declared(Bookings) for one in part.of_venue(venue_id, first, last)]
    return sorted(found, key=lambda one: (one.first, one.title))


# Under what a note is sealed.
NOTE = "absence.note"


@dataclass(frozen=True)
class ShownAbsence:
    """An absence as somebody may see it: without a kind if why is not for her to know."""

    public_id: str
    account: str
    name: str
    first: date
    last: date
    kind: str
    note: str
    may_change: bool
    row_version: int


def may_write_of(actor: Actor, account_id: int) -> bool:
    """True if this actor may write when that account is away."""
    reach = actor.reach("absences.write")
    return reach is Reach.ALL or (reach is Reach.SELF and account_id == actor.account_id)


def absences_of_others(actor: Actor, day: date) -> Listing[ShownAbsence]:
    """Absences of others that end on this day or later, the next first, a page of them; two
    queries."""
    rows = listing(
        select(Absence)
        .join(Absence.account)
        .options(contains_eager(Absence.account))
        .where(Absence.last >= day, Account.active, Absence.account_id != (actor.account_id or 0)),
        sorts={"first": Absence.first},
        default_sort="first",
        key=Absence.id,
    )
    return rows.turned(lambda some: [_shown(actor, one) for one in some])


def own_absences(actor: Actor, day: date) -> list[ShownAbsence]:
    """Her own that end on this day or later, the next first."""
    return [
        _shown(actor, one)
        for one in db.session.scalars(
            select(Absence)
            .join(Absence.account)
            .options(contains_eager(Absence.account))
            .where(Absence.account_id == (actor.account_id or 0), Absence.last >= day)
            .order_by(Absence.first)
        )
    ]


def absence(actor: Actor, public_id: str) -> ShownAbsence:
    """An absence that this actor may change. Raises NotFound."""
    found = one_or_404(
        db.session.scalars(
            select(Absence)
            .join(Absence.account)
            .options(contains_eager(Absence.account))
            .where(Absence.public_id == public_id, Account.active)
        ).first()
    )
    if not may_write_of(actor, found.account_id):
        raise NotFound
    return _shown(actor, found)


def who_may_be_away(actor: Actor) -> list[tuple[str, str]]:
    """Public ids and names of the accounts whose absences this actor may write, herself first."""
    if actor.reach("absences.write") is not Reach.ALL:
        return []
    found = accounts_with_role(*map(Role, GRANTS["absences.write"]))
    hers = [one for one in found if one.id == actor.account_id]
    return [
        (one.public_id, one.name) for one in [*hers, *(one for one in found if one not in hers)]
    ]


def account_that_may_be_away(actor: Actor, public_id: str) -> Account:
    """An account of which this actor may say when it teaches and when it is away. Raises
    NotFound."""
    found = get_or_404(db.session, Account, public_id, Account.active)
    roles = {role.role for role in found.roles}
    if not may_write_of(actor, found.id) or not roles & {*map(str, GRANTS["absences.write"])}:
        raise NotFound
    return found


def said_teaching_days(account_id: int) -> TeachingDays | None:
    """Teaching days of an account; None if it said nothing."""
    return db.session.get(TeachingDays, account_id)


def _shown(actor: Actor, one: Absence) -> ShownAbsence:
    hers = one.account_id == actor.account_id
    knows = hers or actor.reach("absences.see") is Reach.ALL
    sealed = one.note_sealed if knows else None
    return ShownAbsence(
        public_id=one.public_id,
        account=one.account.public_id,
        name=one.account.name,
        first=one.first,
        last=one.last,
        kind=one.kind if knows else "",
        note=open_text(sealed, kind=NOTE, public_id=one.public_id) if sealed else "",
        may_change=may_write_of(actor, one.account_id),
        row_version=one.row_version,
    )


@dataclass(frozen=True)
class AbsenceInCalendar:
    """An absence, with the name of who is away and not why."""

    public_id: str
    name: str
    first: date
    last: date


@dataclass(frozen=True)
class BlockInCalendar:
    """Days on which a venue can't be had; all day unless times are there."""

    public_id: str
    venue_id: str
    venue: str
    first: date
    last: date
    starts_at: time | None
    ends_at: time | None


def absences_in_calendar(question: CalendarQuestion) -> list[AbsenceInCalendar]:
    """Absences on these days, of a trainer if the question is about one; one query. None for who
    sees no absences, nor where it is asked about a venue, a group or a funder."""
    asked = question.filters
    if not question.actor.may("absences.see") or asked.venue or asked.group or asked.funder:
        return []
    statement = (
        select(Absence.public_id, Account.name, Absence.first, Absence.last)
        .join(Absence.account)
        .where(Account.active, Absence.first <= question.last, Absence.last >= question.first)
        .order_by(Absence.first, Absence.id)
    )
    if asked.trainer:
        statement = statement.where(Account.public_id == asked.trainer)
    return [AbsenceInCalendar(*row) for row in db.session.execute(statement)]


def blocks_in_calendar(question: CalendarQuestion) -> list[BlockInCalendar]:
    """Blocks of venues on these days, of one venue if the question is about it; one query. None for
    whoever plans nothing, nor where it is asked about a trainer, a group or a funder."""
    asked = question.filters
    if not question.actor.may("venues.plan") or asked.trainer or asked.group or asked.funder:
        return []
    statement = (
        select(
            VenueBlock.public_id,
            Venue.public_id,
            Venue.name,
            VenueBlock.first,
            VenueBlock.last,
            VenueBlock.starts_at,
            VenueBlock.ends_at,
        )
        .join(VenueBlock.venue)
        .where(VenueBlock.first <= question.last, VenueBlock.last >= question.first)
        .order_by(VenueBlock.first, VenueBlock.id)
    )
    if asked.venue:
        statement = statement.where(Venue.public_id == asked.venue)
    return [BlockInCalendar(*row) for row in db.session.execute(statement)]


def _absences(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    return [
        CalendarEntry(
            f"absence-{one.public_id}",
            _("%(name)s is away", name=one.name),
            one.first,
            one.last,
            url=url_for("absences.index"),
        )
        for one in absences_in_calendar(question)
    ]


def _blocks(question: CalendarQuestion) -> Sequence[CalendarEntry]:
    return [
        CalendarEntry(
            f"block-{one.public_id}",
            _("%(venue)s can’t be had", venue=one.venue),
            one.first,
            one.last,
            one.starts_at,
            one.ends_at,
            url=url_for("venues.venue", public_id=one.venue_id),
        )
        for one in blocks_in_calendar(question)
    ]


CALENDAR = (
    CalendarSource("absence", _l("Absences"), _absences),
    CalendarSource("block", _l("Venues that can’t be had"), _blocks),
)


@dataclass(frozen=True)
class AbsenceSpan:
    """Days on which an account is away, both ends among them."""

    public_id: str
    account_id: int
    first: date
    last: date


@dataclass(frozen=True)
class BlockSpan:
    """Days on which a venue can't be had, both ends among them; all day unless times are there."""

    public_id: str
    venue_id: int
    first: date
    last: date
    starts_at: time | None
    ends_at: time | None
    reason: str


@dataclass(frozen=True)
class TeachingPattern:
    """Weekdays on which an account teaches (0 is Monday), and its most days of a month, if any."""

    weekdays: frozenset[int]
    most_days_a_month: int | None


def absences_between(first: date, last: date) -> list[AbsenceSpan]:
    """Absences that touch these days, of accounts that are in use, in order; one query."""
    return [
        AbsenceSpan(*row)
        for row in db.session.execute(
            select(Absence.public_id, Absence.account_id, Absence.first, Absence.last)
            .join(Absence.account)
            .where(Account.active, Absence.first <= last, Absence.last >= first)
            .order_by(Absence.first, Absence.id)
        )
    ]


def venue_blocks_between(first: date, last: date) -> list[BlockSpan]:
    """Blocks of venues that touch these days, in order; one query."""
    return [
        BlockSpan(*row)
        for row in db.session.execute(
            select(
                VenueBlock.public_id,
                VenueBlock.venue_id,
                VenueBlock.first,
                VenueBlock.last,
                VenueBlock.starts_at,
                VenueBlock.ends_at,
                VenueBlock.reason,
            )
            .where(VenueBlock.first <= last, VenueBlock.last >= first)
            .order_by(VenueBlock.first, VenueBlock.id)
        )
    ]


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
    """Minutes between zones by the keys of both: what was typed, and for zones with venues in use,
    and those whose keys are given, also what was typed for the areas in which they lie; three
    queries."""
    typed = {
        frozenset((one, other)): minutes
        for one, other, minutes in db.session.execute(
            select(ZoneTravel.one_zone_id, ZoneTravel.other_zone_id, ZoneTravel.minutes)
        )
    }
    if not typed:
        return {}
    zones = db.session.scalars(
        select(Venue.zone_id).where(Venue.active, Venue.zone_id.is_not(None)).distinct()
    ).all()
    lies_in: Sequence[tuple[int, int | None]] = db.session.execute(
        select(Zone.id, Zone.within_id)
    ).all()
    wanted = {zone for zone in zones if zone is not None} | set(also)
    return minutes_of_all(wanted, typed, dict(lies_in))


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
    return get_or_404(db.session, VenueBlock, public_id, VenueBlock.venue_id == venue.id)


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
