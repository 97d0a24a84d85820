"""Tables of the certificates room."""

from kash.certificates.models.issuing import (
    Certificate,
    CertificateBatch,
    CertificateRule,
    VerificationAttempt,
)

__all__ = [
    "Certificate",
    "CertificateBatch",
    "CertificateRule",
    "VerificationAttempt",
]
