"""Ways of persons: through the tree of a track, to its renewal, and where one stands on each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kash.people.models import Person
from kash.people.queries.persons import key_within_reach
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.tracks.leaf_kinds import (
    LeafQuestion,
    certificate_periods,
    facts_of,
    kind_rules,
    needs_of_leaves,
)
from kash.tracks.models import SeenFact, Track, TrackBadge, TrackEnrolment
from kash.tracks.rules.eligibility import (
    LeafProgress,
    count_done,
    fulfilling,
    next_steps,
    progress_of,
)
from kash.tracks.rules.kinds import ParameterKind
from kash.tracks.rules.renewal import RenewalState, renewal_state, window_of
from kash.tracks.rules.standing import (
    Standing,
    StandingEvent,
    last_day_of,
    standing_history,
    standing_on,
)
from kash.tracks.rules.tree import (
    Branch,
    Leaf,
    Node,
    Renewal,
    leaves_of,
    renewal_from_json,
    tree_from_json,
)
from kash.workshops.queries.hours import next_workshops


@dataclass(frozen=True)
class Way:
    """A person's way through a tree: her standing towards each requirement, what comes next in
    order, how many parts at the top are done, and the day on which all was."""

    tree: Node
    progress: Mapping[Leaf, LeafProgress]
    steps: Sequence[Leaf]
    done: int
    parts: int
    done_on: date | None


def ways_of(tree: Node, people: Collection[int], asked: LeafQuestion) -> dict[int, Way]:
    """The ways of these persons (keys) through a tree."""
    leaves = leaves_of(tree)
    asked = LeafQuestion(asked.today, people, asked.window)
    facts, needs = facts_of(db.session(), leaves, asked), needs_of_leaves(leaves)
    all_done = fulfilling(tree, facts, needs)
    found = {}
    for person in people:
        progress = {one.leaf: one for one in progress_of(person, leaves, facts, needs)}
        done = frozenset(leaf for leaf, one in progress.items() if one.done_on is not None)
        top = tree if isinstance(tree, Branch) else None
        found[person] = Way(
            tree,
            progress,
            next_steps(person, tree, facts, needs),
            min(count_done(top, done), top.needed) if top else len(done),
            top.needed if top else 1,
            all_done.get(person),
        )
    return found


@dataclass(frozen=True)
class RenewalWay:
    """Renewal of a person's certificate: its last day, how it stands, the days that count, and the
    way through what renews it."""

    last_day: date
    state: RenewalState
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
    state: Standing
    turns: Sequence[tuple[date, StandingEvent]]


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
    last_day = last_day_of(periods)
    renewed = _renewal(renewal, last_day, person, today) if renewal and last_day else None
    steps = [*way.steps, *(renewed.way.steps if renewed else ())]
    return TrackStanding(
        enrolment,
        way,
        renewed,
        possible_days(steps, today),
        earned_on,
        standing_on(today, earned_on, periods, renewal, certified=course is not None),
        standing_history(today, earned_on, periods, renewal),
    )


def one_standing(person_id: str, track: str, actor: Actor, today: date) -> TrackStanding:
    """A person on one track. Raises NotFound, also for who is not on it or out of reach."""
    found, _badges = standings_of(person_id, actor, today, track)
    return one_or_404(found[0] if found else None)


def _renewal(renewal: Renewal, last_day: date, person: int, today: date) -> RenewalWay:
    window = window_of(renewal, last_day)
    way = ways_of(renewal.tree, [person], LeafQuestion(today, window=window))[person]
    return RenewalWay(
        last_day,
        renewal_state(renewal, last_day, today),
        window.since or last_day,
        window.until,
        way,
    )


def possible_days(steps: Collection[Leaf], today: date) -> dict[str, date]:
    """The first days of coming workshops of the courses that requirements name; no query where
    none is named."""
    rules = kind_rules()
    courses = {
        step.text(one.name)
        for step in steps
        if step.kind in rules
        for one in rules[step.kind].parameters
        if one.kind is ParameterKind.COURSE
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
