"""The track that the certificates of a course need, and people before it. Standing on tracks: who
fulfils a version, and how one person stands towards it. Standings on a track: who earned it, whose
standing is active, whose has run out. Ways of persons: through the tree of a track, to its
renewal, and where one stands on each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from kash.certificates.tracks.leaf_kinds import (
    Found,
    LeafQuestion,
    certificate_periods,
    facts_of,
    kind_rules,
    needs_of_leaves,
)
from kash.certificates.tracks.models import (
    SeenFact,
    Track,
    TrackBadge,
    TrackEnrolment,
    TrackVersion,
)
from kash.certificates.tracks.rules import standing as standing_rules
from kash.certificates.tracks.rules.standing import fulfilling
from kash.certificates.tracks.rules.tree import (
    Leaf,
    ParameterKind,
    Renewal,
    Requirements,
    leaves_of,
    renewal_from_json,
    tree_from_json,
)
from kash.people.models import Person
from kash.people.queries.persons import key_within_reach
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.training.models import TALK, Course
from kash.workshops.queries.plan import next_workshops


@dataclass(frozen=True)
class JudgedByVersion:
    """One person before a list of requirements: the day on which she fulfilled it, None while
    something is missing; the requirements that she is to turn to; and the key of the version by
    which she is judged."""

    done_on: date | None
    missing: tuple[standing_rules.LeafProgress, ...]
    version: int


def certifying_track(session: Session, course: int) -> Track | None:
    """The track that certificates of a course (its key) need: the one that is asked for by this
    course, else the one that all others need; None if nothing is set yet, and for talks, which lead
    to none."""
    return session.scalar(
        select(Track)
        .where(
            Track.certifies,
            or_(Track.course_id == course, Track.course_id.is_(None)),
            ~exists().where(Course.id == course, Course.lineage == TALK),
        )
        .order_by(Track.course_id.is_(None))
        .limit(1)
    )


def judge(
    session: Session, version: int, tree: Requirements, people: Collection[int], asked: LeafQuestion
) -> dict[int, JudgedByVersion]:
    """How each of these persons (keys) stands before the requirements of a version; a query for
    each of these."""
    leaves = leaves_of(tree)
    facts = facts_of(session, leaves, replace(asked, people=people))
    needs = needs_of_leaves(leaves)
    done = fulfilling(tree, facts, needs)
    return {
        person: JudgedByVersion(
            done.get(person),
            tuple(
                standing_rules.progress_of(
                    person, standing_rules.next_steps(person, tree, facts, needs), facts, needs
                )
            ),
            version,
        )
        for person in people
    }


def judged(
    session: Session,
    track: Track | None,
    people: Collection[int],
    asked: LeafQuestion,
    held: Mapping[int, int],
) -> dict[int, JudgedByVersion]:
    """How these persons (keys) stand before a track: who is on it by her version, the others by the
    published one; everybody by that of the track of all certificates, whose rule no trainer lowers.
    `held` are versions by which some are judged whatever else they are on.

    Two queries, and those of each version's requirements. Nobody is judged without a version.
    """
    versions, present = _versions(session, track, held)
    of: dict[int, int] = {}
    if track is not None and not track.standard:
        enrolled = select(TrackEnrolment.person_id, TrackEnrolment.version_id).where(
            TrackEnrolment.track_id == track.id, TrackEnrolment.person_id.in_(people)
        )
        for person, version in session.execute(enrolled):
            of[person] = version
    by_version: defaultdict[int, list[int]] = defaultdict(list)
    for person in people:
        chosen = held.get(person, of.get(person, present))
        if chosen is not None:
            by_version[chosen].append(person)
    return {
        person: judgement
        for version, some in by_version.items()
        for person, judgement in judge(session, version, versions[version], some, asked).items()
    }


def _versions(
    session: Session, track: Track | None, held: Mapping[int, int]
) -> tuple[dict[int, Requirements], int | None]:
    """Trees by the keys of versions: those of a track, and those held; and its present version."""
    wanted: list[ColumnElement[bool]] = [TrackVersion.id.in_(set(held.values()))]
    if track is not None:
        wanted.append(and_(TrackVersion.track_id == track.id, TrackVersion.state == "published"))
    rows = session.execute(
        select(TrackVersion.id, TrackVersion.track_id, TrackVersion.tree)
        .where(or_(*wanted))
        .order_by(TrackVersion.number)
    ).all()
    present = [version.id for version in rows if track is not None and version.track_id == track.id]
    trees = {version.id: tree_from_json(version.tree) for version in rows}
    return trees, present[-1] if present else None


# A certificate of a person by a version of a track (both by their keys), with its last day.
HeldByTrack = tuple[int, int, date]


@dataclass(frozen=True)
class RenewalJudgement(JudgedByVersion):
    """One person before what renews her certificate, and how that stands on the day."""

    state: standing_rules.RenewalState

    @property
    def renews(self) -> bool:
        """True if all is done within the days that count, and today is one of them."""
        return self.done_on is not None and self.state in (
            standing_rules.RenewalState.OPEN,
            standing_rules.RenewalState.GRACE,
        )


def renewals_judged(
    session: Session, held: Mapping[int, HeldByTrack], today: date
) -> dict[int, RenewalJudgement]:
    """How each of these certificates stands before its renewal, by its key; those whose track says
    nothing of one are left out. Who is on the track is judged by her version.

    Two queries, and those of each version and last day.
    """
    versions = {version for _person, version, _last_day in held.values()}
    tracks, renewals = _renewals(session, versions)
    if not renewals:
        return {}
    enrolled: dict[tuple[int, int], int] = {}
    for person, track, version in session.execute(
        select(TrackEnrolment.person_id, TrackEnrolment.track_id, TrackEnrolment.version_id).where(
            TrackEnrolment.person_id.in_({person for person, _version, _last_day in held.values()})
        )
    ):
        enrolled[person, track] = version
    groups: defaultdict[tuple[int, date], dict[int, int]] = defaultdict(dict)
    for key, (person, version, last_day) in held.items():
        chosen = enrolled.get((person, tracks[version]), version)
        if chosen in renewals:
            groups[chosen, last_day][key] = person
    judged: dict[int, RenewalJudgement] = {}
    for (version, last_day), certificates in groups.items():
        renewal = renewals[version]
        question = LeafQuestion(today, window=standing_rules.window_of(renewal, last_day))
        stands = judge(session, version, renewal.tree, list(certificates.values()), question)
        state = standing_rules.renewal_state(renewal, last_day, today)
        for key, person in certificates.items():
            its = stands[person]
            judged[key] = RenewalJudgement(its.done_on, its.missing, version, state)
    return judged


def _renewals(
    session: Session, versions: Collection[int]
) -> tuple[dict[int, int], dict[int, Renewal]]:
    """Tracks and renewals by the keys of versions, of all versions of the tracks of these."""
    of_these = select(TrackVersion.track_id).where(TrackVersion.id.in_(versions))
    rows = session.execute(
        select(TrackVersion.id, TrackVersion.track_id, TrackVersion.renewal).where(
            TrackVersion.track_id.in_(of_these)
        )
    ).all()
    return (
        {version.id: version.track_id for version in rows},
        {version.id: renewal_from_json(version.renewal) for version in rows if version.renewal},
    )


def course_tracks() -> Sequence[Any]:
    """Published tracks that lead to the certificate of a course, by the names of courses; one
    query."""
    published = exists().where(TrackVersion.track_id == Track.id, TrackVersion.state == "published")
    return db.session.execute(
        select(
            Track.public_id.label("track"),
            Track.name,
            Track.name_sw,
            Course.name.label("course"),
            Track.certifies,
        )
        .join(Course, Course.id == Track.course_id)
        .where(published)
        .order_by(func.lower(Course.name), func.lower(Track.name), Track.id)
    ).all()


def fulfilled(session: Session, tree: Requirements, asked: LeafQuestion) -> dict[int, date]:
    """Everybody asked about who fulfils a tree, with the day on which she first did; a query for
    each requirement, a few for some kinds."""
    leaves = leaves_of(tree)
    return fulfilling(tree, facts_of(session, leaves, asked), needs_of_leaves(leaves))


def fulfilled_by_version(
    session: Session, enrolled: Mapping[int, Collection[int]], asked: LeafQuestion
) -> dict[int, date]:
    """Everybody who fulfils the version on which she is enrolled; `enrolled` are persons by the
    keys of versions."""
    fulfilling: dict[int, date] = {}
    for version, tree in session.execute(
        select(TrackVersion.id, TrackVersion.tree).where(TrackVersion.id.in_(enrolled))
    ):
        done = fulfilled(session, tree_from_json(tree), asked)
        of_version = enrolled[version]
        if len(of_version) < len(done):
            fulfilling |= {person: done[person] for person in of_version if person in done}
        else:
            inside = frozenset(of_version)
            fulfilling |= {person: day for person, day in done.items() if person in inside}
    return fulfilling


def completed(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Everybody who completed another track: she has its badge, or is enrolled on a version of it
    which she fulfils.

    A track that asks for itself through others, which is refused on saving, is fulfilled by nobody.
    """
    track = leaf.text("track")
    if track in asked.through:
        return {}
    enrolled: defaultdict[int, list[int]] = defaultdict(list)
    for version, person in session.execute(
        select(TrackEnrolment.version_id, TrackEnrolment.person_id)
        .join(Track, Track.id == TrackEnrolment.track_id)
        .where(Track.public_id == track, *asked.of(TrackEnrolment.person_id))
    ):
        enrolled[version].append(person)
    inner = replace(asked, window=None, through=asked.through | {track})
    done = fulfilled_by_version(session, enrolled, inner)
    for person, day in session.execute(
        select(TrackBadge.person_id, TrackBadge.earned_on)
        .join(TrackBadge.track)
        .where(Track.public_id == track, *asked.of(TrackBadge.person_id))
    ):
        done[person] = min(day, done.get(person, day))
    return {
        person: (1, day)
        for person, day in done.items()
        if asked.window is None or asked.window.holds(day)
    }


