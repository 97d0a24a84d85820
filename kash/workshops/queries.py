"""What is asked about workshops: which ones, their plan and people, what is open and next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, false, func, or_, select
from sqlalchemy.orm import Session, joinedload

from kash.accounts.models import Account
from kash.accounts.queries import accounts_with_role
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.attendance.queries import Attended, attended
from kash.database import db
from kash.people.models import Group, Organisation, Person, Posting
from kash.people.queries import find_people
from kash.policy import Actor, Reach, Role
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.web import Forbidden, Listing, NotFound, listing
from kash.workshops.models import (
    Enrolment,
    Facilitator,
    Funder,
    Funding,
    Venue,
    Workshop,
    WorkshopSession,
)
from kash.workshops.rules import EnrolmentState, Teaching


def run_by(actor: Actor) -> Select[int]:
    """The ids of the workshops that this actor runs: made, or facilitates."""
    return select(Workshop.id).where(
        or_(
            Workshop.created_by == actor.public_id,
            exists().where(
                Facilitator.workshop_id == Workshop.id,
                Facilitator.account_id == (actor.account_id or 0),
            ),
        )
    )


def people_of(actor: Actor) -> Select[int]:
    """The ids of the people in the workshops that this actor runs."""
    return select(Enrolment.person_id).where(Enrolment.workshop_id.in_(run_by(actor)))


def visible_workshops(actor: Actor) -> Select[Workshop]:
    """The workshops that this actor may see at all: all, or those in which she is enrolled."""
    reach = actor.reach("workshops.see")
    statement = select(Workshop)
    if reach in (Reach.ALL, Reach.OWN):
        return statement
    if reach is Reach.SELF and actor.person_id is not None:
        return statement.where(
            Workshop.id.in_(
                select(Enrolment.workshop_id).where(Enrolment.person_id == actor.person_id)
            )
        )
    return statement.where(false())


def workshop(public_id: str, actor: Actor) -> Workshop:
    """A workshop that this actor may see, with what its head shows. Raises NotFound."""
    found = db.session.scalars(
        visible_workshops(actor)
        .where(Workshop.public_id == public_id)
        .options(
            joinedload(Workshop.venue),
            joinedload(Workshop.register),
            joinedload(Workshop.version).joinedload(CourseVersion.course),
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def workshop_with_people(public_id: str, actor: Actor, permission: str) -> Workshop:
    """A workshop of which this actor may see everybody. Raises NotFound and Forbidden."""
    found = workshop(public_id, actor)
    if actor.reach(permission) not in (Reach.ALL, Reach.OWN):
        raise Forbidden
    return found


def runs(actor: Actor, found: Workshop, permission: str) -> bool:
    """Whether this permission reaches the workshop for writing."""
    reach = actor.reach(permission)
    if reach is Reach.ALL:
        return True
    return reach is Reach.OWN and bool(
        db.session.scalar(run_by(actor).where(Workshop.id == found.id))
    )


def own_workshop(public_id: str, actor: Actor, permission: str) -> Workshop:
    """A workshop on which this actor may act. Raises NotFound and Forbidden."""
    found = workshop(public_id, actor)
    if not runs(actor, found, permission):
        raise Forbidden
    return found


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


def sessions_of(found: Workshop) -> list[PlannedSession]:
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
        .where(Slot.register_id == found.register_id, listed)
        .group_by(Mark.slot_id)
        .subquery()
    )
    rows = db.session.execute(
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
        )
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .outerjoin(SessionPlan, SessionPlan.id == WorkshopSession.plan_id)
        .outerjoin(counts, counts.c.slot_id == Slot.id)
        .where(WorkshopSession.workshop_id == found.id)
        .order_by(Slot.starts_at, Slot.id)
    )
    return [PlannedSession(*row) for row in rows]


def session_of(found: Workshop, public_id: str) -> WorkshopSession:
    """A session with its slot, fetched through its workshop. Raises NotFound."""
    row = db.session.scalars(
        select(WorkshopSession)
        .options(joinedload(WorkshopSession.slot), joinedload(WorkshopSession.plan))
        .where(WorkshopSession.workshop_id == found.id, WorkshopSession.public_id == public_id)
    ).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class FacilitatorName:
    """A facilitator as the page shows her."""

    public_id: str
    name: str
    lead: bool


def facilitators_of(found: Workshop) -> list[FacilitatorName]:
    """The facilitators, the lead first."""
    rows = db.session.execute(
        select(Account.public_id, Account.name, Facilitator.lead)
        .join(Account, Account.id == Facilitator.account_id)
        .where(Facilitator.workshop_id == found.id)
        .order_by(Facilitator.lead.desc(), Account.name, Account.id)
    )
    return [FacilitatorName(*row) for row in rows]


def funding_of(found: Workshop) -> list[Funding]:
    """Who pays which share."""
    return list(
        db.session.scalars(
            select(Funding)
            .options(joinedload(Funding.funder))
            .where(Funding.workshop_id == found.id)
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


def trainers() -> Sequence[Account]:
    """Accounts that may facilitate."""
    return accounts_with_role(Role.TRAINER)


def published_versions() -> list[CourseVersion]:
    """What can be taught: every published version, by title, the latest first."""
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


def teachings_of(
    version_id: int, session: Session | None = None
) -> list[tuple[SessionPlan, Teaching]]:
    """The session plans of a version in their order, each as a session that wants a place."""
    plans = (session or db.session()).scalars(
        select(SessionPlan)
        .join(SessionPlan.module)
        .where(Module.version_id == version_id)
        .order_by(Module.position, Module.id, SessionPlan.position, SessionPlan.id)
    )
    return [(plan, Teaching(plan.public_id, plan.minutes)) for plan in plans]


@dataclass(frozen=True)
class EnrolledPerson:
    """A person in a workshop, as the list of people shows her."""

    enrolment: str
    person: str
    name: str
    group: str
    letter: str
    station: str
    state: EnrolmentState
    walk_in: bool
    place_in_queue: int


def _station() -> Any:
    return (
        select(Organisation.name)
        .join(Posting, Posting.organisation_id == Organisation.id)
        .where(Posting.person_id == Person.id, Posting.until.is_(None))
        .order_by(Posting.since.desc(), Posting.id.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )


def people_in(found: Workshop, states: Sequence[EnrolmentState]) -> list[EnrolledPerson]:
    """Everybody whose enrolment is in one of these states: the queue in its order, else by name."""
    queue = func.row_number().over(
        partition_by=Enrolment.state, order_by=(Enrolment.queued_at, Enrolment.id)
    )
    rows = db.session.execute(
        select(
            Enrolment.public_id,
            Person.public_id,
            Person.chosen_name,
            Group.name,
            Group.letter,
            func.coalesce(_station(), ""),
            Enrolment.state,
            func.coalesce(RosterEntry.walk_in, False),
            queue,
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Group, Group.id == Person.group_id)
        .outerjoin(RosterEntry, RosterEntry.id == Enrolment.roster_entry_id)
        .where(
            Enrolment.workshop_id == found.id,
            Enrolment.state.in_([str(state) for state in states]),
        )
        .order_by(case((Enrolment.state == "waiting", queue), else_=0), Person.sort_name, Person.id)
    )
    return [
        EnrolledPerson(
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            row[5],
            EnrolmentState(row[6]),
            bool(row[7]),
            row[8],
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Headcount:
    """How many people stand how to a workshop; confirmed ones also by group name."""

    by_state: Mapping[EnrolmentState, int]
    by_group: Sequence[tuple[str, int]]

    @property
    def confirmed(self) -> int:
        """How many have a seat."""
        return self.by_state.get(EnrolmentState.CONFIRMED, 0)

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return self.by_state.get(EnrolmentState.WAITING, 0)


def headcount(found: Workshop) -> Headcount:
    """How many people stand how to a workshop; one query."""
    rows = db.session.execute(
        select(Enrolment.state, Group.name, func.count(Enrolment.id))
        .join(Person, Person.id == Enrolment.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(Enrolment.workshop_id == found.id)
        .group_by(Enrolment.state, Group.name, Group.position)
        .order_by(Group.position, Group.name)
    ).all()
    by_state: dict[EnrolmentState, int] = {}
    by_group: dict[str, int] = {}
    for state, group, count in rows:
        by_state[EnrolmentState(state)] = by_state.get(EnrolmentState(state), 0) + count
        if state == "confirmed":
            by_group[group] = by_group.get(group, 0) + count
    return Headcount(by_state, list(by_group.items()))


@dataclass(frozen=True)
class PersonToEnrol:
    """Someone found by name: who, and how she stands to this workshop already."""

    public_id: str
    name: str
    group: str
    station: str
    state: EnrolmentState | None


def people_to_enrol(found: Workshop, actor: Actor, text: str) -> list[PersonToEnrol]:
    """People found by name, with nothing but name, group and station."""
    candidates = find_people(actor, text)
    if not candidates:
        return []
    more = {
        row.public_id: row
        for row in db.session.execute(
            select(
                Person.public_id, func.coalesce(_station(), "").label("station"), Enrolment.state
            )
            .outerjoin(
                Enrolment,
                and_(Enrolment.person_id == Person.id, Enrolment.workshop_id == found.id),
            )
            .where(Person.public_id.in_([one.public_id for one in candidates]))
        )
    }
    return [
        PersonToEnrol(
            one.public_id,
            one.chosen_name,
            one.group_name,
            more[one.public_id].station,
            EnrolmentState(more[one.public_id].state) if more[one.public_id].state else None,
        )
        for one in candidates
    ]


@dataclass(frozen=True)
class OwnPart:
    """A person's own part in a workshop: how she stands to it and what she attended."""

    state: EnrolmentState
    attended: Attended | None


