"""Approval of certificates, batch by batch."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, exists

from kash.certificates.models import Certificate, CertificateBatch
from kash.platform.approvals.approval import Approval
from kash.platform.web.answers import AnswerKind


def _certifies(people: Collection[int]) -> ColumnElement[bool]:
    held = exists().where(
        Certificate.batch_id == CertificateBatch.id, Certificate.person_id.in_(people)
    )
    return held.correlate(CertificateBatch)


# Told to whoever proposed.
SENT_BACK = AnswerKind(
    "certificates_sent_back",
    _l("Certificates that you proposed were sent back on %(when)s. Their page says why."),
    "certificates.workshop",
    "public_id",
    _l("Certificates"),
    _l("See why"),
)
APPROVAL = Approval(
    "certificates",
    CertificateBatch,
    proposes="certificates.propose",
    approves="certificates.approve",
    label=_l("Certificates: approve or send back"),
    waiting=_l("Certificates proposed, not issued"),
    own=_l("You proposed these certificates, so another person must approve them."),
    stands_in=_l("You stand in for whoever proposed these, so another person must approve them."),
    waits=("proposed", "approved", "issuing", "stopped"),
    sent_back=SENT_BACK,
    gains=_certifies,
    gained=_l("One of these certificates is yours, so another person must approve them."),
)
