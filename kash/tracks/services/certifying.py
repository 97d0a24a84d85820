"""Tracks that certificates need: one for all courses, and another for a course that asks for more.

What is proposed already stays as it was proposed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.platform.vault import audited
from kash.policy import Actor
from kash.tracks.errors import AnotherCertifies, CannotCertify
from kash.tracks.models import Track, TrackEnrolment, TrackVersion
from kash.tracks.queries.tracks import published_version
from kash.tracks.rules.tree import Branch, Join, Leaf, tree_as_json
from kash.tracks.services.badges import give_earned
from kash.tracks.services.tracks import locked_track

STANDARD_NAMES = ("Certificate of a workshop", "Cheti cha warsha")


def publish_share(session: Session, share: int, by: Actor, now: datetime) -> TrackVersion:
    """Make the track that all certificates need ask for this share of a workshop's hours, in per
    cent: a version of one requirement, the present one if it asks for the same. Within a
    transaction."""
    track = session.scalar(
        select(Track).where(Track.certifies, Track.course_id.is_(None)).with_for_update()
    )
    if track is None:
        name, name_sw = STANDARD_NAMES
        track = Track(name=_free(session, name), name_sw=name_sw, certifies=True, created_at=now)
        session.add(track)
    tree = tree_as_json(Branch(Join.ALL, (Leaf.of("workshop", share=share),)))
    present = track.versions[0] if track.versions else None
    if present is not None and present.tree == tree:
        return present
    made = TrackVersion(
        track=track,
        number=present.number + 1 if present is not None else 1,
        tree=tree,
        state="published",
        published_by=by.public_id,
        published_at=now,
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _free(session: Session, name: str) -> str:
    """A name that no track has, this one if it is free."""
    taken = set(session.scalars(select(Track.name).where(Track.name.startswith(name))))
    return next(
        one
        for one in (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
        if one not in taken
    )


def ask_for(public_id: str, *, by: Actor) -> None:
    """Make the certificates of a track's course need it from now on. Raises NotFound, CannotCertify
    and AnotherCertifies."""
    with audited("tracks.asked_for", by) as change:
        track = locked_track(change.session, public_id)
        if track.certifies:
            change.nothing()
            return
        if track.course_id is None or published_version(track) is None:
            raise CannotCertify
        others = select(Track.id).where(Track.course_id == track.course_id, Track.certifies)
        if change.session.scalar(others) is not None:
            raise AnotherCertifies
        track.certifies = True
        change.about(public_id)


def ask_no_more(public_id: str, *, by: Actor) -> None:
    """Let the certificates of a track's course need no more than those of all others. Raises
    NotFound, and CannotCertify for the track that all need."""
    with audited("tracks.asked_no_more", by) as change:
        track = locked_track(change.session, public_id)
        if track.standard:
            raise CannotCertify
        if not track.certifies:
            change.nothing()
            return
        track.certifies = False
        change.about(public_id)


def note_fulfilled(
    session: Session, track: Track, people: dict[int, int], by: Actor, now: datetime
) -> None:
    """Put these persons, {key: key of a version}, on a track that they fulfil, if they are not on
    it, and give them its badge. Within a transaction."""
    locked_track(session, track.public_id)
    there = set(
        session.scalars(
            select(TrackEnrolment.person_id).where(
                TrackEnrolment.track_id == track.id, TrackEnrolment.person_id.in_(people)
            )
        )
    )
    session.add_all(
        TrackEnrolment(
            track_id=track.id,
            version_id=version,
            person_id=person,
            enrolled_by=by.public_id,
            enrolled_at=now,
        )
        for person, version in people.items()
        if person not in there
    )
    session.flush()
    give_earned(session, track, now, _keys(people))


def _keys(people: dict[int, int]) -> Collection[int]:
    return list(people)
