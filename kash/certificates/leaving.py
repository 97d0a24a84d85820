"""What a trainer who leaves hands over: certificates that she proposed and that are not issued."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.accounts.holdings import register_proposals
from kash.certificates.models import CertificateBatch


def join_hand_over() -> None:
    """Have proposed certificates handed over before an account is closed."""
    register_proposals(
        _l("Certificates proposed, not issued"),
        CertificateBatch,
        ("proposed", "approved", "issuing", "stopped"),
        key="certificates",
        permission="certificates.propose",
    )