@dataclass(frozen=True)
class PersonStanding:
    """Standing of one person on a track: the day on which she earned it, if she did, and the last
    day of her certificate, None if she has none or it holds for ever."""

    state: standing_rules.Standing
    earned_on: date | None
    last_day: date | None


def standings(
    session: Session,
    track: Track,
    today: date,
    people: Collection[int] | None = None,
    *,
    done: Mapping[int, date] | None = None,
) -> dict[int, PersonStanding]:
    """{person: standing} of everybody who is on a track or has its badge, or of these persons among
    them (keys).

    `done` are the days on which they did all that their versions ask for, if that is known. Four
    queries, and else one for each requirement of versions on which somebody is without a badge.
    """
    question = LeafQuestion(today, people)
    versions: dict[int, int] = {}
    for person, version in session.execute(
        select(TrackEnrolment.person_id, TrackEnrolment.version_id).where(
            TrackEnrolment.track_id == track.id, *question.of(TrackEnrolment.person_id)
        )
    ):
        versions[person] = version
    earned: dict[int, date] = {}
    for person, version, day in session.execute(
        select(TrackBadge.person_id, TrackBadge.version_id, TrackBadge.earned_on).where(
            TrackBadge.track_id == track.id, *question.of(TrackBadge.person_id)
        )
    ):
        earned[person] = day
        versions.setdefault(person, version)
    earning = _fulfilling_now(session, versions, earned, question) if done is None else done
    earned = {**earning, **earned}
    renewals = {
        key: renewal_from_json(written)
        for key, written in session.execute(
            select(TrackVersion.id, TrackVersion.renewal).where(TrackVersion.track_id == track.id)
        )
        if written
    }
    periods = certificate_periods(session, track.course_id, people) if earned else {}
    return {
        person: PersonStanding(
            standing_rules.standing_on(
                today,
                earned.get(person),
                periods.get(person, ()),
                renewals.get(version),
                certified=track.course_id is not None,
            ),
            earned.get(person),
            standing_rules.last_day_of(periods.get(person, ())),
        )
        for person, version in versions.items()
    }


