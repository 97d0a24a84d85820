"""Tracks and their versions, and the names of what requirements speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from kash.people.queries.one_group import MOST_COUNTED
from kash.platform.database import db
from kash.platform.web import Listing, listing
from kash.platform.web.errors import one_or_404
from kash.platform.web.taking import is_taken
from kash.policy import Actor
from kash.tracks.approval import APPROVAL
from kash.tracks.leaf_kinds import kind_rules
from kash.tracks.models import Track, TrackEnrolment, TrackVersion
from kash.tracks.rules.checks import TrackCatalogue, tracks_asked_for
from kash.tracks.rules.tree import NotATree, tree_from_json
from kash.training.models import Course, CourseVersion


@dataclass(frozen=True)
class TrackRow:
    """A track in the list: its published version's number, 0 if there is none; whether another
    version is not published yet; how many people are on it, MOST_COUNTED + 1 if there are more."""

    public_id: str
    name: str
    name_sw: str
    purpose: str
    published: int
    unpublished: bool
    enrolled: int


def all_tracks() -> Listing[TrackRow]:
    """All tracks by name, one page of them; two queries. In a table that is taken away everybody
    on a track is counted."""

    def of_track(number: Any, *more: Any) -> Any:
        found = select(number).where(TrackVersion.track_id == Track.id, *more)
        return found.correlate(Track).scalar_subquery()

    published = TrackVersion.state == "published"
    on_it = select(TrackEnrolment.id).where(TrackEnrolment.track_id == Track.id).correlate(Track)
    counted = on_it.limit(None if is_taken() else MOST_COUNTED + 1).subquery()
    found = listing(
        select(
            Track.public_id,
            Track.name,
            Track.name_sw,
            Track.purpose,
            func.coalesce(of_track(func.max(TrackVersion.number), published), 0),
            of_track(func.count(TrackVersion.id), ~published) > 0,
            select(func.count()).select_from(counted).scalar_subquery(),
        ),
        sorts={"name": func.lower(Track.name)},
        default_sort="name",
        key=Track.id,
    )
    return found.turned(lambda rows: [TrackRow(*row) for row in rows])


def one_track(public_id: str, session: Session | None = None) -> Track:
    """A track with its versions, latest first. Raises NotFound."""
    return one_or_404(
        (session or db.session()).scalar(
            select(Track)
            .where(Track.public_id == public_id)
            .options(selectinload(Track.versions), joinedload(Track.course))
        )
    )


def version_of(track: Track, public_id: str) -> TrackVersion:
    """A version, fetched through its track. Raises NotFound."""
    return one_or_404(next((one for one in track.versions if one.public_id == public_id), None))


def published_version(track: Track) -> TrackVersion | None:
    """The latest published version; None if there is none."""
    return next((one for one in track.versions if one.state == "published"), None)


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
        row.public_id: (row.name, row.name_sw)
        for row in asking.execute(
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


@dataclass(frozen=True)
class WaitingTrack:
    """A version that waits for somebody: to be published, or to be written anew."""

    track: str
    version: str
    name: str
    number: int
    returned: bool
    since: datetime


def waiting_for(actor: Actor, limit: int = 20) -> list[WaitingTrack]:
    """Versions that an actor can publish, and those that were sent back to who writes them."""
    wanted = [APPROVAL.open_to(actor)]
    if actor.may("tracks.edit"):
        wanted.append(and_(TrackVersion.state == "draft", TrackVersion.returned_because != ""))
    rows = db.session.execute(
        select(
            Track.public_id,
            TrackVersion.public_id,
            Track.name,
            TrackVersion.number,
            TrackVersion.state == "draft",
            TrackVersion.created_at,
        )
        .join(Track, Track.id == TrackVersion.track_id)
        .where(or_(*wanted))
        .order_by(TrackVersion.id)
        .limit(limit)
    )
    return [WaitingTrack(row[0], row[1], row[2], row[3], bool(row[4]), row[5]) for row in rows]


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
    return [(row.public_id, row.name) for row in rows]
