"""Reads behind a holder's link."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kash.accounts.secrets import token_hash
from kash.certificates.models import Certificate, CertificateBatch, HolderLink
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.web.errors import one_or_404


def usable_link(token: str, now: datetime) -> bool:
    """True if a link can still be spent."""
    found = db.session.scalar(select(HolderLink).where(HolderLink.token_hash == token_hash(token)))
    return (
        found is not None
        and found.used_at is None
        and found.ended_at is None
        and found.expires_at > now
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
    return one_or_404(
        db.session.scalar(
            select(Certificate)
            .options(
                joinedload(Certificate.person),
                joinedload(Certificate.batch).joinedload(CertificateBatch.workshop),
            )
            .where(
                Certificate.person_id == person_id,
                Certificate.public_id == public_id,
                Certificate.serial.is_not(None),
            )
        )
    )
