"""Sessions as they were taught: how long, what was left out, what was reached. Certificates as
enrolling sees them. A room that stands above issues them, and declares how they are read.
Workshops that are next and tasks that are open, for those who run workshops. Courses that somebody
had before: what a course asks for, and what to tell beside each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased, joinedload

from kash.attendance.models import HeldItem, Mark, MarkStatus, Register, RosterEntry, Slot, WalkIn
from kash.attendance.rules.marking import Stretch
from kash.attendance.rules.registers import EARLY, is_its_time
from kash.attendance.services.pads import OwnSlot
from kash.feature import Part, declared
from kash.people.models import Person, Venue
from kash.people.queries.persons import chunks
from kash.platform.database import db, utc_now
from kash.platform.web.account_names import accounts_in_line
from kash.platform.web.errors import one_or_404
from kash.policy import Actor, Reach
from kash.training.models import TALK, Course, CourseVersion, SessionPlan
from kash.training.queries import loaded, read_version
from kash.training.rules.courses import OBJECTIVE, PLAN, CourseNode, TimedStep, by_key, timed_steps
from kash.training.rules.versions import LAST_TIMES
from kash.workshops.models import (
    EarlierCourse,
    SessionRecord,
    Workshop,
    WorkshopSession,
    next_time_of,
    notes_of,
    words_of,
)
from kash.workshops.queries.scope import is_run_by, run_by
from kash.workshops.rules import LEAST_SHARE, CourseHeld, HadBefore, had_before


def last_minutes(session: Session, lineages: Collection[str]) -> dict[str, list[int]]:
    """The minutes of the last deliveries of plans, by their lineages, the latest first; one query.

    What a cancelled workshop taught is left out, and times that do not fit.
    """
    latest = (
        func.row_number()
        .over(partition_by=SessionPlan.lineage, order_by=(Slot.began_at.desc(), Slot.id.desc()))
        .label("latest")
    )
    ranked = (
        select(SessionPlan.lineage, Slot.began_at, Slot.ended_at, latest)
        .join(WorkshopSession, WorkshopSession.plan_id == SessionPlan.id)
        .join(Slot, Slot.id == WorkshopSession.slot_id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .where(
            SessionPlan.lineage.in_(lineages),
            Workshop.state == "planned",
            Slot.ended_at > Slot.began_at,
        )
        .subquery()
    )
    took: dict[str, list[int]] = defaultdict(list)
    for lineage, began_at, ended_at in session.execute(
        select(ranked.c.lineage, ranked.c.began_at, ranked.c.ended_at)
        # More than are wanted, should one of them not fit.
        .where(ranked.c.latest <= 2 * LAST_TIMES)
        .order_by(ranked.c.lineage, ranked.c.latest)
    ):
        minutes = Stretch(began_at, ended_at).minutes
        if minutes is not None and len(took[lineage]) < LAST_TIMES:
            took[lineage].append(minutes)
    return dict(took)


@dataclass(frozen=True)
class TaughtSession:
    """A session of a workshop beside its plan: when it was to be and was taught, and its record.

    `left_out` are (reason, words) by the lineages of steps, `reached` how far by those of
    objectives. `node` is the plan as it is read, None if it follows none. Texts are opened.
    """

    public_id: str
    slot: str
    title: str
    starts_at: datetime
    minutes: int
    taught: Stretch
    node: CourseNode | None
    row_version: int = 0
    left_out: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)
    reached: dict[str, str] = field(default_factory=dict)
    notes: str = field(default="", repr=False)
    next_time: str = field(default="", repr=False)

    @property
    def steps(self) -> tuple[TimedStep, ...]:
        """The steps of its plan."""
        return timed_steps(self.node) if self.node is not None else ()

    @property
    def objectives(self) -> tuple[CourseNode, ...]:
        """The objectives of its plan."""
        return self.node.of(OBJECTIVE.name) if self.node is not None else ()


def taught_sessions(
    workshop: Workshop, *, with_texts: bool = True, only: str = ""
) -> list[TaughtSession]:
    """The sessions of a workshop in the order of time, each beside its plan, or the `only` one (its
    public id); `with_texts` opens what trainers wrote in their own words."""
    statement = (
        select(WorkshopSession)
        .join(WorkshopSession.slot)
        .where(WorkshopSession.workshop_id == workshop.id)
        .options(
            joinedload(WorkshopSession.slot),
            joinedload(WorkshopSession.plan),
            joinedload(WorkshopSession.record).selectinload(SessionRecord.left_out),
            joinedload(WorkshopSession.record).selectinload(SessionRecord.reached),
        )
        .order_by(Slot.starts_at, Slot.id)
    )
    if only:
        statement = statement.where(WorkshopSession.public_id == only)
    sessions = db.session.scalars(statement).all()
    version = select(CourseVersion).where(CourseVersion.id == workshop.version_id)
    nodes = by_key(read_version(db.session.scalars(loaded(version)).one()))
    return [
        _taught(
            session,
            nodes.get((PLAN.name, session.plan.lineage)) if session.plan else None,
            with_texts,
        )
        for session in sessions
    ]


def taught_session(workshop: Workshop, public_id: str) -> TaughtSession:
    """One session of a workshop beside its plan, with its texts opened. Raises NotFound."""
    return one_or_404(next(iter(taught_sessions(workshop, only=public_id)), None))


def _taught(session: WorkshopSession, node: CourseNode | None, with_texts: bool) -> TaughtSession:
    record, slot = session.record, session.slot
    taught = TaughtSession(
        session.public_id,
        slot.public_id,
        session.title,
        slot.starts_at,
        slot.minutes,
        Stretch(slot.began_at, slot.ended_at),
        node,
    )
    if record is None:
        return taught
    return replace(
        taught,
        row_version=record.row_version,
        left_out={
            row.lineage: (row.reason, words_of(record, row) if with_texts else "")
            for row in record.left_out
        },
        reached={row.lineage: row.reached for row in record.reached},
        notes=notes_of(record) if with_texts else "",
        next_time=next_time_of(record) if with_texts else "",
    )


@dataclass(frozen=True)
class CertificatesHeld(Part):
    """Certificates of a course (its key): {person: days for which each holds} of these persons."""

    read: Callable[[Session, int, Collection[int]], Mapping[int, Sequence[CourseHeld]]]


def certificates_held(
    session: Session, course: int, people: Collection[int]
) -> dict[int, list[CourseHeld]]:
    """{person: days} of the certificates of a course that these persons hold or held."""
    certificates: dict[int, list[CourseHeld]] = defaultdict(list)
    for part in declared(CertificatesHeld):
        for person, days in part.read(session, course, people).items():
            certificates[person].extend(days)
    return certificates


def workshops_of_trainer(actor: Actor) -> Select[Workshop]:
    """The workshops that this actor runs and that were not cancelled, by date."""
    return (
        select(Workshop)
        .where(Workshop.id.in_(run_by(actor)), Workshop.state == "planned")
        .order_by(Workshop.starts_on, Workshop.id)
    )


def _due(actor: Actor) -> Any:
    """Sessions of planned workshops that an actor runs, with what a list of things to do says of
    each."""
    return (
        select(
            Workshop.public_id.label("workshop"),
            Workshop.title.label("workshop_title"),
            WorkshopSession.public_id.label("session"),
            WorkshopSession.title,
            Slot.starts_at,
            Slot.minutes,
            func.coalesce(Venue.name, "").label("venue"),
            exists().where(Mark.slot_id == Slot.id).label("marked"),
            Slot.began_at,
        )
        .join(WorkshopSession, WorkshopSession.slot_id == Slot.id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .outerjoin(Venue, Venue.id == Workshop.venue_id)
        .where(is_run_by(actor), Workshop.state == "planned")
        .order_by(Slot.starts_at, Slot.id)
    )


# What is open nobody confirmed; said outright, so that PostgreSQL reads an index of those alone in
# its order, and stops.
_OPEN = (Slot.closed_at.is_(None), Slot.confirmed_at.is_(None))


def upcoming_sessions(actor: Actor, now: datetime, limit: int = 5) -> Sequence[Any]:
    """The next sessions of the workshops that this actor runs, those of today's past left out."""
    statement = _due(actor).where(*_OPEN, Slot.starts_at >= now)
    return db.session.execute(statement.limit(limit)).all()


