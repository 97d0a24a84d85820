"""History of certificates: those about to run out, and those before and after each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.queries.issuing import within_reach
from kash.certificates.rules.standing import EXPIRING_WITHIN
from kash.platform.database import db
from kash.policy import Actor, Reach
from kash.workshops.models import Workshop
from kash.workshops.queries.scope import is_run_by

_Later = aliased(Certificate)
_ItsBatch = aliased(CertificateBatch)


def has_successor() -> ColumnElement[bool]:
    """True if a renewal of a certificate was issued, or is on its way."""
    return exists().where(
        _Later.renews_id == Certificate.id,
        _Later.revoked_at.is_(None),
        or_(
            _Later.serial.is_not(None),
            _Later.batch_id.in_(select(_ItsBatch.id).where(_ItsBatch.state != "returned")),
        ),
    )


def expires_by(today: date, since: date | None = None) -> ColumnElement[bool]:
    """Issued, not revoked, not renewed, and over within 60 days; `since` when at the earliest."""
    return and_(
        Certificate.expires_on.between(since or today, today + EXPIRING_WITHIN),
        Certificate.serial.is_not(None),
        Certificate.revoked_at.is_(None),
        ~has_successor(),
    )


def count_expiring(actor: Actor, today: date) -> int:
    """How many run out within 60 days, of those for which the actor has something to do."""
    counted = select(func.count(Certificate.id)).where(expires_by(today))
    if actor.may("certificates.approve"):
        return db.session.scalar(counted) or 0
    if actor.reach("certificates.propose") is Reach.OWN:
        counted = (
            counted.join(Certificate.batch)
            .join(Workshop, Workshop.id == CertificateBatch.workshop_id)
            .where(is_run_by(actor))
        )
        return db.session.scalar(counted) or 0
    return 0


@dataclass(frozen=True)
class LinkedCertificate:
    """One of the certificates that came before or after another. `how` is "", "renews" or
    "supersedes": what it did to the one below it."""

    certificate: Certificate
    how: str


def history_of(certificate: Certificate, actor: Actor) -> list[LinkedCertificate]:
    """All that are tied to a certificate by renewal or correction, latest first; itself among them.

    Only what is within the actor's reach; one query.
    """
    rows = db.session.scalars(
        select(Certificate)
        .join(Certificate.batch)
        .where(
            Certificate.person_id == certificate.person_id,
            Certificate.serial.is_not(None),
            within_reach(actor, "certificates.see"),
        )
        .order_by(Certificate.issued_on.desc(), Certificate.id.desc())
    ).all()
    return [
        LinkedCertificate(
            one, "supersedes" if one.supersedes_id else "renews" if one.renews_id else ""
        )
        for one in linked_certificates(certificate, rows)
    ]


def linked_certificates(start: Certificate, rows: Sequence[Certificate]) -> list[Certificate]:
    """Those of these rows that are tied to the first, in their order."""
    known = {start.id}
    grew = True
    while grew:
        grew = False
        for one in rows:
            ends = {end for end in (one.id, one.supersedes_id, one.renews_id) if end is not None}
            if ends & known and not ends <= known:
                known |= ends
                grew = True
    return [one for one in rows if one.id in known]
