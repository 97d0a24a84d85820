"""Approval of certificates, batch by batch."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.certificates.models import CertificateBatch
from kash.platform.approvals.approval import Approval
from kash.platform.web.answers import AnswerKind

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
)