def _fulfilling_now(
    session: Session, versions: Mapping[int, int], earned: Mapping[int, date], asked: LeafQuestion
) -> dict[int, date]:
    """Days on which those who have no badge yet did all that their versions ask for."""
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    for person, version in versions.items():
        if person not in earned:
            waiting[version].append(person)
    return fulfilled_by_version(session, waiting, asked) if waiting else {}


@dataclass(frozen=True)
class Way:
    """A person's way through a tree: her standing towards each requirement, what comes next in
    order, how many parts at the top are done, and the day on which all was."""

    tree: Requirements
    progress: Mapping[Leaf, standing_rules.LeafProgress]
    steps: Sequence[Leaf]
    done: int
    parts: int
    done_on: date | None


def ways_of(tree: Requirements, people: Collection[int], asked: LeafQuestion) -> dict[int, Way]:
    """The ways of these persons (keys) through a tree."""
    leaves = leaves_of(tree)
    asked = LeafQuestion(asked.today, people, asked.window)
    facts, needs = facts_of(db.session(), leaves, asked), needs_of_leaves(leaves)
    all_done = fulfilling(tree, facts, needs)
    ways = {}
    for person in people:
        progress = {
            step.leaf: step for step in standing_rules.progress_of(person, leaves, facts, needs)
        }
        done = frozenset(leaf for leaf, step in progress.items() if step.done_on is not None)
        ways[person] = Way(
            tree,
            progress,
            standing_rules.next_steps(person, tree, facts, needs),
            sum(len(done.intersection(group.leaves)) >= group.count for group in tree),
            len(tree),
            all_done.get(person),
        )
    return ways


