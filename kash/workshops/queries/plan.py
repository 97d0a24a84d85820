"""The list of workshops, and one with its sessions, trainers, costs and courses. Workshops that
book somebody who teaches, or a venue, on certain days. Workshops and their sessions that lie on
certain days, as the calendar shows them. Shares of a course's hours that people attended,
whichever of its workshops it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, String, case, cast, exists, func, literal, null, or_, select
from sqlalchemy.orm import Session, joinedload

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role
from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.people.models import Group, Person, Venue
from kash.platform.database import db, utc_now
from kash.platform.web import Listing, listing
from kash.platform.web.errors import get_or_404
from kash.platform.web.lists import FEWER_ROWS
from kash.platform.web.parts import CalendarQuestion
from kash.policy import Actor, Reach, Role
from kash.training.models import Course, CourseVersion, Module, SessionPlan
from kash.training.queries import delivered_of
from kash.training.rules.versions import minutes_to_plan
from kash.workshops.models import Enrolment, Facilitator, Funder, Funding, Workshop, WorkshopSession
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


def sessions_of(workshop: Workshop) -> Sequence[Any]:
    """The sessions of a workshop in the order of time, each with its slot (public id) and its plan,
    and how many are marked and present in it; one query."""
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
    return db.session.execute(
        select(
            WorkshopSession.public_id,
            Slot.public_id.label("slot"),
            SessionPlan.public_id.label("plan"),
            WorkshopSession.title,
            Slot.starts_at,
            Slot.minutes,
            Slot.closed_at.is_not(None).label("closed"),
            func.coalesce(counts.c.marked, 0).label("marked"),
            func.coalesce(counts.c.present, 0).label("present"),
            Slot.confirmed_at.is_not(None).label("confirmed"),
            Slot.began_at,
            Slot.ended_at,
        )
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .outerjoin(SessionPlan, SessionPlan.id == WorkshopSession.plan_id)
        .outerjoin(counts, counts.c.slot_id == Slot.id)
        .where(WorkshopSession.workshop_id == workshop.id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()


def session_of(workshop: Workshop, public_id: str) -> WorkshopSession:
    """A session with its slot, fetched through its workshop. Raises NotFound."""
    return get_or_404(
        db.session,
        WorkshopSession,
        public_id,
        WorkshopSession.workshop_id == workshop.id,
        options=(joinedload(WorkshopSession.slot), joinedload(WorkshopSession.plan)),
    )


def facilitators_of(workshop: Workshop) -> Sequence[Any]:
    """The facilitators (public id, name, lead), the lead first."""
    return db.session.execute(
        select(Account.public_id, Account.name, Facilitator.lead)
        .join(Account, Account.id == Facilitator.account_id)
        .where(Facilitator.workshop_id == workshop.id)
        .order_by(Facilitator.lead.desc(), Account.name, Account.id)
    ).all()


def funding_of(workshop: Workshop) -> Sequence[Funding]:
    """Funders of a workshop, each with her share."""
    return db.session.scalars(
        select(Funding)
        .options(joinedload(Funding.funder))
        .where(Funding.workshop_id == workshop.id)
        .order_by(Funding.share.desc(), Funding.id)
    ).all()


def funder_names() -> Sequence[str]:
    """All funders by name."""
    return db.session.scalars(
        select(Funder.name).order_by(func.lower(Funder.name)).limit(500)
    ).all()


def venues() -> Sequence[Venue]:
    """All venues by name."""
    return db.session.scalars(select(Venue).order_by(func.lower(Venue.name)).limit(1000)).all()


def trainers(workshop: Workshop | None = None) -> Sequence[Account]:
    """Accounts that may facilitate. One that is locked is asked for nothing new, but stays where
    it teaches already: in the workshop that is changed."""
    teaching = [row.public_id for row in facilitators_of(workshop)] if workshop is not None else ()
    return accounts_with_role(Role.TRAINER, locked=teaching)


def teachable_versions() -> Sequence[CourseVersion]:
    """Versions that a workshop can be planned from, published or waiting to be, by title, the
    latest first."""
    return db.session.scalars(
        select(CourseVersion)
        .join(CourseVersion.course)
        .options(joinedload(CourseVersion.course))
        .where(CourseVersion.state != "draft")
        .order_by(func.lower(Course.name), CourseVersion.number.desc())
        .limit(500)
    ).all()


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


def booked(first: date, last: date | None) -> Select[str, str, date, date]:
    """Planned workshops that touch these days, as rows of public id, title, first and last day;
    without a last day they have no end."""
    statement = select(
        Workshop.public_id, Workshop.title, Workshop.starts_on, Workshop.ends_on
    ).where(Workshop.state == "planned", Workshop.ends_on >= first)
    return statement if last is None else statement.where(Workshop.starts_on <= last)


# The states of an enrolment in which a workshop is still something to her.
COMING = ("invited", "confirmed", "waiting")


def calendar_workshops(question: CalendarQuestion) -> list[dict[str, Any]]:
    """The workshops of these days that the actor sees, with who teaches each (`trainers`) where she
    sees everybody's. `runs` is True if she runs it, `own` the state of her own enrolment, None for
    those who see everybody's. At most two queries."""
    actor = question.actor
    sees_all = _sees_all(actor)
    is_run: Any = Workshop.id.in_(run_by(actor)) if actor.may("workshops.edit") else literal(False)
    rows = db.session.execute(
        _seen(question)
        .with_only_columns(
            Workshop.id,
            Workshop.public_id,
            Workshop.title,
            Workshop.starts_on,
            Workshop.ends_on,
            Workshop.day_starts_at,
            Workshop.day_ends_at,
            Workshop.state,
            Workshop.row_version,
            func.coalesce(Venue.name, "").label("venue"),
            is_run.label("runs"),
            (null() if sees_all else Enrolment.state).label("own"),
        )
        .outerjoin(Venue, Venue.id == Workshop.venue_id)
        .order_by(Workshop.starts_on, Workshop.day_starts_at, Workshop.id)
    ).all()
    teaching: dict[int, list[str]] = defaultdict(list)
    if sees_all:
        for workshop_id, name in db.session.execute(
            select(Facilitator.workshop_id, Account.name)
            .join(Account, Account.id == Facilitator.account_id)
            .where(Facilitator.workshop_id.in_([row.id for row in rows]))
            .order_by(Facilitator.lead.desc(), Account.name, Account.id)
        ):
            teaching[workshop_id].append(name)
    return [{**row._mapping, "trainers": teaching.get(row.id, [])} for row in rows]