# A session that runs on so long over its time has ended, and nobody said so.
_RUNS_ON = timedelta(minutes=30)


def unended_sessions(actor: Actor, now: datetime, limit: int = 20) -> list[Any]:
    """Sessions that somebody began and nobody ended, in workshops this actor runs."""
    begun = _due(actor).where(Slot.began_at.is_not(None), Slot.ended_at.is_(None))
    return [
        row
        for row in db.session.execute(begun.limit(limit))
        if row.began_at + timedelta(minutes=row.minutes) + _RUNS_ON < now
    ]


def open_slots(actor: Actor, now: datetime, limit: int = 50) -> Sequence[Any]:
    """Sessions that began and whose register is not closed, in workshops this actor runs."""
    statement = _due(actor).where(*_OPEN, Slot.starts_at < now)
    return db.session.execute(statement.limit(limit)).all()


def own_slots(actor: Actor, now: datetime) -> list[OwnSlot]:
    """The open slots that are going on now and in which this actor stands on the register."""
    if actor.person_id is None:
        return []
    rows = db.session.execute(
        select(
            Register.public_id, Slot.public_id, RosterEntry.public_id, Slot.starts_at, Slot.minutes
        )
        .join(Register, Register.id == Slot.register_id)
        .join(Workshop, Workshop.register_id == Register.id)
        .join(RosterEntry, RosterEntry.register_id == Register.id)
        .where(
            Workshop.state == "planned",
            RosterEntry.person_id == actor.person_id,
            RosterEntry.removed_at.is_(None),
            Slot.closed_at.is_(None),
            Slot.starts_at.between(now - timedelta(days=1), now + EARLY),
        )
        .order_by(Slot.starts_at)
    )
    return [
        OwnSlot(register, slot, entry)
        for register, slot, entry, starts_at, minutes in rows
        if is_its_time(starts_at, minutes, now)
    ]


