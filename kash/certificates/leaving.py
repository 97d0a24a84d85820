"""Off-boarding of a trainer: she hands over certificates that she proposed and that are not issued.

Her signature stands on nothing that is issued afterwards."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from kash.accounts.holdings import register_proposals
from kash.accounts.revocations import register_revocation
from kash.certificates.models import CertificateBatch
from kash.certificates.services.holders import end_links_made_by
from kash.certificates.services.signatures import signature_ends


def join_hand_over() -> None:
    """Have proposed certificates handed over before an account is closed, and links that it made
    ended with its access."""
    register_revocation(
        _l("Links to certificates that it made stop working"),
        end_links_made_by,
        key="certificates.holder_links",
    )
    register_proposals(
        _l("Certificates proposed, not issued"),
        CertificateBatch,
        ("proposed", "approved", "issuing", "stopped"),
        key="certificates",
        permission="certificates.propose",
    )
    register_revocation(_l("The signature stands on nothing new"), signature_ends)
