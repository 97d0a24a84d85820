"""The programme's goal, and the areas it can choose among. Stations of a group, who is posted at
them, and who was. Subjects that people are trained in, and who is: tracks by their requirements,
courses by their certificates. Figures of a subject: needs of stations, how coverage went, at what
pace people leave, and where they went. Values by stations only, so that they can be kept and a
plan of workshops made of them. Moves of trained people between stations, and who was lost. The
people of one station, and how the training of each stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import Session, joinedload

from kash.certificates.coverage import rules
from kash.certificates.coverage.rules import gone, moves
from kash.certificates.models import CertificateBatch, CoverageGoal
from kash.certificates.queries.issuing import current_rule
from kash.certificates.tracks.leaf_kinds import (
    LeafQuestion,
    certificate_periods,
    facts_of,
    needs_of_leaves,
)
from kash.certificates.tracks.models import Track, TrackBadge, TrackEnrolment, TrackVersion
from kash.certificates.tracks.queries.certifying import certifying_track
from kash.certificates.tracks.rules.standing import Facts, Needs, fulfilling, next_steps
from kash.certificates.tracks.rules.tree import Leaf, Requirements, leaves_of, tree_from_json
from kash.people.models import Group, Organisation, Person, Posting, Zone
from kash.people.queries.directory import MOST
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.lists import FEWER_ROWS, Listing, asked_for, listing
from kash.platform.web.metrics import counted
from kash.platform.web.taking import is_taken
from kash.policy import Actor
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.queries.plan import hour_shares

WANTED, DUE_MONTHS = 3, 3


@dataclass(frozen=True)
class Goal:
    """Trained people wanted at each station, months before its last day in which a refresher is
    due, and the area of the programme (public id of a zone, empty for all)."""

    wanted: int = WANTED
    due_months: int = DUE_MONTHS
    area: str = ""


def latest_goal(session: Session | None = None) -> CoverageGoal | None:
    """The goal that was set last, if one was."""
    return (session or db.session()).scalar(
        select(CoverageGoal)
        .options(joinedload(CoverageGoal.area))
        .order_by(CoverageGoal.id.desc())
        .limit(1)
    )


def goal_of(stored: CoverageGoal | None) -> Goal:
    """A stored goal as values; what holds where none was ever set."""
    if stored is None:
        return Goal()
    area = stored.area.public_id if stored.area is not None else ""
    return Goal(stored.wanted, stored.due_months, area)


def goals_set() -> list[CoverageGoal]:
    """The goals that were set, latest first; at most fifty."""
    return list(
        db.session.scalars(
            select(CoverageGoal)
            .options(joinedload(CoverageGoal.area))
            .order_by(CoverageGoal.id.desc())
            .limit(50)
        )
    )


def area_choices() -> list[tuple[str, str]]:
    """(public id, name) of the zones in use, widest first."""
    order = {"county": 0, "sub_county": 1, "ward": 2}
    zones = db.session.execute(
        select(Zone.public_id, Zone.name, Zone.kind)
        .where(Zone.active)
        .order_by(func.lower(Zone.name))
        .limit(MOST)
    ).all()
    widest = sorted(zones, key=lambda zone: order.get(zone.kind, 3))
    return [(zone.public_id, zone.name) for zone in widest]


def all_groups() -> list[Group]:
    """The groups, police first: whose stations these pages are mostly about."""
    return list(
        db.session.scalars(
            select(Group).order_by(Group.is_police.desc(), Group.position, Group.letter)
        )
    )


def cadres(actor: Actor, group: int) -> list[str]:
    """Ranks or roles of the people of a group that an actor reaches, in order: a rank that only one
    person has says who she is. One query while nothing is written, else two."""
    ranks_written = (
        select(Person.cadre)
        .where(Person.group_id == group, Person.cadre != literal_column("''"))
        .distinct()
        .subquery()
    )
    # Of the many people of each of the few ranks the first who is reached is looked for.
    reached = (
        select(Person.id)
        .where(
            Person.group_id == group,
            Person.cadre == ranks_written.c.cadre,
            Person.cadre != literal_column("''"),
            within_reach(actor, "people.see"),
        )
        .limit(1)
        .scalar_subquery()
    )
    ranks = (
        select(ranks_written.c.cadre)
        .where(reached.is_not(None))
        .order_by(ranks_written.c.cadre)
        .limit(200)
    )
    return counted(("ranks", actor, group), lambda: list(db.session.scalars(ranks)))


def stations_of(
    session: Session, group: Group, here: Collection[int], area: str = ""
) -> list[rules.Station]:
    """Stations of a group by name: those that are the group's, and those where its people are. In
    an area, if one is asked for; then two queries."""
    theirs = [Organisation.group_id == group.id]
    if group.is_police:
        theirs.append((Organisation.kind == "station") & Organisation.group_id.is_(None))
    rows = session.execute(
        select(
            Organisation.id,
            Organisation.public_id,
            Organisation.name,
            Organisation.place,
            and_(Organisation.kind != "partner", or_(*theirs)),
        ).order_by(func.lower(Organisation.name), Organisation.id)
    )
    stations = [rules.Station(*place[:4]) for place in rows if place[4] or place[0] in here]
    if not area:
        return stations
    names = area_names(session, area)
    return [station for station in stations if station.place.strip().casefold() in names]


def area_names(session: Session, area: str) -> frozenset[str]:
    """The names of a zone and of all zones in it; none if there is no such zone."""
    rows = session.execute(select(Zone.id, Zone.name, Zone.within_id, Zone.public_id == area)).all()
    chosen = next((zone[0] for zone in rows if zone[3]), None)
    if chosen is None:
        return frozenset()
    return rules.names_within((rules.Area(*zone[:3]) for zone in rows), chosen)


def organisation_names(session: Session) -> dict[int, rules.Station]:
    """All organisations by their keys."""
    rows = session.execute(
        select(Organisation.id, Organisation.public_id, Organisation.name, Organisation.place)
    )
    return {place[0]: rules.Station(*place) for place in rows}


@dataclass(frozen=True)
class GroupStays:
    """Stays of a group's people: the stations where any of them is now, (person, station) of
    everybody counted who is posted somewhere, the stays of those asked about, and the mass
    transfers of all, also of those who are not counted."""

    here: Collection[int]
    posted: Sequence[tuple[int, int]]
    stays: Sequence[rules.StationStay]
    orders: rules.Orders


def stays_of(
    session: Session, group: int, people: Collection[int], since: date, cadre: str = ""
) -> GroupStays:
    """Stays that went on at least until a day; `people` are those asked about. One query."""
    # Of a hundred thousand people come those over together who came and left on the same days.
    alike = (
        Posting.organisation_id,
        Posting.since,
        Posting.until,
        Person.cadre if cadre else Person.group_id,
    )
    rows = session.connection().execute(
        select(*alike, func.aggregate_strings(cast(Person.id, String), ","))
        .join(Person, Person.id == Posting.person_id)
        .where(
            or_(Posting.is_open, Posting.until >= since), Person.group_id == group, ~Person.minor
        )
        .group_by(*alike)
    )
    # Who came before is there from the beginning on.
    eve = since - timedelta(days=1)
    came: defaultdict[int, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    left: defaultdict[int, defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    here: set[int] = set()
    posted: list[tuple[int, int]] = []
    stays: list[rules.StationStay] = []
    # All at once: one row after the other takes twice as long.
    for station, first, until, kind, together in rows.all():
        those = [int(key) for key in together.split(",")]
        counts = kind == (cadre or group)
        came[station][first if first > eve else eve] += len(those)
        if until is not None:
            left[station][until] += len(those)
        else:
            here.add(station)
            if counts:
                posted += [(person, station) for person in those]
        if counts:
            stays += [
                rules.StationStay(person, station, first, until)
                for person in those
                if person in people
            ]
    return GroupStays(here, posted, stays, _orders(came, left))


def _orders(
    came: Mapping[int, Mapping[date, int]], left: Mapping[int, Mapping[date, int]]
) -> rules.Orders:
    """Mass transfers of all stations, by how many came and left on which day.

    the person who left by none of her own station may have been part of one over all stations.
    """
    everyone, everywhere, others = Counter[date](), Counter[date](), Counter[date]()
    transfers: list[rules.MassTransfer] = []
    for station, days in came.items():
        gone = left.get(station, {})
        everyone.update(days)
        everywhere.update(gone)
        own = rules.Orders(rules.mass_transfers(gone, rules.PostedBefore(days, gone), station))
        transfers += own.transfers
        others.update({day: count for day, count in gone.items() if not own.of(station, day)})
    return rules.Orders(
        [*transfers, *rules.mass_transfers(others, rules.PostedBefore(everyone, everywhere))]
    )


TRACK, COURSE = "track", "course"


@dataclass(frozen=True)
class Subject:
    """A track or a course that people are trained in: its key, public id, and names; and the key
    and public id of the course whose certificate it leads to."""

    kind: str
    key: int
    public_id: str
    name: str
    name_sw: str = ""
    course: int | None = None
    course_id: str = ""

    @property
    def certificate(self) -> Leaf:
        """The certificate as something that is asked for."""
        return Leaf.of("certificate", course=self.course_id)

    @property
    def code(self) -> str:
        """Code by which an address asks for it."""
        return f"{self.kind}-{self.public_id}"


def subjects() -> list[Subject]:
    """Courses of which certificates were issued, then tracks with a published version, each by
    name; two queries. The track that all certificates need is no subject: it asks about a
    workshop."""
    published = exists().where(TrackVersion.track_id == Track.id, TrackVersion.state == "published")
    tracks = db.session.execute(
        select(
            Track.id,
            Track.public_id,
            Track.name,
            Track.name_sw,
            Track.course_id,
            func.coalesce(Course.public_id, ""),
        )
        .outerjoin(Track.course)
        .where(published, or_(~Track.certifies, Track.course_id.is_not(None)))
        .order_by(func.lower(Track.name), Track.id)
    )
    by_track = [Subject(TRACK, *track) for track in tracks]
    # Asked of each course, of which there are few: the first certificate that is found answers.
    issued = (
        select(CertificateBatch.id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .where(CourseVersion.course_id == Course.id, CertificateBatch.issued_at.is_not(None))
        .exists()
    )
    courses = db.session.execute(
        select(Course.id, Course.public_id, Course.name)
        .where(issued)
        .order_by(func.lower(Course.name), Course.id)
    )
    return [
        *(Subject(COURSE, *course, course=course[0], course_id=course[1]) for course in courses),
        *by_track,
    ]


@dataclass(frozen=True)
class Trained:
    """Everybody who is or was trained in a subject, with the spells in which it held; and who is on
    the way, with the requirement to turn to next."""

    spells: Mapping[int, rules.Spells]
    on_the_way: Mapping[int, Leaf | None]


def trained_in(
    session: Session, subject: Subject, today: date, people: Collection[int] | None = None
) -> Trained:
    """Everybody trained in a subject, or of these persons. A course takes six queries; a track two,
    two for certificates, and one or a few for each requirement of those without a badge."""
    if subject.kind == COURSE:
        return _by_course(session, subject, today, people)
    return _by_track(session, subject, today, people)


def _by_course(
    session: Session, subject: Subject, today: date, people: Collection[int] | None
) -> Trained:
    periods = certificate_periods(session, subject.course, people)
    spells = _shared({person: rules.certified_spells(own) for person, own in periods.items()})
    least = _least_share(session, subject)
    hours = Leaf.of("hours", course=subject.public_id, share=least, versions=())
    # A person who was ever certified is not on the way, so that of a few the others alone are asked
    # for.
    others = None if people is None else set(people) - spells.keys()
    attended = hour_shares(session, subject.public_id, (), least, today, people=others)
    return Trained(
        spells,
        {
            person: subject.certificate if share >= least else hours
            for person, (share, _day) in attended.items()
            if share > 0 and person not in spells
        },
    )


def _least_share(session: Session, subject: Subject) -> int:
    """Share of the hours that a certificate of a course needs, in per cent; the least there is
    where its own track asks for something else."""
    asks = certifying_track(session, subject.key)
    rule = current_rule(session) if asks is not None and asks.standard else None
    return rule.least_share if rule is not None else 1


def _by_track(
    session: Session, subject: Subject, today: date, people: Collection[int] | None
) -> Trained:
    question = LeafQuestion(today, people)
    badges = session.connection().execute(
        select(TrackBadge.person_id, TrackBadge.earned_on).where(
            TrackBadge.track_id == subject.key, *question.of(TrackBadge.person_id)
        )
    )
    earned = dict(badges.all())
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    rows = session.connection().execute(
        select(TrackEnrolment.version_id, TrackEnrolment.person_id).where(
            TrackEnrolment.track_id == subject.key, *question.of(TrackEnrolment.person_id)
        )
    )
    for version, person in rows:
        if person not in earned:
            waiting[version].append(person)
    on_the_way = _waiting(session, waiting, question, earned)
    if subject.course is None:
        return Trained(
            _shared({person: rules.earned_spells(day, None) for person, day in earned.items()}),
            on_the_way,
        )
    periods = certificate_periods(session, subject.course, people) if earned else {}
    spells = {
        person: rules.earned_spells(day, periods.get(person, ())) for person, day in earned.items()
    }
    # All is done, and only the paper is missing.
    on_the_way |= {person: subject.certificate for person, own in spells.items() if not own}
    return Trained(_shared({person: own for person, own in spells.items() if own}), on_the_way)


def _waiting(
    session: Session,
    waiting: Mapping[int, Collection[int]],
    asked: LeafQuestion,
    earned: dict[int, date],
) -> dict[int, Leaf | None]:
    """Next steps of those who wait, by the versions on which they are; the person who has done all
    is added to those who earned the track."""
    steps: dict[int, Leaf | None] = {}
    versions = select(TrackVersion.id, TrackVersion.tree).where(TrackVersion.id.in_(waiting))
    for key, stored in session.execute(versions).all() if waiting else ():
        tree = tree_from_json(stored)
        leaves = leaves_of(tree)
        facts, needs = facts_of(session, leaves, asked), needs_of_leaves(leaves)
        fulfilled = fulfilling(tree, facts, needs)
        following = _following(tree, leaves, facts, needs)
        for person in waiting[key]:
            if person in fulfilled:
                earned[person] = fulfilled[person]
            else:
                steps[person] = following(person)
    return steps


def _shared(spells: dict[int, rules.Spells]) -> dict[int, rules.Spells]:
    """The same, with one value for all who were trained on the same days."""
    shared: dict[rules.Spells, rules.Spells] = {}
    return {person: shared.setdefault(own, own) for person, own in spells.items()}


def _following(
    tree: Requirements, leaves: list[Leaf], facts: Facts, needs: Needs
) -> Callable[[int], Leaf | None]:
    """The requirement that comes next for a person of one version who has not fulfilled it. Many
    have done the same, and need not be looked at one by one."""
    amounts = [(facts.get(leaf, {}), needs[leaf]) for leaf in leaves]
    steps_of: dict[tuple[int, ...], Leaf | None] = {}

    def step(person: int) -> Leaf | None:
        done = tuple([min(own.get(person, (0, None))[0], need) for own, need in amounts])
        if done not in steps_of:
            steps_of[done] = next(iter(next_steps(person, tree, facts, needs)), None)
        return steps_of[done]

    return step


# So far back leavings say something about the present pace, and lines are drawn.
MONTHS_WATCHED = 36
MONTHS_DRAWN = 24


@dataclass(frozen=True)
class Coverage:
    """Coverage of a subject among a group: the needs of stations, how many trained people were at
    each (by its key) on the days of which figures are drawn, the pace at which they leave, and
    moves and mass transfers of the last three years, latest first."""

    goal: Goal
    today: date
    needs: Sequence[rules.StationNeed]
    days: Sequence[date]
    held: Mapping[int, list[int]]
    pace: rules.LeavingPace[int]
    all_moves: Sequence[rules.Move]
    all_transfers: Sequence[rules.MassTransfer]

    def forecast(self, need: rules.StationNeed) -> rules.Forecast:
        """When a station falls under the wanted number."""
        return self.pace.forecast(need.station.key, need.holds, self.goal.wanted, self.today)

    def line(self, stations: Sequence[rules.Station]) -> list[int]:
        """How many trained people these stations had together on each of these days."""
        lines = [self.held[station.key] for station in stations if station.key in self.held]
        return [sum(counts) for counts in zip(*lines, strict=True)] or [0] * len(self.days)

    def covered(self, stations: Sequence[rules.Station]) -> list[int]:
        """How many of these stations had the wanted number on each of these days."""
        lines = [self.held[station.key] for station in stations if station.key in self.held]
        wanted = self.goal.wanted
        covering = [sum(count >= wanted for count in counts) for counts in zip(*lines, strict=True)]
        return covering or [0] * len(self.days)

    def moves(self, since: date) -> list[rules.Move]:
        """Moves of trained people since a day, latest first."""
        return [move for move in self.all_moves if move.day >= since]

    def transfers(self, since: date) -> list[rules.MassTransfer]:
        """Mass transfers that ended since a day, latest first."""
        return [transfer for transfer in self.all_transfers if transfer.last >= since]


def coverage_of(
    subject: Subject, group: Group, goal: Goal, today: date, *, cadre: str = "", area: str = ""
) -> Coverage:
    """Coverage of a subject among a group. Beside what `trained_in` asks two queries, three if an
    area is asked for."""
    session = db.session()
    trained = trained_in(session, subject, today)
    since = rules.months_later(today, -MONTHS_WATCHED)
    found = stays_of(session, group.id, trained.spells.keys(), since, cadre)
    stays, spells, orders = found.stays, trained.spells, found.orders
    days = rules.month_ends(today, MONTHS_DRAWN)
    return Coverage(
        goal,
        today,
        rules.station_needs(
            stations_of(session, group, found.here, area or goal.area),
            found.posted,
            spells,
            trained.on_the_way,
            today,
            rules.months_later(today, goal.due_months),
        ),
        days,
        rules.held_by_day(stays, spells, days),
        rules.LeavingPace(rules.watched(stays, spells, orders, since, today)),
        moves(stays, spells, orders, date.min),
        sorted(orders.transfers, key=lambda one: (one.last, one.station or 0), reverse=True),
    )


def coverage_now(
    subject: Subject, group: Group, goal: Goal, today: date, *, cadre: str = "", area: str = ""
) -> Coverage:
    """The same for a page, counted once while nothing is written."""
    key = ("coverage", subject, group.id, goal, today, cadre, area)
    return counted(key, lambda: coverage_of(subject, group, goal, today, cadre=cadre, area=area))


_RECEIVERS = 10


@dataclass(frozen=True)
class StationMoves:
    """Moves of trained people since a day, latest first, with all organisations by their keys.

    `gone` is where those went who left a station of the programme, `receivers` how many came to
    which station, most first, `inside` the keys of the programme's stations, and `shown` those of
    stations that have a page.
    """

    since: date
    moves: Sequence[rules.Move]
    organisations: Mapping[int, rules.Station]
    gone: rules.Gone
    transfers: Sequence[rules.MassTransfer]
    receivers: Sequence[tuple[rules.Station, int]]
    inside: Collection[int]
    shown: Collection[int]


def moved(coverage: Coverage, months: int, area: str = "") -> StationMoves:
    """The moves of so many months, from or to stations in an area if one is given. One query, two
    if the programme says where it works."""
    session = db.session()
    since = coverage.today - timedelta(days=round(months * rules.DAYS_OF_A_MONTH))
    organisations = organisation_names(session)
    works_in = coverage.goal.area
    names = area_names(session, works_in) if works_in else None
    inside = frozenset(
        key
        for key, organisation in organisations.items()
        if names is None or organisation.place.strip().casefold() in names
    )
    moves_since = coverage.moves(since)
    shown = frozenset(need.station.key for need in coverage.needs)
    if area:
        moves_since = [
            move for move in moves_since if move.origin in shown or move.destination in shown
        ]
    came: Counter[int] = Counter()
    for move in moves_since:
        if move.destination is not None:
            came[move.destination] += move.people
    return StationMoves(
        since,
        moves_since,
        organisations,
        gone((move for move in moves_since if move.origin in inside), inside),
        coverage.transfers(since),
        [(organisations[key], count) for key, count in came.most_common(_RECEIVERS)],
        inside,
        shown,
    )


_MOST_NAMED = 5000
# The first of more people than these are soon found among all people in the order of names.
_MANY = 5000

_SHOWN: Any = select(Person.id, Person.public_id, Person.chosen_name, Person.cadre)


@dataclass(frozen=True)
class PersonAt:
    """Somebody posted at a station: how her training stands, the last day that it holds if it ends,
    and what comes next if she is on the way."""

    public_id: str
    name: str
    cadre: str
    training: rules.Training
    last_day: date | None
    step: Leaf | None


def people_at(
    station: int,
    group: int,
    subject: Subject,
    goal: Goal,
    today: date,
    actor: Actor,
    *,
    cadre: str = "",
    training: str = "",
) -> tuple[Listing[PersonAt], int]:
    """The people of a group at a station that an actor reaches, or those of them whose training
    stands in one way: a page of them by name, and how many all are.

    Two or three queries, and two that count them unless nothing was written since; what
    `trained_in` asks about those of the page, and about all if a way is asked for.
    """
    session = db.session()
    there = and_(Posting.is_open, Posting.organisation_id == station)
    hers = [Person.group_id == group, ~Person.minor, within_reach(actor, "people.see", few=True)]
    hers += [Person.cadre == cadre] if cadre else []
    posted = select(Person.id).join(Posting).where(there, *hers)
    stands = partial(_standing, session, subject, goal, today)
    if training:
        keys = session.scalars(posted).all()
        reached = len(keys)
        # So many can be named in one question; of more, everybody is asked about.
        standing = stands(keys if reached <= _MOST_NAMED else None)
        hers.append(Person.id.in_([key for key in keys if standing(key)[0] == training]))
        page = _page(_SHOWN.join(Posting).where(there, *hers), None)
    else:
        of_whom = actor.public_id, actor.roles, station, group, cadre
        reached, first = counted(
            ("reached at a station", *of_whom), lambda: _number_and_first(session, posted)
        )
        page = _everybody(there, hers, reached, first)

    def persons(rows: Sequence[Any]) -> list[PersonAt]:
        standing = stands([person[0] for person in rows])
        return [
            PersonAt(public_id, name, rank, *standing(key)) for key, public_id, name, rank in rows
        ]

    return page.turned(persons), reached


def _page(people: Select[Any], number: int | None) -> Listing[Any]:
    """A page of these people by name; `number` is how many they are, if it is known."""
    return listing(
        people,
        sorts={"name": Person.sort_name},
        default_sort="name",
        key=Person.id,
        per_page=FEWER_ROWS,
        counted=number,
        searched=number is None,
    )


def _number_and_first(session: Session, people: Select[Any]) -> tuple[int, Sequence[int]]:
    """How many of these people there are, and the keys of the first page of them by name; of many
    none, who are soon found."""
    number = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    if not FEWER_ROWS < number <= _MANY:
        return number, ()
    by_name = people.order_by(Person.sort_name, Person.id).limit(FEWER_ROWS)
    return number, session.scalars(by_name).all()


def _everybody(
    there: ColumnElement[bool],
    hers: Sequence[ColumnElement[bool]],
    reached: int,
    first: Sequence[int],
) -> Listing[Any]:
    """A page of all who are at a station and reached, as `hers` says of each. `first` are the keys
    of those who stood on the first page when they were counted."""
    if reached > _MANY:
        return _page(
            _SHOWN.where(exists().where(Posting.person_id == Person.id, there), *hers), reached
        )
    if first and _asks_for_the_first() and not is_taken():
        # What was counted may be shown some minutes longer; the people in her reach are asked for
        # now.
        page = _page(_SHOWN.where(Person.id.in_(first), *hers), reached)
        if len(page) == FEWER_ROWS:
            return page
    # Whether she is posted here is asked before whether she is reached, which takes longer.
    return _page(_SHOWN.join(Posting).where(there, *hers), reached)


def _asks_for_the_first() -> bool:
    wanted = asked_for({"name": Person.sort_name}, "name")
    return (wanted.page, wanted.direction) == (1, "asc")


def _standing(
    session: Session, subject: Subject, goal: Goal, today: date, people: Collection[int] | None
) -> Callable[[int], tuple[rules.Training, date | None, Leaf | None]]:
    """For one of these people (None: of all): how her training stands, the last day that it holds
    if it ends, and what comes next if she is on the way."""
    trained = trained_in(session, subject, today, people)
    due_by = rules.months_later(today, goal.due_months)

    def standing(person: int) -> tuple[rules.Training, date | None, Leaf | None]:
        spells = trained.spells.get(person, ())
        last = [until for since, until in spells if since <= today]
        training, step = rules.training_of(spells, today, due_by), None
        if training is rules.Training.NONE and person in trained.on_the_way:
            training, step = rules.Training.ON_THE_WAY, trained.on_the_way[person]
        return training, last[-1] if last else None, step

    return standing
