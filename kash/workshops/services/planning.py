"""Planning a workshop, changing, copying, cancelling it, and sharing its costs. Saying which
courses somebody is to have had before another one. Moving a workshop as a whole: its days, the
hour at which its days begin, where it is held. Sessions move with it, and with them its register,
sheets and pads, which have no times of their own. What was marked, closed or confirmed stays where
it is, and so does what has passed. Taking back workshops that were planned by a proposal, as
though they had never been planned: only those that nobody touched since. What anybody did with one
stays, and it is said why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from kash.attendance.models import Register, Slot
from kash.attendance.register import new_register
from kash.people.models import Venue
from kash.platform.database import Base, new_public_id
from kash.platform.vault import audited
from kash.platform.web import NotFound
from kash.platform.web.errors import ChangedMeanwhile, Problem, get_or_404
from kash.platform.web.formats import to_local
from kash.policy import Actor
from kash.training.models import Course, CourseVersion
from kash.training.rules.courses import outline
from kash.training.services.courses import propose_outline
from kash.workshops.models import EarlierCourse, Enrolment, Facilitator, Workshop, WorkshopSession
from kash.workshops.queries.plan import teachings_of, trainers
from kash.workshops.rules import clocks_from
from kash.workshops.schedule_checks import refuse_clashes, without_new_clashes
from kash.workshops.services.seats import end_offers, move_answer_links, move_up
from kash.workshops.services.timetable import (
    LEFT_OUTSIDE,
    NOT_PUBLISHED,
    PAST_MIDNIGHT,
    WorkshopCancelled,
    laid_out,
    lay_anew,
    place_sessions,
    refuse_begun,
    refuse_outside,
    shift_sessions,
    wanted_sessions,
)


@dataclass(frozen=True)
class WorkshopDetails:
    """A workshop as entered; `venue`, `facilitators` and who is to `lead` by public id, a new venue
    by name. The lead teaches too; with nobody named the lead stays as it is.

    `as_delivered` lays its sessions out as long as they took the last times.
    """

    title: str
    starts_on: date
    ends_on: date
    day_starts_at: time = time(8, 30)
    day_ends_at: time = time(16, 30)
    venue: str = ""
    new_venue: str = ""
    new_venue_place: str = ""
    capacity: int | None = None
    facilitators: Sequence[str] = field(default=())
    lead: str = ""
    as_delivered: bool = False


@dataclass(frozen=True)
class NewCourse:
    """A course that is planned before it is written: its public title, and its sessions, a line
    each. A director publishes it at the latest with the first certificates."""

    course: str
    outline: str
    language: str


def held_workshop(session: Session, public_id: str, row_version: int | None = None) -> Workshop:
    """A workshop, held until the transaction ends.

    Raises NotFound, and ChangedMeanwhile if its row version is not the one that the page showed.
    """
    workshop = get_or_404(session, Workshop, public_id, lock=True)
    if row_version not in (None, workshop.row_version):
        raise ChangedMeanwhile
    return workshop


def held_for_change(session: Session, public_id: str, row_version: int | None = None) -> Workshop:
    """As `held_workshop`, and not cancelled. Raises WorkshopCancelled too."""
    workshop = held_workshop(session, public_id, row_version)
    if workshop.state == "cancelled":
        raise WorkshopCancelled
    return workshop


def plan_workshop(
    version: str | NewCourse, details: WorkshopDetails, by: Actor, *, public_id: str | None = None
) -> str:
    """Plan a workshop from a version that is published or waits to be, or from a new course, its
    sessions laid into the days.

    Who plans it leads it. The same `public_id` sent twice plans one workshop. Refused where its
    sessions do not fit or its schedule clashes; returns the public id.
    """
    with audited("workshops.workshop_planned", by) as change:
        session = change.session
        if public_id is not None and planned_before(session, public_id, by):
            change.nothing()
            return public_id
        if isinstance(version, NewCourse):
            sessions = outline(version.outline)
            version = propose_outline(
                change, version.course, sessions, version.language, by
            ).public_id
        workshop = planned(session, version, details, by, change.now, public_id=public_id)
        change.about(workshop.public_id)
        return workshop.public_id


def planned(
    session: Session,
    version: str,
    details: WorkshopDetails,
    by: Actor,
    now: datetime,
    *,
    public_id: str | None = None,
    with_planner: bool = True,
) -> Workshop:
    """Within another action: plan a workshop from a version that is no draft, its sessions laid
    into the days. `with_planner` lets the one who plans it teach it too. Refused where its sessions
    do not fit or its schedule clashes."""
    taught = session.scalars(
        select(CourseVersion).where(
            CourseVersion.public_id == version, CourseVersion.state != "draft"
        )
    ).first()
    if taught is None:
        raise Problem(NOT_PUBLISHED, field="version")
    workshop = Workshop(
        public_id=public_id or new_public_id(),
        version_id=taught.id,
        register_id=new_register(session, "workshop").id,
        created_by=by.public_id,
        created_at=now,
        row_version=1,
        state="planned",
    )
    set_details(session, workshop, details, taught.public_title)
    plans = teachings_of(taught.id, session, as_delivered=details.as_delivered)
    places = laid_out([teaching for _, teaching in plans], workshop)
    session.add(workshop)
    session.flush()
    set_facilitators(
        session, workshop, details.facilitators, by, details.lead, with_planner=with_planner
    )
    by_key = {plan.public_id: plan for plan, _ in plans}
    place_sessions(
        session,
        workshop,
        [(by_key[place.key].id, by_key[place.key].title, place) for place in places],
    )
    refuse_clashes(session, workshop)
    return workshop


def change_workshop(
    public_id: str, details: WorkshopDetails, row_version: int, by: Actor, *, anew: bool = False
) -> None:
    """Change a workshop. With its first day its sessions move too; `anew` lays them out afresh.

    Raises NotFound, ChangedMeanwhile and WorkshopCancelled; refused once people were marked, where
    sessions do not fit or are left outside, and where the schedule clashes.
    """
    with audited("workshops.workshop_changed", by) as change:
        session = change.session
        workshop = held_for_change(session, public_id, row_version)
        moved = details.starts_on - workshop.starts_on
        with without_new_clashes(session, workshop):
            set_details(session, workshop, details, workshop.title)
            set_facilitators(session, workshop, details.facilitators, by, details.lead)
            if anew:
                lay_anew(session, workshop, change.now)
            elif moved:
                shift_sessions(session, workshop, moved, change.now)
            refuse_outside(session, workshop, LEFT_OUTSIDE, "ends_on")
        move_answer_links(session, workshop)
        workshop.row_version += 1
        change.about(workshop.public_id, *move_up(session, workshop, change.now))


def duplicate_workshop(
    public_id: str, starts_on: date, by: Actor, *, copy_id: str | None = None
) -> str:
    """Plan the same workshop again from another day: same plan, nobody in it, no costs.

    Raises NotFound; refused where the schedule clashes; returns the new public id. The same
    `copy_id` sent twice makes one copy.
    """
    with audited("workshops.workshop_duplicated", by) as change:
        session = change.session
        if copy_id is not None and planned_before(session, copy_id, by):
            change.nothing()
            return copy_id
        source = held_workshop(session, public_id)
        workshop = copied(session, source, starts_on, by, change.now, public_id=copy_id)
        change.about(source.public_id, workshop.public_id)
        return workshop.public_id


def copied(
    session: Session,
    source: Workshop,
    starts_on: date,
    by: Actor,
    now: datetime,
    *,
    public_id: str | None = None,
) -> Workshop:
    """Within another action: plan a workshop again from another day, nobody in it, no costs.
    Refused where the schedule clashes."""
    moved: timedelta = starts_on - source.starts_on
    alike = "version_id title day_starts_at day_ends_at venue_id capacity"
    workshop = Workshop(
        public_id=public_id or new_public_id(),
        register_id=new_register(session, "workshop").id,
        starts_on=starts_on,
        ends_on=source.ends_on + moved,
        created_by=by.public_id,
        created_at=now,
        **{column: getattr(source, column) for column in alike.split()},
    )
    session.add(workshop)
    session.flush()
    teams = select(Facilitator.account_id).where(Facilitator.workshop_id == source.id)
    team = session.scalars(teams).all()
    chosen = [account.public_id for account in trainers() if account.id in team]
    set_facilitators(session, workshop, chosen, by)
    place_sessions(session, workshop, wanted_sessions(session, source, moved))
    refuse_clashes(session, workshop)
    return workshop


def cancel_workshop(public_id: str, reason: str, by: Actor) -> None:
    """Cancel a workshop; people, marks and plan stay as they are. Raises NotFound."""
    with audited("workshops.workshop_cancelled", by) as change:
        session = change.session
        workshop = held_workshop(session, public_id)
        if workshop.state == "cancelled":
            change.nothing()
        call_off(session, workshop, reason, change.now)
        change.about(workshop.public_id)


def call_off(session: Session, workshop: Workshop, reason: str, now: datetime) -> None:
    """Within another action: cancel a workshop that it holds. No seat of it is offered then."""
    if workshop.state != "cancelled":
        workshop.cancelled_at = now
        end_offers(session, workshop, now)
    workshop.state, workshop.cancelled_reason = "cancelled", reason
    workshop.row_version += 1


def restore_workshop(public_id: str, by: Actor) -> None:
    """Undo a cancelling. Raises NotFound; refused where the schedule clashes."""
    with audited("workshops.workshop_restored", by) as change:
        session = change.session
        workshop = held_workshop(session, public_id)
        if workshop.state == "planned":
            change.nothing()
        with without_new_clashes(session, workshop):
            take_up_again(workshop)
        change.about(workshop.public_id)


def take_up_again(workshop: Workshop) -> None:
    """Within another action: undo the cancelling of a workshop that it holds."""
    workshop.state, workshop.cancelled_reason = "planned", ""
    workshop.cancelled_at = None
    workshop.row_version += 1


def planned_before(session: Session, public_id: str, by: Actor) -> bool:
    """True if this actor made that workshop already. Raises NotFound if somebody else did."""
    maker = session.scalar(select(Workshop.created_by).where(Workshop.public_id == public_id))
    if maker is not None and maker != by.public_id:
        raise NotFound
    return maker is not None


def set_details(session: Session, workshop: Workshop, details: WorkshopDetails, title: str) -> None:
    """Within another action: set title, days, seats and venue."""
    workshop.title = details.title or title
    workshop.starts_on, workshop.ends_on = details.starts_on, details.ends_on
    workshop.day_starts_at, workshop.day_ends_at = details.day_starts_at, details.day_ends_at
    workshop.capacity = details.capacity
    workshop.venue_id = _venue_id(session, details)


def _venue_id(session: Session, details: WorkshopDetails) -> int | None:
    """The chosen venue's key; a new one is added unless there is one of that name."""
    if not details.new_venue:
        return _key_of_venue(session, details.venue)
    venue = session.scalars(
        select(Venue).where(func.lower(Venue.name) == func.lower(details.new_venue))
    ).first()
    if venue is None:
        venue = Venue(name=details.new_venue, place=details.new_venue_place)
        session.add(venue)
        session.flush()
    return venue.id


