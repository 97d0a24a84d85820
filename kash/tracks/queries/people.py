"""People on a track: who stands where, and of whom something can be entered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select

from kash.people.models import Group, Person
from kash.people.queries.one_group import listed_by_group
from kash.people.rules.one_group import OneGroup, one_group
from kash.people.scope import within_reach
from kash.platform.database import db
from kash.platform.web.lists import FEWER_ROWS, Listing, paged
from kash.policy import Actor
from kash.tracks.leaf_kinds import LeafQuestion
from kash.tracks.models import Track, TrackEnrolment
from kash.tracks.queries.standings import PersonStanding, standings
from kash.tracks.queries.ways import Way, ways_of
from kash.tracks.rules.standing import Standing
from kash.tracks.rules.tree import Leaf, tree_from_json

DONE = "done"
# Of more people it is only told that there are more: each is asked whether she is in reach.
MOST_ON_TRACK = 100
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
        return paged(found.rows, per_page=FEWER_ROWS), found
    page, group = listed_by_group(
        lambda key: statement.where(Person.group_id == key),
        letter,
        sorts=_by_name,
        default_sort="name",
        key=Person.id,
        most=MOST_ON_TRACK,
        per_page=FEWER_ROWS,
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
