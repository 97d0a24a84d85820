"""Tracks that certificates need: one for all courses, and another for a course that asks for more.
What is proposed already stays as it was proposed. People on a track: enrolled, moved to another
version, taken off it. Putting many people on a track in one step, and taking that step back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from kash.certificates.tracks.models import Track, TrackEnrolment, TrackMove, TrackVersion
from kash.certificates.tracks.queries.tracks import published_version
from kash.certificates.tracks.queries.visits import kept_by, undoable
from kash.certificates.tracks.rules.standing import EntryOutcome, outcome_of
from kash.certificates.tracks.rules.tree import Leaf, all_of, tree_as_json
from kash.certificates.tracks.services.tracks import (
    CANNOT_CERTIFY,
    NOTHING_PUBLISHED,
    give_earned,
    locked_track,
)
from kash.people.models import Person
from kash.people.queries.persons import locked_person
from kash.people.scope import within_reach
from kash.platform.database import is_public_id, new_public_id
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound, Problem, one_or_404
from kash.policy import Actor

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
    tree = tree_as_json(all_of(Leaf.of("workshop", share=share)))
    present = track.versions[0] if track.versions else None
    if present is not None and present.tree == tree:
        return present
    version = TrackVersion(
        track=track,
        number=present.number + 1 if present is not None else 1,
        tree=tree,
        state="published",
        published_by=by.public_id,
        published_at=now,
        created_at=now,
    )
    session.add(version)
    session.flush()
    return version


def _free(session: Session, name: str) -> str:
    """A name that no track has, this one if it is free."""
    taken = set(session.scalars(select(Track.name).where(Track.name.startswith(name))))
    return next(
        free
        for free in (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
        if free not in taken
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
            raise Problem(CANNOT_CERTIFY)
        others = select(Track.id).where(Track.course_id == track.course_id, Track.certifies)
        if change.session.scalar(others) is not None:
            raise Problem(
                _l("The certificates of this course need another track already. End that first.")
            )
        track.certifies = True
        change.about(public_id)


def ask_no_more(public_id: str, *, by: Actor) -> None:
    """Let the certificates of a track's course need no more than those of all others. Raises
    NotFound, and CannotCertify for the track that all need."""
    with audited("tracks.asked_no_more", by) as change:
        track = locked_track(change.session, public_id)
        if track.standard:
            raise Problem(CANNOT_CERTIFY)
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
            raise Problem(NOTHING_PUBLISHED)
        person = reached_person(change.session, person_id, by)
        if person.minor:
            raise Problem(_l("Nobody under 18 is enrolled."))
        if _enrolment(change.session, track, person) is not None:
            raise Problem(_l("This person is on this track already."))
        enrolment = TrackEnrolment(
            track_id=track.id,
            version_id=version.id,
            person_id=person.id,
            enrolled_by=by.public_id,
            enrolled_at=change.now,
        )
        change.session.add(enrolment)
        change.session.flush()
        change.about(track_id, enrolment.public_id)
        return enrolment.public_id


def move(track_id: str, person_id: str, version_id: str, reason: str, *, by: Actor) -> None:
    """Move somebody to another published version of her track. Raises NotFound,
    NobodyOnStandardTrack, OneselfOnATrack, SameVersion and, where certificates need the track,
    VersionBeforeHers."""
    with audited("tracks.moved", by) as change:
        track = locked_track(change.session, track_id)
        refuse_standard(track)
        person = reached_person(change.session, person_id, by)
        enrolment = one_or_404(_enrolment(change.session, track, person))
        version = _version(track, version_id)
        if version.id == enrolment.version_id:
            raise Problem(
                _l("This person is on this version already. Choose another one."), field="version"
            )
        if track.certifies and version.number < _first_version(track, enrolment):
            raise Problem(
                _l(
                    "Certificates need this track, so nobody is moved to a"
                    " version before the one on which they"
                    " began."
                ),
                field="version",
            )
        # What she has done by the earlier version stays hers.
        give_earned(change.session, track, change.now, [person.id])
        enrolment.moves.append(
            TrackMove(
                from_id=enrolment.version_id,
                to_id=version.id,
                reason=reason,
                moved_by=by.public_id,
                moved_at=change.now,
            )
        )
        enrolment.version_id = version.id
        change.about(track_id, enrolment.public_id)


def take_off(track_id: str, person_id: str, *, by: Actor) -> None:
    """Take somebody off a track; what was entered about her stays, and so does her badge.
    Raises NotFound and
    OneselfOnATrack."""
    with audited("tracks.taken_off", by) as change:
        track = locked_track(change.session, track_id)
        person = reached_person(change.session, person_id, by)
        enrolment = one_or_404(_enrolment(change.session, track, person))
        give_earned(change.session, track, change.now, [person.id])
        change.about(track_id, enrolment.public_id)
        change.session.delete(enrolment)


def reached_person(session: Session, person_id: str, by: Actor) -> Person:
    """A person in an actor's reach for tracks, locked. Raises NotFound and OneselfOnATrack."""
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
        raise Problem(_l("Nobody is put on this track: what it asks for holds for everybody."))


