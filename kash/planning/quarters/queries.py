"""Places and hindrances of lines, between rows and rules. Workshops wanted: what the rules are
told of lines, stored or not yet. Names that pages of a proposal need: of trainers, venues,
stations, and of what is planned. Needs of stations, less what is planned for them already.
Proposals and their lines. The programme around a proposal, as the rules are told of it: who
teaches and when, which venue can be had, on which days the programme works, and what is planned
already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import Integer, case, func, select
from sqlalchemy.orm import Session, joinedload

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role, names_of
from kash.certificates.coverage.queries import (
    COURSE,
    Subject,
    coverage_now,
    goal_of,
    latest_goal,
    subjects,
)
from kash.certificates.models import TrainerSkill
from kash.certificates.skills.queries import is_trainer
from kash.certificates.skills.rules import Level
from kash.people.models import Group, Organisation, Posting, Venue, Zone
from kash.people.queries.directory import venues
from kash.planning.clashes.queries.checking import latest_set, rules_of
from kash.planning.clashes.queries.timetable import EventTable, timetable_between
from kash.planning.clashes.rules import HABIT_DAYS, ClashKind, Engagement
from kash.planning.quarters.models import QuarterLine, QuarterProposal
from kash.planning.quarters.rules import (
    EVERY_DAY,
    Hindering,
    OfferedVenue,
    Pins,
    PlannedPlace,
    QuarterHindrance,
    QuarterProgramme,
    QuarterWorkshop,
    Trainer,
)
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import get_or_404
from kash.platform.web.formats import from_local
from kash.policy import Actor, Role
from kash.training.models import Course, CourseVersion
from kash.workshops.availability.queries import (
    TeachingPattern,
    absences_between,
    teaching_days,
    travel_minutes,
    venue_blocks_between,
)
from kash.workshops.holidays.queries import local_days
from kash.workshops.holidays.rules import public_holidays
from kash.workshops.models import Enrolment, Workshop
from kash.workshops.other_events import EventQuestion, other_events


def place_of(line: QuarterLine) -> PlannedPlace | None:
    """The place of a line, None while it has none."""
    if line.first is None or line.venue is None or not line.team:
        return None
    return PlannedPlace(line.first, line.venue.public_id, tuple(line.team))


def stored(hindrances: Iterable[QuarterHindrance]) -> list[list[Any]]:
    """Hindrances as a row keeps them."""
    return [
        [
            str(hindrance.kind),
            hindrance.who,
            hindrance.what,
            hindrance.first.isoformat() if hindrance.first else "",
            hindrance.last.isoformat() if hindrance.last else "",
            hindrance.number,
        ]
        for hindrance in hindrances
    ]


def hindrances_of(line: QuarterLine) -> Sequence[QuarterHindrance]:
    """Hindrances that a row keeps."""
    return [
        QuarterHindrance(
            Hindering(kind),
            who,
            what,
            date.fromisoformat(first) if first else None,
            date.fromisoformat(last) if last else None,
            number,
        )
        for kind, who, what, first, last, number in line.hindrances
    ]


def stations_of_line(stored: Iterable[Sequence[Any]]) -> tuple[tuple[str, int], ...]:
    """(station, people) as a line keeps them."""
    return tuple((str(station), int(count)) for station, count in stored)


def wanted_of(line: QuarterLine) -> QuarterWorkshop:
    """A stored line as it is wanted, pinned as far as a planner fixed it."""
    return QuarterWorkshop(
        line.public_id,
        line.version.course.public_id,
        line.days,
        stations_of_line(line.stations),
        line.group.is_police,
        Pins(
            line.first if line.pinned_day else None,
            line.venue.public_id if line.pinned_venue and line.venue is not None else None,
            tuple(line.team) if line.pinned_team else (),
        ),
    )


def zones_of_stations(stations: Iterable[str]) -> dict[str, int]:
    """Zones of stations (by public id), as far as their place is a zone's name; one query."""
    rows = db.session.execute(
        select(Organisation.public_id, Zone.id)
        .join(Zone, func.lower(Zone.name) == func.lower(func.trim(Organisation.place)))
        .where(Organisation.public_id.in_(sorted(set(stations))))
    )
    return dict(rows.all())


_OF_EVENTS = (Hindering.ENGAGED, Hindering.BOOKED, Hindering.SENT)


@dataclass(frozen=True)
class QuarterNames:
    """Names by public ids. Of stations also the places in which they lie."""

    trainers: Mapping[str, str] = field(default_factory=dict)
    venues: Mapping[str, str] = field(default_factory=dict)
    stations: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """The name of a trainer, a venue or a station."""
        return self.trainers.get(key) or self.venues.get(key) or self.stations.get(key) or ""


