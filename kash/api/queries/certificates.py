"""Certificates for programs: issued ones of officers, by id."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import joinedload

from kash.api.queries.people import OFFICERS
from kash.api.rules.paging import PageCut, cut
from kash.certificates.models import Certificate
from kash.certificates.queries.issuing import within_reach
from kash.certificates.queries.listing import find_certificate
from kash.certificates.rules.standing import EXPIRING_WITHIN
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.platform.web.formats import local_today, to_local
from kash.policy import Actor


def certificates_after(
    actor: Actor, after: str, limit: int, since: datetime | None = None
) -> PageCut[Certificate]:
    """Issued certificates of officers after an id that stand otherwise `since` a moment, and
    whether there are more."""
    asked = (
        select(Certificate)
        .join(Certificate.batch)
        .join(Certificate.person)
        .where(
            Certificate.serial.is_not(None),
            within_reach(actor, "certificates.see"),
            Person.group_id.in_(OFFICERS),
        )
        .options(joinedload(Certificate.person).load_only(Person.public_id, raiseload=True))
        .order_by(Certificate.public_id)
        .limit(limit + 1)
    )
    if after:
        asked = asked.where(Certificate.public_id > after)
    if since is not None:
        asked = asked.where(_stands_otherwise(since, local_today()))
    return cut(db.session.scalars(asked).all(), limit)


def _stands_otherwise(since: datetime, today: date) -> ColumnElement[bool]:
    """Issued or revoked since then; or their last day, or the day from which they are told to run
    out, lies since then."""
    day = to_local(since).date()
    return or_(
        Certificate.issued_on >= day,
        Certificate.revoked_at >= since,
        Certificate.expires_on.between(day + EXPIRING_WITHIN, today + EXPIRING_WITHIN),
        Certificate.expires_on.between(day - timedelta(days=1), today),
    )


def certificate_of(actor: Actor, serial: str) -> Certificate:
    """An officer's certificate, by its serial. Raises NotFound."""
    found = find_certificate(actor, serial)
    return one_or_404(found if found is not None and found.person.group.is_police else None)