def _key_of_venue(session: Session, public_id: str) -> int | None:
    return get_or_404(session, Venue, public_id).id if public_id else None


def set_facilitators(
    session: Session,
    workshop: Workshop,
    chosen: Sequence[str],
    by: Actor,
    leads: str = "",
    *,
    with_planner: bool = True,
) -> None:
    """Set who teaches. With nobody named (`leads`) the lead stays; the first is the one who plans
    it, if she teaches it, else the first chosen."""
    may_teach = {account.public_id: account.id for account in trainers(workshop)}
    before = {
        facilitator.account_id: facilitator
        for facilitator in session.scalars(
            select(Facilitator).where(Facilitator.workshop_id == workshop.id)
        )
    }
    first = [by.public_id] if not before and with_planner else []
    named = dict.fromkeys([*first, *chosen, leads])
    wanted = [may_teach[name] for name in named if name in may_teach] or list(before)
    for account_id, facilitator in before.items():
        if account_id not in wanted:
            session.delete(facilitator)
    leading = [key for key in wanted if key in before and before[key].lead]
    lead = may_teach.get(leads) or next(iter([*leading, *wanted]), None)
    for account_id in wanted:
        facilitator = before.get(account_id) or Facilitator(
            workshop_id=workshop.id, account_id=account_id
        )
        session.add(facilitator)
        facilitator.lead = account_id == lead
    session.flush()


