"""People on a track: enrolled, moved to another version, taken off it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.people.models import Person
from kash.people.queries.persons import locked_person
from kash.people.scope import within_reach
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound, one_or_404
from kash.policy import Actor
from kash.tracks.errors import (
    AlreadyEnrolled,
    MinorOnATrack,
    NobodyOnStandardTrack,
    NothingPublished,
    OneselfOnATrack,
    SameVersion,
    VersionBeforeHers,
)
from kash.tracks.models import Track, TrackEnrolment, TrackMove, TrackVersion
from kash.tracks.queries.tracks import published_version
from kash.tracks.services.badges import give_earned
from kash.tracks.services.tracks import locked_track


def enrol(track_id: str, person_id: str, *, by: Actor) -> str:
    """Enrol a person on the published version of a track; the enrolment's public id.

    Raises NotFound, also for somebody out of reach, NobodyOnStandardTrack, NothingPublished,
    OneselfOnATrack, MinorOnATrack and AlreadyEnrolled.
    """
    with audited("tracks.enrolled", by) as change:
        track = locked_track(change.session, track_id)
        refuse_standard(track)
        version = published_version(track)
        if version is None:
            raise NothingPublished
        person = reached_person(change.session, person_id, by)
        if person.minor:
            raise MinorOnATrack
        if _enrolment(change.session, track, person) is not None:
            raise AlreadyEnrolled
        made = TrackEnrolment(
            track_id=track.id,
            version_id=version.id,
            person_id=person.id,
            enrolled_by=by.public_id,
            enrolled_at=change.now,
        )
        change.session.add(made)
        change.session.flush()
        change.about(track_id, made.public_id)
        return made.public_id


def move(track_id: str, person_id: str, version_id: str, reason: str, *, by: Actor) -> None:
    """Move somebody to another published version of her track. Raises NotFound,
    NobodyOnStandardTrack, OneselfOnATrack, SameVersion and, where certificates need the track,
    VersionBeforeHers."""
    with audited("tracks.moved", by) as change:
        track = locked_track(change.session, track_id)
        refuse_standard(track)
        person = reached_person(change.session, person_id, by)
        found = one_or_404(_enrolment(change.session, track, person))
        version = _version(track, version_id)
        if version.id == found.version_id:
            raise SameVersion
        if track.certifies and version.number < _first_version(track, found):
            raise VersionBeforeHers
        # What she has done by the earlier version stays hers.
        give_earned(change.session, track, change.now, [person.id])
        found.moves.append(
            TrackMove(
                from_id=found.version_id,
                to_id=version.id,
                reason=reason,
                moved_by=by.public_id,
                moved_at=change.now,
            )
        )
        found.version_id = version.id
        change.about(track_id, found.public_id)


def take_off(track_id: str, person_id: str, *, by: Actor) -> None:
    """Take somebody off a track; what was entered about her stays, and so does her badge.
    Raises NotFound and
    OneselfOnATrack."""
    with audited("tracks.taken_off", by) as change:
        track = locked_track(change.session, track_id)
        person = reached_person(change.session, person_id, by)
        found = one_or_404(_enrolment(change.session, track, person))
        give_earned(change.session, track, change.now, [person.id])
        change.about(track_id, found.public_id)
        change.session.delete(found)


def reached_person(session: Session, person_id: str, by: Actor) -> Person:
    """A person of whom an actor keeps the tracks, locked. Raises NotFound and OneselfOnATrack."""
    person = locked_person(session, person_id)
    refuse_oneself(by, [person.id])
    reached = select(Person.id).where(
        Person.id == person.id, within_reach(by, "tracks.keep", few=True)
    )
    if session.scalar(reached) is None:
        raise NotFound
    return person


def refuse_standard(track: Track) -> None:
    """Raise NobodyOnStandardTrack for the track that all certificates need."""
    if track.standard:
        raise NobodyOnStandardTrack


def refuse_oneself(by: Actor, people: Collection[int]) -> None:
    """Raise OneselfOnATrack if an actor is one of these persons (keys)."""
    if by.person_id is not None and by.person_id in people:
        raise OneselfOnATrack


def _enrolment(session: Session, track: Track, person: Person) -> TrackEnrolment | None:
    return session.scalar(
        select(TrackEnrolment)
        .where(TrackEnrolment.track_id == track.id, TrackEnrolment.person_id == person.id)
        .with_for_update()
    )


def _first_version(track: Track, enrolment: TrackEnrolment) -> int:
    """The number of the version on which somebody began."""
    began = enrolment.moves[-1].from_id if enrolment.moves else enrolment.version_id
    return next(one.number for one in track.versions if one.id == began)


def _version(track: Track, public_id: str) -> TrackVersion:
    return one_or_404(
        next(
            (
                one
                for one in track.versions
                if one.public_id == public_id and one.state == "published"
            ),
            None,
        )
    )