@dataclass(frozen=True)
class RenewalWay:
    """Renewal of a person's certificate: its last day, how it stands, the days that count, and the
    way through what renews it."""

    last_day: date
    state: standing_rules.RenewalState
    since: date
    until: date
    way: Way


@dataclass(frozen=True)
class TrackStanding:
    """A person on one track: her enrolment, her way, her renewal where there is one, her standing,
    and its turns, latest first. `earned_on` is the day of her badge.

    `possible` are the first days of coming workshops, by the courses that her steps name.
    """

    enrolment: TrackEnrolment
    way: Way
    renewal: RenewalWay | None
    possible: Mapping[str, date]
    earned_on: date | None
    state: standing_rules.Standing
    turns: Sequence[tuple[date, standing_rules.StandingEvent]]


def standings_of(
    person_id: str, actor: Actor, today: date, track: str = ""
) -> tuple[list[TrackStanding], list[TrackBadge]]:
    """A person's tracks within reach by name, or the one of them with this public id; and her
    badges of tracks that she is on no more."""
    # By her key: beside her tracks by name, a hundred thousand others would be looked through.
    key = key_within_reach(actor, person_id, "tracks.standing")
    if key is None:
        return [], []

    def hers(table: type[TrackEnrolment | TrackBadge]) -> ColumnElement[bool]:
        return and_(table.track_id == Track.id, table.person_id == key)

    statement = (
        select(TrackEnrolment, TrackBadge)
        .select_from(Track)
        .outerjoin(TrackEnrolment, hers(TrackEnrolment))
        .outerjoin(TrackBadge, hers(TrackBadge))
        .where(or_(TrackEnrolment.id.is_not(None), TrackBadge.id.is_not(None)))
        .options(
            contains_eager(TrackEnrolment.track),
            joinedload(TrackEnrolment.version),
            contains_eager(TrackBadge.track),
        )
        .order_by(Track.name)
    )
    if track:
        statement = statement.where(Track.public_id == track).options(
            joinedload(TrackEnrolment.person), selectinload(TrackEnrolment.moves)
        )
    rows = db.session.execute(statement).all()
    return (
        [_standing(enrolment, badge, today) for enrolment, badge in rows if enrolment is not None],
        [badge for enrolment, badge in rows if enrolment is None],
    )


def _standing(enrolment: TrackEnrolment, badge: TrackBadge | None, today: date) -> TrackStanding:
    person, version, course = enrolment.person_id, enrolment.version, enrolment.track.course_id
    way = ways_of(tree_from_json(version.tree), [person], LeafQuestion(today))[person]
    earned_on = badge.earned_on if badge is not None else way.done_on
    renewal = renewal_from_json(version.renewal) if version.renewal else None
    periods = certificate_periods(db.session(), course, [person]).get(person, ())
    last_day = standing_rules.last_day_of(periods)
    renewed = _renewal(renewal, last_day, person, today) if renewal and last_day else None
    steps = [*way.steps, *(renewed.way.steps if renewed else ())]
    return TrackStanding(
        enrolment,
        way,
        renewed,
        possible_days(steps, today),
        earned_on,
        standing_rules.standing_on(
            today, earned_on, periods, renewal, certified=course is not None
        ),
        standing_rules.standing_history(today, earned_on, periods, renewal),
    )


def one_standing(person_id: str, track: str, actor: Actor, today: date) -> TrackStanding:
    """A person on one track. Raises NotFound, also for who is not on it or out of reach."""
    standings, _badges = standings_of(person_id, actor, today, track)
    return one_or_404(standings[0] if standings else None)


def _renewal(renewal: Renewal, last_day: date, person: int, today: date) -> RenewalWay:
    window = standing_rules.window_of(renewal, last_day)
    way = ways_of(renewal.tree, [person], LeafQuestion(today, window=window))[person]
    return RenewalWay(
        last_day,
        standing_rules.renewal_state(renewal, last_day, today),
        window.since or last_day,
        window.until,
        way,
    )


def possible_days(steps: Collection[Leaf], today: date) -> dict[str, date]:
    """The first days of coming workshops of the courses that requirements name; no query where
    none is named."""
    rules = kind_rules()
    courses = {
        step.text(parameter.name)
        for step in steps
        if step.kind in rules
        for parameter in rules[step.kind].parameters
        if parameter.kind is ParameterKind.COURSE
    }
    return next_workshops(db.session(), courses, today) if courses else {}


def facts_seen(person: Person) -> list[SeenFact]:
    """All that was entered about a person, withdrawn or not, latest first."""
    return list(
        db.session.scalars(
            select(SeenFact)
            .where(SeenFact.person_id == person.id)
            .order_by(SeenFact.day.desc(), SeenFact.id.desc())
            .limit(200)
        )
    )