def own_part(found: Workshop, person_id: int) -> OwnPart:
    """One person's own enrolment and attendance. Raises NotFound."""
    state = db.session.scalar(
        select(Enrolment.state).where(
            Enrolment.workshop_id == found.id, Enrolment.person_id == person_id
        )
    )
    if state is None:
        raise NotFound
    mine = [one for one in attended(found.register_id) if one.person_id == person_id]
    return OwnPart(EnrolmentState(state), mine[0] if mine else None)


@dataclass(frozen=True)
class AttendanceRecord:
    """What a person of a workshop attended, in minutes weighted by the marks."""

    person: Person
    minutes: int
    total_minutes: int
    percentage: int


def attendance_record(found: Workshop, session: Session | None = None) -> list[AttendanceRecord]:
    """Everybody on the roster by name, with the person and her group, and what she attended."""
    asking = session or db.session()
    by_person = {one.person_id: one for one in attended(found.register_id, asking)}
    people = asking.scalars(
        select(Person)
        .join(RosterEntry, RosterEntry.person_id == Person.id)
        .options(joinedload(Person.group))
        .where(RosterEntry.register_id == found.register_id, RosterEntry.removed_at.is_(None))
        .order_by(Person.sort_name, Person.id)
    )
    return [
        AttendanceRecord(
            person,
            by_person[person.id].minutes,
            by_person[person.id].total_minutes,
            by_person[person.id].percentage,
        )
        for person in people
        if person.id in by_person
    ]


