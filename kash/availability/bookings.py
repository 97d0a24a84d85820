"""Bookings: what features above hold on days on which somebody is away or a venue can't be had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from kash.feature import Part, declared


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
