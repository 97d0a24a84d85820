"""Reads of certificates and batches, and of who may have one. Reads behind a holder's link. How
far a batch is issued, and whether somebody is still at it. Workshops whose people fulfilled by now
the track that their certificate needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from kash.accounts.services.marks import token_hash
from kash.attendance.models import RosterEntry, Slot
from kash.certificates.models import (
    APPROVAL,
    Certificate,
    CertificateBatch,
    CertificateRule,
    HolderLink,
    Printing,
)
from kash.certificates.rules.issuing import (
    IssuingRecord,
    Missing,
    missing_requirements,
    state_shown,
)
from kash.certificates.tracks.models import Track, TrackVersion
from kash.certificates.tracks.queries.certifying import JudgedByVersion, certifying_track, standings
from kash.certificates.tracks.queries.tracks import completing
from kash.certificates.tracks.rules.standing import Standing
from kash.people.models import Group, Person
from kash.people.queries.persons import never_asked
from kash.people.rules.persons import sort_name
from kash.platform.database import db
from kash.platform.jobs import Job
from kash.platform.jobs.models import ENDED
from kash.platform.web.errors import get_or_404, one_or_404
from kash.policy import Actor, Reach
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import is_run_by, run_by


@dataclass(frozen=True)
class Candidate:
    """A person of a workshop, and what she still lacks for a certificate. `judged` is how she
    stands before the track that it needs, None while nothing is set.

    `left_out` are the signs of her name that no printer has, and that are not printed.
    """

    person_id: int
    person_public_id: str
    chosen_name: str
    printed_name: str
    left_out: str
    name_confirmed: bool
    name_may_be_printed: bool
    group_letter: str
    minutes: int
    total_minutes: int
    missing: tuple[Missing, ...]
    has_certificate: bool
    judged: JudgedByVersion | None


def current_rule(session: Session | None = None) -> CertificateRule | None:
    """The rule in force: the latest version."""
    statement = (
        select(CertificateRule)
        .options(joinedload(CertificateRule.requires))
        .order_by(CertificateRule.version.desc())
        .limit(1)
    )
    return (session or db.session()).scalars(statement).first()


def rule_versions() -> list[CertificateRule]:
    """All versions of the rule, latest first."""
    return list(
        db.session.scalars(
            select(CertificateRule)
            .options(joinedload(CertificateRule.requires))
            .order_by(CertificateRule.version.desc())
        )
    )


def _holding(
    workshop_id: int, track: Track | None, excluding: CertificateBatch | None
) -> Select[int]:
    """Persons who have a certificate of this workshop, or of any by a track that only its course
    asks for; issued or under way, and not revoked."""
    of_these: ColumnElement[bool] = CertificateBatch.workshop_id == workshop_id
    if track is not None and not track.standard:
        versions = select(TrackVersion.id).where(TrackVersion.track_id == track.id)
        of_these = or_(of_these, Certificate.version_id.in_(versions))
    statement = (
        select(Certificate.person_id)
        .join(CertificateBatch)
        .where(
            of_these,
            # A renewal shows another workshop's title, and so does a correction of it.
            Certificate.renews_id.is_(None),
            CertificateBatch.state != "returned",
            Certificate.revoked_at.is_(None),
        )
    )
    return statement.where(CertificateBatch.id != excluding.id) if excluding else statement


def certifying_track_of(workshop: Workshop, session: Session | None = None) -> Track | None:
    """The track that certificates of a workshop need now; None while nothing is set."""
    return certifying_track(session or db.session(), workshop.version.course_id)


def candidates(
    workshop: Workshop, session: Session | None = None, excluding: CertificateBatch | None = None
) -> list[Candidate]:
    """Everyone on a workshop's roster by printed name, with what each still lacks; nine queries,
    and those of the track's requirements.

    `excluding` leaves one batch out of account, to ask anew whether its people are eligible: each
    by that by which she was proposed.
    """
    asking = session or db.session()
    stored = current_rule(asking) if excluding is None else excluding.rule
    track = certifying_track_of(workshop, asking)
    holding = set(asking.scalars(_holding(workshop.id, track, excluding)))
    people: list[Candidate] = []
    for standing in completing(asking, workshop, track, _proposed_by(excluding)):
        record, judgement = standing.record, standing.judged
        person = standing.person
        has_certificate = person.id in holding
        confirmed = person.printed_name_confirmed_at is not None
        missing = missing_requirements(
            IssuingRecord(
                minutes=record.minutes,
                total_minutes=record.total_minutes,
                name_confirmed=confirmed,
                minor=person.minor,
                has_certificate=has_certificate,
                name_may_be_printed=person.prints_name,
                unmet=judgement.missing if judgement is not None else (),
                asked=judgement is not None,
            ),
            name_must_be_confirmed=stored.name_must_be_confirmed if stored else True,
        )
        people.append(
            Candidate(
                person_id=person.id,
                person_public_id=person.public_id,
                chosen_name=person.chosen_name,
                printed_name=person.name_for_paper,
                left_out=person.left_out_on_paper,
                name_confirmed=confirmed,
                name_may_be_printed=person.prints_name,
                group_letter=person.group.letter,
                minutes=record.minutes,
                total_minutes=record.total_minutes,
                missing=missing,
                has_certificate=has_certificate,
                judged=judgement,
            )
        )
    return sorted(people, key=lambda each: (sort_name(each.printed_name), each.person_id))


def _proposed_by(batch: CertificateBatch | None) -> dict[int, int]:
    """Versions of tracks by which the certificates of a batch were proposed, by person."""
    if batch is None:
        return {}
    return {
        certificate.person_id: certificate.version_id or batch.rule.requires_id
        for certificate in batch.certificates
    }


def unconfirmed_registers(workshop: Workshop) -> int:
    """How many registers of a workshop are closed, but not confirmed by a second person."""
    return (
        db.session.scalar(
            select(func.count(Slot.id)).where(
                Slot.register_id == workshop.register_id,
                Slot.closed_at.is_not(None),
                Slot.confirmed_at.is_(None),
            )
        )
        or 0
    )


def within_reach(actor: Actor, permission: str) -> ColumnElement[bool]:
    """The condition that narrows certificates, joined with their batch, to a role's reach."""
    reach = actor.reach(permission)
    if reach is Reach.ALL:
        return true()
    if reach is Reach.OWN:
        return CertificateBatch.workshop_id.in_(run_by(actor))
    if reach is Reach.SELF and actor.person_id is not None:
        return and_(Certificate.person_id == actor.person_id, Certificate.serial.is_not(None))
    return false()


