"""Absences of the sample, days on which a hall cannot be had, and how far its areas lie."""

from __future__ import annotations

from datetime import date, time, timedelta

from sqlalchemy import select

from kash.availability.services.absences import (
    AbsenceDetails,
    TeachingDaysDetails,
    add_absence,
    say_teaching_days,
)
from kash.availability.services.venues import BlockDetails, add_block, type_minutes
from kash.demo.accounts import DIRECTOR, SECOND_TRAINER, TRAINER
from kash.demo.payouts import NEAR
from kash.people.models import Venue, Zone
from kash.people.services.places import VenueDetails, change_venue
from kash.platform.database import db, new_public_id
from kash.policy import Actor

_TRAVEL = (
    ("Kondele", "Market Milimani", 20),
    ("Kondele", "Nyalenda A", 25),
    ("Market Milimani", "Nyalenda A", 15),
)


def set_up_venues(actors: dict[str, Actor], areas: dict[str, str]) -> None:
    """Set up the venues that workshops named, and the minutes between areas."""
    by = actors[TRAINER.key]
    for number, venue in enumerate(db.session.scalars(select(Venue).order_by(Venue.id)).all()):
        change_venue(
            venue.public_id,
            VenueDetails(
                name=venue.name,
                place=venue.place,
                zone=next((areas[name] for name in areas if venue.place in name), ""),
                directions="From the main stage take the road to the lake; the second gate.",
                safe_for="All groups, by daylight" if number else "All groups",
                seats=40 - 10 * number,
                accessible=("toilet", "power") if number else ("step_free", "toilet", "stage"),
                band=NEAR,
                price_cents=450_000 - 100_000 * number,
                contact_name="Karani Mfano",
                contact_phone=f"+25471200078{number % 10}",
                safety_notes="Come by the gate behind the market; the road in front passes a post.",
            ),
            venue.row_version,
            by,
        )
    zones = {one.name: one.public_id for one in db.session.scalars(select(Zone))}
    for one, other, minutes in _TRAVEL:
        if one in zones and other in zones:
            type_minutes(zones[one], {zones[other]: minutes}, by=by)


def say_who_is_away(actors: dict[str, Actor], today: date) -> None:
    """Absences of the trainers and the director, and days on which a hall cannot be had."""
    trainer, second, director = (actors[one.key] for one in (TRAINER, SECOND_TRAINER, DIRECTOR))
    later = today - timedelta(days=today.weekday()) + timedelta(weeks=5)
    for by, details in (
        (trainer, AbsenceDetails(later, later + timedelta(days=4), note="My sister’s wedding")),
        (second, AbsenceDetails(later + timedelta(days=14), kind="training")),
        (director, AbsenceDetails(later + timedelta(days=7), later + timedelta(days=11))),
    ):
        add_absence(details, whose=by.public_id, key=new_public_id(), by=by)
    say_teaching_days(second.public_id, TeachingDaysDetails((0, 1, 2, 3), 8), 0, by=second)
    hall = db.session.scalars(select(Venue.public_id).order_by(Venue.id).limit(1)).one()
    for block in (
        BlockDetails(
            later + timedelta(days=6),
            reason="Church, all morning",
            starts_at=time(8),
            ends_at=time(13),
        ),
        BlockDetails(later + timedelta(days=21), later + timedelta(days=25), reason="Repairs"),
    ):
        add_block(hall, block, key=new_public_id(), by=trainer)
