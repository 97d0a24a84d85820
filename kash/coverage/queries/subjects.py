"""Subjects that people are trained in, and who is: tracks by their requirements, courses by their
certificates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from kash.certificates.models import CertificateBatch
from kash.certificates.queries.issuing import current_rule
from kash.coverage.rules.spells import Spells, certified_spells, earned_spells
from kash.platform.database import db
from kash.tracks.leaf_kinds import (
    LeafQuestion,
    certificate_periods,
    facts_of,
    needs_of_leaves,
)
from kash.tracks.models import Track, TrackBadge, TrackEnrolment, TrackVersion
from kash.tracks.queries.certifying import certifying_track
from kash.tracks.rules.eligibility import Facts, Needs, fulfilling, next_steps
from kash.tracks.rules.tree import Leaf, Node, leaves_of, tree_from_json
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.queries.hours import hour_shares

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
    by_track = [Subject(TRACK, *row) for row in tracks]
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
    return [*(Subject(COURSE, *row, course=row[0], course_id=row[1]) for row in courses), *by_track]


@dataclass(frozen=True)
class Trained:
    """Everybody who is or was trained in a subject, with the spells in which it held; and who is on
    the way, with the requirement to turn to next."""

    spells: Mapping[int, Spells]
    on_the_way: Mapping[int, Leaf | None]


def trained_in(
    session: Session,
    subject: Subject,
    today: date,
    people: Collection[int] | None = None,
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
    spells = _shared({person: certified_spells(own) for person, own in periods.items()})
    least = _least_share(session, subject)
    hours = Leaf.of("hours", course=subject.public_id, share=least, versions=())
    # Whoever was ever certified is not on the way, so that of a few the others alone are asked for.
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
    asked = LeafQuestion(today, people)
    badges = session.connection().execute(
        select(TrackBadge.person_id, TrackBadge.earned_on).where(
            TrackBadge.track_id == subject.key, *asked.of(TrackBadge.person_id)
        )
    )
    earned = dict(badges.all())
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    rows = session.connection().execute(
        select(TrackEnrolment.version_id, TrackEnrolment.person_id).where(
            TrackEnrolment.track_id == subject.key, *asked.of(TrackEnrolment.person_id)
        )
    )
    for version, person in rows:
        if person not in earned:
            waiting[version].append(person)
    on_the_way = _waiting(session, waiting, asked, earned)
    if subject.course is None:
        return Trained(
            _shared({person: earned_spells(day, None) for person, day in earned.items()}),
            on_the_way,
        )
    periods = certificate_periods(session, subject.course, people) if earned else {}
    spells = {person: earned_spells(day, periods.get(person, ())) for person, day in earned.items()}
    # All is done, and only the paper is missing.
    on_the_way |= {person: subject.certificate for person, own in spells.items() if not own}
    return Trained(_shared({person: own for person, own in spells.items() if own}), on_the_way)


def _waiting(
    session: Session,
    waiting: Mapping[int, Collection[int]],
    asked: LeafQuestion,
    earned: dict[int, date],
) -> dict[int, Leaf | None]:
    """Next steps of those who wait, by the versions on which they are; whoever has done all is
    added to those who earned the track."""
    found: dict[int, Leaf | None] = {}
    versions = select(TrackVersion.id, TrackVersion.tree).where(TrackVersion.id.in_(waiting))
    for key, stored in session.execute(versions).all() if waiting else ():
        tree = tree_from_json(stored)
        leaves = leaves_of(tree)
        facts, needs = facts_of(session, leaves, asked), needs_of_leaves(leaves)
        fulfilled = fulfilling(tree, facts, needs)
        following = _Following(tree, leaves, facts, needs)
        for person in waiting[key]:
            if person in fulfilled:
                earned[person] = fulfilled[person]
            else:
                found[person] = following.step(person)
    return found


def _shared(spells: dict[int, Spells]) -> dict[int, Spells]:
    """The same, with one value for all who were trained on the same days."""
    known: dict[Spells, Spells] = {}
    return {person: known.setdefault(own, own) for person, own in spells.items()}


class _Following:
    """Next steps of people of one version. Many have done the same, and need not be
    looked at one by one."""

    def __init__(self, tree: Node, leaves: list[Leaf], facts: Facts, needs: Needs) -> None:
        self._tree, self._facts, self._needs = tree, facts, needs
        self._amounts = [(facts.get(leaf, {}), needs[leaf]) for leaf in leaves]
        self._known: dict[tuple[int, ...], Leaf | None] = {}

    def step(self, person: int) -> Leaf | None:
        """The requirement that comes next for a person who has not fulfilled the tree."""
        nothing = (0, None)
        done = tuple([min(facts.get(person, nothing)[0], need) for facts, need in self._amounts])
        if done not in self._known:
            steps = next_steps(person, self._tree, self._facts, self._needs)
            self._known[done] = steps[0] if steps else None
        return self._known[done]