def from_phones(actor: Actor) -> Sequence[Any]:
    """The workshops that this actor runs in which something waits that phones sent and a person
    must see to: how many decisions (`to_decide`), and people to match (`to_match`); one query."""
    held = HeldItem.register_id == Workshop.register_id, HeldItem.decided_at.is_(None)
    came = WalkIn.register_id == Workshop.register_id, WalkIn.settled_at.is_(None)

    def count(key: Any, waits: Any) -> Any:
        return select(func.count(key)).where(*waits).correlate(Workshop).scalar_subquery()

    return db.session.execute(
        select(
            Workshop.public_id.label("workshop"),
            Workshop.title,
            count(HeldItem.id, held).label("to_decide"),
            count(WalkIn.id, came).label("to_match"),
        )
        .where(Workshop.id.in_(run_by(actor)), or_(exists().where(*held), exists().where(*came)))
        .order_by(Workshop.starts_on, Workshop.id)
        .limit(20)
    ).all()


def to_confirm(actor: Actor, limit: int = 20) -> Sequence[Any]:
    """Workshops with registers that this actor may confirm since somebody independent closed them,
    longest waiting first: how many, since when, and the session of the first; two queries."""
    reach = actor.reach("attendance.confirm")
    if reach is Reach.NONE:
        return []
    now = utc_now()
    tied = db.session.scalars(accounts_in_line(actor.public_id)).all()

    def waits(slot: type[Slot]) -> ColumnElement[bool]:
        return and_(
            slot.closed_at.is_not(None),
            slot.confirmed_at.is_(None),
            slot.closed_by.not_in(tied),
            slot.starts_at <= now,
        )

    other = aliased(Slot)
    of_its = and_(other.register_id == Workshop.register_id, waits(other))
    before = tuple_(other.closed_at, other.id) < tuple_(Slot.closed_at, Slot.id)
    registers = select(func.count(other.id)).where(of_its).correlate(Workshop).scalar_subquery()
    # By the first register of each: those that wait longest are found in an index, and of them
    # alone it is counted how many wait.
    statement = (
        select(
            Workshop.public_id.label("workshop"),
            Workshop.title,
            registers.label("registers"),
            Slot.closed_at.label("since"),
            WorkshopSession.public_id.label("session"),
        )
        .select_from(Slot)
        .join(WorkshopSession, WorkshopSession.slot_id == Slot.id)
        .join(Workshop, Workshop.id == WorkshopSession.workshop_id)
        .where(Workshop.state == "planned", waits(Slot), ~exists().where(of_its, before))
        .order_by(Slot.closed_at, Workshop.id)
        .limit(limit)
    )
    if reach is not Reach.ALL:
        statement = statement.where(is_run_by(actor))
    return db.session.execute(statement).all()


def courses_needed(session: Session, course: int) -> dict[int, str]:
    """The courses that a course (its key) asks for: names by keys, in their order."""
    needed = needed_courses(Course.id, Course.name).where(EarlierCourse.course_id == course)
    return dict(session.execute(needed).all())


