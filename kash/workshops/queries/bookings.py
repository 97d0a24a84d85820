"""Workshops that book somebody who teaches, or a venue, on certain days."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, select

from kash.platform.database import db
from kash.workshops.models import Facilitator, Workshop

# Public id, title, first and last day.
BookedRow = tuple[str, str, date, date]


def _planned(first: date, last: date | None) -> Select[str, str, date, date]:
    statement = select(
        Workshop.public_id, Workshop.title, Workshop.starts_on, Workshop.ends_on
    ).where(Workshop.state == "planned", Workshop.ends_on >= first)
    return statement if last is None else statement.where(Workshop.starts_on <= last)


def taught_by(account_id: int, first: date, last: date | None) -> list[BookedRow]:
    """Planned workshops that an account teaches and that touch these days; without a last day they
    have no end."""
    return [
        (public_id, title, begins, ends)
        for public_id, title, begins, ends in db.session.execute(
            _planned(first, last)
            .join(Workshop.facilitators)
            .where(Facilitator.account_id == account_id)
        )
    ]


def held_at(venue_id: int, first: date, last: date | None) -> list[BookedRow]:
    """Planned workshops at a venue that touch these days; without a last day they have no end."""
    return [
        (public_id, title, begins, ends)
        for public_id, title, begins, ends in db.session.execute(
            _planned(first, last).where(Workshop.venue_id == venue_id)
        )
    ]
