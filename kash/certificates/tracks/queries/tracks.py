"""People of a workshop before the track that its certificates need: the one decision by which
certificates are given and completions are counted. People on a track: who stands where, and who
something can be entered about. Tracks and their versions, and the names of what requirements speak
of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.attendance.rules.marking import Presence
from kash.certificates.tracks.leaf_kinds import LeafQuestion, kind_rules
from kash.certificates.tracks.models import APPROVAL, Track, TrackEnrolment, TrackVersion
from kash.certificates.tracks.queries.certifying import (
    JudgedByVersion,
    PersonStanding,
    Way,
    judged,
    standings,
    ways_of,
)
from kash.certificates.tracks.rules.standing import Standing
from kash.certificates.tracks.rules.tree import (
    NotATree,
    TrackCatalogue,
    tracks_asked_for,
    tree_from_json,
)
from kash.people.models import Group, Person
from kash.people.queries.persons import MOST_COUNTED, listed_by_group
from kash.people.rules.persons import OneGroup, one_group
from kash.people.scope import within_reach
from kash.platform.database import PublicId, db
from kash.platform.web import Listing as web_Listing
from kash.platform.web import listing
from kash.platform.web.errors import get_or_404, one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.lists import FEWER_ROWS, Listing, paged
from kash.platform.web.taking import is_taken
from kash.policy import Actor
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.queries.people import attendance_record

OfThem = TypeVar("OfThem", bound=PublicId)
NOBODY_HELD: Mapping[int, int] = {}


@dataclass(frozen=True)
class Completing:
    """One person of a workshop: what she attended, and how she stands before its track; None while
    nothing is set."""

    person: Person
    record: Presence
    judged: JudgedByVersion | None

    @property
    def met(self) -> bool:
        """True if she lacks nothing of the track, and was there."""
        return self.judged is not None and not self.judged.missing and self.record.minutes > 0


def completing(
    session: Session, workshop: Workshop, track: Track | None, held: Mapping[int, int] = NOBODY_HELD
) -> list[Completing]:
    """Everybody on a workshop's roster by name; `held` as in `judged`. Seven queries, and those of
    the track's requirements."""
    rows = attendance_record(workshop, session)
    today = local_today()
    day = min(workshop.ends_on, today)
    here = {person.id: (record.percentage, day) for person, record in rows if record.total_minutes}
    people = [person.id for person, _record in rows]
    stand = judged(session, track, people, LeafQuestion(today, people, here=here), held)
    return [Completing(person, record, stand.get(person.id)) for person, record in rows]


DONE = "done"
# Of more people it is only told that there are more: each is asked whether she is in reach.
MOST_ON_TRACK = 100
# Beyond so many, everybody's facts are read rather than those of a list of keys.
_MOST_KEYS = 500


def who_stands_where(
    track: Track, actor: Actor, today: date, *, state: str = "", version: str = "", letter: str = ""
) -> tuple[Listing[Any], OneGroup[Any]]:
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
        wanted = [chosen.id for chosen in track.versions if chosen.public_id == version]
        statement = statement.where(TrackEnrolment.version_id.in_(wanted))
    if state:
        standing_so = _in_state(statement, track, today, state, letter)
        return paged(standing_so.rows, per_page=FEWER_ROWS), standing_so
    page, group = listed_by_group(
        lambda key: statement.where(Person.group_id == key),
        letter,
        sorts=_by_name,
        default_sort="name",
        key=Person.id,
        most=MOST_ON_TRACK,
        per_page=FEWER_ROWS,
    )
    return page, group


def _in_state(
    statement: Select[Any], track: Track, today: date, state: str, letter: str
) -> OneGroup[Any]:
    rows = db.session.execute(statement.order_by(Person.sort_name, Person.id)).all()
    people = [enrolled.person_id for enrolled in rows] if len(rows) <= _MOST_KEYS else None
    standing = standings(db.session(), track, today, people)
    rows = [enrolled for enrolled in rows if stands(standing[enrolled.person_id], state)]
    return one_group(rows, lambda row: row.letter, letter)


def stands(standing: PersonStanding, state: str) -> bool:
    """True if a standing is one that is asked for: "done" once she has earned the track,
    however she stands now; "active" whether or not it can be renewed; else the standing itself."""
    if state == DONE:
        return standing.earned_on is not None
    if state == Standing.ACTIVE:
        return standing.state.holds
    return standing.state == state


