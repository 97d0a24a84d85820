"""Certificates in tracks: holding one as a requirement, and the days of what is renewed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.rules.issuing import REPLACED
from kash.certificates.tracks.leaf_kinds import (
    CertificatePeriods,
    Found,
    LeafKind,
    LeafQuestion,
    alike,
    found_by,
)
from kash.certificates.tracks.rules.standing import CertificatePeriod
from kash.certificates.tracks.rules.tree import KindRule, Leaf, Parameter, ParameterKind
from kash.platform.web.formats import to_local
from kash.training.models import Course, CourseVersion
from kash.workshops.models import Workshop
from kash.workshops.queries.deliveries import CertificatesHeld
from kash.workshops.rules import CourseHeld


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
            # A renewal is given at whichever workshop was the refresher, and corrected there.
            Certificate.renews_id.is_(None),
            Certificate.serial.is_not(None),
            Certificate.revoked_at.is_(None),
            *asked.of(Certificate.person_id),
            *asked.within(Certificate.issued_on),
        )
        .group_by(Certificate.person_id),
        asked,
    )


def periods(
    session: Session, course: int, people: Collection[int] | None
) -> dict[int, list[CertificatePeriod]]:
    """{person: periods} of the certificates of a course (its key), renewals included; one query for
    some people, two for everybody.

    A corrected certificate goes on where the one that it replaced began.
    """
    if people is not None:
        return _one_by_one(session, course, Certificate.person_id.in_(people))
    later = aliased(Certificate)
    former = select(func.coalesce(later.renews_id, later.supersedes_id)).where(
        or_(later.renews_id.is_not(None), later.supersedes_id.is_not(None))
    )
    # Most have no successor and were never taken back: hundreds have the same days.
    plain = (
        (CertificateBatch.kind == "workshop")
        & Certificate.revoked_at.is_(None)
        & Certificate.id.not_in(former)
    )
    by_person = _one_by_one(session, course, ~plain)
    shared = _issued(Certificate.person_id, Certificate.issued_on, Certificate.expires_on).where(
        plain, CourseVersion.course_id == course
    )
    for (since, until), persons in alike(session, shared):
        period = CertificatePeriod(since, until)
        for person in persons:
            by_person.setdefault(person, []).append(period)
    return by_person


def _issued(*columns: InstrumentedAttribute[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .join(CertificateBatch, CertificateBatch.id == Certificate.batch_id)
        .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
        .join(CourseVersion, CourseVersion.id == Workshop.version_id)
        .where(Certificate.serial.is_not(None))
    )


def _one_by_one(
    session: Session, course: int, which: ColumnElement[bool]
) -> dict[int, list[CertificatePeriod]]:
    """Periods of certificates of a course, each with what it renews or corrects, which must be
    among them."""
    statement = _issued(
        Certificate.id,
        Certificate.person_id,
        Certificate.renews_id,
        Certificate.supersedes_id,
        Certificate.issued_on,
        Certificate.expires_on,
        Certificate.revoked_at,
        Certificate.revoked_class,
        CertificateBatch.kind,
        CourseVersion.course_id,
    ).where(which)
    courses: dict[int, int | None] = {}
    begins: dict[int, date] = {}
    by_person: dict[int, list[CertificatePeriod]] = {}
    for certificate in session.execute(statement.order_by(Certificate.id)):
        came_from = certificate.renews_id or certificate.supersedes_id
        of_course = (
            certificate.course_id if certificate.kind == "workshop" else courses.get(came_from or 0)
        )
        courses[certificate.id] = of_course
        begins[certificate.id] = since = begins.get(
            certificate.supersedes_id, certificate.issued_on
        )
        if of_course == course and certificate.revoked_class != REPLACED:
            ended = (
                to_local(certificate.revoked_at).date()
                if certificate.revoked_at is not None
                else None
            )
            by_person.setdefault(certificate.person_id, []).append(
                CertificatePeriod(since, certificate.expires_on, ended)
            )
    return by_person


def held(session: Session, course: int, people: Collection[int]) -> dict[int, list[CourseHeld]]:
    """{person: days} for which certificates of a course hold, as enrolling asks; one that was
    revoked holds no more."""
    return {
        person: [CourseHeld(period.since, period.ended or period.until) for period in period]
        for person, period in periods(session, course, people).items()
    }


TRACK_PARTS = (
    LeafKind(
        KindRule("certificate", (Parameter("course", ParameterKind.COURSE),)),
        _l("A certificate of a course"),
        _l("Was given a certificate of {course}"),
        certified,
    ),
    CertificatePeriods(periods),
    CertificatesHeld(held),
)