def certificate(public_id: str, actor: Actor, permission: str) -> Certificate:
    """One issued certificate within reach. Raises NotFound."""
    return one_or_404(
        db.session.scalars(
            select(Certificate)
            .join(Certificate.batch)
            .options(
                joinedload(Certificate.batch).joinedload(CertificateBatch.workshop),
                joinedload(Certificate.person),
            )
            .where(
                Certificate.public_id == public_id,
                Certificate.serial.is_not(None),
                within_reach(actor, permission),
            )
        ).first()
    )


def batch_of(workshop: Workshop, public_id: str) -> CertificateBatch:
    """A batch, fetched through its workshop. Raises NotFound."""
    return get_or_404(
        db.session,
        CertificateBatch,
        public_id,
        CertificateBatch.workshop_id == workshop.id,
        options=(joinedload(CertificateBatch.rule),),
    )


def certificates_of(batch: CertificateBatch) -> list[Certificate]:
    """The certificates of a batch in the order of their printed names."""
    return list(
        db.session.scalars(
            select(Certificate)
            .options(
                joinedload(Certificate.person),
                selectinload(Certificate.renews).joinedload(Certificate.batch),
            )
            .where(Certificate.batch_id == batch.id)
            .order_by(func.lower(Certificate.printed_name), Certificate.id)
        )
    )


def batches_of(workshop: Workshop) -> list[tuple[CertificateBatch, int]]:
    """The batches of a workshop, latest first, each with how many certificates it holds."""
    count = (
        select(func.count(Certificate.id))
        .where(Certificate.batch_id == CertificateBatch.id)
        .scalar_subquery()
    )
    return [
        (batch, number)
        for batch, number in db.session.execute(
            select(CertificateBatch, count)
            .options(joinedload(CertificateBatch.rule))
            .where(CertificateBatch.workshop_id == workshop.id)
            .order_by(CertificateBatch.id.desc())
        )
    ]


