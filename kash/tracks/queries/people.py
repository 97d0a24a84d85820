"""People on a track: who stands where, and one person's own way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from kash.people.models import Group, Person
from kash.people.queries.one_group import listed_by_group
from kash.people.queries.persons import key_within_reach
from kash.people.rules.one_group import OneGroup, one_group
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.lists import Listing, paged
from kash.policy import Actor
from kash.tracks.leaf_kinds import (
    LeafQuestion,
    certificate_periods,
    facts_of,
    kind_rules,
    needs_of_leaves,
)
from kash.tracks.models import SeenFact, Track, TrackBadge, TrackEnrolment
from kash.tracks.queries.standings import PersonStanding, standings
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

DONE = "done"
# Of more people it is only told that there are more: each is asked whether she is in reach.
MOST_ON_TRACK = 150
# Beyond so many, everybody's facts are read rather than those of a list of keys.
_MOST_KEYS = 500


@dataclass(frozen=True)
class OnTrack:
    """A person on a track: how many of the parts at the top of her version's tree are done, her
    standing, and the requirement that comes next."""

    person: str
    name: str
    letter: str
    version: int
    since: datetime
    done: int
    parts: int
    standing: PersonStanding
    step: Leaf | None


@dataclass(frozen=True)
class _EnrolmentRow:
    person_id: int
    version_id: int
    letter: str


def who_stands_where(
    track: Track, actor: Actor, today: date, *, state: str = "", version: str = "", letter: str = ""
) -> tuple[Listing[_EnrolmentRow], OneGroup[_EnrolmentRow]]:
    """The page of everybody on a track within reach, by name, of one group: in a state ("" for
    all), on a version (public id, "" for all); nobody under 18. Four queries at most; if a state is
    asked everybody is read, with one query and one for each requirement."""
    statement: Any = (
        select(TrackEnrolment.person_id, TrackEnrolment.version_id, Group.letter)
        .join(Person, Person.id == TrackEnrolment.person_id)
        .join(Group, Group.id == Person.group_id)
        .where(
            TrackEnrolment.track_id == track.id,
            ~Person.minor,
            within_reach(actor, "tracks.standing", few=True),
        )
    )
    if version:
        wanted = [one.id for one in track.versions if one.public_id == version]
        statement = statement.where(TrackEnrolment.version_id.in_(wanted))
    if state:
        found = _in_state(statement, track, today, state, letter)
        return paged(found.rows), found
    page, group = listed_by_group(
        lambda key: statement.where(Person.group_id == key),
        letter,
        sorts=_by_name,
        default_sort="name",
        key=Person.id,
        most=MOST_ON_TRACK,
    )
    return page.turned(lambda rows: [_EnrolmentRow(*row) for row in rows]), group


def _in_state(
    statement: Select[Any], track: Track, today: date, state: str, letter: str
) -> OneGroup[_EnrolmentRow]:
    rows = [
        _EnrolmentRow(*row)
        for row in db.session.execute(statement.order_by(Person.sort_name, Person.id))
    ]
    people = [row.person_id for row in rows] if len(rows) <= _MOST_KEYS else None
    found = standings(db.session(), track, today, people)
    rows = [row for row in rows if stands(found[row.person_id], state)]
    return one_group(rows, lambda row: row.letter, letter)


def stands(one: PersonStanding, state: str) -> bool:
    """True if a standing is one that is asked for: "done" for whoever has earned the track, however
    she stands now; "active" whether or not it can be renewed; else the standing itself."""
    if state == DONE:
        return one.earned_on is not None
    if state == Standing.ACTIVE:
        return one.state.holds
    return one.state == state


def shown(rows: Sequence[_EnrolmentRow], track: Track, today: date) -> list[OnTrack]:
    """These rows as the list shows them; six queries, and one for each requirement."""
    people = [row.person_id for row in rows]
    named = {
        row.id: row
        for row in db.session.execute(
            select(Person.id, Person.public_id, Person.chosen_name, TrackEnrolment.enrolled_at)
            .join(TrackEnrolment, TrackEnrolment.person_id == Person.id)
            .where(TrackEnrolment.track_id == track.id, Person.id.in_(people))
        )
    }
    versions = {one.id: one for one in track.versions}
    ways: dict[int, dict[int, Way]] = {}
    for key in {row.version_id for row in rows}:
        of_version = [row.person_id for row in rows if row.version_id == key]
        ways[key] = ways_of(tree_from_json(versions[key].tree), of_version, LeafQuestion(today))
    done = {
        person: way.done_on for of in ways.values() for person, way in of.items() if way.done_on
    }
    standing = standings(db.session(), track, today, people, done=done)
    found = []
    for row in rows:
        person = named[row.person_id]
        way = ways[row.version_id][row.person_id]
        found.append(
            OnTrack(
                person.public_id,
                person.chosen_name,
                row.letter,
                versions[row.version_id].number,
                person.enrolled_at,
                way.done,
                way.parts,
                standing[row.person_id],
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


@dataclass(frozen=True)
class ToEnter:
    """Somebody on a track of whom something can be entered."""

    person: str
    name: str
    letter: str


def people_to_enter(
    track: Track, actor: Actor, *, letter: str = "", page: int = 1
) -> tuple[Listing[ToEnter], OneGroup[ToEnter]]:
    """A page of those on a track whose facts an actor may enter, of one group, by name; never
    herself, and nobody under 18. Four queries at most."""
    statement = _to_enter(track, actor, Person.public_id, Person.chosen_name, Group.letter).join(
        Group, Group.id == Person.group_id
    )
    found, group = listed_by_group(
        lambda key: statement.where(Person.group_id == key),
        letter,
        sorts=_by_name,
        default_sort="name",
        key=Person.id,
        most=MOST_ON_TRACK,
        page=page,
    )
    return found.turned(lambda rows: [ToEnter(*row) for row in rows]), group


def enterable_people(track: Track, actor: Actor, people: Iterable[str]) -> frozenset[str]:
    """Those of these people (public ids) of whom an actor may enter facts for a track; a query for
    each five hundred."""
    asked, found = list(people), set[str]()
    for start in range(0, len(asked), _MOST_KEYS):
        some = asked[start : start + _MOST_KEYS]
        statement = _to_enter(track, actor, Person.public_id)
        found.update(db.session.scalars(statement.where(Person.public_id.in_(some))))
    return frozenset(found)


def _to_enter(track: Track, actor: Actor, *columns: Any) -> Select[Any]:
    return (
        select(*columns)
        .join(TrackEnrolment, TrackEnrolment.person_id == Person.id)
        .where(
            TrackEnrolment.track_id == track.id,
            ~Person.minor,
            within_reach(actor, "tracks.keep", few=True),
            Person.id != (actor.person_id or 0),
        )
    )


def _by_name(few: bool) -> dict[str, Any]:
    # Few are put in order once they are found.
    return {"name": Person.sort_name.concat("") if few else Person.sort_name}
