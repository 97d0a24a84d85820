"""Needs of stations, less what is planned for them already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from kash.coverage.queries.figures import coverage_now
from kash.coverage.queries.goals import goal_of, latest_goal
from kash.coverage.queries.subjects import COURSE, Subject, subjects
from kash.people.models import Group, Organisation, Posting
from kash.platform.database import db
from kash.quarters.models import QuarterLine, QuarterProposal
from kash.quarters.queries.lines import stations_of_line
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Enrolment, Workshop

COMING = ("invited", "confirmed", "waiting")


@dataclass(frozen=True)
class StationRow:
    """A station with the places that it needs, and those planned for it: in workshops to come, and
    in lines of this proposal."""

    public_id: str
    name: str
    place: str
    need: int
    planned: int
    here: int

    @property
    def left(self) -> int:
        """Places that nothing is planned for yet."""
        return max(0, self.need - self.planned - self.here)


def plannable_subjects() -> list[Subject]:
    """Subjects for which a workshop can be planned: courses of which certificates were issued and
    tracks that lead to one, then courses with a published version that nobody holds yet."""
    found = [one for one in subjects() if one.course is not None]
    known = {one.key for one in found if one.kind == COURSE}
    published = db.session.execute(
        select(Course.id, Course.public_id, Course.name)
        .where(
            Course.id.in_(select(CourseVersion.course_id).where(CourseVersion.state == "published"))
        )
        .order_by(func.lower(Course.name), Course.id)
    )
    new = [
        Subject(COURSE, *row, course=row[0], course_id=row[1])
        for row in published
        if row[0] not in known
    ]
    return [*found, *new]


def versions_of(course: int) -> list[CourseVersion]:
    """Published versions of a course, the latest first."""
    return list(
        db.session.scalars(
            select(CourseVersion)
            .where(CourseVersion.course_id == course, CourseVersion.state == "published")
            .order_by(CourseVersion.number.desc())
            .limit(50)
        )
    )


def station_rows(
    proposal: QuarterProposal, subject: Subject, group: Group, today: date, *, area: str = ""
) -> list[StationRow]:
    """Stations of a group that need places, those with the most left first."""
    goal = goal_of(latest_goal())
    coverage = coverage_now(subject, group, goal, today, area=area)
    needs = [one for one in coverage.needs if one.need]
    planned = _planned(subject.course or 0, today)
    here = _here(proposal, subject.course or 0)
    rows = [
        StationRow(
            one.station.public_id,
            one.station.name,
            one.station.place,
            one.need,
            min(one.need, planned.get(one.station.public_id, 0)),
            here.get(one.station.public_id, 0),
        )
        for one in needs
    ]
    return sorted(rows, key=lambda one: -one.left)


def _here(proposal: QuarterProposal, course: int) -> dict[str, int]:
    """Places in lines of this proposal that are not planned yet."""
    found: defaultdict[str, int] = defaultdict(int)
    for stored in db.session.scalars(
        select(QuarterLine.stations)
        .join(CourseVersion, CourseVersion.id == QuarterLine.version_id)
        .where(
            QuarterLine.proposal_id == proposal.id,
            QuarterLine.state == "open",
            CourseVersion.course_id == course,
        )
    ):
        for station, count in stations_of_line(stored):
            found[station] += count
    return found


def _planned(course: int, today: date) -> dict[str, int]:
    """Places in workshops of a course that are to come: those that a proposal kept for a station,
    or those that its people have already, whichever are more."""
    to_come = (Workshop.state == "planned", Workshop.ends_on >= today)
    seats: defaultdict[tuple[int, str], int] = defaultdict(int)
    kept: Sequence[tuple[int, list[list[object]]]] = [
        (key, stored)
        for key, stored in db.session.execute(
            select(Workshop.id, QuarterLine.stations)
            .join(QuarterLine, QuarterLine.workshop_id == Workshop.id)
            .join(CourseVersion, CourseVersion.id == Workshop.version_id)
            .where(CourseVersion.course_id == course, *to_come)
        )
    ]
    for key, stored in kept:
        for station, count in stations_of_line(stored):
            seats[key, station] = count
    for key, station, count in db.session.execute(
        select(Workshop.id, Organisation.public_id, func.count(Enrolment.id))
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Enrolment, Enrolment.workshop_id == Workshop.id)
        .join(Posting, Posting.person_id == Enrolment.person_id)
        .join(Organisation, Organisation.id == Posting.organisation_id)
        .where(
            CourseVersion.course_id == course,
            *to_come,
            Enrolment.state.in_(COMING),
            Posting.is_open,
        )
        .group_by(Workshop.id, Organisation.public_id)
    ):
        seats[key, station] = max(seats[key, station], count)
    found: defaultdict[str, int] = defaultdict(int)
    for (_, station), count in seats.items():
        found[station] += count
    return found
