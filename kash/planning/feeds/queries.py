"""Addresses of calendars, and what is read by them. Columns of the list of venues with calendars,
where it is taken away as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from kash.accounts.queries.accounts import actor_of
from kash.accounts.services.marks import token_hash
from kash.people.models import Venue
from kash.planning.feeds.models import CalendarAddress
from kash.platform.database import db
from kash.platform.messages.calendars import BusyTime, busy_feed, feed
from kash.platform.web.errors import NotFound, get_or_404, one_or_404
from kash.platform.web.formats import from_local, local_today, zone
from kash.platform.web.lists import Listing, listing
from kash.platform.web.parts import own_events
from kash.platform.web.programme import brand
from kash.platform.web.taking import TableColumn
from kash.policy import Actor
from kash.workshops.availability.queries import venue_blocks_between
from kash.workshops.queries.workshops import venue_busy_times

# What is over stays for a while, so that calendars don't lose last week at once.
_BEFORE = timedelta(days=60)
_AHEAD = timedelta(days=400)
_DAY = timedelta(days=1)


def calendar_behind(token: str) -> bytes:
    """The calendar of an address, in the language of its owner. Raises NotFound where there is
    none, it was ended, or the person who has it may not act now."""
    address = one_or_404(
        db.session.scalar(
            select(CalendarAddress).where(CalendarAddress.token_hash == token_hash(token))
        )
    )
    today = local_today()
    first, last = today - _BEFORE, today + _AHEAD
    if address.venue is not None:
        return _venue_calendar(address, address.venue, first, last)
    account = one_or_404(address.account)
    if not account.active or account.paused_at is not None:
        raise NotFound
    actor = actor_of(account)
    with force_locale(actor.language):
        return feed(brand(), own_events(actor, first, last), zone())


def _venue_calendar(address: CalendarAddress, venue: Venue, first: date, last: date) -> bytes:
    return busy_feed(
        venue.name,
        f"{address.public_id}@kash",
        _("Taken"),
        [*venue_busy_times(venue.id, first, last), *_blocked(venue.id, first, last)],
        zone(),
    )


def _blocked(venue_id: int, first: date, last: date) -> Iterator[BusyTime]:
    """When a venue can't be had from one day to another."""
    for block in venue_blocks_between(first, last):
        if block.venue_id != venue_id:
            continue
        day = max(block.first, first)
        while day <= min(block.last, last):
            if block.starts_at is not None and block.ends_at is not None:
                yield BusyTime(from_local(day, block.starts_at), from_local(day, block.ends_at))
            else:
                yield BusyTime(from_local(day, time()), from_local(day + _DAY, time()))
            day += _DAY


def own_address(actor: Actor) -> CalendarAddress | None:
    """The address of the actor's own calendar, if she made one."""
    return db.session.scalar(
        select(CalendarAddress).where(CalendarAddress.account_id == (actor.account_id or 0))
    )


def venue_named(public_id: str) -> Venue:
    """A venue. Raises NotFound."""
    return get_or_404(db.session, Venue, public_id)


def venues_with_addresses() -> Listing[Any]:
    """Venues in use, or out of use with an address, with when that
    was made, or None; by name."""
    statement: Select[*tuple[Any, ...]] = (
        select(Venue.public_id, Venue.name, Venue.place, CalendarAddress.made_at)
        .outerjoin(CalendarAddress, CalendarAddress.venue_id == Venue.id)
        .where(Venue.active.is_(True) | CalendarAddress.id.is_not(None))
    )
    return listing(
        statement, sorts={"name": func.lower(Venue.name)}, default_sort="name", key=Venue.id
    )


# Never the address: the person who has it reads the calendar.
VENUE_COLUMNS: Sequence[TableColumn[Any]] = (
    TableColumn(_l("Venue"), lambda row: row.name, "#loc+name"),
    TableColumn(_l("Place"), lambda row: row.place, "#loc+type+place"),
    TableColumn(_l("Address made"), lambda row: row.made_at, "#date+made"),
)
