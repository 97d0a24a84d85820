"""Days on which a venue can't be had, and minutes between zones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.availability.errors import EndsTooEarly, TimesGoTogether, TooManyBlocks
from kash.availability.models import VenueBlock, ZoneTravel
from kash.availability.rules.absences import AbsenceDays
from kash.availability.services.absences import refuse_days
from kash.people.models import Venue, Zone
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.policy import Actor

MOST_BLOCKS = 500


@dataclass(frozen=True)
class BlockDetails:
    """Days on which a venue can't be had, as entered. Without a last day it is one day; without
    times, the whole of each."""

    first: date
    last: date | None = None
    starts_at: time | None = None
    ends_at: time | None = None
    reason: str = ""

    @property
    def days(self) -> AbsenceDays:
        """Its days."""
        return AbsenceDays(self.first, self.last or self.first)


def add_block(venue: str, details: BlockDetails, *, key: str, by: Actor) -> str:
    """Say that a venue can't be had; the block's public id, which is `key`. The same key again
    changes nothing. Raises NotFound, EndsBeforeItStarts, LongerThanAYear, TooFarAway,
    TimesGoTogether, EndsTooEarly and TooManyBlocks."""
    refuse_days(details.days, local_today())
    if (details.starts_at is None) != (details.ends_at is None):
        raise TimesGoTogether
    if details.starts_at and details.ends_at and details.ends_at <= details.starts_at:
        raise EndsTooEarly
    with audited("venues.block_added", by) as change:
        session = change.session
        held = _locked(session, venue)
        there = session.scalar(select(VenueBlock).where(VenueBlock.public_id == key))
        if there is not None and there.venue_id == held.id:
            change.nothing()
            return key
        count = select(func.count(VenueBlock.id)).where(VenueBlock.venue_id == held.id)
        if (session.scalar(count) or 0) >= MOST_BLOCKS:
            raise TooManyBlocks
        added = VenueBlock(
            public_id=key,
            venue_id=held.id,
            first=details.days.first,
            last=details.days.last,
            starts_at=details.starts_at,
            ends_at=details.ends_at,
            reason=details.reason,
            written_by=by.public_id,
            written_at=change.now,
        )
        session.add(added)
        change.about(key, held.public_id)
        return key


def remove_block(venue: str, public_id: str, *, by: Actor) -> None:
    """Say that a venue can be had after all. Raises NotFound."""
    with audited("venues.block_removed", by) as change:
        session = change.session
        held = _locked(session, venue)
        found = one_or_404(
            session.scalar(
                select(VenueBlock).where(
                    VenueBlock.venue_id == held.id, VenueBlock.public_id == public_id
                )
            )
        )
        session.delete(found)
        change.about(public_id, held.public_id)


def type_minutes(zone: str, minutes: Mapping[str, int | None], *, by: Actor) -> None:
    """Type the minutes from a zone to others, by their public ids, the same both ways; None forgets
    what was typed. Zones that are not named stay as they are. Raises NotFound."""
    with audited("venues.minutes_typed", by) as change:
        session = change.session
        # One at a time: two who type the same way from both its ends must not make it twice.
        zones = {
            one.public_id: one
            for one in session.scalars(select(Zone).order_by(Zone.id).with_for_update())
        }
        here = one_or_404(zones.get(zone))
        typed = {
            (one.one_zone_id, one.other_zone_id): one for one in session.scalars(select(ZoneTravel))
        }
        changed = False
        for public_id, value in minutes.items():
            there = one_or_404(zones.get(public_id))
            if there is here:
                continue
            low, high = sorted((here.id, there.id))
            row = typed.get((low, high))
            if (row.minutes if row is not None else None) == value:
                continue
            changed = True
            if value is None:
                session.delete(row)
            elif row is None:
                session.add(ZoneTravel(one_zone_id=low, other_zone_id=high, minutes=value))
            else:
                row.minutes = value
        if not changed:
            change.nothing()
        change.about(here.public_id)


def _locked(session: Session, venue: str) -> Venue:
    return one_or_404(
        session.scalars(select(Venue).where(Venue.public_id == venue).with_for_update()).first()
    )
