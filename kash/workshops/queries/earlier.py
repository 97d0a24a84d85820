"""Courses that somebody had before: what a course asks for, and what to tell beside each person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, MarkStatus, Slot
from kash.people.models import Person
from kash.platform.database import db
from kash.training.models import Course, CourseVersion
from kash.workshops.certificates_held import certificates_held
from kash.workshops.models import EarlierCourse, Workshop
from kash.workshops.prerequisites import LEAST_SHARE, HadBefore, had_before

_AT_ONCE = 500


@dataclass(frozen=True)
class EarlierTold:
    """Note beside a person: names of courses that she has not had, and the day on which
    she had this one, with the day until which it holds if that is known."""

    missing: Sequence[str] = ()
    had_on: date | None = None
    until: date | None = None


def courses_needed(session: Session, course: int) -> dict[int, str]:
    """The courses that a course (its key) asks for: names by keys, in their order."""
    rows = session.execute(
        select(Course.id, Course.name)
        .join(EarlierCourse, EarlierCourse.needs_id == Course.id)
        .where(EarlierCourse.course_id == course)
        .order_by(func.lower(Course.name), Course.id)
    )
    return {row[0]: row[1] for row in rows}


def course_with_needs(public_id: str) -> tuple[str, list[str]] | None:
    """The name of a course, and the public ids of those that it asks for; None if there is none."""
    course = db.session.execute(
        select(Course.id, Course.name).where(Course.public_id == public_id)
    ).first()
    if course is None:
        return None
    needed = db.session.scalars(
        select(Course.public_id)
        .join(EarlierCourse, EarlierCourse.needs_id == Course.id)
        .where(EarlierCourse.course_id == course.id)
        .order_by(func.lower(Course.name), Course.id)
    )
    return course.name, list(needed)


def other_courses(public_id: str) -> list[tuple[str, str]]:
    """(public id, name) of every other course."""
    rows = db.session.execute(
        select(Course.public_id, Course.name)
        .where(Course.public_id != public_id)
        .order_by(func.lower(Course.name), Course.id)
    )
    return [(row[0], row[1]) for row in rows]


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
    told = {}
    for some in _parts(sorted(people)):
        attended = _attended(session, [course, *needed], some, workshop)
        certificates = certificates_held(session, course, some)
        for person in some:
            found = had_before(
                course,
                needed,
                attended.get(person, {}),
                certificates.get(person, ()),
                workshop.starts_on,
            )
            if not found.says_nothing:
                told[person] = found
    return told


def earlier_told(workshop: Workshop, people: Collection[str]) -> dict[str, EarlierTold]:
    """Notes beside persons (public ids) who are or could be in a workshop."""
    session = db.session()
    if not people:
        return {}
    keys = {
        row.id: row.public_id
        for row in session.execute(
            select(Person.id, Person.public_id).where(Person.public_id.in_(people))
        )
    }
    found = earlier_by_key(session, workshop, keys)
    if not found:
        return {}
    names = courses_needed(session, workshop.version.course_id)
    return {
        keys[person]: EarlierTold([names[one] for one in told.missing], told.had_on, told.until)
        for person, told in found.items()
    }


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


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
    found: dict[int, dict[int, date]] = {}
    for person, course, day in rows:
        found.setdefault(person, {})[course] = day
    return found
