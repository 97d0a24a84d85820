"""Putting many people on a track in one step, and taking that step back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select

from kash.people.models import Person
from kash.platform.database import is_public_id, new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound
from kash.policy import Actor
from kash.tracks.errors import NothingPublished, PublishedMeanwhile
from kash.tracks.models import TrackEnrolment
from kash.tracks.queries.entering import kept_by, undoable
from kash.tracks.queries.tracks import published_version
from kash.tracks.rules.entering import EntryOutcome, outcome_of
from kash.tracks.services.badges import give_earned
from kash.tracks.services.enrolments import refuse_standard
from kash.tracks.services.tracks import locked_track

_AT_ONCE = 500


@dataclass(frozen=True)
class EnteredTogether:
    """People who were put on a track: under which batch (empty if nobody was), how many, and how
    many of those who were wanted were left out."""

    batch: str
    entered: int
    left_out: int


def enrol_all(
    track_id: str, version_id: str, people: Sequence[str], *, by: Actor
) -> EnteredTogether:
    """Enrol these people (public ids) on the published version of a track, which is the one that
    was shown.

    Left out is whoever is on it already, under 18, the actor herself, or not her own by now. Raises
    NotFound, NobodyOnStandardTrack, NothingPublished, and PublishedMeanwhile if another version was
    published since.
    """
    with audited("tracks.enrolled_together", by) as change:
        track = locked_track(change.session, track_id)
        refuse_standard(track)
        version = published_version(track)
        if version is None:
            raise NothingPublished
        if version.public_id != version_id:
            raise PublishedMeanwhile
        batch, made = new_public_id(), []
        wanted = list(dict.fromkeys(people))
        for start in range(0, len(wanted), _AT_ONCE):
            found = change.session.execute(
                select(Person.id, Person.minor)
                .where(Person.public_id.in_(wanted[start : start + _AT_ONCE]), kept_by(by))
                .order_by(Person.id)
                .with_for_update(of=Person)
            ).all()
            there = set(
                change.session.scalars(
                    select(TrackEnrolment.person_id).where(
                        TrackEnrolment.track_id == track.id,
                        TrackEnrolment.person_id.in_([row.id for row in found]),
                    )
                )
            )
            made += [
                {
                    "track_id": track.id,
                    "version_id": version.id,
                    "person_id": row.id,
                    "enrolled_by": by.public_id,
                    "enrolled_at": change.now,
                    "batch": batch,
                    "public_id": new_public_id(),
                }
                for row in found
                if outcome_of(
                    on_it=row.id in there, minor=row.minor, oneself=row.id == by.person_id
                )
                is EntryOutcome.NEW
            ]
        if not made:
            change.nothing()
            return EnteredTogether("", 0, len(wanted))
        change.session.execute(insert(TrackEnrolment), made)
        change.about(track_id, *(str(one["public_id"]) for one in made))
        return EnteredTogether(batch, len(made), len(wanted) - len(made))


def undo_batch(track_id: str, batch: str, *, by: Actor) -> int:
    """Take off again who was put on a track together, as far as they are the actor's own people
    and were not moved since; how many. What was entered about them stays, and so do badges.

    Raises NotFound, also where nobody is left of them.
    """
    with audited("tracks.entry_undone", by) as change:
        track = locked_track(change.session, track_id)
        if not is_public_id(batch):
            raise NotFound
        these = TrackEnrolment.id.in_(undoable(track.id, by, change.now, batch))
        # What they have done by now stays theirs.
        people = change.session.scalars(select(TrackEnrolment.person_id).where(these)).all()
        give_earned(change.session, track, change.now, people)
        gone = change.session.scalars(
            delete(TrackEnrolment)
            .where(these)
            .returning(TrackEnrolment.public_id)
            .execution_options(synchronize_session=False)
        ).all()
        if not gone:
            raise NotFound
        change.about(track_id, *gone)
        return len(gone)
