"""Workshops whose people fulfilled by now the track that their certificate needs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select

from kash.attendance.models import RosterEntry
from kash.certificates.models import Certificate, CertificateBatch
from kash.platform.database import db
from kash.policy import Actor, Reach
from kash.tracks.models import Track, TrackVersion
from kash.tracks.queries.standings import standings
from kash.tracks.rules.standing import Standing
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import run_by


@dataclass(frozen=True)
class ReadyHere:
    """A workshop, and the number of its people who fulfil the track of its course, and for whom no
    certificate by it was proposed yet."""

    workshop: str
    title: str
    count: int


def ready_by_tracks(actor: Actor, today: date) -> list[ReadyHere]:
    """Workshops that an actor runs at which certificates by a track can be proposed, of people who
    are on the track; each of them at the latest workshop only. One query, and some for each track
    that a course requires."""
    if actor.reach("certificates.propose") is not Reach.OWN:
        return []
    required = select(Track).where(Track.certifies, Track.course_id.is_not(None)).order_by(Track.id)
    return [
        one for track in db.session.scalars(required).all() for one in _ready(track, actor, today)
    ]


def _ready(track: Track, actor: Actor, today: date) -> list[ReadyHere]:
    has_one = exists().where(
        Certificate.person_id == RosterEntry.person_id,
        Certificate.batch_id == CertificateBatch.id,
        CertificateBatch.state != "returned",
        Certificate.version_id.in_(
            select(TrackVersion.id).where(TrackVersion.track_id == track.id)
        ),
    )
    latest = {
        person: (workshop, title)
        for workshop, title, person in db.session.execute(
            select(Workshop.public_id, Workshop.title, RosterEntry.person_id)
            .join(CourseVersion, CourseVersion.id == Workshop.version_id)
            .join(RosterEntry, RosterEntry.register_id == Workshop.register_id)
            .where(
                CourseVersion.course_id == track.course_id,
                Workshop.id.in_(run_by(actor)),
                Workshop.ends_on <= today,
                RosterEntry.removed_at.is_(None),
                ~has_one,
            )
            .order_by(Workshop.ends_on, Workshop.id)
        )
    }
    if not latest:
        return []
    found = standings(db.session(), track, today, list(latest))
    ready = [person for person, one in found.items() if one.state is Standing.EARNED]
    counted = Counter(latest[person] for person in ready)
    return [ReadyHere(workshop, title, number) for (workshop, title), number in counted.items()]