def shown(rows: Sequence[Any], track: Track, today: date) -> list[dict[str, Any]]:
    """People on a track as the list shows them: how many groups of requirements of her version
    each has done, her standing, and the requirement that comes next. Six queries, and one for each
    requirement."""
    people = [enrolled.person_id for enrolled in rows]
    named = {
        enrolled.id: enrolled
        for enrolled in db.session.execute(
            select(Person.id, Person.public_id, Person.chosen_name, TrackEnrolment.enrolled_at)
            .join(TrackEnrolment, TrackEnrolment.person_id == Person.id)
            .where(TrackEnrolment.track_id == track.id, Person.id.in_(people))
        )
    }
    versions = {version.id: version for version in track.versions}
    ways: dict[int, dict[int, Way]] = {}
    for key in {enrolled.version_id for enrolled in rows}:
        of_version = [enrolled.person_id for enrolled in rows if enrolled.version_id == key]
        ways[key] = ways_of(tree_from_json(versions[key].tree), of_version, LeafQuestion(today))
    done = {
        person: way.done_on for of in ways.values() for person, way in of.items() if way.done_on
    }
    standing = standings(db.session(), track, today, people, done=done)
    lines = []
    for enrolled in rows:
        person = named[enrolled.person_id]
        way = ways[enrolled.version_id][enrolled.person_id]
        lines.append(
            {
                "person": person.public_id,
                "name": person.chosen_name,
                "letter": enrolled.letter,
                "version": versions[enrolled.version_id].number,
                "since": person.enrolled_at,
                "done": way.done,
                "parts": way.parts,
                "standing": standing[enrolled.person_id],
                "step": way.steps[0] if way.steps else None,
            }
        )
    return lines


def people_to_enter(
    track: Track, actor: Actor, *, letter: str = "", page: int = 1
) -> tuple[Listing[Any], OneGroup[Any]]:
    """A page of those on a track whose facts an actor may enter, of one group, by name; never
    herself, and nobody under 18. Four queries at most."""
    person, name = Person.public_id.label("person"), Person.chosen_name.label("name")
    statement = _to_enter(track, actor, person, name, Group.letter).join(
        Group, Group.id == Person.group_id
    )
    return listed_by_group(
        lambda key: statement.where(Person.group_id == key),
        letter,
        sorts=_by_name,
        default_sort="name",
        key=Person.id,
        most=MOST_ON_TRACK,
        page=page,
    )


def enterable_people(track: Track, actor: Actor, people: Iterable[str]) -> frozenset[str]:
    """Those of these people (public ids) that an actor may enter facts about for a track; a query
    for each five hundred."""
    wanted, reached = list(people), set[str]()
    for start in range(0, len(wanted), _MOST_KEYS):
        some = wanted[start : start + _MOST_KEYS]
        statement = _to_enter(track, actor, Person.public_id)
        reached.update(db.session.scalars(statement.where(Person.public_id.in_(some))))
    return frozenset(reached)


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


def all_tracks() -> web_Listing[Any]:
    """All tracks by name, one page of them, each with the number of its published version and of
    the people on it, MOST_COUNTED + 1 if there are more; two queries. In a table that is taken away
    everybody is counted."""

    def of_track(number: Any, *more: Any) -> Any:
        numbers = select(number).where(TrackVersion.track_id == Track.id, *more)
        return numbers.correlate(Track).scalar_subquery()

    published = TrackVersion.state == "published"
    on_it = select(TrackEnrolment.id).where(TrackEnrolment.track_id == Track.id).correlate(Track)
    counted = on_it.limit(None if is_taken() else MOST_COUNTED + 1).subquery()
    return listing(
        select(
            Track.public_id,
            Track.name,
            Track.name_sw,
            Track.purpose,
            func.coalesce(of_track(func.max(TrackVersion.number), published), 0).label("published"),
            (of_track(func.count(TrackVersion.id), ~published) > 0).label("unpublished"),
            select(func.count()).select_from(counted).scalar_subquery().label("enrolled"),
        ),
        sorts={"name": func.lower(Track.name)},
        default_sort="name",
        key=Track.id,
    )


def one_track(public_id: str, session: Session | None = None) -> Track:
    """A track with its versions, latest first. Raises NotFound."""
    return get_or_404(
        session or db.session(),
        Track,
        public_id,
        options=(selectinload(Track.versions), joinedload(Track.course)),
    )


