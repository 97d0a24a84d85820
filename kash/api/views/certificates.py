"""Certificates for programs: whether they hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from kash.api.endpoints import endpoints, needs
from kash.api.queries.certificates import certificate_of, certificates_after
from kash.api.schemas.certificates import CertificatesAsked, CertificatesTold, CertificateTold
from kash.api.scopes import CERTIFICATES
from kash.api.views.asked import moment_asked
from kash.api.views.paged import next_page
from kash.certificates.models import Certificate
from kash.certificates.rules.standing import condition_on
from kash.platform.web import current_actor
from kash.platform.web.formats import local_today


@endpoints.get("/certificates")
@needs(CERTIFICATES)
@endpoints.input(CertificatesAsked, location="query", arg_name="asked")
@endpoints.output(CertificatesTold)
@endpoints.doc(operation_id="listCertificates", tags=["Certificates"])
def list_certificates(asked: CertificatesAsked) -> dict[str, Any]:
    """Issued certificates, by id."""
    today, since = local_today(), moment_asked("changed_since", asked.changed_since)
    found = certificates_after(current_actor(), asked.after, asked.limit, since)
    return {
        "items": [_told(one, today) for one in found.rows],
        "next": next_page(asked, found.rows[-1].public_id if found.rows else "", more=found.more),
    }


@endpoints.get("/certificates/<serial>")
@needs(CERTIFICATES)
@endpoints.output(CertificateTold)
@endpoints.doc(operation_id="readCertificate", tags=["Certificates"])
def read_certificate(serial: str) -> dict[str, Any]:
    """One certificate, by its serial."""
    return _told(certificate_of(current_actor(), serial), local_today())


def _told(found: Certificate, today: date) -> dict[str, Any]:
    return {
        "id": found.public_id,
        "serial": found.serial,
        "person": found.person.public_id,
        "title": found.public_title,
        "issued_on": found.issued_on,
        "expires_on": found.expires_on,
        "status": condition_on(
            today,
            revoked=found.revoked_at is not None,
            revoked_class=found.revoked_class,
            expires_on=found.expires_on,
        ),
    }
