"""Tables of the certificates room."""

from kash.certificates.models.designs import Design, DesignImage, DesignVersion, ImmutableVersion
from kash.certificates.models.holders import HolderLink
from kash.certificates.models.issuing import (
    Certificate,
    CertificateBatch,
    CertificateRule,
    VerificationAttempt,
)
from kash.certificates.models.keys import PublishedTitle, SigningKey
from kash.certificates.models.printing import Printing
from kash.certificates.models.signatures import FunderMark, SignatureImage, SignatureUse
