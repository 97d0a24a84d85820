"""Moving a workshop as a whole: its days, the hour at which its days begin, where it is held.

Sessions move with it, and with them its register, sheets and pads, which have no times of their
own. What was marked, closed or confirmed stays where it is, and so does what has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.models import Venue
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.workshops.models import Workshop
from kash.workshops.rules import clocks_from
from kash.workshops.schedule_checks import without_new_clashes
from kash.workshops.services.answer_links import move_answer_links
from kash.workshops.services.errors import BegunBefore, DayPastMidnight, MovedIntoPast
from kash.workshops.services.planning import held_for_change
from kash.workshops.services.timetable import refuse_begun, refuse_outside, shift_sessions


@dataclass(frozen=True)
class WorkshopPlace:
    """Place of a workshop in time and space; `venue` by public id, empty if none is decided."""

    starts_on: date
    day_starts_at: time
    venue: str


@dataclass(frozen=True)
class MovedWorkshop:
    """A workshop that was moved: where it was, and the row version that it has now. The two are
    what moving it back takes. `stays` is True if it lay there already, and nothing was written."""

    title: str
    before: WorkshopPlace
    row_version: int
    stays: bool = False


def move_workshop(
    public_id: str,
    first: date,
    by: Actor,
    row_version: int,
    *,
    day_starts_at: time | None = None,
    venue: str | None = None,
) -> MovedWorkshop:
    """Move a workshop so that it begins on another day, as long as it is, its sessions with it.

    `day_starts_at` and `venue` (a public id, empty for none) stay as they are where they are None.
    Where it lies there already nothing changes. Raises NotFound, ChangedMeanwhile,
    WorkshopCancelled, RegisterBegun, MovedIntoPast, BegunBefore, DayPastMidnight and ScheduleClash.
    """
    with audited("workshops.workshop_moved", by) as change:
        workshop = held_for_change(change.session, public_id, row_version)
        before = moved(
            change.session, workshop, first, change.now, day_starts_at=day_starts_at, venue=venue
        )
        if before is None:
            change.nothing()
        change.about(workshop.public_id)
        return MovedWorkshop(
            workshop.title, before or place_of(workshop), workshop.row_version, before is None
        )


def place_of(workshop: Workshop) -> WorkshopPlace:
    """The place of a workshop in time and space."""
    return WorkshopPlace(
        workshop.starts_on,
        workshop.day_starts_at,
        workshop.venue.public_id if workshop.venue is not None else "",
    )


def moved(
    session: Session,
    workshop: Workshop,
    first: date,
    now: datetime,
    *,
    day_starts_at: time | None = None,
    venue: str | None = None,
) -> WorkshopPlace | None:
    """Move a workshop that this transaction holds; where it was before, None if it stays.

    Raises NotFound, RegisterBegun, MovedIntoPast, BegunBefore, DayPastMidnight and ScheduleClash.
    """
    before = place_of(workshop)
    begins = day_starts_at or before.day_starts_at
    wanted = WorkshopPlace(first, begins, before.venue if venue is None else venue)
    if wanted == before:
        return None
    today = to_local(now).date()
    if workshop.starts_on < today:
        raise BegunBefore
    if first < today:
        raise MovedIntoPast
    refuse_begun(session, workshop)
    clocks = clocks_from(workshop.day_starts_at, workshop.day_ends_at, begins)
    if clocks is None:
        raise DayPastMidnight
    by_days, later, ends = first - workshop.starts_on, *clocks
    with without_new_clashes(session, workshop):
        shift_sessions(session, workshop, by_days, now, later)
        workshop.starts_on, workshop.ends_on = first, workshop.ends_on + by_days
        workshop.day_starts_at, workshop.day_ends_at = begins, ends
        if later:
            refuse_outside(session, workshop, DayPastMidnight)
        if wanted.venue != before.venue:
            workshop.venue = _venue(session, wanted.venue)
    workshop.row_version += 1
    session.flush()
    move_answer_links(session, workshop)
    return before


def _venue(session: Session, public_id: str) -> Venue | None:
    if not public_id:
        return None
    return one_or_404(session.scalar(select(Venue).where(Venue.public_id == public_id)))