def are_printed(batches: Collection[int]) -> bool:
    """True if paper was made of one of these batches (ids)."""
    return bool(db.session.scalar(select(exists().where(Printing.batch_id.in_(batches)))))


def _broken_off() -> ColumnElement[bool]:
    """True if a batch is being issued while no work goes on; as `queries.state_of` decides."""
    return and_(
        CertificateBatch.state == "issuing",
        ~exists().where(Job.public_id == CertificateBatch.job, Job.state.not_in(ENDED)),
    )


def waiting_for(actor: Actor, limit: int = 20) -> Sequence[Any]:
    """Batches that this actor can approve, as another proposed them, or issue; oldest first."""
    wanted: list[ColumnElement[bool]] = []
    if actor.may(APPROVAL.approves):
        wanted.append(APPROVAL.open_to(actor))
    if actor.may("certificates.print"):
        wanted.append(
            and_(
                or_(CertificateBatch.state.in_(("approved", "stopped")), _broken_off()),
                is_run_by(actor),
            )
        )
    if not wanted:
        return []
    count = (
        select(func.count(Certificate.id))
        .where(Certificate.batch_id == CertificateBatch.id)
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            Workshop.public_id.label("workshop_public_id"),
            CertificateBatch.public_id.label("batch_public_id"),
            Workshop.title,
            CertificateBatch.state,
            count.label("certificates"),
            CertificateBatch.created_at.label("since"),
        )
        .join(CertificateBatch.workshop)
        .where(or_(*wanted))
        .order_by(CertificateBatch.created_at, CertificateBatch.id)
        .limit(limit)
    ).all()


def certificates_of_person(person_public_id: str, actor: Actor) -> list[Certificate]:
    """The issued certificates of one person within the actor's reach, latest first."""
    return list(
        db.session.scalars(
            select(Certificate)
            .join(Certificate.person)
            .join(Certificate.batch)
            .where(
                Person.public_id == person_public_id,
                Certificate.serial.is_not(None),
                within_reach(actor, "certificates.see"),
            )
            .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
        )
    )


def usable_link(token: str, now: datetime) -> bool:
    """True if a link can still be spent."""
    link = db.session.scalar(select(HolderLink).where(HolderLink.token_hash == token_hash(token)))
    return (
        link is not None
        and link.used_at is None
        and link.ended_at is None
        and link.expires_at > now
    )


def visit(secret: str, now: datetime) -> HolderLink | None:
    """The link whose visit goes on, by its secret; None if it is over."""
    return db.session.scalar(
        select(HolderLink).where(
            HolderLink.visit_hash == token_hash(secret),
            HolderLink.visit_ends_at > now,
            HolderLink.ended_at.is_(None),
        )
    )


def links_of(person: Person, most: int = 10) -> Sequence[HolderLink]:
    """A person's last links, latest first."""
    return db.session.scalars(
        select(HolderLink)
        .where(HolderLink.person_id == person.id)
        .order_by(HolderLink.made_at.desc(), HolderLink.id.desc())
        .limit(most)
    ).all()


def own_certificates(person_id: int) -> Sequence[Certificate]:
    """All issued certificates of one person, latest first."""
    return db.session.scalars(
        select(Certificate)
        .options(joinedload(Certificate.person))
        .where(Certificate.person_id == person_id, Certificate.serial.is_not(None))
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    ).all()


def own_certificate(person_id: int, public_id: str) -> Certificate:
    """One issued certificate of a person. Raises NotFound."""
    return get_or_404(
        db.session,
        Certificate,
        public_id,
        Certificate.person_id == person_id,
        Certificate.serial.is_not(None),
        options=(
            joinedload(Certificate.person),
            joinedload(Certificate.batch).joinedload(CertificateBatch.workshop),
        ),
    )


def how_far(batch: CertificateBatch, session: Session | None = None) -> tuple[int, int]:
    """How many certificates of a batch are issued, of how many."""
    counts = (
        (session or db.session())
        .execute(
            select(func.count(Certificate.serial), func.count(Certificate.id)).where(
                Certificate.batch_id == batch.id
            )
        )
        .one()
    )
    return counts[0], counts[1]


