"""Approval of certificates, batch by batch."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.certificates.models import CertificateBatch
from kash.platform.approvals.approval import Approval

# What whoever proposed is told by once it was sent back.
SENT_BACK = "certificates_sent_back"
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
)