def refuse_oneself(by: Actor, people: Collection[int]) -> None:
    """Raise OneselfOnATrack if an actor is one of these persons (keys)."""
    if by.person_id is not None and by.person_id in people:
        raise Problem(_l("This is about yourself: somebody else must do it."), status=403)


def _enrolment(session: Session, track: Track, person: Person) -> TrackEnrolment | None:
    return session.scalar(
        select(TrackEnrolment)
        .where(TrackEnrolment.track_id == track.id, TrackEnrolment.person_id == person.id)
        .with_for_update()
    )


def _first_version(track: Track, enrolment: TrackEnrolment) -> int:
    """The number of the version on which somebody began."""
    began = enrolment.moves[-1].from_id if enrolment.moves else enrolment.version_id
    return next(version.number for version in track.versions if version.id == began)


def _version(track: Track, public_id: str) -> TrackVersion:
    return one_or_404(
        next(
            (
                version
                for version in track.versions
                if version.public_id == public_id and version.state == "published"
            ),
            None,
        )
    )


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

    Left out are those who are on it already, under 18, the actor herself, or not her own by now.
    Raises NotFound, NobodyOnStandardTrack, NothingPublished, and PublishedMeanwhile if another
    version was published since.
    """
    with audited("tracks.enrolled_together", by) as change:
        track = locked_track(change.session, track_id)
        refuse_standard(track)
        version = published_version(track)
        if version is None:
            raise Problem(NOTHING_PUBLISHED)
        if version.public_id != version_id:
            raise Problem(
                _l("Another version was published meanwhile. Look at it, then confirm once more.")
            )
        batch, enrolments = new_public_id(), []
        wanted = list(dict.fromkeys(people))
        for start in range(0, len(wanted), _AT_ONCE):
            reached = change.session.execute(
                select(Person.id, Person.minor)
                .where(Person.public_id.in_(wanted[start : start + _AT_ONCE]), kept_by(by))
                .order_by(Person.id)
                .with_for_update(of=Person)
            ).all()
            there = set(
                change.session.scalars(
                    select(TrackEnrolment.person_id).where(
                        TrackEnrolment.track_id == track.id,
                        TrackEnrolment.person_id.in_([person.id for person in reached]),
                    )
                )
            )
            enrolments += [
                {
                    "track_id": track.id,
                    "version_id": version.id,
                    "person_id": person.id,
                    "enrolled_by": by.public_id,
                    "enrolled_at": change.now,
                    "batch": batch,
                    "public_id": new_public_id(),
                }
                for person in reached
                if outcome_of(
                    on_it=person.id in there, minor=person.minor, oneself=person.id == by.person_id
                )
                is EntryOutcome.NEW
            ]
        if not enrolments:
            change.nothing()
            return EnteredTogether("", 0, len(wanted))
        change.session.execute(insert(TrackEnrolment), enrolments)
        change.about(track_id, *(str(enrolment["public_id"]) for enrolment in enrolments))
        return EnteredTogether(batch, len(enrolments), len(wanted) - len(enrolments))


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