def issuing_job(batch: CertificateBatch, session: Session | None = None) -> Job | None:
    """The work that gives a batch its serials, or gave them; None if it needed none."""
    if batch.job is None:
        return None
    return (session or db.session()).scalar(select(Job).where(Job.public_id == batch.job))


def state_of(batch: CertificateBatch, session: Session | None = None) -> str:
    """The state of a batch as it counts: what was broken off is told as stopped."""
    if batch.state != "issuing":
        return batch.state
    work = issuing_job(batch, session)
    return state_shown(batch.state, works=work is not None and work.state not in ENDED)


def certificates_of_batch(batch: CertificateBatch, letter: str = "") -> Select[Certificate]:
    """The certificates of a batch with their persons; of one group, if its letter is given."""
    statement = (
        select(Certificate)
        .join(Certificate.person)
        .options(contains_eager(Certificate.person))
        .where(Certificate.batch_id == batch.id)
    )
    return statement.where(Person.group.has(letter=letter)) if letter else statement


def groups_of_batch(batch: CertificateBatch) -> dict[str, int]:
    """How many certificates of a batch each group has, by its letter; one query."""
    rows = db.session.execute(
        select(Group.letter, func.count(Certificate.id).label("number"))
        .join(Person, Person.group_id == Group.id)
        .join(Certificate, Certificate.person_id == Person.id)
        .where(Certificate.batch_id == batch.id)
        .group_by(Group.letter)
        .order_by(Group.letter)
    )
    return {group.letter: group.number for group in rows}


def tracks_of_batch(batch: CertificateBatch) -> list[tuple[str, str, int]]:
    """(name, name in Kiswahili, number of the version) of tracks by which certificates of a batch
    were earned, other than by its rule; one query."""
    rows = db.session.execute(
        select(Track.name, Track.name_sw, TrackVersion.number)
        .join(TrackVersion, TrackVersion.track_id == Track.id)
        .where(
            TrackVersion.id.in_(
                select(Certificate.version_id).where(Certificate.batch_id == batch.id)
            )
        )
        .order_by(Track.name, TrackVersion.number)
    )
    return [(track.name, track.name_sw, track.number) for track in rows]


def unasked_in(batch: CertificateBatch) -> int:
    """How many of a batch's names not issued yet are of people that nobody asked about it."""
    waiting = select(Certificate.person_id).where(
        Certificate.batch_id == batch.id, Certificate.serial.is_(None)
    )
    return len(never_asked(list(db.session.scalars(waiting)), "printed_name"))


def names_changed(batch: CertificateBatch) -> int:
    """How many not issued yet would be printed with another name than was proposed."""
    waiting = certificates_of_batch(batch).where(Certificate.serial.is_(None))
    return sum(
        certificate.person.name_for_paper != certificate.printed_name
        for certificate in db.session.scalars(waiting)
    )


def some_for_preview(batch: CertificateBatch) -> list[Certificate]:
    """The first certificate of a batch by name, and that with the longest name."""
    named = certificates_of_batch(batch)
    chosen = (
        named.order_by(func.lower(Certificate.printed_name), Certificate.id),
        named.order_by(func.length(Certificate.printed_name).desc(), Certificate.id),
    )
    certificates = [db.session.scalars(certificate.limit(1)).first() for certificate in chosen]
    return list(
        dict.fromkeys(certificate for certificate in certificates if certificate is not None)
    )


def ready_by_tracks(actor: Actor, today: date) -> list[tuple[str, str, int]]:
    """(public id, title, number of people) of workshops that an actor runs at which certificates by
    a track can be proposed, of people who are on the track; each of them at the latest workshop
    only. One query, and some for each track that a course requires."""
    if actor.reach("certificates.propose") is not Reach.OWN:
        return []
    required = select(Track).where(Track.certifies, Track.course_id.is_not(None)).order_by(Track.id)
    return [
        ready
        for track in db.session.scalars(required).all()
        for ready in _ready(track, actor, today)
    ]


def _ready(track: Track, actor: Actor, today: date) -> list[tuple[str, str, int]]:
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
    on_track = standings(db.session(), track, today, list(latest))
    ready = [person for person, standing in on_track.items() if standing.state is Standing.EARNED]
    counted = Counter(latest[person] for person in ready)
    return [(workshop, title, number) for (workshop, title), number in counted.items()]
