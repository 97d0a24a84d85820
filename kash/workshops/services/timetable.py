"""Following a workshop that is moved. A room above that keeps days of it declares how they move
along, in the same transaction. Errors that stand in the way of changing a workshop, each with its
sentence. Sessions and their slots within the transaction of an action on the workshop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
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
    FundingFault,
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


def let_follow(session: Session, workshop: Workshop, moved: timedelta) -> None:
    """Let everything that keeps days of a workshop move along with it."""
    for part in declared(FollowsWorkshop):
        part.follow(session, workshop, moved)


# Clashes told at once to whoever may not save; the page lists all of them.
MOST_TOLD = 3


NOT_PUBLISHED = _l("Choose a published version of a course.")


class DoesNotFit(Problem):
    """The sessions need more days. `days` says how many; None if one is longer than a day."""

    field = "ends_on"

    def __init__(self, left_over: int, days: int | None) -> None:
        if days is None:
            sentence = _("One session is longer than a day. Lengthen the day.")
        else:
            sentence = _(
                "The sessions do not fit. Left over: %(count)s. Days needed: %(days)s.",
                count=left_over,
                days=days,
            )
        super().__init__(sentence)
        self.days = days


class SessionsOverlap(Problem):
    """A session lies across another."""

    field = "at"

    def __init__(self, title: str, begins: str, ends: str) -> None:
        super().__init__(
            _(
                "This overlaps “%(title)s”, %(begins)s to %(ends)s.",
                title=title,
                begins=begins,
                ends=ends,
            )
        )


class OutsideWorkshop(Problem):
    """A session lies on a day that the workshop doesn't have."""

    field = "day"
    sentence = _l("The session must lie wholly on the workshop's days.")


class SessionLeftOutside(OutsideWorkshop):
    """The workshop's own days were changed, and a session lies on none of them."""

    field = "ends_on"
    sentence = _l("A session lies outside these days. Lay the sessions out afresh.")


class RegisterBegun(Problem):
    """People were marked, so the times that were marked stay."""

    field = "starts_on"
    sentence = _l("People were marked already, so the sessions stay where they are.")


class SessionClosed(RegisterBegun):
    """The register of this one session is closed."""

    field = "at"
    sentence = _l("The register of this session is closed, so its time stays.")


class WorkshopCancelled(Problem):
    """Nothing is changed in a cancelled workshop."""

    sentence = _l("This workshop is cancelled. Undo that first.")


class ScheduleClash(Problem):
    """Something stands in the way that the programme doesn't let anybody plan."""

    field = ""

    def __init__(self, sentences: Sequence[str]) -> None:
        told = list(sentences)[:MOST_TOLD]
        more = len(sentences) - len(told)
        if more:
            told.append(ngettext("One more.", "%(num)s more.", more))
        super().__init__(" ".join([_("This cannot be saved."), *told]))


class SharesDoNotFit(Problem):
    """The funders' shares do not make a whole."""

    field = ""

    def __init__(self, fault: FundingFault) -> None:
        super().__init__(
            {
                FundingFault.SHARE: _("Each share is a whole number from 1 to 100."),
                FundingFault.TWICE: _("A funder stands here twice. Give each one line."),
                FundingFault.SUM: _("All shares together must make one hundred."),
            }[fault]
        )
        self.fault = fault


class MovedIntoPast(Problem):
    """Nothing is moved to a day that has passed."""

    field = "starts_on"
    sentence = _l("This day has passed. Choose today or a later day.")


class BegunBefore(Problem):
    """A workshop whose first day has passed is not moved as a whole."""

    field = "starts_on"
    sentence = _l(
        "The first day of this workshop has passed, so it stays in its place. If it did not take"
        " place, change its days on its own page."
    )


class DayPastMidnight(OutsideWorkshop):
    """A day that begins so late would end on the next."""

    field = "day_starts_at"
    sentence = _l("A day that begins so late would end after midnight.")


@dataclass(frozen=True)
class WantedSession:
    """A session to be made: the plan it follows, its title, and its place."""

    plan_id: int | None
    title: str
    place: Placed


def sessions_in_order(session: Session, workshop: Workshop) -> list[WorkshopSession]:
    """The sessions with their slots, in the order of time."""
    return list(
        session.scalars(
            select(WorkshopSession)
            .join(WorkshopSession.slot)
            .options(joinedload(WorkshopSession.slot), joinedload(WorkshopSession.plan))
            .where(WorkshopSession.workshop_id == workshop.id)
            .order_by(Slot.starts_at, Slot.id)
        )
    )


