"""Printings that were made before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from kash.certificates.models import Certificate, CertificateBatch, Printing
from kash.platform.database import db

MOST_SHOWN = 50


def printed_before(
    session: Session, *, batch_id: int, kind: str = "", certificate_id: int | None = None
) -> bool:
    """True if staff made the same before: this kind of a whole batch, or paper that one certificate
    was part of."""
    whole = and_(Printing.batch_id == batch_id, Printing.certificate_id.is_(None))
    if certificate_id is None:
        made = and_(whole, Printing.kind == kind)
    else:
        alone = and_(Printing.certificate_id == certificate_id, Printing.kind == "one_file")
        made = or_(whole, alone)
    return session.scalar(select(Printing.id).where(made).limit(1)) is not None


def printings_of(batch: CertificateBatch) -> Sequence[Printing]:
    """Printings of a batch or of one of its certificates, latest first."""
    return db.session.scalars(
        select(Printing)
        .where(Printing.batch_id == batch.id)
        .order_by(Printing.made_at.desc(), Printing.id.desc())
        .limit(MOST_SHOWN)
    ).all()


def printings_of_one(certificate: Certificate) -> Sequence[Printing]:
    """Printings of a certificate, alone or with its batch, latest first."""
    return db.session.scalars(
        select(Printing)
        .where(
            or_(
                Printing.certificate_id == certificate.id,
                and_(Printing.batch_id == certificate.batch_id, Printing.certificate_id.is_(None)),
            )
        )
        .order_by(Printing.made_at.desc(), Printing.id.desc())
        .limit(MOST_SHOWN)
    ).all()
