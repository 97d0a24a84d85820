"""Taking a certificate back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from kash.certificates.models import Certificate
from kash.certificates.rules.standing import REVOCATION_CLASSES
from kash.certificates.services.issuing import UnknownIssuingChoice
from kash.platform.approvals.errors import WrongStep
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.policy import Actor


class AlreadyRevoked(Problem):
    """A certificate can be revoked once."""

    status = 409
    sentence = _l("This certificate is revoked already.")


def revoke(certificate: Certificate, reason_class: str, reason: str, by: Actor) -> None:
    """Revoke an issued certificate. It still verifies, as revoked, with date and class."""
    if reason_class not in REVOCATION_CLASSES:
        raise UnknownIssuingChoice
    with audited("certificates.revoked", by) as change:
        locked = change.session.scalars(
            select(Certificate).where(Certificate.id == certificate.id).with_for_update()
        ).one()
        if locked.serial is None:
            raise WrongStep
        if locked.revoked_at is not None:
            raise AlreadyRevoked
        locked.revoked_at = change.now
        locked.revoked_by = by.public_id
        locked.revoked_class = reason_class
        locked.revoked_reason = reason
        change.about(locked.public_id)