def place_sessions(session: Session, workshop: Workshop, wanted: Sequence[WantedSession]) -> None:
    """Make sessions with slots of their own."""
    for one in wanted:
        slot = Slot(
            public_id=new_public_id(),
            register_id=workshop.register_id,
            position=0,
            starts_at=from_local(one.place.day, one.place.starts_at),
            minutes=one.place.minutes,
        )
        session.add(
            WorkshopSession(
                workshop_id=workshop.id, slot=slot, plan_id=one.plan_id, title=one.title
            )
        )
    session.flush()
    number_slots(session, workshop.register_id)


def wanted_sessions(session: Session, source: Workshop, moved: timedelta) -> list[WantedSession]:
    """The sessions of a workshop as they would lie some days later, by local clocks."""
    found: list[WantedSession] = []
    for one in sessions_in_order(session, source):
        local = to_local(one.slot.starts_at)
        place = Placed(one.public_id, local.date() + moved, local.time(), one.slot.minutes)
        found.append(WantedSession(one.plan_id, one.title, place))
    return found


def refuse_begun(session: Session, workshop: Workshop) -> None:
    """Raise RegisterBegun if anybody was marked, or a slot is closed or was begun."""
    if session.scalar(
        select(
            exists()
            .where(Slot.register_id == workshop.register_id)
            .where(
                Slot.closed_at.is_not(None)
                | Slot.began_at.is_not(None)
                | exists().where(MarkOperation.slot_id == Slot.id)
            )
        )
    ):
        raise RegisterBegun


def shift_sessions(
    session: Session,
    workshop: Workshop,
    moved: timedelta,
    now: datetime,
    later: timedelta = timedelta(),
) -> None:
    """Move every session by whole days, and by so much `later` by the clocks, which stay else;
    printed sheets and whatever else keeps its days follow. Raises RegisterBegun."""
    refuse_begun(session, workshop)
    for one in sessions_in_order(session, workshop):
        there = to_local(one.slot.starts_at).replace(tzinfo=None) + moved + later
        move_slot(one.slot, from_local(there.date(), there.time()), one.slot.minutes, now)
    number_slots(session, workshop.register_id)
    if moved:
        move_sheets(session, workshop.register_id, moved)
        let_follow(session, workshop, moved)


def lay_anew(
    session: Session,
    workshop: Workshop,
    now: datetime,
    order: Sequence[WorkshopSession] | None = None,
    *,
    as_delivered: bool = False,
) -> None:
    """Lay the sessions into the days afresh, in their present order or another, as long as they are
    or, `as_delivered`, as their plans took the last times.

    Raises RegisterBegun and DoesNotFit.
    """
    refuse_begun(session, workshop)
    sessions = list(order) if order is not None else sessions_in_order(session, workshop)
    by_key = {one.public_id: one for one in sessions}
    lineages = [one.plan.lineage for one in sessions if one.plan] if as_delivered else []
    took = delivered_of(lineages, session)
    teachings = [
        Teaching(
            one.public_id,
            minutes_to_plan(one.slot.minutes, took.get(one.plan.lineage) if one.plan else None),
            str(one.plan.module_id) if one.plan else "",
        )
        for one in sessions
    ]
    timetable = lay_into_days(
        teachings,
        days_between(workshop.starts_on, workshop.ends_on),
        workshop.day_starts_at,
        workshop.day_ends_at,
    )
    if timetable.left_over:
        raise DoesNotFit(
            len(timetable.left_over),
            days_needed(teachings, workshop.day_starts_at, workshop.day_ends_at),
        )
    for place in timetable.placed:
        begins = from_local(place.day, place.starts_at)
        move_slot(by_key[place.key].slot, begins, place.minutes, now)
    number_slots(session, workshop.register_id)


def refuse_outside(
    session: Session, workshop: Workshop, problem: type[OutsideWorkshop] = OutsideWorkshop
) -> None:
    """Raise OutsideWorkshop, or what is given of its kind, if a session lies on a day that the
    workshop doesn't have."""
    session.flush()
    for one in sessions_in_order(session, workshop):
        day = to_local(one.slot.starts_at).date()
        last = to_local(_ends_at(one.slot)).date()
        if day < workshop.starts_on or max(day, last) > workshop.ends_on:
            raise problem


def refuse_overlap(session: Session, workshop: Workshop, wanted: Span) -> None:
    """Raise SessionsOverlap if another session lies across the wanted span."""
    sessions = sessions_in_order(session, workshop)
    other = overlap_with(
        wanted, [Span(one.public_id, one.slot.starts_at, one.slot.minutes) for one in sessions]
    )
    if other is not None:
        title = next(one.title for one in sessions if one.public_id == other.key)
        raise SessionsOverlap(title, time_text(other.starts_at), time_text(other.ends_at))


def _ends_at(slot: Slot) -> datetime:
    return slot.starts_at + timedelta(minutes=slot.minutes)