def names_for(lines: Sequence[QuarterLine], actor: Actor) -> QuarterNames:
    """The names that these lines and what stands in their way need, as far as this actor may know
    of it; four queries, and those for other events than workshops."""
    hindrances = [hindrance for line in lines for hindrance in hindrances_of(line)]
    keys = {hindrance.who for hindrance in hindrances if hindrance.who}
    stations = {station for line in lines for station, _ in stations_of_line(line.stations)}
    rows = db.session.execute(
        select(Organisation.public_id, Organisation.name, Organisation.place).where(
            Organisation.public_id.in_(sorted(stations))
        )
    ).all()
    venues = db.session.execute(
        select(Venue.public_id, Venue.name).where(
            Venue.public_id.in_(sorted(keys | _venues_of(lines)))
        )
    )
    return QuarterNames(
        names_of({account for line in lines for account in line.team} | keys),
        dict(venues.all()),
        {row[0]: row[1] for row in rows},
        {row[0]: row[2] for row in rows},
        _events([hindrance for hindrance in hindrances if hindrance.kind in _OF_EVENTS], actor),
    )


def _venues_of(lines: Iterable[QuarterLine]) -> set[str]:
    return {line.venue.public_id for line in lines if line.venue is not None}


def _events(hindrances: Sequence[QuarterHindrance], actor: Actor) -> dict[str, str]:
    """Titles of workshops and of other events that stand in the way."""
    keys = {hindrance.what for hindrance in hindrances}
    if not keys:
        return {}
    rows = db.session.execute(
        select(Workshop.public_id, Workshop.title).where(Workshop.public_id.in_(sorted(keys)))
    )
    titles = dict(rows.all())
    days = [it.first for it in hindrances if it.what not in titles and it.first is not None]
    if days:
        first, last = min(days), max(days) + timedelta(days=1)
        question = EventQuestion(
            from_local(first, time.min), from_local(last, time.min), actor=actor
        )
        titles |= {
            event.public_id: event.title
            for event in other_events(question)
            if event.public_id in keys
        }
    return titles


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
    offered = [subject for subject in subjects() if subject.course is not None]
    courses = {courses.key for courses in offered if courses.kind == COURSE}
    published = db.session.execute(
        select(Course.id, Course.public_id, Course.name)
        .where(
            Course.id.in_(select(CourseVersion.course_id).where(CourseVersion.state == "published"))
        )
        .order_by(func.lower(Course.name), Course.id)
    )
    new = [
        Subject(COURSE, *course, course=course[0], course_id=course[1])
        for course in published
        if course[0] not in courses
    ]
    return [*offered, *new]


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
    needs = [need for need in coverage.needs if need.need]
    planned = _planned(subject.course or 0, today)
    here = _here(proposal, subject.course or 0)
    rows = [
        StationRow(
            need.station.public_id,
            need.station.name,
            need.station.place,
            need.need,
            min(need.need, planned.get(need.station.public_id, 0)),
            here.get(need.station.public_id, 0),
        )
        for need in needs
    ]
    return sorted(rows, key=lambda one: -one.left)


def _here(proposal: QuarterProposal, course: int) -> dict[str, int]:
    """Places in lines of this proposal that are not planned yet."""
    counts: defaultdict[str, int] = defaultdict(int)
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
            counts[station] += count
    return counts


def _planned(course: int, today: date) -> dict[str, int]:
    """Places in workshops of a course that are to come: those that a proposal kept for a station,
    or those that its people have already, whichever are more."""
    to_come = (Workshop.state == "planned", Workshop.ends_on >= today)
    seats: defaultdict[tuple[int, str], int] = defaultdict(int)
    planned: Sequence[tuple[int, list[list[object]]]] = [
        (key, stored)
        for key, stored in db.session.execute(
            select(Workshop.id, QuarterLine.stations)
            .join(QuarterLine, QuarterLine.workshop_id == Workshop.id)
            .join(CourseVersion, CourseVersion.id == Workshop.version_id)
            .where(CourseVersion.course_id == course, *to_come)
        )
    ]
    for key, stored in planned:
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
    counts: defaultdict[str, int] = defaultdict(int)
    for (_, station), count in seats.items():
        counts[station] += count
    return counts


# As `QuarterLine.has_place`: what was fixed of a line stands there without a place too.
_HAS_PLACE = (
    QuarterLine.first.is_not(None)
    & QuarterLine.venue_id.is_not(None)
    & (func.json_array_length(QuarterLine.team, type_=Integer) > 0)
)