def one_of(rows: Iterable[OfThem], public_id: str) -> OfThem:
    """The one of these rows with a public id. Raises NotFound."""
    return one_or_404(next((row for row in rows if row.public_id == public_id), None))


def version_of(track: Track, public_id: str) -> TrackVersion:
    """A version, fetched through its track. Raises NotFound."""
    return one_of(track.versions, public_id)


def published_version(track: Track) -> TrackVersion | None:
    """The latest published version; None if there is none."""
    return next((version for version in track.versions if version.state == "published"), None)


def tracks_to_enter() -> list[Track]:
    """The tracks on which somebody can be put, by name: those with a published version, but for the
    one that asks the same of everybody."""
    published = select(TrackVersion.track_id).where(TrackVersion.state == "published")
    return list(
        db.session.scalars(
            select(Track)
            .where(Track.id.in_(published), or_(~Track.certifies, Track.course_id.is_not(None)))
            .order_by(func.lower(Track.name))
        )
    )


@dataclass(frozen=True)
class Names:
    """Names of what requirements speak of, by public ids: courses that have a published version;
    of each course its published versions as (public id, number, language); tracks by language."""

    courses: Mapping[str, str]
    versions: Mapping[str, Sequence[tuple[str, int, str]]]
    tracks: Mapping[str, tuple[str, str]]

    def track(self, public_id: str, language: str) -> str:
        """The name of a track in a language; empty if there is none."""
        name, name_sw = self.tracks.get(public_id, ("", ""))
        return (name_sw or name) if language == "sw" else name


def all_names(session: Session | None = None) -> Names:
    """The names of all courses and tracks; two queries."""
    asking = session or db.session()
    courses: dict[str, str] = {}
    versions: defaultdict[str, list[tuple[str, int, str]]] = defaultdict(list)
    for course, name, version, number, language in asking.execute(
        select(
            Course.public_id,
            Course.name,
            CourseVersion.public_id,
            CourseVersion.number,
            CourseVersion.language,
        )
        .join(CourseVersion, CourseVersion.course_id == Course.id)
        .where(CourseVersion.state == "published")
        .order_by(func.lower(Course.name), Course.id, CourseVersion.number)
    ):
        courses[course] = name
        versions[course].append((version, number, language))
    tracks = {
        track.public_id: (track.name, track.name_sw)
        for track in asking.execute(
            select(Track.public_id, Track.name, Track.name_sw).order_by(func.lower(Track.name))
        )
    }
    return Names(courses, dict(versions), tracks)


def catalogue(session: Session) -> TrackCatalogue:
    """Courses and tracks as checks know them; three queries."""
    names = all_names(session)
    rules = kind_rules()
    asked_for: dict[str, frozenset[str]] = {track: frozenset() for track in names.tracks}
    for track, tree in session.execute(
        select(Track.public_id, TrackVersion.tree).join(
            TrackVersion, TrackVersion.track_id == Track.id
        )
    ):
        try:
            asked_for[track] |= tracks_asked_for(tree_from_json(tree), rules)
        except NotATree:
            continue
    return TrackCatalogue(
        {
            course: frozenset(version for version, _number, _language in versions)
            for course, versions in names.versions.items()
        },
        asked_for,
    )


def waiting_for(actor: Actor, limit: int = 20) -> Sequence[Any]:
    """Versions that an actor can publish, and those that were sent back to who writes them."""
    wanted = [APPROVAL.open_to(actor)]
    if actor.may("tracks.edit"):
        wanted.append(and_(TrackVersion.state == "draft", TrackVersion.returned_because != ""))
    return db.session.execute(
        select(
            Track.public_id.label("track"),
            TrackVersion.public_id.label("version"),
            Track.name,
            TrackVersion.number,
            TrackVersion.state,
        )
        .join(Track, Track.id == TrackVersion.track_id)
        .where(or_(*wanted))
        .order_by(TrackVersion.id)
        .limit(limit)
    ).all()


def find_tracks(text: str, limit: int) -> list[tuple[str, str]]:
    """(public id, name) of tracks found by name; one query."""
    rows = db.session.execute(
        select(Track.public_id, Track.name)
        .where(
            or_(
                Track.name.icontains(text, autoescape=True),
                Track.name_sw.icontains(text, autoescape=True),
            )
        )
        .order_by(func.lower(Track.name))
        .limit(limit)
    )
    return [(track.public_id, track.name) for track in rows]
