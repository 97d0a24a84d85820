"""People on a track: who stands where, and one person's own way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from kash.feature import declared
from kash.people.models import Group, Person
from kash.people.queries.persons import key_within_reach, person_ids_within_reach
from kash.people.rules.one_group import OneGroup, one_group
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.tracks.leaf_kinds import (
    LastDays,
    LeafQuestion,
    facts_of,
    kind_rules,
    needs_of_leaves,
)
from kash.tracks.models import SeenFact, Track, TrackEnrolment, TrackVersion
from kash.tracks.queries.standing import fulfilled_by_version
from kash.tracks.rules.eligibility import (
    LeafProgress,
    count_done,
    fulfilling,
    next_steps,
    progress_of,
)
from kash.tracks.rules.kinds import ParameterKind
from kash.tracks.rules.renewal import RenewalState, renewal_state, window_of
from kash.tracks.rules.tree import Branch, Leaf, Node, leaves_of, renewal_from_json, tree_from_json
from kash.workshops.queries.hours import next_workshops

DONE, ON_THE_WAY = "done", "on_the_way"
# Beyond so many, everybody's facts are read rather than those of a list of keys.
_MOST_KEYS = 500


@dataclass(frozen=True)
class OnTrack:
    """A person on a track: how many of the parts at the top of her version's tree are done, the
    day on which all was, and the requirement that comes next."""

    person: str
    name: str
    letter: str
    version: int
    since: datetime
    done: int
    parts: int
    done_on: date | None
    step: Leaf | None


@dataclass(frozen=True)
class _EnrolmentRow:
    person_id: int
    version_id: int
    letter: str


def who_stands_where(
    track: Track, actor: Actor, today: date, *, state: str = "", version: str = "", letter: str = ""
) -> OneGroup[_EnrolmentRow]:
    """Everybody on a track within reach, by name, of one group: in a state ("" for all), on a
    version (public id, "" for all). One query, and one for each requirement if a state is asked."""
    rows = [
        _EnrolmentRow(*row)
        for row in db.session.execute(
            select(TrackEnrolment.person_id, TrackEnrolment.version_id, Group.letter)
            .join(Person, Person.id == TrackEnrolment.person_id)
            .join(Group, Group.id == Person.group_id)
            .where(
                TrackEnrolment.track_id == track.id,
                Person.id.in_(person_ids_within_reach(actor, "tracks.standing")),
            )
            .order_by(Person.sort_name, Person.id)
        )
    ]
    if version:
        wanted = {one.id for one in track.versions if one.public_id == version}
        rows = [row for row in rows if row.version_id in wanted]
    if state in (DONE, ON_THE_WAY):
        done = _done(rows, today)
        rows = [row for row in rows if (row.person_id in done) == (state == DONE)]
    return one_group(rows, lambda row: row.letter, letter)


def _done(rows: Sequence[_EnrolmentRow], today: date) -> Mapping[int, date]:
    enrolled: defaultdict[int, list[int]] = defaultdict(list)
    for row in rows:
        enrolled[row.version_id].append(row.person_id)
    people = [row.person_id for row in rows] if len(rows) <= _MOST_KEYS else None
    return fulfilled_by_version(db.session(), enrolled, LeafQuestion(today, people))


def shown(rows: Sequence[_EnrolmentRow], track: Track, today: date) -> list[OnTrack]:
    """These rows as the list shows them; two queries, and one for each requirement."""
    people = [row.person_id for row in rows]
    named = {
        person.id: (person, since)
        for person, since in db.session.execute(
            select(Person, TrackEnrolment.enrolled_at)
            .join(TrackEnrolment, TrackEnrolment.person_id == Person.id)
            .where(TrackEnrolment.track_id == track.id, Person.id.in_(people))
        )
    }
    versions = {one.id: one for one in track.versions}
    ways: dict[int, dict[int, Way]] = {}
    for key in {row.version_id for row in rows}:
        of_version = [row.person_id for row in rows if row.version_id == key]
        ways[key] = ways_of(tree_from_json(versions[key].tree), of_version, LeafQuestion(today))
    found = []
    for row in rows:
        person, since = named[row.person_id]
        way = ways[row.version_id][row.person_id]
        found.append(
            OnTrack(
                person.public_id,
                person.chosen_name,
                row.letter,
                versions[row.version_id].number,
                since,
                way.done,
                way.parts,
                way.done_on,
                way.steps[0] if way.steps else None,
            )
        )
    return found


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
    """A person on one track: her enrolment, her way, and her renewal where there is one.

    `possible` are the first days of coming workshops, by the courses that her steps name.
    """

    enrolment: TrackEnrolment
    way: Way
    renewal: RenewalWay | None
    possible: Mapping[str, date]


def standings_of(person_id: str, actor: Actor, today: date, track: str = "") -> list[TrackStanding]:
    """A person's tracks within reach by name, or the one of them with this public id."""
    # By her key: beside her tracks by name, a hundred thousand others would be looked through.
    key = key_within_reach(actor, person_id, "tracks.standing")
    if key is None:
        return []
    statement = (
        select(TrackEnrolment)
        .where(TrackEnrolment.person_id == key)
        .options(
            joinedload(TrackEnrolment.track),
            joinedload(TrackEnrolment.version),
            joinedload(TrackEnrolment.person),
        )
    )
    if track:
        statement = (
            statement.join(TrackEnrolment.track)
            .where(Track.public_id == track)
            .options(selectinload(TrackEnrolment.moves))
        )
    found = []
    for enrolment in sorted(db.session.scalars(statement), key=lambda one: one.track.name):
        person = enrolment.person_id
        way = ways_of(tree_from_json(enrolment.version.tree), [person], LeafQuestion(today))[person]
        renewal = _renewal(enrolment.version, enrolment.track, person, today)
        steps = [*way.steps, *(renewal.way.steps if renewal else ())]
        found.append(TrackStanding(enrolment, way, renewal, possible_days(steps, today)))
    return found


def one_standing(person_id: str, track: str, actor: Actor, today: date) -> TrackStanding:
    """A person on one track. Raises NotFound, also for who is not on it or out of reach."""
    found = standings_of(person_id, actor, today, track)
    return one_or_404(found[0] if found else None)


def _renewal(version: TrackVersion, track: Track, person: int, today: date) -> RenewalWay | None:
    if version.renewal is None or track.course_id is None:
        return None
    days = [
        part.read(db.session(), track.course_id, [person]).get(person)
        for part in declared(LastDays)
    ]
    last_day = max((day for day in days if day is not None), default=None)
    if last_day is None:
        return None
    renewal = renewal_from_json(version.renewal)
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


@dataclass(frozen=True)
class ToEnter:
    """Somebody on a track of whom something can be entered."""

    person: str
    name: str
    letter: str


def people_to_enter(track: Track, actor: Actor) -> list[ToEnter]:
    """Everybody on a track whose facts an actor may enter, by name; never herself."""
    rows = db.session.execute(
        select(Person.public_id, Person.chosen_name, Group.letter)
        .join(TrackEnrolment, TrackEnrolment.person_id == Person.id)
        .join(Group, Group.id == Person.group_id)
        .where(
            TrackEnrolment.track_id == track.id,
            Person.id.in_(person_ids_within_reach(actor, "tracks.keep")),
            Person.id != (actor.person_id or 0),
        )
        .order_by(Person.sort_name, Person.id)
    )
    return [ToEnter(*row) for row in rows]
