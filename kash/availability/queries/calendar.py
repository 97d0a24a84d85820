"""Absences and blocks of venues on certain days, as a calendar shows them to whoever plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select

from kash.accounts.models import Account
from kash.availability.models import Absence, VenueBlock
from kash.people.models import Venue
from kash.platform.database import db
from kash.platform.web.calendar_entries import CalendarQuestion


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
