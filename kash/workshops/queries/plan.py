"""The list of workshops, and one with its sessions, trainers, costs and courses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import Session, joinedload

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.attendance.rules.times import Stretch
from kash.people.models import Venue
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import FEWER_ROWS
from kash.policy import Actor, Reach, Role
from kash.training.deliveries import delivered_of
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.training.rules.delivered import minutes_to_plan
from kash.workshops.models import (
    Enrolment,
    Facilitator,
    Funder,
    Funding,
    Workshop,
    WorkshopSession,
)
from kash.workshops.queries.scope import is_run_by, run_by, visible_workshops
from kash.workshops.rules import Teaching

# Of more workshops of one's own than these it is only told that there are more.
_MOST_COUNTED = 100


def _confirmed() -> Any:
    return (
        select(func.count(Enrolment.id))
        .where(Enrolment.workshop_id == Workshop.id, Enrolment.state == "confirmed")
        .correlate(Workshop)
        .scalar_subquery()
    )


def workshop_list(
    actor: Actor, today: date, *, when: str, text: str = "", venue: str = "", mine: bool = False
) -> Listing[Any]:
    """Workshops as rows of public_id, title, starts_on, ends_on, state, capacity, venue, people.

    `when` is "upcoming" (with those running), "past", "cancelled" or "all".
    """
    within = visible_workshops(actor).with_only_columns(Workshop.id)
    statement: Select[Any] = select(
        Workshop.public_id,
        Workshop.title,
        Workshop.starts_on,
        Workshop.ends_on,
        Workshop.state,
        Workshop.capacity,
        Venue.name.label("venue"),
        _confirmed().label("people"),
    ).outerjoin(Venue, Venue.id == Workshop.venue_id)
    if actor.reach("workshops.see") not in (Reach.ALL, Reach.OWN):
        statement = statement.where(Workshop.id.in_(within))
    if when == "upcoming":
        statement = statement.where(Workshop.ends_on >= today, Workshop.state == "planned")
    elif when == "past":
        statement = statement.where(Workshop.ends_on < today, Workshop.state == "planned")
    elif when == "cancelled":
        statement = statement.where(Workshop.state == "cancelled")
    if text:
        statement = statement.where(Workshop.title.icontains(text[:160], autoescape=True))
    if venue:
        statement = statement.where(Venue.public_id == venue)
    if mine:
        statement = statement.where(Workshop.id.in_(run_by(actor)))
    return listing(
        statement,
        sorts={
            "date": Workshop.starts_on,
            "title": func.lower(Workshop.title),
            "venue": (func.coalesce(func.lower(Venue.name), ""), Workshop.starts_on),
        },
        default_sort="date",
        default_direction="asc" if when == "upcoming" else "desc",
        key=Workshop.id,
        per_page=FEWER_ROWS,
    )


def own_workshops_beside(workshop: Workshop, actor: Actor, text: str = "") -> Listing[Any]:
    """The other workshops that this actor runs and that were not cancelled, the latest first, as
    rows of public_id, title and starts_on; of those with a text in their title."""
    conditions = [is_run_by(actor), Workshop.state == "planned", Workshop.id != workshop.id]
    if text:
        conditions.append(Workshop.title.icontains(text, autoescape=True))
    rows: Any = select(Workshop.public_id, Workshop.title, Workshop.starts_on)
    return listing(
        rows.where(*conditions),
        sorts={"date": Workshop.starts_on},
        default_sort="date",
        default_direction="desc",
        key=Workshop.id,
        per_page=FEWER_ROWS,
        most_counted=_MOST_COUNTED,
    )


@dataclass(frozen=True)
class PlannedSession:
    """A session of a workshop with its slot, and how many are marked present in it."""

    public_id: str
    slot: str
    plan: str | None
    title: str
    starts_at: datetime
    minutes: int
    closed: bool
    marked: int
    present: int
    confirmed: bool
    taught: Stretch


def sessions_of(workshop: Workshop) -> list[PlannedSession]:
    """The sessions of a workshop in the order of time; one query."""
    listed = exists().where(
        RosterEntry.register_id == Slot.register_id,
        RosterEntry.person_id == Mark.person_id,
        RosterEntry.removed_at.is_(None),
    )
    counts = (
        select(
            Mark.slot_id,
            func.count(Mark.id).label("marked"),
            func.sum(case((MarkStatus.weight > 0, 1), else_=0)).label("present"),
        )
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .where(Slot.register_id == workshop.register_id, listed)
        .group_by(Mark.slot_id)
        .subquery()
    )
    rows: Sequence[Any] = db.session.execute(
        select(
            WorkshopSession.public_id,
            Slot.public_id,
            SessionPlan.public_id,
            WorkshopSession.title,
            Slot.starts_at,
            Slot.minutes,
            Slot.closed_at.is_not(None),
            func.coalesce(counts.c.marked, 0),
            func.coalesce(counts.c.present, 0),
            Slot.confirmed_at.is_not(None),
            Slot.began_at,
            Slot.ended_at,
        )
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .outerjoin(SessionPlan, SessionPlan.id == WorkshopSession.plan_id)
        .outerjoin(counts, counts.c.slot_id == Slot.id)
        .where(WorkshopSession.workshop_id == workshop.id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    return [PlannedSession(*(*row[:10], Stretch(*row[10:]))) for row in rows]


def session_of(workshop: Workshop, public_id: str) -> WorkshopSession:
    """A session with its slot, fetched through its workshop. Raises NotFound."""
    return one_or_404(
        db.session.scalars(
            select(WorkshopSession)
            .options(joinedload(WorkshopSession.slot), joinedload(WorkshopSession.plan))
            .where(
                WorkshopSession.workshop_id == workshop.id, WorkshopSession.public_id == public_id
            )
        ).first()
    )


@dataclass(frozen=True)
class FacilitatorName:
    """A facilitator as the page shows her."""

    public_id: str
    name: str
    lead: bool


def facilitators_of(workshop: Workshop) -> list[FacilitatorName]:
    """The facilitators, the lead first."""
    rows = db.session.execute(
        select(Account.public_id, Account.name, Facilitator.lead)
        .join(Account, Account.id == Facilitator.account_id)
        .where(Facilitator.workshop_id == workshop.id)
        .order_by(Facilitator.lead.desc(), Account.name, Account.id)
    )
    return [FacilitatorName(*row) for row in rows]


def funding_of(workshop: Workshop) -> list[Funding]:
    """Funders of a workshop, each with her share."""
    return list(
        db.session.scalars(
            select(Funding)
            .options(joinedload(Funding.funder))
            .where(Funding.workshop_id == workshop.id)
            .order_by(Funding.share.desc(), Funding.id)
        )
    )


def funder_names() -> list[str]:
    """All funders by name."""
    return list(
        db.session.scalars(select(Funder.name).order_by(func.lower(Funder.name)).limit(500))
    )


def venues() -> list[Venue]:
    """All venues by name."""
    return list(db.session.scalars(select(Venue).order_by(func.lower(Venue.name)).limit(1000)))


def trainers(found: Workshop | None = None) -> Sequence[Account]:
    """Accounts that may facilitate. Whoever is locked is asked for nothing new, but stays where she
    teaches already: `found` is the workshop that is changed."""
    teaching = [one.public_id for one in facilitators_of(found)] if found is not None else ()
    return accounts_with_role(Role.TRAINER, locked=teaching)


def published_versions() -> list[CourseVersion]:
    """Versions that can be taught: every published one, by title, the latest first."""
    return list(
        db.session.scalars(
            select(CourseVersion)
            .join(CourseVersion.course)
            .options(joinedload(CourseVersion.course))
            .where(CourseVersion.state == "published")
            .order_by(func.lower(Course.name), CourseVersion.number.desc())
            .limit(500)
        )
    )


def course_taught(version: str) -> int | None:
    """The key of the course of a published version; None if there is no such version."""
    return db.session.scalar(
        select(CourseVersion.course_id).where(
            CourseVersion.public_id == version, CourseVersion.state == "published"
        )
    )


def teachings_of(
    version_id: int, session: Session | None = None, *, as_delivered: bool = False
) -> list[tuple[SessionPlan, Teaching]]:
    """The session plans of a version in their order, each as a session that wants a place: as long
    as it is planned or, `as_delivered`, as it took the last times."""
    asking = session or db.session()
    plans = asking.scalars(
        select(SessionPlan)
        .join(SessionPlan.module)
        .where(Module.version_id == version_id)
        .order_by(Module.position, Module.id, SessionPlan.position, SessionPlan.id)
    ).all()
    took = delivered_of([plan.lineage for plan in plans], asking) if as_delivered else {}
    return [
        (
            plan,
            Teaching(
                plan.public_id,
                minutes_to_plan(plan.minutes, took.get(plan.lineage)),
                str(plan.module_id),
            ),
        )
        for plan in plans
    ]