def proposal_list() -> Listing[Any]:
    """Proposals, the latest quarter first, as rows of public_id, first, last, made_by, made_at, and
    how many lines they have: all, with a place, accepted."""
    counted = (
        select(
            QuarterLine.proposal_id,
            func.count(QuarterLine.id).label("lines"),
            func.sum(case((_HAS_PLACE, 1), else_=0)).label("placed"),
            func.sum(case((QuarterLine.state == "accepted", 1), else_=0)).label("accepted"),
        )
        .where(QuarterLine.state != "rejected")
        .group_by(QuarterLine.proposal_id)
        .subquery()
    )
    statement: Any = select(
        QuarterProposal.public_id,
        QuarterProposal.first,
        QuarterProposal.last,
        QuarterProposal.made_by,
        QuarterProposal.made_at,
        func.coalesce(counted.c.lines, 0).label("lines"),
        func.coalesce(counted.c.placed, 0).label("placed"),
        func.coalesce(counted.c.accepted, 0).label("accepted"),
    ).outerjoin(counted, counted.c.proposal_id == QuarterProposal.id)
    return listing(
        statement,
        sorts={"quarter": QuarterProposal.last, "made": QuarterProposal.made_at},
        default_sort="quarter",
        default_direction="desc",
        key=QuarterProposal.id,
        counted=select(QuarterProposal.id),
    )


def proposal(public_id: str, session: Session | None = None) -> QuarterProposal:
    """A proposal. Raises NotFound."""
    return get_or_404(session or db.session(), QuarterProposal, public_id)


def lines_of(found: QuarterProposal, session: Session | None = None) -> list[QuarterLine]:
    """Lines of a proposal by their days, those without one last; one query."""
    return list(
        (session or db.session()).scalars(
            select(QuarterLine)
            .options(
                joinedload(QuarterLine.version).joinedload(CourseVersion.course),
                joinedload(QuarterLine.group),
                joinedload(QuarterLine.venue),
                joinedload(QuarterLine.workshop),
            )
            .where(QuarterLine.proposal_id == found.id)
            .order_by(QuarterLine.first.is_(None), QuarterLine.first, QuarterLine.id)
        )
    )


def line(found: QuarterProposal, public_id: str, session: Session | None = None) -> QuarterLine:
    """A line, fetched through its proposal. Raises NotFound."""
    return get_or_404(
        session or db.session(),
        QuarterLine,
        public_id,
        QuarterLine.proposal_id == found.id,
        options=(joinedload(QuarterLine.version).joinedload(CourseVersion.course),),
    )


def accepted_lines(found: QuarterProposal, session: Session | None = None) -> list[QuarterLine]:
    """Lines of a proposal of which workshops were planned; one query."""
    return [line for line in lines_of(found, session) if line.state == "accepted"]


_ANY = TeachingPattern(EVERY_DAY, None)


def programme_around(
    proposal: QuarterProposal, wanted: Sequence[QuarterWorkshop]
) -> QuarterProgramme:
    """The programme in which these workshops are to be placed. Accounts that a planner fixed are
    among the trainers, even if they may be asked for nothing new. Some fifteen queries, however
    many workshops there are."""
    rules = rules_of(latest_set())
    times = rules.limits.times if ClashKind.PATTERN in rules.looked_for else 0
    habit = timedelta(days=HABIT_DAYS * max(0, times - 1))
    end_of_month = (proposal.last.replace(day=1) + timedelta(days=32)).replace(day=1)
    timetable = timetable_between(
        min(proposal.first.replace(day=1), proposal.first - habit),
        end_of_month - timedelta(days=1) + habit,
    )
    pinned = {account for workshop in wanted for account in workshop.pins.team}
    accounts = {account.id: account for account in accounts_with_role(Role.TRAINER, locked=pinned)}
    venues_by_id = {venue.id: venue for venue in venues()}
    zones = zones_of_stations(station for workshop in wanted for station, _ in workshop.stations)
    most_minutes = proposal.most_minutes
    if ClashKind.LATE in rules.looked_for:
        # Everybody is home in time, however long a way the planner allowed.
        ends = proposal.day_ends_at.hour * 60 + proposal.day_ends_at.minute
        most_minutes = max(0, min(most_minutes, rules.limits.home_by - ends))
    until = proposal.last + timedelta(days=120)
    of_law = {
        day for year in range(proposal.first.year, until.year + 1) for day in public_holidays(year)
    }
    trainers = {key: account.public_id for key, account in accounts.items()}
    places = {key: venue.public_id for key, venue in venues_by_id.items()}
    return QuarterProgramme(
        proposal.first,
        proposal.last,
        _trainers(accounts.values(), {workshop.course for workshop in wanted}),
        [
            OfferedVenue(
                venue.public_id, venue.seats, venue.zone_id, _meets(proposal, venue.id, timetable)
            )
            for venue in venues_by_id.values()
        ],
        wanted,
        [
            *_away(proposal, until, trainers, places),
            *_events_of(timetable.engagements, trainers, places),
            *_sent(proposal),
        ],
        proposal.trainers,
        frozenset(proposal.weekdays),
        frozenset(of_law | local_days()),
        travel_minutes(set(zones.values())),
        zones,
        most_minutes,
        times,
    )


