"""Shares of a course's hours that people attended, whichever of its workshops it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, String, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from kash.attendance.models import Mark, MarkStatus, RosterEntry, Slot
from kash.platform.database import utc_now
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop

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
    whole = _whole(session, taught, {one.register for one in attended}, now)
    gone = _taken_off(session, people)
    found: dict[int, tuple[int, date]] = {}
    for one in attended:
        minutes, ends_on = whole.get(one.register, (0, today))
        if not minutes:
            continue
        share, day = one.weighted // 100 * 100 // minutes, min(ends_on, today)
        there = one.people - gone.get(one.register, frozenset())
        again = there & found.keys()
        better = {person: _better(found[person], share, day, need) for person in again}
        found |= dict.fromkeys(there, (share, day)) | better
    return found


@dataclass(frozen=True)
class _Alike:
    """People of one register whose marks weigh the same: minutes times the weight of each mark."""

    register: int
    weighted: int
    people: frozenset[int]


def _attended(
    session: Session, taught: Select[int], people: Collection[int] | None, now: datetime
) -> list[_Alike]:
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
        return [_Alike(register, int(sum_), frozenset((key,))) for register, key, sum_ in rows]
    # Of a hundred thousand people few hundred rows come over, not one for each.
    each = weighted.subquery()
    keys = func.aggregate_strings(cast(each.c.person_id, String), ",")
    alike = session.execute(
        select(each.c.register_id, each.c.weighted, keys).group_by(
            each.c.register_id, each.c.weighted
        )
    )
    return [
        _Alike(register, int(sum_), frozenset(map(int, together.split(","))))
        for register, sum_, together in alike
    ]


def _whole(
    session: Session, taught: Select[int], registers: Collection[int], now: datetime
) -> dict[int, tuple[int, date]]:
    """{register: (minutes, last day)} of what took place, or is still to come."""
    held = or_(
        Slot.closed_at.is_not(None), Slot.starts_at > now, exists().where(Mark.slot_id == Slot.id)
    )
    rows = session.execute(
        select(Slot.register_id, func.sum(Slot.minutes), Workshop.ends_on)
        .join(Workshop, Workshop.register_id == Slot.register_id)
        .where(held, Slot.register_id.in_(registers if len(registers) <= _MOST_KEYS else taught))
        .group_by(Slot.register_id, Workshop.ends_on)
    )
    return {register: (int(minutes), day) for register, minutes, day in rows}


def _taken_off(session: Session, people: Collection[int] | None) -> dict[int, set[int]]:
    """{register: persons} of whoever was taken off it again, of whom there are few: nobody else's
    place on a register is looked up."""
    narrowed = [] if people is None else [RosterEntry.person_id.in_(people)]
    found: defaultdict[int, set[int]] = defaultdict(set)
    for register, person in session.execute(
        select(RosterEntry.register_id, RosterEntry.person_id).where(
            RosterEntry.removed_at.is_not(None), *narrowed
        )
    ):
        found[register].add(person)
    return found


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
    return {row[0]: row[1] for row in rows}
