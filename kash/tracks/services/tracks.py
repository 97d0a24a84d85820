"""Adding a track, and changing what it is called."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.policy import Actor
from kash.tracks.errors import CourseIsCertified, CourseIsRenewed, TrackNameTaken, UnknownCourse
from kash.tracks.models import Track, TrackVersion
from kash.tracks.rules.tree import Branch, Join, tree_as_json
from kash.training.models import Course


@dataclass(frozen=True)
class TrackDetails:
    """A track apart from its requirements; `course` is that of its certificate (public id), empty
    if it has none."""

    name: str
    name_sw: str = ""
    purpose: str = ""
    course: str = ""


def add_track(details: TrackDetails, *, by: Actor) -> tuple[str, str]:
    """Add a track with an empty first draft; the public ids of both. Raises TrackNameTaken and
    UnknownCourse."""
    with audited("tracks.track_added", by) as change:
        track = Track(created_at=change.now)
        _fill(change.session, track, details)
        draft = TrackVersion(
            track=track,
            number=1,
            tree=tree_as_json(Branch(Join.ALL)),
            created_at=change.now,
        )
        change.session.add_all([track, draft])
        change.session.flush()
        change.about(track.public_id, draft.public_id)
        return track.public_id, draft.public_id


def change_track(public_id: str, details: TrackDetails, *, by: Actor) -> None:
    """Change what a track is called, and its certificate. Raises NotFound, TrackNameTaken,
    UnknownCourse; for another course CourseIsCertified if its certificates need this track, and
    CourseIsRenewed once a published version has a renewal."""
    with audited("tracks.track_changed", by) as change:
        track = locked_track(change.session, public_id)
        course = track.course_id
        _fill(change.session, track, details)
        if track.course_id != course and track.certifies:
            raise CourseIsCertified
        if track.course_id != course and any(
            one.state == "published" and one.renewal for one in track.versions
        ):
            raise CourseIsRenewed
        change.about(public_id)


def locked_track(session: Session, public_id: str) -> Track:
    """A track inside a write transaction, locked. Raises NotFound."""
    return one_or_404(
        session.scalar(select(Track).where(Track.public_id == public_id).with_for_update())
    )


def _fill(session: Session, track: Track, details: TrackDetails) -> None:
    taken = select(Track.id).where(func.lower(Track.name) == func.lower(details.name))
    if track.id is not None:
        taken = taken.where(Track.id != track.id)
    if session.scalar(taken) is not None:
        raise TrackNameTaken
    course = None
    if details.course:
        course = session.scalar(select(Course.id).where(Course.public_id == details.course))
        if course is None:
            raise UnknownCourse
    track.name, track.name_sw = details.name, details.name_sw
    track.purpose, track.course_id = details.purpose, course
