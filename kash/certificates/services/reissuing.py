"""A corrected certificate: proposed with the right name, approved by another person, and issued in
place of the one before, which then counts as replaced."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from kash.certificates.approval import APPROVAL
from kash.certificates.models import Certificate, CertificateBatch
from kash.certificates.services.preconditions import NameWithheld
from kash.certificates.services.revoking import AlreadyRevoked
from kash.people.models import Person
from kash.platform.vault import audited
from kash.platform.web.errors import Problem
from kash.policy import Actor


class SameName(Problem):
    """The corrected name is the one that is printed."""

    status = 422
    field = "name"
    sentence = _l("This is the name that is printed already. Write how it should be.")


class BeingCorrected(Problem):
    """A correction of this certificate is on its way."""

    status = 409
    sentence = _l("A corrected one was proposed already and is not issued yet.")


def pending_correction(session: Session, certificate: Certificate) -> CertificateBatch | None:
    """The batch with a correction of this certificate that is not issued and not turned back."""
    return session.scalars(
        select(CertificateBatch)
        .join(CertificateBatch.certificates)
        .where(
            Certificate.supersedes_id == certificate.id,
            Certificate.serial.is_(None),
            CertificateBatch.state != "returned",
        )
    ).first()


def propose_correction(certificate: Certificate, name: str, by: Actor) -> str:
    """Store the name that the person confirmed, and propose a certificate with it in place of this
    one; the public id of the batch.

    Title, hours, design and last day stay; the serial is new. Raises AlreadyRevoked,
    BeingCorrected, NameWithheld, SameName.
    """
    with audited("certificates.correction_proposed", by) as change:
        session = change.session
        former = session.scalars(
            select(Certificate).where(Certificate.id == certificate.id).with_for_update()
        ).one()
        if former.revoked_at is not None or former.serial is None:
            raise AlreadyRevoked
        if pending_correction(session, former) is not None:
            raise BeingCorrected
        person = session.scalars(
            select(Person).where(Person.id == former.person_id).with_for_update()
        ).one()
        if not person.prints_name:
            raise NameWithheld
        if name == former.printed_name:
            raise SameName
        person.printed_name = name
        person.printed_name_confirmed_at = change.now
        person.changed_at = change.now
        batch: CertificateBatch = APPROVAL.propose(
            change,
            by,
            workshop_id=former.batch.workshop_id,
            rule_id=former.batch.rule_id,
            design_version_id=former.batch.design_version_id,
            kind="correction",
        )
        session.add(
            Certificate(
                batch_id=batch.id,
                person_id=person.id,
                version_id=former.version_id,
                printed_name=name,
                public_title=former.public_title,
                minutes=former.minutes,
                supersedes_id=former.id,
                renews_id=former.renews_id,
            )
        )
        change.about(former.public_id, person.public_id)
        return batch.public_id
