"""Badges for having fulfilled a track. Nothing takes one away again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from kash.platform.database import db
from kash.platform.vault import audited
from kash.platform.web.formats import local_today
from kash.policy import SYSTEM
from kash.tracks.leaf_kinds import LeafQuestion
from kash.tracks.models import Track, TrackBadge, TrackEnrolment
from kash.tracks.queries.standing import fulfilled_by_version
from kash.tracks.services.tracks import locked_track

# Beyond so many, everybody's facts are read rather than those of a list of keys.
_MOST_KEYS = 500


def give_badges() -> int:
    """Give badges to all who are on a track, fulfil it and have none yet; how many."""
    given = 0
    for track in db.session.scalars(select(Track.public_id).order_by(Track.id)).all():
        db.session.rollback()
        with audited("tracks.badges_given", SYSTEM) as change:
            found = locked_track(change.session, track)
            now = give_earned(change.session, found, change.now)
            if now:
                change.about(track)
            else:
                change.nothing()
            given += now
    return given


def give_earned(
    session: Session, track: Track, now: datetime, people: Collection[int] | None = None
) -> int:
    """Give badges to whoever is on a track that is locked, fulfils her version and has none yet, of
    these persons (keys) or of all; how many. Within a transaction."""
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    has_one = exists().where(
        TrackBadge.track_id == TrackEnrolment.track_id,
        TrackBadge.person_id == TrackEnrolment.person_id,
    )
    statement = select(TrackEnrolment.version_id, TrackEnrolment.person_id).where(
        TrackEnrolment.track_id == track.id, ~has_one
    )
    if people is not None:
        statement = statement.where(TrackEnrolment.person_id.in_(people))
    for version, person in session.execute(statement):
        waiting[version].append(person)
    given = 0
    for version, persons in waiting.items():
        narrowed = persons if len(persons) <= _MOST_KEYS else None
        asked = LeafQuestion(local_today(), narrowed)
        done = fulfilled_by_version(session, {version: persons}, asked)
        give(session, track, version, done, now)
        given += len(done)
    return given


def give(
    session: Session, track: Track, version: int, earned: Mapping[int, date], now: datetime
) -> None:
    """Give badges of a track that is locked to these persons, {key: day}, who have none. Within a
    transaction."""
    session.add_all(
        TrackBadge(
            track_id=track.id, version_id=version, person_id=person, earned_on=day, given_at=now
        )
        for person, day in earned.items()
    )
    session.flush()
