"""Facts that planning asks for: who is away, which venue can't be had, who teaches when, how far
zones lie.

Why somebody is away stands in none of it: who sees that is decided in `absences`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select

from kash.accounts.models import Account
from kash.availability.models import Absence, TeachingDays, VenueBlock, ZoneTravel
from kash.availability.rules.travel import minutes_of_all
from kash.people.models import Venue, Zone
from kash.platform.database import db


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
