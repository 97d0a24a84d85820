"""Entering what the programme saw people do, ending a role, and withdrawing what was wrong. Visits
of supervision: entered, withdrawn, and their notes deleted after a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from kash.accounts.models import Account
from kash.accounts.queries.accounts import accounts_with_role, actor_now
from kash.certificates.tracks.models import (
    SeenFact,
    SupervisionVisit,
    Track,
    TrackEnrolment,
    sealed_note,
)
from kash.certificates.tracks.rules.standing import (
    STATION,
    VENUE,
    Observed,
    VisitKind,
    checklist_from_json,
)
from kash.certificates.tracks.services import tracks as track_services
from kash.people.models import Organisation, Person, Venue
from kash.people.queries.persons import person_ids_within_reach
from kash.people.scope import within_reach
from kash.platform.database import new_public_id, writing
from kash.platform.vault import audited
from kash.platform.web.errors import NotFound, Problem, get_or_404, one_or_404
from kash.platform.web.formats import local_today
from kash.platform.web.programme import retention
from kash.policy import Actor, Role

_DAY_TO_COME = _l("This day is still to come.")
# Who may have seen it: staff, so that no list shows accounts of both groups beside each other.
WITNESSES = (Role.TRAINER, Role.DIRECTOR, Role.MONITORING)


@dataclass(frozen=True)
class SeenTogether:
    """Facts of one kind about one thing on one day, and who saw them (an account's public id)."""

    kind: str
    about: str
    day: date
    seen_by: str


def enter(seen: SeenTogether, amounts: Mapping[str, int], *, by: Actor) -> int:
    """Enter what these people did ({public id: amount}); how many facts are new or better.

    One of a kind a day: of two scores the better stays, and what was withdrawn stands again, as
    entered now. Raises Problem, and NotFound for anybody out of reach.
    """
    if not amounts:
        raise Problem(_l("Nobody is ticked yet."), field="")
    if seen.day > local_today():
        raise Problem(_DAY_TO_COME, field="day")
    with audited("tracks.facts_entered", by) as change:
        people = _reached(change.session, amounts, by)
        track_services.refuse_oneself(by, people.values())
        minors = exists().where(Person.id.in_(people.values()), Person.minor)
        if change.session.scalar(select(minors)):
            raise Problem(track_services.NOTHING_OF_MINORS, field="")
        check_witness(change.session, seen.seen_by, people)
        there = {
            fact.person_id: fact
            for fact in change.session.scalars(
                select(SeenFact)
                .where(
                    SeenFact.person_id.in_(people.values()),
                    SeenFact.kind == seen.kind,
                    SeenFact.about == seen.about,
                    SeenFact.day == seen.day,
                )
                .with_for_update()
            )
        }
        entered = 0
        for public_id, amount in amounts.items():
            fact = there.get(people[public_id])
            if fact is None:
                fact = SeenFact(
                    person_id=people[public_id], kind=seen.kind, about=seen.about, day=seen.day
                )
                change.session.add(fact)
            elif fact.withdrawn_at is None and fact.amount >= amount:
                continue
            stand(fact, amount, seen.seen_by, by, change.now)
            entered += 1
        if not entered:
            change.nothing()
            return 0
        change.about(*amounts)
        return entered


def stand(fact: SeenFact, amount: int, seen_by: str, by: Actor, now: datetime) -> None:
    """Have a fact stand as entered now, whether or not it was withdrawn before."""
    fact.amount, fact.seen_by, fact.until = amount, seen_by, None
    fact.entered_by, fact.entered_at = by.public_id, now
    fact.withdrawn_at, fact.withdrawn_by, fact.withdrawn_because = None, None, ""


def withdraw(person_id: str, fact_id: str, because: str, *, by: Actor) -> None:
    """Withdraw a fact that was entered wrongly; it stays in her history. Raises NotFound and
    Problem."""
    with audited("tracks.fact_withdrawn", by) as change:
        fact = _fact(change.session, person_id, fact_id, by)
        if fact.withdrawn_at is not None:
            raise Problem(track_services.ALREADY_WITHDRAWN)
        fact.withdrawn_at, fact.withdrawn_by = change.now, by.public_id
        fact.withdrawn_because = because
        change.about(fact_id)


def end_role(person_id: str, fact_id: str, until: date, *, by: Actor) -> None:
    """Say on which day somebody held a role last. Raises NotFound and Problem."""
    with audited("tracks.role_ended", by) as change:
        fact = _fact(change.session, person_id, fact_id, by)
        if fact.kind != "role" or fact.withdrawn_at is not None:
            raise NotFound
        if not fact.day <= until <= local_today():
            raise Problem(_l("The last day lies between the first one and today."), field="until")
        fact.until = until
        change.about(fact_id)


def witnesses() -> list[Account]:
    """Accounts that can be chosen as who saw it, by name."""
    return list(accounts_with_role(*WITNESSES))


def _reached(session: Session, amounts: Mapping[str, int], by: Actor) -> dict[str, int]:
    rows = session.execute(
        select(Person.public_id, Person.id).where(
            Person.public_id.in_(amounts), within_reach(by, "tracks.keep", few=True)
        )
    )
    people = {person.public_id: person.id for person in rows}
    if len(people) < len(amounts):
        raise NotFound
    return people


def check_witness(session: Session, seen_by: str, people: Mapping[str, int]) -> None:
    """Raise Problem for anybody who is no witness, or is one of these people."""
    if seen_by not in {witness.public_id for witness in witnesses()}:
        raise Problem(_l("Choose somebody from the list."), field="seen_by")
    whose = session.scalar(select(Account.person_id).where(Account.public_id == seen_by))
    if whose is not None and whose in people.values():
        raise Problem(
            _l("The person chosen as having seen it is ticked as well. Somebody else must see it."),
            field="seen_by",
        )


def _fact(session: Session, person_id: str, fact_id: str, by: Actor) -> SeenFact:
    """A fact, fetched through its person, locked."""
    people = _reached(session, {person_id: 1}, by)
    track_services.refuse_oneself(by, people.values())
    return get_or_404(
        session, SeenFact, fact_id, SeenFact.person_id == people[person_id], lock=True
    )


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

    Raises NotFound, and Problem, also for the same visit sent twice.
    """
    if details.day > local_today():
        raise Problem(_DAY_TO_COME, field="day")
    if details.next_on is not None and details.next_on <= details.day:
        raise Problem(_l("The next visit comes after this one."), field="next_on")
    kind = VisitKind(details.kind)
    with audited("tracks.visit_entered", by) as change:
        session = change.session
        track = track_services.locked_track(session, track_id)
        person = track_services.reached_person(session, person_id, by)
        if person.minor:
            raise Problem(track_services.NOTHING_OF_MINORS, field="")
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
    for that too; it stays in her history. Raises NotFound and Problem."""
    with audited("tracks.visit_withdrawn", by) as change:
        track = track_services.locked_track(change.session, track_id)
        person = track_services.reached_person(change.session, person_id, by)
        visit = get_or_404(
            change.session,
            SupervisionVisit,
            visit_id,
            SupervisionVisit.track_id == track.id,
            SupervisionVisit.person_id == person.id,
            lock=True,
        )
        if visit.withdrawn_at is not None:
            raise Problem(track_services.ALREADY_WITHDRAWN)
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
    """The account that is told of the next visit: the person who was there, unless she does not
    reach this person, and nobody would be told."""
    reached = person_ids_within_reach(actor_now(supervisor), "tracks.standing")
    there = session.scalar(reached.where(Person.id == person.id))
    return supervisor if there is not None else by.public_id


def _refuse_unknown(observed: Mapping[str, str], checklist: object) -> None:
    keys = {item.key for item in checklist_from_json(checklist)}
    if not keys.issuperset(observed) or not set(Observed).issuperset(observed.values()):
        raise Problem(_l("The checklist is another by now. Look at it again."), field="")


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
        raise Problem(_l("Entered already: the same occasion, day and supervisor."), field="day")


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
        raise Problem(_l("Choose a place from the list."), field="place")
    return station, venue
