"""Certificates for programs: issued ones, by id."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kash.api.rules.paging import PageCut, cut
from kash.certificates.models import Certificate
from kash.certificates.queries.issuing import within_reach
from kash.certificates.queries.listing import find_certificate
from kash.people.models import Person
from kash.platform.database import db
from kash.platform.web.errors import one_or_404
from kash.policy import Actor


def certificates_after(actor: Actor, after: str, limit: int) -> PageCut[Certificate]:
    """Issued certificates after an id, and whether there are more."""
    asked = (
        select(Certificate)
        .join(Certificate.batch)
        .where(Certificate.serial.is_not(None), within_reach(actor, "certificates.see"))
        .options(joinedload(Certificate.person).load_only(Person.public_id, raiseload=True))
        .order_by(Certificate.public_id)
        .limit(limit + 1)
    )
    if after:
        asked = asked.where(Certificate.public_id > after)
    return cut(db.session.scalars(asked).all(), limit)


def certificate_of(actor: Actor, serial: str) -> Certificate:
    """The certificate of a serial. Raises NotFound."""
    return one_or_404(find_certificate(actor, serial))
