"""Visits of supervision: entered, withdrawn, and their notes deleted after a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from kash.accounts.queries.accounts import actor_now
from kash.people.models import Organisation, Person, Venue
from kash.people.queries.persons import person_ids_within_reach
from kash.platform.database import new_public_id, writing
from kash.platform.vault import audited
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.programme import retention
from kash.policy import Actor
from kash.tracks.errors import (
    AlreadyWithdrawn,
    ChecklistChanged,
    DayToCome,
    NextTooEarly,
    NothingOfMinors,
    UnknownPlace,
    VisitThere,
)
from kash.tracks.models import SeenFact, SupervisionVisit, Track, TrackEnrolment
from kash.tracks.rules.visits import STATION, VENUE, Observed, VisitKind, checklist_from_json
from kash.tracks.sealed import sealed_note
from kash.tracks.services.enrolments import reached_person
from kash.tracks.services.seen import check_witness, stand
from kash.tracks.services.tracks import locked_track


@dataclass(frozen=True)
class VisitDetails:
    """A visit as it is entered. `supervisor` is an account; `place` is "station:" or "venue:" with
    a public id, or empty; `observed` are the items of the checklist that were seen, by key."""

    kind: str
    day: date
    supervisor: str
    place: str = ""
    observed: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    next_on: date | None = None


def enter_visit(track_id: str, person_id: str, details: VisitDetails, *, by: Actor) -> str:
    """Enter a visit to somebody on a track; its public id. Practice and outreach count as such, by
    one fact a day.

    Raises NotFound, DayToCome, NextTooEarly, OneselfOnATrack, NothingOfMinors, SupervisedByHerself,
    UnknownWitness, UnknownPlace, ChecklistChanged, and VisitThere for the same visit sent twice.
    """
    if details.day > local_today():
        raise DayToCome
    if details.next_on is not None and details.next_on <= details.day:
        raise NextTooEarly
    kind = VisitKind(details.kind)
    with audited("tracks.visit_entered", by) as change:
        session = change.session
        track = locked_track(session, track_id)
        person = reached_person(session, person_id, by)
        if person.minor:
            raise NothingOfMinors
        check_witness(session, details.supervisor, {person_id: person.id})
        version = one_or_404(
            session.scalar(
                select(TrackEnrolment).where(
                    TrackEnrolment.track_id == track.id, TrackEnrolment.person_id == person.id
                )
            )
        ).version
        _refuse_unknown(details.observed, version.checklist)
        _refuse_same(session, track, person, details)
        public_id = new_public_id()
        visit = SupervisionVisit(
            public_id=public_id,
            track_id=track.id,
            version_id=version.id,
            person_id=person.id,
            kind=str(kind),
            day=details.day,
            supervisor=details.supervisor,
            observed=dict(details.observed),
            note_sealed=sealed_note(details.note, public_id),
            next_on=details.next_on,
            next_by=_goes_next(session, details.supervisor, person, by),
            fact_id=_counted(session, kind.fact, person, details, by, change.now),
            entered_by=by.public_id,
            entered_at=change.now,
        )
        visit.organisation_id, visit.venue_id = _place(session, details.place)
        session.add(visit)
        session.flush()
        change.about(public_id)
        return public_id


def withdraw_visit(
    track_id: str, person_id: str, visit_id: str, because: str, *, by: Actor
) -> None:
    """Withdraw a visit that was entered wrongly, with what came of it unless another visit stands
    for that too; it stays in her history. Raises NotFound, OneselfOnATrack and AlreadyWithdrawn."""
    with audited("tracks.visit_withdrawn", by) as change:
        track = locked_track(change.session, track_id)
        person = reached_person(change.session, person_id, by)
        visit = one_or_404(
            change.session.scalar(
                select(SupervisionVisit)
                .where(
                    SupervisionVisit.public_id == visit_id,
                    SupervisionVisit.track_id == track.id,
                    SupervisionVisit.person_id == person.id,
                )
                .with_for_update()
            )
        )
        if visit.withdrawn_at is not None:
            raise AlreadyWithdrawn
        visit.withdrawn_at, visit.withdrawn_by = change.now, by.public_id
        visit.withdrawn_because = because
        change.session.flush()
        fact = visit.fact
        if fact is not None and fact.withdrawn_at is None and not _stands(change.session, fact):
            fact.withdrawn_at, fact.withdrawn_by = change.now, by.public_id
            fact.withdrawn_because = because
        change.about(visit_id)


def delete_old_notes(now: datetime) -> int:
    """Delete what was noted on visits once the time is over that the programme keeps own words;
    what was seen stays. How many."""
    until = now - retention().span("own_words")
    old = (SupervisionVisit.note_sealed.is_not(None), SupervisionVisit.entered_at < until)
    with writing() as session:
        gone = session.execute(update(SupervisionVisit).where(*old).values(note_sealed=None))
        return int(getattr(gone, "rowcount", 0))


def _goes_next(session: Session, supervisor: str, person: Person, by: Actor) -> str:
    """The account that is told of the next visit: whoever was there, unless she does not reach this
    person, and nobody would be told."""
    reached = person_ids_within_reach(actor_now(supervisor), "tracks.standing")
    there = session.scalar(reached.where(Person.id == person.id))
    return supervisor if there is not None else by.public_id


def _refuse_unknown(observed: Mapping[str, str], checklist: object) -> None:
    keys = {one.key for one in checklist_from_json(checklist)}
    if not keys.issuperset(observed) or not set(Observed).issuperset(observed.values()):
        raise ChecklistChanged


def _refuse_same(session: Session, track: Track, person: Person, details: VisitDetails) -> None:
    same = exists().where(
        SupervisionVisit.track_id == track.id,
        SupervisionVisit.person_id == person.id,
        SupervisionVisit.kind == details.kind,
        SupervisionVisit.day == details.day,
        SupervisionVisit.supervisor == details.supervisor,
        SupervisionVisit.withdrawn_at.is_(None),
    )
    if session.scalar(select(same)):
        raise VisitThere


def _counted(
    session: Session, kind: str, person: Person, details: VisitDetails, by: Actor, now: datetime
) -> int | None:
    """The key of the fact that comes of a visit: a new one, or that of another visit on this day.
    None if it counts as nothing, or was entered without a visit."""
    if not kind:
        return None
    fact = session.scalar(
        select(SeenFact)
        .where(
            SeenFact.person_id == person.id,
            SeenFact.kind == kind,
            SeenFact.about == "",
            SeenFact.day == details.day,
        )
        .with_for_update()
    )
    if fact is not None and fact.withdrawn_at is None:
        return fact.id if _stands(session, fact) else None
    if fact is None:
        fact = SeenFact(person_id=person.id, kind=kind, about="", day=details.day)
        session.add(fact)
    stand(fact, 1, details.supervisor, by, now)
    session.flush()
    return fact.id


def _stands(session: Session, fact: SeenFact) -> bool:
    """True if a visit that was not withdrawn stands for a fact."""
    stands = exists().where(
        SupervisionVisit.fact_id == fact.id, SupervisionVisit.withdrawn_at.is_(None)
    )
    return bool(session.scalar(select(stands)))


def _place(session: Session, place: str) -> tuple[int | None, int | None]:
    """The keys of a station and of a venue, of which one at most is said."""
    what, _colon, public_id = place.partition(":")
    station = venue = None
    if what == STATION:
        station = session.scalar(select(Organisation.id).where(Organisation.public_id == public_id))
    elif what == VENUE:
        venue = session.scalar(select(Venue.id).where(Venue.public_id == public_id))
    if place and station is None and venue is None:
        raise UnknownPlace
    return station, venue
