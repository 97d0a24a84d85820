"""Reads of what is published for whoever checks certificates: keys, titles, revocations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from kash.certificates.models import Certificate, PublishedTitle, SigningKey
from kash.certificates.rules.standing import public_class
from kash.certificates.rules.status import Revoked
from kash.platform.database import db
from kash.platform.web.formats import to_local


def signing_keys() -> Sequence[SigningKey]:
    """All keys that ever signed, newest first."""
    return db.session.scalars(select(SigningKey).order_by(SigningKey.id.desc())).all()


def current_key() -> SigningKey | None:
    """The key that signs now; none before the first was made."""
    return db.session.scalars(select(SigningKey).where(SigningKey.state == "current")).first()


def published_titles() -> dict[str, str]:
    """Titles of signed certificates by the id that codes hold."""
    rows = db.session.execute(
        select(PublishedTitle.title_id, PublishedTitle.title).order_by(PublishedTitle.title_id)
    )
    return {row.title_id: row.title for row in rows}


def badge_places() -> list[tuple[int, bool]]:
    """The places of all badges in their list, each with whether its certificate was revoked."""
    rows = db.session.execute(
        select(Certificate.badge_place, Certificate.revoked_at).where(
            Certificate.badge_place.is_not(None)
        )
    )
    return [(place, at is not None) for place, at in rows if place is not None]


def revoked_certificates() -> list[Revoked]:
    """Every certificate that was revoked or replaced, in no order, as anybody is told of it."""
    rows = db.session.execute(
        select(Certificate.serial, Certificate.revoked_at, Certificate.revoked_class).where(
            Certificate.revoked_at.is_not(None), Certificate.serial.is_not(None)
        )
    )
    return [
        Revoked(serial, to_local(at).date(), public_class(reason))
        for serial, at, reason in rows
        if serial is not None and at is not None
    ]