def _sees_all(actor: Actor) -> bool:
    return actor.reach("workshops.see") in (Reach.ALL, Reach.OWN)


def _seen(question: CalendarQuestion) -> Select[Any]:
    """The workshops of the days: all that fit the filters, or those in which the actor is to be."""
    statement = select(Workshop).where(
        Workshop.starts_on <= question.last, Workshop.ends_on >= question.first
    )
    if not _sees_all(question.actor):
        return statement.join(Enrolment, Enrolment.workshop_id == Workshop.id).where(
            Enrolment.person_id == (question.actor.person_id or 0),
            Enrolment.state.in_(COMING),
            literal(question.actor.reach("workshops.see") is Reach.SELF),
        )
    filters = question.filters
    if filters.trainer:
        teaches = exists().where(
            Facilitator.workshop_id == Workshop.id, Facilitator.account_id == Account.id
        )
        statement = statement.where(teaches.where(Account.public_id == filters.trainer))
    if filters.venue:
        statement = statement.where(
            Workshop.venue_id.in_(select(Venue.id).where(Venue.public_id == filters.venue))
        )
    if filters.group:
        statement = statement.where(
            Workshop.id.in_(
                select(Enrolment.workshop_id)
                .join(Person, Person.id == Enrolment.person_id)
                .join(Group, Group.id == Person.group_id)
                .where(Enrolment.state.in_(COMING), Group.public_id == filters.group)
            )
        )
    if filters.funder:
        pays = exists().where(Funding.workshop_id == Workshop.id, Funding.funder_id == Funder.id)
        statement = statement.where(pays.where(Funder.public_id == filters.funder))
    return statement


def calendar_sessions(
    question: CalendarQuestion, begins: datetime, ends: datetime
) -> Sequence[Any]:
    """The sessions that begin within a time, of those workshops that are not cancelled, each with
    its workshop (public id); one query."""
    workshops = _seen(question).where(Workshop.state == "planned").with_only_columns(Workshop.id)
    return db.session.execute(
        select(
            WorkshopSession.public_id,
            Workshop.public_id.label("workshop"),
            WorkshopSession.title,
            Slot.starts_at,
            Slot.minutes,
        )
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .where(Workshop.id.in_(workshops), Slot.starts_at >= begins, Slot.starts_at < ends)
        .order_by(Slot.starts_at, Slot.id)
    ).all()


# Beyond so many registers the minutes of all are read.
_MOST_KEYS = 500


