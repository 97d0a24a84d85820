"""Workshops as bookings of whoever teaches them and of their venues."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import url_for

from kash.workshops.availability.queries import Booked, Bookings
from kash.workshops.queries.plan import BookedRow, held_at, taught_by


def _booked(rows: Sequence[BookedRow]) -> list[Booked]:
    return [
        Booked(title, first, last, url_for("workshops.workshop", public_id=public_id))
        for public_id, title, first, last in rows
    ]


def _of_account(account_id: int, first: date, last: date | None) -> Sequence[Booked]:
    return _booked(taught_by(account_id, first, last))


def _of_venue(venue_id: int, first: date, last: date | None) -> Sequence[Booked]:
    return _booked(held_at(venue_id, first, last))


BOOKINGS = Bookings(_of_account, _of_venue)
