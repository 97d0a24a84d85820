"""The track that the certificates of a course need, and people before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from kash.platform.database import db
from kash.tracks.leaf_kinds import LeafQuestion, facts_of, needs_of_leaves
from kash.tracks.models import Track, TrackEnrolment, TrackVersion
from kash.tracks.rules.eligibility import LeafProgress, fulfilling, next_steps, progress_of
from kash.tracks.rules.renewal import RenewalState, renewal_state, window_of
from kash.tracks.rules.tree import (
    Node,
    Renewal,
    leaves_of,
    renewal_from_json,
    tree_from_json,
)
from kash.training.models import Course


@dataclass(frozen=True)
class Judgement:
    """One person before a tree: the day on which she fulfilled it, None while something is missing,
    and what that is: the requirements that she is to turn to."""

    done_on: date | None
    missing: tuple[LeafProgress, ...]


@dataclass(frozen=True)
class JudgedByVersion(Judgement):
    """The same, with the key of the version by which she is judged."""

    version: int


def certifying_track(session: Session, course: int) -> Track | None:
    """The track that certificates of a course (its key) need: the one that is asked for by this
    course, else the one that all others need; None if nothing is set yet."""
    return session.scalar(
        select(Track)
        .where(Track.certifies, or_(Track.course_id == course, Track.course_id.is_(None)))
        .order_by(Track.course_id.is_(None))
        .limit(1)
    )


def judge(
    session: Session, tree: Node, people: Collection[int], asked: LeafQuestion
) -> dict[int, Judgement]:
    """How each of these persons (keys) stands before a tree; a query for each requirement."""
    leaves = leaves_of(tree)
    facts = facts_of(session, leaves, replace(asked, people=people))
    needs = needs_of_leaves(leaves)
    done = fulfilling(tree, facts, needs)
    return {
        person: Judgement(
            done.get(person),
            tuple(progress_of(person, next_steps(person, tree, facts, needs), facts, needs)),
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
        person: JudgedByVersion(one.done_on, one.missing, version)
        for version, some in by_version.items()
        for person, one in judge(session, versions[version], some, asked).items()
    }


def _versions(
    session: Session, track: Track | None, held: Mapping[int, int]
) -> tuple[dict[int, Node], int | None]:
    """Trees by the keys of versions: those of a track, and those held; and its present version."""
    wanted: list[ColumnElement[bool]] = [TrackVersion.id.in_(set(held.values()))]
    if track is not None:
        wanted.append(and_(TrackVersion.track_id == track.id, TrackVersion.state == "published"))
    rows = session.execute(
        select(TrackVersion.id, TrackVersion.track_id, TrackVersion.tree)
        .where(or_(*wanted))
        .order_by(TrackVersion.number)
    ).all()
    present = [row.id for row in rows if track is not None and row.track_id == track.id]
    trees = {row.id: tree_from_json(row.tree) for row in rows}
    return trees, present[-1] if present else None


@dataclass(frozen=True)
class HeldByTrack:
    """A certificate of a person by a version of a track (both by their keys), with its last day."""

    person: int
    version: int
    last_day: date


@dataclass(frozen=True)
class RenewalJudgement(JudgedByVersion):
    """One person before what renews her certificate, and how that stands on the day."""

    state: RenewalState

    @property
    def renews(self) -> bool:
        """True if all is done within the days that count, and today is one of them."""
        return self.done_on is not None and self.state in (RenewalState.OPEN, RenewalState.GRACE)


def renewals_judged(
    session: Session, held: Mapping[int, HeldByTrack], today: date
) -> dict[int, RenewalJudgement]:
    """How each of these certificates stands before its renewal, by its key; those whose track says
    nothing of one are left out. Who is on the track is judged by her version.

    Two queries, and those of each version and last day.
    """
    tracks, renewals = _renewals(session, {one.version for one in held.values()})
    if not renewals:
        return {}
    enrolled: dict[tuple[int, int], int] = {}
    for person, track, version in session.execute(
        select(TrackEnrolment.person_id, TrackEnrolment.track_id, TrackEnrolment.version_id).where(
            TrackEnrolment.person_id.in_({one.person for one in held.values()})
        )
    ):
        enrolled[person, track] = version
    groups: defaultdict[tuple[int, date], dict[int, int]] = defaultdict(dict)
    for key, one in held.items():
        chosen = enrolled.get((one.person, tracks[one.version]), one.version)
        if chosen in renewals:
            groups[chosen, one.last_day][key] = one.person
    found: dict[int, RenewalJudgement] = {}
    for (version, last_day), certificates in groups.items():
        renewal = renewals[version]
        asked = LeafQuestion(today, window=window_of(renewal, last_day))
        stands = judge(session, renewal.tree, list(certificates.values()), asked)
        state = renewal_state(renewal, last_day, today)
        for key, person in certificates.items():
            its = stands[person]
            found[key] = RenewalJudgement(its.done_on, its.missing, version, state)
    return found


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
        {row.id: row.track_id for row in rows},
        {row.id: renewal_from_json(row.renewal) for row in rows if row.renewal},
    )


@dataclass(frozen=True)
class CourseTrack:
    """A published track that leads to the certificate of a course; `certifies` says that the
    certificates of the course need it."""

    track: str
    name: str
    name_sw: str
    course: str
    certifies: bool


def course_tracks() -> list[CourseTrack]:
    """Published tracks that lead to the certificate of a course, by the names of courses; one
    query."""
    published = exists().where(TrackVersion.track_id == Track.id, TrackVersion.state == "published")
    rows = db.session.execute(
        select(Track.public_id, Track.name, Track.name_sw, Course.name, Track.certifies)
        .join(Course, Course.id == Track.course_id)
        .where(published)
        .order_by(func.lower(Course.name), func.lower(Track.name), Track.id)
    )
    return [CourseTrack(*row) for row in rows]
