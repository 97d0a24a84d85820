"""Following a workshop that is moved. A room above that keeps days of it declares how they move
along, in the same transaction. Errors that stand in the way of changing a workshop, each with its
sentence. Sessions and their slots within the transaction of an action on the workshop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from kash.attendance.models import MarkOperation, Slot
from kash.attendance.register import move_sheets, move_slot, number_slots
from kash.feature import Part, declared
from kash.platform.database import new_public_id
from kash.platform.web.errors import Problem
from kash.platform.web.formats import from_local, time_text, to_local
from kash.training.queries import delivered_of
from kash.training.rules.versions import minutes_to_plan
from kash.workshops.models import Workshop, WorkshopSession
from kash.workshops.rules import (
    Placed,
    Span,
    Teaching,
    days_between,
    days_needed,
    lay_into_days,
    overlap_with,
)


@dataclass(frozen=True)
class FollowsWorkshop(Part):
    """A room that keeps days of a workshop; `follow` moves them by as much as its first day."""

    follow: Callable[[Session, Workshop, timedelta], None] = field()


NOT_PUBLISHED = _l("Choose a published version of a course.")
OUTSIDE = _l("The session must lie wholly on the workshop's days.")
# The workshop's own days were changed.
LEFT_OUTSIDE = _l("A session lies outside these days. Lay the sessions out afresh.")
PAST_MIDNIGHT = _l("A day that begins so late would end after midnight.")


class WorkshopCancelled(Problem):
    """Nothing is changed in a cancelled workshop."""

    sentence = _l("This workshop is cancelled. Undo that first.")


# A session to be made: the key of the plan it follows, its title, and its place.
WantedSession = tuple[int | None, str, Placed]


def sessions_in_order(session: Session, workshop: Workshop) -> Sequence[WorkshopSession]:
    """The sessions with their slots, in the order of time."""
    return session.scalars(
        select(WorkshopSession)
        .join(WorkshopSession.slot)
        .options(joinedload(WorkshopSession.slot), joinedload(WorkshopSession.plan))
        .where(WorkshopSession.workshop_id == workshop.id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()


def place_sessions(session: Session, workshop: Workshop, wanted: Iterable[WantedSession]) -> None:
    """Make sessions with slots of their own."""
    for plan_id, title, place in wanted:
        slot = Slot(
            public_id=new_public_id(),
            register_id=workshop.register_id,
            position=0,
            starts_at=from_local(place.day, place.starts_at),
            minutes=place.minutes,
        )
        session.add(
            WorkshopSession(workshop_id=workshop.id, slot=slot, plan_id=plan_id, title=title)
        )
    session.flush()
    number_slots(session, workshop.register_id)


def wanted_sessions(session: Session, source: Workshop, moved: timedelta) -> list[WantedSession]:
    """The sessions of a workshop as they would lie some days later, by local clocks."""
    return [
        (
            taught.plan_id,
            taught.title,
            Placed(taught.public_id, local.date() + moved, local.time(), taught.slot.minutes),
        )
        for taught in sessions_in_order(session, source)
        for local in [to_local(taught.slot.starts_at)]
    ]


def refuse_begun(session: Session, workshop: Workshop) -> None:
    """Refuse if anybody was marked, or a slot is closed or was begun."""
    begun = (
        exists()
        .where(Slot.register_id == workshop.register_id)
        .where(
            Slot.closed_at.is_not(None)
            | Slot.began_at.is_not(None)
            | exists().where(MarkOperation.slot_id == Slot.id)
        )
    )
    if session.scalar(select(begun)):
        raise Problem(
            _l("People were marked already, so the sessions stay where they are."),
            field="starts_on",
        )


def shift_sessions(
    session: Session,
    workshop: Workshop,
    moved: timedelta,
    now: datetime,
    later: timedelta = timedelta(),
) -> None:
    """Move every session by whole days, and by so much `later` by the clocks, which stay else;
    printed sheets and all that keeps its days follow. Refused once people were marked."""
    refuse_begun(session, workshop)
    for taught in sessions_in_order(session, workshop):
        there = to_local(taught.slot.starts_at).replace(tzinfo=None) + moved + later
        move_slot(taught.slot, from_local(there.date(), there.time()), taught.slot.minutes, now)
    number_slots(session, workshop.register_id)
    if moved:
        move_sheets(session, workshop.register_id, moved)
        for part in declared(FollowsWorkshop):
            part.follow(session, workshop, moved)


def lay_anew(
    session: Session,
    workshop: Workshop,
    now: datetime,
    order: Sequence[WorkshopSession] | None = None,
    *,
    as_delivered: bool = False,
) -> None:
    """Lay the sessions into the days afresh, in their present order or another, as long as they are
    or, `as_delivered`, as their plans took the last times. Refused once people were marked, and
    where they do not fit."""
    refuse_begun(session, workshop)
    sessions = order if order is not None else sessions_in_order(session, workshop)
    slots = {taught.public_id: taught.slot for taught in sessions}
    lineages = [taught.plan.lineage for taught in sessions if taught.plan] if as_delivered else []
    took = delivered_of(lineages, session)
    teachings = [
        Teaching(
            taught.public_id,
            minutes_to_plan(
                taught.slot.minutes, took.get(taught.plan.lineage) if taught.plan else None
            ),
            str(taught.plan.module_id) if taught.plan else "",
        )
        for taught in sessions
    ]
    for place in laid_out(teachings, workshop):
        begins = from_local(place.day, place.starts_at)
        move_slot(slots[place.key], begins, place.minutes, now)
    number_slots(session, workshop.register_id)


def laid_out(teachings: Sequence[Teaching], workshop: Workshop) -> Sequence[Placed]:
    """Sessions in their places on a workshop's days; refused where one is left over."""
    begins, ends = workshop.day_starts_at, workshop.day_ends_at
    timetable = lay_into_days(
        teachings, days_between(workshop.starts_on, workshop.ends_on), begins, ends
    )
    if timetable.left_over:
        days = days_needed(teachings, begins, ends)
        sentence = _("One session is longer than a day. Lengthen the day.")
        if days is not None:
            sentence = _(
                "The sessions do not fit. Left over: %(count)s. Days needed: %(days)s.",
                count=len(timetable.left_over),
                days=days,
            )
        raise Problem(sentence, field="ends_on")
    return timetable.placed


def refuse_outside(
    session: Session, workshop: Workshop, sentence: str = OUTSIDE, field: str = "day"
) -> None:
    """Refuse with this sentence, beside this field, if a session lies on a day that the workshop
    doesn't have."""
    session.flush()
    for taught in sessions_in_order(session, workshop):
        slot = taught.slot
        day = to_local(slot.starts_at).date()
        last = to_local(slot.starts_at + timedelta(minutes=slot.minutes)).date()
        if day < workshop.starts_on or max(day, last) > workshop.ends_on:
            raise Problem(sentence, field=field)


def refuse_overlap(session: Session, workshop: Workshop, wanted: Span) -> None:
    """Refuse if another session lies across the wanted span."""
    sessions = {taught.public_id: taught for taught in sessions_in_order(session, workshop)}
    other = overlap_with(
        wanted,
        [Span(key, taught.slot.starts_at, taught.slot.minutes) for key, taught in sessions.items()],
    )
    if other is not None:
        raise Problem(
            _(
                "This overlaps “%(title)s”, %(begins)s to %(ends)s.",
                title=sessions[other.key].title,
                begins=time_text(other.starts_at),
                ends=time_text(other.ends_at),
            ),
            field="at",
        )