def set_earlier_courses(course: str, needs: Sequence[str], by: Actor) -> None:
    """Say which courses (public ids) those enrolled in one are to have had. Raises NotFound."""
    with audited("workshops.earlier_courses_set", by) as change:
        session = change.session
        about = get_or_404(session, Course, course, lock=True)
        needed = select(Course.id, Course.public_id).where(
            Course.public_id.in_(needs), Course.id != about.id
        )
        wanted = dict(session.execute(needed).all())
        if len(wanted) < len(set(needs)):
            raise NotFound
        asks = EarlierCourse.course_id == about.id
        before = set(session.scalars(select(EarlierCourse.needs_id).where(asks)))
        if before == set(wanted):
            change.nothing()
            return
        gone = EarlierCourse.needs_id.in_(before - set(wanted))
        session.execute(delete(EarlierCourse).where(asks, gone))
        session.add_all(
            EarlierCourse(public_id=new_public_id(), course_id=about.id, needs_id=key)
            for key in sorted(set(wanted) - before)
        )
        change.about(about.public_id, *sorted(wanted.values()))


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
    Where it lies there already nothing changes. Raises NotFound, ChangedMeanwhile and
    WorkshopCancelled, and refuses as `moved` does.
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

    Raises NotFound; refused once it began or people were marked, into the past, past midnight, and
    where the schedule clashes.
    """
    before = place_of(workshop)
    begins = day_starts_at or before.day_starts_at
    wanted = WorkshopPlace(first, begins, before.venue if venue is None else venue)
    if wanted == before:
        return None
    today = to_local(now).date()
    if workshop.starts_on < today:
        raise Problem(
            _l(
                "The first day of this workshop has passed, so it stays in its place. If it did not"
                " take place, change its days on its own page."
            ),
            field="starts_on",
        )
    if first < today:
        raise Problem(_l("This day has passed. Choose today or a later day."), field="starts_on")
    refuse_begun(session, workshop)
    clocks = clocks_from(workshop.day_starts_at, workshop.day_ends_at, begins)
    if clocks is None:
        raise Problem(PAST_MIDNIGHT, field="day_starts_at")
    by_days, later, ends = first - workshop.starts_on, *clocks
    with without_new_clashes(session, workshop):
        shift_sessions(session, workshop, by_days, now, later)
        workshop.starts_on, workshop.ends_on = first, workshop.ends_on + by_days
        workshop.day_starts_at, workshop.day_ends_at = begins, ends
        if later:
            refuse_outside(session, workshop, PAST_MIDNIGHT, "day_starts_at")
        if wanted.venue != before.venue:
            workshop.venue_id = _key_of_venue(session, wanted.venue)
    workshop.row_version += 1
    session.flush()
    move_answer_links(session, workshop)
    return before


class Touched(StrEnum):
    """Reasons for which a workshop is not taken back."""

    BEGUN = "begun"
    CANCELLED = "cancelled"
    CHANGED = "changed"
    PEOPLE = "people"
    USED = "used"


def touched(
    session: Session, workshops: Sequence[Workshop], today: date, beside: Iterable[str] = ()
) -> dict[int, Touched]:
    """Reasons for which these workshops (by key) stay where they are, each with the gravest;
    a workshop that nobody touched is not in it.

    Every foreign key of any table is asked, so that a room which a later version adds is asked
    too; `beside` are tables whose rows do not count. A query for each, however many workshops.
    """
    reasons: dict[int, Touched] = {}
    for workshop in workshops:
        if workshop.starts_on <= today:
            reasons[workshop.id] = Touched.BEGUN
        elif workshop.state == "cancelled":
            reasons[workshop.id] = Touched.CANCELLED
    keys = [workshop.id for workshop in workshops if workshop.id not in reasons]
    used = {
        key
        for statement in _references(keys, {*_OWN, *beside})
        for key in session.scalars(statement)
    }
    enrolled = select(Enrolment.workshop_id).where(Enrolment.workshop_id.in_(keys))
    with_people = set(session.scalars(enrolled))
    for workshop in workshops:
        if workshop.id in with_people:
            reasons.setdefault(workshop.id, Touched.PEOPLE)
        elif workshop.id in used:
            reasons.setdefault(workshop.id, Touched.USED)
        elif workshop.row_version != 1:
            reasons.setdefault(workshop.id, Touched.CHANGED)
    return reasons


# What planning makes with a workshop, and taking it back takes away.
_OWN = {table.__tablename__ for table in (Workshop, WorkshopSession, Facilitator, Register, Slot)}


def _references(workshops: Sequence[int], but: set[str]) -> Iterator[Select[int]]:
    """A select of the keys of these workshops for each foreign key that leads to them, to their
    registers, their slots or their sessions."""
    of_session = WorkshopSession.workshop_id == Workshop.id
    targets: Mapping[str, tuple[Any, Select[int]]] = {
        "workshop": (Workshop.id, select(Workshop.id)),
        "register": (Workshop.register_id, select(Workshop.id)),
        "slot": (Slot.id, select(Workshop.id).join(Slot, Slot.register_id == Workshop.register_id)),
        "workshop_session": (
            WorkshopSession.id,
            select(Workshop.id).join(WorkshopSession, of_session),
        ),
    }
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys if table.name not in but else ():
            target, path = targets.get(key.column.table.name, (None, None))
            if path is not None:
                joined = path.join(table, key.parent == target)
                yield joined.where(Workshop.id.in_(workshops)).distinct()


def take_away(session: Session, workshops: Sequence[int], registers: Sequence[int]) -> None:
    """Within another action: take workshops away that nobody touched (by key), with their sessions,
    teams and registers."""
    for column, keys in (
        (WorkshopSession.workshop_id, workshops),
        (Facilitator.workshop_id, workshops),
        (Workshop.id, workshops),
        (Slot.register_id, registers),
        (Register.id, registers),
    ):
        session.execute(delete(column.class_).where(column.in_(keys)))
