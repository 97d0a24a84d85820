"""Stations of police, and the day from which a workshop had reached their officers."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, or_, select

from kash.indicators.models import Completion
from kash.people.models import Group, Organisation
from kash.platform.database import db

# So many officers of one station in one workshop reach it: one alone changes nobody's habits.
OFFICERS = 3


def stations_reached() -> list[tuple[str, str, str, date | None]]:
    """Each station as (public id, name, ward, day): the last day of the first workshop in which so
    many of its officers attended until they met the course; None of those not reached. Two
    queries."""
    held: dict[int, date] = {}
    together = (
        select(Completion.organisation_id, Completion.held_on)
        .join(Group, Group.id == Completion.group_id)
        .where(Completion.met, Group.is_police, Completion.organisation_id.is_not(None))
        .group_by(Completion.organisation_id, Completion.workshop_id, Completion.held_on)
        .having(func.count() >= OFFICERS)
    )
    for station, day in db.session.execute(together):
        if station is not None:
            held[station] = min(day, held.get(station, day))
    stations = db.session.execute(
        select(Organisation.id, Organisation.public_id, Organisation.name, Organisation.place)
        .outerjoin(Organisation.group)
        .where(
            Organisation.kind == "station", or_(Organisation.group_id.is_(None), Group.is_police)
        )
    )
    return [(public_id, name, ward, held.get(key)) for key, public_id, name, ward in stations]