def hour_shares(
    session: Session,
    course: str | None,
    versions: Collection[str],
    need: int,
    today: date,
    *,
    people: Collection[int] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> dict[int, tuple[int, date]]:
    """{person: (per cent, day)} of the hours of one workshop of a course, of each person's best.

    `course` and `versions` are public ids; None is any course, no versions are all. The day is the
    last of the workshop in which `need` per cent were reached first, or of her latest one. Hours
    count as for a certificate; those that are still to come have been missed by nobody, but are
    part of the whole. `since` and `until` bound the last day of workshops. Three queries.
    """
    now = utc_now()
    taught = _taught(course, versions, since, until)
    attended = _attended(session, taught, people, now)
    whole = _whole(session, taught, {register for register, _weighted, _people in attended}, now)
    gone = _taken_off(session, people)
    shares: dict[int, tuple[int, date]] = {}
    for register, weighted, alike in attended:
        minutes, ends_on = whole.get(register, (0, today))
        if not minutes:
            continue
        share, day = weighted // 100 * 100 // minutes, min(ends_on, today)
        there = alike - gone.get(register, frozenset())
        again = there & shares.keys()
        better = {person: _better(shares[person], share, day, need) for person in again}
        shares |= dict.fromkeys(there, (share, day)) | better
    return shares


def _attended(
    session: Session, taught: Select[int], people: Collection[int] | None, now: datetime
) -> list[tuple[int, int, frozenset[int]]]:
    """(register, minutes times the weight of each mark, people whose marks weigh so much)."""
    narrowed = [] if people is None else [Mark.person_id.in_(people)]
    weighted = (
        select(
            Slot.register_id,
            Mark.person_id,
            func.sum(Slot.minutes * MarkStatus.weight).label("weighted"),
        )
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .where(Slot.register_id.in_(taught), Slot.starts_at <= now, *narrowed)
        .group_by(Slot.register_id, Mark.person_id)
    )
    if people is not None:
        rows = session.execute(weighted)
        return [(register, int(weight), frozenset((key,))) for register, key, weight in rows]
    # Of a hundred thousand people few hundred rows come over, not one for each.
    person = weighted.subquery()
    keys = func.aggregate_strings(cast(person.c.person_id, String), ",")
    alike = session.execute(
        select(person.c.register_id, person.c.weighted, keys).group_by(
            person.c.register_id, person.c.weighted
        )
    )
    return [
        (register, int(weight), frozenset(map(int, together.split(","))))
        for register, weight, together in alike
    ]


def _whole(
    session: Session, taught: Select[int], registers: Collection[int], now: datetime
) -> dict[int, tuple[int, date]]:
    """{register: (minutes, last day)} of what took place, or is still to come."""
    counts = or_(
        Slot.closed_at.is_not(None), Slot.starts_at > now, exists().where(Mark.slot_id == Slot.id)
    )
    rows = session.execute(
        select(Slot.register_id, func.sum(Slot.minutes), Workshop.ends_on)
        .join(Workshop, Workshop.register_id == Slot.register_id)
        .where(counts, Slot.register_id.in_(registers if len(registers) <= _MOST_KEYS else taught))
        .group_by(Slot.register_id, Workshop.ends_on)
    )
    return {register: (int(minutes), day) for register, minutes, day in rows}


def _taken_off(session: Session, people: Collection[int] | None) -> dict[int, set[int]]:
    """{register: persons} of those taken off it again. They are few: nobody else's place
    on a register is looked up."""
    narrowed = [] if people is None else [RosterEntry.person_id.in_(people)]
    gone: defaultdict[int, set[int]] = defaultdict(set)
    for register, person in session.execute(
        select(RosterEntry.register_id, RosterEntry.person_id).where(
            RosterEntry.removed_at.is_not(None), *narrowed
        )
    ):
        gone[register].add(person)
    return gone


def _better(before: tuple[int, date], share: int, day: date, need: int) -> tuple[int, date]:
    """The better of two shares, with the first day on which enough was reached, or the later."""
    best, then = before
    enough = [on for amount, on in ((best, then), (share, day)) if amount >= need]
    return max(best, share), min(enough) if enough else max(then, day)


def _taught(
    course: str | None, versions: Collection[str], since: date | None, until: date | None
) -> Select[int]:
    """The registers of workshops that took place or will. Those of a course are found from it:
    asked as a condition, SQLite looks at every workshop there is."""
    taught = select(Workshop.register_id).where(Workshop.state == "planned")
    if course is not None:
        taught = (
            taught.join(CourseVersion, CourseVersion.id == Workshop.version_id)
            .join(Course, Course.id == CourseVersion.course_id)
            .where(Course.public_id == course)
        )
        if versions:
            taught = taught.where(CourseVersion.public_id.in_(versions))
    if since is not None:
        taught = taught.where(Workshop.ends_on >= since)
    if until is not None:
        taught = taught.where(Workshop.ends_on <= until)
    return taught


def next_workshops(session: Session, courses: Collection[str], today: date) -> dict[str, date]:
    """The first day of the next workshop of each of these courses (public ids) that has one."""
    rows = session.execute(
        select(Course.public_id, func.min(Workshop.starts_on))
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .join(Workshop, Workshop.version_id == CourseVersion.id)
        .where(
            Course.public_id.in_(courses), Workshop.state == "planned", Workshop.starts_on >= today
        )
        .group_by(Course.public_id)
    )
    return dict(rows.all())
