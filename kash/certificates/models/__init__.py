"""Tables of the certificates room."""

from kash.certificates.models.holders import HolderLink
from kash.certificates.models.issuing import (
    Certificate,
    CertificateBatch,
    CertificateRule,
    VerificationAttempt,
)
from kash.certificates.models.printing import Printing

__all__ = [
    "Certificate",
    "CertificateBatch",
    "CertificateRule",
    "HolderLink",
    "Printing",
    "VerificationAttempt",
]
