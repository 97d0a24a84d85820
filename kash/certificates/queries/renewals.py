"""Certificates that can be renewed at a workshop, and what the others still lack for it.

One whose track says how it is renewed asks that; any other asks its holder to attend a workshop as
if it were for a certificate of there. What is decided with a reason asks nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, contains_eager

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.history import has_successor
from kash.certificates.queries.issuing import Candidate
from kash.certificates.rules.issuing import Missing, Requirement
from kash.certificates.rules.standing import EXPIRING_WITHIN
from kash.platform.database import db
from kash.tracks.models import Track, TrackEnrolment
from kash.tracks.queries.certifying import HeldByTrack, RenewalJudgement, renewals_judged
from kash.training.models import CourseVersion
from kash.workshops.models import Workshop


@dataclass(frozen=True)
class RenewalsHere:
    """Renewals at a workshop: certificates that are ready to be renewed, those whose holders still
    lack something, and those of this workshop that can be renewed by decision; of each person the
    one that expires first. `judged` is by certificate (its key), where a track says what renews
    it."""

    ready: Sequence[Certificate]
    lacking: Sequence[Certificate]
    by_decision: Sequence[Certificate]
    judged: Mapping[int, RenewalJudgement]


def renewals_here(
    workshop: Workshop, people: Collection[Candidate], today: date, session: Session | None = None
) -> RenewalsHere:
    """Renewals at a workshop to which these people came: of certificates that were issued there,
    and of those that its people hold from elsewhere. Two queries, and what their tracks ask."""
    asking = session or db.session()
    attended = {one.person_id for one in people if _attended(one.missing)}
    rows = asking.scalars(
        select(Certificate)
        .join(Certificate.batch)
        .join(Certificate.person)
        .options(
            contains_eager(Certificate.person),
            contains_eager(Certificate.batch).joinedload(CertificateBatch.workshop),
        )
        .where(
            or_(
                CertificateBatch.workshop_id == workshop.id,
                Certificate.person_id.in_([one.person_id for one in people]),
            ),
            Certificate.expires_on.is_not(None),
            Certificate.serial.is_not(None),
            Certificate.revoked_at.is_(None),
            ~has_successor(),
        )
        .order_by(Certificate.expires_on, func.lower(Certificate.printed_name), Certificate.id)
    ).all()
    judged = judged_renewals(asking, rows, today)
    soon = today + EXPIRING_WITHIN
    due = [one for one in rows if one.expires_on is not None and one.expires_on <= soon]
    refreshed = {
        one.id for one in due if one.batch.workshop_id != workshop.id and one.person_id in attended
    }
    ready = [one for one in rows if _is_ready(one, judged.get(one.id), one.id in refreshed)]
    others = [one for one in due if one not in ready]
    return RenewalsHere(
        _first_of_each(ready),
        _first_of_each(one for one in others if one.id in judged),
        _first_of_each(one for one in others if one.batch.workshop_id == workshop.id),
        judged,
    )


def _is_ready(one: Certificate, judged: RenewalJudgement | None, refreshed: bool) -> bool:
    if judged is not None and judged.renews:
        return True
    # Earned by a track that says what renews it: a refresher alone does not.
    return refreshed and (judged is None or one.version_id is None)


def judged_renewals(
    session: Session, certificates: Iterable[Certificate], today: date
) -> dict[int, RenewalJudgement]:
    """How these certificates stand before what their tracks say of renewal, by their keys; the
    others are left out. One that was earned by the rule asks the track of its course, if its holder
    is on one."""
    running = {one.id: one for one in certificates if one.expires_on is not None}
    by_rule = [one.id for one in running.values() if one.version_id is None]
    versions = _on_tracks(session, by_rule) if by_rule else {}
    versions |= {one.id: one.version_id for one in running.values() if one.version_id is not None}
    held = {
        key: HeldByTrack(running[key].person_id, version, running[key].expires_on or today)
        for key, version in versions.items()
    }
    return renewals_judged(session, held, today) if held else {}


def _on_tracks(session: Session, certificates: Collection[int]) -> dict[int, int]:
    """Versions of the tracks of their courses on which the holders of certificates are."""
    found: dict[int, int] = {}
    for certificate, version in session.execute(
        select(Certificate.id, TrackEnrolment.version_id)
        .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Track, Track.course_id == CourseVersion.course_id)
        .join(
            TrackEnrolment,
            (TrackEnrolment.track_id == Track.id)
            & (TrackEnrolment.person_id == Certificate.person_id),
        )
        .where(Certificate.id.in_(certificates), CertificateBatch.kind == "workshop")
        .order_by(Track.id.desc())
    ):
        found[certificate] = version
    return found


def _first_of_each(rows: Iterable[Certificate]) -> list[Certificate]:
    """Of each person the one that expires first: a batch takes one certificate for each."""
    first: dict[int, Certificate] = {}
    for one in rows:
        first.setdefault(one.person_id, one)
    return list(first.values())


def _attended(missing: tuple[Missing, ...]) -> bool:
    """True if nothing is missing but what a renewal does not ask for: she may have one of here."""
    return all(one.requirement is Requirement.NOT_YET for one in missing)