def _trainers(accounts: Iterable[Account], courses: Collection[str]) -> list[Trainer]:
    """Trainers with the courses that they may lead, and co-teach. Where nobody's skill in a course
    is written down everybody may: a programme that keeps no skills can plan all the same."""
    levels: dict[str, dict[str, str]] = {course: {} for course in courses}
    for course, account, level in db.session.execute(
        select(Course.public_id, Account.public_id, TrainerSkill.level)
        .join(Course, Course.id == TrainerSkill.course_id)
        .join(Account, Account.id == TrainerSkill.account_id)
        .where(Course.public_id.in_(sorted(courses)), TrainerSkill.ended_on.is_(None), is_trainer())
    ):
        levels[course][account] = level
    patterns = teaching_days()
    return [
        Trainer(
            account.public_id,
            frozenset(
                course
                for course, skilled in levels.items()
                if not skilled or skilled.get(account.public_id) == Level.LEAD
            ),
            frozenset(
                course
                for course, skilled in levels.items()
                if skilled.get(account.public_id) == Level.CO_TEACH
            ),
            patterns.get(account.id, _ANY).weekdays,
            patterns.get(account.id, _ANY).most_days_a_month,
        )
        for account in accounts
    ]


def _meets(proposal: QuarterProposal, venue: int, timetable: EventTable) -> frozenset[date]:
    """Days on which others than police come to a venue at the hour of the proposal."""
    return frozenset(
        it.day
        for it in timetable.engagements
        if it.venue == venue
        and (it.community or not it.police)
        and it.clock // 60 == proposal.day_starts_at.hour
    )


def _away(
    proposal: QuarterProposal, until: date, trainers: Mapping[int, str], places: Mapping[int, str]
) -> Iterator[QuarterHindrance]:
    """Absences of trainers, and hours of the proposal at which venues can't be had."""
    for absence in absences_between(proposal.first, until):
        if absence.account_id in trainers:
            yield QuarterHindrance(
                Hindering.ABSENCE,
                trainers[absence.account_id],
                absence.public_id,
                absence.first,
                absence.last,
            )
    for block in venue_blocks_between(proposal.first, until):
        begins, ends = block.starts_at or time.min, block.ends_at or time.max
        meets = begins < proposal.day_ends_at and ends > proposal.day_starts_at
        if meets and block.venue_id in places:
            yield QuarterHindrance(
                Hindering.BLOCKED, places[block.venue_id], block.public_id, block.first, block.last
            )


def _events_of(
    engagements: Iterable[Engagement], trainers: Mapping[int, str], places: Mapping[int, str]
) -> Iterator[QuarterHindrance]:
    """Days on which trainers and venues are taken: those of one event that follow each other as one
    span."""
    days: defaultdict[tuple[Hindering, str, str], set[date]] = defaultdict(set)
    for it in engagements:
        for trainer in it.trainers:
            if trainer in trainers:
                days[Hindering.ENGAGED, trainers[trainer], it.event].update(it.days())
        if it.venue is not None and it.venue in places:
            days[Hindering.BOOKED, places[it.venue], it.event].update(it.days())
    for key, taken in days.items():
        yield from (QuarterHindrance(*key, *span) for span in spans(sorted(taken)))


def spans(days: Sequence[date]) -> list[tuple[date, date]]:
    """First and last days of those that follow each other."""
    firsts = [day for day in days if day - timedelta(days=1) not in days]
    lasts = [day for day in days if day + timedelta(days=1) not in days]
    return list(zip(firsts, lasts, strict=True))


def _sent(proposal: QuarterProposal) -> Iterator[QuarterHindrance]:
    """Days on which stations send people to workshops that were planned from a proposal."""
    for stations, public_id, first, last in db.session.execute(
        select(QuarterLine.stations, Workshop.public_id, Workshop.starts_on, Workshop.ends_on)
        .join(Workshop, Workshop.id == QuarterLine.workshop_id)
        .where(Workshop.state == "planned", Workshop.ends_on >= proposal.first)
    ):
        for station, _ in stations_of_line(stations):
            yield QuarterHindrance(Hindering.SENT, station, public_id, first, last)
