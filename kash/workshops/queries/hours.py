"""Shares of a course's hours that people attended, whichever of its workshops it was."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.platform.database import utc_now
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop

# Beyond so many registers the minutes of all are read.
_MOST_KEYS = 500


def hour_shares(
    session: Session,
    course: str,
    versions: Collection[str],
    need: int,
    today: date,
    *,
    people: Collection[int] | None = None,
    since: date | None = None,
    until: date | None = None,
) -> dict[int, tuple[int, date]]:
    """{person: (per cent, day)} of the hours of one workshop of a course, of each person's best.

    `course` and `versions` are public ids; no versions are all. The day is the last of the workshop
    in which `need` per cent were reached first, or of her latest one. Hours count as for a
    certificate; those that are still to come have been missed by nobody, but are part of the whole.
    `since` and `until` bound the last day of workshops. Two queries.
    """
    now = utc_now()
    of_course = _workshops_of(course, versions, since, until)
    narrowed = [] if people is None else [Mark.person_id.in_(people)]
    taught = select(Workshop.register_id).where(*of_course)
    attended = (
        select(
            Mark.person_id,
            Slot.register_id,
            func.sum(Slot.minutes * MarkStatus.weight).label("weighted"),
        )
        .join(Slot, Slot.id == Mark.slot_id)
        .join(MarkStatus, MarkStatus.code == Mark.status)
        .where(Slot.register_id.in_(taught), Slot.starts_at <= now, *narrowed)
        .group_by(Mark.person_id, Slot.register_id)
        .subquery()
    )
    rows = (
        session.connection()
        .execute(
            select(attended.c.person_id, attended.c.register_id, attended.c.weighted).join(
                RosterEntry,
                (RosterEntry.register_id == attended.c.register_id)
                & (RosterEntry.person_id == attended.c.person_id)
                & RosterEntry.removed_at.is_(None),
            )
        )
        .all()
    )
    registers = {row[1] for row in rows}
    held = or_(
        Slot.closed_at.is_not(None), Slot.starts_at > now, exists().where(Mark.slot_id == Slot.id)
    )
    of_these = registers if len(registers) <= _MOST_KEYS else taught
    whole = {
        register: (int(minutes), min(day, today))
        for register, minutes, day in session.execute(
            select(Slot.register_id, func.sum(Slot.minutes), Workshop.ends_on)
            .join(Workshop, Workshop.register_id == Slot.register_id)
            .where(held, Slot.register_id.in_(of_these))
            .group_by(Slot.register_id, Workshop.ends_on)
        )
    }
    found: dict[int, tuple[int, date]] = {}
    # Many people share one share and day.
    shared: dict[tuple[int, date], tuple[int, date]] = {}
    for person, register, weighted in rows:
        minutes, day = whole.get(register, (0, today))
        if minutes:
            share = int(weighted) // 100 * 100 // minutes
            before = found.get(person)
            best = (share, day) if before is None else _better(before, share, day, need)
            found[person] = shared.setdefault(best, best)
    return found


def _better(before: tuple[int, date], share: int, day: date, need: int) -> tuple[int, date]:
    """The better of two shares, with the first day on which enough was reached, or the later."""
    best, then = before
    enough = [on for amount, on in ((best, then), (share, day)) if amount >= need]
    return max(best, share), min(enough) if enough else max(then, day)


def _workshops_of(
    course: str, versions: Collection[str], since: date | None, until: date | None
) -> list[ColumnElement[bool]]:
    taught = (
        select(CourseVersion.id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(Course.public_id == course)
    )
    if versions:
        taught = taught.where(CourseVersion.public_id.in_(versions))
    conditions: list[ColumnElement[bool]] = [
        Workshop.state == "planned",
        Workshop.version_id.in_(taught),
    ]
    if since is not None:
        conditions.append(Workshop.ends_on >= since)
    if until is not None:
        conditions.append(Workshop.ends_on <= until)
    return conditions


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
    return {row[0]: row[1] for row in rows}