def workshops_of_trainer(actor: Actor) -> Select[Workshop]:
    """The workshops that this actor runs and that were not cancelled, by date."""
    return (
        select(Workshop)
        .where(Workshop.id.in_(run_by(actor)), Workshop.state == "planned")
        .order_by(Workshop.starts_on, Workshop.id)
    )


@dataclass(frozen=True)
class DueSession:
    """A session with what a list of things to do says of it."""

    workshop: str
    workshop_title: str
    session: str
    title: str
    starts_at: datetime
    minutes: int
    venue: str
    marked: bool


def _due(actor: Actor) -> Any:
    return (
        select(
            Workshop.public_id,
            Workshop.title,
            WorkshopSession.public_id,
            WorkshopSession.title,
            Slot.starts_at,
            Slot.minutes,
            func.coalesce(Venue.name, ""),
            exists().where(Mark.slot_id == Slot.id),
        )
        .join(WorkshopSession, WorkshopSession.slot_id == Slot.id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .outerjoin(Venue, Venue.id == Workshop.venue_id)
        .where(Workshop.id.in_(run_by(actor)), Workshop.state == "planned")
        .order_by(Slot.starts_at, Slot.id)
    )


def upcoming_sessions(actor: Actor, now: datetime, limit: int = 5) -> list[DueSession]:
    """The next sessions of the workshops that this actor runs, those of today's past left out."""
    rows = db.session.execute(
        _due(actor).where(Slot.closed_at.is_(None), Slot.starts_at >= now).limit(limit)
    )
    return [DueSession(*row) for row in rows]


def open_slots(actor: Actor, now: datetime, limit: int = 50) -> list[DueSession]:
    """Sessions that began and whose register is not closed, in workshops this actor runs."""
    rows = db.session.execute(
        _due(actor).where(Slot.closed_at.is_(None), Slot.starts_at < now).limit(limit)
    )
    return [DueSession(*row) for row in rows]


@dataclass(frozen=True)
class OwnWorkshop:
    """A workshop in which a person is or was enrolled."""

    public_id: str
    title: str
    starts_on: date
    ends_on: date
    state: str
    enrolment: EnrolmentState


def workshops_of_person(person_public_id: str) -> list[OwnWorkshop]:
    """The workshops of one person, latest first."""
    rows = db.session.execute(
        select(
            Workshop.public_id,
            Workshop.title,
            Workshop.starts_on,
            Workshop.ends_on,
            Workshop.state,
            Enrolment.state,
        )
        .join(Enrolment, Enrolment.workshop_id == Workshop.id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Person.public_id == person_public_id)
        .order_by(Workshop.starts_on.desc(), Workshop.id.desc())
        .limit(100)
    )
    return [OwnWorkshop(*row[:5], EnrolmentState(row[5])) for row in rows]
