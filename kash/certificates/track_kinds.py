"""Certificates in tracks: holding one as a requirement, and the last day of what is renewed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from kash.certificates.models import Certificate, CertificateBatch
from kash.tracks.leaf_kinds import Found, LastDays, LeafKind, LeafQuestion, found_by
from kash.tracks.rules.kinds import KindRule, Parameter, ParameterKind
from kash.tracks.rules.tree import Leaf
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop


def certified(session: Session, leaf: Leaf, asked: LeafQuestion) -> Found:
    """Everybody who was given a certificate of a course that was not revoked, whether or not it
    still holds: what somebody became she stays."""
    return found_by(
        session,
        select(Certificate.person_id, literal(1), func.min(Certificate.issued_on))
        .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .join(Course, Course.id == CourseVersion.course_id)
        .where(
            Course.public_id == leaf.text("course"),
            # A renewal is given at whichever workshop was the refresher.
            CertificateBatch.kind != "renewal",
            Certificate.serial.is_not(None),
            Certificate.revoked_at.is_(None),
            *asked.of(Certificate.person_id),
            *asked.within(Certificate.issued_on),
        )
        .group_by(Certificate.person_id),
    )


def last_days(session: Session, course: int, people: Collection[int]) -> dict[int, date]:
    """{person: last day} of the certificates of a course (its key), renewals included; one query.

    Who holds one that does not run out is left out.
    """
    rows = session.execute(
        select(
            Certificate.id,
            Certificate.person_id,
            Certificate.renews_id,
            Certificate.supersedes_id,
            Certificate.expires_on,
            Certificate.revoked_at,
            CertificateBatch.kind,
            CourseVersion.course_id,
        )
        .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .where(Certificate.person_id.in_(people), Certificate.serial.is_not(None))
        .order_by(Certificate.id)
    )
    courses: dict[int, int | None] = {}
    found: dict[int, date] = {}
    lasting: set[int] = set()
    for row in rows:
        came_from = row.renews_id or row.supersedes_id
        of_course = row.course_id if row.kind == "workshop" else courses.get(came_from or 0)
        courses[row.id] = of_course
        if of_course != course or row.revoked_at is not None:
            continue
        if row.expires_on is None:
            lasting.add(row.person_id)
        else:
            found[row.person_id] = max(row.expires_on, found.get(row.person_id, row.expires_on))
    return {person: day for person, day in found.items() if person not in lasting}


TRACK_PARTS = (
    LeafKind(
        KindRule("certificate", (Parameter("course", ParameterKind.COURSE),)),
        _l("A certificate of a course"),
        _l("Was given a certificate of {course}"),
        certified,
    ),
    LastDays(last_days),
)