def needed_courses(*columns: Any) -> Select[Any]:
    """Columns of the courses that others ask for, in their order."""
    return (
        select(*columns)
        .join(EarlierCourse, EarlierCourse.needs_id == Course.id)
        .order_by(func.lower(Course.name), Course.id)
    )


def course_with_needs(public_id: str) -> tuple[str, list[str]]:
    """The name of a course, and the public ids of those that it asks for. Raises NotFound."""
    key, name = one_or_404(
        db.session.execute(
            select(Course.id, Course.name).where(Course.public_id == public_id)
        ).first()
    )
    needed = needed_courses(Course.public_id).where(EarlierCourse.course_id == key)
    return name, list(db.session.scalars(needed))


def other_courses(public_id: str) -> list[tuple[str, str]]:
    """(public id, name) of every other course."""
    rows = db.session.execute(
        select(Course.public_id, Course.name)
        .where(Course.public_id != public_id, Course.lineage != TALK)
        .order_by(func.lower(Course.name), Course.id)
    )
    return list(rows.all())


def earlier_of_course(public_id: str, actor: Actor) -> dict[str, Any] | None:
    """Rows of public id and name of the courses that one asks for, for its page, and whether the
    reader may change that (`may_edit`); None for one who sees taught courses only, and where there
    is nothing to see or change."""
    if actor.reach("curriculum.see") is not Reach.ALL:
        return None
    course = select(Course.id).where(Course.public_id == public_id).scalar_subquery()
    rows = db.session.execute(
        needed_courses(Course.public_id, Course.name).where(EarlierCourse.course_id == course)
    ).all()
    may_edit = actor.may("curriculum.edit")
    return {"rows": rows, "may_edit": may_edit} if rows or may_edit else None


def earlier_by_key(
    session: Session, workshop: Workshop, people: Collection[int]
) -> dict[int, HadBefore]:
    """Notes on persons (keys) who are to be in a workshop; none on the others."""
    course = session.scalar(
        select(CourseVersion.course_id).where(CourseVersion.id == workshop.version_id)
    )
    if course is None or not people:
        return {}
    needed = list(courses_needed(session, course))
    notes = {}
    for some in chunks(people):
        attended = _attended(session, [course, *needed], some, workshop)
        certificates = certificates_held(session, course, some)
        for person in some:
            note = had_before(
                course,
                needed,
                attended.get(person, {}),
                certificates.get(person, ()),
                workshop.starts_on,
            )
            if not note.says_nothing:
                notes[person] = note
    return notes


def earlier_told(workshop: Workshop, people: Collection[str]) -> dict[str, dict[str, Any]]:
    """Notes beside persons (public ids) who are or could be in a workshop: names of the courses
    that each has not had (`missing`), and the day on which she had this one (`had_on`), with the
    day until which it holds if that is known (`until`)."""
    session = db.session()
    if not people:
        return {}
    statement = select(Person.id, Person.public_id).where(Person.public_id.in_(people))
    keys = dict(session.execute(statement).all())
    notes = earlier_by_key(session, workshop, keys)
    if not notes:
        return {}
    names = courses_needed(session, workshop.version.course_id)
    return {
        keys[person]: {
            "missing": [names[course] for course in note.missing],
            "had_on": note.had_on,
            "until": note.until,
        }
        for person, note in notes.items()
    }


def _attended(
    session: Session, courses: Sequence[int], people: Sequence[int], here: Workshop
) -> Mapping[int, dict[int, date]]:
    """{person: {course: the last day}} of the courses that these people came to, this workshop left
    out of account; one query."""
    total = (
        select(func.sum(Slot.minutes))
        .where(Slot.register_id == Workshop.register_id)
        .correlate(Workshop)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Mark.person_id, CourseVersion.course_id, Workshop.ends_on)
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .join(Workshop, Workshop.register_id == Slot.register_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .where(
            Mark.person_id.in_(people),
            CourseVersion.course_id.in_(courses),
            Workshop.state == "planned",
            Workshop.id != here.id,
        )
        .group_by(Mark.person_id, CourseVersion.course_id, Workshop.ends_on, Workshop.id)
        .having(func.sum(Slot.minutes * MarkStatus.weight) >= LEAST_SHARE * total)
        .order_by(Workshop.ends_on)
    )
    days: dict[int, dict[int, date]] = defaultdict(dict)
    for person, course, day in rows:
        days[person][course] = day
    return days
